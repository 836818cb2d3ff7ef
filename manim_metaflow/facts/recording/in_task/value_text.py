"""Write a value in a few letters, as ``repr`` would, without calling any code of the flow's.

``repr`` calls methods that the author of a class wrote: they may raise, take for ever, print, or change the
value before it is pickled. So nothing of that kind is called here. What Python's own types hold is read by
Python's own methods, an object of another class is written as its class with what it has in its
``__dict__``, and an array or a table of a known library as its shape and dtype.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import pathlib
import sys
import types
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

__all__ = ["MOST_LETTERS", "value_text"]

MOST_LETTERS = 120
_DEEPEST = 5
"""Levels of nesting that are written: a list that holds itself has no end."""
_BITS = 256
"""Whole numbers with more bits are told by their size: their decimal digits take long to find."""
_SORTED = 200
"""Items of a set that are put in order. The order in which Python holds them is another in every process."""

_PLAIN: tuple[type, ...] = (
    bool, float, complex, types.NoneType, range, type(...), decimal.Decimal, fractions.Fraction,
    datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone, uuid.UUID,
    pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PosixPath, pathlib.WindowsPath,
)  # fmt: skip
"""Types whose own ``repr`` is short, says all, and calls nothing of anybody else's."""

_SHAPED = {
    ("numpy", "ndarray"): ("shape", "dtype"),
    ("pandas", "DataFrame"): ("shape",),
    ("pandas", "Series"): ("shape", "dtype"),
    ("pandas", "Index"): ("shape", "dtype"),
    ("polars", "DataFrame"): ("shape",),
    ("polars", "Series"): ("shape", "dtype"),
    ("torch", "Tensor"): ("shape", "dtype"),
}
"""Classes whose objects are told by their size, of libraries that the task may have imported."""


def value_text(value: Any) -> str:
    """Write a value in at most :data:`MOST_LETTERS` letters; what is left out is marked with ``…``.

    Empty if it cannot be written, whatever the reason.

    >>> value_text({"rate": 1.4, "cities": ["Oslo", "Lima"]})
    "{'rate': 1.4, 'cities': ['Oslo', 'Lima']}"
    >>> value_text(list(range(1000)))[-30:]
    ' 25, 26, 27, 28, 29, 30, 31, …'
    """
    written, length = [], 0
    try:
        for piece in _pieces(value, _DEEPEST):
            written.append(piece)
            length += len(piece)
            # The pieces of a value of a million items are never made: the first are enough.
            if length > MOST_LETTERS:
                break
    except Exception:  # of any kind: a value that another thread changes meanwhile, a broken library
        return ""
    text = "".join(written)
    return text if length <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def _pieces(value: Any, levels: int) -> Iterator[str]:
    kind = type(value)
    # By identity: "in" asks the class of the class whether two classes are equal.
    if any(kind is plain for plain in _PLAIN):
        yield repr(value)
    elif issubclass(kind, enum.Enum):
        yield f"{_class_name(kind)}.{dict(_held(value)).get('_name_')}"
    elif issubclass(kind, type):
        yield f"<class {_class_name(value)}>"
    elif issubclass(kind, types.FunctionType):
        # Its own repr has an address, which is another in every process.
        yield f"<function {_FUNCTION_NAME(value)}>"
    elif (shaped := _shaped(kind)) is not None:
        base, names = shaped
        parts = (f"{name}={_attribute(base, value, name)}" for name in names)
        yield f"{_class_name(kind)}({', '.join(parts)})"
    elif (scalar := _numpy_scalar(value)) is not None:
        yield from _pieces(scalar, levels)
    else:
        write = next((write for bases, write in _WRITERS if issubclass(kind, bases)), _object)
        yield from write(value, levels - 1) if levels or write in _LEAVES else "…"


def _text(value: Any, levels: int) -> Iterator[str]:
    base = next(each for each in (str, bytes, bytearray) if issubclass(type(value), each))
    yield repr(base.__getitem__(value, slice(MOST_LETTERS)))


def _whole_number(value: Any, levels: int) -> Iterator[str]:
    bits = int.bit_length(value)
    yield int.__repr__(value) if bits <= _BITS else f"<int of {bits} bits>"


def _number(value: Any, levels: int) -> Iterator[str]:
    yield float.__repr__(value)


def _list(value: Any, levels: int) -> Iterator[str]:
    yield from _surrounded("[", list.__iter__(value), "]", levels)


def _deque(value: Any, levels: int) -> Iterator[str]:
    yield from _surrounded("deque([", deque.__iter__(value), "])", levels)


def _tuple(value: Any, levels: int) -> Iterator[str]:
    fields = _in_class(type(value), "_fields")
    if isinstance(fields, tuple):  # a named tuple
        yield from _called(type(value), zip(fields, tuple.__iter__(value), strict=False), levels)
    else:
        yield from _surrounded("(", tuple.__iter__(value), ",)" if tuple.__len__(value) == 1 else ")", levels)


def _set(value: Any, levels: int) -> Iterator[str]:
    base = set if issubclass(type(value), set) else frozenset
    count = base.__len__(value)
    if count > _SORTED:
        yield f"<{base.__name__} of {count} items>"
        return
    # All items are written before any is seen, so what they hold is not written in turn: sets in sets in
    # sets would take for ever.
    within = min(levels, 1)
    items = sorted("".join(islice(_pieces(item, within), MOST_LETTERS)) for item in base.__iter__(value))
    begin, end = ("frozenset({", "})") if base is frozenset else ("{", "}")
    yield f"{begin}{', '.join(items)}{end}" if count else f"{base.__name__}()"


def _dict(value: Any, levels: int) -> Iterator[str]:
    kind = type(value)
    # A class of its own, Counter say, is named; what Metaflow wraps a config in is a dict to its author.
    named = kind is not dict and _module(kind) != "metaflow"
    yield f"{_class_name(kind)}({{" if named else "{"
    for number, (key, item) in enumerate(dict.items(value)):
        yield ", " if number else ""
        yield from _pieces(key, levels)
        yield ": "
        yield from _pieces(item, levels)
    yield "})" if named else "}"


def _exception(value: Any, levels: int) -> Iterator[str]:
    args = vars(BaseException)["args"].__get__(value)
    yield from _surrounded(f"{_class_name(type(value))}(", args, ")", levels)


def _object(value: Any, levels: int) -> Iterator[str]:
    public = ((name, item) for name, item in _held(value) if not name.startswith("_"))
    yield from _called(type(value), public, levels)


def _called(kind: type, held: Iterable[tuple[str, Any]], levels: int) -> Iterator[str]:
    yield f"{_class_name(kind)}("
    for number, (name, item) in enumerate(held):
        yield f"{', ' if number else ''}{name}="
        yield from _pieces(item, levels)
    yield ")"


def _surrounded(begin: str, items: Iterable[Any], end: str, levels: int) -> Iterator[str]:
    yield begin
    for number, item in enumerate(items):
        yield ", " if number else ""
        yield from _pieces(item, levels)
    yield end


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any, int], Iterator[str]]], ...] = (
    ((str, bytes, bytearray), _text),
    (int, _whole_number),
    (float, _number),
    (list, _list),
    (tuple, _tuple),
    (dict, _dict),
    ((set, frozenset), _set),
    (deque, _deque),
    (BaseException, _exception),
)
"""A class of the flow's may be a kind of any of these: what it holds is read by the base's own methods."""

_LEAVES = (_text, _whole_number, _number)
"""They write what holds nothing, however deep that is."""


def _shaped(kind: type) -> tuple[type, tuple[str, ...]] | None:
    """Return the class of a library that tells an object's size, and the names of what tells it."""
    for base in _MRO(kind):
        names = _SHAPED.get((_module(base), _class_name(base)))
        # A class of the same name that the flow has is not the library's.
        if names and getattr(sys.modules.get(_module(base)), _class_name(base), None) is base:
            return base, names
    return None


def _attribute(base: type, value: Any, name: str) -> str:
    # Asked of the library's class: a class of the flow's that extends it may have put code under the name.
    found = getattr(base, name).__get__(value)
    return str(tuple(found)) if name == "shape" else str(found).removeprefix("torch.")


def _numpy_scalar(value: Any) -> Any:
    """Return what a number of numpy's is for Python; ``None`` for anything else."""
    generic = getattr(sys.modules.get("numpy"), "generic", None)
    if generic is None or not issubclass(type(value), generic):
        return None
    plain = generic.item(value)
    return None if issubclass(type(plain), generic) else plain


_MRO: Callable[[type], tuple[type, ...]] = vars(type)["__mro__"].__get__
_class_name: Callable[[type], str] = vars(type)["__name__"].__get__
_MODULE: Callable[[type], Any] = vars(type)["__module__"].__get__
_FUNCTION_NAME: Callable[[Any], str] = vars(types.FunctionType)["__name__"].__get__
"""Read what Python itself notes of a class or function, whatever its class or metaclass defines."""


def _in_class(kind: type, name: str) -> Any:
    return next((vars(base)[name] for base in _MRO(kind) if name in vars(base)), None)


def _module(kind: type) -> str:
    """Return the package that a class is from."""
    module = _MODULE(kind)
    return module.partition(".")[0] if type(module) is str else ""


def _held(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield an object's attributes as they lie in memory: its slots, and its ``__dict__``."""
    kind = type(value)
    for base in reversed(_MRO(kind)):
        for name, slot in vars(base).items():
            if type(slot) is types.MemberDescriptorType and base is not object:
                with suppress(AttributeError):  # not set
                    yield name, slot.__get__(value)
    attributes = _in_class(kind, "__dict__")
    if type(attributes) is types.GetSetDescriptorType:
        yield from ((n, item) for n, item in dict.items(attributes.__get__(value)) if type(n) is str)

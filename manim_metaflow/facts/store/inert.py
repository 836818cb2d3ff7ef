"""Read a pickle as plain structure: no class is imported, nothing it names is called.

Whatever a pickle asks for becomes an :class:`Inert`, which remembers its name and what it was given. That
is enough to show a value, and to find out whether two pickles with different bytes are of equal values.
"""

from __future__ import annotations

import io
import pickle
import re
import reprlib
from typing import Any, Self

from manim_metaflow.facts.store.pickles import check_memo
from manim_metaflow.utils.text import ellipsis

__all__ = ["Inert", "bounded_text", "dangerous_name", "decode", "same_value"]

_STEPS = 200_000
"""How many parts of two values are compared before giving up: a small pickle can stand for a huge value."""

# Pickle has no opcode for a set before protocol 4, and asks for the class: these two run no code of the
# pickle.
_PLAIN_CONSTRUCTORS = {("builtins", "set"): set, ("builtins", "frozenset"): frozenset}


_RUNNING_MODULES = re.compile(
    r"(os|posix|nt|subprocess|sys|importlib|runpy|pty|shutil|socket|ctypes|code|pdb|multiprocessing)\."
)
_RUNNING = {f"builtins.{name}" for name in ("eval", "exec", "compile", "open", "getattr", "__import__")}
"""What no honest value's pickle asks for, and one that is made to run code does."""


class Inert:
    """Something a pickle asked for: ``name``, and all that was handed to it."""

    name = ""

    given: list[Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Keep what the constructor was given; nothing is called with it."""
        made = super().__new__(cls)
        made.given = [args, kwargs] if kwargs else [args]
        return made

    def __setstate__(self, state: Any) -> None:
        self.given.append(state)

    def append(self, item: Any) -> None:
        """Take an item of a list-like object."""
        self.given.append(item)

    def extend(self, items: Any) -> None:
        """Take items of a list-like object."""
        self.given.extend(items)

    def add(self, item: Any) -> None:
        """Take an item of a set-like object."""
        self.given.append(item)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.given.append((key, value))

    def __call__(self, *args: Any) -> Inert:
        """Stand for the result of a call that is not made."""
        return _named(f"{self.name}()")(*args)


def _named(name: str) -> type[Inert]:
    return type("Inert", (Inert,), {"name": name})


class _Reader(pickle.Unpickler):
    def __init__(self, blob: bytes) -> None:
        super().__init__(io.BytesIO(blob))
        self.asked: dict[str, Any] = {}

    def find_class(self, module: str, name: str) -> Any:
        plain = _PLAIN_CONSTRUCTORS.get((module, name))
        if plain is not None:
            return plain
        # One class for each name, so that two objects of a pickle that share a class still share one.
        return self.asked.setdefault(f"{module}.{name}", _named(f"{module}.{name}"))

    def persistent_load(self, pid: Any) -> Any:
        return self.asked.setdefault("persistent id", _named("persistent id"))(pid)


def decode(blob: bytes) -> Any:
    """Return the value's structure.

    Raises
    ------
    ValueError
        The bytes are not a whole pickle.

    Examples
    --------
    >>> import pickle
    >>> decode(pickle.dumps([1, {"a": 2.5}]))
    [1, {'a': 2.5}]
    >>> bounded_text(decode(pickle.dumps(range(3))))
    'range(0, 3, 1)'
    """
    return _decoded(blob)[0]


def dangerous_name(blob: bytes) -> str:
    """Name what loading the pickle would call to run code, if anything.

    Raises
    ------
    ValueError
        The bytes are not a whole pickle.
    """
    asked = _decoded(blob)[1]
    return next((name for name in asked if name in _RUNNING or _RUNNING_MODULES.match(name)), "")


def _decoded(blob: bytes) -> tuple[Any, dict[str, Any]]:
    reader = _Reader(blob)
    try:
        check_memo(blob)
        return reader.load(), reader.asked
    except Exception as error:
        raise ValueError(f"it is not a whole pickle ({type(error).__name__}: {error})") from error


def same_value(one: bytes, other: bytes) -> bool:
    """Return whether two pickles are of equal values of equal types; in doubt, ``False``.

    Examples
    --------
    >>> import pickle
    >>> shared = "".join(["a", "b"])
    >>> twice, apart = pickle.dumps([shared, shared]), pickle.dumps(["".join("ab"), "".join("ab")])
    >>> twice == apart, same_value(twice, apart)
    (False, True)
    >>> same_value(pickle.dumps(1), pickle.dumps(True))
    False
    """
    try:
        return _Comparison().equal(decode(one), decode(other))
    except (ValueError, RecursionError, TypeError):
        return False


class _Comparison:
    def __init__(self) -> None:
        self.left = _STEPS

    def equal(self, one: Any, other: Any) -> bool:
        self.left -= 1
        if self.left < 0:
            raise ValueError("too large to compare")
        # A class is made anew by each decoding, so that the two are never identical: their names are
        # compared.
        if isinstance(one, type) or isinstance(other, type):
            return self._kind(one) == self._kind(other)
        if isinstance(one, Inert) and isinstance(other, Inert):
            return one.name == other.name and self._all(one.given, other.given)
        return type(one) is type(other) and self._plain(one, other)

    def _plain(self, one: Any, other: Any) -> bool:
        if isinstance(one, list | tuple):
            return self._all(one, other)
        if isinstance(one, dict):
            return one.keys() == other.keys() and all(self.equal(one[key], other[key]) for key in one)
        if isinstance(one, set | frozenset):
            # With types: `{1}` equals `{True}` in Python, and the two are not the same value.
            return {(type(item), item) for item in one} == {(type(item), item) for item in other}
        return bool(one == other)

    def _all(self, one: Any, other: Any) -> bool:
        return len(one) == len(other) and all(map(self.equal, one, other))

    @staticmethod
    def _kind(value: Any) -> object:
        return getattr(value, "name", value) if isinstance(value, type) else value


class _Short(reprlib.Repr):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxlong, self.maxother = 3, width, width, width
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 8

    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, type):
            return str(getattr(x, "name", x.__name__)).removeprefix("builtins.").removeprefix("__main__.")
        if isinstance(x, Inert):
            name = x.name.removeprefix("builtins.").removeprefix("__main__.")
            return f"{name}({self._given(x.given, level)})" if level > 0 else f"{name}(...)"
        if isinstance(x, bytes | bytearray):
            return repr(bytes(x[: self.maxstring])) + ("..." if len(x) > self.maxstring else "")
        return super().repr1(x, level)

    def _given(self, given: list[Any], level: int) -> str:
        parts: list[str] = []
        for item in given:
            if isinstance(item, tuple) and item is given[0]:
                parts += [self.repr1(part, level - 1) for part in item]
            elif isinstance(item, dict):
                parts += [f"{key}={self.repr1(part, level - 1)}" for key, part in item.items()]
            else:
                parts.append(self.repr1(item, level - 1))
        shown = parts[: self.maxlist]
        return ", ".join(shown) + (", ..." if len(parts) > len(shown) else "")


def bounded_text(value: Any, width: int = 60) -> str:
    """Write a decoded value in at most ``width`` letters, whatever its size.

    >>> bounded_text(list(range(1000)), 30)
    '[0, 1, 2, 3, 4, 5, 6, 7, ...]'
    """
    text = " ".join(_Short(width).repr(value).split())
    return ellipsis(text, width, mark="...", strip=False)

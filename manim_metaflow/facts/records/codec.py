"""Records as JSON text and back, with every value checked against the record's own type hints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Self, Union, get_args, get_origin, get_type_hints

from manim_metaflow.errors import RecordingError, RecordingNotFoundError
from manim_metaflow.utils.text import CONTROLS, ellipsis

__all__ = ["SCHEMA_VERSION", "JsonRecord"]

SCHEMA_VERSION = 1

_SHOWN = 40
"""Letters of a wrong value that a message has: it may be the whole file."""

_HALF = re.compile("[\ud800-\udfff]")

_LARGEST: dict[Any, float] = {int: 2**63, float: 1e11}
"""Sizes and counts have 64 bits. All floats are seconds, and none of them reaches the year 5138."""

_PLAIN: dict[Any, tuple[type, ...]] = {
    str: (str,),
    bool: (bool,),
    int: (int,),
    float: (int, float),
    NoneType: (NoneType,),
}


class JsonRecord:
    """A frozen dataclass that can be written as text and read back as an equal object."""

    def to_json(self) -> str:
        """Canonical text: sorted keys, one value a line, fields that hold their default left out.

        Examples
        --------
        >>> from manim_metaflow.facts.records import FlowInfo
        >>> flow = FlowInfo(name="Tiny", steps=(), edges=(), start="start", end="end")
        >>> FlowInfo.from_json(flow.to_json()) == flow
        True
        """
        payload = {"kind": type(self).__name__, "record": _encode(self), "schema": SCHEMA_VERSION}
        # JSON leaves some characters as they are that terminals obey, and halves of letters, which nothing
        # can write: they are Python's stand-ins for bytes that are no text, in a file name say.
        text = json.dumps(payload, indent=1, sort_keys=True, ensure_ascii=False)
        return CONTROLS.sub(_escaped, text) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes, *, name: str = "recording") -> Self:
        """Read back what :meth:`to_json` wrote.

        Parameters
        ----------
        text
            The whole text.
        name
            What to call it in an error, usually the file's name.

        Raises
        ------
        RecordingError
            If the text is cut short, of another kind or shape, or newer than this library.
        """
        try:
            payload = json.loads(text)
        except (ValueError, RecursionError) as error:
            # Python's parser gives nested values up with words about its own stack.
            why = "it is nested too deep" if isinstance(error, RecursionError) else error
            raise RecordingError(
                f"{name}: not a complete recording ({why}). Delete the file and record again."
            ) from error
        if not isinstance(payload, dict) or not {"kind", "record", "schema"} <= payload.keys():
            raise RecordingNotFoundError(f"{name}: JSON, but not a recording.")
        _check_schema(payload["schema"], name)
        if payload["kind"] != cls.__name__:
            raise RecordingNotFoundError(
                f"{name}: holds a {ellipsis(str(payload['kind']), 40)}, not a {cls.__name__}."
            )
        try:
            record = _decode(cls, payload["record"], "record")
        except _ShapeError as error:
            raise RecordingError(f"{name}: {error}. Delete the file and record again.") from error
        assert isinstance(record, cls)
        fault = next(record.faults(), None)
        if fault is not None:
            raise RecordingError(f"{name}: {fault}. Delete the file and record again.")
        return record

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the record as a whole, though every value of it has the right type."""
        yield from ()


def _escaped(found: re.Match[str]) -> str:
    r"""Write a character as JSON does, and half a letter as Python would show it: two backslashes are one."""
    if found[0] == "\n":  # between the lines of JSON; in a text it is written as two letters by now
        return "\n"
    half = "\ud800" <= found[0] <= "\udfff"
    return ("\\\\u" if half else "\\u") + f"{ord(found[0]):04x}"


class _ShapeError(Exception):
    """A value that does not fit its field."""


def _check_schema(version: object, name: str) -> None:
    # Not isinstance: True is an int, too, and equal to 1.
    if version == SCHEMA_VERSION and type(version) is int:
        return
    if type(version) is int and version > SCHEMA_VERSION:
        raise RecordingError(
            f"{name}: written with schema {version}, this manim-metaflow reads up to {SCHEMA_VERSION}. "
            "Upgrade manim-metaflow, or record again."
        )
    raise RecordingError(
        f"{name}: schema {ellipsis(repr(version), 40)} is not known. Delete the file and record again."
    )


def _stored(record: Any) -> list[Field[Any]]:
    return [f for f in fields(record) if f.metadata.get("stored", True)]


def _encode(value: Any) -> Any:
    if is_dataclass(value):
        pairs = ((f, getattr(value, f.name)) for f in _stored(value))
        # Defaults are left out, so that a new field with one changes no record that is kept.
        return {f.name: _encode(item) for f, item in pairs if f.default is MISSING or item != f.default}
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return value


_Decoder = Callable[[Any, str], Any]


def _decode(hint: Any, value: Any, where: str) -> Any:
    return _decoder(hint)(value, where)


# A record has thousands of values of few types: each type's hints are read once.
@cache
def _decoder(hint: Any) -> _Decoder:
    if hint in _PLAIN:
        return _plain(hint)
    if is_dataclass(hint):
        return _record(hint)
    origin = get_origin(hint)
    if origin is tuple:
        return _tuple(get_args(hint))
    if origin is Literal:
        return _literal(get_args(hint))
    if origin in (Union, UnionType):
        return _optional(get_args(hint))
    raise TypeError(f"records cannot hold {hint!r}")


def _plain(hint: Any) -> _Decoder:
    allowed = _PLAIN[hint]

    def decode(value: Any, where: str) -> Any:
        # By the very type: True is an int for `isinstance`.
        if type(value) not in allowed:
            raise _ShapeError(f"{where} should be {hint.__name__}, not {type(value).__name__}")
        if hint is str and not value.isascii() and _HALF.search(value):
            raise _ShapeError(f"{where} has half a letter, a surrogate without its other half")
        # Written so that NaN, which is not less than anything, is refused, too.
        if (hint is int or hint is float) and not -_LARGEST[hint] < value < _LARGEST[hint]:
            raise _ShapeError(f"{where} is out of range")
        # JSON has no whole floats: 2.0 seconds may come back as 2.
        return float(value) if hint is float else value

    return decode


def _literal(choices: tuple[Any, ...]) -> _Decoder:
    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise _ShapeError(
                f"{where} is {ellipsis(repr(value), 40)}, should be one of {', '.join(choices)}"
            )
        return value

    return decode


def _optional(options: tuple[Any, ...]) -> _Decoder:
    (inner,) = (option for option in options if option is not NoneType)

    def decode(value: Any, where: str) -> Any:
        return None if value is None else _decoder(inner)(value, where)

    return decode


def _tuple(items: tuple[Any, ...]) -> _Decoder:
    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, list):
            raise _ShapeError(f"{where} should be a list, not {type(value).__name__}")
        if items[-1] is Ellipsis:
            hints = items[:1] * len(value)
        elif len(items) == len(value):
            hints = items
        else:
            raise _ShapeError(f"{where} should hold {len(items)} values, not {len(value)}")
        parts = enumerate(zip(hints, value, strict=True))
        return tuple(_decoder(hint)(item, f"{where}[{i}]") for i, (hint, item) in parts)

    return decode


def _record(kind: Any) -> _Decoder:
    hints = get_type_hints(kind)
    known = {f.name: f for f in _stored(kind)}
    needed = [f.name for f in known.values() if f.default is MISSING]

    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise _ShapeError(f"{where} should be an object, not {type(value).__name__}")
        for name in value.keys() - known.keys():
            raise _ShapeError(f"{where} has an unknown field {ellipsis(repr(name), _SHOWN)}")
        for name in needed:
            if name not in value:
                raise _ShapeError(f"{where}.{name} is missing")
        return kind(**{name: _decoder(hints[name])(item, f"{where}.{name}") for name, item in value.items()})

    return decode

"""What is on the picture, as plain data: kind, facts, place, size and paint of the mobjects that matter.

A mobject matters if its class defines ``__snapshot__(self) -> dict``, or if it is at the top of the
scene and has a shape. The facts it returns (its name, state, text, ...) are recorded as they are; the rest
is measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from numbers import Integral, Real
from typing import Any

import manim as mn

__all__ = ["dump_structure", "same_structure", "structure_of"]

_DIGITS = 4
_TOLERANCE = 1.5 * 10**-_DIGITS
"""Two roundings of one number may fall on different sides: a last digit is no difference."""


def structure_of(source: mn.Mobject | mn.Scene | Iterable[mn.Mobject]) -> list[dict[str, Any]]:
    """Describe the mobjects of a scene, in drawing order.

    Parameters
    ----------
    source
        A mobject, a scene in its present state, or the top-level mobjects of one.

    Returns
    -------
    list of dict
        For each mobject ``kind`` (class name), ``facts`` (what ``__snapshot__`` returns), ``paint``
        (fill and stroke of its own shapes, hex and opacity), ``center``, ``size`` (units, rounded to
        1e-4) and ``z`` (``z_index``).

    Examples
    --------
    >>> import manim
    >>> (entry,) = structure_of(manim.Square(side_length=2))
    >>> entry["kind"], entry["size"]
    ('Square', [2.0, 2.0])
    """
    entries: list[dict[str, Any]] = []
    seen: set[int] = set()
    for top in _top_level(source):
        for mobject in top.get_family():
            matters = has_facts(mobject) or (mobject is top and top.family_members_with_points())
            if matters and id(mobject) not in seen:
                entries.append(_describe(mobject))
            seen.add(id(mobject))
    return entries


def has_facts(mobject: mn.Mobject) -> bool:
    """Tell whether a mobject describes itself."""
    return callable(getattr(type(mobject), "__snapshot__", None))


def facts_of(mobject: mn.Mobject) -> dict[str, Any]:
    """Return the facts of a mobject; none if it does not describe itself."""
    return dict(mobject.__snapshot__()) if has_facts(mobject) else {}


def _own_shapes(mobject: mn.Mobject) -> Iterator[mn.Mobject]:
    """Yield the shapes of a mobject that no describing mobject inside it claims."""
    if len(mobject.points):
        yield mobject
    for child in mobject.submobjects:
        if not has_facts(child):
            yield from _own_shapes(child)


def dump_structure(entries: list[dict[str, Any]]) -> str:
    """Write entries as JSON with sorted keys, a line per value, so that a diff reads well.

    Examples
    --------
    >>> print(dump_structure([{"kind": "Square", "center": [0, 0]}]), end="")
    [
     {
      "center": [0, 0],
      "kind": "Square"
     }
    ]
    """
    blocks = []
    for entry in entries:
        lines = (f"  {json.dumps(key)}: {_dump(entry[key])}" for key in sorted(entry))
        blocks.append(" {\n" + ",\n".join(lines) + "\n }")
    return "[\n" + ",\n".join(blocks) + "\n]\n" if blocks else "[]\n"


def same_structure(one: Any, other: Any) -> bool:
    """Compare two structures; numbers may differ by a last digit.

    Examples
    --------
    >>> same_structure([{"center": [0.1]}], [{"center": [0.1001]}])
    True
    >>> same_structure([{"center": [0.1]}], [{"center": [0.101]}])
    False
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_structure(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_structure, one, other))
    # In Python True equals 1.
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(abs(one - other) <= _TOLERANCE)
    return bool(one == other)


def _dump(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _top_level(source: mn.Mobject | mn.Scene | Iterable[mn.Mobject]) -> list[mn.Mobject]:
    if isinstance(source, mn.Scene):
        return [*source.mobjects, *(m for m in source.foreground_mobjects if m not in source.mobjects)]
    return [source] if isinstance(source, mn.Mobject) else list(source)


def _describe(mobject: mn.Mobject) -> dict[str, Any]:
    facts = facts_of(mobject)
    return {
        "kind": type(mobject).__name__,
        "facts": {str(key): _plain(value, mobject, str(key)) for key, value in facts.items()},
        "paint": _paint(mobject),
        "center": [_round(value) for value in mobject.get_center()],
        "size": [_round(mobject.width), _round(mobject.height)],
        "z": _round(mobject.z_index),
    }


def _paint(mobject: mn.Mobject) -> list[str]:
    shapes = (shape for shape in _own_shapes(mobject) if isinstance(shape, mn.VMobject))
    return list(dict.fromkeys(_paint_of(shape) for shape in shapes))


def _paint_of(shape: mn.VMobject) -> str:
    fill = "-".join(color.to_hex() for color in shape.get_fill_colors() if color)
    stroke = "-".join(color.to_hex() for color in shape.get_stroke_colors() if color)
    return (
        f"fill {fill} {_round(shape.get_fill_opacity()):g}, "
        f"stroke {stroke} {_round(shape.get_stroke_opacity()):g} width {_round(shape.get_stroke_width()):g}"
    )


def _round(value: Any) -> float:
    # Adding zero turns -0.0, which means nothing on a picture, into 0.0.
    return round(float(value), _DIGITS) + 0.0


def _plain(value: object, mobject: mn.Mobject, key: str) -> object:
    if isinstance(value, Enum):
        return _plain(value.value, mobject, key)
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return _round(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item, mobject, key) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, mobject, key) for item in value]
    raise TypeError(
        f"{type(mobject).__name__}.__snapshot__()[{key!r}] is a {type(value).__name__}: "
        "give strings, numbers, booleans, None, or lists and dicts of them"
    )

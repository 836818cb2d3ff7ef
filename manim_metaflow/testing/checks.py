"""Find what no viewer should see: text on text, text too small, things cut off, edges through nodes.

Mobjects name their ``role`` in what ``__snapshot__`` returns:

- ``"text"``: with ``font_size``, and ``owner`` if it belongs to a node (its name) or an edge
  (``"source->target"``, or the edge's name) that it is not a part of;
- ``"node"``: with ``name``; the attribute ``node_box`` may name its box, as a mobject or as
  left, bottom, right and top;
- ``"edge"``: with ``source`` and ``target``, the names of the nodes it may touch;
- ``"background"``: may leave the frame.

Manim's ``Text``, ``MarkupText`` and ``Paragraph`` count as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import manim as mn

from manim_metaflow.testing.ink import Box, Points, box_of, samples_of
from manim_metaflow.testing.structure import facts_of, has_facts

__all__ = ["Problem", "check_frame", "frame_of", "named_boxes"]

_SLACK = 0.02
"""Units that boxes may overlap: the ink of neighbours may touch."""
_FRAME_SLACK = 0.01
_MANIM_TEXTS = (mn.Text, mn.MarkupText, mn.Paragraph)


@dataclass(frozen=True)
class Problem:
    """Something wrong with a frame."""

    kind: str
    """``outside``, ``margin``, ``text-overlap``, ``small-text``, ``edge-through-node``, ``text-over-node`` or
    ``text-over-edge``."""
    message: str
    names: tuple[str, ...]
    """The mobjects concerned."""

    def __str__(self) -> str:
        return self.message


@dataclass
class _Unit:
    """A mobject that is judged as a whole."""

    mobject: mn.Mobject
    facts: dict[str, Any]
    above: tuple[int, ...]
    """Identities of the mobjects it is a part of, and its own."""
    role: str = field(init=False)

    def __post_init__(self) -> None:
        self.role = str(self.facts.get("role", "text" if isinstance(self.mobject, _MANIM_TEXTS) else ""))

    @property
    def shapes(self) -> list[mn.Mobject]:
        return list(self.mobject.get_family() if self.role == "text" else _own_shapes(self.mobject))

    @cached_property
    def box(self) -> Box | None:
        return box_of(self.shapes)

    @cached_property
    def path(self) -> Points:
        return samples_of(self.shapes)

    def belongs_to(self, other: _Unit, *names: object) -> bool:
        """Tell whether it is a part of another unit, or names it as its owner."""
        owner = self.facts.get("owner")
        return id(other.mobject) in self.above or (owner is not None and owner in names)

    @property
    def name(self) -> str:
        label = self.facts.get("name") or self.facts.get("text") or getattr(self.mobject, "text", "")
        if self.role == "edge":
            label = label or f"{self.facts.get('source')}->{self.facts.get('target')}"
        kind = type(self.mobject).__name__
        return f"{kind} {str(label)[:40]!r}" if label else kind


def check_frame(scene: mn.Scene, *, min_font_size: float = 14, margin: float = 0) -> list[Problem]:
    """Examine a scene in its present state.

    Parameters
    ----------
    scene
        Any scene, with its camera where it is. While the camera looks at a part of the scene, what is
        cut off by the frame is not a problem, unless it is text.
    min_font_size
        Smallest Manim font size, as it appears on the frame.
    margin
        Share of the frame's width and height along its edges that has to stay empty.

    Returns
    -------
    list of Problem
        Empty if nothing is wrong.

    Examples
    --------
    >>> class Crowded(mn.Scene):
    ...     def construct(self):
    ...         self.add(mn.Text("over"), mn.Text("lap"))
    >>> from manim_metaflow.testing import beat_frames
    >>> [problem.kind for beat in beat_frames(Crowded) for problem in check_frame(beat.scene)]
    ['text-overlap']
    """
    units = [unit for unit in _units(scene) if unit.box]
    texts = [unit for unit in units if unit.role == "text"]
    nodes = [unit for unit in units if unit.role == "node"]
    edges = [unit for unit in units if unit.role == "edge"]
    return [
        *_outside(units, scene, margin),
        *_overlapping(texts),
        *_too_small(texts, scene, min_font_size),
        *_through_nodes(edges, nodes),
        *_over_nodes(texts, nodes),
        *_over_edges(texts, edges),
    ]


def _units(scene: mn.Scene) -> Iterator[_Unit]:
    seen: set[int] = set()
    # A mobject may be in both lists; it is drawn once.
    for top in dict.fromkeys([*scene.mobjects, *scene.foreground_mobjects]):
        yield from _units_in(top, (), seen, is_top=True)


def _units_in(
    mobject: mn.Mobject, above: tuple[int, ...], seen: set[int], *, is_top: bool = False
) -> Iterator[_Unit]:
    if id(mobject) in seen:
        return
    seen.add(id(mobject))
    path = (*above, id(mobject))
    unit = _Unit(mobject, facts_of(mobject), path)
    if is_top or unit.role or has_facts(mobject):
        yield unit
    # A text is judged as a whole: its letters are shapes of their own.
    if unit.role != "text":
        for child in mobject.submobjects:
            yield from _units_in(child, path, seen)


def _own_shapes(mobject: mn.Mobject) -> Iterator[mn.Mobject]:
    if len(mobject.points):
        yield mobject
    for child in mobject.submobjects:
        if not has_facts(child) and not isinstance(child, _MANIM_TEXTS):
            yield from _own_shapes(child)


def frame_of(scene: mn.Scene) -> Box:
    """Return what a scene's camera sees."""
    camera: Any = scene.camera
    x, y = float(camera.frame_center[0]), float(camera.frame_center[1])
    width, height = float(camera.frame_width) / 2, float(camera.frame_height) / 2
    return Box(x - width, y - height, x + width, y + height)


def named_boxes(scene: mn.Scene) -> Iterator[tuple[str, Box]]:
    """Yield the name and the place of everything that is seen and has a name, such as a step."""
    for unit in _units(scene):
        name = unit.facts.get("name")
        if isinstance(name, str) and unit.box:
            yield name, unit.box


def _is_close_up(scene: mn.Scene) -> bool:
    frame = frame_of(scene)
    x, y, width = (frame.left + frame.right) / 2, (frame.bottom + frame.top) / 2, frame.right - frame.left
    return max(abs(x), abs(y), abs(width - mn.config.frame_width)) > _SLACK


def _outside(units: list[_Unit], scene: mn.Scene, margin: float) -> Iterator[Problem]:
    frame, close_up = frame_of(scene), _is_close_up(scene)
    inner = frame.inside(margin).grown(_FRAME_SLACK)
    for unit in units:
        box = unit.box
        if box is None or inner.contains(box) or unit.role == "background":
            continue
        if not close_up or (unit.role == "text" and frame.overlaps(box)):
            if frame.grown(_FRAME_SLACK).contains(box):
                yield Problem("margin", f"{unit.name} is within {margin:.0%} of the edge", (unit.name,))
            else:
                yield Problem("outside", f"{unit.name} leaves the frame", (unit.name,))


def _overlapping(texts: list[_Unit]) -> Iterator[Problem]:
    for one, other in combinations(texts, 2):
        if one.box and other.box and one.box.grown(-_SLACK / 2).overlaps(other.box.grown(-_SLACK / 2)):
            yield Problem("text-overlap", f"{one.name} and {other.name} overlap", (one.name, other.name))


def _too_small(texts: list[_Unit], scene: mn.Scene, smallest: float) -> Iterator[Problem]:
    frame = frame_of(scene)
    # What the camera comes near to is larger on the frame than its font size says.
    zoom = mn.config.frame_width / (frame.right - frame.left)
    for unit in texts:
        size = _font_size(unit)
        if size is not None and size * zoom < smallest - 0.01 and unit.box and frame.overlaps(unit.box):
            message = f"{unit.name} is drawn at font size {size * zoom:.1f}, below {smallest:g}"
            yield Problem("small-text", message, (unit.name,))


def _font_size(unit: _Unit) -> float | None:
    # A Paragraph keeps the Text its letters come from; they are the same mobjects.
    source = getattr(unit.mobject, "lines_text", unit.mobject)
    size = getattr(source, "font_size", None) or unit.facts.get("font_size")
    return None if size is None else float(size)


def _node_box(node: _Unit) -> Box | None:
    box = getattr(node.mobject, "node_box", None)
    if isinstance(box, mn.Mobject):
        return box_of(box.get_family())
    return node.box if box is None else Box(*map(float, box))


def _through_nodes(edges: list[_Unit], nodes: list[_Unit]) -> Iterator[Problem]:
    for edge in edges:
        own = {edge.facts.get("source"), edge.facts.get("target")}
        for node in nodes:
            box = _node_box(node)
            if box and node.facts.get("name") not in own and box.grown(-_SLACK).crossed_by(edge.path):
                message = f"{edge.name} crosses {node.name}"
                yield Problem("edge-through-node", message, (edge.name, node.name))


def _over_nodes(texts: list[_Unit], nodes: list[_Unit]) -> Iterator[Problem]:
    for text in texts:
        for node in nodes:
            box = _node_box(node)
            own = text.belongs_to(node, node.facts.get("name"))
            if box and text.box and not own and box.grown(-_SLACK).overlaps(text.box):
                message = f"{text.name} covers {node.name}, which it does not belong to"
                yield Problem("text-over-node", message, (text.name, node.name))


def _over_edges(texts: list[_Unit], edges: list[_Unit]) -> Iterator[Problem]:
    for text in texts:
        for edge in edges:
            ends = f"{edge.facts.get('source')}->{edge.facts.get('target')}"
            own = text.belongs_to(edge, edge.facts.get("name"), ends)
            if text.box and not own and text.box.grown(-_SLACK).crossed_by(edge.path):
                message = f"{text.name} covers {edge.name}, which it does not belong to"
                yield Problem("text-over-edge", message, (text.name, edge.name))

"""What ``merge_artifacts`` does with the key maps of a join's inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim import LEFT, RIGHT, VGroup

from manim_metaflow.animations.motion.clips import swell, travel
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.storage.faces import appear
from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.shapes import Shape, polyline, rounded_rectangle
from manim_metaflow.mobjects.storage.key_map import KeyMap, KeyRow
from manim_metaflow.theme import current_theme

__all__ = ["MergeArtifacts", "conflicts_between"]


def conflicts_between(inputs: Sequence[KeyMap], settled: Sequence[str] = ()) -> list[str]:
    """Name the artifacts for which inputs of a join have different keys, and which are not settled."""
    keys: dict[str, set[str]] = {}
    for key_map in inputs:
        for name, sha in key_map.named.items():
            keys.setdefault(name, set()).add(sha)
    return sorted(name for name, shas in keys.items() if len(shas) > 1 and name not in settled)


class MergeArtifacts(Timeline):
    """A join takes over its inputs' keys, or, where they differ, none at all.

    Only keys are compared, and only keys are copied: no bytes are read. If inputs differ in an artifact
    that the join has neither set nor excluded, Metaflow raises before it has copied anything: the lines in
    conflict are marked and the join's map stays as it is.

    Parameters
    ----------
    inputs
        The maps of the join's parents.
    joined
        The join's map.
    settled
        Artifacts that the join set itself before it merged, or excluded.

    Attributes
    ----------
    conflicts
        Names in conflict.
    marks
        The frames round the lines in conflict; they stay on the scene.

    Raises
    ------
    UsageError
        There is nothing to merge.

    Examples
    --------
    .. manim:: MergeArtifactsExample

        class MergeArtifactsExample(Scene):
            def construct(self):
                kept = KeyEntry("raw", "b68cc035a7f59d6d9285aaa4359c51872f204f8a", 22, "list")
                maps = [
                    KeyMap(TaskKeys(step, str(at), (KeyMapRecord(0, True, (kept,)),))).shift(4 * side)
                    for at, (step, side) in enumerate([("a", LEFT), ("b", RIGHT), ("join", DOWN * 0)], 2)
                ]
                self.add(*maps[:2])
                self.play(MergeArtifacts(maps[:2], maps[2]))
    """

    def __init__(
        self, inputs: Sequence[KeyMap], joined: KeyMap, *, settled: Sequence[str] = (), **kwargs: Any
    ) -> None:
        if not inputs:
            raise UsageError("A join merges the maps of its inputs: give at least one.")
        self.conflicts = conflicts_between(inputs, settled)
        self.marks = VGroup()
        overlay = VGroup()
        if self.conflicts:
            # Nothing is copied: Metaflow checks all names before it takes over the first.
            clips = self._clash(inputs)
            super().__init__([*inputs, self.marks], clips, overlay=overlay, **kwargs)
            return
        merged = [name for name in joined.named if name not in settled]
        clips = self._copy(inputs, joined, merged, overlay)
        super().__init__([*inputs, joined], clips, overlay=overlay, **kwargs)

    @staticmethod
    def _copy(inputs: Sequence[KeyMap], joined: KeyMap, names: list[str], overlay: VGroup) -> list[Clip]:
        clips: list[Clip] = []
        joined.write(*names)
        for index, name in enumerate(names):
            row, at = joined[name], 0.35 * index
            for key_map in inputs:
                if name in key_map.named:
                    origin: KeyRow = key_map[name]
                    clips.append(travel(at, at + 0.9, origin, row.get_center(), overlay, opacity=0.5))
            clips.append(appear(at + 0.7, at + 1.1, row))
        return clips

    def _clash(self, inputs: Sequence[KeyMap]) -> list[Clip]:
        theme = current_theme()
        clips: list[Clip] = []
        for index, name in enumerate(self.conflicts):
            maps = [key_map for key_map in inputs if name in key_map.named]
            rows = [key_map[name] for key_map in maps]
            at = 0.5 * index
            for row, key_map in zip(rows, maps, strict=True):
                # Built as large as at rest, then scaled, so that its corners grow with the map.
                wide, high = row.width / key_map.zoom, row.height / key_map.zoom
                outline = rounded_rectangle(wide + 0.16, max(0.38, high + 0.06), 0.08)
                mark = Shape(outline * key_map.zoom, stroke=theme.conflict, stroke_width=2.0).move_to(row)
                self.marks.add(mark)
                clips += [
                    appear(at, at + 0.4, mark, scale=1.15),
                    swell(at, at + 0.7, row, factor=1.04),
                ]
            # Brackets of several conflicts lie beside each other.
            edge = max(float(each.panel.get_right()[0]) + 0.16 * (index + 1) * each.zoom for each in inputs)
            bracket = Shape(_bracket(rows, edge, maps[0].zoom), stroke=theme.conflict, stroke_width=1.8)
            self.marks.add(bracket)
            clips.append(appear(at + 0.3, at + 0.7, bracket))
        return clips


def _bracket(rows: Sequence[KeyRow], edge: float, zoom: float) -> Any:
    """Join lines that are below each other at their right ends; others by a straight line."""
    left, right = sorted((rows[0], rows[-1]), key=lambda row: float(row.get_left()[0]))
    if right.get_left()[0] < left.get_right()[0]:
        ends = [(float(row.get_right()[0]) + 0.08 * zoom, float(row.get_y())) for row in (rows[0], rows[-1])]
        return polyline(ends[0], (edge, ends[0][1]), (edge, ends[1][1]), ends[1])
    apart = 0.1 * zoom
    return polyline((left.get_right() + apart * RIGHT)[:2], (right.get_left() + apart * LEFT)[:2])

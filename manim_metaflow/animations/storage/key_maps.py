"""An artifact after it is stored: a line in a map, an index, the next task's memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from manim import DOWN, LEFT, RIGHT, UP, VGroup, VMobject

from manim_metaflow.animations.motion.clips import leave, point, swell, travel
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.storage.faces import appear, slot_of, store_face
from manim_metaflow.mobjects.storage.blob import BlobCell
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.storage.content_store import ContentStore
from manim_metaflow.mobjects.storage.key_map import KeyMap, KeyRow
from manim_metaflow.mobjects.storage.metadata import MetadataPanel
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["Inherit", "LoadArtifact", "MutateInPlace", "RegisterArtifact", "WriteKeys"]


class WriteKeys(Timeline):
    """A task ends: each name gets a line with its key.

    Parameters
    ----------
    key_map
        The map.
    sources
        Name to what the line's face comes from.
    names
        Only these lines; by default all, and the map with them.

    Examples
    --------
    .. manim:: WriteKeysExample

        class WriteKeysExample(Scene):
            def construct(self):
                raw = KeyEntry("raw", "b68cc035a7f59d6d9285aaa4359c51872f204f8a", 22, "list")
                keys = KeyMap(TaskKeys("start", "1", (KeyMapRecord(0, True, (raw,)),)))
                self.play(WriteKeys(keys))
    """

    def __init__(
        self,
        key_map: KeyMap,
        sources: Mapping[str, VMobject] | None = None,
        *,
        names: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        overlay, sources = VGroup(), sources or {}
        clips: list[Clip] = []
        if names is None:
            clips += [appear(0, 0.4, part) for part in _background(key_map)]
        wanted = list(key_map.named) if names is None else list(names)
        # Written before it is seen: the lines have to be in their places for the motions to end there.
        key_map.write(*wanted)
        for index, name in enumerate(wanted):
            row, at = key_map[name], (0.3 if names is None else 0.0) + 0.3 * index
            if name in sources:
                face = getattr(sources[name], "face", sources[name])
                scale = float(row.face.height / face.height)
                clips.append(travel(at, at + 0.6, face, row.face.get_center(), overlay, scale=scale))
                at += 0.5
            clips.append(appear(at, at + 0.4, row))
        super().__init__([key_map], clips, overlay=overlay, **kwargs)


class RegisterArtifact(Timeline):
    """An artifact is registered with the metadata service, once its bytes and its key are stored.

    Parameters
    ----------
    row
        The line of the key map, or the chip.
    panel
        What is registered.
    name
        The artifact; the row's name by default.

    Examples
    --------
    .. manim:: RegisterArtifactExample

        class RegisterArtifactExample(Scene):
            def construct(self):
                raw = KeyEntry("raw", "b68cc035a7f59d6d9285aaa4359c51872f204f8a", 22, "list")
                keys = KeyMap(TaskKeys("start", "1", (KeyMapRecord(0, True, (raw,)),))).shift(UP)
                panel = MetadataPanel("TinyFlow", "1763700154", "start/1", ["raw"]).shift(DOWN)
                self.add(keys, panel)
                self.play(RegisterArtifact(keys["raw"], panel))
    """

    def __init__(
        self, row: KeyRow | ArtifactChip, panel: MetadataPanel, name: str | None = None, **kwargs: Any
    ) -> None:
        overlay = VGroup()
        name = name or row.name
        line = panel.line(name)
        panel.register(name)
        text: VMobject = row.label if row.label is not None else row.face
        clips: list[Clip] = [
            travel(0, 0.6, text, line.get_right() + text.width / 2 * LEFT, overlay),
            appear(0.45, 0.85, line),
        ]
        super().__init__([panel], clips, overlay=overlay, **kwargs)


class LoadArtifact(Timeline):
    """An artifact is read for the first time: its key from a map, then the bytes.

    Parameters
    ----------
    row
        Where its key is found: the line of the parent's map, or of the metadata.
    cell
        The blob it names, or the store that has it.
    chip
        The value, which is in memory afterwards.
    asker
        What reads it, if not the map's own task: the client asks the metadata, then the store.

    Attributes
    ----------
    lines
        Arrows from who asks to what is asked; they stay on the scene if there is an ``asker``.

    Examples
    --------
    .. manim:: LoadArtifactExample

        class LoadArtifactExample(Scene):
            def construct(self):
                sha = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
                entry = KeyEntry("raw", sha, 22, "list")
                keys = KeyMap(TaskKeys("start", "1", (KeyMapRecord(0, True, (entry,)),))).shift(4 * LEFT)
                cell = BlobCell(BlobBytes(sha, 43, 22)).shift(2 * DOWN)
                self.add(keys, cell)
                chip = ArtifactChip("raw", sha, value="[1, 2, 3]").shift(4 * RIGHT)
                self.play(LoadArtifact(keys["raw"], cell, chip))
    """

    def __init__(
        self,
        row: KeyRow | TextLabel,
        cell: BlobCell | ContentStore,
        chip: ArtifactChip,
        *,
        asker: VMobject | None = None,
        **kwargs: Any,
    ) -> None:
        overlay, theme = VGroup(), current_theme()
        self.lines = VGroup()
        shown: Any = slot_of(cell, chip.sha)
        scale = float(chip.face.height / shown.face.height)
        key = row.key if isinstance(row, KeyRow) else row
        home = overlay if asker is None else self.lines
        clips: list[Clip] = []
        at, ends = 0.0, (key.get_right() + 0.1 * key.zoom * RIGHT, shown.face.get_center())
        if asker is not None:
            asked = _downward(asker, key, key.zoom)
            clips.append(point(0.0, 0.7, asked, theme.accent, home, zoom=key.zoom))
            at, ends = 0.6, _downward(asker, shown, key.zoom)
        clips += [
            swell(at, at + 0.6, row, factor=1.06),
            point(at + 0.5, at + 1.1, ends, theme.highlight, home, zoom=key.zoom),
            swell(at + 1.0, at + 1.6, shown, factor=1.08),
            travel(at + 1.3, at + 2.1, shown.face, chip.face.get_center(), overlay, scale=scale),
            appear(at + 1.9, at + 2.3, chip),
        ]
        super().__init__([chip, self.lines], clips, overlay=overlay, **kwargs)


class Inherit(Timeline):
    """A task starts from its parent's map: keys are copied, bytes are not touched.

    Parameters
    ----------
    parent, child
        The two maps. Of the child's lines, those with the parent's key come over from it; the others
        are not written until :class:`.WriteKeys` writes them.

    Examples
    --------
    .. manim:: InheritExample

        class InheritExample(Scene):
            def construct(self):
                sha = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
                made = KeyEntry("raw", sha, 22, "list")
                kept = KeyEntry("raw", sha, 22, "list", change="inherited", source="start/1")
                start = KeyMap(TaskKeys("start", "1", (KeyMapRecord(0, True, (made,)),))).shift(3 * LEFT)
                use = KeyMap(TaskKeys("use", "2", (KeyMapRecord(0, True, (kept,)),))).shift(3 * RIGHT)
                self.add(start)
                self.play(Inherit(start, use))
    """

    def __init__(self, parent: KeyMap, child: KeyMap, **kwargs: Any) -> None:
        overlay = VGroup()
        clips: list[Clip] = [appear(0, 0.4, part) for part in _background(child)]
        keys = {row.name: row for row in parent.rows}
        passed = [name for name, sha in child.named.items() if name in keys and keys[name].sha == sha]
        child.show_only(*passed)
        at = 0.3
        for row in child.rows:
            origin = keys[row.name]
            clips.append(travel(at, at + 0.7, origin, row.get_center(), overlay, opacity=0.6))
            clips.append(appear(at + 0.55, at + 0.9, row))
            at += 0.15
        super().__init__([parent, child], clips, overlay=overlay, **kwargs)


class MutateInPlace(Timeline):
    """A value is changed where it is: its bytes get another key, the old blob stays as it was.

    Parameters
    ----------
    before, after
        The artifact with its old and its new value, at one place.
    store
        If given, the new bytes go there.

    Examples
    --------
    .. manim:: MutateInPlaceExample

        class MutateInPlaceExample(Scene):
            def construct(self):
                old = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
                new = "4012b77be09ba295ed931fd878bb1c1745e12b27"
                before = ArtifactChip("raw", old, value="[1, 2, 3]")
                after = ArtifactChip("raw", new, value="[1, 2, 3, 4]")
                self.add(before)
                self.play(MutateInPlace(before, after))
    """

    def __init__(
        self,
        before: ArtifactChip,
        after: ArtifactChip,
        *,
        store: ContentStore | BlobCell | None = None,
        **kwargs: Any,
    ) -> None:
        overlay = VGroup()
        clips: list[Clip] = [
            swell(0, 0.6, before, factor=1.06),
            leave(0.6, 1.0, before),
            appear(0.6, 1.1, after),
        ]
        parts: list[VMobject] = [before, after]
        if store is not None:
            clips += store_face(1.2, 1.9, after, store, overlay)
            parts.append(store)
        self._before = before
        super().__init__(parts, clips, overlay=overlay, **kwargs)

    def clean_up_from_scene(self, scene: Any) -> None:
        """Take the old value away."""
        super().clean_up_from_scene(scene)
        scene.remove(self._before)


def _downward(upper: VMobject, lower: VMobject, zoom: float) -> tuple[Any, Any]:
    """Join two mobjects, one below the other, by a line as upright as can be."""
    left = max(float(part.get_left()[0]) for part in (upper, lower))
    right = min(float(part.get_right()[0]) for part in (upper, lower))
    start, end = upper.get_bottom() + 0.06 * zoom * DOWN, lower.get_top() + 0.06 * zoom * UP
    if left < right:
        start[0] = end[0] = (left + right) / 2
    return start, end


def _background(key_map: KeyMap) -> list[VMobject]:
    return [part for part in (key_map.panel, key_map.title, key_map.note) if part is not None]

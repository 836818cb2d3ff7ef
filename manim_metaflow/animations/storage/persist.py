"""An artifact goes into the store: from a value in memory to bytes, a key, a blob."""

from __future__ import annotations

from typing import Any

from manim import VGroup, VMobject, smooth

from manim_metaflow.animations.motion.clips import point, travel
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.storage.faces import appear, face_center, reveal_face, slot_of, store_face
from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.storage.blob import BlobCell
from manim_metaflow.mobjects.storage.bytes import BytesStrip
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.storage.content_store import ContentStore
from manim_metaflow.mobjects.storage.hash_label import HashLabel
from manim_metaflow.mobjects.storage.key_map import KeyRow
from manim_metaflow.mobjects.storage.lifecycle import LifecycleTrack, StageState
from manim_metaflow.theme import current_theme

__all__ = ["AdvanceTrack", "CreateArtifact", "HashBytes", "Persist", "Serialize"]


class AdvanceTrack(Timeline):
    """A :class:`.LifecycleTrack` goes on to a stage.

    Parameters
    ----------
    track
        The track.
    stage
        The stage that is going on afterwards; ``None`` when all are past.

    Examples
    --------
    .. manim:: AdvanceTrackExample

        class AdvanceTrackExample(Scene):
            def construct(self):
                track = LifecycleTrack()
                self.add(track)
                self.play(AdvanceTrack(track, "hash"))
    """

    def __init__(self, track: LifecycleTrack, stage: str | None, **kwargs: Any) -> None:
        before: list[StageState] = []

        def show(progress: float) -> None:
            # What the track shows is looked up as the motion begins: others may be planned before it.
            if not before:
                before.extend(mark.state for mark in track.marks)
            track.show_change(before, track.states_at(stage), smooth(progress))

        super().__init__([track], [Clip(0, 0.5, show, touches=[track])], **kwargs)


class CreateArtifact(Timeline):
    """A value is assigned to ``self``: it is in the task's memory, and nowhere else.

    Parameters
    ----------
    chip
        The artifact, built with ``hashed=False``: its bytes have no key yet.
    origin
        Where it comes from, such as the line of code that assigns it.

    Examples
    --------
    .. manim:: CreateArtifactExample

        class CreateArtifactExample(Scene):
            def construct(self):
                sha = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
                self.play(CreateArtifact(ArtifactChip("raw", sha, value="[1, 2, 3]", hashed=False)))
    """

    def __init__(self, chip: ArtifactChip, *, origin: VMobject | None = None, **kwargs: Any) -> None:
        start = None if origin is None else origin.get_center()
        super().__init__([chip], [appear(0, 0.8, chip, origin=start, scale=0.6)], **kwargs)


class Serialize(Timeline):
    """A value becomes bytes, one after the other.

    Parameters
    ----------
    chip
        The artifact in memory.
    strip
        Its bytes.

    Examples
    --------
    .. manim:: SerializeExample

        class SerializeExample(Scene):
            def construct(self):
                sha = "5469c70c615008175ac799939b93d0f735d6c6a9"
                head = "8004950f000000000000005d94284b014b024b034b044b05652e"
                chip = ArtifactChip("raw", sha, value="[1, 2, 3, 4, 5]", hashed=False).shift(UP)
                self.add(chip)
                self.play(Serialize(chip, BytesStrip(BlobBytes(sha, 46, 26, "list", head=head))))
    """

    def __init__(self, chip: ArtifactChip, strip: BytesStrip, **kwargs: Any) -> None:
        origin = (chip.value or chip).get_center()
        # All within one second, however many bytes are shown.
        step = 0.9 / max(1, len(strip.cells))
        clips: list[Clip] = [
            appear(index * step, index * step + 0.5, cell, origin=origin, scale=0.5)
            for index, cell in enumerate(strip.cells)
        ]
        clips.append(appear(1.0, 1.4, strip.note))
        super().__init__([chip, strip], clips, **kwargs)


class HashBytes(Timeline):
    """All bytes go into one key, and the key gives the content its face.

    Parameters
    ----------
    strip
        The bytes.
    label
        The key.
    chip
        The artifact, which gets its face too.

    Examples
    --------
    .. manim:: HashBytesExample

        class HashBytesExample(Scene):
            def construct(self):
                sha = "5469c70c615008175ac799939b93d0f735d6c6a9"
                head = "8004950f000000000000005d94284b014b024b034b044b05652e"
                strip = BytesStrip(BlobBytes(sha, 46, 26, "list", head=head)).shift(UP)
                self.add(strip)
                self.play(HashBytes(strip, HashLabel(sha).shift(DOWN)))
    """

    def __init__(
        self, strip: BytesStrip, label: HashLabel, *, chip: ArtifactChip | None = None, **kwargs: Any
    ) -> None:
        overlay = VGroup()
        step = 0.6 / max(1, len(strip.cells))
        target = label.face.get_center()
        clips: list[Clip] = [
            travel(index * step, index * step + 0.6, cell, target, overlay, scale=0.3, opacity=0.2)
            for index, cell in enumerate(strip.cells)
        ]
        clips.append(appear(0.9, 1.4, label.face, scale=0.3))
        if label.title is not None:
            clips.append(appear(1.2, 1.6, label.title))
        clips.append(appear(1.2, 1.7, label.key, origin=target, scale=0.4))
        parts: list[VMobject] = [strip, label]
        if chip is not None:
            parts.append(chip)
            clips.append(travel(1.5, 2.1, label.face, chip.blank.get_center(), overlay))
            clips += reveal_face(2.0, 2.3, chip)
        super().__init__(parts, clips, overlay=overlay, **kwargs)


class Persist(Timeline):
    """Bytes are written under their key, unless the key is there: then nothing is written.

    Parameters
    ----------
    source
        What has the face now: a :class:`.HashLabel`, an :class:`.ArtifactChip`.
    place
        Where the bytes go: a :class:`.ContentStore`, or one :class:`.BlobCell`.
    exists
        Whether the key is there already; by default it is if the store has it.

    Examples
    --------
    .. manim:: PersistExample

        class PersistExample(Scene):
            def construct(self):
                sha = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
                label, cell = HashLabel(sha).shift(UP), BlobCell(BlobBytes(sha, 43, 22)).shift(DOWN)
                self.add(label)
                self.play(Persist(label, cell))
                self.play(Persist(label, cell, exists=True))
    """

    def __init__(
        self,
        source: HashLabel | ArtifactChip | KeyRow,
        place: ContentStore | BlobCell,
        *,
        exists: bool | None = None,
        **kwargs: Any,
    ) -> None:
        if isinstance(place, ContentStore):
            exists = source.sha in place if exists is None else exists
        elif place.sha != source.sha:
            raise UsageError(f"The cell is for key {place.sha[:10]}, not for {source.sha[:10]}.")
        overlay = VGroup()
        ends = face_center(source), face_center(slot_of(place, source.sha))
        clips = [
            point(0.0, 0.5, ends, current_theme().muted, overlay),
            *store_face(0.6, 1.3, source, place, overlay, exists=bool(exists)),
        ]
        super().__init__([place], clips, overlay=overlay, **kwargs)

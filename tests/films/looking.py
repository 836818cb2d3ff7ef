"""A replay's film that is looked at while nothing is drawn: what lies over what, what leaves the frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import manim as mn

from manim_metaflow import DARK_THEME, ReplayRun, RunRecord, use_theme
from manim_metaflow.animations.motion.timeline import Timeline
from manim_metaflow.animations.runs.unfold import LENGTH as UNFOLDING
from manim_metaflow.films.run import LEGIBLE, RunFilm
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.testing.checks import check_frame, frame_of
from manim_metaflow.testing.frames import still_config
from manim_metaflow.testing.ink import Box, box_of
from manim_metaflow.theme import Theme

FRAMES = {"16:9": (128 / 9, 8.0), "1:1": (8.0, 8.0), "9:16": (8.0, 128 / 9)}
MOMENTS = (0.1, 0.3, 0.5, 0.7, 0.9)


class Looked(RunFilm):
    """Looks at a replay at moments of everything it plays, and at its end; nothing is drawn."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.problems: list[str] = []
        self.places: list[tuple[float, float]] = []
        """Where the camera was at each look at the run itself."""
        super().__init__(*args, **options)

    def needs_tour(self) -> bool:
        """Show the whole graph, as a still does."""
        return False

    def play(self, *animations: Any, **_: Any) -> None:
        if not any(isinstance(each, Timeline) for each in animations):
            self.add(*[each.mobject for each in animations])
            return
        for animation in animations:
            animation._setup_scene(self)
            animation.begin()
        for moment, unfolding in self.moments(animations):
            for animation in animations:
                animation.interpolate(moment)
            self.look(f"at {moment:.2f}", unfolding=unfolding)
        for animation in animations:
            animation.finish()
            animation.clean_up_from_scene(self)

    def moments(self, animations: Sequence[Any]) -> Iterator[tuple[float, bool]]:
        """Yield moments of what is played, 0 to 1, and whether the graph is built or unfolds then."""
        begin, grows = 0.0, True
        if any(isinstance(each, ReplayRun) for each in animations):
            grows = False
            begin = self.replay.delay / self.replay.length
            unfolding = UNFOLDING / self.replay.length if begin else 0.0
            yield from ((moment * unfolding, True) for moment in MOMENTS if begin)
        yield from ((begin + moment * (1 - begin), grows) for moment in MOMENTS)

    def wait(self, *_: Any, **__: Any) -> None:
        """Wait for nothing."""

    def look(self, when: str, *, unfolding: bool = False) -> None:
        look = self.unfolded if unfolding else self.settled
        found = list(self.met(unfolding=unfolding))
        found += look() if self.tour is None else self.toured(unfolding=unfolding)
        self.problems += [f"{when}: {problem}" for problem in found]

    def settled(self) -> Iterator[str]:
        """Yield what is wrong with the frame while the graph does not move."""
        # A graph that is too large for its room is drawn smaller: how small, the checks of layouts ask.
        yield from (str(problem) for problem in check_frame(self) if problem.kind != "small-text")
        yield from self.covered()

    def unfolded(self) -> Iterator[str]:
        """Yield what leaves the frame as the graph unfolds, where its old parts fade under the new ones."""
        yield from (str(problem) for problem in check_frame(self) if problem.kind in ("outside", "margin"))

    def toured(self, *, unfolding: bool) -> Iterator[str]:
        """Yield what is wrong on a tour: with the graph, with what is fixed to the frame, and with both."""
        assert self.tour is not None
        frame, grounds = frame_of(self), [box_of([ground]) for ground in self.grounds]
        fixed = [each for each in self.tour.fixed if each in self.mobjects and each not in self.grounds]
        # Each by itself: the graph passes below what is fixed, and is cut off at the frame's edge.
        yield from map(str, check_frame(self._showing(fixed)))
        # What comes as the graph is built or unfolds grows to its size.
        if not unfolding:
            yield from self.too_small(frame)
        for each in fixed:
            box = box_of(each.get_family())
            if box and not frame.contains(box):
                yield f"{each} leaves the frame"
            if box and not any(ground and ground.contains(box) for ground in grounds):
                yield f"the graph shows through {each}"
        self.places.append((frame.left, frame.top))

    def too_small(self, frame: Box) -> Iterator[str]:
        """Yield which texts in the camera's frame cannot be read at 480p."""
        parts = (part for top in self.mobjects for part in top.get_family())
        for part in parts:
            if isinstance(part, TextLabel) and part.text and part.font_size < LEGIBLE - 0.01:
                box = box_of([part])
                if box and frame.overlaps(box):
                    yield f"{part.text} is drawn at font size {part.font_size:.1f}"

    def _showing(self, mobjects: list[mn.Mobject]) -> Any:
        return SimpleNamespace(mobjects=mobjects, foreground_mobjects=[], camera=self.camera)

    def met(self, *, unfolding: bool = False) -> Iterator[str]:
        """Yield which of the film's parts meet."""
        parts: dict[str, list[mn.Mobject | None]] = {"title": [self.title], "clock": [self.run_clock]}
        parts |= {"lanes": [self.lanes], "note": [self.failure if self.failure in self.mobjects else None]}
        if self.tour is None:
            parts["graph"] = [self.dag, self.replay.overlay if unfolding else None]
        families = {
            name: [part for each in drawn if each for part in each.get_family()]
            for name, drawn in parts.items()
        }
        boxes = {name: box_of(family) for name, family in families.items()}
        for (one, first), (other, second) in combinations(boxes.items(), 2):
            if first and second and first.overlaps(second):
                yield f"{one} meets {other}"

    def covered(self) -> Iterator[str]:
        """Yield which texts lie over the face of an artifact."""
        family = [part for top in self.mobjects for part in top.get_family()]
        faces = [box for part in family if isinstance(part, Face) and (box := box_of(part.get_family()))]
        for part in family:
            box: Box | None = box_of([part]) if isinstance(part, TextLabel) else None
            if box and any(face.grown(-0.02).overlaps(box) for face in faces):
                yield f"{part.text} lies over a face"


class Toured(Looked):
    """Goes on a tour where the film does."""

    def needs_tour(self) -> bool:
        """Ask the film."""
        return RunFilm.needs_tour(self)


def looked_at(
    record: RunRecord,
    frame: str = "16:9",
    theme: Theme = DARK_THEME,
    *,
    film_class: type[Looked] = Looked,
    **options: Any,
) -> Looked:
    """Run a film of a run in a frame of some shape, and look at it."""
    width, height = FRAMES[frame]
    # A camera takes the shape of its frame from the pixels.
    pixels = round(9 * width), round(9 * height)
    with still_config(pixels), mn.tempconfig({"frame_width": width, "frame_height": height}):
        with use_theme(theme):
            film = film_class(record, **options)
            film.construct()
            film.look("at the end")
        return film

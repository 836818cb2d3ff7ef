"""Only what a timeline names is looked at for a frame; all is where something else may change."""

from __future__ import annotations

from typing import Any

import manim as mn
import pytest
from source_frames import differences, small

from manim_metaflow import StepNode
from manim_metaflow.animations import Clip, Timeline
from manim_metaflow.animations.graph.set_state import change_state
from manim_metaflow.animations.motion.clips import call
from manim_metaflow.render.drawing.accelerate import accelerate
from manim_metaflow.render.drawing.reader import Reader


class Boxes(mn.Scene):
    """Many boxes, of which one changes."""

    timeline = Timeline

    def construct(self) -> None:
        boxes = [StepNode(f"step{i}").scale(0.5) for i in range(12)]
        self.add(mn.VGroup(*boxes).arrange_in_grid(rows=3))
        self.boxes = boxes
        self.prepare()
        self.play(self.timeline(boxes, self.clips()), *self.others())

    def prepare(self) -> None:
        pass

    def clips(self) -> list[Clip]:
        return [change_state(at, at + 1, self.boxes[4 * at], "pending", "done") for at in (0, 1)]

    def others(self) -> list[mn.Animation]:
        return []


class Updated(Boxes):
    def prepare(self) -> None:
        dot = mn.Dot().add_updater(lambda dot, dt: dot.shift(dt * mn.UP))
        self.add(dot)


class UpdatedScene(Boxes):
    def prepare(self) -> None:
        self.add_updater(lambda dt: self.boxes[7].shift(0.3 * dt * mn.UP))


class Together(Boxes):
    def others(self) -> list[mn.Animation]:
        return [self.boxes[7].animate.shift(mn.UP)]


class Zooming(mn.MovingCameraScene, Boxes):
    def others(self) -> list[mn.Animation]:
        return [self.camera.frame.animate.scale(0.5)]


class Fading(Timeline):
    """Changes more than its clips name."""

    def interpolate(self, alpha: float) -> None:
        super().interpolate(alpha)
        self.parts[3].set_opacity(1 - alpha / 2)


class Other(Boxes):
    timeline = Fading


class TakenApart(Boxes):
    """In one frame a box changes, and is taken apart then: Manim draws its parts to the end of the play."""

    def clips(self) -> list[Clip]:
        box = self.boxes[2]
        apart = call(0.5, lambda: box.remove(*box.submobjects), box)
        return [change_state(0, 0.4, box, "pending", "failed"), apart, call(1.0, lambda: None)]

    def prepare(self) -> None:
        self.boxes[2].set_state("pending")


def looked_at(kind: type[mn.Scene], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the mobjects that are looked at for each frame."""
    counts: list[int] = []
    look_at = Reader._look_at

    def counted(self: Reader, members: list[Any]) -> None:
        counts.append(len(members))
        look_at(self, members)

    monkeypatch.setattr(Reader, "_look_at", counted)
    with small():
        scene = kind()
        accelerate(scene)
        scene.render()
    return counts


def test_only_reported_mobjects_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    node = len(StepNode("step0").get_family())
    first, *others = looked_at(Boxes, monkeypatch)
    assert first >= 12 * node
    assert others
    assert max(others[1:]) <= 2 * node


@pytest.mark.parametrize("kind", [Updated, UpdatedScene, Together, Zooming, Other])
def test_all_is_looked_at_where_others_change_something(
    kind: type[mn.Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert min(looked_at(kind, monkeypatch)) >= 12


@pytest.mark.parametrize("kind", [Boxes, Updated, UpdatedScene, Together, Zooming, Other, TakenApart])
def test_frames_are_manims(kind: type[mn.Scene]) -> None:
    with small(fps=2):
        assert differences(kind) == []

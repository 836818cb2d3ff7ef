"""What a timeline says it changes is all that it changes, and only that is looked at for a frame."""

from __future__ import annotations

from typing import Any

import manim as mn
import numpy as np
import pytest
from recorded import RESUMES, recorded
from source_frames import differences, small

from manim_metaflow import ContentStore, FlowDAG, ReplayRun, ResumeRun, RunTimeline, StepNode
from manim_metaflow.animations import Timeline
from manim_metaflow.animations.graph.set_state import StateClip
from manim_metaflow.render.drawing.accelerate import accelerate
from manim_metaflow.render.drawing.families import flatten
from manim_metaflow.render.drawing.paints import state
from manim_metaflow.render.drawing.reader import Reader

RUNS = ["foreach", "nested foreach", "switch", "retries", "failed", "killed", "loop", "everything"]
FRAMES = 90


def seen(mobjects: list[Any]) -> dict[Any, Any]:
    return {each: (look(each), [*each.submobjects], each.z_index) for each in flatten(mobjects)}


def look(mobject: mn.Mobject) -> Any:
    return state(mobject) if isinstance(mobject, mn.VMobject) else mobject.points.tobytes()


def replay(name: str) -> Timeline:
    record = recorded(name)
    dag, store = FlowDAG(record.flow, run=record), ContentStore(record)
    if name in RESUMES:
        before = recorded(RESUMES[name].origin)
        return ResumeRun(dag, record, origin=FlowDAG(before.flow, run=before), store=store)
    return ReplayRun(dag, record, store=store, timeline=RunTimeline(record))


@pytest.mark.parametrize("name", [*RUNS, "resumed", "resumed loop", "resumed in a switch"])
def test_nothing_changes_but_what_is_told(name: str) -> None:
    animation = replay(name)
    animation.begin()
    animation.take_touched()
    told = 0
    before = seen([animation.mobject])
    for alpha in np.linspace(0, 1, FRAMES):
        animation.interpolate(alpha)
        touched = animation.take_touched()
        after = seen([animation.mobject])
        changed = {mobject for mobject, look in after.items() if before.get(mobject) != look}
        changed |= before.keys() - after.keys()
        before = after
        if touched is not None:
            # What is taken away from a family is no longer drawn, however it looks.
            strangers = (changed & after.keys()) - {*flatten(touched)}
            assert not strangers, (float(alpha), strangers)
            told += bool(changed)
    assert told > FRAMES / 5


class Boxes(mn.Scene):
    """Many boxes, of which one changes."""

    def construct(self) -> None:
        boxes = [StepNode(f"step{i}").scale(0.5) for i in range(12)]
        self.add(mn.VGroup(*boxes).arrange_in_grid(rows=3))
        self.boxes = boxes
        self.prepare()
        self.play(Timeline(boxes, self.clips()), *self.others())

    def prepare(self) -> None:
        pass

    def clips(self) -> list[StateClip]:
        return [StateClip(at, at + 1, self.boxes[4 * at], "pending", "done") for at in (0, 1)]

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


class Stranger(StateClip):
    """Changes more than the clip it is made from tells."""

    def show(self, progress: float) -> None:
        super().show(progress)
        self.other.set_opacity(1 - progress / 2)


class Other(Boxes):
    def clips(self) -> list[StateClip]:
        clip = Stranger(0, 1, self.boxes[0], "pending", "done")
        clip.other = self.boxes[3]
        return [clip]


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


def test_only_what_is_told_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
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


@pytest.mark.parametrize("kind", [Boxes, Updated, UpdatedScene, Together, Zooming, Other])
def test_frames_are_manims(kind: type[mn.Scene]) -> None:
    with small():
        assert differences(kind) == []

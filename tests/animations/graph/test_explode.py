"""A step is taken apart into all its tasks, each in the state the record gives it, and put together again."""

from __future__ import annotations

import manim as mn
import numpy as np
import pytest
from layout.builder import flow
from made_runs import MadeRun
from recorded import recorded

from manim_metaflow import FlowDAG, ReplayRun
from manim_metaflow.errors import UsageError
from manim_metaflow.graph import ExplodeStep
from manim_metaflow.testing.frames import still_config


def looks(dag: FlowDAG) -> list[tuple[bytes, ...]]:
    parts = dag.family_members_with_points()
    return [(p.points.tobytes(), p.fill_rgbas.tobytes(), p.stroke_rgbas.tobytes()) for p in parts]


class Exploded(mn.Scene):
    """A run, replayed, with one step taken apart."""

    name, step = "nested foreach", "inner"

    def construct(self) -> None:
        record = recorded(self.name)
        self.dag = FlowDAG(record.flow, run=record)
        self.play(ReplayRun(self.dag, record))
        self.before = looks(self.dag)
        self.explode = ExplodeStep(self.dag, record, self.step)
        self.play(self.explode)


class Whole(Exploded):
    """The same, put together again."""

    def construct(self) -> None:
        super().construct()
        self.play(self.explode.back())


class Failed(Exploded):
    name, step = "failed", "work"


def shown(scene_class: type[Exploded], frame_rate: float | None) -> Exploded:
    with still_config(), mn.tempconfig({"frame_rate": frame_rate or 15}):
        scene = scene_class()
        renderer = scene.renderer
        renderer.skip_animations = renderer._original_skipping_status = frame_rate is None
        renderer.update_frame = lambda *_, **__: None
        scene.construct()
        return scene


@pytest.mark.parametrize("scene_class", [Exploded, Failed])
def test_every_task_of_the_step_is_there_in_its_state(scene_class: type[Exploded]) -> None:
    scene, record = shown(scene_class, None), recorded(scene_class.name)
    cells = {cell.name: cell.state for cell in scene.explode.grid.cells}
    assert cells == {task.place: task.shown_state for task in record.tasks_of(scene_class.step)}
    x, y = mn.config.frame_x_radius, mn.config.frame_y_radius
    assert np.all(np.abs(scene.explode.grid.get_all_points()[:, :2]) <= (x, y))


def test_put_together_again_the_graph_is_as_it_was() -> None:
    scene = shown(Whole, None)
    assert looks(scene.dag) == scene.before
    assert scene.explode.grid not in scene.mobjects


def test_skipped_or_drawn_it_ends_the_same() -> None:
    drawn, skipped = (shown(Exploded, rate) for rate in (10, None))
    for one, other in zip(
        drawn.explode.grid.family_members_with_points(),
        skipped.explode.grid.family_members_with_points(),
        strict=True,
    ):
        assert np.array_equal(one.points, other.points)
        assert np.array_equal(one.fill_rgbas, other.fill_rgbas)


def test_it_looks_as_it_did(frame_snapshot) -> None:
    frame_snapshot.scene(Exploded)


def test_a_thousand_tasks_are_squares_that_still_tell_their_states() -> None:
    made = MadeRun(flow("start => work; work -> join; *join -> end; end"), 1, widths=(1000,), trouble=0.02)
    record = made.record()
    with still_config():
        grid = ExplodeStep(FlowDAG(record.flow, run=record), record, "work").grid
    states = [task.shown_state for task in record.tasks_of("work")]
    assert [cell.state for cell in grid.cells] == states
    assert len(set(states)) > 2
    assert grid.width <= mn.config.frame_width
    assert grid.height <= mn.config.frame_height


def test_a_step_without_tasks_is_refused() -> None:
    record = recorded("switch")
    dag = FlowDAG(record.flow, run=record)
    with pytest.raises(UsageError, match="no task of step 'slow_path' to show"):
        ExplodeStep(dag, record, "slow_path")
    with pytest.raises(UsageError, match="nowhere"):
        ExplodeStep(dag, record, "nowhere")

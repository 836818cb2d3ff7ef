"""Whatever is played leaves the same picture, drawn or skipped, and nothing else."""

from __future__ import annotations

from typing import Any

import manim as mn
import numpy as np
import pytest
from playing import Setting, played, points_of
from recorded import FLOWS, recorded

from manim_metaflow import (
    CodePanel,
    ContentStore,
    EvolveCode,
    FlowDAG,
    ReplayRun,
    ResumeRun,
    StepNode,
    UnfoldTasks,
)
from manim_metaflow.errors import UsageError
from manim_metaflow.graph import STATES, BuildFlow
from manim_metaflow.runs import CloneTasks
from manim_metaflow.testing import structure_of

OLD = "@step\ndef fit(self):\n    a = 1\n    b = 2\n    self.next(self.end)"
NEW = "@step\ndef fit(self):\n    b = 2\n    c = a + b\n    d = 4\n    self.next(self.end)"


def dag_of(name: str, **options: Any) -> FlowDAG:
    record = recorded(name)
    return FlowDAG(record.flow, run=record, **options)


def build() -> Any:
    dag = FlowDAG(FLOWS / "nested_foreach.py")
    return [], mn.Create(dag)


def replay() -> Any:
    dag, store = dag_of("retries"), ContentStore(recorded("retries")).shift(3 * mn.DOWN)
    return [dag], ReplayRun(dag, recorded("retries"), store=store)


def replay_fanned() -> Any:
    dag = dag_of("nested foreach").shift(mn.UP)
    return [dag], ReplayRun(dag, recorded("nested foreach"))


def clones() -> Any:
    above, below = dag_of("failed").shift(1.5 * mn.UP), dag_of("resumed").shift(1.5 * mn.DOWN)
    return [above, below], CloneTasks(below, recorded("resumed"), origin=above)


def resume() -> Any:
    above, below = dag_of("failed").shift(2 * mn.UP), dag_of("resumed")
    store = ContentStore(recorded("failed"), recorded("resumed")).shift(3 * mn.DOWN)
    return [above, below], ResumeRun(below, recorded("resumed"), origin=above, store=store)


def unfold() -> Any:
    plan = FlowDAG(recorded("foreach").flow)
    return [plan], UnfoldTasks(plan, dag_of("foreach"))


def unfold_switch() -> Any:
    plan = FlowDAG(recorded("switch").flow)
    return [plan], UnfoldTasks(plan, dag_of("switch"))


def evolve() -> Any:
    panel = CodePanel(OLD, first_line=8, width=7)
    return [panel], EvolveCode(panel, NEW)


def set_state() -> Any:
    dag = dag_of("foreach")
    return [dag], dag["start"].animate.set_state("cloned")


def move_step() -> Any:
    dag = dag_of("foreach")
    return [dag], dag["start"].animate.shift(0.3 * mn.UP)


SETTINGS: list[Setting] = [
    build,
    replay,
    replay_fanned,
    clones,
    resume,
    unfold,
    unfold_switch,
    evolve,
    set_state,
    move_step,
]
every = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.__name__)


@every
def test_skipped_or_drawn_it_ends_the_same(setting: Setting) -> None:
    skipped = played(setting, frame_rate=None)
    for rate in (1.7, 9):
        drawn = played(setting, frame_rate=rate)
        assert structure_of(drawn) == structure_of(skipped)
        assert points_of(drawn) == points_of(skipped)


@every
def test_nothing_is_left_over(setting: Setting) -> None:
    scene = played(setting, frame_rate=3)
    kinds = [type(mobject).__name__ for mobject in scene.mobjects]
    assert set(kinds) <= {"FlowDAG", "ContentStore", "CodePanel"}
    assert len(kinds) == len(set(map(id, scene.mobjects)))
    for top in scene.mobjects:
        family = top.get_family()
        assert len(family) == len(set(map(id, family)))
        assert not [part for part in family if part.updaters]


def test_unfolding_leaves_the_graph_of_the_run() -> None:
    plan, run = FlowDAG(recorded("foreach").flow), dag_of("foreach")
    scene = played(lambda: ([plan], UnfoldTasks(plan, run)), frame_rate=3)
    assert scene.mobjects == [run]
    fresh = dag_of("foreach")
    for one, other in zip(run.get_family(), fresh.get_family(), strict=True):
        assert np.array_equal(one.points, other.points)


def test_drawing_a_graph_leaves_it_as_it_was_built() -> None:
    dag, fresh = (FlowDAG(FLOWS / "switch.py") for _ in range(2))
    scene = played(lambda: ([], mn.Create(dag)), frame_rate=5)
    assert scene.mobjects == [dag]
    for one, other in zip(dag.get_family(), fresh.get_family(), strict=True):
        assert np.array_equal(one.points, other.points)


def test_create_draws_a_flow_in_the_authors_order_and_takes_its_options() -> None:
    animation = mn.Create(FlowDAG(FLOWS / "branch.py"), run_time=3)
    assert isinstance(animation, BuildFlow)
    assert animation.run_time == 3
    slow = mn.Create(FlowDAG(FLOWS / "branch.py"), rate_func=mn.rate_functions.ease_in_quad)
    assert slow.rate_func is mn.rate_functions.ease_in_quad
    dag = FlowDAG(FLOWS / "branch.py")
    order = appearance(mn.Create(dag), dag)
    assert order == [step.name for step in dag.flow.steps]


def appearance(animation: Any, dag: FlowDAG) -> list[str]:
    """Steps in the order in which they are first seen."""
    with mn.tempconfig({"dry_run": True}):
        scene = mn.Scene()
        animation._setup_scene(scene)
        animation.begin()
        seen: list[str] = []
        for moment in np.linspace(0, 1, 200):
            animation.interpolate(moment)
            for name, node in dag.nodes.items():
                if name not in seen and node.box.get_fill_opacity() > 0.3 and moment:
                    seen.append(name)
    return seen


@pytest.mark.parametrize("setting", [replay, clones, resume, evolve])
def test_run_time_is_honoured(setting: Setting) -> None:
    _, natural = setting()
    assert natural.run_time == pytest.approx(natural.length)
    _, asked = setting()
    asked.set_run_time(1.25)
    assert asked.get_run_time() == 1.25


def test_run_time_and_rate_func_are_taken_as_manim_takes_them() -> None:
    record = recorded("foreach")
    straight, bent = dag_of("foreach"), dag_of("foreach")
    plain = ReplayRun(straight, record)
    curved = ReplayRun(bent, record, run_time=7, rate_func=lambda alpha: alpha**2)
    assert curved.run_time == 7
    for animation in (plain, curved):
        animation.begin()
    for alpha in (0.1, 0.3, 0.55, 0.8):
        plain.interpolate(alpha**2)
        curved.interpolate(alpha)
        states = [[dag.task(task.place).state for task in record.tasks] for dag in (straight, bent)]
        assert states[0] == states[1]
    assert len(set(states[0])) > 1


def test_code_ends_as_the_new_version() -> None:
    [panel] = played(evolve, frame_rate=5).mobjects
    [facts] = [entry["facts"] for entry in structure_of(panel) if entry["kind"] == "CodePanel"]
    assert facts["lines"] == len(NEW.split("\n"))
    lines = [entry["facts"] for entry in structure_of(panel) if entry["kind"] == "CodeLine"]
    assert [(line["line"], line["text"]) for line in lines] == list(enumerate(NEW.split("\n"), 8))


def test_a_state_changes_gradually_and_stays() -> None:
    for state in STATES:
        node = StepNode("train")
        played(lambda node=node, state=state: ([node], node.animate.set_state(state)), frame_rate=4)
        assert node.state == state
        fresh = StepNode("train", state=state)
        for one, other in zip(node.get_family(), fresh.get_family(), strict=True):
            assert np.array_equal(one.points, other.points)
    with pytest.raises(UsageError, match="no task state 'finished'"):
        StepNode("train").animate.set_state("finished")


def test_a_step_moves_inside_its_graph() -> None:
    dag = dag_of("foreach")
    x = dag["start"].get_x()
    played(lambda: ([dag], dag["start"].animate.shift(mn.UP)), frame_rate=4)
    assert dag["start"] in dag.get_family()
    assert dag["start"].get_x() == pytest.approx(x)
    dag["start"].set_state("done")
    assert dag["start"].node_box[1] > 0.5


def test_graphs_of_different_flows_do_not_unfold_into_each_other() -> None:
    with pytest.raises(UsageError, match="ForeachFlow and FeResume do not have the same steps"):
        UnfoldTasks(FlowDAG(recorded("foreach").flow), dag_of("failed"))

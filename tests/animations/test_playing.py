"""Whatever is played leaves the same picture, drawn or skipped, and nothing else."""

from __future__ import annotations

from typing import Any

import manim as mn
import numpy as np
import pytest
from manim.animation.animation import prepare_animation
from playing import Setting, ghosts, played, points_of
from plays import CODE, GRAPHS, NEW, RUNS, clones, dag_of, evolve, replay, resume
from recorded import FLOWS, recorded
from touching import unnamed_changes

from manim_metaflow import ContentStore, FlowDAG, ReplayRun, RunTimeline, StepNode, UnfoldTasks
from manim_metaflow.animations import code, graph, runs
from manim_metaflow.errors import UsageError
from manim_metaflow.graph import STATES, BuildFlow
from manim_metaflow.testing import structure_of

ALL = [*GRAPHS, *CODE, *RUNS]

WHOLE = {
    "CodePanel",
    "ComparisonRow",
    "ContentStore",
    "ArtifactChip",
    "FlowDAG",
    "FlowStory",
    "NotebookPanel",
    "Rectangle",
    "RunTimeline",
    "SpinBench",
    "StepNode",
    "TaskGrid",
    "TerminalPanel",
    # The threads of ReuseValues, a group of their own.
    "VGroup",
}
"""What a scene may have after a play: whole mobjects, no parts of them."""

every = pytest.mark.parametrize("setting", ALL, ids=lambda setting: setting.__name__)


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
    assert set(kinds) <= WHOLE
    assert len(kinds) == len(set(map(id, scene.mobjects)))
    for top in scene.mobjects:
        family = top.get_family()
        assert len(family) == len(set(map(id, family)))
        assert not [part for part in family if part.updaters]


@every
def test_nothing_is_drawn_that_has_gone(setting: Setting) -> None:
    assert ghosts(setting) == set()


@every
def test_every_change_is_named(setting: Setting) -> None:
    assert unnamed_changes(setting) == set()


@pytest.mark.parametrize("name", ["everything", "killed", "loop", "resumed loop", "resumed in a switch"])
def test_every_change_of_a_replay_is_named(name: str) -> None:
    def setting() -> tuple[list[mn.Mobject], Any]:
        record, dag = recorded(name), dag_of(name)
        store, lanes = ContentStore(record), RunTimeline(record)
        return [dag, store, lanes], ReplayRun(dag, record, store=store, timeline=lanes)

    assert unnamed_changes(setting, frames=90) == set()


def test_every_public_animation_is_played() -> None:
    public = {vars(subject)[name] for subject in (graph, code, runs) for name in subject.__all__}
    animations = {each for each in public if issubclass(each, mn.Animation)}
    assert animations <= {type(prepare_animation(setting()[1])) for setting in ALL}


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

"""Between any two flows: the end is the new graph, with the steps that stayed."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from layout.builder import flow
from layout.random_flows import flows
from playing import play_out

from manim_metaflow import EvolveFlow, FlowDAG, load_flow, record_run
from manim_metaflow.animations.graph.match import renamed_steps
from manim_metaflow.errors import UsageError
from manim_metaflow.testing import structure_of
from manim_metaflow.testing.structure import same_structure

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "20")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@SETTINGS
@given(flows(budget=12), flows(budget=12), st.sampled_from(["right", "down"]), st.booleans())
def test_the_end_is_a_fresh_graph_and_steps_of_one_name_are_the_same(old, new, direction, halfway):
    dag = FlowDAG(old, direction=direction).shift([0.5, 1, 0])
    before = dict(dag.nodes)
    play_out(EvolveFlow(dag, new), *((0.2, 0.5, 0.8) if halfway else ()))
    fresh = FlowDAG(new, direction=direction).move_to(dag)
    assert same_structure(structure_of(dag), structure_of(fresh))
    assert list(dag.nodes) == list(fresh.nodes)
    assert list(dag.edges) == list(fresh.edges)
    for name, node in before.items():
        assert dag.nodes.get(name, node) is node


@SETTINGS
@given(flows(budget=8), flows(budget=8))
def test_there_and_back_again(one, other):
    dag = FlowDAG(one)
    before = structure_of(dag)
    play_out(EvolveFlow(dag, other))
    play_out(EvolveFlow(dag, one))
    assert same_structure(structure_of(dag), before)


SHORT = flow("start -> train\ntrain -> end\nend")
LONG = flow("start -> load\nload -> train\ntrain -> end\nend")


def test_frames_between_leave_no_trace():
    ends = []
    for moments in ((), (0.1, 0.4, 0.7)):
        dag = FlowDAG(SHORT)
        play_out(EvolveFlow(dag, LONG), *moments)
        ends.append([part.points.tobytes() for part in dag.get_family()])
    assert ends[0] == ends[1]


def test_states_stay():
    dag = FlowDAG(SHORT)
    dag["train"].set_state("done")
    play_out(EvolveFlow(dag, LONG))
    assert [node.state for node in dag.nodes.values()] == ["pending", "pending", "done", "pending"]


def test_a_new_step_grows_out_of_the_one_before():
    dag = FlowDAG(SHORT)
    evolve = EvolveFlow(dag, LONG)
    evolve.begin()
    (clip,) = [clip for clip in evolve.clips if evolve.fresh["load"] in clip.touched()]
    clip.show(0.0)
    assert evolve.fresh["load"].get_center() == pytest.approx(evolve.fresh["start"].get_center(), abs=0.05)


@pytest.mark.parametrize(
    ("old", "new", "gone", "stays"),
    [
        ("start -> load\nload -> fit\nfit -> end\nend", "start -> end\nend", "fit", "start"),
        ("start -> load\nload -> end\nend", "load -> end\nend", "start", "load"),
    ],
    ids=["the one before", "the one after, where none before it stays"],
)
def test_a_step_that_goes_folds_into_the_nearest_one_that_stays(old, new, gone, stays):
    dag = FlowDAG(flow(old))
    evolve, node = EvolveFlow(dag, flow(new)), dag[gone]
    (clip,) = [clip for clip in evolve.clips if node in clip.touched()]
    clip.show(1.0)
    assert node.get_center() == pytest.approx(dag[stays].get_center(), abs=0.05)


def test_a_renamed_step_is_known_by_its_source(tmp_path):
    text = (
        "from metaflow import FlowSpec, step\n\n\nclass Tiny(FlowSpec):\n    @step\n    def start(self):\n"
        "        self.next(self.fit)\n\n    @step\n    def fit(self):\n        self.model = 3\n"
        "        self.next(self.end)\n\n    @step\n    def end(self):\n        pass\n"
    )
    old, new = tmp_path / "old.py", tmp_path / "new.py"
    old.write_text(text)
    new.write_text(text.replace("fit", "train"))
    assert renamed_steps(load_flow(old), load_flow(new)) == {"train": "fit"}
    dag = FlowDAG(old)
    play_out(EvolveFlow(dag, new), 0.5)
    assert list(dag.nodes) == ["start", "train", "end"]


def test_a_graph_that_fits_keeps_its_size_and_another_shrinks():
    dag = FlowDAG(SHORT)
    play_out(EvolveFlow(dag, LONG, fit=(20.0, 8.0), at=(1.0, 0.5, 0.0)))
    assert dag.zoom == pytest.approx(1.0)
    assert dag.get_center() == pytest.approx([1.0, 0.5, 0.0])
    play_out(EvolveFlow(dag, SHORT, fit=(2.0, 8.0)))
    assert dag.width <= 2.0 + 1e-6


def test_the_graph_of_a_run_cannot_evolve(tmp_path):
    record = record_run("tests/flows/linear.py", recordings=tmp_path)
    with pytest.raises(UsageError, match="shows the tasks of a run"):
        EvolveFlow(FlowDAG(record.flow, run=record), "tests/flows/branch.py")

"""A flow's graph: everything by name, whole after copying, moving and scaling, and clear to read."""

from __future__ import annotations

import subprocess
import sys

import manim as mn
import numpy as np
import pytest
from gallery import GRAPHS, PICTURES, of_run
from layout.builder import flow
from recorded import FLOWS, recorded

from manim_metaflow import ContentStore, FlowDAG, StepNode, load_flow
from manim_metaflow.errors import UsageError
from manim_metaflow.graph import TaskStack
from manim_metaflow.layout.geometry import Direction
from manim_metaflow.runs import ExceptionNote, KeyLine
from manim_metaflow.testing import check_frame
from manim_metaflow.testing.frames import still_config


def parts(mobject: mn.Mobject) -> set[int]:
    return {id(part) for part in mobject.get_family()}


@pytest.fixture
def dag() -> FlowDAG:
    record = recorded("resumed")
    return FlowDAG(record.flow, run=record)


@pytest.mark.parametrize("name", {**GRAPHS, **PICTURES})
def test_nothing_overlaps_leaves_the_frame_or_is_too_small(name: str) -> None:
    with still_config():
        scene = mn.Scene().add({**GRAPHS, **PICTURES}[name]())
        assert [str(problem) for problem in check_frame(scene)] == []


def test_steps_edges_and_tasks_are_found_by_name(dag: FlowDAG) -> None:
    assert list(dag.nodes) == [step.name for step in dag.flow.steps]
    assert isinstance(dag["start"], StepNode)
    assert isinstance(dag["work"], TaskStack)
    edge = dag.edge("start", "work")
    assert (edge.source_step, edge.target_step) == ("start", "work")
    assert len(edge.lines) == 4
    assert dag.task("work[2]") is dag["work"].cells[2]
    assert dag.task("join") is dag["join"]


def test_an_unknown_step_names_the_steps(dag: FlowDAG) -> None:
    with pytest.raises(UsageError, match=r"FeResume has no step 'wrok'\. Did you mean work\?") as caught:
        dag["wrok"]
    assert "start, work, post, join, end" in str(caught.value)
    with pytest.raises(UsageError, match="no edge from 'start' to 'end'"):
        dag.edge("start", "end")


def test_a_run_of_another_flow_is_refused() -> None:
    with pytest.raises(UsageError, match=r"The run is one of BranchFlow, and the flow .* is LinearFlow"):
        FlowDAG(FLOWS / "linear.py", run=recorded("branch"))


def test_the_path_between_steps_is_the_shortest_that_the_author_wrote_first() -> None:
    dag = FlowDAG(load_flow(FLOWS / "branch.py"))
    path = dag.path("start", "join")
    assert list(path)[::2] == [dag["start"], dag["a"], dag["join"]]
    assert list(path)[1::2] == [dag.edge("start", "a"), dag.edge("a", "join")]
    assert list(dag.path("end", "end")) == [dag["end"]]
    with pytest.raises(UsageError, match="no path from 'end' to 'start'"):
        dag.path("end", "start")


MOTIONS = """
import sys
from manim import Create
from manim_metaflow.mobjects import FlowDAG

dag = FlowDAG("tests/flows/branch.py")
assert not [name for name in sys.modules if name.startswith("manim_metaflow.animations")]
for motion in (
    dag["start"].animate.set_state("done").build(),
    Create(dag),
    dag.highlight(),
    dag.focus("start"),
    dag.collapse("start"),
):
    print(type(motion).__name__)
"""


def test_a_graph_finds_its_motions_where_only_mobjects_are_imported() -> None:
    done = subprocess.run([sys.executable, "-c", MOTIONS], capture_output=True, text=True, check=True)
    motions = ["SetState", "BuildFlow", "HighlightFlow", "FocusFlow", "CollapseRegion"]
    assert done.stdout.split() == motions


def test_a_wrong_keyword_is_an_error() -> None:
    with pytest.raises(TypeError, match="directon"):
        FlowDAG(load_flow(FLOWS / "linear.py"), directon="down")


def test_a_graph_can_be_drawn_from_a_file_a_class_and_a_record() -> None:
    path = FLOWS / "linear.py"
    names = [list(FlowDAG(source).nodes) for source in (path, f"{path}:LinearFlow", load_flow(path))]
    assert names[0] == names[1] == names[2]


def test_a_copy_is_whole_and_its_own(dag: FlowDAG) -> None:
    copy = dag.copy()
    inside = parts(copy)
    for group in (copy.nodes, copy.edges, copy.regions):
        assert {id(part) for part in group.values()} <= inside
    assert inside.isdisjoint(parts(dag))
    copy["start"].set_state("failed")
    assert dag["start"].state == "pending"
    assert copy.flow == dag.flow
    assert copy.task("work[1]") in copy.get_family()


def test_boxes_badges_and_dashes_move_with_the_graph(dag: FlowDAG) -> None:
    for task in recorded("resumed").tasks:
        dag.task(task.place).set_state(task.state)
    before = {id(part): part.points.copy() for part in dag.family_members_with_points()}
    dag.scale(0.7, about_point=np.zeros(3)).shift([1, -2, 0])
    for part in dag.family_members_with_points():
        np.testing.assert_allclose(part.points, before[id(part)] * 0.7 + [1, -2, 0], atol=1e-9)
    again = {id(part): part.points.copy() for part in dag.family_members_with_points()}
    for task in recorded("resumed").tasks:
        dag.task(task.place).set_state(task.state)
    for part in dag.family_members_with_points():
        if part.points.shape == again[id(part)].shape:
            np.testing.assert_allclose(part.points, again[id(part)], atol=0.02)


@pytest.mark.parametrize("scale", [1.0, 0.6, 1.5])
def test_chips_stand_where_their_task_stands(scale: float) -> None:
    """Chips built after the graph was scaled and moved are where those built before are now."""
    record = recorded("resumed")
    early, late = (FlowDAG(record.flow, run=record) for _ in range(2))
    task = record["work/" + next(t.task_id for t in record.tasks if t.step == "work")]
    start = next(t for t in record.tasks if t.step == "start")
    for chosen in (task, start):
        early.artifacts.add(*early.chips(chosen.place, chosen.artifacts[:2]))
    for graph in (early, late):
        graph.scale(scale).shift([0.5, 0.3, 0])
    for chosen in (task, start):
        late.artifacts.add(*late.chips(chosen.place, chosen.artifacts[:2]))
    assert len(early.artifacts) == len(late.artifacts) > 0
    for one, other in zip(early.artifacts, late.artifacts, strict=True):
        np.testing.assert_allclose(one.face.get_center(), other.face.get_center(), atol=0.03 * scale)
        assert one.face.height == pytest.approx(other.face.height, rel=0.02)


def test_an_edge_ends_at_the_boxes_it_joins(dag: FlowDAG) -> None:
    for (source, target), edge in dag.edges.items():
        for strand, line in enumerate(edge.lines):
            tip = edge.tips[strand]
            for name, point in ((source, line.points[0]), (target, tip.points[:, :2].mean(axis=0))):
                node = dag[name]
                boxes = node.cells if isinstance(node, TaskStack) else [node]
                gaps = [distance(point, box.node_box) for box in boxes]
                assert min(gaps) < 0.15, (source, target, strand)


def distance(point: np.ndarray, box: tuple[float, float, float, float]) -> float:
    left, bottom, right, top = box
    x, y = point[:2]
    return float(np.hypot(max(left - x, 0, x - right), max(bottom - y, 0, y - top)))


@pytest.mark.parametrize("name", ["branch", "foreach", "switch", "recursion", "nested_foreach", "parallel"])
def test_steps_on_one_line_share_a_baseline(name: str) -> None:
    dag = FlowDAG(FLOWS / f"{name}.py")
    rows: dict[float, set[float]] = {}
    for node in dag.nodes.values():
        rows.setdefault(round(float(node.box.get_y()), 4), set()).add(round(node.label.baseline, 4))
    assert len(rows) < len(dag.nodes)
    assert all(len(lows) == 1 for lows in rows.values()), rows


@pytest.mark.parametrize("name", ["foreach", "nested foreach", "resumed"])
def test_a_frame_holds_all_that_is_repeated_inside_it(name: str) -> None:
    record = recorded(name)
    dag = FlowDAG(record.flow, run=record)
    for split, region in dag.regions.items():
        for step in record.flow.steps:
            inside = step.split_parents[:-1] if step.kind == "join" else step.split_parents
            if split in inside:
                node = dag[step.name]
                assert region.frame.get_left()[0] <= node.get_left()[0], (split, step.name)
                assert node.get_right()[0] <= region.frame.get_right()[0], (split, step.name)


def test_no_updater_is_left_on_anything() -> None:
    for build in (*GRAPHS.values(), *PICTURES.values()):
        assert [part for part in build().get_family() if part.updaters] == []


def test_the_same_record_gives_the_same_points() -> None:
    one, other = of_run("nested foreach")(), of_run("nested foreach")()
    for first, second in zip(one.get_family(), other.get_family(), strict=True):
        assert np.array_equal(first.points, second.points)


def test_a_store_refuses_a_key_it_was_not_built_for() -> None:
    store = ContentStore(recorded("failed"))
    with pytest.raises(UsageError, match="no place for key 1234567890"):
        store.slot("1234567890" * 4)


def test_a_store_has_one_place_for_each_key_however_many_tasks_name_it() -> None:
    runs = [recorded("failed"), recorded("resumed")]
    named = [a.sha for run in runs for task in run.tasks for a in task.artifacts]
    store = ContentStore(*runs).fill(*named)
    assert len(store.blobs) == len(set(named)) < len(named)
    assert all(sha in store for sha in named)
    places = {tuple(np.round(slot.face.get_center(), 6)) for slot in store.blobs}
    assert len(places) == len(store.blobs)


def test_what_did_not_happen_cannot_be_drawn() -> None:
    with pytest.raises(UsageError, match="raised an exception"):
        ExceptionNote(recorded("foreach"))
    with pytest.raises(UsageError, match="artifact named 'nothing'"):
        KeyLine("run", recorded("foreach"), "nothing")


def test_a_graph_that_adopts_another_has_all_that_it_has() -> None:
    dag, other = FlowDAG(FLOWS / "linear.py"), FlowDAG(FLOWS / "branch.py", detail="full")
    dag.adopt(other)
    own = vars(other).keys() - vars(mn.VGroup()).keys() - {"overview"}
    assert {name for name in own if getattr(dag, name) is not getattr(other, name)} == set()
    assert dag.submobjects == other.submobjects


def test_a_step_that_adopts_another_has_all_that_it_has() -> None:
    node, other = StepNode("fit"), StepNode("fit", text="fit a model", sheets=2, state="failed")
    node.adopt(other)
    own = vars(other).keys() - vars(mn.VGroup()).keys()
    assert {name for name in own if getattr(node, name) is not getattr(other, name)} == set()
    assert node.submobjects == other.submobjects


@pytest.mark.parametrize("direction", ["right", "down"])
def test_a_self_loop_does_not_cross_the_sheets_of_its_step(direction: Direction) -> None:
    info = flow("start => again; again ?> again after; after -> j; *j -> end; end")
    dag = FlowDAG(info, direction=direction)
    loop, sheets = dag.edge("again", "again"), dag.nodes["again"].sheets
    points = np.concatenate([line.points[:, :2] for line in loop.lines])
    for sheet in sheets:
        low, high = sheet.get_corner(mn.DL)[:2], sheet.get_corner(mn.UR)[:2]
        inside = (points > low + 1e-6) & (points < high - 1e-6)
        assert not inside.all(axis=1).any()
    assert len(sheets) > 0

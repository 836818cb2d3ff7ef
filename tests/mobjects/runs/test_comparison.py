"""The grid, the table and the bench show what their records hold, and refuse what they cannot show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from manim import UP, Scene

from manim_metaflow import FlowDAG, SpinStep
from manim_metaflow.errors import UsageError
from manim_metaflow.facts import AspectComparison, RunRecord, load_recording
from manim_metaflow.runs import (
    ActionPill,
    CompareRuns,
    ComparisonGrid,
    EvidenceTable,
    HashPair,
    SpinBench,
    Statement,
    compare_runs,
)
from manim_metaflow.testing import beat_frames, check_frame

RECORDINGS = Path(__file__).parents[3] / "scenes" / "recordings"


def spam(command: str) -> list[RunRecord]:
    """Committed runs of the flow of ``scenes/caching.py``, oldest first."""
    found = map(load_recording, RECORDINGS.glob(f"SpamFlow-{command}-*.json"))
    return sorted(found, key=lambda record: record.run_id)


def graph_of(run: RunRecord) -> FlowDAG:
    """Draw a run where rows can stand below it."""
    return FlowDAG(run.flow, run=run, font_size=22, captions="above").scale(0.8).to_edge(UP).set_x(1.75)


@pytest.fixture
def pair() -> tuple[RunRecord, RunRecord]:
    """A run, and the first after it whose code differs."""
    runs = [run for run in spam("run") if run.after_run_id]
    edited = next(
        run for run in runs if run.new_blobs and run.flow["count"].source != runs[0].flow["count"].source
    )
    before = next(run for run in runs if run.run_id == edited.after_run_id)
    return before, edited


def test_each_cell_stands_under_its_step(pair):
    before, after = pair
    dag = graph_of(after)
    grid = ComparisonGrid(dag, compare_runs(before, after))
    for row in grid.rows.values():
        for step, cell in row.cells.items():
            left, _, right, _ = dag.reference_box(step)
            assert cell.get_x() == pytest.approx((left + right) / 2, abs=0.02)
    assert [grid["code"].cells[step].verdict for step in ("start", "count")] == ["same", "changed"]
    assert [pill.label.text for pill in grid["could"].cells.values()] == [
        *("reuse", "execute", "execute", "execute", "reuse"),
    ]
    with pytest.raises(UsageError, match=r"no row 'nope'\. Its rows are: code, inputs"):
        grid["nope"]


def test_a_grid_refuses_the_graph_of_another_flow(pair):
    comparison = replace(compare_runs(*pair), flow="OtherFlow")
    with pytest.raises(UsageError, match="of SpamFlow, the comparison of OtherFlow"):
        ComparisonGrid(FlowDAG(pair[0].flow), comparison)


@pytest.mark.parametrize(
    ("verdict", "before", "after", "mark"),
    [
        ("same", "ab" * 20, "ab" * 20, "="),
        ("changed", "ab" * 20, "cd" * 20, "≠"),
        ("unknown", None, None, "?"),
    ],
)
def test_a_pair_can_be_read_without_colour(verdict, before, after, mark):
    pair = HashPair("code", AspectComparison(verdict, before, after, ()))
    assert pair.mark.text == mark
    assert [getattr(tile, "sha", None) for tile in (pair.before, pair.after)] == [before, after]


def test_reuse_is_dashed_and_work_is_not():
    contours = {
        word: len(ActionPill("a", word).border.get_subpaths()) for word in ("reuse", "clone", "execute")
    }
    assert contours["execute"] == 1
    assert min(contours["reuse"], contours["clone"]) > 10


def test_a_table_tells_what_was_seen_from_what_was_said():
    table = EvidenceTable(
        [
            Statement("it runs", True, "7 of 7"),
            Statement("it skips", False, "documentation", "documentation"),
        ]
    )
    facts = [row.__snapshot__() for row in table.rows]
    assert facts == [
        {"role": "evidence", "holds": True, "source": "recorded"},
        {"role": "evidence", "holds": False, "source": "documentation"},
    ]
    colors = [row.evidence.get_fill_color() for row in table.rows]
    assert colors[0] != colors[1]


def test_rows_stay_on_the_scene_whole(pair):
    class Compared(Scene):
        def construct(self):
            dag = graph_of(pair[1])
            self.grid = ComparisonGrid(dag, compare_runs(*pair))
            self.add(dag)
            self.play(CompareRuns(self.grid, "code", "did"))

    [beat] = beat_frames(Compared, resolution=(160, 90))
    rows = [mobject for mobject in beat.scene.mobjects if mobject in beat.scene.grid.rows.values()]
    assert [row.name for row in rows] == ["code", "did"]
    assert [str(problem) for problem in check_frame(beat.scene)] == []


def test_a_spun_task_gets_its_inputs_and_then_runs():
    [spun, *_] = spam("spin")
    run = next(run for run in spam("run") if run.run_id == spun.origin_run_id)

    class Spun(Scene):
        def construct(self):
            dag = graph_of(run)
            self.bench = SpinBench(spun)
            self.add(dag)
            self.play(SpinStep(self.bench, origin=dag, origin_run=run))

    task = spun.tasks[0]
    [beat] = beat_frames(Spun, resolution=(160, 90))
    bench = beat.scene.bench
    assert bench.node.state == task.state == "done"
    assert {chip.name for chip in bench.inputs} == {
        held.name for held in task.artifacts if held.provenance == "inherited"
    }
    assert {chip.sha for chip in (*bench.inputs, *bench.outputs)} == {held.sha for held in task.artifacts}
    assert [line.text for line in bench.printed] == list(task.attempts[0].stdout)
    with pytest.raises(UsageError, match="is not a spin"):
        SpinBench(run)

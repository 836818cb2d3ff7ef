"""A replay shows what the record says, at every moment of it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from made_runs import MadeRun, with_artifacts
from manim import ManimColor
from playing import drawn_states, moments_of, played, state_then
from recorded import RESUMES, recorded

from manim_metaflow import ContentStore, FlowDAG, ReplayRun, ResumeRun, RunRecord
from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.storage.slots import BlobSlot
from manim_metaflow.runs import CloneTasks

RUNS = ["foreach", "nested foreach", "switch", "retries", "failed", "loop"]


def sampled(animation: Any) -> Any:
    """Go through a replay: real moments between any two neighbouring events, shown one after the other."""
    record = animation.record
    for earlier, later in pairwise(moments_of(record)):
        if later - earlier < 0.005:
            continue
        moment = (earlier + later) / 2
        animation.interpolate(animation.screen_time(moment) / animation.length)
        yield moment


@pytest.fixture(params=RUNS)
def record(request: pytest.FixtureRequest) -> RunRecord:
    return recorded(request.param)


def test_each_task_is_in_the_state_it_was_in(record: RunRecord) -> None:
    dag = FlowDAG(record.flow, run=record)
    replay = ReplayRun(dag, record)
    replay.begin()
    seen = 0
    for moment in sampled(replay):
        drawn = drawn_states(dag, record)
        expected = {task.place: state_then(task, moment) for task in record.tasks if task.place in drawn}
        assert drawn == expected, moment - record.started
        seen += 1
    assert seen >= len(record.tasks)
    replay.finish()
    assert drawn_states(dag, record) == {
        task.place: task.state for task in record.tasks if dag.task(task.place) is not None
    }


def test_time_on_screen_runs_with_real_time(record: RunRecord) -> None:
    replay = ReplayRun(FlowDAG(record.flow, run=record), record)
    shown = [replay.screen_time(moment) for moment in moments_of(record)]
    assert all(a < b for a, b in pairwise(shown))
    assert 0 < shown[0] < shown[-1] <= replay.length


def test_artifacts_appear_when_their_task_has_ended(record: RunRecord) -> None:
    dag, store = FlowDAG(record.flow, run=record), ContentStore(record)
    replay = ReplayRun(dag, record, store=store)
    replay.begin()
    for moment in sampled(replay):
        ended = [task for task in record.tasks if task.finished is not None and task.finished <= moment]
        stored = Counter((a.name, a.sha) for task in ended for a in task.artifacts)
        assert Counter((chip.name, chip.sha) for chip in dag.artifacts) <= stored
        assert {slot.sha for slot in store.blobs} <= made_by(record, moment)
    replay.finish()
    made = Counter(
        (a.name, a.sha)
        for task in record.tasks
        if dag.task(task.place) is not None
        for a in task.artifacts
        if a.provenance != "inherited"
    )
    assert Counter((chip.name, chip.sha) for chip in dag.artifacts) == made
    assert {slot.sha for slot in store.blobs} == made_by(record, float("inf"))


def made_by(record: RunRecord, moment: float) -> set[str]:
    """Keys of all that was stored by a moment, also by attempts that failed and tasks not drawn."""
    attempts = [attempt for task in record.executed for attempt in task.attempts]
    return {parameter.sha for parameter in record.parameters} | {
        artifact.sha
        for attempt in attempts
        if attempt.finished is not None and attempt.finished <= moment
        for artifact in attempt.artifacts
        if artifact.provenance != "inherited"
    }


@pytest.mark.parametrize("rows", [None, 2], ids=["all rows", "two rows"])
@pytest.mark.parametrize("detail", ["steps", "artifacts"])
def test_all_that_a_run_stored_reaches_the_store_or_is_counted_there(detail: Any, rows: int | None) -> None:
    flow = recorded("foreach").flow
    record = with_artifacts(MadeRun(flow, 0, trouble=0, widths=(30,)).record(), lambda _: ["result"])
    store = ContentStore(record, width=6, rows=rows)
    dag = FlowDAG(record.flow, run=None if detail == "steps" else record)
    replay = ReplayRun(dag, record, store=store, detail=detail)
    played(lambda: ([dag, store], replay), frame_rate=None)
    made = made_by(record, float("inf"))
    assert len(made) == len(record.tasks) > 30
    assert all(sha in store for sha in made)
    slots = [slot for slot in store.blobs if isinstance(slot, BlobSlot)]
    assert len(slots) + store.hidden == len(made)


def test_parameters_are_in_the_store_as_the_run_begins() -> None:
    record = recorded("linear")
    given = {parameter.sha for parameter in record.parameters}
    dag, store = FlowDAG(record.flow, run=record), ContentStore(record)
    replay = ReplayRun(dag, record, store=store)
    begun = replay.screen_time(replay.history.begin)
    replay.begin()
    replay.interpolate(0.0)
    assert not any(sha in store for sha in given)
    replay.interpolate((begun + 0.01) / replay.length)
    assert given
    assert {slot.sha for slot in store.blobs} == given


def test_a_resumed_run_stores_no_parameters_anew() -> None:
    record = recorded("resumed chain")
    dag, store = FlowDAG(record.flow, run=record), ContentStore(record)
    played(lambda: ([dag, store], ReplayRun(dag, record, store=store)), frame_rate=None)
    assert record.parameters
    assert not any(parameter.sha in store for parameter in record.parameters)


def test_a_failed_task_keeps_what_it_stored() -> None:
    record = recorded("retries")
    assert any(a.name == "problem" for task in record.tasks for a in task.artifacts)
    dag = FlowDAG(record.flow, run=record)
    played(lambda: ([dag], ReplayRun(dag, record)), frame_rate=None)
    assert dag.task("start").state == "done"
    assert dag.task("risky").state == "caught"


@pytest.mark.parametrize("most", [3, 4, 20])
def test_the_way_out_of_a_loop_is_lit_also_where_its_last_rounds_are_only_counted(most: int) -> None:
    flow = recorded("loop").flow
    record = next(
        made
        for seed in range(100)
        if len((made := MadeRun(flow, seed, trouble=0).record()).tasks_of("loop")) == 8
    )
    dag = FlowDAG(flow, run=record, most_tasks=most)
    played(lambda: ([dag], ReplayRun(dag, record)), frame_rate=None)
    done = ManimColor(dag.theme.done)
    out = dag.edges["loop", "after"]
    assert [line.get_stroke_color() for line in out.lines] == [done]
    assert out.label.get_fill_color() == done


def test_a_store_that_grows_is_high_enough_for_what_a_run_puts_there() -> None:
    record = recorded("foreach")
    dag, store = FlowDAG(record.flow, run=record), ContentStore(record, width=3, grows=True)
    played(lambda: ([dag, store], ReplayRun(dag, record, store=store)), frame_rate=None)
    assert len(store.blobs) > 2
    assert store.blobs.get_bottom()[1] > store.panel.get_bottom()[1]


def test_a_part_of_the_steps_leaves_the_others_alone() -> None:
    record = recorded("foreach")
    dag = FlowDAG(record.flow, run=record)
    played(lambda: ([dag], ReplayRun(dag, record, steps=("start",))), frame_rate=None)
    states = drawn_states(dag, record)
    assert states.pop("start") == "done"
    assert set(states.values()) == {"pending"}
    played(lambda: ([dag], ReplayRun(dag, record, steps=("a", "a_more"))), frame_rate=None)
    assert drawn_states(dag, record) | {"join": "pending", "end": "pending"} == drawn_states(dag, record)
    assert dag.task("a_more[1]").state == dag.task("start").state == "done"


def test_another_flow_or_step_is_refused() -> None:
    dag = FlowDAG(recorded("foreach").flow)
    with pytest.raises(UsageError, match="The graph is of ForeachFlow, the record of FeResume"):
        ReplayRun(dag, recorded("failed"))
    with pytest.raises(UsageError, match=r"no step 'a_mroe'\. Did you mean a_more\? Its steps are: start,"):
        ReplayRun(dag, recorded("foreach"), steps=["start", "a_mroe"])
    with pytest.raises(UsageError, match=r"as a list of names: steps=\['start'\]"):
        ReplayRun(dag, recorded("foreach"), steps="start")
    with pytest.raises(TypeError, match="runtime"):
        ReplayRun(dag, recorded("foreach"), runtime=3)


def test_no_arrow_leads_to_an_iteration_that_is_not_there_yet() -> None:
    record = recorded("loop")
    dag = FlowDAG(record.flow, run=record)
    replay = ReplayRun(dag, record)
    replay.begin()
    edge, cells = dag.edges["loop", "loop"], dag.nodes["loop"].cells
    assert edge.ends == ((0, 1), (1, 2), (2, 3))
    for _ in sampled(replay):
        for (_, row), line in zip(edge.ends, edge.lines, strict=True):
            assert (line.get_stroke_opacity() == 1) == (cells[row].state != "pending")


def test_the_arm_that_was_taken_lies_above_the_other() -> None:
    record = recorded("switch")
    dag = FlowDAG(record.flow, run=record)
    played(lambda: ([dag], ReplayRun(dag, record)), frame_rate=None)
    taken, other = dag.edges["start", "fast_path"], dag.edges["start", "slow_path"]
    [group] = [group for group in dag.submobjects if taken in group.submobjects]
    assert group.submobjects.index(other) < group.submobjects.index(taken)


# ------------------------------------------------------------------------------------------- resume


def store_of_both() -> ContentStore:
    return ContentStore(recorded("failed"), recorded("resumed"))


def test_clones_are_dashed_and_keep_their_keys() -> None:
    record = recorded("resumed")
    dag = FlowDAG(record.flow, run=record)
    played(lambda: ([dag], CloneTasks(dag, record)), frame_rate=None)
    assert drawn_states(dag, record) == {
        task.place: "cloned" if task.cloned else "pending" for task in record.tasks
    }
    keys = Counter(
        (a.name, a.sha) for task in record.cloned for a in task.artifacts if a.provenance != "inherited"
    )
    assert Counter((chip.name, chip.sha) for chip in dag.artifacts) == keys


@pytest.mark.parametrize("name", RESUMES)
def test_a_resume_clones_first_and_then_runs_what_the_record_says(name: str) -> None:
    record = recorded(name)
    dag, store = FlowDAG(record.flow, run=record), ContentStore(recorded(RESUMES[name].origin), record)
    resume = ResumeRun(dag, record, store=store)
    executed = {a.sha for task in record.executed for a in task.artifacts if a.provenance != "inherited"}
    seen: dict[str, list[str]] = {task.place: [] for task in record.tasks}
    resume.begin()
    for step in range(400):
        resume.interpolate(step / 400)
        assert {slot.sha for slot in store.blobs} <= executed
        states = drawn_states(dag, record)
        for place, state in states.items():
            if seen[place][-1:] != [state]:
                seen[place].append(state)
        if any(states[task.place] not in ("pending", "queued") for task in record.executed):
            assert all(states[task.place] == "cloned" for task in record.cloned)
    resume.finish()
    assert {slot.sha for slot in store.blobs} == executed
    for task in record.tasks:
        ran = ["pending", "queued", "running", task.state]
        assert seen[task.place] == (["pending", "cloned"] if task.cloned else ran)
    assert Counter((chip.name, chip.sha) for chip in dag.artifacts) == Counter(
        (a.name, a.sha) for task in record.tasks for a in task.artifacts if a.provenance != "inherited"
    )


def test_a_clone_keeps_its_look_once_it_has_it() -> None:
    record = recorded("resumed chain")
    dag = FlowDAG(record.flow, run=record)
    resume = ResumeRun(dag, record)
    landed = CloneTasks(FlowDAG(record.flow, run=record), record).length
    resume.begin()
    looks = set()
    for step in range(1, 200):
        resume.interpolate((landed + (resume.length - landed) * step / 200) / resume.length)
        looks.add(dag.task("start").box.get_stroke_rgbas().tobytes())
    assert len(looks) == 1


def test_clones_without_a_box_are_counted() -> None:
    record = recorded("resumed")
    dag = FlowDAG(record.flow, run=record, most_tasks=2)
    stack = dag.nodes["work"]
    wanted = Counter(task.state for task in stack.rest_tasks)
    assert wanted["cloned"] > 1
    clones = CloneTasks(dag, record)
    clones.begin()
    clones.finish()
    assert stack.more.counts["cloned"] == wanted["cloned"]
    resume = ResumeRun(FlowDAG(record.flow, run=record, most_tasks=2), record)
    resume.begin()
    resume.finish()
    assert resume.parts[0].nodes["work"].more.counts == wanted


def test_what_the_first_run_stored_is_stored_once() -> None:
    failed, resumed = recorded("failed"), recorded("resumed")
    above, below = (FlowDAG(run.flow, run=run) for run in (failed, resumed))
    store = store_of_both()
    played(lambda: ([above, store], ReplayRun(above, failed, store=store)), frame_rate=None)
    before = [slot.sha for slot in store.blobs]
    assert len(before) == len(set(before))
    played(lambda: ([below, store], ResumeRun(below, resumed, store=store)), frame_rate=None)
    after = [slot.sha for slot in store.blobs]
    assert after[: len(before)] == before
    assert len(after) == len(set(after))
    assert set(after) - set(before) == set(resumed.new_blobs)

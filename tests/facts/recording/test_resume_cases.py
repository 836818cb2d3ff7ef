"""``resume`` in every case, live: what is cloned and what runs, by the origin's record and Metaflow's rule.

The rule: a task of the origin that ended well is cloned, unless its step is the one resumed at or comes
after it. Everything else runs again. Nothing is compared.
"""

from __future__ import annotations

import pytest
from fact_runs import RESUMES, Runs, input_paths

from manim_metaflow.facts import FlowInfo, RunRecord, TaskRecord
from manim_metaflow.facts.store.roots import local_datastore

WELL = ("done", "caught", "cloned")


def downstream(flow: FlowInfo, step: str | None) -> set[str]:
    """Name a step and every step that can come after it."""
    found, waiting = set(), [step] if step else []
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [edge.target for edge in flow.edges if edge.source == name]
    return found


def expected_clones(origin: RunRecord, flow: FlowInfo, step: str | None) -> dict[str, TaskRecord]:
    """Place to the origin's task, of everything that is cloned."""
    again = downstream(flow, step)
    return {task.place: task for task in origin.tasks if task.state in WELL and task.step not in again}


@pytest.fixture(params=sorted(RESUMES))
def case(request: pytest.FixtureRequest, runs: Runs) -> tuple[str, RunRecord, RunRecord]:
    """Name, the origin and the run that resumed it."""
    return request.param, runs[RESUMES[request.param].origin], runs[request.param]


def test_what_ended_well_is_cloned_and_the_rest_runs(case) -> None:
    name, origin, record = case
    clones = expected_clones(origin, record.flow, RESUMES[name].step)
    assert clones
    assert {task.place for task in record.cloned} == set(clones)
    assert {task.state for task in record.cloned} == {"cloned"}
    assert not {task.place for task in record.executed} & set(clones)
    failed = bool(RESUMES[name].env.get("FAIL"))
    assert [task.state for task in record.executed] == ["done"] * (len(record.executed) - failed) + [
        "failed"
    ] * failed
    assert record.status == ("failed" if failed else "successful")


def test_a_clone_names_the_task_it_came_from_and_has_its_keys(case, runs: Runs) -> None:
    name, origin, record = case
    clones = expected_clones(origin, record.flow, RESUMES[name].step)
    assert record.origin_run_id == origin.run_id
    for task in record.cloned:
        source = clones[task.place]
        assert task.origin == f"{origin.run_id}/{source.path}"
        assert [(a.name, a.sha) for a in task.artifacts] == [(a.name, a.sha) for a in source.artifacts]
        assert task.foreach == source.foreach
        assert task.attempts[0].stdout == ()
    executed = {a.sha for task in record.executed for a in task.artifacts}
    stored = local_datastore(runs.store(RESUMES[name].origin), origin.flow.name).keys()
    assert set(record.new_blobs) == executed - stored


def test_lineage_is_the_origins_for_clones_and_the_real_one_for_the_rest(case, runs: Runs) -> None:
    name, origin, record = case
    came_from = {task.path: task.origin.partition("/")[2] for task in record.cloned}
    for task in record.cloned:
        assert {came_from[parent] for parent in task.parents} == set(origin[came_from[task.path]].parents)
    told = input_paths(runs.command_lines(name)) if record.executed else {}
    assert set(told) == {task.path for task in record.executed if "_node_" not in task.path}
    for path, parents in told.items():
        assert set(record[path].parents) == parents, path


def test_of_a_success_nothing_runs(runs: Runs) -> None:
    record = runs["resumed a success"]
    assert (record.status, record.executed, len(record.cloned)) == ("successful", (), 4)
    assert record.new_blobs == ()
    log = runs.folder / "resumed a success.argv"
    assert not [line for line in log.read_text().splitlines() if "'step'" in line]


def test_at_a_step_it_runs_again_though_it_succeeded(runs: Runs) -> None:
    assert runs["failed chain"]["middle/2"].state == "done"
    states = {task.step: task.state for task in runs["resumed at a step"].tasks}
    assert states == {"start": "cloned", "middle": "done", "risky": "done", "end": "done"}


def test_one_failed_task_of_a_foreach_runs_by_itself(runs: Runs) -> None:
    states = {task.place: task.state for task in runs["resumed"].tasks_of("work")}
    assert states == {"work[0]": "cloned", "work[1]": "cloned", "work[2]": "done", "work[3]": "cloned"}
    deep = runs["resumed nested foreach"]
    assert {task.place: task.state for task in deep.tasks_of("inner")} == {
        "inner[0][0]": "cloned",
        "inner[0][1]": "cloned",
        "inner[1][0]": "done",
        "inner[1][1]": "cloned",
    }
    assert deep.tasks_of("join_inner")[1].state == deep.tasks_of("join_outer")[0].state == "done"


def test_a_switch_keeps_its_old_decision(runs: Runs) -> None:
    record = runs["resumed in a switch"]  # it ran with MODE=fast; the clone of start says slow
    assert record.tasks_of("start")[0].next_steps == ("slow_path",)
    assert record.tasks_of("fast_path") == ()
    assert {task.step: task.state for task in record.tasks} == {
        "start": "cloned",
        "slow_path": "cloned",
        "slow_more": "done",
        "end": "done",
    }


def test_a_recursion_goes_on_at_the_round_that_failed(runs: Runs) -> None:
    rounds = runs["resumed loop"].tasks_of("loop")
    assert [(task.iteration, task.state) for task in rounds] == [
        ((0,), "cloned"),
        ((1,), "cloned"),
        ((2,), "done"),
        ((3,), "done"),
    ]


def test_a_resume_of_a_resume_names_the_nearer_one(runs: Runs) -> None:
    first, second, third = (runs[name] for name in ("failed chain", "resumed in vain", "resumed a resume"))
    assert (second.origin_run_id, third.origin_run_id) == (first.run_id, second.run_id)
    [start] = third.tasks_of("start")
    assert start.origin == f"{second.run_id}/{second.tasks_of('start')[0].path}"
    assert start.artifacts == first["start/1"].artifacts


def test_an_edited_step_that_succeeded_is_cloned_as_it_was(runs: Runs) -> None:
    record, origin = runs["resumed after an edit"], runs["failed chain"]
    assert 'self.a = "A-v2"' in record.flow["start"].source
    [start] = record.tasks_of("start")
    assert start.cloned
    assert start.artifacts == origin["start/1"].artifacts


def test_a_step_put_in_after_the_failure_runs_where_it_stands(runs: Runs) -> None:
    record = runs["resumed with one step more"]
    assert [task.step for task in record.executed] == ["risky", "after", "end"]
    [after], [risky] = record.tasks_of("after"), record.tasks_of("risky")
    assert after.parents == (risky.path,)

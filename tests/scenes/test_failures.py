"""``scenes/failures.py``: legible at every beat, fully cached, and each statement true to its record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from film import SCENES, Walk, identities, untraced
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
    test_no_number_is_typed_by_hand,
)

from manim_metaflow.facts import RunRecord, load_flow, record_run
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.mobjects.runs.clock import readable_time
from manim_metaflow.utils.run_ids import short_run_ids

SECTIONS = ["title", "the flow", "retry", "catch", "timeout", "the run in time", "what is left"]
FLOW = SCENES / "flows" / "weather.py"


@pytest.fixture
def run(film: ModuleType) -> RunRecord:
    [record] = film.recordings()
    return record


def only(run: RunRecord, step: str):
    [task] = run.tasks_of(step)
    return task


def untraced_in(walked: Walk, records: Sequence[RunRecord]) -> set[str]:
    """Texts with a number that neither the record nor the flow explains."""
    [run] = records
    known = identities([run])
    history = RunHistory(run)
    whole = readable_time(history.end - history.begin)
    known |= {f"{run.flow.name}/{run.run_id}", f"of {whole}", "0.0 s"}
    # The clock stops where a step's tasks do.
    known |= {readable_time(task.finished - history.begin) for task in run.tasks}
    known |= {f"{task.path}, attempt {a.number}" for task in run.tasks for a in task.attempts}
    known |= {held.sha[:8] for task in run.tasks for a in task.attempts for held in a.artifacts}
    fetch = only(run, "fetch")
    failed, attempts = [a for a in fetch.attempts if a.exception], len(fetch.attempts)
    known |= {f"{a.exception.type}: {a.exception.message}" for a in fetch.attempts if a.exception}
    timed_out = only(run, "plot").exception
    known.add(f"TimeoutException: {timed_out.message}")
    known |= {f"{fetch.path}: {attempts} key maps", f"{len(failed)} of {len(failed)}"}
    known.add(f"tried: {len({a.sha for t in fetch.attempts for a in t.artifacts if a.name == 'tried'})} keys")
    failing = [task for task in run.tasks if any(attempt.exception for attempt in task.attempts)]
    words = {3: "three"}
    known |= {
        f"A flow in which {words[len(failing)]} things will go wrong, each met by another decorator.",
        "@retry: if the task raises, Metaflow starts it again, up to 3 times.",  # @retry(times=3)
        "@timeout: after 3 seconds an exception is raised inside of the task.",  # @timeout(seconds=3)
        f"It raises {len(failed)} times, and then it does not. "
        f"It stays one task, {fetch.path}, with {attempts} attempts.",
    }
    tick = r"\d+\.0 s"  # of the axis of time
    return untraced(walked, known, [FLOW], patterns=[tick])


def test_every_number_is_traced_to_the_record(walked: Walk, run: RunRecord) -> None:
    decorators = {step.name: [each.text for each in step.decorators] for step in run.flow.steps}
    assert decorators["fetch"] == ["@retry(times=3, minutes_between_retries=0)"]
    assert decorators["plot"] == ["@timeout(seconds=3)"]
    assert untraced_in(walked, [run]) == set()
    written = {text for moment in walked.moments for text in moment.texts}
    assert f"{run.flow.name}/{short_run_ids(run.run_id)}" in written
    assert {a.sha[:8] for task in run.tasks[1:] for t in task.attempts for a in t.artifacts} <= written


def check_story(run: RunRecord) -> None:
    """What the film says happened."""
    fetch, average, plot = (only(run, step) for step in ("fetch", "average", "plot"))
    assert [a.state for a in fetch.attempts] == ["retrying", "retrying", "done"]
    assert [a.exception and a.exception.type for a in fetch.attempts] == [*2 * ["ConnectionError"], None]
    held = run.storage[fetch.path].attempts
    assert [each.stored for each in held] == 3 * [True]  # "each attempt leaves a key map of its own"
    assert len({each["tried"].sha for each in held}) == 3  # "another key in each"
    assert average.parents == (fetch.path,)
    kept = {a.name: a.sha for a in average.artifacts}
    assert kept["tried"] == held[-1]["tried"].sha  # "gets the last attempt's"

    assert average.state == "caught"
    assert average.exception.type == "TypeError"
    assert average.exception.code.startswith("self.mean = ")
    assert {"problem", "unit"} <= kept.keys()
    assert "mean" not in kept  # "the line raised"
    assert plot.started > average.finished  # "the next step starts nevertheless"

    assert (plot.state, run.status) == ("failed", "failed")
    assert plot.exception.type.endswith(".TimeoutException")
    assert "\n" not in plot.exception.message  # no stack with the paths of a machine
    assert plot.exception.code == "time.sleep(60)"
    assert plot.finished - plot.started < 60
    assert "size" in {a.name for a in plot.artifacts}  # "stored all the same"
    assert not run.tasks_of("end")  # "never reached"


def test_the_record_says_what_the_film_says(run: RunRecord) -> None:
    check_story(run)


def test_metaflow_does_what_the_film_says(
    run: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # here a run is made
    fresh = record_run(FLOW, recordings=tmp_path, fresh=True, storage=True)
    check_story(fresh)
    assert fresh.flow == run.flow == load_flow(FLOW)
    # problem holds the paths of the machine in its stack.
    assert [keys(fresh, task.step) for task in fresh.tasks] == [keys(run, task.step) for task in run.tasks]


def keys(run: RunRecord, step: str) -> list[set[tuple[str, str]]]:
    """Keys of each attempt that are the same on every machine."""
    return [
        {(a.name, a.sha) for a in attempt.artifacts if a.name != "problem"}
        for attempt in only(run, step).attempts
    ]

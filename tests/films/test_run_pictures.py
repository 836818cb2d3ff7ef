"""Films and pictures of a run: what they are called, why it failed, and how it stood at a moment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from manim import tempconfig
from recorded import recorded

from manim_metaflow.errors import UsageError
from manim_metaflow.facts import AttemptRecord, RunRecord
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.facts.run.outcome import failure_reason
from manim_metaflow.films.run import RunFilm
from manim_metaflow.films.run_picture import RunPicture


def title_of(film: RunFilm) -> str:
    return " ".join(line.text for line in film.title)


@pytest.mark.parametrize(
    ("name", "title"),
    [("linear", "LinearFlow · run"), ("resumed chain", "ResumeFlow · resume of {}")],
)
def test_a_run_in_a_datastore_is_titled_as_what_it_is(name: str, title: str) -> None:
    """A datastore does not keep what was typed, but it does tell which run was resumed."""
    record = replace(recorded(name), command=())
    assert title_of(RunFilm(record)) == title.format(record.origin_run_id)


def test_a_record_is_titled_by_what_was_typed() -> None:
    record = recorded("resumed chain")
    assert title_of(RunFilm(record)) == f"ResumeFlow · resume --origin-run-id {record.origin_run_id}"


def stopped(record: RunRecord, *notes: str) -> RunRecord:
    """Make a record of a run whose tasks all succeeded and that failed all the same."""
    return replace(record, status="failed", tasks=record.tasks[:2], notes=notes)


def test_a_run_that_failed_without_an_exception_says_why() -> None:
    """As it is of a scheduler that was killed, and of a task whose process ended without a word."""
    record = stopped(recorded("linear"), "the run stopped with exit code 1: No space left on device")
    said = "The run failed: stopped with exit code 1: No space left on device."
    assert RunFilm(record).failure.text == said
    assert RunPicture(record).note.text == said
    killed = recorded("killed")
    path = next(task.path for task in killed.tasks if task.state == "killed")
    assert RunPicture(killed).note.text.startswith(f"The run failed: task {path} ")


def test_a_task_that_ended_without_a_word_is_told_with_its_exit_code() -> None:
    record = recorded("failed chain")
    failed = record.tasks[-1]
    silent = replace(failed, attempts=(replace(failed.attempts[-1], exception=None),))
    note = f"{failed.path}, attempt 0: ended with code 3 and stored nothing"
    quiet = replace(record, tasks=(*record.tasks[:-1], silent), notes=(note,))
    assert failure_reason(quiet) == f"task {failed.path} ended with code 3 and stored nothing"


def test_a_picture_of_a_run_shows_its_exception_and_of_one_that_did_not_fail_nothing() -> None:
    assert RunPicture(recorded("failed chain")).note.text == "RuntimeError: risky failed"
    assert RunPicture(recorded("linear")).note is None


def test_a_picture_of_a_run_shows_every_task_as_it_ended() -> None:
    record = recorded("retries")
    picture = RunPicture(record, direction="right", detail="badges", collapsed=())
    assert {name: node.state for name, node in picture.dag.nodes.items()} == {
        task.step: task.state for task in record.tasks
    }


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 1.0])
def test_a_frame_shows_the_run_as_it_stood_at_that_second_of_the_run(share: float) -> None:
    record = recorded("retries")
    history = RunHistory(record)
    seconds = share * (history.end - history.begin)
    with tempconfig({"dry_run": True, "quality": "low_quality"}):
        film = RunFilm(record, at=seconds)
        film.render()
    for task in record.tasks:
        expected = history.state_at(task.path, history.begin + seconds)
        assert (task.path, film.dag[task.step].state) == (task.path, expected)


def test_a_moment_that_the_run_did_not_come_to_is_refused() -> None:
    record = recorded("linear")
    with pytest.raises(UsageError, match=r"took [\d.]+ s\. It has no moment at 3600 s"):
        RunFilm(record, at=3600)
    timeless = [replace(task, queued=None, attempts=(AttemptRecord(0, task.state),)) for task in record.tasks]
    with pytest.raises(UsageError, match=r"times of run .* were not recorded"):
        RunFilm(replace(record, tasks=tuple(timeless), started=None, finished=None), at=1)

"""``scenes/branching.py``: legible at every beat, fully cached, and each statement true to its records."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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

NAMES = ("split", "each", "nested", "choice", "again")
FILES = [SCENES / "flows" / "branching" / f"{name}.py" for name in NAMES]
SECTIONS = ["title", "static branch", "foreach", "nested foreach", "switch", "recursion", "the sum"]


def sentences(records: Iterable[RunRecord]) -> dict[str, list[object]]:
    """Texts that hold numbers, and the numbers by the records."""
    nested = next(run for run in records if run.flow.name == "ShopsFlow")
    counts = {run.flow.name: {s.name: len(run.tasks_of(s.name)) for s in run.flow.steps} for run in records}
    into = [
        len(run.tasks_of(name)[0].parents)
        for run, name in zip(records, ("choose", "add", "catalog", "ship", "end"), strict=True)
    ]
    inner = [len(task.parents) for task in nested.tasks_of("list")]
    cities, rounds = counts["CitiesFlow"]["count"], counts["RootFlow"]["improve"]
    assert (into[0], into[3], into[4]) == (2, 1, 1)
    [fork] = [step for step in records[0].flow.steps if len(step.targets) > 1]
    return {
        r"^self\.next names two steps\.": [{2: "two"}[len(fork.targets)]],
        r"^\d+ items, \d+ tasks of the same step": [cities, cities],
        r"^\d+ tasks of price: one for each product of a shop\.$": [counts["ShopsFlow"]["price"]],
        r"^An inner join gets the tasks of its own shop, \d+ and \d+\. ": inner,
        r"^Every round is a new task with artifacts of its own: \d+, until good is True\.$": [rounds],
        r"^foreach cities · \d+ tasks$": [cities],
        r"^foreach shops · \d+ tasks$": [counts["ShopsFlow"]["shop"]],
        r"^foreach products · \d+ tasks$": [counts["ShopsFlow"]["price"]],
        **{f"^{count} tasks? in$": [count] for count in into},
    }


def untraced_in(walked: Walk, records: tuple[RunRecord, ...]) -> set[str]:
    known = identities(records)
    for run in records:
        history = RunHistory(run)
        whole = readable_time(history.end - history.begin)
        known |= {f"{run.flow.name}/{run.run_id}", whole, f"of {whole}", "0.0 s"}
        known |= {f"#{task.iteration[-1]}" for task in run.tasks if task.iteration}
    return untraced(walked, known, FILES, sentences=sentences(records))


def test_every_number_is_traced_to_the_records(walked: Walk, records: tuple[RunRecord, ...]) -> None:
    assert untraced_in(walked, records) == set()
    written = {text for moment in walked.moments for text in moment.texts}
    assert {f"{run.flow.name}/{short_run_ids(run.run_id)}" for run in records} <= written
    assert any(moment.code for moment in walked.moments)


def test_captions_say_what_the_records_say(records: tuple[RunRecord, ...]) -> None:
    split, each, nested, choice, again = records
    mean, trend = (split.tasks_of(name)[0] for name in ("mean", "trend"))
    assert mean.started < trend.finished  # "they run side by side"
    assert trend.started < mean.finished
    [join] = split.tasks_of("choose")
    assert set(join.parents) == {mean.path, trend.path}  # "both"
    assert join.started > max(mean.finished, trend.finished)  # "the join waits"

    cities = each.tasks_of("count")
    assert [task.foreach[0].value for task in cities] == ["Austin", "Berlin", "Lima", "Oslo"]
    [add] = each.tasks_of("add")
    assert list(add.parents) == [task.path for task in cities]  # "in the order of the list"
    assert [task.finished for task in cities] != sorted(task.finished for task in cities)  # "in any order"

    for shop, inner in zip(nested.tasks_of("shop"), nested.tasks_of("list"), strict=True):
        prices = [task.path for task in nested.tasks_of("price") if task.parents == (shop.path,)]
        assert list(inner.parents) == prices  # "the tasks of its own shop"
    [catalog] = nested.tasks_of("catalog")
    assert list(catalog.parents) == [task.path for task in nested.tasks_of("list")]

    assert not choice.tasks_of("accept")  # "the other is never reached"
    [ship], [review] = choice.tasks_of("ship"), choice.tasks_of("review")
    assert ship.parents == (review.path,)
    assert choice.flow["ship"].kind == "linear"  # "an ordinary step"

    rounds = again.tasks_of("improve")
    assert [task.iteration for task in rounds] == [(number,) for number in range(len(rounds))]
    [end] = again.tasks_of("end")
    assert end.parents == (rounds[-1].path,)  # "only the last round leads on"


def told(run: RunRecord) -> object:
    """What a run says, but for ids and times."""
    return (
        run.status,
        run.flow,
        {
            task.place: (
                task.state,
                sorted(run[parent].place for parent in task.parents),
                {(a.name, a.sha, a.provenance) for a in task.artifacts},
            )
            for task in run.tasks
        },
    )


def test_committed_recordings_say_what_metaflow_does(
    records: tuple[RunRecord, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # here runs are made
    assert [run.flow for run in records] == [load_flow(flow) for flow in FILES]
    with ThreadPoolExecutor(2) as pool:
        fresh = list(pool.map(lambda flow: record_run(flow, recordings=tmp_path, fresh=True), FILES))
    assert [told(run) for run in fresh] == [told(run) for run in records]

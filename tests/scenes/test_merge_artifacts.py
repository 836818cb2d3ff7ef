"""``scenes/merge_artifacts.py``: legible, and each statement true of runs made now."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

from film import Retold, Walk, untraced
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
)
from storage_film import check_keys, explained, fixed_keys, pickled, pickles_of_set, story_of

from manim_metaflow.facts import RunRecord, record_run

RETOLD_LIVE = True
SECTIONS = ["title", "two branches", "conflict", "keys, not values", "settle it", "merge", "the sum"]


def keys(run: RunRecord, step: str) -> dict[str, str]:
    [task] = run.storage.tasks_of(step)
    return {entry.name: entry.sha for entry in task.last.artifacts}


def test_every_number_is_traced_to_the_records(walked: Walk, film: ModuleType) -> None:
    also = [
        r"SHA-1",
        r"The join names 4 artifacts and adds 0 blobs\..*",
        r"Two branches start .*",
        r"Another run.*",
    ]
    also += [r".*But these two are equal: a set, made in two processes\.", r".*Two keys are a conflict\."]
    records = film.recordings()
    assert untraced(walked, explained(records), (film.MERGE, film.SETTLED), patterns=also) == set()


def test_recordings_say_what_metaflow_does_now(film: ModuleType, live: tuple[RunRecord, RunRecord]) -> None:
    for recorded, made in zip(film.recordings(), live, strict=True):
        assert recorded.status == made.status
        assert sorted(map(str, story_of(recorded))) == sorted(map(str, story_of(made)))
        steps = [
            {(path.split("/")[0], name, sha) for path, name, sha in fixed_keys(run, "labels")}
            for run in (recorded, made)
        ]
        assert steps[0] == steps[1]


def test_every_key_on_screen_is_that_of_its_value(retold: Retold, live: tuple[RunRecord, RunRecord]) -> None:
    values = {
        "data": [pickled([4, 8, 15]), pickled([4, 8, 15, 23])],
        "rate": [pickled(0.5)],
        "score": [pickled(17)],
        "error": [pickled(2)],
        "labels": pickles_of_set(("low", "mid", "high", "none", "some", "all")),
    }
    check_keys(retold.walk, live, values)


def test_branches_start_from_the_keys_of_one_task(live: tuple[RunRecord, RunRecord]) -> None:
    for run in live:
        start, left, right = (keys(run, step) for step in ("start", "left", "right"))
        assert start.keys() == {"data", "rate"}
        assert left == start | {name: left[name] for name in ("score", "labels")}  # "left adds score"
        assert right == start | {name: right[name] for name in ("data", "error", "labels")}
        assert right["data"] != start["data"]  # "appends to data"


DELETES = """
import pathlib
from metaflow import FlowSpec, step


class DeletesFlow(FlowSpec):
    @step
    def start(self):
        self.rate = 0.5
        self.next(self.left, self.right)

    @step
    def left(self):
        self.score = 17
        self.next(self.join)

    @step
    def right(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        keys = inputs.left._datastore._objects
        for name in ("rate", "score"):
            [blob] = pathlib.Path(inputs.left._datastore._storage_impl.datastore_root).rglob(keys[name])
            blob.unlink()
        self.merge_artifacts(inputs)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    DeletesFlow()
"""


def test_to_merge_and_to_inherit_read_no_bytes(tmp_path: Path) -> None:
    """The join deletes the blobs it is about to merge, and nobody notices: only keys are copied."""
    (tmp_path / "deletes.py").write_text(DELETES)
    run = record_run(tmp_path / "deletes.py", recordings=tmp_path, storage=True)
    assert run.status == "successful"
    assert keys(run, "join") == keys(run, "end") == keys(run, "left")
    assert run.storage.blob(keys(run, "end")["rate"]).damage == "its blob is missing from the store"


def test_conflict_is_one_of_keys(film: ModuleType, live: tuple[RunRecord, RunRecord]) -> None:
    for clash, _ in (film.recordings(), live):
        left, right = keys(clash, "left"), keys(clash, "right")
        differing = {name for name in left.keys() & right.keys() if left[name] != right[name]}
        [failed] = clash.tasks_of("join")
        named = re.search(r"\[(.*)\]", failed.exception.message)[1].split(", ")
        assert set(named) == differing == {"data", "labels"}
        values = {clash.storage.blob(held["labels"]).value for held in (left, right)}
        assert len(values) == 1  # equal all the same
        assert keys(clash, "join") == {}  # "before anything is copied"


def test_merge_copies_keys(film: ModuleType, live: tuple[RunRecord, RunRecord]) -> None:
    for _, settled in (film.recordings(), live):
        left, right, join = (keys(settled, step) for step in ("left", "right", "join"))
        assert join == {
            "data": right["data"],
            "error": right["error"],
            "rate": left["rate"],
            "score": left["score"],
        }
        assert left["rate"] == right["rate"]
        assert "labels" not in join
        assert set(join.values()) <= {*left.values(), *right.values()}  # "adds 0 blobs"

"""``scenes/artifact_lifecycle.py``: legible, and each statement true of a run made now."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from film import SCENES, Retold, Walk, untraced
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
)
from storage_film import blob_of, check_keys, explained, fixed_keys, pickled, root, story_of

from manim_metaflow.facts import RunRecord, record_run

RETOLD_LIVE = True
SECTIONS = ["title", "create", "serialize", "hash", "persist", "register", "access", "bad endings", "the sum"]
NUMBERS, UNIT = [1, 2, 3, 5, 8], "kg"


def test_every_number_is_traced_to_the_records(walked: Walk, film: ModuleType) -> None:
    also = [
        r"SHA-1",
        r"The SHA-1 of the pickle is its key\..*",
        r"16 names in the key maps of this run, 4 blobs: a name costs a line, its bytes are kept once\.",
        r"\[2, 4\]",  # the draft: never stored, so read from the flow's source
    ]
    records = film.recordings()
    files = (film.FLOW, film.ENDINGS)
    assert untraced(walked, explained(records), files, patterns=also) == set()


def test_recordings_say_what_metaflow_does_now(film: ModuleType, live: tuple[RunRecord, ...]) -> None:
    for recorded, made in zip(film.recordings(), live, strict=True):
        assert recorded.status == made.status
        assert story_of(recorded) == story_of(made)
        assert fixed_keys(recorded) == fixed_keys(made)


def test_every_key_on_screen_is_that_of_its_value(retold: Retold, live: tuple[RunRecord, ...]) -> None:
    doubled = [2 * number for number in NUMBERS]
    values = {"numbers": NUMBERS, "unit": UNIT, "doubled": doubled, "total": sum(doubled), "half": [1, 2, 3]}
    check_keys(retold.walk, live, {name: [pickled(held)] for name, held in values.items()})


def test_what_was_overwritten_was_never_stored(live: tuple[RunRecord, ...]) -> None:
    assert not blob_of(live[0], hashlib.sha1(pickled([2, 4])).hexdigest()).exists()


def test_a_name_costs_a_line_and_bytes_are_kept_once(live: tuple[RunRecord, ...]) -> None:
    maps = [json.loads(file.read_text()) for file in root(live[0]).glob("[0-9]*/*/*/*.data.json")]
    named = [(name, sha) for held in maps for name, sha in held["objects"].items()]
    mine = [sha for name, sha in named if name[0] != "_" and name != "name"]
    assert (len(mine), len(set(mine))) == (16, 4)  # "16 names in the key maps of this run, 4 blobs"


def test_stages_come_in_the_order_shown(film: ModuleType, live: tuple[RunRecord, ...]) -> None:
    for run in (film.recordings()[0], live[0]):
        last = run.storage["double/2"].last
        moments = dict(last.moments)
        blob = run.storage.blob(last["doubled"].sha)
        assert blob.written <= moments["key map"] <= moments["done mark"] <= moments["metadata"]
        assert last["spare"].sha == last["numbers"].sha  # "its key is there"
        assert run.storage.blob(last["spare"].sha).written < blob.written  # written by start, not again


def test_only_total_is_new_in_add(film: ModuleType, live: tuple[RunRecord, ...]) -> None:
    for run in (film.recordings()[0], live[0]):
        last, parent = run.storage["add/3"].last, run.storage["double/2"].last
        assert {e.name for e in last.artifacts if e.change != "inherited"} == {"total"}
        assert {e.name: e.sha for e in last.artifacts if e.name != "total"} == {
            e.name: e.sha for e in parent.artifacts
        }


def test_raising_task_stores_and_killed_one_does_not(live: tuple[RunRecord, ...]) -> None:
    sha = hashlib.sha1(pickled([1, 2, 3])).hexdigest()
    [raised], [killed] = (run.storage.tasks_of("start") for run in live[1:])
    assert raised.last["half"].sha == sha
    assert blob_of(live[1], sha).is_file()
    assert not killed.last.stored
    assert killed.last.entries == ()
    assert not list((root(live[2]) / live[2].run_id / "start").glob("*/*.data.json"))
    assert not blob_of(live[2], sha).exists()
    assert live[2].tasks[0].state == "killed"


def test_step_asks_its_parents_map_and_the_client_the_metadata(tmp_path: Path) -> None:
    """The flow deletes its parent's metadata records, and reads on; the client cannot any more."""
    flow = SCENES.parent / "tests" / "flows" / "probe_flow.py"
    run = record_run(flow, recordings=tmp_path, storage=True)
    out = "\n".join(line for task in run.tasks for line in task.attempts[-1].stdout)
    assert "in store right after assignment: False" in out
    assert "final value in store: True overwritten value in store: False" in out
    assert "parent metadata records deleted; self.big still loads: ['lazy'" in out
    before, after = (line for line in out.splitlines() if line.startswith("vars "))
    assert "'x'" not in before  # lazy: not on self until it is read
    assert "'x'" in after
    store = run.recording.with_suffix(".store")
    ask = (
        "from metaflow import Task, namespace; namespace(None)\n"
        f"print('x' in Task('ProbeFlow/{run.run_id}/start/1'))"
    )
    env = {**os.environ, "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(store.resolve()), "METAFLOW_USER": "manim"}
    env |= {"METAFLOW_DEFAULT_METADATA": "local", "METAFLOW_HOME": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", ask], env=env, cwd=store, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "False"

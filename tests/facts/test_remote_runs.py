"""Runs whose data is in S3, or whose metadata is with the service, are read and drawn as local ones are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import boto3
import pytest
from fact_runs import FLOWS
from metadata_service import Held, service
from s3_bucket import ROOT, bucket

from manim_metaflow.facts import RunRecord

COMMAND = str(Path(sys.executable).with_name("manim-metaflow"))


@dataclass(frozen=True)
class Remote:
    """A place where flows were run, and what a process needs to see it."""

    env: Mapping[str, str]
    folder: Path
    held: Held
    run_id: str
    resumed_id: str

    def command(self, *words: object, **env: str) -> subprocess.CompletedProcess[str]:
        return run([COMMAND, *words], self.folder, {**self.env, **env})

    def record(self, run: str, *words: str, **env: str) -> RunRecord:
        done = self.command("show", run, "--json", *words, **env)
        assert done.returncode == 0, done.stderr
        return RunRecord.from_json(done.stdout)

    def newest(self, flow: str) -> str:
        return [names[1] for names in self.held.objects if len(names) == 2 and names[0] == flow][-1]

    def objects(self) -> dict[str, str]:
        """Every object in the bucket with the hash of its bytes and the time it was written."""
        client = boto3.client(
            "s3",
            endpoint_url=self.env["METAFLOW_S3_ENDPOINT_URL"],
            region_name="us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
        listed = client.list_objects_v2(Bucket="shelf")["Contents"]
        return {each["Key"]: f"{each['ETag']} {each['LastModified']}" for each in listed}


def run(words: list[object], folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    """A run, and a resume of it, in S3 with a metadata service."""
    folder = tmp_path_factory.mktemp("remote")
    with bucket() as s3, service() as (url, held):
        env = {
            **s3,
            "METAFLOW_DEFAULT_METADATA": "service",
            "METAFLOW_SERVICE_URL": url,
            "METAFLOW_USER": "manim",
            "METAFLOW_HOME": str(folder),
            "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
        }
        for command in (["run"], ["resume", "end", "--origin-run-id", "1"]):
            done = run([sys.executable, FLOWS / "switch.py", "--no-pylint", *command], folder, env)
            assert done.returncode == 0, done.stdout + done.stderr
        yield Remote(env, folder, held, *(names[1] for names in held.objects if len(names) == 2))


def told(record: RunRecord) -> list[tuple[object, ...]]:
    """Everything of a run's tasks that is the same wherever the flow runs."""
    places = {task.path: task.place for task in record.tasks}
    return sorted(
        (
            task.place,
            task.state,
            [places[parent] for parent in task.parents],
            task.foreach,
            task.next_steps,
            [(a.name, a.sha, a.size, a.type_name, a.provenance) for a in task.artifacts],
            task.attempts[0].stdout,
        )
        for task in record.tasks
    )


@pytest.fixture(scope="module")
def record(remote: Remote) -> RunRecord:
    """The run, read with few requests: they take long, and there may be many tasks."""
    before = len(remote.held.requests)
    record = remote.record(f"SwitchFlow/{remote.run_id}")
    assert remote.held.requests[before:] == [
        "GET /flows/SwitchFlow/runs",
        f"GET /flows/SwitchFlow/runs/{remote.run_id}/metadata",
    ]
    return record


def test_a_run_in_s3_is_told_as_a_local_one(record: RunRecord, runs) -> None:
    assert (record.status, record.notes) == ("successful", ())
    assert told(record) == told(runs["switch"])
    assert record.metaflow_version
    assert record.python_version
    for task in record.tasks:
        assert task.queued <= task.started <= task.finished, task.path
    assert {blob.sha for blob in record.blobs} == {blob.sha for blob in runs["switch"].blobs}


def test_clones_name_their_origin(remote: Remote, record: RunRecord) -> None:
    resumed = remote.record(f"SwitchFlow/{remote.resumed_id}")
    assert resumed.origin_run_id == remote.run_id
    assert Counter(task.state for task in resumed.tasks) == {"cloned": 3, "done": 1}
    by_place = {task.place: f"{record.run_id}/{task.path}" for task in record.tasks}
    assert all(task.origin == by_place[task.place] for task in resumed.cloned)


def test_commands_read_and_leave_everything_as_it_was(remote: Remote) -> None:
    before, asked = remote.objects(), len(remote.held.requests)
    first, second = (f"SwitchFlow/{run_id}" for run_id in (remote.run_id, remote.resumed_id))
    film = remote.command("replay", first, "-o", "run.mp4", "-q", "l", "--speed", "20", "--detail", "steps")
    assert (film.returncode, film.stderr) == (0, "")
    with av.open(str(remote.folder / "run.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) > 10
    compared = remote.command("compare", first, second, "--json")
    assert compared.returncode == 0, compared.stderr
    steps = {step["name"]: step for step in json.loads(compared.stdout)["record"]["steps"]}
    assert {name: (step["cloned"], step["executed"]) for name, step in steps.items()} == {
        "start": (1, 0),
        "fast_path": (1, 0),
        "slow_path": (0, 0),
        "slow_more": (0, 0),
        "finish": (1, 0),
        "end": (0, 1),
    }
    assert {step["inputs"]["verdict"] for step in steps.values() if step["executed"] or step["cloned"]} == {
        "same"
    }
    assert remote.objects() == before
    assert {line.partition(" ")[0] for line in remote.held.requests[asked:]} == {"GET"}


def test_without_metadata_the_tasks_are_known_and_their_times_are_not(remote: Remote, runs) -> None:
    words = (f"SwitchFlow/{remote.run_id}", "--root", ROOT)
    record = remote.record(*words, METAFLOW_DEFAULT_METADATA="local")
    assert told(record) == told(runs["switch"])
    assert {task.queued for task in record.tasks} == {None}


def test_what_is_not_there_is_said(remote: Remote) -> None:
    gone = remote.command("show", "SwitchFlow/77")
    assert gone.returncode == 1
    assert f"SwitchFlow/77: no such run in {ROOT}. The newest are SwitchFlow/2, SwitchFlow/1." in gone.stderr
    silent = remote.command("show", "SwitchFlow/1", METAFLOW_SERVICE_URL="http://127.0.0.1:9")
    assert silent.returncode == 1
    assert "the metadata service does not answer" in silent.stderr
    assert "Traceback" not in silent.stderr


def test_local_data_with_metadata_of_the_service(remote: Remote, runs) -> None:
    env = {"METAFLOW_DEFAULT_DATASTORE": "local"}
    flow = FLOWS / "foreach.py"
    done = run([sys.executable, flow, "--no-pylint", "run"], remote.folder, {**remote.env, **env})
    assert done.returncode == 0, done.stdout + done.stderr
    record = remote.record(f"ForeachFlow/{remote.newest('ForeachFlow')}", **env)
    assert told(record) == told(runs["foreach"])
    assert all(task.started for task in record.tasks)

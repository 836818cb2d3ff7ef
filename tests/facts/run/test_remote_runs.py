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
from trees import tree

from manim_metaflow.facts import RunRecord

COMMAND = str(Path(sys.executable).with_name("manim-metaflow"))


@dataclass(frozen=True)
class Remote:
    """A place where flows were run, and what a process needs to see it."""

    env: Mapping[str, str]
    folder: Path
    held: Held

    def flow(self, file: str, *words: str) -> str:
        """Run or resume a flow here; the run's id."""
        before = self.runs()
        done = run([sys.executable, FLOWS / file, "--no-pylint", *words], self.folder, self.env)
        assert done.returncode == 0, done.stdout + done.stderr
        [made] = [each for each in self.runs() if each not in before]
        return made

    def runs(self) -> list[str]:
        return [names[1] for names in self.held.objects if len(names) == 2]

    def command(self, *words: object, **env: str) -> subprocess.CompletedProcess[str]:
        return run([COMMAND, *words], self.folder, {**self.env, **env})

    def record(self, run: str, *words: str, **env: str) -> RunRecord:
        done = self.command("show", run, "--json", *words, **env)
        assert done.returncode == 0, done.stderr
        return RunRecord.from_json(done.stdout)

    def asked(self, begin: int) -> list[str]:
        """What commands asked the service since; a flow's last heartbeat may come late."""
        return [line for line in self.held.requests[begin:] if not line.endswith("/heartbeat")]


def objects(env: Mapping[str, str]) -> dict[str, str]:
    """Every object in the bucket with the hash of its bytes and the time it was written."""
    client = boto3.client(
        "s3",
        endpoint_url=env["METAFLOW_S3_ENDPOINT_URL"],
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
    """A metadata service, and data in local folders."""
    folder = tmp_path_factory.mktemp("remote")
    with service() as (url, held):
        env = {
            "METAFLOW_DEFAULT_DATASTORE": "local",
            "METAFLOW_DEFAULT_METADATA": "service",
            "METAFLOW_SERVICE_URL": url,
            "METAFLOW_USER": "manim",
            "METAFLOW_HOME": str(folder),
            "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
        }
        yield Remote(env, folder, held)


@pytest.fixture(scope="module")
def in_s3(remote: Remote) -> Iterator[Remote]:
    """The same service, and data in S3."""
    with bucket() as env:
        yield Remote({**remote.env, **env}, remote.folder, remote.held)


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
def run_in_s3(in_s3: Remote) -> str:
    return f"SwitchFlow/{in_s3.flow('switch.py', 'run')}"


def test_a_run_in_s3_is_told_as_a_local_one(in_s3: Remote, run_in_s3: str, runs) -> None:
    begin = len(in_s3.held.requests)
    record = in_s3.record(run_in_s3)
    assert in_s3.asked(begin) == [
        "GET /flows/SwitchFlow/runs",
        f"GET /flows/SwitchFlow/runs/{record.run_id}/metadata",
    ]
    assert (record.status, record.notes) == ("successful", ())
    assert told(record) == told(runs["switch"])
    assert record.metaflow_version
    assert record.python_version
    for task in record.tasks:
        assert task.queued <= task.started <= task.finished, task.path
    assert {blob.sha for blob in record.blobs} == {blob.sha for blob in runs["switch"].blobs}


def test_without_metadata_the_tasks_are_known_and_their_times_are_not(
    in_s3: Remote, run_in_s3: str, runs
) -> None:
    record = in_s3.record(run_in_s3, "--root", ROOT, METAFLOW_DEFAULT_METADATA="local")
    assert told(record) == told(runs["switch"])
    assert {task.queued for task in record.tasks} == {None}


def test_a_run_in_s3_is_replayed_and_left_as_it_was(in_s3: Remote, run_in_s3: str) -> None:
    before, begin = objects(in_s3.env), len(in_s3.held.requests)
    film = in_s3.command("replay", run_in_s3, "-o", "run.mp4", "-q", "l", "--speed", "20")
    assert (film.returncode, film.stderr) == (0, "")
    with av.open(str(in_s3.folder / "run.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) > 10
    assert objects(in_s3.env) == before
    assert {line.partition(" ")[0] for line in in_s3.asked(begin)} == {"GET"}


def test_runs_of_the_service_are_shown_and_compared(remote: Remote, runs) -> None:
    first = remote.flow("foreach.py", "run")
    second = remote.flow("foreach.py", "resume", "join", "--origin-run-id", first)
    before, begin = tree(remote.folder / ".metaflow"), len(remote.held.requests)
    origin, resumed = (remote.record(f"ForeachFlow/{run_id}") for run_id in (first, second))
    assert told(origin) == told(runs["foreach"])
    assert all(task.queued <= task.started <= task.finished for task in origin.tasks)
    assert resumed.origin_run_id == first
    assert Counter(task.state for task in resumed.tasks) == {"cloned": 7, "done": 2}
    by_place = {task.place: f"{first}/{task.path}" for task in origin.tasks}
    assert all(task.origin == by_place[task.place] for task in resumed.cloned)
    compared = remote.command("compare", f"ForeachFlow/{first}", f"ForeachFlow/{second}", "--json")
    assert compared.returncode == 0, compared.stderr
    steps = {step["name"]: step for step in json.loads(compared.stdout)["record"]["steps"]}
    assert {name: (step["cloned"], step["executed"]) for name, step in steps.items()} == {
        "start": (1, 0),
        "a": (3, 0),
        "a_more": (3, 0),
        "join": (0, 1),
        "end": (0, 1),
    }
    assert {step["inputs"]["verdict"] for step in steps.values()} == {"same"}
    assert tree(remote.folder / ".metaflow") == before
    assert {line.partition(" ")[0] for line in remote.asked(begin)} == {"GET"}


def test_a_missing_run_and_a_silent_service_are_errors(remote: Remote) -> None:
    gone = remote.command("show", "NoFlow/77")
    assert gone.returncode == 2
    assert "no run of NoFlow here." in gone.stderr
    silent = remote.command("show", "NoFlow/1", METAFLOW_SERVICE_URL="http://127.0.0.1:9")
    assert silent.returncode == 1
    assert "the metadata service does not answer" in silent.stderr
    assert "Traceback" not in silent.stderr

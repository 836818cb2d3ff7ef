"""The same records from an S3 root: Metaflow's own S3 code, against moto's server on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from s3_bucket import bucket

from manim_metaflow.facts import StorageRecord, load_storage, record_run

FLOW = Path(__file__).parents[2] / "flows" / "linear.py"
READ = """
import sys
from manim_metaflow.facts import load_storage
print(load_storage("LinearFlow", root="s3://shelf/metaflow", values=True, head=64).to_json())
"""


@pytest.fixture(scope="module")
def shelf() -> Iterator[dict[str, str]]:
    """An empty bucket, and what a process needs in its environment to use it."""
    with bucket() as env:
        yield env


def test_s3_tells_what_a_local_store_tells(shelf: dict[str, str], tmp_path: Path) -> None:
    local = record_run(FLOW, recordings=tmp_path / "local", storage=True)
    env = {**os.environ, **shelf, "METAFLOW_USER": "manim", "METAFLOW_HOME": str(tmp_path)}
    # Metadata is kept beside the flow, data in the bucket.
    env |= {"METAFLOW_DATASTORE_SYSROOT_LOCAL": str(tmp_path), "METAFLOW_DEFAULT_METADATA": "local"}
    ran = subprocess.run(
        [sys.executable, str(FLOW), "--no-pylint", "run"],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    remote = read_again(env)
    assert remote.kind == "s3"
    assert [maps(task) for task in remote.tasks] == [maps(task) for task in local.storage.tasks]
    assert remote.totals().written == local.storage.totals().written
    kept = load_storage("LinearFlow", root=local.recording.with_suffix(".store"), values=True, head=64)
    for blob in kept.blobs:
        if blob.type_name != "dict":  # _graph_info holds paths
            same = remote.blob(blob.sha)
            assert (same.raw_size, same.head, same.value, same.path) == (
                blob.raw_size,
                blob.head,
                blob.value,
                blob.path,
            )
            assert same.size is not None
    sha = remote["use/3"].last["total"].sha
    delete(env, f"metaflow/{remote.blob(sha).path}")
    damaged = read_again(env)
    assert damaged.notes == (f"{sha}: its blob is missing from the store",)
    assert damaged["use/3"].last["total"].damage == "its blob is missing from the store"
    others = [blob for blob in remote.blobs if blob.sha != sha]
    assert [blob for blob in damaged.blobs if blob.sha != sha] == others


def read_again(env: dict[str, str]) -> StorageRecord:
    """Read the run in a process that is configured for the bucket."""
    read = subprocess.run(
        [sys.executable, "-c", READ],
        env=env,
        cwd=env["METAFLOW_HOME"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    return StorageRecord.from_json(read.stdout)


def delete(env: dict[str, str], key: str) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=env["METAFLOW_S3_ENDPOINT_URL"],
        region_name=env["AWS_DEFAULT_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )
    client.delete_object(Bucket="shelf", Key=key)


def maps(task: object) -> tuple[object, ...]:
    entries = [(e.name, e.sha, e.size, e.change, e.source) for e in task.last.artifacts]
    return task.path, task.parents, entries

"""An empty bucket of moto's server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

ROOT = "s3://shelf/metaflow"


@contextmanager
def bucket() -> Iterator[dict[str, str]]:
    """Start a server; what a process needs in its environment to use it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )
    client.create_bucket(Bucket="shelf")
    yield {
        **keys,
        "METAFLOW_DEFAULT_DATASTORE": "s3",
        "METAFLOW_DATASTORE_SYSROOT_S3": ROOT,
        "METAFLOW_S3_ENDPOINT_URL": url,
        "METAFLOW_S3_WORKER_COUNT": "1",
    }
    server.stop()

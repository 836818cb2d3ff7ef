"""Where Metaflow's metadata of a flow is kept: in local folders, or by the metadata service."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

from manim_metaflow.errors import RunError
from manim_metaflow.facts.store.local import local_notes, local_run, local_run_ids, local_tasks
from manim_metaflow.facts.store.stored import StoredRun, TaskNotes

__all__ = ["LocalMetadata", "Metadata", "ServiceMetadata"]

_PATIENCE = 30.0
"""Seconds in which the service has to answer."""


class Metadata(Protocol):
    """What is known of a flow's runs beside what its tasks stored."""

    def run_ids(self) -> list[str]:
        """List the runs, newest first."""

    def run(self, run_id: str) -> StoredRun:
        """Read when a run was created, and with which versions."""

    def tasks(self, run_id: str) -> list[tuple[str, str]]:
        """List step and id of every task."""

    def notes(self, run_id: str, step: str, task_id: str) -> TaskNotes:
        """Read a task's metadata."""


class LocalMetadata:
    """Metadata in the folders below a ``.metaflow`` folder; none where there is no such folder."""

    def __init__(self, root: Path | None, flow_name: str) -> None:
        self._folder = (root or Path("/nowhere")) / flow_name

    def run_ids(self) -> list[str]:
        """List the runs, newest first."""
        return local_run_ids(self._folder)

    def run(self, run_id: str) -> StoredRun:
        """Read when a run was created, and with which versions."""
        return local_run(self._folder / run_id)

    def tasks(self, run_id: str) -> list[tuple[str, str]]:
        """List step and id of every task."""
        return local_tasks(self._folder / run_id)

    def notes(self, run_id: str, step: str, task_id: str) -> TaskNotes:
        """Read a task's metadata."""
        return local_notes(f"{self._folder}/{run_id}/{step}/{task_id}")


class ServiceMetadata:
    """Metadata of one flow in Metaflow's metadata service: three requests a run, however many tasks.

    Parameters
    ----------
    url
        The service.
    headers
        What each request carries, a key to the service perhaps.
    flow_name
        The flow.
    """

    def __init__(self, url: str, headers: dict[str, str], flow_name: str) -> None:
        self._flow = f"{url.rstrip('/')}/flows/{flow_name}"
        self._headers = headers
        self._of_run: dict[str, dict[tuple[str, str], list[dict[str, Any]]]] = {}

    def run_ids(self) -> list[str]:
        """List the runs, newest first."""
        runs = sorted(self._runs, key=lambda run: (run.get("ts_epoch") or 0, _run_id(run)), reverse=True)
        return [_run_id(run) for run in runs]

    def run(self, run_id: str) -> StoredRun:
        """Read when a run was created, and with which versions."""
        held: dict[str, Any] = next((run for run in self._runs if _run_id(run) == run_id), {})
        created = held.get("ts_epoch")
        return StoredRun(created / 1000 if created else None, tuple(held.get("system_tags") or ()))

    def tasks(self, run_id: str) -> list[tuple[str, str]]:
        """List step and id of every task."""
        return sorted(self._metadata(run_id))

    def notes(self, run_id: str, step: str, task_id: str) -> TaskNotes:
        """Read a task's metadata."""
        stamps: dict[str, list[int]] = defaultdict(list)
        values: dict[tuple[str, int], Any] = {}
        for held in self._metadata(run_id).get((step, task_id), ()):
            name, stamp = str(held["field_name"]), int(held["ts_epoch"])
            stamps[name].append(stamp)
            values[name, stamp] = held.get("value")
        for times in stamps.values():
            times.sort()
        return TaskNotes(dict(stamps), partial(_value, values))

    @cached_property
    def _runs(self) -> list[dict[str, Any]]:
        return self._get("/runs")

    def _metadata(self, run_id: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
        if run_id not in self._of_run:
            found = self._of_run[run_id] = defaultdict(list)
            for held in self._get(f"/runs/{run_id}/metadata"):
                found[str(held["step_name"]), str(held.get("task_name") or held["task_id"])].append(held)
        return self._of_run[run_id]

    def _get(self, path: str) -> list[dict[str, Any]]:
        import requests

        url = self._flow + path
        try:
            answer = requests.get(url, headers=self._headers, timeout=_PATIENCE)
            if answer.status_code == 404:
                return []
            answer.raise_for_status()
            held = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise RunError(
                f"{url}: the metadata service does not answer ({_reason(error)}). "
                "See METAFLOW_SERVICE_URL, or name a local datastore with root=."
            ) from error
        return held if isinstance(held, list) else []


def _run_id(run: dict[str, Any]) -> str:
    return str(run.get("run_id") or run["run_number"])


def _value(values: dict[tuple[str, int], Any], name: str, stamp: int) -> Any:
    return values.get((name, stamp))


def _reason(error: Exception) -> str:
    return str(error).partition("(Caused by")[0].strip().rstrip(":") or type(error).__name__

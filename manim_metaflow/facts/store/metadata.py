"""Where Metaflow's metadata of a flow is kept: in local folders, or by the metadata service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from manim_metaflow.errors import RunError
from manim_metaflow.facts.store.checked import is_folder_name, json_object, moment, texts, whole_number
from manim_metaflow.facts.store.files import LocalFiles
from manim_metaflow.facts.store.folders import list_runs, list_tasks

__all__ = ["FolderMetadata", "Metadata", "RunMetadata", "ServiceMetadata", "TaskMetadata"]

_PER_SECOND = 1000
"""Metaflow counts the times of its metadata in thousandths of a second."""
_TIMEOUT = 30.0
"""Seconds in which the service has to answer."""


@dataclass(frozen=True)
class RunMetadata:
    """When a run was created (seconds since the epoch), and its system tags: with which versions.

    ``heartbeat`` is when the process that schedules its tasks last said that it is alive, seconds since the
    epoch. Metaflow sends that to a metadata service every ten seconds; in folders there is no such thing.
    """

    created: float | None = None
    system_tags: tuple[str, ...] = ()
    heartbeat: float | None = None


@dataclass(frozen=True)
class TaskMetadata:
    """A task's metadata: when each metadatum was written (ms), and a way to read its value."""

    stamps: dict[str, list[int]] = field(default_factory=dict)
    read: Callable[[str, int], Any] = lambda name, stamp: None

    def __contains__(self, name: object) -> bool:
        return name in self.stamps

    def newest(self, name: str) -> Any:
        """Read the newest value of a metadatum; ``None`` where there is none."""
        return self.read(name, self.stamps[name][-1]) if name in self.stamps else None

    @cached_property
    def queued(self) -> float | None:
        """When the task was first registered, seconds since the epoch."""
        first = min((time for times in self.stamps.values() for time in times), default=None)
        return first / 1000 if first else None


class Metadata:
    """What is known of a flow's runs beside what its tasks stored: here nothing."""

    def run_ids(self) -> list[str]:
        """List the runs, newest first."""
        return []

    def run(self, run_id: str) -> RunMetadata:
        """Read when a run was created, and with which versions."""
        return RunMetadata()

    def tasks(self, run_id: str) -> tuple[list[tuple[str, str]], list[str]]:
        """List step and id of every task, and beside them what could not be read."""
        return [], []

    def task(self, run_id: str, step: str, task_id: str) -> TaskMetadata:
        """Read a task's metadata."""
        return TaskMetadata()


class FolderMetadata(Metadata):
    """Metadata in a ``.metaflow`` folder, by Metaflow's local provider.

    Parameters
    ----------
    files
        The folder.
    flow_name
        The flow.
    """

    def __init__(self, files: LocalFiles, flow_name: str) -> None:
        self._files, self._flow = files, flow_name

    def run_ids(self) -> list[str]:
        """List the runs, newest first."""
        return sorted(list_runs(self._files, self._flow)[0], key=self._age, reverse=True)

    def run(self, run_id: str) -> RunMetadata:
        """Read when a run was created, and with which versions."""
        record = self._json(f"{self._flow}/{run_id}/_meta/_self.json")
        return RunMetadata(
            moment(record.get("ts_epoch"), per_second=_PER_SECOND), texts(record.get("system_tags"))
        )

    def tasks(self, run_id: str) -> tuple[list[tuple[str, str]], list[str]]:
        """List step and id of every task, and beside them what could not be read."""
        return list_tasks(self._files, self._flow, run_id)

    def task(self, run_id: str, step: str, task_id: str) -> TaskMetadata:
        """Read a task's metadata; the name of each file has the time at which it was written."""
        folder = f"{self._flow}/{run_id}/{step}/{task_id}/_meta"
        [(names, _)] = self._files.names((folder,))
        stamps: dict[str, list[int]] = {}
        for name in names:
            # sysmeta_NAME_TIME.json; the name may have underscores of its own.
            if name.startswith("sysmeta_"):
                metadatum, _, time = name[8:-5].rpartition("_")
                if moment(whole_number(time), per_second=_PER_SECOND) is not None:
                    stamps.setdefault(metadatum, []).append(int(time))
        for times in stamps.values():
            times.sort()
        return TaskMetadata(stamps, partial(self._value, folder))

    def _age(self, run_id: str) -> tuple[float, str]:
        """Order a run by when it was created, which an id that somebody chose does not contain."""
        # The age of the folder would not do: a copy of it is younger, and each new task changes it.
        number = whole_number(run_id)
        if number is not None:
            return number / 1e6, run_id  # Metaflow's ids are microseconds since the epoch
        return self.run(run_id).created or 0.0, run_id

    def _value(self, folder: str, name: str, stamp: int) -> Any:
        return self._json(f"{folder}/sysmeta_{name}_{stamp}.json").get("value")

    def _json(self, path: str) -> dict[str, Any]:
        [(text, _)] = self._files.read((path,))
        return json_object(text) or {}


class ServiceMetadata(Metadata):
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
        runs = sorted(self._runs, key=lambda run: (_created(run) or 0.0, _run_id(run)), reverse=True)
        return [run_id for run in runs if is_folder_name(run_id := _run_id(run))]

    def run(self, run_id: str) -> RunMetadata:
        """Read when a run was created, and with which versions."""
        record: dict[str, Any] = next((run for run in self._runs if _run_id(run) == run_id), {})
        # The service counts heartbeats in seconds, and all its other times in thousandths of them.
        heartbeat = moment(record.get("last_heartbeat_ts"))
        return RunMetadata(_created(record), texts(record.get("system_tags")), heartbeat)

    def tasks(self, run_id: str) -> tuple[list[tuple[str, str]], list[str]]:
        """List step and id of every task; a queued one has no file in a remote store yet."""
        return sorted(self._metadata(run_id)), []

    def task(self, run_id: str, step: str, task_id: str) -> TaskMetadata:
        """Read a task's metadata."""
        stamps: dict[str, list[int]] = defaultdict(list)
        values: dict[tuple[str, int], Any] = {}
        for record in self._metadata(run_id).get((step, task_id), ()):
            name, stamp = str(record.get("field_name")), whole_number(record.get("ts_epoch"))
            if moment(stamp, per_second=_PER_SECOND) is not None and stamp is not None:
                stamps[name].append(stamp)
                values[name, stamp] = record.get("value")
        for times in stamps.values():
            # The service gives records in an order of its own, and the newest value is the last.
            times.sort()
        return TaskMetadata(dict(stamps), partial(_value, values))

    @cached_property
    def _runs(self) -> list[dict[str, Any]]:
        return self._get("/runs")

    def _metadata(self, run_id: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
        if run_id not in self._of_run:
            found = self._of_run[run_id] = defaultdict(list)
            for record in self._get(f"/runs/{run_id}/metadata"):
                # The service numbers tasks itself; an id that was chosen elsewhere is the task's name there.
                step, task_id = (
                    str(record.get("step_name")),
                    str(record.get("task_name") or record.get("task_id")),
                )
                if is_folder_name(step) and is_folder_name(task_id):  # paths are made of them
                    found[step, task_id].append(record)
        return self._of_run[run_id]

    def _get(self, path: str) -> list[dict[str, Any]]:
        import requests

        url = self._flow + path
        try:
            answer = requests.get(url, headers=self._headers, timeout=_TIMEOUT)
            # A flow or run that the service was never told of: what is in the datastore can be read without.
            if answer.status_code == 404:
                return []
            answer.raise_for_status()
            content = answer.json()
        except (requests.RequestException, ValueError, RecursionError) as error:  # of JSON nested too deep
            raise RunError(
                f"{url}: the metadata service does not answer ({_reason(error)}). "
                "See METAFLOW_SERVICE_URL, or name a local datastore with root=."
            ) from error
        return [record for record in content if isinstance(record, dict)] if isinstance(content, list) else []


def _run_id(run: dict[str, Any]) -> str:
    return str(run.get("run_id") or run.get("run_number"))


def _created(run: dict[str, Any]) -> float | None:
    return moment(run.get("ts_epoch"), per_second=_PER_SECOND)


def _value(values: dict[tuple[str, int], Any], name: str, stamp: int) -> Any:
    return values.get((name, stamp))


def _reason(error: Exception) -> str:
    return str(error).partition("(Caused by")[0].strip().rstrip(":") or type(error).__name__

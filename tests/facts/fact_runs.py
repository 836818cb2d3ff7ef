"""Real runs of the real flows, each made once for all processes of a session, two at a time."""

import fcntl
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from recorded import FLOWS, RESUMES, RUNS as RECORDED
from started import command_lines, input_paths, listening

from manim_metaflow.facts import RunRecord, record_resume, record_run

__all__ = ["FLOWS", "RESUMES", "RUNS", "Runs", "input_paths"]

RUNS = {
    **RECORDED,
    "unpicklable": ("kill_flow.py", {"UNPICKLABLE": "1"}),
    "unbounded": ("unbounded.py", {}),
    "an artifact called name": ("artifact_name.py", {}),
    "caught at the end": ("caught_end.py", {}),
}


class Runs:
    """Hands out records by name, and what Metaflow was told on the command lines of their tasks."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        self.folder, self.pool = folder, pool
        self.pending: dict[str, Future[RunRecord]] = {}

    def start(self, name: str) -> Future[RunRecord]:
        if name not in self.pending:
            if name in RESUMES:  # first in the queue, or two resumes that wait for it would fill the pool
                self.start(RESUMES[name].origin)
            self.pending[name] = self.pool.submit(self._make, name)
        return self.pending[name]

    def __getitem__(self, name: str) -> RunRecord:
        return self.start(name).result()

    def command_lines(self, name: str) -> list[list[str]]:
        return command_lines(self.folder / f"{name}.argv")

    def store(self, name: str) -> Path:
        return self[name].recording.with_suffix(".store") / ".metaflow"

    def _make(self, name: str) -> RunRecord:
        # The process that has the lock first makes the recording, others find it.
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._record(name)

    def _record(self, name: str) -> RunRecord:
        env = listening(self.folder, self.folder / f"{name}.argv")
        if name in RESUMES:
            case = RESUMES[name]
            return record_resume(
                self[case.origin], FLOWS / case.file, step=case.step, env={**env, **case.env}
            )
        file, extra = RUNS[name]
        return record_run(FLOWS / file, recordings=self.folder / "recordings", env={**env, **extra})

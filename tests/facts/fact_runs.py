"""Real runs of the real flows, each made once a session, two at a time."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from recorded import FLOWS, RESUMES
from recorded import RUNS as RECORDED

from manim_metaflow.facts import RunRecord, record_resume, record_run

__all__ = ["FLOWS", "RESUMES", "RUNS", "Runs", "input_paths"]

RUNS = {**RECORDED, "unpicklable": ("kill_flow.py", {"UNPICKLABLE": "1"})}

_LOG_ARGV = """
import os, sys
with open(os.environ["ARGV_LOG"], "a") as log:
    print(repr(sys.orig_argv), file=log)
"""


class Runs:
    """Hands out records by name, and what Metaflow was told on the command lines of their tasks."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        self.folder, self.pool = folder, pool
        self.pending: dict[str, Future[RunRecord]] = {}
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(_LOG_ARGV)

    def start(self, name: str) -> Future[RunRecord]:
        if name not in self.pending:
            if name in RESUMES:  # first in the queue, or two resumes that wait for it would fill the pool
                self.start(RESUMES[name].origin)
            self.pending[name] = self.pool.submit(self._make, name)
        return self.pending[name]

    def __getitem__(self, name: str) -> RunRecord:
        return self.start(name).result()

    def command_lines(self, name: str) -> list[list[str]]:
        return [eval(line) for line in (self.folder / f"{name}.argv").read_text().splitlines()]

    def store(self, name: str) -> Path:
        return self[name].recording.with_suffix(".store") / ".metaflow"

    def _make(self, name: str) -> RunRecord:
        env = {"PYTHONPATH": str(self.folder / "site"), "ARGV_LOG": str(self.folder / f"{name}.argv")}
        if name in RESUMES:
            case = RESUMES[name]
            return record_resume(
                self[case.origin], FLOWS / case.file, step=case.step, env={**env, **case.env}
            )
        file, extra = RUNS[name]
        return record_run(FLOWS / file, recordings=self.folder / "recordings", env={**env, **extra})


def input_paths(lines: list[list[str]]) -> dict[str, set[str]]:
    """Tell from command lines with which inputs each task was really started."""
    from metaflow.util import decompress_list

    told = {}
    for line in lines:
        if "step" not in line or "--input-paths" not in line:
            continue
        task = f"{line[line.index('step') + 1]}/{line[line.index('--task-id') + 1]}"
        paths = decompress_list(line[line.index("--input-paths") + 1])
        told[task] = {path.partition("/")[2] for path in paths}
    return told

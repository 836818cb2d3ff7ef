"""Real runs of the real flows, each made once a session, two at a time."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from manim_metaflow.facts import RunRecord, record_resume, record_run

FLOWS = Path(__file__).parents[1] / "flows"

# What each named run is: the flow's file and its environment.
RUNS = {
    "fe_resume": ("fe_resume.py", {"FAIL": "1"}),
    "nested_foreach": ("nested_foreach.py", {}),
    "retry": ("retry_flow.py", {}),
    "recursion": ("recursion.py", {}),
    "parallel": ("parallel.py", {}),
    "merge": ("merge_flow.py", {}),
    "foreach": ("foreach.py", {}),
    "branch": ("branch.py", {}),
    "linear": ("linear.py", {}),
    "switch": ("switch.py", {}),
    "resume": ("resume_flow.py", {"FAIL": "1"}),
    "recursion_failed": ("recursion.py", {"BOOM": "3"}),
    "killed": ("kill_flow.py", {"KILL": "1"}),
    "unpicklable": ("kill_flow.py", {"UNPICKLABLE": "1"}),
}
RESUMES = {"fe_resumed": "fe_resume", "resumed": "resume", "recursion_resumed": "recursion_failed"}

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
            return record_resume(self[RESUMES[name]], env=env)
        file, extra = RUNS[name]
        return record_run(FLOWS / file, recordings=self.folder / "recordings", env={**env, **extra})

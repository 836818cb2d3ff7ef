"""Real runs of the flows in ``flows/``, recorded once and committed, so that pictures of them stay the same.

``python tests/recorded.py`` makes them anew.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from manim_metaflow.facts import RunRecord, record_resume, record_run

FLOWS = Path(__file__).parent / "flows"
RECORDINGS = Path(__file__).parent / "recordings"

# What each named run is: the flow's file and its environment.
RUNS: dict[str, tuple[str, dict[str, str]]] = {
    "foreach": ("foreach.py", {}),
    "nested foreach": ("nested_foreach.py", {}),
    "switch": ("switch.py", {}),
    "loop": ("recursion.py", {}),
    "retries": ("retry_flow.py", {}),
    "failed": ("fe_resume.py", {"FAIL": "1"}),
    "branch": ("branch.py", {}),
    "nested branch": ("nested_branch.py", {}),
    "everything": ("complex_flow.py", {}),
    "linear": ("linear.py", {}),
    "gang": ("parallel.py", {}),
    "killed": ("kill_flow.py", {"KILL": "1"}),
    "failed loop": ("recursion.py", {"BOOM": "3"}),
    "failed chain": ("resume_flow.py", {"FAIL": "1"}),
    "merge": ("merge_flow.py", {}),
    "failed nested foreach": ("nested_resume.py", {"FAIL": "1"}),
    "failed switch": ("switch_resume.py", {"FAIL": "1"}),
}


@dataclass(frozen=True)
class Resume:
    """A run or resume by name, the file as it is now, and from where to begin again."""

    origin: str
    file: str
    step: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)


RESUMES = {
    "resumed chain": Resume("failed chain", "resume_flow.py"),
    "resumed at a step": Resume("failed chain", "resume_flow.py", step="middle"),
    "resumed": Resume("failed", "fe_resume.py"),
    "resumed nested foreach": Resume("failed nested foreach", "nested_resume.py"),
    "resumed in a switch": Resume("failed switch", "switch_resume.py", env={"MODE": "fast"}),
    "resumed loop": Resume("failed loop", "recursion.py"),
    "resumed in vain": Resume("failed chain", "resume_flow.py", env={"FAIL": "1"}),
    "resumed a resume": Resume("resumed in vain", "resume_flow.py"),
    "resumed a success": Resume("linear", "linear.py"),
    "resumed after an edit": Resume("failed chain", "resume_edited.py"),
    "resumed with one step more": Resume("failed chain", "resume_inserted_after.py"),
}


@cache
def recorded(name: str) -> RunRecord:
    """Read the recording of a run by name; a flow that was edited since has none."""
    before = set(RECORDINGS.glob("*.json"))
    record = _recorded(name)
    made = set(RECORDINGS.glob("*.json")) - before
    for path in made:
        path.unlink()
        shutil.rmtree(path.with_suffix(".store"), ignore_errors=True)
    assert not made, f"The recording {name!r} is stale. Make it anew: python tests/recorded.py"
    return record


def _recorded(name: str, *, fresh: bool = False) -> RunRecord:
    if name in RESUMES:
        case = RESUMES[name]
        origin, file = _recorded(case.origin), FLOWS / case.file
        return record_resume(origin, file, step=case.step, env=case.env, recordings=RECORDINGS, fresh=fresh)
    file, env = RUNS[name]
    return record_run(FLOWS / file, recordings=RECORDINGS, env=env, fresh=fresh)


def main() -> None:
    """Record every run anew, origins before their resumes."""
    shutil.rmtree(RECORDINGS, ignore_errors=True)
    for name in (*RUNS, *RESUMES):
        record = _recorded(name, fresh=True)
        print(f"{name}: {record.flow.name}/{record.run_id}: {record.status}")


if __name__ == "__main__":
    sys.exit(main())

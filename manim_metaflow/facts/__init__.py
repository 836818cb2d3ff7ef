"""Facts about flows and runs, as plain records. Metaflow itself is imported only when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manim_metaflow.facts.records import (
    SCHEMA_VERSION,
    ArtifactRecord,
    AttemptRecord,
    BlobBytes,
    BlobRecord,
    DecoratorInfo,
    EdgeInfo,
    ExceptionRecord,
    FlowInfo,
    ForeachIndex,
    KeyEntry,
    KeyMapRecord,
    PackageRecord,
    ParameterInfo,
    RunRecord,
    StepInfo,
    StorageRecord,
    StorageTotals,
    TaskKeys,
    TaskRecord,
    storage_totals,
)
from manim_metaflow.utils.lazy import lazy_names

if TYPE_CHECKING:
    from manim_metaflow.facts.flow.load import load_flow
    from manim_metaflow.facts.flow.notebook import NotebookCell, NotebookRecord, load_notebook
    from manim_metaflow.facts.flow.versions import FlowVersion, git_versions, load_version
    from manim_metaflow.facts.recording.command import CommandRecord, record_command
    from manim_metaflow.facts.recording.console import console_story
    from manim_metaflow.facts.recording.recordings import list_recordings
    from manim_metaflow.facts.recording.runs import record_resume, record_run
    from manim_metaflow.facts.recording.spin import record_spin
    from manim_metaflow.facts.run.compare import AspectComparison, RunComparison, StepComparison, compare_runs
    from manim_metaflow.facts.run.load import load_run
    from manim_metaflow.facts.run.record_file import load_recording
    from manim_metaflow.facts.run.storage import load_flow_storage, load_storage

__all__ = [
    "SCHEMA_VERSION",
    "ArtifactRecord",
    "AspectComparison",
    "AttemptRecord",
    "BlobBytes",
    "BlobRecord",
    "CommandRecord",
    "DecoratorInfo",
    "EdgeInfo",
    "ExceptionRecord",
    "FlowInfo",
    "FlowVersion",
    "ForeachIndex",
    "KeyEntry",
    "KeyMapRecord",
    "NotebookCell",
    "NotebookRecord",
    "PackageRecord",
    "ParameterInfo",
    "RunComparison",
    "RunRecord",
    "StepComparison",
    "StepInfo",
    "StorageRecord",
    "StorageTotals",
    "TaskKeys",
    "TaskRecord",
    "compare_runs",
    "console_story",
    "git_versions",
    "list_recordings",
    "load_flow",
    "load_flow_storage",
    "load_notebook",
    "load_recording",
    "load_run",
    "load_storage",
    "load_version",
    "record_command",
    "record_resume",
    "record_run",
    "record_spin",
    "storage_totals",
]

_LAZY = {
    "AspectComparison": "run.compare",
    "CommandRecord": "recording.command",
    "FlowVersion": "flow.versions",
    "NotebookCell": "flow.notebook",
    "NotebookRecord": "flow.notebook",
    "RunComparison": "run.compare",
    "StepComparison": "run.compare",
    "compare_runs": "run.compare",
    "console_story": "recording.console",
    "git_versions": "flow.versions",
    "list_recordings": "recording.recordings",
    "load_flow": "flow.load",
    "load_flow_storage": "run.storage",
    "load_notebook": "flow.notebook",
    "load_recording": "run.record_file",
    "load_run": "run.load",
    "load_storage": "run.storage",
    "load_version": "flow.versions",
    "record_command": "recording.command",
    "record_resume": "recording.runs",
    "record_run": "recording.runs",
    "record_spin": "recording.spin",
}

__getattr__ = lazy_names(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted(__all__)

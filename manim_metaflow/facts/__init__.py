"""What Metaflow says about flows and runs, as plain records. Metaflow itself is imported only when asked."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from manim_metaflow.facts.records import (
    SCHEMA_VERSION,
    ArtifactRecord,
    AttemptRecord,
    BlobRecord,
    DecoratorInfo,
    EdgeInfo,
    ExceptionRecord,
    FlowInfo,
    ForeachIndex,
    PackageRecord,
    ParameterInfo,
    RunRecord,
    StepInfo,
    TaskRecord,
)
from manim_metaflow.facts.storage_records import (
    BlobBytes,
    KeyEntry,
    KeyMapRecord,
    StorageRecord,
    StorageTotals,
    TaskKeys,
    storage_totals,
)

if TYPE_CHECKING:
    from manim_metaflow.facts._recordings import list_recordings, load_recording
    from manim_metaflow.facts.command import CommandRecord, record_command
    from manim_metaflow.facts.compare import AspectComparison, RunComparison, StepComparison, compare_runs
    from manim_metaflow.facts.console import console_story
    from manim_metaflow.facts.flow import load_flow
    from manim_metaflow.facts.notebook import NotebookCell, NotebookRecord, load_notebook
    from manim_metaflow.facts.record import record_resume, record_run
    from manim_metaflow.facts.run import load_run
    from manim_metaflow.facts.spin import record_spin
    from manim_metaflow.facts.storage import load_flow_storage, load_storage
    from manim_metaflow.facts.versions import FlowVersion, git_versions, load_version

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
    "AspectComparison": "compare",
    "CommandRecord": "command",
    "FlowVersion": "versions",
    "NotebookCell": "notebook",
    "NotebookRecord": "notebook",
    "RunComparison": "compare",
    "StepComparison": "compare",
    "compare_runs": "compare",
    "console_story": "console",
    "git_versions": "versions",
    "list_recordings": "_recordings",
    "load_flow": "flow",
    "load_flow_storage": "storage",
    "load_notebook": "notebook",
    "load_recording": "_recordings",
    "load_run": "run",
    "load_storage": "storage",
    "load_version": "versions",
    "record_command": "command",
    "record_resume": "record",
    "record_run": "record",
    "record_spin": "spin",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""Manim mobjects and animations that explain Metaflow, drawn from real flows and real runs.

Manim loads every installed plugin with itself, so this module imports nothing: a name is looked up when
it is first used, and Metaflow is imported when a flow is first read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from manim_metaflow.animations import *
    from manim_metaflow.errors import *
    from manim_metaflow.facts import *
    from manim_metaflow.mobjects import *
    from manim_metaflow.scene import *
    from manim_metaflow.theme import *

_HOMES = {
    "animations": [
        "AdvanceStory",
        "AdvanceTrack",
        "BuildFlow",
        "CellsToSteps",
        "CloneTasks",
        "CollapseRegion",
        "CompareRuns",
        "CreateArtifact",
        "EvolveCode",
        "EvolveFlow",
        "ExpandRegion",
        "ExplodeStep",
        "FillStore",
        "FlowStory",
        "FocusCode",
        "FocusFlow",
        "HashBytes",
        "HighlightFlow",
        "Inherit",
        "LoadArtifact",
        "MergeArtifacts",
        "MutateInPlace",
        "Persist",
        "PointAt",
        "RegisterArtifact",
        "ReplayRun",
        "ResumeRun",
        "RunCommand",
        "ScrollStore",
        "Serialize",
        "SetState",
        "SpinStep",
        "TaskGrid",
        "TimeScale",
        "Timeline",
        "TraceArtifact",
        "UnfoldTasks",
        "WriteKeys",
    ],
    "errors": [
        "FlowError",
        "FlowWarning",
        "FontError",
        "ManimMetaflowError",
        "RecordingError",
        "RunError",
        "UsageError",
    ],
    "facts": [
        "ArtifactRecord",
        "AttemptRecord",
        "BlobBytes",
        "BlobRecord",
        "CommandRecord",
        "EdgeInfo",
        "ExceptionRecord",
        "FlowInfo",
        "FlowVersion",
        "KeyEntry",
        "KeyMapRecord",
        "NotebookCell",
        "NotebookRecord",
        "PackageRecord",
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
        "load_flow",
        "load_flow_storage",
        "load_notebook",
        "load_run",
        "load_storage",
        "load_version",
        "record_command",
        "record_resume",
        "record_run",
        "record_spin",
        "storage_totals",
    ],
    "mobjects": [
        "STATES",
        "ArtifactChip",
        "BlobCell",
        "BytesStrip",
        "CodePanel",
        "ComparisonGrid",
        "ContentStore",
        "DeedPill",
        "EvidenceTable",
        "ExceptionNote",
        "Face",
        "FileTree",
        "FlowDAG",
        "FlowEdge",
        "FlowHeading",
        "ForeachRegion",
        "HashLabel",
        "HashPair",
        "KeyLine",
        "KeyMap",
        "LifecycleTrack",
        "MetadataPanel",
        "NotebookPanel",
        "RunClock",
        "RunHeading",
        "RunTally",
        "RunTimeline",
        "SpinBench",
        "Statement",
        "StepNode",
        "StoragePanel",
        "TaskCounter",
        "TaskStack",
        "TerminalPanel",
        "TextBlock",
        "TextLabel",
    ],
    "scene": ["DeepDive"],
    "theme": ["DARK_THEME", "LIGHT_THEME", "Theme", "current_theme", "use_theme"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 - computed, so that a name is written once

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOME_OF[name]
    if home == "mobjects":  # animations say how `Create` and its like draw our mobjects
        import_module(f"{__name__}.animations")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

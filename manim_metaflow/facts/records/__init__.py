"""Plain, frozen records of flows, runs and storage, which can be written as JSON and read again."""

from manim_metaflow.facts.records.codec import SCHEMA_VERSION, JsonRecord
from manim_metaflow.facts.records.flow import (
    DecoratorInfo,
    EdgeInfo,
    EdgeKind,
    FlowInfo,
    ParameterInfo,
    StepInfo,
)
from manim_metaflow.facts.records.run import (
    ArtifactRecord,
    AttemptRecord,
    BlobRecord,
    ExceptionRecord,
    ForeachIndex,
    PackageRecord,
    RunRecord,
    RunStatus,
    TaskRecord,
)
from manim_metaflow.facts.records.states import TaskState
from manim_metaflow.facts.records.storage import (
    BlobBytes,
    KeyChange,
    KeyEntry,
    KeyMapRecord,
    StorageRecord,
    StorageTotals,
    TaskKeys,
    storage_totals,
)

__all__ = [
    "SCHEMA_VERSION",
    "ArtifactRecord",
    "AttemptRecord",
    "BlobBytes",
    "BlobRecord",
    "DecoratorInfo",
    "EdgeInfo",
    "EdgeKind",
    "ExceptionRecord",
    "FlowInfo",
    "ForeachIndex",
    "JsonRecord",
    "KeyChange",
    "KeyEntry",
    "KeyMapRecord",
    "PackageRecord",
    "ParameterInfo",
    "RunRecord",
    "RunStatus",
    "StepInfo",
    "StorageRecord",
    "StorageTotals",
    "TaskKeys",
    "TaskRecord",
    "TaskState",
    "storage_totals",
]

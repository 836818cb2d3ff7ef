"""Artifacts, keys, blobs and stores, and how an artifact gets there."""

from manim_metaflow.animations.storage import *
from manim_metaflow.facts.records import (
    BlobBytes as BlobBytes,
    BlobRecord as BlobRecord,
    KeyEntry as KeyEntry,
    KeyMapRecord as KeyMapRecord,
    StorageRecord as StorageRecord,
    StorageTotals as StorageTotals,
    TaskKeys as TaskKeys,
    storage_totals as storage_totals,
)
from manim_metaflow.facts.run.storage import (
    load_flow_storage as load_flow_storage,
    load_storage as load_storage,
)
from manim_metaflow.mobjects.storage import *

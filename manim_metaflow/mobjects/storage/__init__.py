"""Artifacts, keys, blobs and the stores they are kept in."""

from manim_metaflow.mobjects.storage.blob import BlobCell
from manim_metaflow.mobjects.storage.bytes import BytesStrip
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.storage.content_store import ContentStore
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.storage.hash_label import HashLabel
from manim_metaflow.mobjects.storage.key_map import KeyMap
from manim_metaflow.mobjects.storage.lifecycle import LifecycleTrack
from manim_metaflow.mobjects.storage.metadata import MetadataPanel
from manim_metaflow.mobjects.storage.panel import StoragePanel

__all__ = [
    "ArtifactChip",
    "BlobCell",
    "BytesStrip",
    "ContentStore",
    "Face",
    "HashLabel",
    "KeyMap",
    "LifecycleTrack",
    "MetadataPanel",
    "StoragePanel",
]

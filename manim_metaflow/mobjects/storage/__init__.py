"""Artifacts, keys, blobs and the stores they are kept in."""

from manim_metaflow.mobjects.storage.blob import BlobCell
from manim_metaflow.mobjects.storage.bytes import BytesStrip, HashLabel
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.storage.keys import KeyMap
from manim_metaflow.mobjects.storage.lifecycle import LifecycleTrack, StoragePanel
from manim_metaflow.mobjects.storage.metadata import MetadataPanel
from manim_metaflow.mobjects.storage.store import ContentStore

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

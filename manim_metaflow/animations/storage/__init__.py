"""Motions of artifacts, keys and stores."""

from manim_metaflow.animations.storage.carry import CarryValues
from manim_metaflow.animations.storage.fill_store import FillStore, ScrollStore
from manim_metaflow.animations.storage.key_maps import (
    Inherit,
    LoadArtifact,
    MutateInPlace,
    RegisterArtifact,
    WriteKeys,
)
from manim_metaflow.animations.storage.merge import MergeArtifacts
from manim_metaflow.animations.storage.persist import (
    AdvanceTrack,
    CreateArtifact,
    HashBytes,
    Persist,
    Serialize,
)

__all__ = [
    "AdvanceTrack",
    "CarryValues",
    "CreateArtifact",
    "FillStore",
    "HashBytes",
    "Inherit",
    "LoadArtifact",
    "MergeArtifacts",
    "MutateInPlace",
    "Persist",
    "RegisterArtifact",
    "ScrollStore",
    "Serialize",
    "WriteKeys",
]

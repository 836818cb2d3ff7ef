"""``DeepDive``: a film in acts and beats, with captions, in any language."""

from manim_metaflow.scene.deep_dive import DeepDive as DeepDive

__all__ = ["DeepDive"]

"""Finds what a timeline changes although its clips do not name it."""

from __future__ import annotations

from typing import Any

import manim as mn
import numpy as np
from playing import Setting

from manim_metaflow.render.drawing.families import flatten
from manim_metaflow.render.drawing.paints import state
from manim_metaflow.testing.render import still_config


def unnamed_changes(setting: Setting, *, frames: int = 60) -> set[str]:
    """Kinds of mobjects that change in some frame and are not named for it; "anything" if no one knows."""
    found: set[str] = set()
    with still_config((64, 36)):
        scene = mn.Scene()
        standing, animation = setting()
        scene.add(*standing)
        animation._setup_scene(scene)
        animation.begin()
        animation.take_touched()
        before = looks(animation)
        for alpha in np.linspace(0, 1, frames):
            animation.interpolate(alpha)
            touched, after = animation.take_touched(), looks(animation)
            changed = {part for part, look in after.items() if before.get(part) != look}
            before = after
            if touched is None:
                found.add("anything")
            else:
                found |= {type(part).__name__ for part in changed - {*flatten(touched)}}
    return found


def looks(animation: Any) -> dict[Any, Any]:
    parts = flatten([animation.mobject])
    return {
        part: (state(part) if isinstance(part, mn.VMobject) else b"", [*part.submobjects], part.z_index)
        for part in parts
    }

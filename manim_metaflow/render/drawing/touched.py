"""What a play can have changed since the frame before, where its animations report it.

An animation tells by a method ``take_touched``: it returns the mobjects whose families are all that was
changed since it was last asked, or ``None`` where it does not know.
"""

from __future__ import annotations

from typing import Any

from manim.mobject.mobject import Mobject
from manim.scene.scene import Scene

from manim_metaflow.render.drawing.families import flatten

__all__ = ["can_tell", "take_touched"]


def can_tell(scene: Scene) -> bool:
    """Return whether only animations that report what they change can change anything in a play."""
    animations = scene.animations or []
    if not animations or scene.updaters or type(scene).update_self is not Scene.update_self:
        return False
    if not all(hasattr(type(animation), "take_touched") for animation in animations):
        return False
    moved: list[Any] = [animation.mobject for animation in animations]
    everyone = flatten([*scene.mobjects, *moved])
    return not any(mobject.updaters for mobject in everyone)


def take_touched(scene: Scene) -> list[Mobject] | None:
    """Return what animations have changed since the last call; ``None`` if one does not report it."""
    touched: list[Mobject] = []
    known = True
    animations: list[Any] = list(scene.animations or [])
    for animation in animations:
        theirs: list[Mobject] | None = animation.take_touched()
        known = known and theirs is not None
        touched += theirs or []
    return touched if known else None

"""What a play can have changed since the frame before, where its animations report it.

An animation reports it with a method ``take_touched() -> list[Mobject] | None``: the mobjects whose families
are all that it has changed since the last call, or ``None`` if it cannot name them. Then, and wherever an
animation has no such method or an updater is at work, every mobject is compared with the frame before.
"""

from __future__ import annotations

from typing import Any

from manim.mobject.mobject import Mobject
from manim.scene.scene import Scene

from manim_metaflow.render.drawing.families import flatten

__all__ = ["reports_touched", "take_touched"]


def reports_touched(scene: Scene) -> bool:
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
    complete = True
    animations: list[Any] = list(scene.animations or [])
    for animation in animations:
        theirs: list[Mobject] | None = animation.take_touched()
        complete = complete and theirs is not None
        touched += theirs or []
    return touched if complete else None

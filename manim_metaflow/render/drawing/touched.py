"""What a play can have changed since the frame before, where its animations report it.

An animation reports it with a method ``take_touched() -> list[Mobject] | None``: the mobjects whose families
are all that it has changed since the last call, or ``None`` if it cannot name them. What it runs for a frame
besides its own methods it names with a method ``functions() -> Iterable[Callable]``.

That is relied on where nothing but Manim's code and ours runs in a play. Anywhere else (an updater, a rate
function of the user's, a scene that overrides what Manim calls for every frame) every mobject is compared
with the frame before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from manim.mobject.mobject import Mobject
from manim.mobject.types.vectorized_mobject import VMobject
from manim.scene.scene import Scene

from manim_metaflow.render.drawing.families import flatten
from manim_metaflow.render.drawing.hooks import HOOKS, is_known, overridden

__all__ = ["reports_touched", "take_touched"]

_BETWEEN_FRAMES = frozenset(
    {
        "__str__",
        "add_sound",
        "add_subcaption",
        "construct",
        "next_section",
        "pause",
        "play",
        "render",
        "setup",
        "tear_down",
        "wait",
        "wait_until",
    }
)
"""What a scene may override, since it runs before or after the frames of a play, and never between them."""

_METHODS = frozenset(name for name in dir(VMobject) if callable(getattr(VMobject, name)))


def reports_touched(scene: Scene) -> bool:
    """Return whether only animations that report what they change can change anything in a play."""
    played: list[Any] = scene.animations or []
    if not played or scene.updaters:
        return False
    if not all(hasattr(type(animation), "take_touched") for animation in played):
        return False
    if not vars(scene).keys().isdisjoint(HOOKS[Scene]) or overridden({type(scene)}, _BETWEEN_FRAMES):
        return False
    # Groups of animations hold others, which run as well.
    animations = list(_with_parts(played))
    moved = [animation.mobject for animation in animations]
    everyone = flatten([*scene.mobjects, *scene.foreground_mobjects, *moved])
    if any(each.updaters or not _METHODS.isdisjoint(vars(each)) for each in everyone):
        return False
    if overridden({type(each) for each in (*everyone, *animations)}):
        return False
    return all(map(_runs_known_code, animations))


def _with_parts(animations: Iterable[Any]) -> Iterator[Any]:
    for animation in animations:
        yield animation
        yield from _with_parts(getattr(animation, "animations", ()))


def _runs_known_code(animation: Any) -> bool:
    functions = animation.functions() if hasattr(animation, "functions") else ()
    return all(is_known(value) for value in (*vars(animation).values(), *functions))


def take_touched(scene: Scene) -> list[Mobject] | None:
    """Return what animations have changed since the last call; ``None`` if one does not report it."""
    touched: list[Mobject] = []
    complete = True
    animations: list[Any] = list(scene.animations or [])
    for animation in animations:
        # Each is asked, also after one that could not tell: asking is what begins the next frame's report.
        theirs: list[Mobject] | None = animation.take_touched()
        complete = complete and theirs is not None
        touched += theirs or []
    return touched if complete else None

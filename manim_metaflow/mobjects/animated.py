"""What ``mobject.animate`` does with the methods of our mobjects.

Manim plays ``mobject.animate.method()`` by calling the method on a copy and bending the mobject into the
copy, part by part. Where a method adds or takes parts, or draws in one that was empty, that raises: such
methods are marked here with what plays them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from manim import Animation, override_animate

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.lazy import deferred

__all__ = ["animated", "animated_by", "not_animated"]

Method = TypeVar("Method", bound=Callable[..., Any])

_change: Callable[..., Animation] = deferred("manim_metaflow.animations.motion.change:ChangeLooks")


def animated(method: Method) -> Method:
    r"""Let ``mobject.animate.method(...)`` play the change that the method makes, whatever it is.

    Examples
    --------
    .. manim:: AnimatedExample

        class AnimatedExample(Scene):
            def construct(self):
                panel = CodePanel("x = 1\ny = 2")
                self.add(panel)
                self.play(panel.animate.highlight([2]))
    """

    def play(mobject: Any, *args: Any, anim_args: dict[str, Any] | None = None, **kwargs: Any) -> Animation:
        return _change(mobject, method.__name__, args, kwargs, **(anim_args or {}))

    return _played_by(method, play)


def animated_by(animation: str) -> Callable[[Method], Method]:
    """Let ``mobject.animate.method(...)`` play an animation, ``"module:name"``, of the same arguments."""
    build: Callable[..., Animation] = deferred(animation)

    def play(mobject: Any, *args: Any, anim_args: dict[str, Any] | None = None, **kwargs: Any) -> Animation:
        return build(mobject, *args, **kwargs, **(anim_args or {}))

    return lambda method: _played_by(method, play)


def not_animated(instead: str) -> Callable[[Method], Method]:
    """Let ``mobject.animate.method(...)`` say why it plays nothing, and what to do instead."""

    def mark(method: Method) -> Method:
        def refuse(mobject: Any, *_: Any, **__: Any) -> Animation:
            raise UsageError(f"{type(mobject).__name__}.{method.__name__} cannot be animated: {instead}")

        return _played_by(method, refuse)

    return mark


def _played_by(method: Method, play: Callable[..., Animation]) -> Method:
    # Manim types this for bound methods, and calls it for functions of a class.
    override_animate(cast("Any", method))(cast("Any", play))
    return method

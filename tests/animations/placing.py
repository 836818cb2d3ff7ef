"""Scales and shifts what a test of an animation has built, just before the animation is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import manim as mn
import numpy as np
import pytest
from every import FACADES, public_mobjects

__all__ = ["placed", "placed_before", "public_animations"]

SCALE, SHIFT = 1.5, np.array([0.7, -0.4, 0.0])


def placed(points: Any) -> Any:
    """Where points come to be if what they are part of is scaled and shifted."""
    return points * SCALE + SHIFT


def public_animations() -> list[type[mn.Animation]]:
    """Every animation that a user can import from the package or one of its subjects."""
    found = (getattr(facade, name) for facade in FACADES for name in dir(facade))
    return [*{each for each in found if isinstance(each, type) and issubclass(each, mn.Animation)}]


@contextmanager
def placed_before() -> Iterator[None]:
    """Within the block, all public mobjects are scaled and shifted just before an animation is made.

    What an animation builds itself is left as it is: that has to come out right by itself.
    """
    built: list[mn.Mobject] = []
    depth = 0

    def outermost(
        init: Callable[..., None],
        *,
        first: Callable[[Any], object] = id,
        then: Callable[[Any], object] = id,
    ) -> Callable[..., None]:
        """Do something before and after an ``__init__`` that no other one of these calls."""

        def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
            nonlocal depth
            if not depth:
                first(self)
            depth += 1
            try:
                init(self, *args, **kwargs)
            finally:
                depth -= 1
            if not depth:
                then(self)

        return wrapped

    def place(_: object) -> None:
        # A mobject that a test has put into another one moves with that one.
        inner = {id(part) for each in built for part in each.get_family()[1:]}
        for each in built:
            if id(each) not in inner:
                each.scale(SCALE, about_point=mn.ORIGIN).shift(SHIFT)
        built.clear()

    with pytest.MonkeyPatch.context() as patch:
        for mobject in public_mobjects().values():
            patch.setattr(mobject, "__init__", outermost(mobject.__init__, then=built.append))
        for animation in public_animations():
            patch.setattr(animation, "__init__", outermost(animation.__init__, first=place))
        yield

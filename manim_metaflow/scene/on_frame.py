"""Captions keep their place on the frame wherever the camera looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import UP, Animation, AnimationGroup, Mobject, VMobject, config

from manim_metaflow.animations.graph.focus import FocusFlow
from manim_metaflow.mobjects.text.label import TextBlock
from manim_metaflow.theme import current_theme

__all__ = ["FollowFrame", "caption_block", "caption_foot", "moves_frame", "place_on_frame"]

CAPTION_RISE, CAPTION_SHARE, CAPTION_MARGIN = 0.5, 0.872, 0.25
"""Middle of a caption above the lower edge of the frame (units), the share of the frame's width that it may
have, and what stays free below it however many lines it has: for an upright frame as for a wide one."""

CAPTION_LINES = 2
"""Lines a caption has at most, as a subtitle has. A longer one, of a translation perhaps, is set smaller."""

SIZES = (1.0, 0.9, 0.8, 0.72)
"""Shares of the caption's size that are tried, down to the smallest size that can be read."""

CAPTION_HEIGHT = 0.95
"""Units above the lower edge of the frame that a caption of two lines needs."""


def caption_foot() -> float:
    """Return the height (y, units) below which nothing but captions should be."""
    return float(-config.frame_height / 2 + CAPTION_HEIGHT)


def caption_block(text: str) -> TextBlock:
    """Write a caption where it belongs on a frame that has not moved."""
    width, theme = CAPTION_SHARE * config.frame_width, current_theme()
    for share in SIZES:
        size = max(theme.minimum_size, share * theme.caption_size)
        block = TextBlock(text, width=width, font_size=size)
        if len(block) <= CAPTION_LINES:
            break
    for line in block:
        if line.has_points():  # a blank line has no middle
            line.set_x(0)
    foot = -config.frame_height / 2
    return block.move_to(UP * (foot + max(CAPTION_RISE, CAPTION_MARGIN + block.height / 2)))


def place_on_frame(mobject: VMobject, frame: VMobject) -> None:
    """Move what was placed for a frame that has not moved to the same place of one that has."""
    _put([(part, part.points.copy()) for part in mobject.family_members_with_points()], frame)


def moves_frame(animations: Iterable[Any], frame: VMobject) -> bool:
    """Tell whether one of the arguments of a play moves the camera."""
    for each in animations:
        if isinstance(each, FocusFlow) or getattr(each, "mobject", None) is frame:
            return True
        if isinstance(each, AnimationGroup) and moves_frame(each.animations, frame):
            return True
    return False


class FollowFrame(Animation):
    """Keep something where it is on the frame while other animations of the same play move the camera.

    It has to come after them: it looks at where they have put the frame.

    Parameters
    ----------
    mobject
        What stays on the frame.
    frame
        The frame of a moving camera.
    """

    mobject: Any

    def __init__(self, mobject: VMobject, frame: VMobject, **kwargs: Any) -> None:
        self.frame = frame
        super().__init__(mobject, introducer=False, **kwargs)

    def begin(self) -> None:
        """Remember where on the frame everything is."""
        middle, zoom = self.frame.get_center(), _zoom(self.frame)
        parts = self.mobject.family_members_with_points()
        self._rest = [(part, (part.points - middle) / zoom) for part in parts]
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Put it to the same place of the frame as it is now."""
        _put(self._rest, self.frame)


Placed = list[tuple[Mobject, npt.NDArray[np.float64]]]
"""Parts, and their points on a frame that has not moved, shape ``(n, 3)``."""


def _put(parts: Placed, frame: VMobject) -> None:
    middle, zoom = frame.get_center(), _zoom(frame)
    for part, points in parts:
        part.points = points * zoom + middle


def _zoom(frame: VMobject) -> float:
    return float(frame.width / config.frame_width)

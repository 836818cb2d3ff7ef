"""One frame of a mobject, a scene or a scene class."""

from __future__ import annotations

import manim as mn
from manim.utils.color import ParsableManimColor

from manim_metaflow.testing.frames import DEFAULT_RESOLUTION, Frame, current_frame, still_config
from manim_metaflow.testing.walk import section_frames

__all__ = ["render_frame"]


def render_frame(
    source: mn.Mobject | mn.Scene | type[mn.Scene],
    *,
    resolution: tuple[int, int] = DEFAULT_RESOLUTION,
    background: ParsableManimColor | None = None,
) -> Frame:
    """Draw a mobject, a scene in its present state, or the last frame of a scene class.

    Parameters
    ----------
    source
        A mobject is put alone into an empty scene. A scene is drawn in its present state, with its own camera
        and at its own size: ``resolution`` and ``background`` were decided when it was made. A scene
        class is run to its end.
    resolution
        Width and height in pixels.
    background
        Colour behind everything. By default the background of the mobject's own theme, if it has one
        (``mobject.theme.background``), else ``config.background_color``.

    Returns
    -------
    numpy.ndarray
        RGBA pixels, shape ``(height, width, 4)``, ``uint8``. The same input gives the same bytes.

    Examples
    --------
    >>> import manim
    >>> render_frame(manim.Square(), resolution=(160, 90)).shape
    (90, 160, 4)
    """
    if isinstance(source, mn.Scene):
        return current_frame(source)
    if isinstance(source, type):
        return list(section_frames(source, resolution=resolution, background=background))[-1].frame
    with still_config(resolution, background or _theme_background(source)):
        return current_frame(mn.Scene().add(source))


def _theme_background(mobject: mn.Mobject) -> ParsableManimColor | None:
    background: ParsableManimColor | None = getattr(getattr(mobject, "theme", None), "background", None)
    return background

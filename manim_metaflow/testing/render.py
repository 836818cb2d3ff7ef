"""One frame of a mobject or a scene, as Manim's Cairo renderer draws it, without writing a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import manim as mn
import numpy as np
import numpy.typing as npt
from manim.utils.color import ParsableManimColor

__all__ = ["DEFAULT_RESOLUTION", "Frame", "current_frame", "render_frame", "still_config"]

Frame = npt.NDArray[np.uint8]
"""Pixels, RGBA, shape ``(height, width, 4)``."""

DEFAULT_RESOLUTION = (854, 480)
"""Width and height in pixels: what ``manim render -ql`` draws."""


@contextmanager
def still_config(
    resolution: tuple[int, int] = DEFAULT_RESOLUTION, background: ParsableManimColor | None = None
) -> Iterator[None]:
    """Set Manim's configuration for frames that are looked at and not kept.

    What Manim insists on writing (the SVG files of its ``Text``) goes to a directory that is removed
    at the end.

    Parameters
    ----------
    resolution
        Width and height in pixels.
    background
        Colour behind everything; ``config.background_color`` as it stands when omitted.

    Examples
    --------
    >>> import manim
    >>> with still_config((160, 90)):
    ...     manim.config.pixel_width, manim.config.dry_run
    (160, True)
    """
    width, height = resolution
    with tempfile.TemporaryDirectory(prefix="manim-metaflow-") as media:
        settings: dict[str, Any] = {
            "renderer": "cairo",
            "pixel_width": width,
            "pixel_height": height,
            "media_dir": media,
            "log_to_file": False,
            "dry_run": True,
            "disable_caching": True,
            "from_animation_number": 0,
            "upto_animation_number": -1,
            "progress_bar": "none",
            "verbosity": "WARNING",
        }
        if background is not None:
            settings["background_color"] = mn.ManimColor(background)
        with mn.tempconfig(settings):
            yield


def current_frame(scene: mn.Scene) -> Frame:
    """Draw a scene as it stands, through its own camera.

    Parameters
    ----------
    scene
        Any scene of the Cairo renderer, also in the middle of its ``construct``.

    Raises
    ------
    TypeError
        If the scene belongs to the OpenGL renderer.

    Examples
    --------
    >>> import manim
    >>> with still_config((160, 90)):
    ...     current_frame(manim.Scene()).shape
    (90, 160, 4)
    """
    renderer = scene.renderer
    if not isinstance(renderer, mn.CairoRenderer):
        raise TypeError(f"cannot draw a frame of {scene}: only scenes of the Cairo renderer are supported")
    # A play leaves the picture of what did not move behind, and update_frame would draw on top of it.
    renderer.static_image = None
    mn.CairoRenderer.update_frame(renderer, scene)
    return cast(Frame, renderer.get_frame())


def render_frame(
    source: mn.Mobject | mn.Scene | type[mn.Scene],
    *,
    resolution: tuple[int, int] = DEFAULT_RESOLUTION,
    background: ParsableManimColor | None = None,
) -> Frame:
    """Draw a mobject, a scene as it stands, or the last frame of a scene class.

    Parameters
    ----------
    source
        A mobject is put alone into an empty scene. A scene is drawn as it stands, with its own camera
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
        from manim_metaflow.testing.walk import section_frames

        return list(section_frames(source, resolution=resolution, background=background))[-1].frame
    with still_config(resolution, background or _theme_background(source)):
        return current_frame(mn.Scene().add(source))


def _theme_background(mobject: mn.Mobject) -> ParsableManimColor | None:
    background: ParsableManimColor | None = getattr(getattr(mobject, "theme", None), "background", None)
    return background

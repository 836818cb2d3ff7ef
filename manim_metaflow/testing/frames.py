"""Draw a scene as it is at one moment, with Manim's Cairo renderer and without writing a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import manim as mn
import numpy as np
import numpy.typing as npt
from manim.utils.color import ParsableManimColor

from manim_metaflow.utils.own_folders import scratch_folder

__all__ = ["DEFAULT_RESOLUTION", "Frame", "current_frame", "still_config"]

Frame = npt.NDArray[np.uint8]
"""Pixels, RGBA, shape ``(height, width, 4)``."""

DEFAULT_RESOLUTION = (854, 480)
"""Width and height in pixels: what ``manim render -ql`` draws."""


@contextmanager
def still_config(
    resolution: tuple[int, int] = DEFAULT_RESOLUTION, background: ParsableManimColor | None = None
) -> Iterator[None]:
    """Set Manim's configuration for frames that are only compared, and not kept as files.

    The files that Manim writes in any case (the SVG files of its ``Text``) go to a temporary folder.

    Parameters
    ----------
    resolution
        Width and height in pixels.
    background
        Colour behind everything; ``config.background_color`` when omitted.

    Examples
    --------
    >>> import manim
    >>> with still_config((160, 90)):
    ...     manim.config.pixel_width, manim.config.dry_run
    (160, True)
    """
    width, height = resolution
    with scratch_folder() as media:
        settings: dict[str, Any] = {
            "renderer": "cairo",
            "pixel_width": width,
            "pixel_height": height,
            "media_dir": str(media),
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
    """Draw a scene in its present state, through its own camera.

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

"""Let a scene be drawn faster, with the same pixels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from manim import config, logger
from manim.scene.scene import Scene
from manim.scene.scene_file_writer import SceneFileWriter

from manim_metaflow.render.drawing.film import FilmWriter
from manim_metaflow.render.drawing.renderer import FastRenderer
from manim_metaflow.render.drawing.seams import why_not
from manim_metaflow.render.drawing.shares import Share

__all__ = ["accelerate"]


def accelerate(
    scene: Scene,
    *,
    one_encoder: bool | None = None,
    preset: str | None = None,
    share: Share | None = None,
    say: Callable[[str], object] | None = None,
    verify: int = 0,
) -> str | None:
    """Give a scene that has not begun a renderer that draws only what changes from frame to frame.

    Every frame it hands to the encoder equals Manim's own, pixel by pixel. A scene it does not know how
    to draw keeps its renderer, and one line in the log says why.

    Parameters
    ----------
    scene
        The scene, made and not yet rendered.
    one_encoder
        Write all plays (of a section, if sections are saved) through one encoder into one partial movie
        file. By default where Manim's cache of partial movie files is off.
    preset
        The encoder's preset, such as ``"superfast"``; the encoder's own when omitted.
    share
        Draw only this share of the plays, and step through the others; for films in one encoder.
    say
        Called with a line that says why, if Manim has to draw the rest of the scene itself: something in
        it is not drawn by Manim's code any more. By default it goes to the log.
    verify
        Let Manim draw every so many frames again, and the rest of the scene if one differs.

    Returns
    -------
    str or None
        Why Manim draws the scene itself; ``None`` if it need not.

    Examples
    --------
    >>> import manim
    >>> with manim.tempconfig({"dry_run": True, "pixel_width": 160, "pixel_height": 90}):
    ...     scene = manim.Scene()
    ...     print(accelerate(scene))
    None
    """
    reason = why_not(scene)
    if reason is not None:
        logger.info("%s is drawn by Manim: %s", scene, reason)
        return reason
    renderer: Any = scene.renderer
    # A file writer of the user's stays as it is: it is given whole frames, as from Manim.
    if type(renderer.file_writer) is SceneFileWriter:
        # Manim's cache has a file for each play: as long as it is on, plays cannot share one.
        joined = config.disable_caching if one_encoder is None else one_encoder
        FilmWriter.take_over(renderer.file_writer, joined=joined, preset=preset, share=share)
    FastRenderer.take_over(renderer, say or partial(logger.info, "%s is %s", scene), share, verify)
    return None

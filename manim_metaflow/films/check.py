"""Hold films against the rules of legibility and pace."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manim import Scene

    from manim_metaflow.testing.film.rules import Finding

__all__ = ["check_scene"]


def check_scene(scene_class: type[Scene]) -> list[Finding]:
    """Watch a scene, drawn fast where that is exact, and return what breaks a rule.

    Examples
    --------
    >>> import manim
    >>> class Silent(manim.Scene):
    ...     def construct(self):
    ...         self.wait(5)
    >>> [finding.rule for finding in check_scene(Silent)]
    ['chapters', 'hook']
    """
    from manim_metaflow.render.drawing.accelerate import accelerate
    from manim_metaflow.testing.film.rules import check_film
    from manim_metaflow.testing.film.watch import watch_film

    return check_film(watch_film(scene_class, prepare=accelerate))

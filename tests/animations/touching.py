"""Finds what an animation changes although it does not name it."""

from __future__ import annotations

from typing import Any

import manim as mn
from playing import Setting

from manim_metaflow.render.drawing.families import flatten
from manim_metaflow.render.drawing.paints import state
from manim_metaflow.render.drawing.touched import reports_touched, take_touched
from manim_metaflow.testing.frames import still_config

ANYTHING = "anything"


def unnamed_changes(setting: Setting, *, frames: int = 60, trusted: bool = True) -> set[str]:
    """Kinds of mobjects that change in some frame and are not named for it; "anything" if no one knows.

    All that Manim draws is looked at: that is what is on the scene, and what a play began with, though it
    was taken away since. What is named is heard only where the fast renderer relies on it, unless
    ``trusted`` is false: functions of a test are a user's, on which it does not rely.
    """
    found: set[str] = set()
    before: dict[Any, Any] = {}
    with still_config((64, 36)):
        scene = mn.MovingCameraScene()
        standing, played = setting()
        animation = mn.animation.animation.prepare_animation(played)
        scene.add(*standing)

        def render(_: object, __: float, moving: Any = ()) -> None:
            nonlocal before
            touched = take_touched(scene) if not trusted or reports_touched(scene) else None
            after = looks(moving or scene.mobjects)
            if touched is None:
                found.add(ANYTHING)
            elif before:  # all is looked at for the first frame
                changed = {part for part, look in after.items() if before.get(part) != look}
                found.update(type(part).__name__ for part in changed - {*flatten(touched)})
            before = after

        scene.renderer.update_frame = lambda *_, **__: None
        scene.renderer.render = render
        with mn.tempconfig({"frame_rate": frames / animation.get_run_time()}):
            scene.camera.frame_rate = mn.config.frame_rate
            scene.play(animation)
    assert before
    return found


def looks(mobjects: Any) -> dict[Any, Any]:
    return {part: (look(part), [*part.submobjects], part.z_index) for part in flatten(list(mobjects))}


def look(part: mn.Mobject) -> Any:
    return state(part) if isinstance(part, mn.VMobject) else part.points.tobytes()

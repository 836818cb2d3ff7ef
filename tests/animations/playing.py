"""Plays an animation on a real scene, frame by frame or skipped, and looks at what is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import manim as mn
import numpy as np

from manim_metaflow import FlowDAG, RunRecord
from manim_metaflow.runs import TaskRecord
from manim_metaflow.testing.frames import still_config

Setting = Callable[[], tuple[list[mn.Mobject], Any]]
"""Builds what stands on the scene, and what is played."""


def played(setting: Setting, *, frame_rate: float | None) -> mn.Scene:
    """Play at a frame rate, or skip to the end (``None``), as Manim does where a play is cached."""
    with still_config((64, 36)), mn.tempconfig({"frame_rate": frame_rate or 15}):
        scene = mn.MovingCameraScene()
        standing, animation = setting()
        scene.add(*standing)
        renderer = scene.renderer
        renderer.skip_animations = renderer._original_skipping_status = frame_rate is None
        renderer.update_frame = lambda *_, **__: None  # points are looked at here, not pixels
        scene.play(animation)
        return scene


def play_out(animation: mn.Animation, *moments: float) -> None:
    """Take an animation through moments from 0 to 1 and its end as ``Scene.play`` does, drawing nothing."""
    scene = mn.Scene()
    animation._setup_scene(scene)
    animation.begin()
    for alpha in moments:
        animation.interpolate(alpha)
    animation.finish()
    animation.clean_up_from_scene(scene)


def ghosts(setting: Setting) -> set[str]:
    """What is drawn in some frame of a play although it is no longer on the scene.

    Manim draws, in every frame, the parts that a play began with.
    """
    seen: set[str] = set()
    with still_config((64, 36)), mn.tempconfig({"frame_rate": 15}):
        scene = mn.MovingCameraScene()
        standing, animation = setting()
        scene.add(*standing)

        def look(_: object, mobjects: Any = (), **__: object) -> None:
            here = {id(part) for top in scene.mobjects for part in top.get_family()}
            for part in mobjects or ():
                if id(part) not in here and len(part.points) and is_seen(part):
                    seen.add(type(part).__name__)

        scene.renderer.update_frame = look
        scene.play(animation)
    return seen


def is_seen(part: mn.VMobject) -> bool:
    return bool(part.get_fill_opacities().any() or part.get_stroke_opacities().any())


def points_of(scene: mn.Scene) -> list[bytes]:
    """Every point on a scene, to the bit, with its paint."""
    parts = [part for top in scene.mobjects for part in top.get_family()]
    return [type(p).__name__.encode() + np.asarray(p.points).tobytes() + paint(p) for p in parts]


def paint(part: Any) -> bytes:
    if not isinstance(part, mn.VMobject):
        return b""
    return b"".join(
        np.asarray(value).tobytes()
        for value in (part.get_fill_rgbas(), part.get_stroke_rgbas(), part.get_stroke_width())
    )


def moments_of(record: RunRecord) -> list[float]:
    """When anything happened in a run, in order."""
    times = [
        time
        for task in record.tasks
        if not task.cloned
        for time in (task.queued, *[t for a in task.attempts for t in (a.started, a.finished)])
        if time is not None
    ]
    return sorted(set(times))


def state_then(task: TaskRecord, moment: float) -> str:
    """A task's state at a moment, straight from its record."""
    state = "pending"
    if task.queued is not None and task.queued <= moment:
        state = "queued"
    for number, attempt in enumerate(task.attempts):
        if attempt.started is not None and attempt.started <= moment:
            state = "retrying" if number else "running"
        if attempt.finished is not None and attempt.finished <= moment:
            state = task.state if number + 1 == len(task.attempts) else attempt.state
    return state


def drawn_states(dag: FlowDAG, record: RunRecord) -> dict[str, str]:
    """Place to state, of every task that has a box of its own."""
    boxes = {task.place: dag.task(task.place) for task in record.tasks}
    return {place: box.state for place, box in boxes.items() if box is not None}

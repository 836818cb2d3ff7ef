"""The camera goes to a part of a graph, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import Mobject, MovingCamera, Scene, VMobject

from manim_metaflow.errors import UsageError
from manim_metaflow.manim_internals import SceneAnimation
from manim_metaflow.mobjects.graph.dag import FlowDAG

__all__ = ["FocusFlow"]

MARGIN = 0.6
CLOSEST = 0.3
"""Smallest share of the frame that fills it: nearer, a single box would be a wall."""


class FocusFlow(SceneAnimation):
    """Move the camera of a :class:`~manim.scene.moving_camera_scene.MovingCameraScene`.

    ``dag.focus("train")`` returns this; ``dag.focus()`` goes back to where the camera was before the
    first of them. What is asked for ends in the middle of the frame, as large as the frame allows.

    Parameters
    ----------
    dag
        The graph.
    what
        Names of steps, pairs of names for arrows, or mobjects, ``dag.region("start")`` for one.
    margin
        Units around it.

    Raises
    ------
    UsageError
        There is no such step, or the scene's camera cannot move.

    Examples
    --------
    .. manim:: FocusFlowExample

        class FocusFlowExample(MovingCameraScene):
            def construct(self):
                dag = FlowDAG("tests/flows/branch.py")
                self.add(dag)
                self.play(dag.focus("a", "b"))
                self.play(dag.focus())
    """

    def __init__(
        self,
        dag: FlowDAG,
        *what: str | tuple[str, str] | VMobject,
        margin: float = MARGIN,
        run_time: float = 1.2,
        **kwargs: Any,
    ) -> None:
        self.dag = dag
        self._target = dag.parts(*what) if what else None
        self._margin = margin
        super().__init__(dag, run_time=run_time, **kwargs)

    mobject: Any

    def create_starting_mobject(self) -> Any:
        """No copy is kept: the frame is set from the progress."""
        return self.mobject

    def set_up_scene(self, scene: Scene) -> None:
        """Find the camera, and where it goes to."""
        camera: Any = scene.camera
        if not isinstance(camera, MovingCamera):
            raise UsageError(
                "Only a camera that can move can focus: derive the scene from MovingCameraScene."
            )
        # What moves is the frame: Manim then draws everything anew for each picture.
        self.mobject = camera.frame
        scene.add(camera.frame)
        if self.dag.overview is None:
            # On the graph, not on the animation: the way back is another one, which has to know where the
            # first began.
            self.dag.overview = camera.frame.points.copy()
        self._from = camera.frame.points.copy()
        self._to = self._goal(camera)

    def _goal(self, camera: Any) -> Any:
        home = self.dag.overview
        if self._target is None or home is None:
            return home
        low, high = home.min(axis=0), home.max(axis=0)
        size = (high - low)[:2]
        wanted = np.array([self._target.width, self._target.height]) + 2 * self._margin
        factor = min(1.0, max(CLOSEST, float((wanted / size).max())))
        return (home - (low + high) / 2) * factor + self._target.get_center()

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Take the frame off the scene: it is not drawn."""
        super().clean_up_from_scene(scene)
        scene.remove(self.mobject)

    def interpolate_mobject(self, alpha: float) -> None:
        """Set the frame between where it was and where it goes."""
        self.mobject.points = self._from + (self._to - self._from) * self.rate_func(alpha)

    def take_touched(self) -> list[Mobject]:
        """Return the frame: the renderer need look at nothing else."""
        return [self.mobject]

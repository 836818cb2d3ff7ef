"""A run happens again on its graph, in the order and with the overlap in which it happened."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, get_args

from manim import DR, Scene, VGroup

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.motion.timescale import TimeScale
from manim_metaflow.animations.runs.follow import follow_clips
from manim_metaflow.animations.runs.replay_clips import HOP, ReplayClips
from manim_metaflow.animations.runs.replay_parts import strand_between
from manim_metaflow.animations.runs.run_clips import TimeClip
from manim_metaflow.animations.runs.unfolding import Unfolding
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.mobjects.code.panel import CodePanel
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.runs.clock import RunClock
from manim_metaflow.mobjects.runs.timeline import RunTimeline
from manim_metaflow.mobjects.storage.content_store import ContentStore

__all__ = ["Detail", "ReplayRun", "strand_between"]

Detail = Literal["steps", "tasks", "artifacts"]
"""What a replay shows: a box a step; a box a task; what each task made, too."""

PAUSE = 0.3
"""Seconds between the unfolding of a graph and the first task."""


class ReplayRun(Timeline):
    """Replay what a run executed: tasks wait, run and end, arrows light up, artifacts appear.

    Parameters
    ----------
    dag
        The graph. One that was built without ``run=`` first unfolds into the run's tasks; it stays the
        same mobject. A :class:`.RunTimeline` can be given instead.
    record
        The run.
    store
        If given, what a task made flies there as the task ends, unless the key is there already.
    timeline
        A :class:`.RunTimeline` of the run, to go in step with the graph.
    clock
        A :class:`.RunClock` to show the real time. ``None`` puts one into the lower right corner if the
        graph unfolds; ``False`` never does.
    code
        The flow's code: the lines of the step that runs light up in it, and the line that raised.
    steps
        Only the tasks of these steps; all by default. A long run is told in several beats this way.
    detail
        ``"steps"`` leaves each step one box, which shows what its tasks do together; ``"tasks"`` gives
        each task a box; ``"artifacts"`` shows what each task made, too.
    clones
        Whether to show what ``resume`` cloned, as it was cloned; ``False`` where :class:`.CloneTasks` does.
    speed
        2 is twice as fast.
    delay
        Seconds before the first thing happens.
    run_time
        Seconds; what the record's :class:`.TimeScale` asks for by default.

    Raises
    ------
    UsageError
        The graph is of another flow, there is no such step or detail, or both ``speed`` and
        ``run_time`` are given.

    Notes
    -----
    Artifacts appear at the end of a task, not before: Metaflow stores nothing at assignment. A task
    that raised has stored its artifacts too. Tasks that ``resume`` cloned are dashed from the moment
    they were cloned; :class:`.CloneTasks` tells more of them. A run still going is replayed up to now.

    Attributes
    ----------
    history
        The :class:`.RunHistory` that is shown.

    Examples
    --------
    .. manim:: ReplayRunExample

        class ReplayRunExample(Scene):
            def construct(self):
                dag = FlowDAG("my_flow.py")
                self.play(Create(dag))
                self.play(ReplayRun(dag, record_run("my_flow.py")))
    """

    def __init__(
        self,
        dag: FlowDAG | RunTimeline,
        record: RunRecord,
        *,
        store: ContentStore | None = None,
        timeline: RunTimeline | None = None,
        clock: RunClock | Literal[False] | None = None,
        code: CodePanel | None = None,
        steps: Collection[str] | None = None,
        detail: Detail = "artifacts",
        clones: bool = True,
        speed: float = 1.0,
        delay: float = 0.0,
        run_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        lanes = [each for each in (dag, timeline) if isinstance(each, RunTimeline)]
        graph = dag if isinstance(dag, FlowDAG) else None
        _check(graph, record, steps, detail, speed, run_time)
        self.dag, self.record, self.store, self.delay = graph, record, store, delay
        self.history = RunHistory(record)
        self._unfolding: Unfolding | None = None
        if graph is not None and detail != "steps" and not graph.shows_tasks:
            self._unfolding = Unfolding(graph, record)
            self.delay += self._unfolding.length + PAUSE
        drawn = graph if self._unfolding is None else self._unfolding.after
        overlay = VGroup()
        builder = ReplayClips(drawn, self.history, store=store, steps=steps, clones=clones, overlay=overlay)
        self._scale = TimeScale([*builder.moments(), *(m for each in lanes for m in each.moments())])
        clips = builder.clips(self.screen_time, artifacts=detail == "artifacts")
        if self._unfolding is not None:
            late = [*builder.late, *(part for part, _ in builder.late_strands)]
            own = RunClock(record).to_corner(DR, buff=0.45) if clock is None else None
            clips.append(self._unfolding.clip(overlay, late, *([own] if own else [])))
            clock = clock or own
        shown = [*lanes, *([clock] if clock else [])]
        clips += self._time_clips(shown)
        if code is not None:
            clips += follow_clips(code, record, self.screen_time, steps)
        parts = [each for each in (graph, store, code, *shown) if each is not None]
        super().__init__(parts, clips, overlay=overlay, run_time=run_time, **kwargs)
        if run_time is None and speed != 1:
            self.set_run_time(self.get_run_time() / speed)

    def screen_time(self, moment: float) -> float:
        """Seconds from the start of the replay at which a real moment is shown."""
        return self.delay + HOP + self._scale(moment)

    def real_time(self, seconds: float) -> float:
        """Real moment that is shown some seconds (at speed 1) after the start of the replay."""
        return self._scale.inverse(seconds - self.delay - HOP)

    def _time_clips(self, shown: list[Any]) -> list[Clip]:
        if not shown:
            return []
        first, last = self._scale.real_ends
        start, end = self.screen_time(first), self.screen_time(last)
        return [TimeClip(start, end, self.real_time, shown)]

    def _setup_scene(self, scene: Scene) -> None:
        if self._unfolding is not None:
            self._unfolding.adopt()
        super()._setup_scene(scene)


def _check(
    dag: FlowDAG | None,
    record: RunRecord,
    steps: Collection[str] | None,
    detail: str,
    speed: float,
    run_time: float | None,
) -> None:
    if dag is not None and dag.flow.name != record.flow.name:
        raise UsageError(f"The graph is of {dag.flow.name}, the record of {record.flow.name}.")
    names = [step.name for step in record.flow.steps]
    unknown = sorted(set(steps or ()) - set(names))
    if unknown:
        raise UsageError(f"{record.flow.name} has no step {unknown[0]!r}. Its steps are: {', '.join(names)}.")
    if detail not in get_args(Detail):
        raise UsageError(f"There is no detail {detail!r}. A replay shows {', '.join(get_args(Detail))}.")
    if detail == "steps" and dag is not None and dag.shows_tasks:
        raise UsageError("A graph that was built with run= shows tasks. Build it without for detail='steps'.")
    if speed <= 0 or (speed != 1 and run_time is not None):
        raise UsageError("Give a speed above zero or a run_time, not both.")

"""A run happens again on its graph, in the order and with the overlap in which it happened."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Literal, get_args

from manim import DL, DR, RIGHT, UL, UP, UR, Scene, VGroup, VMobject

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.motion.timescale import TimeScale
from manim_metaflow.animations.runs.artifacts import artifact_clips, unshown_clips
from manim_metaflow.animations.runs.code import code_clips
from manim_metaflow.animations.runs.decisions import decision_clips
from manim_metaflow.animations.runs.edges import edge_clips, unused_edge_clips
from manim_metaflow.animations.runs.run_graph import Room, free_room
from manim_metaflow.animations.runs.schedule import HOP, GraphSchedule, schedule_of
from manim_metaflow.animations.runs.tasks import counter_clips, late_clips, state_clips, unreached_clips
from manim_metaflow.animations.runs.terminal import terminal_clip
from manim_metaflow.animations.runs.unfold import Unfolding
from manim_metaflow.errors import UsageError
from manim_metaflow.facts import load_run
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.mobjects.code.panel import CodePanel
from manim_metaflow.mobjects.code.terminal import TerminalPanel
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.runs.clock import EDGE, RunClock
from manim_metaflow.mobjects.runs.timeline import RunTimeline
from manim_metaflow.mobjects.storage.content_store import ContentStore

__all__ = ["Detail", "ReplayRun"]

Detail = Literal["steps", "tasks", "artifacts"]
"""What a replay shows: a box a step; a box a task; what each task made, too."""

PAUSE = 0.3
"""Seconds between what comes before, an unfolding graph or clones, and the first task."""


class ReplayRun(Timeline):
    """Replay what a run executed: tasks wait, run and end, arrows light up, artifacts appear.

    Parameters
    ----------
    dag
        The graph. One that was built without ``run=`` first unfolds into the run's tasks; it stays the
        same mobject. A :class:`.RunTimeline` can be given instead.
    record
        The run: a record, or anything else that :func:`.load_run` takes, ``"run.json"`` and ``"MyFlow/123"``.
    store
        If given, what a task made flies there as the task ends, unless the key is there already. All that
        the run stored arrives, whether or not its task is drawn.
    timeline
        A :class:`.RunTimeline` of the run, to go in step with the graph.
    clock
        A :class:`.RunClock` to show the real time. ``None`` puts one into a free corner, the lower right
        one if it can be, if the graph unfolds; ``False`` never does.
    code
        The flow's code: the lines of the step that runs light up in it, and the line that raised.
    terminal
        A :class:`.TerminalPanel`: what the run printed comes in it as it happens on the graph. Type the
        command before with :class:`.RunCommand`.
    steps
        Only the tasks of these steps; all by default. A long run is told in several beats this way.
    detail
        ``"steps"`` leaves each step one box, which shows what its tasks do together; ``"tasks"`` gives
        each task a box; ``"artifacts"`` shows what each task made, too.
    clones
        Whether to show what ``resume`` cloned, as it was cloned; ``False`` where :class:`.CloneTasks` does.
    speed
        2 is twice as fast.
    room
        What a graph that unfolds may fill: left, bottom, right and top (units). By default the frame but
        for a margin, what else is given here, and a strip for the clock.
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

    There is one timeline: boxes, lines of code and of the terminal, bars and clock show the same moment of
    the run in every frame.

    Attributes
    ----------
    history
        The :class:`.RunHistory` that is shown.
    drawn
        The graph on which it is shown: the one that was given, or the one that it unfolds into, whose parts
        it takes over as the replay begins. ``None`` if only lanes are shown.

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
        record: Any,
        *,
        store: ContentStore | None = None,
        timeline: RunTimeline | None = None,
        clock: RunClock | Literal[False] | None = None,
        code: CodePanel | None = None,
        terminal: TerminalPanel | None = None,
        steps: Collection[str] | None = None,
        detail: Detail = "artifacts",
        clones: bool = True,
        speed: float = 1.0,
        room: Room | None = None,
        delay: float = 0.0,
        run_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        record = load_run(record)
        lanes = [each for each in (dag, timeline) if isinstance(each, RunTimeline)]
        graph = dag if isinstance(dag, FlowDAG) else None
        _check(graph, record, steps, detail, speed, run_time)
        self.dag, self.record, self.store, self.delay = graph, record, store, delay
        self.history = RunHistory(record)
        overlay, drawn, beside = VGroup(), graph, list[VMobject]()
        self._unfolding: Unfolding | None = None
        if graph is not None and detail != "steps" and not graph.shows_tasks:
            others = [each for each in (timeline, store, code, terminal, graph.heading) if each]
            if clock is None:
                clock = _clock_in_a_corner(record, others)
                beside.append(clock)
            within = room or free_room(graph, others)
            kept = clock if clock and room is None else None
            self._unfolding = Unfolding(graph, record, overlay, within, clock=kept)
            self.delay += self._unfolding.length + PAUSE
            drawn = self._unfolding.after
        shown: list[RunTimeline | RunClock] = [*lanes, *([clock] if clock else [])]
        self.drawn = drawn
        schedule = schedule_of(drawn, self.history, steps=steps, clones=clones)
        self._scale = TimeScale([*schedule.moments(), *(m for each in lanes for m in each.moments())])
        clips: list[Clip] = []
        if isinstance(schedule, GraphSchedule):
            clips += self._graph_clips(schedule, overlay, artifacts=detail == "artifacts")
            clips += self._unfolding.clips(schedule.late, *beside) if self._unfolding else []
        if store is not None:
            chips = detail == "artifacts" and drawn is not None and drawn.shows_tasks
            clips += unshown_clips(schedule, self.screen_time, store, overlay, shown=chips)
        clips += [self._time_clip(shown)] if shown else []
        if code is not None:
            clips += code_clips(code, schedule, self.screen_time)
        if terminal is not None:
            printed = terminal_clip(terminal, schedule, self.screen_time)
            clips += [printed] if printed else []
        parts = [each for each in (graph, store, code, terminal, *shown) if each is not None]
        super().__init__(parts, clips, overlay=overlay, run_time=run_time, **kwargs)
        if run_time is None and speed != 1:
            self.set_run_time(self.get_run_time() / speed)

    def screen_time(self, moment: float) -> float:
        """Seconds from the start of the replay at which a real moment is shown."""
        return self.delay + HOP + self._scale(moment)

    def real_time(self, seconds: float) -> float:
        """Real moment that is shown some seconds (at speed 1) after the start of the replay."""
        return self._scale.inverse(seconds - self.delay - HOP)

    def _graph_clips(self, schedule: GraphSchedule, overlay: VGroup, *, artifacts: bool) -> Iterator[Clip]:
        # Clips that begin together act in this order: arrows take their colour after the boxes, and what
        # was never reached is dimmed last.
        screen = self.screen_time
        yield from late_clips(schedule, screen)
        yield from state_clips(schedule, screen)
        yield from counter_clips(schedule, screen)
        yield from edge_clips(schedule, screen, overlay)
        yield from decision_clips(schedule, screen)
        if schedule.steps is None:
            yield from unreached_clips(schedule, screen)
            yield from unused_edge_clips(schedule, screen)
        if artifacts and schedule.dag.shows_tasks:
            yield from artifact_clips(schedule, screen, self.store, overlay)

    def _time_clip(self, shown: list[RunTimeline | RunClock]) -> Clip:
        """Let clocks and bars follow the real time of the run."""
        first, last = self._scale.real_ends
        start, end = self.screen_time(first), self.screen_time(last)

        def show(progress: float) -> None:
            moment = self.real_time(start + progress * (end - start))
            for each in shown:
                each.show_time(moment)

        return Clip(start, end, show, touches=shown)

    def set_up_scene(self, scene: Scene) -> None:
        """Let a graph of a flow become the graph of the run first."""
        if self._unfolding is not None:
            self._unfolding.begin()
        super().set_up_scene(scene)


def _clock_in_a_corner(record: RunRecord, others: Sequence[VMobject]) -> RunClock:
    """Put a clock where nothing else is: into the lower right corner, or into the next that is free."""
    for corner in (DR, DL, UR, UL):
        clock = RunClock(record).to_corner(corner, buff=EDGE)
        if not any(_overlap(clock, each) for each in others):
            return clock
    # All four corners are taken: above the first of what takes them.
    return clock.next_to(others[0], UP, aligned_edge=RIGHT)


def _overlap(one: VMobject, other: VMobject) -> bool:
    apart = abs(one.get_center() - other.get_center()) * 2
    return bool(apart[0] < one.width + other.width and apart[1] < one.height + other.height)


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
    if isinstance(steps, str):
        raise UsageError(f"Steps are given as a list of names: steps=[{steps!r}].")
    for step in steps or ():
        record.tasks_of(step)  # of a step that there is not, it says which one may be meant
    if detail not in get_args(Detail):
        raise UsageError(f"There is no detail {detail!r}. A replay shows {', '.join(get_args(Detail))}.")
    if detail == "steps" and dag is not None and dag.shows_tasks:
        raise UsageError("A graph that was built with run= shows tasks. Build it without for detail='steps'.")
    # A comparison with nan is false, so the test has to be that the speed is right, not that it is wrong.
    if not 0 < speed < math.inf or (speed != 1 and run_time is not None):
        raise UsageError("Give a finite speed above zero or a run_time, not both.")

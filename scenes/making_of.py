"""The making of: the films of this folder, rendered by a flow that is one of their subjects.

``manim render scenes/making_of.py``. Everything on screen comes from the recording of one run of
``manim_metaflow/render_flow.py``; ``make recordings`` makes it anew, and with it all the films it names.
"""

from pathlib import Path

from manim import DOWN, UL, UP, UR, Create, FadeIn, FadeOut, LaggedStart, TransformFromCopy, VGroup

import manim_metaflow
from manim_metaflow import (
    CodePanel,
    DeepDive,
    Face,
    FlowDAG,
    FocusCode,
    ReplayRun,
    RunClock,
    RunTimeline,
    TextLabel,
    load_flow,
    record_run,
)
from manim_metaflow.utils.units import readable_size

HERE = Path(__file__).parent
FLOW = Path(manim_metaflow.__file__).with_name("render_flow.py")

FILMS = (
    "ArtifactLifecycle",
    "Authoring",
    "Branching",
    "Caching",
    "ContentAddressedStorage",
    "Failures",
    "MergeArtifactsScene",
    "Resume",
    "Spin",
)
WORKERS = 2

TOP, PITCH = 1.95, 0.5
FACE_X, FILE_X, SIZE_X, TIME_X, KEPT_X = -6.5, -6.1, -0.1, 1.05, 1.9
"""Where the table of films stands: its first row, and its columns."""

SIZE = 15


def recordings(**options):
    """Read the run of this film, or make it: the recording stands two folders below the scenes."""
    options = {"recordings": HERE / "recordings", "timeout": 7200} | options
    asked = ("--scenes=../..", f"--only={','.join(FILMS)}", "--quality=l", f"--max-workers={WORKERS}")
    return (record_run(FLOW, *asked, **options),)


class MakingOf(DeepDive):
    """The films of this folder, rendered by a flow."""

    def construct(self):
        """Tell the story act by act."""
        [self.record] = recordings()
        self.flow = load_flow(FLOW)
        self.show_title()
        self.show_flow()
        self.show_task()
        self.run_flow()
        self.count_films()
        self.gather_films()

    def show_title(self):
        """Name the subject."""
        self.act("title")
        self.name = self.heading("The making of", "These films are made by a flow").center().scale(1.3)
        self.play(FadeIn(self.name, shift=0.2 * UP))
        self.wait(1.5)

    def show_flow(self):
        """Draw the graph from the class."""
        self.act("the flow")
        title, self.name = self.name, self.heading(self.flow.name, self.flow.doc)
        self.plan = FlowDAG(self.flow, font_size=24, detail="names").shift(0.2 * UL)
        with self.beat("start lists the scenes of a folder. A foreach makes a task for each, gather waits."):
            self.play(FadeOut(title, shift=0.2 * UP), FadeIn(self.name))
            self.play(Create(self.plan))

    def show_task(self):
        """Show the step that renders."""
        self.act("a task")
        step = self.flow["render"]
        title = f"{self.flow.name}.{step.name}"
        panel = CodePanel(step.source, first_line=step.first_line, title=title, font_size=17).shift(
            0.2 * DOWN
        )
        with self.beat("Each task is a process of its own, and has one scene as its input."):
            self.play(FadeOut(self.plan), FadeIn(panel, shift=0.15 * UP))
            self.play(FocusCode(panel, panel.matching("self.input")))
        with self.beat("What it assigns to self is stored: the film itself becomes an artifact."):
            self.play(FocusCode(panel, panel.matching("self.film")))
        self.leaving = VGroup(panel, self.name)

    def run_flow(self):
        """Replay the run: the graph with its tasks, then the real time of each."""
        self.act("the run")
        count = len(self.record.tasks_of("render"))
        clock = RunClock(self.record).to_corner(UR, buff=0.45)
        with self.beat(
            f"{count} scenes, {count} tasks. Each leaves a film, its captions, and a sheet of frames."
        ):
            self.play(FadeOut(self.leaving), FadeIn(self.plan, clock))
            self.play(ReplayRun(self.plan, self.record, clock=clock, run_time=10))
        lanes = RunTimeline(self.record, width=13).set_y(0.2)
        with self.beat(f"When each of them ran: {WORKERS} at a time, as this run was asked to."):
            self.play(FadeOut(self.plan, clock), FadeIn(lanes))
            self.play(ReplayRun(lanes, self.record, clock=False, run_time=6))
        self.leaving = lanes

    def count_films(self):
        """List what the tasks made."""
        self.act("the films")
        tasks = sorted(self.record.tasks_of("render"), key=lambda task: task.foreach[-1].index)
        self.films = [artifact(task, "film") for task in tasks]
        self.rows = VGroup(
            *[
                self.row(*pair, y=TOP - PITCH * i)
                for i, pair in enumerate(zip(tasks, self.films, strict=True))
            ]
        )
        total = readable_size(sum(film.size for film in self.films))
        name = self.heading("What the tasks made", "file, size of the artifact film, time of the task")
        with self.beat(f"{len(self.films)} films, {total} in all. Each face comes from the key of its blob."):
            self.play(FadeOut(self.leaving), FadeIn(name))
            self.play(LaggedStart(*[FadeIn(row, shift=0.1 * UP) for row in self.rows], lag_ratio=0.2))

    def gather_films(self):
        """See that the join keeps the films under names of its own, and that nothing is copied."""
        self.act("gather")
        [gather] = self.record.tasks_of("gather")
        kept = {held.sha: held for held in gather.artifacts if held.name.startswith("film_")}
        pairs = [(row[0], kept[film.sha]) for row, film in zip(self.rows, self.films, strict=True)]
        faces = [Face(held.sha, size=0.36).move_to([KEPT_X, face.get_y(), 0]) for face, held in pairs]
        names = [
            TextLabel(held.name, font_size=SIZE).left_at(KEPT_X + 0.4, face.get_y()) for face, held in pairs
        ]
        with self.beat("gather keeps each film as an artifact of its own, named after its scene."):
            moves = [TransformFromCopy(row[0], face) for row, face in zip(self.rows, faces, strict=True)]
            self.play(LaggedStart(*moves, lag_ratio=0.1, run_time=2))
            self.play(LaggedStart(*map(FadeIn, names), lag_ratio=0.1))
        both = len([film for film in self.films if film.sha in kept])
        with self.beat(f"The same bytes have the same key: {both} films, each stored once, and named twice."):
            self.wait(1.5)

    def row(self, task, film, *, y):
        """Write a line about a film."""
        [spent] = [attempt.finished - attempt.started for attempt in task.attempts]
        return VGroup(
            Face(film.sha, size=0.36).move_to([FACE_X, y, 0]),
            TextLabel(task.foreach[-1].value.partition(":")[0], font_size=SIZE).left_at(FILE_X, y),
            TextLabel(readable_size(film.size), font_size=SIZE).right_at(SIZE_X, y),
            TextLabel(f"{spent:.0f} s", font_size=SIZE, color=self.theme.muted).right_at(TIME_X, y),
        )


def artifact(task, name):
    """Return an artifact of a task by its name."""
    [held] = [held for held in task.artifacts if held.name == name]
    return held

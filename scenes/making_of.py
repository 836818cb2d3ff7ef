"""The making of: the films of this folder, rendered by a flow that is one of their subjects.

``manim render scenes/making_of.py``. Everything on screen comes from the recording of one run of
``manim_metaflow/render_flow.py``; ``make recordings`` makes it anew, and with it all the films it names.
"""

from pathlib import Path

from manim import DOWN, LEFT, UP, UR, Create, FadeIn, LaggedStart, TransformFromCopy, VGroup

import manim_metaflow
from manim_metaflow import (
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
from manim_metaflow.mobjects import TextTable
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

COLUMNS, ALIGN = (-6.5, -6.1, -0.1, 1.05), "clrr"
"""Of the table of films: face, file, size, time."""

KEPT_COLUMNS = (1.9, 2.3)
"""Beside it: face and name of the artifact that gather keeps."""

TOP, PITCH = 1.95, 0.5
"""Height of the first row of the table, and the distance from row to row."""

FONT_SIZE, FACE = 15, 0.36
"""Of the table: font size, and size of the faces (units)."""


def recordings(**options):
    """Read the run of this film, or make it: the recordings are two folders below the scenes."""
    options = {"recordings": HERE / "recordings", "timeout": 7200} | options
    asked = ("--scenes=../..", f"--only={','.join(FILMS)}", "--quality=l", f"--max-workers={WORKERS}")
    # It writes films into the folder it runs in, which is that of the library.
    return (record_run(FLOW, *asked, sandbox=True, **options),)


class MakingOf(DeepDive):
    """The films of this folder, rendered by a flow."""

    def construct(self):
        """Show the flow, its run and what it made."""
        [self.record] = recordings()
        self.flow = load_flow(FLOW)
        self.title("The making of", "These films are made by a flow")
        self.show_flow()
        self.show_task()
        self.run_flow()
        self.count_films()
        self.gather_films()

    def show_flow(self):
        """Draw the graph from the class."""
        self.act("the flow")
        self.plan = FlowDAG(self.flow, font_size=24, detail="names").shift(0.2 * LEFT + 0.25 * UP)
        with self.beat("start lists the scenes of a folder. A foreach makes a task for each, gather waits."):
            self.leave_title(self.heading(self.flow.name, self.flow.doc))
            self.play(Create(self.plan))

    def show_task(self):
        """Show the step that renders."""
        self.act("a task")
        panel = self.step_code(self.flow, "render", font_size=17).shift(0.2 * DOWN)
        with self.beat("Each task is a process of its own, and has one scene as its input."):
            self.swap(self.plan, panel, rise=True)
            self.play(FocusCode(panel, panel.matching("self.input")))
        with self.beat("What it assigns to self is stored: the film itself becomes an artifact."):
            self.play(FocusCode(panel, panel.matching("self.film")))

    def run_flow(self):
        """Replay the run: the graph with its tasks, then the real time of each."""
        self.act("the run")
        count = len(self.record.tasks_of("render"))
        clock = RunClock(self.record).to_corner(UR, buff=0.45)
        with self.beat(
            f"{count} scenes, {count} tasks. Each leaves a film, its captions, and a sheet of frames."
        ):
            self.swap(self.shown, self.plan, clock)
            self.play(ReplayRun(self.plan, self.record, clock=clock, run_time=10))
        lanes = RunTimeline(self.record, width=13).set_y(0.2)
        with self.beat(f"When each of them ran: {WORKERS} at a time, as this run was asked to."):
            self.swap(VGroup(self.plan, clock), lanes)
            self.play(ReplayRun(lanes, self.record, clock=False, run_time=6))

    def count_films(self):
        """List what the tasks made."""
        self.act("the films")
        tasks = sorted(self.record.tasks_of("render"), key=lambda task: task.foreach[-1].index)
        self.films = [artifact(task, "film") for task in tasks]
        rows = [self.row(*pair) for pair in zip(tasks, self.films, strict=True)]
        self.rows = TextTable(rows, columns=COLUMNS, align=ALIGN, top=TOP, pitch=PITCH)
        total = readable_size(sum(film.size for film in self.films))
        name = self.heading("What the tasks made", "file, size of the artifact film, time of the task")
        with self.beat(f"{len(self.films)} films, {total} in all. Each face comes from the key of its blob."):
            self.swap(self.shown, name)
            self.play(LaggedStart(*[FadeIn(row, shift=0.1 * UP) for row in self.rows], lag_ratio=0.2))

    def gather_films(self):
        """See that the join keeps the films under names of its own, and that nothing is copied."""
        self.act("gather")
        [gather] = self.record.tasks_of("gather")
        kept = {made.sha: made for made in gather.artifacts if made.name.startswith("film_")}
        cells = [
            (Face(film.sha, size=FACE), TextLabel(kept[film.sha].name, font_size=FONT_SIZE))
            for film in self.films
        ]
        table = TextTable(cells, columns=KEPT_COLUMNS, align="cl", top=TOP, pitch=PITCH)
        with self.beat("gather keeps each film as an artifact of its own, named after its scene."):
            moves = [TransformFromCopy(row[0], face) for row, (face, _) in zip(self.rows, table, strict=True)]
            self.play(LaggedStart(*moves, lag_ratio=0.1, run_time=2))
            self.play(LaggedStart(*[FadeIn(name) for _, name in table], lag_ratio=0.1))
        both = len([film for film in self.films if film.sha in kept])
        with self.beat(f"The same bytes have the same key: {both} films, each stored once, and named twice."):
            self.wait(1.5)

    def row(self, task, film):
        """Fill a row for a film."""
        [spent] = [attempt.finished - attempt.started for attempt in task.attempts]
        return (
            Face(film.sha, size=FACE),
            TextLabel(task.foreach[-1].value.partition(":")[0], font_size=FONT_SIZE),
            TextLabel(readable_size(film.size), font_size=FONT_SIZE),
            TextLabel(f"{spent:.0f} s", font_size=FONT_SIZE, color=self.theme.muted),
        )


def artifact(task, name):
    """Return an artifact of a task by its name."""
    [found] = [found for found in task.artifacts if found.name == name]
    return found

"""Authoring a flow incrementally: five versions, each really run or spun.

``manim render scenes/authoring.py``. Everything on screen comes from the recordings of
``flows/authoring/*/fare.py``; ``make recordings`` makes them anew.
"""

from pathlib import Path

from manim import DOWN, LEFT, RIGHT, UP, FadeIn, FadeOut, VGroup

from manim_metaflow import (
    ArtifactChip,
    DeepDive,
    FlowStory,
    FocusCode,
    ReplayRun,
    StepNode,
    TextLabel,
    current_theme,
    record_run,
    record_spin,
)
from manim_metaflow.code import AdvanceStory, PointAt, TerminalPanel, TraceArtifact
from manim_metaflow.graph import SetState
from manim_metaflow.mobjects import TextTable

HERE = Path(__file__).parent
VERSIONS = [HERE / "flows" / "authoring" / str(number) / "fare.py" for number in range(1, 6)]

LEFT_WIDTH, RIGHT_WIDTH, FONT_SIZE = 6.92, 6.7, 14
"""What code and graph take of the frame (units), and the font size of code, terminal and chips."""

GRAPH_ROOM = (RIGHT_WIDTH - 0.5, 2.5)
"""Width and height that the graph has above the terminal, units."""

STEPS = ("start", "fit", "quote", "end")
COLUMNS = (-5.9, -2.3, *(0.2 + 1.75 * index for index in range(len(STEPS))))
"""Of the closing table: what is new, the command, and a column for the tasks of each step."""

NEWS = (
    "1  a stub",
    "2  start loads its data",
    "3  a step that fits a line",
    "4  its bug mended",
    "5  a step that quotes",
)


def recordings(**options):
    """Read the five runs and spins of this film, or make them."""
    options = {"recordings": HERE / "recordings"} | options
    stub = record_run(VERSIONS[0], **options)
    loaded = record_spin(stub, "start", VERSIONS[1], **options)
    failed = record_run(VERSIONS[2], **options)
    fixed = record_spin(failed, "fit", VERSIONS[3], **options)
    return stub, loaded, failed, fixed, record_run(VERSIONS[4], **options)


class Authoring(DeepDive):
    """Write a step. Run it. Write the next."""

    def construct(self):
        """Write the flow version by version."""
        self.stub, self.loaded, self.failed, self.fixed, self.whole = recordings()
        self.title("Authoring a flow", "Write a step. Run it. Write the next.", hold=1.2)
        self.begin_with_stub()
        self.fill_start()
        self.add_fit()
        self.fix_fit()
        self.add_quote()
        self.sum_up()

    def begin_with_stub(self):
        """Run the smallest flow there is."""
        self.act("the stub")
        self.story = FlowStory(
            VERSIONS,
            title="fare.py",
            width=LEFT_WIDTH,
            window=20,
            room=GRAPH_ROOM,
            direction="right",
            align="top",
            font_size=FONT_SIZE,
        )
        self.story.shift(0.25 * UP).to_edge(LEFT, buff=0.18)
        self.terminal = TerminalPanel(width=RIGHT_WIDTH, rows=10, font_size=FONT_SIZE)
        self.terminal.next_to(self.story.panel, RIGHT, buff=0.22).align_to(self.story.panel, DOWN)
        self.chips, self.change = VGroup(), None
        with self.beat("The smallest flow: a start, an end, and an arrow between them."):
            self.leave_title()
            self.play(FadeIn(self.story, self.terminal))
            self.play(PointAt(self.story, "start"))
            self.play(PointAt(self.story, "end"))
            self.play(PointAt(self.story, None))
        with self.beat("It does nothing yet, but it runs: two steps, two tasks, each a process of its own."):
            self.type(self.stub)
            self.play(ReplayRun(self.story.dag, self.stub, detail="steps"))

    def fill_start(self):
        """Fill one step, and run that step alone."""
        self.act("spin")
        with self.beat("Now let start load its data."):
            self.advance("start")
        with self.beat("No need to run it all: spin runs this one step, with the code as it is now."):
            self.type(self.loaded)
            self.spin("start", self.loaded)

    def add_fit(self):
        """Add a step; run it, and see it fail."""
        self.act("the next step")
        with self.beat("The next step: its lines are written, and its box takes its place in the graph."):
            self.advance("fit")
        with self.beat("A step that never ran has no inputs a spin could take. So run the flow once more."):
            self.type(self.failed)
            self.play(ReplayRun(self.story.dag, self.failed, detail="steps"))
        [raised] = [task.exception for task in self.failed.tasks if task.exception]
        with self.beat("fit raised. But start has finished, and what it made is in the datastore."):
            self.play(FocusCode(self.story.panel, [raised.line], self.theme.failed))
            self.show_chips("start", self.failed.tasks[0])

    def fix_fit(self):
        """Fix the step, spin it alone."""
        self.act("mend and spin")
        with self.beat("The mend: a ride is a plain pair."):
            self.advance("fit", typed=False)
        with self.beat(
            "Spin fit alone: it takes its inputs from the run that failed. start does not run again."
        ):
            self.type(self.fixed)
            self.spin("fit", self.fixed)

    def add_quote(self):
        """Add the next step, run it all."""
        self.act("the whole flow")
        with self.beat("It works, so write the next step."):
            self.advance("quote")
        with self.beat("And run it all, from start to end."):
            self.type(self.whole)
            self.play(ReplayRun(self.story.dag, self.whole, detail="steps"))
        with self.beat("What start made can be traced through the code, and along the arrows it travelled."):
            self.play(TraceArtifact(self.story, "rides"))

    def sum_up(self):
        """Count."""
        self.act("the sum")
        records = [self.stub, self.loaded, self.failed, self.fixed, self.whole]
        rows = [tried(*each) for each in zip(NEWS, records, strict=True)]
        self.summary(
            "Five versions, each tried as soon as it was written. A spin is one task, never the rest.",
            TextTable(rows, columns=COLUMNS, align="llcccc", top=1.6, pitch=0.95),
            run_time=3,
        )

    # -------------------------------------------------------------------------------- what recurs

    def advance(self, step, *, typed=True):
        """Go on to the next version."""
        nodes = self.story.dag.nodes.values()
        done = [node for node in nodes if node.state != "pending"]
        self.clear_chips()
        self.play(*[SetState(node, "pending") for node in done], run_time=0.4)
        self.change = AdvanceStory(self.story, show=step, typed=typed)
        self.play(self.change)

    def type(self, record):
        """Type the command that made a record, and print what it said."""
        if self.change is not None:
            self.unmark(self.story.panel, self.change.stripes)
        self.run_command(self.terminal, "fare.py", record)

    def spin(self, step, record):
        """Show the one task of a spin, and what it made."""
        node = self.story.dag[step]
        [task] = record.tasks
        self.play(SetState(node, "running"), run_time=0.5)
        self.play(SetState(node, task.state), run_time=0.5)
        self.show_chips(step, task)

    def show_chips(self, step, task):
        """Show what a task made below its box."""
        made = [artifact for artifact in task.artifacts if artifact.provenance != "inherited"]
        chips = VGroup(*[ArtifactChip(each.name, each.sha, font_size=FONT_SIZE) for each in made])
        chips.arrange(DOWN, buff=0.1, aligned_edge=LEFT).next_to(self.story.dag[step], DOWN, buff=0.2)
        self.chips.add(chips)
        self.play(FadeIn(chips, scale=0.6))

    def clear_chips(self):
        """Take the chips away."""
        if len(self.chips):
            self.play(FadeOut(self.chips), run_time=0.4)
            self.chips = VGroup()


def tried(news, record):
    """Fill a row for a version: what was new, the command, and a box for each task that executed."""
    theme = current_theme()
    boxes = {
        task.step: StepNode(task.step, width=1.4, height=0.56, state=task.state) for task in record.tasks
    }
    return (
        TextLabel(news, font="prose", color=theme.muted),
        TextLabel(record.command[0], font="prose", weight=600, font_size=theme.heading_size),
        *map(boxes.get, STEPS),
    )

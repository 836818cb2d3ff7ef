"""Develop one step at a time: run once, then edit a step and spin it, and run when it is good.

``manim render scenes/spin.py``. Everything on screen comes from the recordings of ``flows/spam_draft.py``
and of ``flows/spam.py``, which is the draft with one line changed; ``make recordings`` makes them anew.
"""

from pathlib import Path

from manim import DOWN, LEFT, UP, Create, FadeIn, VGroup

from manim_metaflow import (
    ContentStore,
    DeepDive,
    EvolveCode,
    FlowDAG,
    ReplayRun,
    RunHeading,
    SpinStep,
    UnfoldTasks,
    load_flow,
    record_run,
    record_spin,
)
from manim_metaflow.runs import EvidenceTable, KeyLine, SpinBench, Statement

HERE = Path(__file__).parent
DRAFT, EDITED = HERE / "flows" / "spam_draft.py", HERE / "flows" / "spam.py"
STEP = "train"

BENCH_Y = 0.55
"""Height of the spun task, between the graph above it and the stores below."""


def recordings(**options):
    """Read the runs and spins of this film, or make them."""
    options = {"recordings": HERE / "recordings"} | options
    first = record_run(DRAFT, **options)
    tasks = first.tasks_of(STEP)
    spins = [record_spin(first, task.path, EDITED, **options) for task in (tasks[0], tasks[-1])]
    return first, *spins, record_run(EDITED, after=first, **options)


class Spin(DeepDive):
    """Develop one step at a time."""

    def construct(self):
        """Show how a step is developed, act by act."""
        self.first, self.spun, self.other, self.second = recordings()
        self.title("title", "subtitle", hold=1.2)
        self.run_once()
        self.edit_step()
        self.spin_step()
        self.spin_with_another_input()
        self.run_again()
        self.sum_up()

    def run_once(self):
        """Run the flow for the first time."""
        self.act("run once")
        flow = load_flow(DRAFT)
        plan = FlowDAG(flow, font_size=22).shift(0.37 * UP)
        with self.beat("making", steps=len(flow.steps)):
            self.leave_title(self.heading(flow.name, flow.doc))
            self.play(Create(plan))
        self.store = ContentStore(self.first).set_y(-0.95)
        self.dag, self.command = self.graph_above("run", self.first)
        with self.beat("once", tasks=len(self.first.executed)):
            self.clear_heading()
            self.play(FadeIn(self.command, self.store), UnfoldTasks(plan, self.dag))
            self.play(ReplayRun(self.dag, self.first, store=self.store, run_time=7))

    def edit_step(self):
        """Change a line of one step."""
        self.act("edit a step")
        self.panel = self.step_code(self.first.flow, STEP, font_size=17).move_to(0.9 * DOWN)
        with self.beat("threshold", step=STEP):
            self.swap(self.store, self.panel)
            self.play(EvolveCode(self.panel, self.spun.flow[STEP].source))

    def spin_step(self):
        """Spin the step on the inputs of its first task."""
        self.act("spin")
        self.apart = ContentStore(self.spun, self.other, title=".metaflow_spin  SpamFlow/data").set_y(-2.4)
        self.bench, self.command_below = self.bench_of(self.spun)
        with self.beat("takes", step=STEP):
            self.swap(self.panel, self.store, self.apart, self.command_below)
            self.play(SpinStep(self.bench, origin=self.dag, origin_run=self.first, store=self.apart))
        before, after = (right_in(run.tasks_of(STEP)[0]) for run in (self.first, self.spun))
        with self.beat("right", after=after, before=before):
            self.play(self.bench.printed.animate.set_fill(self.theme.text))
        with self.beat("persist"):
            self.pulse(*self.apart.blobs, factor=1.12, lag_ratio=0.3)

    def spin_with_another_input(self):
        """Spin it on the inputs of another task."""
        self.act("another input")
        bench, command = self.bench_of(self.other)
        task = self.other.tasks[0]
        before, after = (right_in(run.tasks_of(STEP)[-1]) for run in (self.first, self.other))
        with self.beat("other", item=task.foreach[-1].value):
            self.swap(VGroup(self.bench, self.command_below), command)
            self.play(SpinStep(bench, origin=self.dag, origin_run=self.first, store=self.apart))
        with self.beat("worse", after=after, before=before):
            self.play(bench.printed.animate.set_fill(self.theme.text))

    def run_again(self):
        """Run the flow with the edit."""
        self.act("run")
        self.dag, self.command = self.graph_above("run", self.second)
        with self.beat("again", tasks=len(self.second.executed)):
            self.swap(self.shown, self.command, self.dag)
            self.play(ReplayRun(self.dag, self.second, run_time=6))
        keys = VGroup(KeyLine("spin", self.spun, "model"), KeyLine("run", self.second, "model"))
        keys.arrange(DOWN, buff=0.3, aligned_edge=LEFT).move_to(0.6 * DOWN)
        with self.beat("same"):
            self.play(FadeIn(keys, lag_ratio=0.3))

    def sum_up(self):
        """Say what spin does, and what it does not."""
        self.act("what spin does")
        heading = self.heading(self.text("heading"))
        table = EvidenceTable(self.statements(), pitch=0.8).shift(0.1 * UP)
        self.summary("sum", table.rows, heading, hold=1.5)

    def statements(self):
        """State what a spin did, with the numbers of the records."""
        task, steps = self.spun.tasks[0], len(self.spun.flow.steps)
        taken = [each for each in task.artifacts if each.provenance == "inherited"]
        made = len(task.artifacts) - len(taken)
        text, spun = self.text, len(self.spun.tasks)
        stored = text("of_made", count=len(self.spun.new_blobs), all=made)
        return [
            Statement(text("executes"), True, text("of", count=spun, all=len(self.first.tasks))),
            Statement(text("keys"), True, text("of_keys", count=len(taken))),
            Statement(text("goes_on"), False, text("of_steps", count=spun, all=steps)),
            Statement(text("adds"), False, stored),
            Statement(text("keeps"), True, " ".join(self.spun.command[2:])),
        ]

    def bench_of(self, record):
        """Put a spun task under its step, and what was typed at the left."""
        bench = SpinBench(record, font_size=18)
        x = self.dag[STEP].get_x()
        bench.shift([x - bench.node.get_x(), BENCH_Y - bench.node.get_y(), 0])
        command = RunHeading(f"spin {past_task(record)}", record).set_y(BENCH_Y)
        return bench, command.align_to(self.command, LEFT)


def past_task(record):
    """Name the task whose inputs a spin took, as it was typed: step and task id."""
    return "/".join(record.command[1].split("/")[2:])


def right_in(task):
    """Read how many mails a task got right, from what it printed."""
    return task.attempts[-1].stdout[0].partition(" ")[0]

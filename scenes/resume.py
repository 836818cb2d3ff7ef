"""Resume: a real failed run is resumed before your eyes.

``manim render scenes/resume.py``. Everything on screen comes from the recordings of ``flows/demand*.py``;
``make recordings`` makes them anew.
"""

from functools import partial
from pathlib import Path

from manim import DOWN, LEFT, UL, UP, Create, FadeIn, FadeOut, VGroup

from manim_metaflow import (
    ContentStore,
    DeepDive,
    EvolveCode,
    FlowDAG,
    ReplayRun,
    RunHeading,
    UnfoldTasks,
    load_flow,
    record_resume,
    record_run,
)
from manim_metaflow.runs import CloneTasks, ExceptionNote, KeyLine, RunTally

HERE = Path(__file__).parent
BROKEN, FIXED, EDITED = (
    HERE / "flows" / name for name in ("demand.py", "demand_fixed.py", "demand_edited.py")
)

FULL, SHARED = 22, 0.8
"""Font size of a graph that has the frame to itself, and how far it shrinks to share it."""

CODE = 16.5
"""Font size of a step's code."""

GRAPH_X, COMMAND_AT = 1.6, [-5.4, 2.3, 0]
"""Middle of a graph that shares the frame, and of the command at its left."""


def recordings(**options):
    """Read the four runs of this film, or make them."""
    options = {"recordings": HERE / "recordings"} | options
    failed = record_run(BROKEN, **options)
    resume = partial(record_resume, failed, **options)
    return failed, resume(FIXED), resume(EDITED), resume(EDITED, step="clean")


class Resume(DeepDive):
    """Reuse what succeeded. Run what did not."""

    def construct(self):
        """Tell the story act by act."""
        self.failed, self.resumed, self.ignored, self.again = recordings()
        self.title("resume", "Reuse what succeeded. Run what did not.")
        self.show_flow()
        self.run_flow()
        self.fix_bug()
        self.resume_run()
        self.edit_cloned_step()
        self.ask_for_step()
        self.sum_up()

    def show_flow(self):
        """Draw the graph in the order an author reads it."""
        self.act("the flow")
        flow = load_flow(BROKEN)
        self.plan = FlowDAG(flow, font_size=FULL).shift(0.37 * UP)
        with self.beat(
            f"A flow of {len(flow.steps)} steps. What stands in the dashed frame is done for every store."
        ):
            self.leave_title(self.heading(flow.name, flow.doc))
            self.play(Create(self.plan))

    def run_flow(self):
        """Run it, and see it fail."""
        self.act("run")
        self.store = ContentStore(self.failed, self.resumed).to_edge(DOWN, buff=0.95)
        self.above = FlowDAG(self.failed.flow, run=self.failed, font_size=FULL, captions="above")
        self.above.shift(0.91 * UP)
        self.command = RunHeading("run", self.failed).to_corner(UL, buff=0.5)
        with self.beat(
            "Each task is a process of its own. When it ends, what it assigned to self is stored."
        ):
            self.clear_heading()
            self.play(FadeIn(self.command, self.store), UnfoldTasks(self.plan, self.above))
            self.play(ReplayRun(self.above, self.failed, store=self.store, steps=("start", "clean")))
        with self.beat(
            "The foreach makes a task for every store. They run side by side, and one of them fails."
        ):
            self.play(ReplayRun(self.above, self.failed, store=self.store, steps=("forecast",)))
        with self.beat("Oslo opened later than the others: its first four weeks of sales sum to zero."):
            self.error = ExceptionNote(self.failed).next_to(self.above.regions["clean"], DOWN, buff=0.22)
            self.reveal(self.error)
        done = [task for task in self.failed.tasks if task.state == "done"]
        with self.beat(
            f"The run has failed. What its {len(done)} good tasks made is in the datastore all the same."
        ):
            self.lift(*self.store.blobs)

    def fix_bug(self):
        """Change the line that raised."""
        self.act("the fix")
        panel = self.step_code(self.failed.flow, "forecast", font_size=CODE).shift(1.3 * DOWN)
        [raised] = [task.exception for task in self.failed.tasks if task.exception]
        with self.beat("This is the line that raised."):
            above = VGroup(self.above, self.error.what).animate.scale(SHARED).to_edge(UP, buff=0.25)
            command = self.command.animate.move_to(COMMAND_AT)
            self.play(FadeOut(self.store, self.error.where), above.set_x(GRAPH_X), command)
            self.play(FadeIn(panel))
            culprit = panel.mark([raised.line], self.theme.failed)
            self.play(FadeIn(culprit))
        with self.beat("The mend: leave out the days before the store opened."):
            self.unmark(panel, culprit, run_time=1)
            self.play(EvolveCode(panel, load_flow(FIXED)["forecast"].source))
        self.panel = panel

    def resume_run(self):
        """Clone what succeeded, run the rest."""
        self.act("resume")
        self.below, self.command_below = self.row_below("resume", self.resumed)
        with self.beat("resume begins a new run, with an id of its own."):
            self.swap(VGroup(self.panel, self.error.what), self.store, self.command_below, self.below)
        with self.beat(
            "What succeeded is cloned: new tasks, the same keys. Nothing is copied, nothing computed."
        ):
            self.play(CloneTasks(self.below, self.resumed, origin=self.above))
        with self.beat("Only the task that failed executes, and what comes after it."):
            self.play(ReplayRun(self.below, self.resumed, store=self.store))
        new = self.resumed.new_blobs
        with self.beat(
            f"{len(new)} new artifacts in the store, all from tasks that executed. The clones added none."
        ):
            self.lift(*[slot for slot in self.store.blobs if slot.sha in new])

    def edit_cloned_step(self):
        """Edit a step that had succeeded, and resume the failed run again."""
        self.act("what resume compares")
        panel = self.step_code(load_flow(FIXED), "clean", font_size=CODE).shift(1.45 * DOWN)
        with self.beat("Now edit clean, a step that had succeeded, and resume the failed run once more."):
            self.swap(self.shown, panel)
            self.play(EvolveCode(panel, load_flow(EDITED)["clean"].source))
        self.above = FlowDAG(self.ignored.flow, run=self.ignored, font_size=FULL, captions="above")
        self.above.scale(SHARED).to_edge(UP, buff=0.25).set_x(GRAPH_X)
        self.command = RunHeading("resume", self.ignored).move_to(COMMAND_AT)
        with self.beat("clean is cloned all the same: resume compares no code and no inputs."):
            self.play(FadeIn(self.command, self.above))
            self.play(CloneTasks(self.above, self.ignored))
            self.play(ReplayRun(self.above, self.ignored))
        self.panel = panel

    def ask_for_step(self):
        """Name the step, and it runs again."""
        self.act("resume a step")
        self.below, self.command_below = self.row_below("resume clean", self.again)
        with self.beat(
            "resume clean asks for that step again: it executes with the edit, and so does all that follows."
        ):
            self.swap(self.panel, self.command_below, self.below)
            self.play(CloneTasks(self.below, self.again))
            self.play(ReplayRun(self.below, self.again))
        keys = VGroup(KeyLine("resume", self.ignored, "table"), KeyLine("resume clean", self.again, "table"))
        keys.arrange(DOWN, buff=0.2, aligned_edge=LEFT).move_to(2.4 * DOWN)
        with self.beat("The key tells: the clone has the old table, the step that ran has made a new one."):
            self.play(FadeIn(keys, lag_ratio=0.3))

    def sum_up(self):
        """Count."""
        self.act("the sum")
        runs = {"run": self.failed, "resume": self.resumed, "resume clean": self.again}
        tally = RunTally(runs).shift(0.3 * UP)
        self.summary(
            "What each of them did. A clone costs no work and adds no data.",
            tally.rows,
            tally.heads,
            lag_ratio=0.5,
        )

    def row_below(self, command, record):
        """Put a run's graph under the one above, and its heading beside it."""
        dag = FlowDAG(record.flow, run=record, font_size=FULL).scale(SHARED)
        dag.next_to(self.above, DOWN, buff=0.3).align_to(self.above["start"], LEFT)
        name = RunHeading(command, record).align_to(self.command, LEFT).set_y(dag["start"].get_y())
        return dag, name

    def lift(self, *blobs):
        """Draw the eye to blobs in the store, one after the other."""
        self.pulse(*blobs, factor=1.15, lag_ratio=0.2, run_time=1.6)

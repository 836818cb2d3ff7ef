"""Resume: a real failed run is resumed before your eyes.

``manim render scenes/resume.py``. Everything on screen comes from the recordings of ``flows/demand*.py``;
``make recordings`` makes them anew.
"""

from functools import partial
from pathlib import Path

from manim import DOWN, LEFT, UL, UP, Create, FadeIn, FadeOut, LaggedStart, VGroup, there_and_back

from manim_metaflow import (
    CodePanel,
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

FULL, HALF = 22, 0.8
"""Font size of a graph that has the frame to itself, and how far it shrinks to share it."""

CODE = 16.5
ROW_X, HEAD = 1.6, [-5.4, 2.3, 0]
"""Where a graph that shares the frame stands, and its heading beside it."""


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
        self.show_title()
        self.show_flow()
        self.run_flow()
        self.mend_bug()
        self.resume_run()
        self.edit_cloned_step()
        self.ask_for_step()
        self.sum_up()

    def show_title(self):
        """Name the subject."""
        self.act("title")
        self.name = self.heading("resume", "Reuse what succeeded. Run what did not.").center().scale(1.3)
        self.play(FadeIn(self.name, shift=0.2 * UP))
        self.wait(1.5)

    def show_flow(self):
        """Draw the graph in the order an author reads it."""
        self.act("the flow")
        flow = load_flow(BROKEN)
        title, self.name = self.name, self.heading(flow.name, flow.doc)
        self.plan = FlowDAG(flow, font_size=FULL).shift(0.3 * UP)
        with self.beat(
            f"A flow of {len(flow.steps)} steps. What stands in the dashed frame is done for every store."
        ):
            self.play(FadeOut(title, shift=0.2 * UP), FadeIn(self.name))
            self.play(Create(self.plan))

    def run_flow(self):
        """Run it, and see it fail."""
        self.act("run")
        self.store = ContentStore(self.failed, self.resumed).to_edge(DOWN, buff=0.95)
        self.above = FlowDAG(self.failed.flow, run=self.failed, font_size=FULL, captions="above").shift(
            0.75 * UP
        )
        self.head = RunHeading("run", self.failed).to_corner(UL, buff=0.5)
        with self.beat(
            "Each task is a process of its own. When it ends, what it assigned to self is stored."
        ):
            self.play(FadeOut(self.name, run_time=0.4))
            self.play(FadeIn(self.head, self.store), UnfoldTasks(self.plan, self.above))
            self.play(ReplayRun(self.above, self.failed, store=self.store, steps=("start", "clean")))
        with self.beat(
            "The foreach makes a task for every store. They run side by side, and one of them fails."
        ):
            self.play(ReplayRun(self.above, self.failed, store=self.store, steps=("forecast",)))
        with self.beat("Oslo opened later than the others: its first four weeks of sales sum to zero."):
            self.error = ExceptionNote(self.failed).next_to(self.above.regions["clean"], DOWN, buff=0.22)
            self.play(FadeIn(self.error, shift=0.15 * UP))
        done = [task for task in self.failed.tasks if task.state == "done"]
        with self.beat(
            f"The run has failed. What its {len(done)} good tasks made is in the datastore all the same."
        ):
            self.pulse(*self.store.blobs)

    def mend_bug(self):
        """Change the line that raised."""
        self.act("the fix")
        step = self.failed.flow["forecast"]
        panel = CodePanel(
            step.source, first_line=step.first_line, title=title_of(step), font_size=CODE
        ).shift(1.3 * DOWN)
        [raised] = [task.exception for task in self.failed.tasks if task.exception]
        with self.beat("This is the line that raised."):
            self.play(
                FadeOut(self.store, self.error.where),
                VGroup(self.above, self.error.what).animate.scale(HALF).to_edge(UP, buff=0.25).set_x(ROW_X),
                self.head.animate.move_to(HEAD),
            )
            self.play(FadeIn(panel))
            culprit = panel.mark([raised.line], self.theme.failed)
            self.play(FadeIn(culprit))
        with self.beat("The mend: leave out the days before the store opened."):
            self.play(FadeOut(culprit))
            panel.clear(culprit)
            self.play(EvolveCode(panel, load_flow(FIXED)["forecast"].source))
        self.leaving = VGroup(panel, self.error.what)

    def resume_run(self):
        """Clone what succeeded, run the rest."""
        self.act("resume")
        self.below, self.head_below = self.row_below("resume", self.resumed)
        with self.beat("resume begins a new run, with an id of its own."):
            self.play(FadeOut(self.leaving), FadeIn(self.store, self.head_below, self.below))
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
            self.pulse(*[slot for slot in self.store.blobs if slot.sha in new])
        self.leaving = VGroup(self.above, self.head, self.below, self.head_below, self.store)

    def edit_cloned_step(self):
        """Edit a step that had succeeded, and resume the failed run again."""
        self.act("what resume compares")
        old, new = load_flow(FIXED)["clean"], load_flow(EDITED)["clean"]
        panel = CodePanel(old.source, first_line=old.first_line, title=title_of(old), font_size=CODE).shift(
            1.45 * DOWN
        )
        with self.beat("Now edit clean, a step that had succeeded, and resume the failed run once more."):
            self.play(FadeOut(self.leaving), FadeIn(panel))
            self.play(EvolveCode(panel, new.source))
        self.above = FlowDAG(self.ignored.flow, run=self.ignored, font_size=FULL, captions="above").scale(
            HALF
        )
        self.above.to_edge(UP, buff=0.25).set_x(ROW_X)
        self.head = RunHeading("resume", self.ignored).move_to(HEAD)
        with self.beat("clean is cloned all the same: resume compares no code and no inputs."):
            self.play(FadeIn(self.head, self.above))
            self.play(CloneTasks(self.above, self.ignored))
            self.play(ReplayRun(self.above, self.ignored))
        self.leaving = panel

    def ask_for_step(self):
        """Name the step, and it runs again."""
        self.act("resume a step")
        self.below, self.head_below = self.row_below("resume clean", self.again)
        with self.beat(
            "resume clean asks for that step again: it executes with the edit, and so does all that follows."
        ):
            self.play(FadeOut(self.leaving), FadeIn(self.head_below, self.below))
            self.play(CloneTasks(self.below, self.again))
            self.play(ReplayRun(self.below, self.again))
        keys = VGroup(KeyLine("resume", self.ignored, "table"), KeyLine("resume clean", self.again, "table"))
        keys.arrange(DOWN, buff=0.2, aligned_edge=LEFT).move_to(2.4 * DOWN)
        with self.beat("The key tells: the clone has the old table, the step that ran has made a new one."):
            self.play(FadeIn(keys, lag_ratio=0.3))
        self.leaving = VGroup(self.above, self.head, self.below, self.head_below, keys)

    def sum_up(self):
        """Count."""
        self.act("the sum")
        tally = RunTally({"run": self.failed, "resume": self.resumed, "resume clean": self.again}).shift(
            0.3 * UP
        )
        with self.beat("What each of them did. A clone costs no work and adds no data."):
            self.play(FadeOut(self.leaving), FadeIn(tally.heads))
            self.play(LaggedStart(*[FadeIn(row, shift=0.15 * UP) for row in tally.rows], lag_ratio=0.5))
            self.wait()

    def row_below(self, command, record):
        """Put a run's graph under the one above, and its heading beside it."""
        dag = FlowDAG(record.flow, run=record, font_size=FULL).scale(HALF)
        dag.next_to(self.above, DOWN, buff=0.3).align_to(self.above["start"], LEFT)
        head = RunHeading(command, record).align_to(self.head, LEFT).set_y(dag["start"].get_y())
        return dag, head

    def pulse(self, *mobjects):
        """Lift things a little, one after the other."""
        lifts = [mobject.animate(rate_func=there_and_back).scale(1.15) for mobject in mobjects]
        self.play(LaggedStart(*lifts, lag_ratio=0.2), run_time=1.6)


def title_of(step):
    """Name a step as Python does."""
    return f"DemandFlow.{step.name}"

"""What Metaflow reuses, and what it doesn't: two runs compared step by step, beside what was done.

``manim render scenes/caching.py``. Everything on screen comes from the recordings of ``flows/spam*.py``;
``make recordings`` makes them anew.
"""

from pathlib import Path

from manim import DOWN, LEFT, UL, UP, Create, FadeIn, FadeOut, LaggedStart, VGroup

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
    record_spin,
)
from manim_metaflow.runs import (
    CloneTasks,
    CompareRuns,
    ComparisonGrid,
    EvidenceTable,
    Statement,
    compare_runs,
)

HERE = Path(__file__).parent
FLOW, EDITED = HERE / "flows" / "spam.py", HERE / "flows" / "spam_edited.py"

FULL, SHARED = 22, 0.8
"""Font size of a graph that has the frame to itself, and how far it shrinks to share it."""

GRAPH_X, LEFT_X, HEAD_Y = 1.75, -6.5, 2.5
"""Where a graph that shares the frame stands, and its heading and the words beside the rows below it."""

TOP, PITCH = 0.95, 0.8
"""The first row below the graph, and from row to row."""


def recordings(**options):
    """Read the runs of this film, or make them: each in the datastore of the one before."""
    options = {"recordings": HERE / "recordings"} | options
    first = record_run(FLOW, **options)
    again = record_run(FLOW, after=first, **options)
    edited = record_run(EDITED, after=again, **options)
    resumed = record_resume(again, EDITED, **options)
    return first, again, edited, resumed, record_spin(again, "count", EDITED, **options)


class Caching(DeepDive):
    """What Metaflow reuses, and what it doesn't."""

    def construct(self):
        """Take the belief seriously, and see what was done."""
        self.first, self.again, self.edited, self.resumed, self.spun = recordings()
        self.show_title()
        self.state_belief()
        self.run_once()
        self.compare_unchanged()
        self.run_again()
        self.change_step()
        self.compare_changed()
        self.run_changed()
        self.resume_changed()
        self.list_caches()

    def show_title(self):
        """Name the subject."""
        self.act("title")
        self.name = self.heading("What Metaflow reuses", "and what it doesn't").center().scale(1.3)
        self.play(FadeIn(self.name, shift=0.2 * UP))
        self.wait(1.2)

    def state_belief(self):
        """Say what many believe."""
        self.act("the belief")
        flow = load_flow(FLOW)
        title, self.name = self.name, self.heading(flow.name, flow.doc)
        self.plan = FlowDAG(flow, font_size=FULL).shift(0.3 * UP)
        with self.beat(
            "Many believe: a step is skipped when its code, its inputs and its environment did not change."
        ):
            self.play(FadeOut(title, shift=0.2 * UP), FadeIn(self.name))
            self.play(Create(self.plan))

    def run_once(self):
        """Run it for the first time."""
        self.act("a first run")
        self.store = ContentStore(self.first, self.again, self.edited).to_edge(DOWN, buff=0.95)
        self.dag = FlowDAG(self.first.flow, run=self.first, font_size=FULL, captions="above").shift(0.75 * UP)
        self.head = RunHeading("run", self.first).to_corner(UL, buff=0.45)
        count, kept = len(self.first.executed), len(self.first.new_blobs)
        with self.beat(
            f"A first run: {count} tasks execute. The {kept} values they make are kept, each under its hash."
        ):
            self.play(FadeOut(self.name, run_time=0.4))
            self.play(FadeIn(self.head, self.store), UnfoldTasks(self.plan, self.dag))
            self.play(ReplayRun(self.dag, self.first, store=self.store, run_time=7))

    def compare_unchanged(self):
        """Compare it with a second run of the same file."""
        self.act("nothing changed")
        comparison = compare_runs(self.first, self.again)
        old = VGroup(self.dag, self.head, self.store)
        self.dag, self.head = self.graph_of(self.again), self.heading_of("run again", self.again)
        self.grid = self.grid_of(comparison)
        with self.beat(
            "Run the same file again. Is the code the same? Left: its hash then. Right: its hash now."
        ):
            self.play(FadeOut(old), FadeIn(self.head, self.dag))
            self.play(CompareRuns(self.grid, "code"))
        with self.beat("Are the keys it starts with, and the versions of Python and its packages?"):
            self.play(CompareRuns(self.grid, "inputs", "environment"))
        with self.beat(
            "Same face, same bytes. "
            f"A cache that compared the three could reuse all {len(comparison.reusable)} steps."
        ):
            self.play(CompareRuns(self.grid, "could"))

    def run_again(self):
        """See what run did."""
        self.act("what run did")
        done = len(self.again.executed)
        with self.beat(
            f"And run? It executed all {done} tasks again. It compares nothing, and skips nothing."
        ):
            self.fold()
            self.play(ReplayRun(self.dag, self.again, store=self.store, run_time=6))
            self.play(CompareRuns(self.grid, "did"))
        chips = list(self.dag.artifacts)
        with self.beat(
            "Only writing is saved: each value is hashed again, and its key is there. "
            f"{len(self.again.new_blobs)} of {len(chips)} were new."
        ):
            self.look_up(chips)
        self.leaving = VGroup(self.dag, self.head, self.store, self.grid["could"], self.grid["did"])

    def change_step(self):
        """Change one line."""
        self.act("one step changes")
        [name] = [
            step.name for step in self.edited.flow.steps if step.source != self.again.flow[step.name].source
        ]
        old, new = self.again.flow[name], self.edited.flow[name]
        panel = CodePanel(old.source, first_line=old.first_line, title=f"SpamFlow.{name}", font_size=18)
        with self.beat(f"Now change one line of {name}, and run once more."):
            self.play(FadeOut(self.leaving), FadeIn(panel))
            self.play(EvolveCode(panel, new.source))
        self.leaving = panel

    def compare_changed(self):
        """Compare the runs before and after the change."""
        self.act("what could be reused")
        comparison = compare_runs(self.again, self.edited)
        self.dag, self.head = self.graph_of(self.edited), self.heading_of("run", self.edited)
        self.grid = self.grid_of(comparison)
        with self.beat("The code of one step differs."):
            self.play(FadeOut(self.leaving), FadeIn(self.head, self.dag))
            self.play(CompareRuns(self.grid, "code"))
        with self.beat(
            "So train and choose get other keys. end gets the one it had: the same smoothing is best."
        ):
            self.play(CompareRuns(self.grid, "inputs", "environment"))
        could = " and ".join(comparison.reusable)
        with self.beat(f"A cache could reuse {could}, and would execute the rest."):
            self.play(CompareRuns(self.grid, "could"))

    def run_changed(self):
        """See what run did this time."""
        self.act("what run did this time")
        done, new = len(self.edited.executed), len(self.edited.new_blobs)
        with self.beat(f"run executed all {done} tasks, whatever had changed."):
            self.fold()
            self.play(ReplayRun(self.dag, self.edited, run_time=5))
            self.play(CompareRuns(self.grid, "did"))
        chips = list(self.dag.artifacts)
        with self.beat(f"{new} of {len(chips)} values had a new key and were written."):
            self.look_up(chips)
        self.leaving = VGroup(self.dag, self.head, self.grid["did"])

    def resume_changed(self):
        """See what resume does with the same change."""
        self.act("what resume did")
        could = self.grid["could"]
        self.dag, self.head = self.graph_of(self.resumed), self.heading_of("resume", self.resumed)
        self.grid = self.grid_of(compare_runs(self.again, self.resumed))
        self.grid["did"].set_y(TOP - PITCH)
        with self.beat("And resume? Give it the second run, and the file with the change."):
            self.play(FadeOut(self.leaving), FadeIn(self.head, self.dag))
        with self.beat(
            f"It clones all {len(self.resumed.cloned)} tasks, the edited step's too: "
            "by name and index, comparing nothing."
        ):
            self.play(CloneTasks(self.dag, self.resumed))
            self.play(CompareRuns(self.grid, "did"))
        self.leaving = VGroup(self.dag, self.head, self.store, could, self.grid["did"])

    def list_caches(self):
        """Sum up: what really caches."""
        self.act("what really caches")
        name = self.heading("What really caches")
        table = EvidenceTable(self.statements()).shift(0.15 * DOWN)
        with self.beat("In violet: recorded for this film. In grey: documented, or read in the source."):
            self.play(FadeOut(self.leaving), FadeIn(name))
            self.play(LaggedStart(*[FadeIn(row, shift=0.15 * UP) for row in table.rows], lag_ratio=0.4))
            self.wait(2)

    def statements(self):
        """State what reuses what, with the numbers of the runs above."""
        made = {artifact.sha for task in self.again.tasks for artifact in task.artifacts}
        executed, cloned = len(self.again.executed), len(self.resumed.cloned)
        written, spun = len(self.again.new_blobs), len(self.spun.tasks)
        return [
            Statement(
                "run skips what did not change",
                False,
                f"executed {executed} of {len(self.again.tasks)} tasks",
            ),
            Statement("a flow stores the same bytes once", True, f"wrote {written} of {len(made)} again"),
            Statement(
                "resume clones tasks, by name and index",
                True,
                f"cloned {cloned}, executed {len(self.resumed.executed)}",
            ),
            Statement(
                "spin takes a past task's inputs", True, f"executed {spun} task of {len(self.again.tasks)}"
            ),
            Statement("the client keeps on disk what it read", True, "Metaflow's source", "source code"),
            Statement("@pypi and @conda keep environments", True, "documentation", "documentation"),
            Statement("@checkpoint goes on inside a task", True, "documentation", "documentation"),
            Statement("a step decorator of yours may skip", True, "documentation", "documentation"),
        ]

    def graph_of(self, record):
        """Draw the graph of a run where rows can stand below it."""
        dag = FlowDAG(record.flow, run=record, font_size=FULL, captions="above").scale(SHARED)
        return dag.to_edge(UP, buff=0.3).set_x(GRAPH_X)

    def heading_of(self, command, record):
        """Name a run at the left of its graph."""
        return RunHeading(command, record).move_to([LEFT_X, HEAD_Y, 0], LEFT)

    def grid_of(self, comparison):
        """Build the rows below the graph."""
        return ComparisonGrid(self.dag, comparison, titles_at=LEFT_X, top=TOP, pitch=PITCH)

    def fold(self):
        """Keep what the three comparisons come to, and bring the store back."""
        aspects = [self.grid[name] for name in ("code", "inputs", "environment")]
        self.play(*[FadeOut(row) for row in aspects], self.grid["could"].animate.set_y(TOP))
        self.grid["did"].set_y(TOP - PITCH)
        self.play(FadeIn(self.store))

    def look_up(self, chips):
        """Let each value go to its place in the store; write those that are new."""
        faces = VGroup(*[chip.face.copy() for chip in chips])
        slots = [self.store.slot(chip.sha) for chip in chips]
        flights = [
            face.animate.scale_to_fit_height(slot.face.height).move_to(slot.face)
            for face, slot in zip(faces, slots, strict=True)
        ]
        self.play(LaggedStart(*flights, lag_ratio=0.15, run_time=2.4))
        new = [slot for slot in slots if slot.sha not in self.store]
        if new:
            self.play(*[FadeIn(slot.lines) for slot in new], run_time=0.5)
        self.remove(*faces, *[slot.lines for slot in new])
        self.store.fill(*[slot.sha for slot in new])
        self.add(self.store)

"""What Metaflow reuses, and what it doesn't: two runs compared step by step, beside what was done.

``manim render scenes/caching.py``. Everything on screen comes from the recordings of ``flows/spam*.py``;
``make recordings`` makes them anew.
"""

from pathlib import Path

from manim import DOWN, UL, UP, Create, FadeIn, FadeOut, LaggedStart, VGroup

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

FONT_SIZE = 22
"""Of a graph that has the frame to itself."""

TOP, PITCH = 0.95, 0.8
"""Height of the first row below the graph, and the distance from row to row."""


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
        self.title("What Metaflow reuses", "and what it doesn't", hold=1.2)
        self.state_belief()
        self.run_once()
        self.compare_unchanged()
        self.run_again()
        self.change_step()
        self.compare_changed()
        self.run_changed()
        self.resume_changed()
        self.list_caches()

    def state_belief(self):
        """Say what many believe."""
        self.act("the belief")
        flow = load_flow(FLOW)
        self.plan = FlowDAG(flow, font_size=FONT_SIZE).shift(0.37 * UP)
        with self.beat(
            "Many believe: a step is skipped when its code, its inputs and its environment did not change."
        ):
            self.leave_title(self.heading(flow.name, flow.doc))
            self.play(Create(self.plan))

    def run_once(self):
        """Run it for the first time."""
        self.act("a first run")
        self.store = ContentStore(self.first, self.again, self.edited).to_edge(DOWN, buff=0.95)
        self.dag = FlowDAG(self.first.flow, run=self.first, font_size=FONT_SIZE, captions="above")
        self.dag.shift(0.91 * UP)
        command = RunHeading("run", self.first).to_corner(UL, buff=0.45)
        count, kept = len(self.first.executed), len(self.first.new_blobs)
        with self.beat(
            f"A first run: {count} tasks execute. The {kept} values they make are kept, each under its hash."
        ):
            self.clear_heading()
            self.play(FadeIn(command, self.store), UnfoldTasks(self.plan, self.dag))
            self.play(ReplayRun(self.dag, self.first, store=self.store, run_time=7))

    def compare_unchanged(self):
        """Compare it with a second run of the same file."""
        self.act("nothing changed")
        comparison = compare_runs(self.first, self.again)
        self.compare("run again", self.again, comparison)
        with self.beat(
            "Run the same file again. Is the code the same? Left: its hash then. Right: its hash now."
        ):
            self.swap(self.shown, self.command, self.dag)
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

    def change_step(self):
        """Change one line."""
        self.act("one step changes")
        [name] = [
            step.name for step in self.edited.flow.steps if step.source != self.again.flow[step.name].source
        ]
        panel = self.step_code(self.again.flow, name, font_size=18)
        with self.beat(f"Now change one line of {name}, and run once more."):
            self.swap(self.shown, panel)
            self.play(EvolveCode(panel, self.edited.flow[name].source))

    def compare_changed(self):
        """Compare the runs before and after the change."""
        self.act("what could be reused")
        comparison = compare_runs(self.again, self.edited)
        self.compare("run", self.edited, comparison)
        with self.beat("The code of one step differs."):
            self.swap(self.shown, self.command, self.dag)
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

    def resume_changed(self):
        """See what resume does with the same change."""
        self.act("what resume did")
        old = VGroup(self.dag, self.command, self.grid["did"])
        self.compare("resume", self.resumed, compare_runs(self.again, self.resumed))
        self.grid["did"].set_y(TOP - PITCH)
        with self.beat("And resume? Give it the second run, and the file with the change."):
            self.swap(old, self.command, self.dag)
        with self.beat(
            f"It clones all {len(self.resumed.cloned)} tasks, the edited step's too: "
            "by name and index, comparing nothing."
        ):
            self.play(CloneTasks(self.dag, self.resumed))
            self.play(CompareRuns(self.grid, "did"))

    def list_caches(self):
        """Sum up: what really caches."""
        self.act("what really caches")
        table = EvidenceTable(self.statements()).shift(0.15 * DOWN)
        self.summary(
            "In violet: recorded for this film. In grey: documented, or read in the source.",
            table.rows,
            self.heading("What really caches"),
            hold=2,
        )

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

    def compare(self, command, record, comparison):
        """Build what is shown next: a run's graph, its command, and the rows that compare it."""
        self.dag, self.command = self.graph_above(command, record)
        left = self.command.get_left()[0]
        self.grid = ComparisonGrid(self.dag, comparison, titles_at=left, top=TOP, pitch=PITCH)

    def fold(self):
        """Keep what the three comparisons come to, and bring the store back."""
        aspects = [self.grid[name] for name in ("code", "inputs", "environment")]
        self.play(*[FadeOut(row) for row in aspects], self.grid["could"].animate.set_y(TOP))
        self.grid["did"].set_y(TOP - PITCH)
        self.play(FadeIn(self.store))

    def look_up(self, chips):
        """Let each value go to its slot in the store; write those that are new."""
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

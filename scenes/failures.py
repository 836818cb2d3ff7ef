"""What a failure leaves: a retry, a catch and a timeout, and what each of them has in the store.

``manim render scenes/failures.py``. Everything on screen comes from the recording of ``flows/weather.py``;
``make recordings`` makes it anew.
"""

import ast
from pathlib import Path

from manim import DOWN, RIGHT, UP, UR, Create, FadeIn, FadeOut, LaggedStart, VGroup, there_and_back

from manim_metaflow import (
    CodePanel,
    DeepDive,
    FlowDAG,
    KeyMap,
    ReplayRun,
    RunClock,
    RunTimeline,
    TextLabel,
    load_flow,
    record_run,
)
from manim_metaflow.graph import SetState
from manim_metaflow.runs import EvidenceTable, Statement

HERE = Path(__file__).parent
FLOW = HERE / "flows" / "weather.py"

FULL, GRAPH_Y, SAID_Y, BELOW = 22, 1.4, 0.58, 0.4
"""Font size of the graph, and where it and what was raised stand; code and key maps begin below that."""


def recordings(**options):
    """Read the run of this film, or make it."""
    return (record_run(FLOW, recordings=HERE / "recordings", storage=True, **options),)


class Failures(DeepDive):
    """Retry, catch and timeout, each with what it leaves."""

    def construct(self):
        """Tell the story act by act."""
        [self.record] = recordings()
        self.held = self.record.storage
        self.leaving = VGroup()
        self.show_title()
        self.show_flow()
        self.retry()
        self.catch()
        self.time_out()
        self.look_back()
        self.sum_up()

    def show_title(self):
        """Name the subject."""
        self.act("title")
        self.name = self.heading("When a task fails", "Retry, catch, timeout, and what each leaves").center()
        self.play(FadeIn(self.name.scale(1.3), shift=0.2 * UP))
        self.wait(1.5)

    def show_flow(self):
        """Draw the graph."""
        self.act("the flow")
        flow = load_flow(FLOW)
        title, self.name = self.name, self.heading(flow.name, flow.doc)
        self.dag = FlowDAG(flow, run=self.record, font_size=FULL, captions="above", detail="names")
        self.dag.set_y(GRAPH_Y)
        with self.beat("A flow in which three things will go wrong, each met by another decorator."):
            self.play(FadeOut(title, shift=0.2 * UP), FadeIn(self.name))
            self.play(Create(self.dag))
        self.clock = RunClock(self.record).to_corner(UR, buff=0.45)

    def retry(self):
        """Fail twice, and succeed."""
        self.act("retry")
        [task] = self.record.tasks_of("fetch")
        failed = [attempt for attempt in task.attempts if attempt.exception]
        times = argument(self.record.flow["fetch"], "retry", "times")
        with self.beat(f"@retry: if the task raises, Metaflow starts it again, up to {times} times."):
            self.show_code("fetch", "@retry")
        with self.beat(
            f"It raises {len(failed)} times, and then it does not. "
            f"It stays one task, {task.path}, with {len(task.attempts)} attempts."
        ):
            self.play(FadeIn(self.clock), run_time=0.3)
            self.replay("start", "fetch", run_time=8)
            self.say(failed[0].exception)
        with self.beat("Each attempt leaves a key map of its own, also those that raised."):
            maps = self.show_keys("fetch")
        with self.beat("tried has another key in each. Who asks for the task gets the last attempt's."):
            self.lift(*[keys["tried"] for keys in maps])
            self.play(*[keys.animate.set_opacity(0.35) for keys in maps[:-1]])

    def catch(self):
        """Raise, and go on."""
        self.act("catch")
        [task] = self.record.tasks_of("average")
        error = task.exception
        with self.beat("@catch: if the task raises, the run goes on all the same."):
            self.show_code("average", "@catch")
        with self.beat("One reading is missing. The sum raises, and the next step starts nevertheless."):
            self.replay("average", run_time=4)
            self.mark(error)
            self.say(error)
        with self.beat("The exception has become an artifact, problem. mean is not there: the line raised."):
            [keys] = self.show_keys("average")
            self.lift(keys["problem"])

    def time_out(self):
        """Take too long."""
        self.act("timeout")
        [task] = self.record.tasks_of("plot")
        error = task.exception
        seconds = argument(self.record.flow["plot"], "timeout", "seconds")
        with self.beat(f"@timeout: after {seconds} seconds an exception is raised inside of the task."):
            self.show_code("plot", "@timeout")
        with self.beat(
            "Nothing catches this one. The task fails, and so does the run: end is never reached."
        ):
            self.replay("plot", run_time=5)
            self.play(
                SetState(self.dag["end"], "unreached"), self.dag.edge("plot", "end").animate.set_opacity(0.4)
            )
            self.mark(error)
            self.say(error)
        with self.beat("What it had assigned before is stored all the same: size."):
            [keys] = self.show_keys("plot")
            self.lift(keys["size"])

    def look_back(self):
        """See the whole run over time."""
        self.act("the run in time")
        lanes = RunTimeline(self.record, width=12.5).next_to(self.dag, DOWN, buff=0.6).set_x(0)
        with self.beat("The whole run over time: a bar for each attempt."):
            self.play(FadeOut(self.leaving, self.clock), FadeIn(lanes))
            self.play(ReplayRun(lanes, self.record, run_time=5))
        self.leaving = VGroup(lanes, self.dag, self.name)

    def sum_up(self):
        """State what each left, with the numbers of the record."""
        self.act("what is left")
        table = EvidenceTable(self.statements(), pitch=0.85)
        with self.beat("A failure is recorded like a success: what was assigned, under its key."):
            self.play(FadeOut(self.leaving), FadeIn(self.heading("What a failure leaves")))
            self.play(LaggedStart(*[FadeIn(row, shift=0.15 * UP) for row in table.rows], lag_ratio=0.4))
            self.wait(1.5)

    def statements(self):
        """State what happened, each with its evidence."""
        [fetch], [average], [plot] = map(self.record.tasks_of, ("fetch", "average", "plot"))
        raised = [attempt for attempt in fetch.attempts if attempt.exception]
        tried = {a.sha for attempt in fetch.attempts for a in attempt.artifacts if a.name == "tried"}
        maps = [each for each in self.keys_of("fetch").attempts if each.stored]
        return [
            Statement("a retry is an attempt of the same task", True, f"{fetch.path}: {len(maps)} key maps"),
            Statement("an attempt that raised stores its artifacts", True, f"{len(raised)} of {len(raised)}"),
            Statement("it replaces what earlier attempts stored", False, f"tried: {len(tried)} keys"),
            Statement("a caught exception is an artifact", True, kind_of(average, "problem")),
            Statement("a task that ran out of time leaves nothing", False, f"size: {kind_of(plot, 'size')}"),
        ]

    # ------------------------------------------------------------------------------------ the parts

    def show_code(self, name, decorator):
        """Show a step's source in place of what stood there, its decorator lit."""
        step = self.record.flow[name]
        title = f"{self.record.flow.name}.{name}"
        self.panel = CodePanel(step.source, first_line=step.first_line, title=title, font_size=14)
        self.panel.align_to(BELOW * UP, UP)
        lines = step.source.splitlines()
        [number] = [index for index, line in enumerate(lines) if line.strip().startswith(decorator)]
        self.play(FadeOut(self.leaving), FadeIn(self.panel))
        light = self.panel.mark([step.first_line + number], self.theme.accent)
        self.play(FadeIn(light))
        self.leaving = VGroup(self.panel)

    def mark(self, error):
        """Show the line that raised."""
        self.play(FadeIn(self.panel.mark([error.line], self.theme.failed)))

    def say(self, error):
        """Write what was raised."""
        kind = error.type.rpartition(".")[2]
        label = TextLabel(f"{kind}: {error.message}", font_size=16, color=self.theme.failed)
        self.play(FadeIn(label.center_on(0, SAID_Y), shift=0.1 * DOWN))
        self.leaving.add(label)

    def replay(self, *steps, run_time):
        """Replay some steps."""
        self.play(ReplayRun(self.dag, self.record, steps=steps, clock=self.clock, run_time=run_time))

    def show_keys(self, name):
        """Show the key map of each attempt in place of the code."""
        task = self.keys_of(name)
        maps = VGroup(
            *[
                KeyMap(task, attempt=each.number, title=f"{task.path}, attempt {each.number}")
                for each in task.attempts
            ]
        )
        maps.scale(1.1).arrange(RIGHT, buff=0.4, aligned_edge=UP).set_x(0).align_to(BELOW * UP, UP)
        self.play(FadeOut(self.leaving))
        self.play(LaggedStart(*[FadeIn(keys, shift=0.15 * UP) for keys in maps], lag_ratio=0.4))
        self.leaving = VGroup(maps)
        return maps

    def keys_of(self, name):
        """Return what the one task of a step stored."""
        [task] = self.held.tasks_of(name)
        return task

    def lift(self, *mobjects):
        """Lift things a little, one after the other."""
        lifts = [each.animate(rate_func=there_and_back).scale(1.12) for each in mobjects]
        self.play(LaggedStart(*lifts, lag_ratio=0.3), run_time=1.4)


def argument(step, decorator, name):
    """Read an argument of a step's decorator, as its author wrote it."""
    [text] = [each.text for each in step.decorators if each.name == decorator]
    given = {each.arg: each.value for each in ast.parse(text.removeprefix("@"), mode="eval").body.keywords}
    return ast.unparse(given[name])


def kind_of(task, name):
    """Name the type of an artifact, without its module."""
    [held] = [artifact for artifact in task.artifacts if artifact.name == name]
    return held.type_name.rpartition(".")[2]

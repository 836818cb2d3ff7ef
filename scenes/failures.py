"""What a failure leaves: a retry, a catch and a timeout, and what each of them has in the store.

``manim render scenes/failures.py``. Everything on screen comes from the recording of ``flows/weather.py``;
``make recordings`` makes it anew.
"""

import ast
from pathlib import Path

from manim import DOWN, RIGHT, UP, UR, Create, FadeIn, VGroup

from manim_metaflow import (
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

FONT_SIZE, CODE = 22, 14
"""Of the graph, and of the code below it."""

GRAPH_Y, ERROR_Y, BELOW = 1.4, 0.58, 0.4
"""Heights of the graph's middle, of what was raised, and of the upper edge of code and key maps."""

DIMMED = 0.35
"""Opacity of the key maps that a later attempt replaced."""


def recordings(**options):
    """Read the run of this film, or make it."""
    return (record_run(FLOW, recordings=HERE / "recordings", storage=True, **options),)


class Failures(DeepDive):
    """Retry, catch and timeout, each with what it leaves."""

    def construct(self):
        """Show a failure of each kind, act by act."""
        [self.record] = recordings()
        self.below = VGroup()
        self.title("When a task fails", "Retry, catch, timeout, and what each leaves")
        self.show_flow()
        self.retry()
        self.catch()
        self.time_out()
        self.look_back()
        self.sum_up()

    def show_flow(self):
        """Draw the graph."""
        self.act("the flow")
        flow = load_flow(FLOW)
        self.dag = FlowDAG(flow, run=self.record, font_size=FONT_SIZE, captions="above", detail="names")
        self.dag.set_y(GRAPH_Y)
        with self.beat("A flow in which three things will go wrong, each met by another decorator."):
            self.leave_title(self.heading(flow.name, flow.doc))
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
            self.show_error(failed[0].exception)
        with self.beat("Each attempt leaves a key map of its own, also those that raised."):
            maps = self.show_keys("fetch")
        with self.beat("tried has another key in each. Who asks for the task gets the last attempt's."):
            self.lift(*[keys["tried"] for keys in maps])
            self.play(*[keys.animate.set_opacity(DIMMED) for keys in maps[:-1]])

    def catch(self):
        """Raise, and go on."""
        self.act("catch")
        [task] = self.record.tasks_of("average")
        error = task.exception
        with self.beat("@catch: if the task raises, the run goes on all the same."):
            self.show_code("average", "@catch")
        with self.beat("One reading is missing. The sum raises, and the next step starts nevertheless."):
            self.replay("average", run_time=4)
            self.mark_line(error)
            self.show_error(error)
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
            self.mark_line(error)
            self.show_error(error)
        with self.beat("What it had assigned before is stored all the same: size."):
            [keys] = self.show_keys("plot")
            self.lift(keys["size"])

    def look_back(self):
        """See the whole run over time."""
        self.act("the run in time")
        lanes = RunTimeline(self.record, width=12.5).next_to(self.dag, DOWN, buff=0.6).set_x(0)
        with self.beat("The whole run over time: a bar for each attempt."):
            self.swap(VGroup(self.below, self.clock), lanes)
            self.play(ReplayRun(lanes, self.record, run_time=5))

    def sum_up(self):
        """State what each left, with the numbers of the record."""
        self.act("what is left")
        table = EvidenceTable(self.statements(), pitch=0.85)
        self.summary(
            "A failure is recorded like a success: what was assigned, under its key.",
            table.rows,
            self.heading("What a failure leaves"),
            hold=1.5,
        )

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
        """Show a step's source in place of what was below the graph, its decorator lit."""
        self.panel = self.step_code(self.record.flow, name, font_size=CODE).align_to(BELOW * UP, UP)
        self.swap(self.below, self.panel)
        light = self.panel.mark(self.panel.matching(rf"^\s*{decorator}"), self.theme.accent)
        self.play(FadeIn(light))
        self.below = VGroup(self.panel)

    def mark_line(self, error):
        """Show the line that raised."""
        self.play(FadeIn(self.panel.mark([error.line], self.theme.failed)))

    def show_error(self, error):
        """Write what was raised."""
        kind = error.type.rpartition(".")[2]
        label = TextLabel(f"{kind}: {error.message}", font_size=16, color=self.theme.failed)
        self.play(FadeIn(label.center_on(0, ERROR_Y), shift=0.1 * DOWN))
        self.below.add(label)

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
        self.swap(self.below)
        self.reveal(*maps)
        self.below = maps
        return maps

    def keys_of(self, name):
        """Return what the one task of a step stored."""
        [task] = self.record.storage.tasks_of(name)
        return task

    def lift(self, *mobjects):
        """Lift things a little, one after the other."""
        self.pulse(*mobjects, factor=1.12, lag_ratio=0.3, run_time=1.4)


def argument(step, decorator, name):
    """Read an argument of a step's decorator, as its author wrote it."""
    [text] = [each.text for each in step.decorators if each.name == decorator]
    given = {each.arg: each.value for each in ast.parse(text.removeprefix("@"), mode="eval").body.keywords}
    return ast.unparse(given[name])


def kind_of(task, name):
    """Name the type of an artifact, without its module."""
    [found] = [artifact for artifact in task.artifacts if artifact.name == name]
    return found.type_name.rpartition(".")[2]

"""Resume: a real failed run is resumed before your eyes.

``manim render scenes/resume.py``. Everything on screen comes from the recordings of ``flows/demand*.py``;
``make recordings`` makes them anew. The texts are in ``captions/resume.en.toml``.
"""

import re
from functools import partial
from pathlib import Path

from manim import DOWN, LEFT, UL, UP, FadeIn, FadeOut, VGroup

from manim_metaflow import (
    CodePanel,
    DeepDive,
    EvolveCode,
    FlowDAG,
    ReplayRun,
    TextLabel,
    load_flow,
    record_resume,
    record_run,
)
from manim_metaflow.animations.motion.clips import call
from manim_metaflow.animations.motion.timeline import Timeline
from manim_metaflow.code import RunCommand, TerminalPanel, console_story
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.label import cut_to_width
from manim_metaflow.runs import CloneTasks

HERE = Path(__file__).parent
BROKEN, FIXED, EDITED = (
    HERE / "flows" / name for name in ("demand.py", "demand_fixed.py", "demand_edited.py")
)

GRAPH, SHARED, ALONE = 22, 0.8, 1.06
"""Font size of a graph, and how it is scaled beside another one and in the opening picture."""

COLUMN, GRAPH_LEFT = -6.5, -4.1
"""Left edge of everything, and of the graphs: beside them stands what is said about their runs (units)."""

OPENING, TOP, MIDDLE, STRIP = 1.85, 2.38, -0.16, -1.52
"""Middles of the graph in the opening picture, of the upper and the lower one, and the top of the strip below
them, with the terminal at the left and what is stored at the right (units)."""

STRIP_HEIGHT, STRIP_RIGHT = 1.5, 1.2
"""Height of the strip, and left edge of its right part (units)."""

BAR, LONGEST_BAR = 1.7, 3.7
"""Longest bar beside a graph, and in the answer (units)."""

CODE, SMALL = 16, 15
"""Font sizes of code, and of values."""


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
        self.ask()
        self.fail()
        self.explain()
        self.fix()
        self.resume()
        self.change_clean()
        self.name_clean()
        self.answer()

    def ask(self):
        """Open on the failed run, one box red."""
        graph = self.graph(self.failed, OPENING, scale=ALONE).set_x(0.0)
        run = ReplayRun(graph, self.failed, steps=("start", "clean", "forecast"), detail="tasks", clock=False)
        run.begin()
        run.finish()
        terminal = self.terminal()
        terminal.type_command("python demand.py run").print_lines(printed(self.failed))
        self.question = {"tasks": len(self.failed.tasks_of("forecast"))}
        self.hook("question", graph, terminal, light=[oslo(graph)], **self.question)
        self.title("title", "subtitle")

    def fail(self):
        """Run the flow, and see it fail."""
        self.act("a run fails")
        self.above = self.graph(self.failed, OPENING, scale=ALONE).set_x(0.0)
        self.box = self.terminal()
        self.leave_title(self.above, self.box)
        with self.beat("flow"):
            self.play(RunCommand(self.box, "python demand.py run"))
            self.replay(self.above, self.failed, "start", "clean", run_time=2.2)
        with self.beat("fails"):
            self.replay(self.above, self.failed, "forecast", run_time=3.2)
            self.play(output(self.box, printed(self.failed)))

    def explain(self):
        """Show the line that raised, and what is stored nevertheless."""
        self.act("the fix")
        [raised] = [task.exception for task in self.failed.tasks if task.exception]
        days = int(re.search(r"history\[:(\d+)\]", raised.code)[1])
        self.panel = self.body(self.failed.flow, "forecast")
        with self.beat("line", days=days):
            self.play(self.shared(self.above))
            self.play(FadeIn(self.panel, shift=0.2 * UP, run_time=0.6))
            self.culprit = self.panel.mark([raised.line], self.theme.failed)
            self.play(FadeIn(self.culprit, run_time=0.5))
            self.pulse(oslo(self.above), run_time=0.8)
        self.store = Results(self)
        with self.beat("stored"):
            self.play(FadeIn(self.store.frame))
            done = [task for task in self.failed.tasks if task.state == "done"]
            self.pulse(*[self.above.task(task.place) for task in done], lag_ratio=0.4, run_time=1.2)
            self.reveal(*self.store.entries(self.failed))

    def fix(self):
        """Change the line before, and type the command."""
        with self.beat("fix"):
            self.unmark(self.panel, self.culprit)
            self.play(EvolveCode(self.panel, body_of(load_flow(FIXED), "forecast")[1]))
        with self.beat("type"):
            self.play(FadeOut(self.panel))
            self.play(RunCommand(self.box, typed(self.resumed)))

    def resume(self):
        """Take over what succeeded, run the rest."""
        self.act("resume")
        self.below = self.graph(self.resumed, MIDDLE)
        with self.beat("reuse"):
            self.clone(self.resumed)
        with self.beat("free"):
            self.reveal(self.legend({"done": "label_ran", "cloned": "label_reused"}), run_time=0.5)
            clones = [self.below.task(task.place) for task in self.resumed.cloned]
            self.pulse(*clones, lag_ratio=0.0)
            self.pulse(*self.store.shown, factor=1.06, lag_ratio=0.0)
        with self.beat("oslo"):
            self.replay(self.below, self.resumed, "forecast", run_time=2.0)
            self.reveal(*self.store.entries(self.resumed, "forecast"))
        with self.beat("after"):
            self.pulse(self.below["combine"], self.below["end"], lag_ratio=0.0, run_time=0.6)
            self.replay(self.below, self.resumed, "combine", "end", run_time=2.0)
            self.reveal(*self.store.entries(self.resumed, "combine", "end"))
            self.play(output(self.box, printed(self.resumed)))
        self.bars = VGroup(
            self.about("label_run", self.failed, self.above),
            self.about("label_resume", self.resumed, self.below),
        )
        with self.beat("saved", before=self.failed.seconds, after=self.resumed.seconds):
            self.reveal(*self.bars, lag_ratio=0.6, run_time=1.8)

    def change_clean(self):
        """Go back to the failed run, change a step that succeeded, and resume."""
        self.act("a change in clean")
        panel = self.body(load_flow(FIXED), "clean")
        changed = body_of(load_flow(EDITED), "clean")[1]
        with self.beat("edited"):
            self.play(FadeOut(self.below, self.bars, self.box, self.store.frame, *self.store.shown))
            self.play(FadeIn(panel, shift=0.2 * UP))
            self.play(EvolveCode(panel, changed))
        self.box = self.terminal()
        self.line = self.changed_line()
        with self.beat("ignored"):
            self.play(FadeOut(panel, run_time=0.5))
            self.play(FadeIn(self.box, self.line, run_time=0.5))
            self.play(RunCommand(self.box, typed(self.ignored), run_time=0.8))
            self.below = self.graph(self.ignored, MIDDLE)
            self.clone(self.ignored)
        with self.beat("same", units=units(self.ignored)):
            self.replay(self.below, self.ignored, "forecast", "combine", "end", run_time=2.6)
            self.play(output(self.box, printed(self.ignored)))
            self.note = self.verdict("label_old", self.theme.cloned)
            self.reveal(self.note)

    def name_clean(self):
        """Name the step, and it runs again."""
        self.act("resume clean")
        with self.beat("name"):
            self.play(FadeOut(self.below, self.note))
            self.play(RunCommand(self.box, typed(self.again)))
        self.below = self.graph(self.again, MIDDLE)
        with self.beat("again"):
            self.clone(self.again)
            self.replay(self.below, self.again, "clean", "forecast", run_time=3.2)
        with self.beat("differs", new=units(self.again), old=units(self.ignored)):
            self.replay(self.below, self.again, "combine", "end", run_time=1.8)
            self.play(output(self.box, printed(self.again)))
            self.reveal(self.verdict("label_new", self.theme.done))

    def answer(self):
        """Show the opening picture with its answer, in numbers."""
        graph, terminal = self.opening
        missing = {
            "steps": ("forecast", "combine", "end"),
            "clones": False,
            "detail": "tasks",
            "clock": False,
        }
        runs = {"label_failed": self.failed, "label_resume": self.resumed, "label_again": self.again}
        rows = self.bars_of(runs)
        change = [FadeOut(terminal, run_time=0.5), ReplayRun(graph, self.resumed, run_time=1.6, **missing)]
        self.end("question", "answer", *rows, change=change, **self.question)

    # -------------------------------------------------------------------------------- what is played

    def replay(self, graph, run, *steps, run_time):
        """Replay some steps of a run."""
        self.play(ReplayRun(graph, run, steps=steps, detail="tasks", clock=False, run_time=run_time))

    def clone(self, run):
        """Show the lower graph, and what it takes over from the upper one."""
        self.play(FadeIn(self.below, run_time=0.6))
        clones = CloneTasks(self.below, run, origin=self.above, artifacts=False)
        self.play(clones, run_time=min(2.0, clones.get_run_time()))

    # --------------------------------------------------------------------------- parts of the picture

    def graph(self, run, y, *, scale=SHARED):
        """Draw a run's graph at a height."""
        dag = FlowDAG(run.flow, run=run, font_size=GRAPH, captions="above", detail="names").scale(scale)
        return dag.move_to((0.0, y, 0.0)).align_to((GRAPH_LEFT, 0.0, 0.0), LEFT)

    def shared(self, graph):
        """Make room below the opening's graph: it takes the upper of the two places."""
        place = self.graph(self.failed, TOP)
        return graph.animate.scale(SHARED / ALONE).move_to(place)

    def about(self, key, run, graph):
        """Say beside a graph what made it, and how long its tasks worked."""
        name = TextLabel(self.text(key), font="prose", weight=600, font_size=22)
        bar = self.bar(BAR * run.seconds / self.failed.seconds, 0.12)
        time = TextLabel(self.text("label_work", seconds=run.seconds), font="prose", font_size=SMALL + 1)
        group = VGroup(name, bar, time).arrange(DOWN, buff=0.14, aligned_edge=LEFT)
        return group.align_to((COLUMN, 0.0, 0.0), LEFT).set_y(graph["start"].get_y())

    def bar(self, length, height):
        """Draw a time as a bar."""
        return Shape(rounded_rectangle(length, height, 0.4 * height), fill=self.theme.accent)

    def bars_of(self, runs):
        """List runs: what was typed, how many tasks ran, and how long they worked."""
        rows = VGroup()
        most = max(run.seconds for run in runs.values())
        for index, (key, run) in enumerate(runs.items()):
            y = STRIP + 0.75 - 0.6 * index
            name = TextLabel(self.text(key), font="prose", weight=600, font_size=24).left_at(-5.6, y)
            tasks = self.text("label_tasks", tasks=len(run.executed))
            count = TextLabel(tasks, font="prose", font_size=20).left_at(-2.7, y)
            bar = self.bar(LONGEST_BAR * run.seconds / most, 0.22).move_to((-0.7, y, 0.0), aligned_edge=LEFT)
            time = TextLabel(self.text("label_work", seconds=run.seconds), font="prose", font_size=20)
            rows.add(VGroup(name, count, bar, time.left_at(float(bar.get_right()[0]) + 0.2, y)))
        return rows

    def terminal(self):
        """Draw the terminal where it always is."""
        box = TerminalPanel(width=7.5, rows=3, font_size=SMALL)
        return box.align_to((COLUMN, 0.0, 0.0), LEFT).align_to((0.0, STRIP, 0.0), UP)

    def body(self, flow, step):
        """Draw the lines of a step where the second graph comes later."""
        first, source = body_of(flow, step)
        panel = CodePanel(source, first_line=first, title=f"{flow.name}.{step}", font_size=CODE)
        return panel.move_to((0.0, MIDDLE, 0.0)).align_to((GRAPH_LEFT, 0.0, 0.0), LEFT)

    def changed_line(self):
        """Draw the line of clean that was changed, at the right of the terminal."""
        (first, old), (_, new) = (body_of(load_flow(file), "clean") for file in (FIXED, EDITED))
        pairs = enumerate(zip(old.splitlines(), new.splitlines(), strict=True), first)
        [(number, line)] = [(number, after) for number, (before, after) in pairs if before != after]
        panel = CodePanel(line.strip(), first_line=number, title="DemandFlow.clean", font_size=CODE)
        return panel.align_to((STRIP_RIGHT, 0.0, 0.0), LEFT).align_to((0.0, STRIP, 0.0), UP)

    def verdict(self, key, color):
        """Say below the changed line whether it ran."""
        label = TextLabel(self.text(key), font="prose", font_size=SMALL + 2, color=color)
        return label.next_to(self.line, DOWN, buff=0.18, aligned_edge=LEFT)


class Results:
    """What is stored, each result in its place at the right of the terminal."""

    ROWS, COLUMN_WIDTH, WIDEST, PITCH = 4, 2.6, 2.45, 0.265

    def __init__(self, scene):
        theme, self.scene, self.shown = scene.theme, scene, []
        panel = Shape(rounded_rectangle(5.3, STRIP_HEIGHT, theme.radius), fill=theme.panel, stroke=theme.edge)
        panel.align_to((STRIP_RIGHT, 0.0, 0.0), LEFT).align_to((0.0, STRIP, 0.0), UP)
        title = TextLabel(scene.text("label_store"), font="prose", font_size=SMALL, color=theme.muted)
        self.corner = panel.get_corner(UL)
        self.frame = VGroup(panel, title.left_at(self.corner[0] + 0.2, self.corner[1] - 0.2))

    def entries(self, run, *steps):
        """Return what the tasks of some steps stored, of all by default, as labels in their places."""
        tasks = [task for task in run.executed if not steps or task.step in steps]
        texts = [text for task in tasks for text in self._texts(task)]
        made = [
            TextLabel(cut_to_width(text, self.WIDEST, font_size=SMALL), font_size=SMALL) for text in texts
        ]
        for index, entry in enumerate(made, len(self.shown)):
            column, row = divmod(index, self.ROWS)
            x, y = 0.2 + self.COLUMN_WIDTH * column, 0.48 + self.PITCH * row
            entry.left_at(self.corner[0] + x, self.corner[1] - y)
        self.shown += made
        return made

    def _texts(self, task):
        values = {each.name: each.value for each in task.artifacts}
        if task.step == "forecast" and "units" in values:
            return [self.scene.text("label_units", store=task.foreach[0].value, units=values["units"])]
        if task.step == "end":
            return [self.scene.text("label_report", units=int(re.search(r"\d+", values["report"])[0]))]
        return {"start": ["sales"], "clean": ["table"], "combine": ["orders"]}.get(task.step, [])


def body_of(flow, step):
    """Return the lines of a step below its docstring, and the number of the first."""
    info = flow[step]
    lines = info.source.splitlines()
    start = next(index for index, line in enumerate(lines) if '"""' in line) + 1
    return info.first_line + start, "\n".join(line.removeprefix("    ") for line in lines[start:])


def oslo(graph):
    """Return the box of the forecast that failed."""
    return graph.task("forecast[3]")


def typed(run):
    """Return the command that made a run, as one types it right after the run that failed.

    The recording names the origin. Without it, resume takes the latest run, which is that one here.
    """
    words = list(run.command)
    at = words.index("--origin-run-id")
    return " ".join(["python demand.py", *words[:at], *words[at + 2 :]])


def output(terminal, lines):
    """Let lines appear below what a terminal shows, one after the other."""
    before, new = terminal.every_line, terminal.make_lines(lines)
    shown = [[*before, *new[: count + 1]] for count in range(len(new))]
    clips = [
        call(0.3 * index, partial(terminal.show_lines, rows), terminal, *before, *new)
        for index, rows in enumerate(shown)
    ]
    return Timeline([terminal], clips, run_time=0.3 * len(new))


def printed(run):
    """Return the two last lines that matter of what a run printed, without its id, which each repeats."""
    lines = [re.sub(r"^\[\d+/", "[", line) for line in console_story(run.console)]
    telling = "Error" if run.status == "failed" else "units"
    return [next(line for line in lines if telling in line), lines[-1]]


def units(run):
    """Return how many units a run orders in all."""
    [report] = [each.value for task in run.tasks for each in task.artifacts if each.name == "report"]
    return int(re.search(r"\d+", report)[0])

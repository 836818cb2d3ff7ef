"""Resume: a real failed run is resumed before your eyes.

``manim render scenes/resume.py``. Everything on screen comes from the recordings of ``flows/demand*.py``;
``make recordings`` makes them anew. The texts are in ``captions/resume.en.toml``.

The failed run is at the left, what it stored in the middle, and the run that takes it over at the right, each
result at the height of its task: what is made goes straight into the store, and what is reused straight out.
"""

import re
from functools import partial
from pathlib import Path

from manim import DOWN, LEFT, RIGHT, UP, FadeIn, FadeOut, Group, VGroup

from manim_metaflow import (
    ArtifactChip,
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
from manim_metaflow.code import RunCommand, TerminalPanel
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.runs import ReuseValues
from manim_metaflow.storage import CarryValues, StoragePanel

HERE = Path(__file__).parent
BROKEN, FIXED, EDITED = (
    HERE / "flows" / name for name in ("demand.py", "demand_fixed.py", "demand_edited.py")
)

SIDE, TOP = 4.6, 2.3
"""How far left and right of the middle the runs are, and where they begin (units)."""

SIZE, ZOOM, GAP = 22, 0.78, 0.22
"""Font size of a graph, how it is scaled, and what is left between two steps (units)."""

TERMINALS, TERMINAL_WIDTH, TERMINAL_SIDE = 3.05, 4.5, 4.42
"""Height of the terminals' middle, how wide they are, and how far from the middle (units)."""

STORE, STORE_TITLE, STORED_AT, AGAIN_AT = (6.3, 0.3), 0.17, -2.85, 0.9
"""Width of the store and what it has above and below its results, its title above it, and where results
begin: those of the first runs, and those made anew (units)."""

PANEL_AT, EDIT, TOTALS = -3.1, -2.35, -2.75
"""Left edge of the code, heights of the changed line and of the numbers below the runs (units)."""

LEGEND_AT, LEGEND = 3.25, {state: f"label_{state}" for state in ("done", "running", "cloned", "failed")}
"""Height of the legend (units), and what it says of the states of tasks."""

CODE, VALUE, MOST, BAR, BAR_HEIGHT = 17, 19, 13, 3.6, 0.12
"""Font sizes of code and of values, letters of a value, and the longest bar (units)."""


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
        self.fix()
        self.resume()
        self.change_clean()
        self.name_clean()
        self.answer()

    def ask(self):
        """Open on the failed run, one box red; then see how it came to that."""
        self.left, self.box = self.graph(self.failed, -SIDE, ended=True), self.terminal("label_run", -1)
        self.box.type_command("python demand.py run").print_lines(printed(self.failed))
        title = TextLabel(self.text("title"), font="prose", weight=600, font_size=self.theme.title_size)
        title.set_x(SIDE / 2).set_y(self.left["clean"].get_y())
        self.question = {"tasks": len(self.failed.tasks_of("forecast"))}
        picture, light = (self.left, self.box, title), self.boxes(self.left, self.failed, "failed")
        self.hook("question", *picture, light=light, seconds=5.0, **self.question)
        with self.beat("flow"):
            first, source = body_of(self.failed.flow, "forecast")
            self.panel = CodePanel(source, first_line=first, title="DemandFlow.forecast", font_size=CODE)
            self.left, self.box = self.graph(self.failed, -SIDE), self.terminal("label_run", -1)
            self.panel.align_to((PANEL_AT, 0.0, 0.0), LEFT).set_y(self.left["forecast"].get_y())
            self.swap(Group(*picture), self.left, self.box, self.panel)
            self.play(RunCommand(self.box, "python demand.py run"))
            self.replay(self.left, self.failed, "start", "clean", run_time=2.0)
        with self.beat("fails"):
            self.replay(self.left, self.failed, "forecast", run_time=2.4)
            self.play(self.box.animate.print_lines(printed(self.failed)), run_time=0.3)

    def fix(self):
        """Show the line that raised, change it, and show what is stored nevertheless."""
        self.act("the fix")
        [raised] = [task.exception for task in self.failed.tasks if task.exception]
        panel = self.panel
        with self.beat("line"):
            culprit = panel.mark([raised.line], self.theme.failed)
            self.play(FadeIn(culprit, run_time=0.5))
            self.pulse(*self.boxes(self.left, self.failed, "failed"), run_time=0.8)
        with self.beat("fix"):
            self.unmark(panel, culprit)
            self.play(EvolveCode(panel, body_of(load_flow(FIXED), "forecast")[1], run_time=2.0))
        with self.beat("stored"):
            first, last = (self.left[name].get_y() for name in ("start", "combine"))
            height = first - last + 2 * STORE[1]
            self.store = StoragePanel(self.text("label_store"), width=STORE[0], height=height)
            self.store.set_y((first + last) / 2)
            self.store.title.center_on(0.0, self.store.get_top()[1] + STORE_TITLE)
            self.swap(panel, self.store)
            self.values = self.carry(self.left, self.failed, lag=0.5)

    def resume(self):
        """Take over what succeeded, run the rest."""
        self.act("resume")
        self.prompt = self.terminal("label_resume", 1)
        with self.beat("type"):
            self.play(FadeIn(self.prompt, run_time=0.4))
            self.play(RunCommand(self.prompt, typed(self.resumed)))
        with self.beat("reuse"):
            key = self.legend(LEGEND).arrange_in_grid(2, 2, buff=(0.35, 0.22), cell_alignment=LEFT)
            self.point_to_results(self.resumed, FadeIn(key.move_to((0.0, LEGEND_AT, 0.0))))
        with self.beat("oslo"):
            self.replay(self.right, self.resumed, "forecast", run_time=1.3)
            self.values |= self.carry(self.right, self.resumed, "forecast")
        with self.beat("after"):
            self.replay(self.right, self.resumed, "combine", "end", run_time=1.6)
            self.values |= self.carry(self.right, self.resumed, "combine")
            self.play(self.prompt.animate.print_lines(printed(self.resumed)), run_time=0.3)

    def change_clean(self):
        """Change a step that succeeded, and resume."""
        self.act("a change in clean")
        berlin = self.values["forecast[1]"]
        with self.beat("odd"):
            self.pulse(berlin, self.left["clean"], factor=1.15, lag_ratio=0.0, run_time=1.6)
        with self.beat("edited"):
            self.play(FadeOut(self.right, self.threads, self.prompt, run_time=0.5))
            first, old, new = changed_line()
            self.edit = CodePanel(old, first_line=first, title="DemandFlow.clean", font_size=CODE)
            self.edit.set_y(EDIT)
            self.play(FadeIn(self.edit, shift=0.2 * UP, run_time=0.5))
            self.play(EvolveCode(self.edit, new, run_time=1.6))
        self.prompt = self.terminal("label_resume", 1)
        with self.beat("ignored"):
            self.pulse(self.left["clean"], self.edit, lag_ratio=0.0, run_time=0.6)
            self.play(FadeIn(self.prompt, run_time=0.4))
            self.play(RunCommand(self.prompt, typed(self.ignored), run_time=0.8))
            self.point_to_results(self.ignored, lag=0.2)
        with self.beat("same", units=value_of(self.ignored, "forecast[1]", "units")):
            self.replay(self.right, self.ignored, "forecast", "combine", "end", run_time=1.8)
            self.play(self.prompt.animate.print_lines(printed(self.ignored)), run_time=0.3)
            self.pulse(berlin, factor=1.15)

    def name_clean(self):
        """Name the step, and it runs again."""
        self.act("resume clean")
        with self.beat("name"):
            self.play(FadeOut(self.right, self.threads, self.prompt, run_time=0.5))
            self.prompt = self.terminal("label_resume", 1)
            self.play(FadeIn(self.prompt, run_time=0.4))
            self.play(RunCommand(self.prompt, typed(self.again)))
        with self.beat("again"):
            self.point_to_results(self.again)
            self.replay(self.right, self.again, "clean", "forecast", run_time=3.0)
        old, new = (value_of(run, "forecast[1]", "units") for run in (self.ignored, self.again))
        with self.beat("differs", new=new, old=old):
            renewed = self.carry(self.right, self.again, "clean", "forecast", x=AGAIN_AT, lag=0.15)
            self.replay(self.right, self.again, "combine", "end", run_time=1.0)
            self.carry(self.right, self.again, "combine", x=AGAIN_AT)
            self.play(self.prompt.animate.print_lines(printed(self.again)), run_time=0.3)
            self.pulse(self.values["forecast[1]"], renewed["forecast[1]"], factor=1.2, run_time=0.8)
        with self.beat("origin"):
            self.pulse(self.box, self.left, factor=1.04, lag_ratio=0.3, run_time=1.4)

    def answer(self):
        """Show the failed run, and beside it both runs that took it over, in numbers."""
        self.opening = Group(self.left, self.box, self.right, self.prompt)
        middle = self.graph(self.resumed, 0.0, ended=True)
        command = self.terminal("label_resume", 0, width=3.9)
        command.type_command(typed(self.resumed)).print_lines(printed(self.resumed))
        runs = [(self.failed, -SIDE), (self.resumed, 0.0), (self.again, SIDE)]
        change = [FadeIn(VGroup(middle, command), shift=0.2 * UP)]
        self.end("question", "answer", *self.totals(runs), change=change, **self.question)

    # -------------------------------------------------------------------------------- what is played

    def replay(self, graph, run, *steps, run_time):
        """Replay some steps of a run."""
        self.play(ReplayRun(graph, run, steps=steps, detail="tasks", clock=False, run_time=run_time))

    def carry(self, graph, run, *steps, x=STORED_AT, lag=0.3):
        """Let what the tasks of some steps made, of all by default, go into the store, each at its height."""
        carried = {}
        for task in run.executed:
            if (steps and task.step not in steps) or not (made := result(task, short=x != STORED_AT)):
                continue
            made.align_to((x, 0.0, 0.0), LEFT).set_y(graph.task(task.place).get_y())
            carried[task.place] = made
        self.play(CarryValues([(made, graph.task(place)) for place, made in carried.items()], lag=lag))
        return carried

    def point_to_results(self, run, *more, lag=0.4):
        """Show a new run at the right, and let it point to the results that it reuses."""
        self.right = self.graph(run, SIDE)
        self.play(FadeIn(self.right, run_time=0.5), *more)
        reused = {task.place for task in run.cloned}
        pairs = [(value, self.right.task(at)) for at, value in self.values.items() if at in reused]
        reuse = ReuseValues(pairs, lag=lag)
        self.threads = reuse.threads
        self.play(reuse)

    # --------------------------------------------------------------------------- parts of the picture

    def graph(self, run, x, *, ended=False):
        """Draw a run's graph from above to below, without the frame round the forecasts."""
        dag = FlowDAG(run.flow, run=run, font_size=SIZE, direction="down", detail="names")
        for region in dag.regions.values():
            dag[0].remove(region)
        stack = dag["forecast"]
        if x >= 0:
            # The side of the store is free for what comes from it.
            stack.heading.next_to(stack.cells[0], RIGHT, buff=0.25)
        dag.scale(ZOOM)
        dag.shift((x - dag["start"].get_x(), 0.0, 0.0))
        top = TOP
        for name, node in dag.nodes.items():
            dag.move_step(name, (0.0, top - node.get_top()[1], 0.0))
            top = node.get_bottom()[1] - GAP
        if ended:
            end = ReplayRun(dag, run, detail="tasks", clock=False)
            end.begin()
            end.finish()
        return dag

    def boxes(self, graph, run, state):
        """Return the boxes of the tasks that ended in a state."""
        return [graph.task(task.place) for task in run.tasks if task.state == state]

    def terminal(self, key, side, *, width=TERMINAL_WIDTH):
        """Draw the terminal of a run above its graph."""
        box = TerminalPanel(width=width, rows=2, font_size=self.theme.minimum_size, title=self.text(key))
        return box.move_to((side * TERMINAL_SIDE, TERMINALS, 0.0))

    def totals(self, runs):
        """Say below each run how many tasks ran, and how long it took, with a bar of that."""
        longest = max(seconds(run) for run, _ in runs)
        for run, x in runs:
            words = self.text("label_tasks", tasks=len(run.executed), seconds=seconds(run))
            label = TextLabel(words, font="prose", font_size=self.theme.small_size + 1)
            color = self.theme.failed if run.status == "failed" else self.theme.done
            bar = Shape(
                rounded_rectangle(BAR * seconds(run) / longest, BAR_HEIGHT, BAR_HEIGHT / 2), fill=color
            )
            yield VGroup(bar, label).arrange(DOWN, buff=0.1).move_to((x, TOTALS, 0.0))


def result(task, *, short):
    """Draw what a task made as it would be assigned, or by its name where it is long; nothing without it."""
    name = {"start": "sales", "clean": "table", "forecast": "units", "combine": "total"}.get(task.step)
    for each in task.artifacts:
        if each.name == name:
            value = None if short and len(each.value) > MOST else each.value
            return ArtifactChip(name, each.sha, value=value, show="value", value_most=MOST, font_size=VALUE)
    return None


def body_of(flow, step):
    """Return the lines of a step below its docstring, and the number of the first."""
    info = flow[step]
    lines = info.source.splitlines()
    start = next(index for index, line in enumerate(lines) if '"""' in line) + 1
    return info.first_line + start, "\n".join(line.strip() for line in lines[start:])


def changed_line():
    """Return the number of the line of clean that was changed, and the line before and after."""
    both = [load_flow(file)["clean"] for file in (FIXED, EDITED)]
    rows = zip(*[step.source.splitlines() for step in both], strict=True)
    [(at, pair)] = [(at, row) for at, row in enumerate(rows) if row[0] != row[1]]
    return both[0].first_line + at, *(line.strip() for line in pair)


def seconds(run):
    """Return how long a run took, from the start of its first task to the end of its last."""
    attempts = [task.attempts[-1] for task in run.tasks]
    return max(each.finished for each in attempts) - min(each.started for each in attempts)


def typed(run):
    """Return the command that made a run, as one types it.

    The recording names the origin. Without it, resume takes the latest run, which is that one here: runs
    that were themselves resumed do not count.
    """
    words = list(run.command)
    at = words.index("--origin-run-id")
    return " ".join(["python demand.py", *words[:at], *words[at + 2 :]])


def printed(run):
    """Return the line that matters of what a run printed, without the task that Metaflow puts before it."""
    telling = "Error" if run.status == "failed" else "units"
    line = next(line for line in run.console if telling in line)
    return [re.sub(r"^\[\d+/\S+\] ", "", line)]


def value_of(run, place, name):
    """Return what a task stored under a name."""
    [value] = [a.value for task in run.tasks if task.place == place for a in task.artifacts if a.name == name]
    return value

"""From notebook to flow: cells become steps, variables become artifacts.

``manim render scenes/notebook_to_flow.py``. The notebook is ``flows/coffee/coffee.ipynb``; everything else
on screen comes from the recordings of ``flows/coffee/*/coffee.py``. ``make recordings`` makes them anew.
"""

import ast
from pathlib import Path
from textwrap import dedent

from manim import DOWN, LEFT, RIGHT, UP, Create, FadeIn, FadeOut, LaggedStart, VGroup

from manim_metaflow import (
    ArtifactChip,
    CodePanel,
    DeepDive,
    EvolveCode,
    FlowDAG,
    ReplayRun,
    StepNode,
    TextLabel,
    current_theme,
    load_flow,
    record_resume,
    record_run,
)
from manim_metaflow.code import CellsToSteps, NotebookPanel, TerminalPanel
from manim_metaflow.graph import SetState
from manim_metaflow.mobjects import TextTable
from manim_metaflow.runs import record_command
from manim_metaflow.storage import StoragePanel

HERE = Path(__file__).parent
COFFEE = HERE / "flows" / "coffee"
NOTEBOOK = COFFEE / "coffee.ipynb"
MOVED, FIXED, WARMER = (COFFEE / str(number) / "coffee.py" for number in (1, 2, 3))

LEFT_WIDTH, RIGHT_WIDTH, FONT_SIZE = 7.15, 6.7, 14
"""What code and graph take of the frame (units), and the font size of all code."""

MARGIN = 0.12
"""Between the panel of code and the edge of the frame."""

MEMORY_TOP, MEMORY_PITCH = 0.95, 0.75
"""First line of the kernel's variables below the upper edge of its memory, and distance of the lines."""

COLUMNS = (-2.0, -1.3, -0.6)
"""Of the closing table: right end of what it was, middle of an arrow, left end of what it became."""


def recordings(**options):
    """Read the runs and the answer of this film, or make them."""
    options = {"recordings": HERE / "recordings"} | options
    moved, fixed = record_run(MOVED, **options), record_run(FIXED, **options)
    [fit] = fixed.tasks_of("fit")
    dump = record_command(FIXED, "dump", f"{fixed.run_id}/{fit.path}", after=fixed, **options)
    return moved, fixed, record_resume(fixed, WARMER, step="end", **options), dump


class NotebookToFlow(DeepDive):
    """Cells become steps. Variables become artifacts."""

    def construct(self):
        """Turn the notebook into a flow, act by act."""
        self.moved, self.fixed, self.again, self.dump = recordings()
        self.title("From notebook to flow", "Cells become steps. Variables become artifacts.", hold=1.2)
        self.show_notebook()
        self.move_cells()
        self.run_moved()
        self.add_self()
        self.read_back()
        self.run_last_again()
        self.sum_up()

    def show_notebook(self):
        """Fill the kernel's memory, and lose it."""
        self.act("the notebook")
        self.notebook = NotebookPanel(NOTEBOOK, font_size=FONT_SIZE).to_edge(LEFT, buff=0.3).shift(0.3 * UP)
        memory = StoragePanel("the kernel's memory", width=4.6, height=3.2).shift(3.6 * RIGHT + 0.3 * UP)
        names = [VGroup(*[TextLabel(name) for name in assigned(box.cell)]) for box in self.notebook.cells]
        for index, row in enumerate(names):
            row.arrange(RIGHT, buff=0.4).next_to(memory, UP, buff=-MEMORY_TOP - MEMORY_PITCH * index)
            row.align_to(memory, LEFT).shift(0.3 * RIGHT)
            for name in row:
                name.set_baseline(row[0].baseline)
        with self.beat(
            f"A notebook: {len(self.notebook.cells)} cells, run one after another in one process, the kernel."
        ):
            self.leave_title()
            self.play(FadeIn(self.notebook, memory))
            for box, row in zip(self.notebook.cells, names, strict=True):
                self.play(box.frame.animate.set_stroke(self.theme.highlight, width=2.2), run_time=0.4)
                self.play(FadeIn(row, target_position=box, scale=0.6), run_time=0.8)
                self.play(box.frame.animate.set_stroke(self.theme.edge, width=1.0), run_time=0.3)
        with self.beat("Its variables live in the kernel's memory. Restart it, and they are gone."):
            self.wait(1.5)
            self.play(LaggedStart(*[FadeOut(row, scale=0.8) for row in names], lag_ratio=0.1))
        self.memory = memory

    def move_cells(self):
        """Move each cell into a step."""
        self.act("cells to steps")
        self.panel = CodePanel(
            **code(MOVED), title="coffee.py, class CoffeeFlow", width=LEFT_WIDTH, font_size=FONT_SIZE
        )
        self.panel.to_edge(RIGHT, buff=MARGIN).shift(0.35 * UP)
        with self.beat("Each cell becomes a step of a flow. Its lines move in as they are."):
            self.swap(self.memory)
            self.play(CellsToSteps(self.notebook, self.panel))
        self.dag = FlowDAG(load_flow(MOVED), direction="right")
        self.terminal = TerminalPanel(width=RIGHT_WIDTH, rows=10, font_size=FONT_SIZE)
        with self.beat("The steps are the boxes of a graph, and self.next draws its arrows."):
            self.play(FadeOut(self.notebook))
            self.play(self.panel.animate.to_edge(LEFT, buff=MARGIN))
            self.terminal.next_to(self.panel, RIGHT, buff=0.15).align_to(self.panel, DOWN)
            self.dag.move_to(self.terminal).set_y(2.75)
            self.play(Create(self.dag))
            self.play(FadeIn(self.terminal))
        self.chips = VGroup()

    def run_moved(self):
        """Run the cells as they are, and see the second one fail."""
        self.act("run")
        [raised] = [task.exception for task in self.moved.tasks if task.exception]
        with self.beat("Run it. Each step is a task, a process of its own."):
            self.type(self.moved)
            self.replay(self.moved)
        with self.beat(f"{raised.type}: start is over, and its variables went with its process."):
            self.wait(2)

    def add_self(self):
        """Put on self what a later step needs."""
        self.act("self")
        with self.beat("So put what later steps need on self."):
            self.reset()
            change = EvolveCode(self.panel, code(FIXED)["source"])
            self.play(change)
        with self.beat(
            "Run it again: what a step put on self is stored when it ends, and the next one has it."
        ):
            self.unmark(self.panel, change.stripes)
            self.type(self.fixed)
            self.replay(self.fixed)
        kept = {artifact.name for task in self.fixed.tasks for artifact in task.artifacts}
        lost = [n for each in self.notebook.cells for n in assigned(each.cell) if n not in kept]
        with self.beat(f"These are its artifacts. What was not on self is gone: {', '.join(lost)}."):
            self.show_chips(self.fixed)

    def read_back(self):
        """Read what the datastore has."""
        self.act("read it back")
        with self.beat(
            f"All {len(self.fixed.tasks)} processes are gone. What they made can be read, now or next year."
        ):
            lines = [line for line in self.dump.console if " = " in line and not line.startswith("name ")]
            self.run_command(self.terminal, "coffee.py", self.dump, lines)

    def run_last_again(self):
        """Change the last step, and run only that."""
        self.act("run a step again")
        with self.beat("Now try a warmer day: change the last step."):
            self.reset()
            change = EvolveCode(self.panel, code(WARMER)["source"])
            self.play(change)
        with self.beat("resume takes what start and fit made as it is. Only end executes."):
            self.unmark(self.panel, change.stripes)
            self.type(self.again)
            self.replay(self.again)
            self.show_chips(self.again)

    def sum_up(self):
        """Put side by side what became of what."""
        self.act("the sum")
        made = [each for task in self.fixed.tasks for each in task.artifacts if each.provenance == "created"]
        chips = [ArtifactChip(each.name, each.sha, font_size=16, size=0.32) for each in made]
        rows = [
            became("cells", map(box, self.fixed.tasks)),
            became("variables", chips),
            became("running a cell again", map(box, in_order(self.again))),
        ]
        self.summary(
            "Cells became steps, variables artifacts, and running a cell again became resume.",
            TextTable(rows, columns=COLUMNS, align="rcl", top=1.5, pitch=1.3),
            run_time=3,
        )

    # ------------------------------------------------------------------------------ what recurs

    def type(self, record):
        """Type the command that made a record, and show what it printed."""
        self.run_command(self.terminal, "coffee.py", record)

    def replay(self, record):
        """Light box after box, and their lines."""
        self.play(ReplayRun(self.dag, record, detail="steps", code=self.panel))

    def reset(self):
        """Make graph and code as they were before a run."""
        boxes = [node for node in self.dag.nodes.values() if node.state != "pending"]
        gone = [FadeOut(self.chips)] if len(self.chips) else []
        idle = [edge.animate.paint(self.theme.edge) for edge in self.dag.edges.values()]
        self.play(*[SetState(node, "pending") for node in boxes], *idle, *gone, run_time=0.5)
        self.chips = VGroup()

    def show_chips(self, record):
        """Show below each box what its task made."""
        for task in record.tasks:
            made = [artifact for artifact in task.artifacts if artifact.provenance != "inherited"]
            column = VGroup(*[ArtifactChip(each.name, each.sha, font_size=FONT_SIZE) for each in made])
            column.arrange(DOWN, buff=0.1, aligned_edge=LEFT).next_to(self.dag[task.step], DOWN, buff=0.2)
            self.chips.add(column)
        self.play(LaggedStart(*[FadeIn(column, scale=0.6) for column in self.chips], lag_ratio=0.3))


def code(path):
    """Take the steps out of a flow's file, and the number of their first line."""
    lines = path.read_text().splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("class ")) + 1
    last = next(index for index, line in enumerate(lines) if line.startswith("if __name__"))
    return {"source": dedent("\n".join(lines[first:last])).rstrip(), "first_line": first + 1}


def assigned(cell):
    """Name the variables that a cell assigns."""
    targets = [node.targets[0] for node in ast.parse(cell.source).body if isinstance(node, ast.Assign)]
    return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]


def in_order(record):
    """Sort tasks as the flow has their steps: clones are made in no order."""
    steps = [step.name for step in record.flow.steps]
    return sorted(record.tasks, key=lambda task: steps.index(task.step))


def box(task):
    """Draw a task's box."""
    return StepNode(task.step, width=1.5, height=0.6, state=task.state)


def became(what, pictures):
    """Fill a row: what it was, an arrow, what it became."""
    theme = current_theme()
    return (
        TextLabel(what, font="prose", font_size=theme.heading_size),
        TextLabel("→", font_size=theme.heading_size, color=theme.muted),
        VGroup(*pictures).arrange(RIGHT, buff=0.4),
    )

"""Effective branching: how a flow forks, and how each fork joins again.

``manim render scenes/branching.py``. Everything on screen comes from the recordings of
``flows/branching/*.py``; ``make recordings`` makes them anew.
"""

from pathlib import Path

from manim import RIGHT, UP, Create, FadeIn, FadeOut, LaggedStart, Transform

from manim_metaflow import DeepDive, FlowDAG, ReplayRun, RunClock, TextLabel, record_run
from manim_metaflow.animations.runs.edges import strand_between
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.mobjects import TextTable

HERE = Path(__file__).parent
FLOWS = [
    HERE / "flows" / "branching" / f"{name}.py" for name in ("split", "each", "nested", "choice", "again")
]

FONT_SIZE, SMALLER = 24, 20
"""Of a graph, and of one that is wide."""

LEFT_X, LINE_Y, GRAPH_Y, CLOCK_Y = -6.65, 2.75, 0.2, -2.45
"""Left end and height of the statement that forks, and heights of the graph's and the clock's middle."""

TOP, BOTTOM = 2.35, -3.15
"""Between these heights the graph and the join's code share the frame."""

COLUMNS = (LEFT_X, -3.0, 3.4, 6.65)
"""Of the closing table; the last one is the right end of its column."""


def recordings(**options):
    """Read the five runs of this film, or make them."""
    options = {"recordings": HERE / "recordings"} | options
    return tuple(record_run(flow, **options) for flow in FLOWS)


class Branching(DeepDive):
    """One flow at a time forks, runs, and joins."""

    def construct(self):
        """Show one way to branch in each act."""
        self.split, self.each, self.nested, self.choice, self.again = recordings()
        self.title("Effective branching", "Five ways to go on, and how each comes together")
        self.show_static_branch()
        self.show_foreach()
        self.show_nested_foreach()
        self.show_switch()
        self.show_recursion()
        self.sum_up()

    def show_static_branch(self):
        """Name two steps, and both run."""
        self.open_act("static branch", self.split)
        with self.beat("self.next names two steps. Both will run, each in a task of its own."):
            self.draw()
        join = self.only("choose")
        with self.beat("They run side by side. The join waits for both."):
            self.replay()
        with self.beat("The join gets inputs, and reads each of them by the name of its step."):
            self.show_code("choose")
            self.carry([join], "error")

    def show_foreach(self):
        """Name a list, and there is a task for every item."""
        self.open_act("foreach", self.each)
        with self.beat("foreach names a list. The graph knows one step; how many tasks, the run will tell."):
            self.draw()
        count = len(self.record.tasks_of("count"))
        with self.beat(f"{count} items, {count} tasks of the same step, each with an input of its own."):
            self.replay()
        with self.beat("They end in any order. In the join, inputs has them in the order of the list."):
            self.show_code("add")
            self.carry([self.only("add")], "days")

    def show_nested_foreach(self):
        """Fork inside a fork."""
        self.open_act("nested foreach", self.nested)
        with self.beat("A foreach may stand inside another. Every fork has a join of its own."):
            self.draw(font_size=SMALLER)
        with self.beat(
            f"{len(self.record.tasks_of('price'))} tasks of price: one for each product of a shop."
        ):
            self.replay()
        inner = self.record.tasks_of("list")
        sizes = " and ".join(str(len(task.parents)) for task in inner)
        with self.beat(
            f"An inner join gets the tasks of its own shop, {sizes}. The outer one gets the shops."
        ):
            for task in inner:
                self.carry([task], "cents")
            self.carry([self.only("catalog")], "prices")

    def show_switch(self):
        """Let a value decide."""
        self.open_act("switch", self.choice)
        with self.beat("A switch is no fork: a value decides which one of the steps comes next."):
            self.draw()
        [decision] = RunHistory(self.record).decisions()
        with self.beat(f"The value was {decision.values[0]}. One arm runs, the other is never reached."):
            self.replay()
        with self.beat("The arms meet at an ordinary step. One task leads in, so there is nothing to join."):
            self.show_code("ship")
            self.carry([self.only("ship")], "by")

    def show_recursion(self):
        """Lead back to the same step."""
        self.open_act("recursion", self.again)
        with self.beat("A switch may lead back to its own step."):
            self.draw()
        rounds = len(self.record.tasks_of("improve"))
        with self.beat(f"Every round is a new task with artifacts of its own: {rounds}, until good is True."):
            self.replay()
        with self.beat("Only the last round leads on. Again there is nothing to join."):
            self.show_code("end")
            self.carry([self.only("end")], "guess")

    def sum_up(self):
        """List how each of them comes together."""
        self.act("the sum")
        ways = [
            ("static branch", "a join: inputs by name", self.split, "choose"),
            ("foreach", "a join: inputs in the order of the list", self.each, "add"),
            ("nested foreach", "a join for each level", self.nested, "catalog"),
            ("switch", "no join: the arms meet", self.choice, "ship"),
            ("recursion", "no join: the last round leads on", self.again, "end"),
        ]
        rows = []
        for name, how, record, step in ways:
            [task] = record.tasks_of(step)
            rows.append(self.row(name, how, step, len(task.parents)))
        self.summary(
            "What comes together where, and how many tasks led in, by the records.",
            TextTable(rows, columns=COLUMNS, align="lllr", top=1.9, pitch=0.95),
            self.heading("How each comes together"),
            hold=1.5,
        )

    def row(self, name, how, step, count):
        """Write a row of the closing table."""
        size = self.theme.label_size + 2
        return (
            TextLabel(name, font="prose", weight=600, font_size=size),
            TextLabel(how, font="prose", font_size=size),
            TextLabel(step, font_size=size, color=self.theme.muted),
            TextLabel(
                "1 task in" if count == 1 else f"{count} tasks in",
                font="prose",
                font_size=size,
                color=self.theme.done,
            ),
        )

    def open_act(self, name, record):
        """Begin an act: its title, and the statement in the flow's source that it is about."""
        self.act(name)
        self.record = record
        fork = next(step for step in record.flow.steps if len(step.targets) > 1 or step.foreach_param)
        line = TextLabel(fork.source.splitlines()[-1].strip(), font_size=self.theme.label_size)
        self.line = line.left_at(LEFT_X, LINE_Y).paint(fill=self.theme.accent)
        self.name = self.heading(name)

    def draw(self, font_size=FONT_SIZE):
        """Draw the graph from the class."""
        self.dag = FlowDAG(self.record.flow, font_size=font_size).set_y(GRAPH_Y)
        self.swap(self.shown, run_time=0.5)
        self.play(FadeIn(self.name, self.line), run_time=0.5)
        self.play(Create(self.dag))

    def replay(self):
        """Let the graph unfold into the run's tasks, in their real order."""
        self.clock = RunClock(self.record).to_edge(RIGHT, buff=0.45).set_y(CLOCK_Y)
        self.play(FadeIn(self.clock), run_time=0.3)
        self.play(ReplayRun(self.dag, self.record, clock=self.clock, run_time=7))

    def show_code(self, name):
        """Show the source of the step where all comes together."""
        panel = self.step_code(self.record.flow, name, font_size=15)
        rise = TOP - self.dag.get_top()[1]
        panel.set_y((self.dag.get_bottom()[1] + rise + BOTTOM) / 2)
        self.play(FadeOut(self.clock), self.dag.animate.shift(rise * UP))
        self.reveal(panel)

    def carry(self, targets, name):
        """Let the artifacts of that name go from the tasks that made them to those that read them."""
        flights = []
        for task in targets:
            for parent in map(self.record.__getitem__, task.parents):
                [artifact] = [made for made in parent.artifacts if made.name == name]
                edge = self.dag.edges[parent.step, task.step]
                face = self.dag.chips(parent.place, (artifact,))[0].face
                path = along(edge, strand_between(self.dag, parent, task), face.get_center())
                flights.append(Transform(face, face.copy(), path_func=path))
        faces = [flight.mobject for flight in flights]
        self.play(LaggedStart(*map(FadeIn, faces), lag_ratio=0.1, run_time=0.4))
        self.play(LaggedStart(*flights, lag_ratio=0.15, run_time=1.6))
        self.play(*map(FadeOut, faces), run_time=0.4)

    def only(self, step):
        """Return the one task of a step."""
        [task] = self.record.tasks_of(step)
        return task


def along(edge, strand, begin):
    """Lead points from where something stands onto an arrow, and to its tip."""
    lead = begin - edge.point_at(0, strand)

    def path(start, _, alpha):
        return start + edge.point_at(alpha, strand) + (1 - alpha) ** 2 * lead - begin

    return path

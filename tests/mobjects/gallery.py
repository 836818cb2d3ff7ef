"""Every mobject, in every state it has, as few pictures as show them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Line, Mobject, VGroup
from recorded import FLOWS, recorded

from manim_metaflow import (
    ArtifactChip,
    CodePanel,
    ContentStore,
    Face,
    FlowDAG,
    KeyMap,
    RunHeading,
    StepNode,
    TextBlock,
    TextLabel,
    current_theme,
    load_flow,
)
from manim_metaflow.facts.records import ForeachIndex
from manim_metaflow.facts.records.storage import KeyEntry, KeyMapRecord, TaskKeys
from manim_metaflow.graph import STATES, FlowEdge, ForeachRegion, StepInfo, TaskStack
from manim_metaflow.layout import Rect
from manim_metaflow.mobjects.shapes import polyline
from manim_metaflow.runs import ArtifactRecord, ExceptionNote, KeyLine, RunTally, TaskRecord

SHA = "198756254c5b4f18cb8af891d55a414724e402c5"


def steps() -> VGroup:
    """A step in every state; a foreach's sheets; a small box as a task has it; text on the left."""
    nodes = [StepNode("train", text=state, state=state) for state in STATES]
    nodes += [StepNode("score", sheets=2, state=state) for state in ("pending", "failed")]
    nodes += [StepNode("task", height=0.4, font_size=16, width=1.6, align="left", state="done")]
    return VGroup(*nodes).arrange_in_grid(cols=4, buff=0.6)


def many_tasks(count: int) -> list[TaskRecord]:
    items = [ForeachIndex("start", "xs", index, count, f"item {index}") for index in range(count)]
    return [TaskRecord("fit", str(10 + item.index), "done", (item,)) for item in items]


def stacks() -> VGroup:
    """All tasks, more tasks than are drawn, and cells that have states."""
    elided = TaskStack("fit", many_tasks(300), most=4)
    few = TaskStack("fit", many_tasks(2), slots=0)
    stateful = TaskStack("fit", many_tasks(4), slots=2)
    for cell, state in zip(stateful.cells, ("done", "failed", "cloned", "running"), strict=True):
        cell.set_state(state)
    return VGroup(elided, few, stateful).arrange(RIGHT, buff=1)


def edges() -> VGroup:
    """One strand, one with its case, several strands, one of them lit."""
    plain = FlowEdge("a", "b", [polyline((-2, 0), (2, 0))])
    case = FlowEdge("a", "c", [polyline((-2, 0), (2, 0))], label="slow", label_at=(0, 0))
    fan = [np.array([[(-2, 0), (-1, 0), (0, y), (2, y)]]) for y in (-0.6, 0.0, 0.6)]
    strands = FlowEdge("a", "d", fan).paint(current_theme().done, strand=1)
    half = FlowEdge("a", "e", [polyline((-2, 0), (2, 0))]).paint(current_theme().cloned, amount=0.5)
    return VGroup(plain, case, strands, half).arrange(DOWN, buff=0.7)


def regions() -> VGroup:
    """A foreach without and with its number of tasks, above and below; a gang."""
    items = StepInfo("start", "foreach", foreach_param="stores")
    gang = StepInfo("start", "foreach", parallel=True, num_parallel=4)
    rect = Rect(-1.5, -0.6, 1.5, 0.6)
    made = [
        ForeachRegion(items, rect),
        ForeachRegion(items, rect, count=4, side="above"),
        ForeachRegion(gang, rect),
    ]
    return VGroup(*made).arrange(RIGHT, buff=0.6)


def contents() -> VGroup:
    """Faces of several hashes, the same hash twice, chips with and without a name."""
    shas = [f"{index * 7919:08x}" * 5 for index in range(1, 14)]
    faces = VGroup(*[Face(sha, size=0.7) for sha in (*shas, SHA, SHA)]).arrange(RIGHT, buff=0.15)
    chips = [ArtifactChip("table", SHA), ArtifactChip("grid", shas[0]), ArtifactChip("x", SHA, named=False)]
    return VGroup(faces, VGroup(*chips).arrange(RIGHT, buff=0.5)).arrange(DOWN, buff=0.8)


def values() -> VGroup:
    """Chips with values, short and long, in every way; a key map with values beside one with keys."""
    long = "{'Austin': [12, 15, 9], 'Lima': [4, 4, 7], 'Oslo': [0, 0, 0]}"
    held = [("rate", "1.4"), ("sales_by_city", long), ("table", "DataFrame(shape=(366, 4))"), ("x", "")]
    shas = [f"{index * 7919:08x}" * 5 for index in range(1, len(held) + 1)]
    shown: tuple[Any, ...] = ("value", "all", "face")
    chips = [
        VGroup(
            *[
                ArtifactChip(name, sha, value=value, show=show, most=10)
                for (name, value), sha in zip(held, shas, strict=True)
            ]
        ).arrange(DOWN, buff=0.15, aligned_edge=LEFT)
        for show in shown
    ]
    entries = tuple(KeyEntry(name, sha, 5) for (name, _), sha in zip(held, shas, strict=True))
    task = TaskKeys("fit", "3", (KeyMapRecord(0, True, entries),))
    texts = {sha: value for (_, value), sha in zip(held, shas, strict=True)}
    maps = VGroup(KeyMap(task), KeyMap(task, values=texts)).arrange(RIGHT, buff=0.6)
    return VGroup(VGroup(*chips).arrange(RIGHT, buff=0.8), maps).arrange(DOWN, buff=0.6)


def store() -> VGroup:
    """An empty store above a filled one."""
    runs = [recorded("failed"), recorded("resumed")]
    filled = ContentStore(*runs)
    filled.fill(*dict.fromkeys(a.sha for run in runs for task in run.tasks for a in task.artifacts))
    return VGroup(ContentStore(*runs), filled).arrange(DOWN, buff=0.4)


def code() -> CodePanel:
    """Every kind of token, numbers that get longer."""
    source = (
        '@step\ndef fit(self):\n    """Fit."""\n    n = 3 * len(self.xs)  # all\n    if n not in self.xs:\n'
    )
    source += '\n        print("none", n)\n    self.next(self.end)'
    return CodePanel(source, first_line=97, title="my_flow.py")


def runs() -> VGroup:
    """What is said about runs."""
    failed, resumed = recorded("failed"), recorded("resumed")
    # Ids and times are those of the last recording: pictures shall outlive it.
    failed, resumed = (replace(run, run_id=f"179000000000000{n}") for n, run in enumerate((failed, resumed)))
    heads = VGroup(RunHeading("run", failed), RunHeading("resume", resumed)).arrange(RIGHT, buff=1)
    note = ExceptionNote(failed)
    block = TextBlock("What a task assigned to self is stored when it ends, and not before.", width=4)
    return VGroup(heads, note, KeyLine("run", failed, "xs"), block).arrange(DOWN, buff=0.5)


def tally() -> RunTally:
    """Runs side by side; the seconds are made up, so that a new recording does not change the picture."""
    timed = [
        replace(
            run,
            tasks=tuple(
                replace(t, attempts=tuple(replace(a, started=0.0, finished=2.0) for a in t.attempts))
                for t in run.tasks
            ),
        )
        for run in (recorded("failed"), recorded("resumed"))
    ]
    return RunTally(dict(zip(("run", "resume"), timed, strict=True)))


def texts() -> VGroup:
    """Words with and without letters that hang or stand out, on one line, in both fonts and all weights."""
    words = ["grid", "train", "aeo", "Tj", "self.x_1 != 0"]
    mono = [TextLabel(word) for word in words]
    prose = [
        TextLabel(word, font="prose", weight=weight)
        for word, weight in zip(words, range(300, 800, 100), strict=True)
    ]
    rows = []
    for y, labels in ((0.5, mono), (-0.5, prose)):
        x = -5.0
        for label in labels:
            label.left_at(x, y)
            x += label.width + 0.4
        rows.append(Line(LEFT * 5.2, LEFT * 5.2 + RIGHT * 10, stroke_width=0.5).shift(UP * mono[0].baseline))
        rows[-1].set_y(labels[0].baseline)
        rows += labels
    return VGroup(*rows)


def fitted(dag: FlowDAG) -> FlowDAG:
    """Shrink a graph until it is in the frame."""
    return dag.scale(min(1, 13.4 / dag.width, 7.4 / dag.height)).center()


def plan(name: str, direction: str) -> Callable[[], FlowDAG]:
    return lambda: fitted(FlowDAG(load_flow(FLOWS / f"{name}.py"), direction=direction, font_size=18))


def of_run(name: str, captions: str = "below") -> Callable[[], FlowDAG]:
    """A graph of a run as it ended."""

    def build() -> FlowDAG:
        record = recorded(name)
        dag = FlowDAG(record.flow, run=record, captions=captions, font_size=18)
        for task in record.tasks:
            node = dag.task(task.place)
            if node is not None:
                node.set_state(task.state)
            created = tuple(a for a in task.artifacts if a.provenance != "inherited")
            dag.artifacts.add(*dag.chips(task.place, created))
        return fitted(dag)

    return build


PICTURES: dict[str, Callable[[], Mobject]] = {
    "steps": steps,
    "stacks": stacks,
    "edges": edges,
    "regions": regions,
    "contents": contents,
    "values": values,
    "store": store,
    "code": code,
    "runs": runs,
    "tally": tally,
    "texts": texts,
}
GRAPHS: dict[str, Callable[[], Mobject]] = {
    "branch right": plan("branch", "right"),
    "branch down": plan("branch", "down"),
    "foreach right": plan("foreach", "right"),
    "foreach down": plan("foreach", "down"),
    "nested branch right": plan("nested_branch", "right"),
    "recursion right": plan("recursion", "right"),
    "switch down": plan("switch", "down"),
    "parallel right": plan("parallel", "right"),
    "run of foreach": of_run("foreach"),
    "run of nested foreach": of_run("nested foreach"),
    "run of switch": of_run("switch"),
    "run of loop": of_run("loop"),
    "run that failed": of_run("failed", "above"),
    "run resumed": of_run("resumed"),
}


def made(name: str, sha: str = SHA) -> ArtifactRecord:
    """An artifact that a task created."""
    return ArtifactRecord(name, sha, 1, "int")

"""Build what a flow's graph is made of, lay it out, and put it there."""

from __future__ import annotations

from typing import Literal

import numpy as np

from manim_metaflow.facts.records import FlowInfo, RunRecord, StepInfo
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.layout import loose_splits
from manim_metaflow.layout.collapse import folded_name
from manim_metaflow.layout.fit import fit_layout
from manim_metaflow.layout.flow_layout import layout_flow
from manim_metaflow.layout.geometry import FlowLayout, NodeBox, Route, Spacing
from manim_metaflow.mobjects.graph.chips import CHIP_GAP, CHIP_LEFT, CHIP_ROOM, made_here, task_chips
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.graph.fold import fold_box
from manim_metaflow.mobjects.graph.node import SHEET, SHEETS, StepNode
from manim_metaflow.mobjects.graph.notes import StepNotes, break_name, decided_text, edge_text
from manim_metaflow.mobjects.graph.region import ForeachRegion, region_text
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.graph.strands import (
    Ends,
    clear_of_sheets,
    loop_label_at,
    loop_room,
    strand_curves,
    strand_ends,
)
from manim_metaflow.mobjects.graph.style import GraphStyle
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.text.glyphs import EM
from manim_metaflow.mobjects.text.label import TextLabel

__all__ = ["GraphBuilder"]

LABEL_PADDING = (0.12, 0.04)
CAPTION_PADDING = (0.1, 0.1)

PAGE = {"right": 19.0, "down": 12.0}
"""How long a picture may be before it is broken into rows (units)."""


class GraphBuilder:
    """The parts of one drawing.

    Parameters
    ----------
    whole
        The flow.
    flow
        What is drawn of it: the same, or the flow with regions collapsed.
    run
        The run whose tasks are drawn, if any.
    style
        How.
    """

    def __init__(self, whole: FlowInfo, flow: FlowInfo, run: RunRecord | None, style: GraphStyle) -> None:
        self.whole, self.flow, self.run, self.style = whole, flow, run, style
        self.nodes = {step.name: self._node(step) for step in flow.steps}
        self.edge_texts = self._edge_texts()
        self.notes = {step.name: self._notes(step) for step in flow.steps}
        self.boxes = {step.name: self._box(step) for step in flow.steps}

    def lay_out(self, wrap: float | Literal["fit"] | None) -> FlowLayout:
        """Find a place for everything; ``wrap`` as :class:`.FlowDAG` has it."""
        labels = self.label_sizes()
        below = self.style.side == "below"
        fans = [step for step in self.flow.steps if step.is_foreach]
        sizes = {step.name: self._text_size(self._caption(step), CAPTION_PADDING) for step in fans}
        captions = {name: (width, height if below else 0.0) for name, (width, height) in sizes.items()}
        spacing = Spacing(region_label=0.4 if below else 0.0)

        def lay_out(length: float | None) -> FlowLayout:
            return layout_flow(
                self.flow,
                self.boxes,
                direction=self.style.direction,
                spacing=spacing,
                labels=labels,
                captions=captions,
                max_length=length,
            )

        if wrap == "fit":
            return fit_layout(lay_out, least=PAGE[self.style.direction])
        return lay_out(wrap)

    def label_sizes(self) -> dict[tuple[str, str], tuple[float, float]]:
        """Return the room that the texts on edges take, with a little air (units)."""
        return {pair: self._text_size(text, LABEL_PADDING) for pair, text in self.edge_texts.items()}

    def place(self, layout: FlowLayout) -> None:
        """Move nodes and notes to their places."""
        for name, node in self.nodes.items():
            x, y = layout.positions[name]
            _put(node, (x, y))
            box = self.boxes[name]
            self.notes[name].move_round(x, y, box.width, box.height)

    def regions(self, layout: FlowLayout) -> dict[str, ForeachRegion]:
        """Build the frames of foreaches."""
        return {
            name: ForeachRegion(
                self.flow[name],
                rect,
                count=self._count(self.whole[name]),
                side=self.style.side,
                caption_at=layout.captions[name].center if self.style.side == "below" else None,
                font_size=self.style.small,
            )
            for name, rect in layout.regions.items()
        }

    def edges(self, layout: FlowLayout) -> dict[tuple[str, str], FlowEdge]:
        """Build the arrows."""
        return {pair: self._edge(pair, route) for pair, route in layout.routes.items()}

    def _node(self, step: StepInfo) -> StepNode | TaskStack:
        if step.name not in self.whole:
            return self._fold(step)
        tasks = self.run.tasks_of(step.name) if self.run else ()
        size = self.style.font_size
        repeated = inside_foreach(self.whole, step) or step.parallel_step
        if tasks and (repeated or len(tasks) > 1):
            # Room for artifacts in every row of the stack: with more than three all rows would be wide.
            slots = min(3, max(len(made_here(task.artifacts)) for task in tasks))
            return TaskStack(
                step.name,
                tasks,
                most=self.style.most_tasks,
                slots=slots,
                font_size=size,
                name_at="above" if self.style.direction == "right" else "left",
            )
        lines = break_name(step.name)
        return StepNode(
            step.name,
            lines=lines,
            height=self.style.node_height + (len(lines) - 1) * 1.25 * EM * size,
            least_width=self.style.least_width,
            font_size=size,
            sheets=SHEETS if repeated else 0,
            sheets_go=self.style.sheets_go,
        )

    def _fold(self, step: StepInfo) -> StepNode:
        region = next(name for name in step.split_parents[::-1] if folded_name(name) == step.name)
        return fold_box(self.whole, region, self.style)

    def _notes(self, step: StepInfo) -> StepNotes:
        return StepNotes(
            step,
            self.style.detail,
            direction=self.style.direction,
            side=self.style.side,
            font_size=self.style.small,
            room=self._taken(step.name),
            decided=self._decided(step),
        )

    def _decided(self, step: StepInfo) -> list[str]:
        """Return what a switch went by in the run, each of which a replay will show in its time."""
        if self.run is None or not step.condition:
            return []
        decisions = RunHistory(self.run).decisions()
        return [decided_text(step, decision.values) for decision in decisions if decision.step == step.name]

    def _taken(self, name: str) -> NodeBox:
        """Return what a node takes outside of its box: sheets, a heading, the artifacts of its tasks."""
        node = self.nodes[name]
        if isinstance(node, TaskStack):
            wide = node.name_room
            # Arrows of a recursive step leave at the left, and the name may be wider than the tasks.
            left = max(wide, self._loop_room(name))
            right = wide if node.heading_room else 0.0
            return NodeBox(*node.size, above=node.heading_room, below=node.rest_room, left=left, right=right)
        sheets = SHEET * len(node.sheets)
        chips = self._chips(name)
        down = self.style.direction == "down"
        if not chips and down:
            return NodeBox(0.0, 0.0, below=sheets, right=sheets)
        if not chips:
            return NodeBox(0.0, 0.0, above=sheets, right=sheets)
        room = CHIP_ROOM * len(chips) + 0.1
        if down:
            _, bottom, _, top = node.node_box
            more = max(0.0, (room - (top - bottom)) / 2)
            wide = max(chip.width for chip in chips) + CHIP_GAP
            return NodeBox(0.0, 0.0, more, max(sheets, more), wide, sheets)
        # A name that is longer than its box reaches to where the next step's arrows have their labels.
        left, _, right, _ = node.node_box
        right = max(sheets, CHIP_LEFT + max(float(chip.width) for chip in chips) - (right - left))
        if self.style.side == "above":
            return NodeBox(0.0, 0.0, above=max(sheets, room), right=right)
        return NodeBox(0.0, 0.0, above=sheets, below=room, right=right)

    def _loop_room(self, name: str) -> float:
        """Room beside a step's tasks for the arrows from one iteration to the next."""
        ends = self._ends((name, name)) if (name, name) in self.edge_texts else ()
        if not ends:
            return 0.0
        return loop_room(ends, self._text_size(self.edge_texts[name, name], (0.0, 0.0))[0])

    def _box(self, step: StepInfo) -> NodeBox:
        node, notes = self.nodes[step.name], self.notes[step.name]
        if isinstance(node, TaskStack):
            return notes.box(*node.size)
        left, bottom, right, top = node.node_box
        return notes.box(right - left, top - bottom)

    def _chips(self, step: str) -> list[ArtifactChip]:
        """Return the chips of the task with the most artifacts, to see what room they take."""
        if self.run is None or step not in self.whole:
            return []
        # Room for the task with the most: a replay shows each of them in its time, and nothing may move
        # then.
        made = [made_here(task.artifacts) for task in self.run.tasks_of(step)]
        widest = max(made, key=len, default=())
        return task_chips(widest, self.style)

    def _edge_texts(self) -> dict[tuple[str, str], str]:
        """Return what is written on edges: cases, and what a foreach without a frame of its own repeats."""
        unframed = {name for name in loose_splits(self.flow) if self.flow[name].is_foreach}
        texts = {}
        for edge in self.flow.edges:
            if edge.source in unframed:
                texts[edge.source, edge.target] = self._caption(self.flow[edge.source])
            elif edge.labels:
                texts[edge.source, edge.target] = edge_text(edge)
        return texts

    def _count(self, step: StepInfo) -> int:
        return len(self.run.tasks_of(step.targets[0])) if self.run else 0

    def _caption(self, step: StepInfo) -> str:
        return region_text(step, self._count(self.whole[step.name]))

    def _text_size(self, text: str, padding: tuple[float, float]) -> tuple[float, float]:
        label = TextLabel(text, font_size=self.style.small)
        # The height of a line, not of these letters: labels with and without descenders have the same room.
        return label.width + padding[0], 1.3 * EM * self.style.small + padding[1]

    def _edge(self, pair: tuple[str, str], route: Route) -> FlowEdge:
        source, target = self.nodes[pair[0]], self.nodes[pair[1]]
        # A route's curves share their ends: each begins with the last point of the one before.
        curves = np.array([route.points[i : i + 4] for i in range(0, len(route.points) - 1, 3)])
        if source is target and isinstance(source, StepNode) and len(source.sheets):
            curves = clear_of_sheets(curves, source, right=self.style.direction == "right")
        ends = self._ends(pair)
        strands = strand_curves(curves, source, target, ends)
        label, label_at = self.edge_texts.get(pair, ""), route.label_at
        if source is target and isinstance(source, TaskStack) and ends:
            label_at = loop_label_at(source, ends, self._text_size(label, (0.0, 0.0))[0])
        return FlowEdge(*pair, strands, ends=ends, label=label, label_at=label_at, font_size=self.style.small)

    def _ends(self, pair: tuple[str, str]) -> Ends:
        source, target = (self.nodes[name] for name in pair)
        return strand_ends(source, target, self.run, fan=self.style.direction == "right")


def inside_foreach(flow: FlowInfo, step: StepInfo) -> bool:
    """Tell whether a step has a task for every item of some foreach."""
    return any(flow[name].is_foreach for name in step.enclosing_splits)


def _put(node: StepNode | TaskStack, at: tuple[float, float]) -> None:
    if isinstance(node, TaskStack):
        node.shift(np.array([*at, 0.0]) - node.middle)
    else:
        left, bottom, right, top = node.node_box
        node.shift(np.array([at[0] - (left + right) / 2, at[1] - (bottom + top) / 2, 0.0]))

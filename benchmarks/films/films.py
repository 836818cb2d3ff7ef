"""Films that ``benchmarks/rendering.py`` draws: with our mobjects, and as one would write them by hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import manim as mn
import numpy as np
from manim import Scene

from manim_metaflow import CodePanel, FocusCode, StepNode
from manim_metaflow.animations import Timeline
from manim_metaflow.animations.graph.set_state import change_state
from manim_metaflow.animations.runs.edges import light_edge, send_dot
from manim_metaflow.graph import FlowEdge
from manim_metaflow.mobjects.shapes import polyline

SECONDS = float(os.environ.get("BENCH_SECONDS", "9.5"))
GREY, AMBER, GREEN = "#3A4250", "#E0A93B", "#3DBE8B"
LINES = Path(mn.__file__).with_name("constants.py").read_text().splitlines()[140:]
SOURCE = "\n".join([line for line in LINES if line.strip()][:30])


class Grid:
    """Steps in rows that fill the frame, each linked to the next and some to the row below."""

    def __init__(self, count: int) -> None:
        self.columns = round((count * 16 / 9) ** 0.5)
        rows = -(-count // self.columns)
        self.cell = 13.4 / self.columns, 7.4 / rows
        self.names = [f"step{i}" for i in range(count)]
        self.links = [(i, i + 1) for i in range(count - 1) if (i + 1) % self.columns]
        self.links += [(i, i + self.columns) for i in range(0, count - self.columns, 2)]

    def at(self, index: int) -> Any:
        row, column = divmod(index, self.columns)
        width, height = self.cell
        return np.array([-6.7 + width * (column + 0.5), 3.7 - height * (row + 0.5), 0])


class Replay(Scene):
    """Our boxes and edges; one animation from the first step's start to the last one's end."""

    count = 25

    def construct(self) -> None:
        grid = Grid(self.count)
        nodes = []
        for index, name in enumerate(grid.names):
            node = StepNode(name)
            nodes.append(
                node.scale(0.6 * min(grid.cell[0] / node.width, grid.cell[1])).move_to(grid.at(index))
            )
        edges = {}
        for a, b in grid.links:
            side, other = (nodes[a].get_right(), nodes[b].get_left())
            if b != a + 1:
                side, other = nodes[a].get_bottom(), nodes[b].get_top()
            edges[a, b] = FlowEdge(grid.names[a], grid.names[b], [polyline(side[:2], other[:2])])
        overlay, step = mn.VGroup(), SECONDS / self.count
        clips: list[Any] = []
        for index, node in enumerate(nodes):
            start = index * step
            clips.append(change_state(start, start + step, node, "pending", "running"))
            clips.append(change_state(start + step, start + 2 * step, node, "running", "done"))
        for (a, _), edge in edges.items():
            clips.append(light_edge(a * step, (a + 1) * step, edge, 0, GREEN))
            clips.append(send_dot(a * step, (a + 1) * step, edge, 0, GREEN, overlay))
        graph = mn.VGroup(*edges.values(), *nodes)
        self.add(graph)
        self.play(Timeline([graph], clips, overlay=overlay, run_time=SECONDS))
        self.wait(0.5)


class Replay100(Replay):
    count = 100


class Replay400(Replay):
    count = 400


class ByHand(Scene):
    """The same with Manim's mobjects, a play for a step (at least two frames long)."""

    count = 25

    def construct(self) -> None:
        grid = Grid(self.count)
        boxes = []
        for index, name in enumerate(grid.names):
            width = 0.7 * grid.cell[0]
            box = mn.RoundedRectangle(
                corner_radius=0.1 * width, width=width, height=0.45 * width, color=GREY, fill_opacity=0.3
            )
            label = mn.Text(name, font_size=24).scale_to_fit_width(0.7 * width)
            boxes.append(mn.VGroup(box, label).move_to(grid.at(index)))
        arrows = {
            (a, b): mn.Arrow(boxes[a], boxes[b], buff=0.02, stroke_width=2, tip_length=0.08)
            for a, b in grid.links
        }
        self.add(*arrows.values(), *boxes)
        plays = min(self.count, 100)
        for group in np.array_split(np.arange(self.count), plays):
            changes, dots = [], []
            for index in group:
                changes.append(boxes[index][0].animate.set_fill(AMBER, 0.8))
                if index:
                    changes.append(boxes[index - 1][0].animate.set_fill(GREEN, 0.8))
                for (a, _), arrow in arrows.items():
                    if a == index:
                        dots.append(mn.Dot(color=GREEN, radius=0.05))
                        changes.append(
                            mn.MoveAlongPath(dots[-1], mn.Line(arrow.get_start(), arrow.get_end()))
                        )
            self.play(*changes, run_time=SECONDS / plays)
            self.remove(*dots)
        self.wait(0.5)


class ByHand100(ByHand):
    count = 100


class ByHand400(ByHand):
    count = 400


class Digraph(Scene):
    """The same as Manim's ``DiGraph``."""

    count = 25

    def construct(self) -> None:
        grid = Grid(self.count)
        graph = mn.DiGraph(
            list(range(self.count)),
            grid.links,
            labels={i: mn.Text(name, font_size=12) for i, name in enumerate(grid.names)},
            layout={i: grid.at(i) for i in range(self.count)},
            edge_config={"stroke_width": 2, "tip_config": {"tip_length": 0.08, "tip_width": 0.08}},
        )
        self.add(graph)
        for group in np.array_split(np.arange(self.count), min(self.count, 100)):
            self.play(
                *[graph.vertices[i].animate.set_fill(AMBER) for i in group], run_time=SECONDS / self.count
            )
        self.wait(0.5)


class Digraph100(Digraph):
    count = 100


class Panel(Scene):
    """Thirty lines in our panel; the light goes from line to line."""

    def construct(self) -> None:
        panel = CodePanel(SOURCE, font_size=15)
        self.add(panel)
        for line in range(0, 30, 3):
            self.play(FocusCode(panel, (line, line + 1)), run_time=0.6)
            self.wait(0.4)


class PanelByHand(Scene):
    """Thirty lines of Manim's ``Code``, a band that moves, and the other lines dimmed."""

    def construct(self) -> None:
        code = mn.Code(code_string=SOURCE, language="python").scale_to_fit_height(7)
        lines = code.code_lines
        band = mn.Rectangle(width=code.width, height=0.4, fill_opacity=0.3, stroke_width=0, color=AMBER)
        band.move_to(lines[1]).set_x(0)
        self.add(code, band)
        for line in range(0, 30, 3):
            dim = [
                each.animate.set_opacity(1 if i in (line, line + 1) else 0.4) for i, each in enumerate(lines)
            ]
            self.play(band.animate.set_y(lines[line].get_y()), *dim, run_time=0.6)
            self.wait(0.4)

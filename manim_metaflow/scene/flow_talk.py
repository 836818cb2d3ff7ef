"""What talks about flows show again and again: a step's code, a command that is typed, a run's graph."""

from __future__ import annotations

from collections.abc import Sequence

from manim import DOWN, LEFT, UL, UP, FadeOut, VGroup, config

from manim_metaflow.animations.code.terminal import RunCommand
from manim_metaflow.facts.recording.command import CommandRecord
from manim_metaflow.facts.recording.console import console_story
from manim_metaflow.facts.records import FlowInfo, RunRecord
from manim_metaflow.mobjects.code.panel import CodePanel
from manim_metaflow.mobjects.code.terminal import TerminalPanel
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.runs.headings import RunHeading
from manim_metaflow.scene.leading import Leading
from manim_metaflow.scene.on_frame import CAPTION_RISE

__all__ = ["FlowTalk"]

MARGIN = 0.45
"""From what is in a corner to the edges of the frame (units)."""

SHARED_SIZE, SHARED_SCALE = 22, 0.8
"""Font size of a graph that has the frame to itself, and how far it shrinks to share the frame."""

SHARED_X, COMMAND_AT = 1.75, (0.611, 1.5)
"""Middle of a graph that shares the frame, and the command's left end from the frame's upper left corner."""

NARROW = 1.2
"""Width of a frame, in heights, below which a graph and its command do not stand side by side."""


class FlowTalk(Leading):
    """The words of :class:`.DeepDive` for code, commands and runs."""

    def step_code(self, flow: FlowInfo, step: str, *, font_size: float) -> CodePanel:
        """Build a panel of a step's source, with its line numbers, named ``Flow.step`` as in Python."""
        info = flow[step]
        title = f"{flow.name}.{step}"
        return CodePanel(info.source, first_line=info.first_line, title=title, font_size=font_size)

    def unmark(self, panel: CodePanel, stripes: VGroup, *, run_time: float = 0.4) -> None:
        """Fade the stripes behind lines of code, if there are any, and take them out of the panel."""
        if len(stripes):
            self.play(FadeOut(stripes), run_time=run_time)
            panel.clear(stripes)

    def run_command(
        self,
        terminal: TerminalPanel,
        file: str,
        record: RunRecord | CommandRecord,
        printed: Sequence[str] | None = None,
    ) -> None:
        """Type the command that made a record, and print what it printed, or the lines given."""
        command = f"python {file} {' '.join(record.command)}"
        lines = console_story(record.console) if printed is None else printed
        self.play(RunCommand(terminal, command, lines))

    def graph_above(self, command: str, record: RunRecord) -> tuple[FlowDAG, RunHeading]:
        """Build a run's graph for the upper part of the frame, and the command for its left.

        Where the frame is too narrow for both, the command is above the graph, which runs down.
        """
        heading = RunHeading(command, record)
        if config.frame_width < NARROW * config.frame_height:
            return self._graph_below(heading.to_corner(UL, buff=MARGIN), record), heading
        dag = FlowDAG(record.flow, run=record, font_size=SHARED_SIZE, captions="above").scale(SHARED_SCALE)
        dag.to_edge(UP, buff=0.3).set_x(SHARED_X)
        left, top = -config.frame_width / 2, config.frame_height / 2
        return dag, heading.move_to((left + COMMAND_AT[0], top - COMMAND_AT[1], 0.0), LEFT)

    def _graph_below(self, heading: RunHeading, record: RunRecord) -> FlowDAG:
        # A flow that runs down is as wide as its widest step, not as all of them.
        dag = FlowDAG(record.flow, run=record, font_size=SHARED_SIZE, direction="down")
        wide = config.frame_width - 2 * MARGIN
        high = float(heading.get_bottom()[1]) + config.frame_height / 2 - 2 * MARGIN - 2 * CAPTION_RISE
        dag.scale(min(SHARED_SCALE, wide / float(dag.width), high / float(dag.height)))
        return dag.next_to(heading, DOWN, buff=MARGIN).set_x(0)

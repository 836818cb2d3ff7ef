"""A command is typed, and what it printed appears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.code.terminal import PROMPT, TerminalLine, TerminalPanel

__all__ = ["RunCommand"]

TYPING, PRINTING, PAUSE = 26.0, 7.0, 0.35
"""Letters and lines a second, and seconds between the two."""


class RunCommand(Timeline):
    """Type a command into a terminal and print what it said.

    Parameters
    ----------
    terminal
        The terminal.
    command
        What is typed.
    output
        Lines that were printed: ``record.console``, or a part of it.

    Examples
    --------
    .. manim:: RunCommandExample

        class RunCommandExample(Scene):
            def construct(self):
                record = record_run("my_flow.py")
                terminal = TerminalPanel()
                self.play(RunCommand(terminal, "python my_flow.py run", record.console))
    """

    def __init__(
        self,
        terminal: TerminalPanel,
        command: str,
        output: Sequence[str] = (),
        *,
        run_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        before = terminal.every_line
        typed = terminal.make_lines([command], command=True)
        lines = terminal.make_lines(output)
        ready = len(command) / TYPING + PAUSE
        clips: list[Clip] = [_TypeClip(0.0, len(command) / TYPING, terminal, before, typed)]
        if lines:
            held = [*before, *typed]
            clips.append(_PrintClip(ready, ready + len(lines) / PRINTING, terminal, held, lines))
        super().__init__([terminal], clips, run_time=run_time, **kwargs)


class _TypeClip(Clip):
    def __init__(
        self,
        start: float,
        end: float,
        terminal: TerminalPanel,
        before: list[TerminalLine],
        lines: list[TerminalLine],
    ) -> None:
        super().__init__(start, end)
        self.terminal, self.before, self.lines = terminal, before, lines

    def show(self, progress: float) -> None:
        """Show the letters typed so far."""
        letters = sum(len(line.text) for line in self.lines) - len(PROMPT)
        typed = len(PROMPT) + letters * progress
        shown = [line for line, begin in self._begins() if begin < typed]
        self.terminal.show_lines([*self.before, *shown])
        if progress < 1:
            self.terminal.cut(shown[-1], typed - dict(self._begins())[shown[-1]])

    def _begins(self) -> Iterator[tuple[TerminalLine, int]]:
        """Each row with the number of letters before it."""
        count = 0
        for line in self.lines:
            yield line, count
            count += len(line.text)


class _PrintClip(Clip):
    def __init__(
        self,
        start: float,
        end: float,
        terminal: TerminalPanel,
        before: list[TerminalLine],
        lines: list[TerminalLine],
    ) -> None:
        super().__init__(start, end)
        self.terminal, self.before, self.lines = terminal, before, lines

    def show(self, progress: float) -> None:
        """Show the lines printed so far."""
        count = min(len(self.lines), int(progress * len(self.lines)) + 1)
        self.terminal.show_lines([*self.before, *self.lines[:count]])

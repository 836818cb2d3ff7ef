"""A command is typed, and what it printed appears."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim import smooth

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.code.terminal import PROMPT, TerminalLine, TerminalPanel

__all__ = ["RunCommand"]

TYPING, PRINTING, PAUSE = 26.0, 7.0, 0.35
"""Letters and lines a second, and seconds between the two."""


SCROLL = 0.12
"""Seconds the window takes to scroll to a line: shorter than a line stays the last one."""


class RunCommand(Timeline):
    """Type a command into a terminal and print its output.

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
        ready = len(command) / TYPING
        clips = [_type(0.0, ready, terminal, before, typed)]
        if lines:
            start = ready + PAUSE
            clips.append(_print(start, start + len(lines) / PRINTING, terminal, [*before, *typed], lines))
        super().__init__([terminal], clips, run_time=run_time, **kwargs)


Lines = list[TerminalLine]


def _type(start: float, end: float, terminal: TerminalPanel, before: Lines, lines: Lines) -> Clip:
    """Show the letters of a command one after the other."""
    sizes = [len(line.text) for line in lines]
    begins = [sum(sizes[:index]) for index in range(len(lines))]
    # The prompt is there at once: the machine writes it, nobody types it.
    letters = sum(sizes) - len(PROMPT)

    def show(progress: float) -> None:
        typed = len(PROMPT) + letters * progress
        shown = [line for line, begin in zip(lines, begins, strict=True) if begin < typed]
        terminal.show_lines([*before, *shown])
        if progress < 1:
            terminal.cut(shown[-1], typed - begins[len(shown) - 1])

    # Lines that scroll out are no longer the terminal's.
    return Clip(start, end, show, touches=[terminal, *before, *lines])


def _print(start: float, end: float, terminal: TerminalPanel, before: Lines, lines: Lines) -> Clip:
    """Show lines one after the other; the window scrolls to each of them."""
    each = (end - start) / len(lines)

    def show(progress: float) -> None:
        count = min(len(lines), int(progress * len(lines)) + 1)
        elapsed = progress * (end - start) - (count - 1) * each
        scrolled = 1.0 if progress >= 1 else smooth(min(1.0, elapsed / SCROLL))
        terminal.show_lines([*before, *lines[:count]], scrolled=scrolled)

    return Clip(start, end, show, touches=[terminal, *before, *lines])

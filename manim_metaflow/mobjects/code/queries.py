"""Which lines of a source to look at: by number, by step, by artifact, by pattern."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from manim_metaflow.errors import UnknownNameError, UsageError
from manim_metaflow.facts.flow.source_lines import artifact_lines, artifact_names, parsed, step_lines
from manim_metaflow.mobjects.code.line import CodeLine
from manim_metaflow.mobjects.code.rows import CodeRow
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.utils.text import known_names

__all__ = ["CodeQueries"]


class CodeQueries:
    """What a :class:`.CodePanel` answers when it is asked for lines: their numbers."""

    source: str
    first_line: int
    all_rows: list[CodeRow]
    rows: Parts[CodeLine]

    def lines(self, first: int, last: int | None = None) -> tuple[int, ...]:
        """Numbers of the lines from ``first`` to ``last``, both included.

        Raises
        ------
        UsageError
            The source has no such lines.
        """
        last = first if last is None else last
        end = self.all_rows[-1].number
        if not self.first_line <= first <= last <= end:
            asked = f"line {first}" if first == last else f"lines {first} to {last}"
            raise UsageError(f"The panel has no {asked}: its source has lines {self.first_line} to {end}.")
        return tuple(range(first, last + 1))

    def step(self, name: str) -> tuple[int, ...]:
        """Numbers of a step's lines, its decorators included.

        Raises
        ------
        UsageError
            The source has no such step, or does not parse.
        """
        steps = step_lines(self._tree())
        if name not in steps:
            known = known_names(name, steps, "steps")
            raise UnknownNameError(f"The panel's source has no step {name!r}. {known}")
        first, last = steps[name]
        return self._numbers(range(first, last + 1))

    def uses(self, artifact: str) -> tuple[int, ...]:
        """Numbers of the lines that assign, read or hand on an artifact.

        Raises
        ------
        UsageError
            No line of the source does, or it does not parse.
        """
        tree = self._tree()
        lines = artifact_lines(tree, artifact)
        if not lines:
            known = known_names(artifact, artifact_names(tree), "artifacts")
            raise UnknownNameError(f"No line of the panel's source uses an artifact {artifact!r}. {known}")
        return self._numbers(lines)

    def matching(self, pattern: str) -> tuple[int, ...]:
        """Numbers of the lines in which a regular expression is found.

        Raises
        ------
        UsageError
            It is not a regular expression.
        """
        try:
            found = re.compile(pattern)
        except re.error as error:
            raise UsageError(f"{pattern!r} is not a regular expression: {error}.") from error
        texts = self.source.splitlines()
        return self._numbers(index for index, text in enumerate(texts, 1) if found.search(text))

    def check_lines(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers in order, each once.

        Raises
        ------
        UsageError
            The source has no line of such a number.
        """
        wanted = tuple(sorted(set(numbers)))
        for number in wanted[:1] + wanted[-1:]:
            self.lines(number)
        return wanted

    def spans(self, lines: Iterable[int], rows: Iterable[CodeRow] | None = None) -> list[tuple[float, float]]:
        """Find the rows of lines in the source, or among others, as runs: first row, row after the last."""
        wanted = set(lines)
        runs: list[tuple[float, float]] = []
        for index, row in enumerate(self.all_rows if rows is None else rows):
            if row.number in wanted:
                start = runs.pop()[0] if runs and runs[-1][1] == index else index
                runs.append((float(start), float(index + 1)))
        return runs

    def line(self, number: int) -> CodeLine:
        """Return the row drawn for a line, its first if it is wrapped.

        Raises
        ------
        UsageError
            The line is not in the window.
        """
        for line in self.rows:
            if line.line == number:
                return line
        shown = f"{self.rows[0].line} to {self.rows[-1].line}"
        raise UsageError(f"Line {number} is not shown: the panel shows lines {shown}.")

    def _tree(self) -> ast.Module:
        tree = parsed(self.source)
        if tree is None:
            raise UsageError("The panel's source does not parse as Python: name its lines by number.")
        return tree

    def _numbers(self, indices: Iterable[int]) -> tuple[int, ...]:
        return tuple(self.first_line - 1 + index for index in indices)

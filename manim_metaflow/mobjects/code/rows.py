"""A source as rows of coloured letters: what a code panel draws, before it is drawn."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.text import visible

__all__ = ["CodeRow", "Word", "code_rows", "columns_of"]

TAB = 4
CLIPPED, WRAPPED = "…", "\u203a"
"""Drawn where a line was cut, and in the place of a number on the rows that continue a wrapped line."""

_ROLES: tuple[tuple[Any, str], ...] = (
    (Token.Comment, "comment"),
    (Token.Keyword, "keyword"),
    (Token.Name.Decorator, "accent"),
    (Token.Name.Function, "function"),
    (Token.Name.Class, "function"),
    (Token.Name.Builtin, "function"),
    (Token.Literal.String, "string"),
    (Token.Literal.Number, "number"),
    (Token.Operator.Word, "keyword"),
    (Token.Operator, "operator"),
    (Token.Punctuation, "operator"),
    (Token.Generic.Inserted, "added"),
    (Token.Generic.Deleted, "removed"),
    (Token.Generic.Heading, "accent"),
    (Token.Generic.Subheading, "accent"),
    (Token.Generic.Error, "wrong"),
)


@dataclass(frozen=True)
class Word:
    """Letters of one colour without a space among them.

    ``role`` names a colour of the theme, ``column`` counts from the row's start in letters' widths.
    """

    column: int
    text: str
    role: str


@dataclass(frozen=True)
class CodeRow:
    """One row of a panel: a line, or a part of a line too long for the panel.

    Two rows are equal if they show the same letters; their numbers and colours may differ.
    """

    text: str
    number: int = field(compare=False)
    part: int = field(compare=False, default=0)
    words: tuple[Word, ...] = field(compare=False, default=())


def code_rows(
    source: str,
    *,
    first_line: int = 1,
    language: str = "python",
    columns: int | None = None,
    long_lines: Literal["clip", "wrap"] = "clip",
) -> list[CodeRow]:
    r"""Split a source into rows and colour its words.

    Parameters
    ----------
    source
        The text. Tabs reach to the next multiple of four.
    first_line
        Number of its first line.
    language
        As Pygments names it.
    columns
        Letters a row may hold.
    long_lines
        What becomes of a longer line.

    Raises
    ------
    UsageError
        Pygments knows no such language.

    Examples
    --------
    >>> [row.text for row in code_rows("x = 1\n\ty = 22", columns=7)]
    ['x = 1', '    y …']
    """
    text = source.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    # A form feed between classes is white space to Python; other control characters each take their columns.
    text = visible(text.replace("\f", ""), keep="\n\t")
    rows: list[CodeRow] = []
    for index, letters in enumerate(_colored_lines(text, _lexer(language))):
        number = first_line + index
        cut = letters if columns is None or len(letters) <= columns else None
        if cut is not None:
            rows.append(_row(cut, number, 0))
        elif long_lines == "clip":
            rows.append(_row([*letters[: (columns or 1) - 1], (CLIPPED, "muted")], number, 0))
        else:
            rows += [_row(piece, number, part) for part, piece in enumerate(_wrapped(letters, columns or 1))]
    return rows


def columns_of(text: str) -> int:
    """Width of a text in letters: East Asian letters are two wide, marks on a letter have none.

    >>> columns_of("ab漢")
    4
    """
    return sum(_cells(letter) for letter in text)


_Letters = list[tuple[str, str]]
"""The letter in each cell and its role; the cells after a wide letter's first are empty."""


def _colored_lines(text: str, lexer: Lexer) -> list[_Letters]:
    lines: list[_Letters] = [[]]
    for kind, word in lexer.get_tokens(text):
        role = _role(kind)
        for letter in word:
            if letter == "\n":
                lines.append([])
                continue
            line = lines[-1]
            if letter == "\t":
                line += [(" ", role)] * (TAB - len(line) % TAB)
                continue
            cells = _cells(letter)
            # A mark belongs to the letter before it and takes no cell of its own.
            if cells == 0:
                if line:
                    line[-1] = (line[-1][0] + letter, line[-1][1])
                continue
            line += [(letter, role), *[("", role)] * (cells - 1)]
    for line in lines:
        while line and line[-1][0].isspace():
            line.pop()
    return lines


def _wrapped(letters: _Letters, columns: int) -> Iterator[_Letters]:
    """Break at spaces, where there are any in the right half of a row; the rest is indented as the line."""
    indent = next(i for i, (letter, _) in enumerate(letters) if not letter.isspace())
    lead = letters[:indent] if indent < columns // 2 else []
    while len(letters) > columns:
        breaks = [i for i in range(columns // 2, columns) if letters[i][0] == " " and i > indent]
        at = breaks[-1] + 1 if breaks else columns
        # The cell is the second half of a wide letter, which goes to the next row as a whole.
        if not letters[at][0]:
            at -= 1
        yield letters[:at]
        letters = [*lead, *letters[at:]]
    yield letters


def _row(letters: _Letters, number: int, part: int) -> CodeRow:
    words: list[Word] = []
    run, start, run_role = "", 0, ""
    # A space at the end closes the last word as all others.
    for column, (letter, role) in enumerate([*letters, (" ", "")]):
        if run and (letter.isspace() or (letter and role != run_role)):
            words.append(Word(start, run, run_role))
            run = ""
        if letter and not letter.isspace():
            if not run:
                start, run_role = column, role
            run += letter
    return CodeRow("".join(letter for letter, _ in letters).rstrip(), number, part, tuple(words))


def _cells(letter: str) -> int:
    if letter == "\t":
        return 1
    # Marks on letters, format and control characters: nothing of them has a width.
    if unicodedata.category(letter) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


@lru_cache(maxsize=16)
def _lexer(language: str) -> Lexer:
    try:
        # Blank lines at both ends are rows, too: Pygments would take them away.
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound as error:
        raise UsageError(f"There is no language {language!r}. Give a name that Pygments knows.") from error


@lru_cache(maxsize=512)
def _role(kind: _TokenType) -> str:
    return next((role for parent, role in _ROLES if kind in parent), "text")

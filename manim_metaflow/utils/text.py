"""Text that has to fit: cut at a limit with an ellipsis, or broken into lines of a width."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable

__all__ = [
    "CONTROLS",
    "break_anywhere",
    "break_columns",
    "cut",
    "ellipsis",
    "first_sentence",
    "fit_lines",
    "known_names",
    "visible",
    "wrap",
]

_JOINER = "\u200d"
"""Joins the emoji on both of its sides into one picture."""

_SKIN_TONES = range(0x1F3FB, 0x1F400)


def ellipsis(text: str, limit: int, *, mark: str = "…", strip: bool = True) -> str:
    """Cut a text that is longer than a limit, and show by a mark that it was cut.

    A letter is never parted from the accents and joiners that belong to it.

    Parameters
    ----------
    text
        The text.
    limit
        How many characters the result has at most, with the mark.
    mark
        What stands for the rest.
    strip
        Whether white space in front of the mark goes, too.

    Examples
    --------
    >>> ellipsis("a long text", 8), ellipsis("a long text", 7), ellipsis("short", 8)
    ('a long…', 'a long…', 'short')
    >>> ellipsis("[0, 1, 2, 3]", 10, mark="...", strip=False)
    '[0, 1, ...'
    """
    if len(text) <= limit:
        return text
    kept = text[: _boundary(text, max(0, limit - len(mark)))]
    return (kept.rstrip() if strip else kept) + mark


def visible(text: str, *, keep: str = "") -> str:
    r"""Show the control characters of a text as Python writes them, so that they control nothing.

    Those of terminals are meant, that change the direction of the text behind them, that end a line, and
    halves of letters, which cannot be written at all.

    Parameters
    ----------
    text
        The text.
    keep
        Which of them stay as they are: ``"\n"`` where a text may have several lines.

    Examples
    --------
    >>> visible("red: " + chr(27) + "[31m"), visible("a" + chr(0x202E) + "b"), visible("one\ntwo", keep="\n")
    ('red: \\x1b[31m', 'a\\u202eb', 'one\ntwo')
    """
    if text.isprintable():
        return text
    return CONTROLS.sub(lambda found: found[0] if found[0] in keep else _written(found[0]), text)


def _written(character: str) -> str:
    return character.encode("unicode_escape").decode()


CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What controls a terminal or the direction of text, what ends a line, and halves of letters."""


def first_sentence(text: str) -> str:
    r"""Return the first sentence of a docstring on one line; of one without an end, its first paragraph.

    >>> first_sentence("Train one model for every shop, e.g. for\n  the 2.5 largest. Then join them.")
    'Train one model for every shop, e.g. for the 2.5 largest.'
    >>> first_sentence("No end here\n\nMore of it.")
    'No end here'
    """
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    for end in _SENTENCE_END.finditer(paragraph):
        sentence = paragraph[: end.end()]
        if not sentence.lower().endswith(_NO_ENDS):
            return sentence
    return paragraph


_SENTENCE_END = re.compile(r"[.!?][\"')\]]*(?=\s)")
_NO_ENDS = ("e.g.", "i.e.", "etc.", "vs.", "cf.", "approx.", "resp.", "no.", "dr.", "mr.", "ms.", "fig.")
"""After these a sentence goes on."""


def known_names(name: object, known: Iterable[str], what: str) -> str:
    """Tell, of a name that there is not, which one may be meant, or which ones there are.

    >>> known_names("bkae", ["mix", "bake", "eat"], "steps")
    'Did you mean bake? Its steps are: mix, bake, eat.'
    """
    names = list(known)
    near = difflib.get_close_matches(str(name), names, n=1)
    there = f"Its {what} are: {', '.join(names)}." if names else f"It has no {what}."
    return f"Did you mean {near[0]}? {there}" if near else there


def wrap(
    text: str, width: float, measure: Callable[[str], float] = len, *, max_lines: int | None = None
) -> list[str]:
    """Break a text into lines between its words, and a word that is wider than a line behind its punctuation.

    Parameters
    ----------
    text
        The text. All white space in it is the same; a text without words has no line.
    width
        How wide a line may be, in what ``measure`` returns.
    measure
        Returns the width of a text: columns, pixels, ems.
    max_lines
        How many lines there may be; the last of them then ends with an ellipsis.

    Examples
    --------
    >>> wrap("read the table of prices", 9)
    ['read the', 'table of', 'prices']
    >>> wrap("read the table of prices", 9, max_lines=2)
    ['read the', 'table of…']
    >>> wrap("a_name_without_spaces in it", 8)
    ['a_name_', 'without_', 'spaces', 'in it']
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and measure(longer) > width:
            lines.append(line)
            longer = word
        if measure(longer) > width:
            *full, longer = _break_word(longer, width, measure)
            lines += full
        line = longer
    lines += [line] if line else []
    if max_lines is not None and len(lines) > max_lines:
        # No punctuation in front of the ellipsis: "of the day,…" reads like a slip.
        lines = [*lines[: max_lines - 1], lines[max_lines - 1].rstrip(" .,;:") + "…"]
    return lines


def cut(text: str, width: float, measure: Callable[[str], float] = len) -> str:
    """Cut a text that is wider than a width, between its words where that keeps most of it, with an ellipsis.

    Parameters
    ----------
    text
        The text.
    width
        How wide the result may be, ellipsis included, in what ``measure`` returns.
    measure
        Returns the width of a text: columns, pixels, ems.

    Examples
    --------
    >>> cut("read the table of prices", 15), cut("short", 15)
    ('read the table…', 'short')
    >>> cut("a_name_without_spaces", 8)
    'a_name_…'
    """
    if measure(text) <= width:
        return text
    # No letter is of no width in our fonts, so the longest prefix is found by halving.
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle] + "…") <= width else (low, middle - 1)
    kept = text[: _boundary(text, low)]
    between = kept if text[len(kept) : len(kept) + 1].isspace() else kept.rpartition(" ")[0]
    # One long word among short ones, a path or a list, must not cost the whole line.
    if len(between) > len(kept) / 2:
        kept = between
    # No punctuation in front of the ellipsis: "of the day,…" reads like a slip.
    return kept.rstrip(" .,;:") + "…"


def fit_lines(text: str, width: float, measure: Callable[[str], float] = len, *, max_lines: int) -> list[str]:
    """Break a text between its words into so many lines; what does not fit, words too, ends in an ellipsis.

    Where :func:`wrap` breaks a word that is wider than a line, this cuts it: half a word on the next line
    reads as another word.

    Examples
    --------
    >>> fit_lines("read the table of prices", 9, max_lines=2)
    ['read the', 'table of…']
    >>> fit_lines("a_name_without_spaces in it", 8, max_lines=2)
    ['a_name_…', 'in it']
    """
    words = " ".join(cut(word, width, measure) for word in text.split())
    lines = wrap(words, width, measure)
    rest = " ".join(lines[max_lines - 1 :])
    return lines if len(lines) <= max_lines else [*lines[: max_lines - 1], cut(rest, width, measure)]


def _break_word(word: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Break a path, a call or a long name behind its punctuation, and inside only what is still too wide."""
    pieces = [""]
    for part in _PARTS.findall(word):
        if measure(pieces[-1] + part) <= width:
            pieces[-1] += part
        else:
            pieces += break_anywhere(part, width, measure)
    return [piece for piece in pieces if piece]


_PARTS = re.compile(r"[^-(/=,._:\[{]*[-(/=,._:\[{]+|[^-(/=,._:\[{]+")


def break_anywhere(text: str, width: float, measure: Callable[[str], float] = len) -> list[str]:
    """Break a text where a line is full, wherever that is, as a terminal does.

    >>> break_anywhere("python my_flow.py run", 8)
    ['python m', 'y_flow.p', 'y run']
    """
    pieces = [""]
    start = 0
    for end in range(1, len(text) + 1):
        if _boundary(text, end) != end:
            continue
        letter = text[start:end]
        start = end
        if pieces[-1] and measure(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def break_columns(text: str, width: float, measure: Callable[[str], float] = len) -> list[str]:
    """Break what was printed between its words; white space in it, and at its beginning, stays.

    Only a word that is wider than a line is broken inside, behind its punctuation.

    >>> break_columns("  python my_flow.py run", 12)
    ['  python', 'my_flow.py', 'run']
    >>> break_columns("a_name_without_spaces in it", 8)
    ['a_name_', 'without_', 'spaces', 'in it']
    """
    lines = [""]
    for part in re.findall(r"\s*\S+", text):
        if measure(lines[-1] + part) <= width:
            lines[-1] += part
        elif lines == [""]:
            lines = _break_word(part, width, measure)
        else:
            lines += _break_word(part.lstrip(), width, measure)
    return lines


def _boundary(text: str, at: int) -> int:
    """Return the last position up to ``at`` where a text can be cut without changing a letter."""
    while 0 < at < len(text) and (_continues(text[at]) or text[at - 1] == _JOINER):
        at -= 1
    return at


def _continues(character: str) -> bool:
    """Tell whether a character belongs to the letter before it."""
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character == _JOINER
        or ord(character) in _SKIN_TONES
    )

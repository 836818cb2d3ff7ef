"""Which rows of a source's next version were there before, where, and how much of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from manim_metaflow.mobjects.code.rows import CodeRow, Word

__all__ = ["Match", "match_cells", "match_rows", "match_words"]

LEAST_BLOCK = 10
"""Letters a block must have to count as moved: a lone ``pass`` elsewhere is not the same ``pass``."""

ALIKE = 0.5
"""How much of a line must stay for it to count as changed, not as another line."""


@dataclass(frozen=True)
class Match:
    """What became of each row.

    ``kept`` maps a row of the new version to the one it is, unchanged; ``changed`` to the one it was
    before some of its words or its indentation changed. All by index.
    """

    kept: dict[int, int]
    changed: dict[int, int]


def match_rows(old: Sequence[CodeRow], new: Sequence[CodeRow]) -> Match:
    """Match two versions: what stays in order, then what moved, then what changed in place.

    Examples
    --------
    >>> rows = lambda text: [CodeRow(line, n) for n, line in enumerate(text.split("|"), 1)]
    >>> match_rows(rows("a = 1|b = 2"), rows("a = 1|c = 3|b = 22")).kept
    {0: 0}
    """
    # Without `autojunk`, which leaves out lines that are frequent in long texts, such as empty ones and
    # `@step`.
    matcher = SequenceMatcher(a=[row.text for row in old], b=[row.text for row in new], autojunk=False)
    gaps = [(range(a, b), range(c, d)) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    kept = {b + k: a + k for a, b, size in matcher.get_matching_blocks() for k in range(size)}
    gone = [index for before, _ in gaps for index in before if old[index].text]
    come = [index for _, after in gaps for index in after if new[index].text]
    changed: dict[int, int] = {}
    for before, after in _moved(old, new, gone, come):
        (kept if old[before].text == new[after].text else changed)[after] = before
    used = {*kept.values(), *changed.values()}
    for before_gap, after_gap in gaps:
        free = [index for index in before_gap if old[index].text and index not in used]
        for after in after_gap:
            if not new[after].text or after in kept or after in changed:
                continue
            near = next((b for b in free if _alike(old[b], new[after]) >= ALIKE), None)
            if near is not None:
                changed[after] = near
                # Later lines match later ones only: two changed lines that cross would look like a move.
                free = free[free.index(near) + 1 :]
    return Match(dict(sorted(kept.items())), dict(sorted(changed.items())))


def _moved(
    old: Sequence[CodeRow], new: Sequence[CodeRow], gone: list[int], come: list[int]
) -> list[tuple[int, int]]:
    """Pairs of rows that went in one place and came in another, whatever their indentation."""
    free: dict[str, list[int]] = {}
    for index in gone:
        free.setdefault(old[index].text.strip(), []).append(index)
    blocks: list[list[tuple[int, int]]] = []
    for after in come:
        candidates = free.get(new[after].text.strip(), [])
        last = blocks[-1][-1] if blocks else (-2, -2)
        follows = [index for index in candidates if last[1] < after and _next(old, last[0]) == index]
        if follows and _next(new, last[1]) == after:
            blocks[-1].append((follows[0], after))
        elif candidates:
            blocks.append([(candidates[0], after)])
        else:
            continue
        candidates.remove(blocks[-1][-1][0])
    long = [b for b in blocks if sum(len(new[after].text.strip()) for _, after in b) >= LEAST_BLOCK]
    return [pair for block in long for pair in block]


def _next(rows: Sequence[CodeRow], index: int) -> int:
    """Find the next row with letters on it."""
    index += 1
    while 0 <= index < len(rows) and not rows[index].text:
        index += 1
    return index


def _alike(one: CodeRow, other: CodeRow) -> float:
    words = [word.text for word in one.words], [word.text for word in other.words]
    return SequenceMatcher(None, *words, autojunk=False).ratio()


def match_words(
    old: Sequence[Word], new: Sequence[Word]
) -> tuple[list[tuple[Word, Word]], list[Word], list[Word]]:
    """Which words of a changed row stay, which go, which come."""
    matcher = SequenceMatcher(a=[word.text for word in old], b=[word.text for word in new], autojunk=False)
    stay: list[tuple[Word, Word]] = []
    go: list[Word] = []
    come: list[Word] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            stay += list(zip(old[a:b], new[c:d], strict=True))
        else:
            go += old[a:b]
            come += new[c:d]
    return stay, go, come


def match_cells(
    cells: Sequence[Sequence[str]], lines: Sequence[str], regions: Mapping[str, Sequence[int]]
) -> list[tuple[str, dict[int, int]]]:
    """For each cell the region of a source that holds it, and which line is which of its lines.

    A line counts as the same whatever its indentation, with or without ``self.``. Each line is one
    cell's at most; a cell that no region holds has none. All by index.

    Examples
    --------
    >>> lines = ["def start", "    self.x = 1", "    next"]
    >>> match_cells([["x = 1", "y = 2 * x"]], lines, {"start": [0, 1, 2]})
    [('start', {1: 0})]
    """
    taken: set[int] = set()
    found: list[tuple[str, dict[int, int]]] = []
    for cell in cells:
        best: tuple[str, dict[int, int]] = ("", {})
        for name, indices in regions.items():
            free = [index for index in indices if lines[index].strip() and index not in taken]
            pairs = _same_lines(cell, lines, free)
            if len(pairs) > len(best[1]):
                best = (name, pairs)
        taken.update(best[1])
        found.append(best)
    return found


def _same_lines(cell: Sequence[str], lines: Sequence[str], free: Sequence[int]) -> dict[int, int]:
    written = [index for index, text in enumerate(cell) if text.strip()]
    matcher = SequenceMatcher(
        a=[_bare(cell[index]) for index in written], b=[_bare(lines[index]) for index in free], autojunk=False
    )
    return {free[b + k]: written[a + k] for a, b, size in matcher.get_matching_blocks() for k in range(size)}


def _bare(text: str) -> str:
    return re.sub(r"\bself\.", "", text.strip())

"""The bytes of a value, as they are stored."""

from __future__ import annotations

import pickletools
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from manim_metaflow.facts.records.storage import BlobBytes
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.units import readable_size

__all__ = ["BytesStrip", "differing_bytes"]


class BytesStrip(Drawing):
    """The first bytes of a pickle in hexadecimal, abridged, and how many there are.

    The bytes that carry the value are brighter than those that let Python build it.

    Parameters
    ----------
    blob
        The record of the bytes; its ``head`` is drawn.
    shown
        How many bytes at most.
    font_size
        Of the bytes; the theme's ``label_size`` by default.
    marked
        Positions of bytes to mark, such as those in which two pickles differ.

    Attributes
    ----------
    cells
        A label a byte; the last one is an ellipsis where bytes are left out.
    note
        What they are, and how many.

    Examples
    --------
    .. manim:: BytesStripExample
        :save_last_frame:

        class BytesStripExample(Scene):
            def construct(self):
                head = "8004950f000000000000005d94284b014b024b034b044b05652e"
                blob = BlobBytes("5469c70c615008175ac799939b93d0f735d6c6a9", 46, 26, "list", head=head)
                self.add(BytesStrip(blob, shown=26))
    """

    def __init__(
        self,
        blob: BlobBytes,
        *,
        shown: int = 18,
        font_size: float | None = None,
        marked: tuple[int, ...] = (),
    ) -> None:
        theme = current_theme()
        self.sha = blob.sha
        size = font_size or theme.label_size
        head = bytes.fromhex(blob.head)
        values = _value_bytes(head, blob.raw_size)
        pitch = TextLabel("00 ", font_size=size).advance
        self.cells: Parts[TextLabel] = Parts()
        taken = _abridged(len(head), blob.raw_size, shown)
        for column, position in enumerate(taken):
            if position is None:
                text, color = "…", theme.muted
            else:
                text = f"{head[position]:02x}"
                color = theme.text if position in values else theme.muted
                color = theme.conflict if position in marked else color
            self.cells.add(TextLabel(text, font_size=size, color=color).left_at(column * pitch, 0))
        self.note = TextLabel(
            f"pickle, {readable_size(blob.raw_size)}",
            font="prose",
            font_size=theme.small_size,
            color=theme.muted,
        )
        self.note.left_at(0, -0.34)
        super().__init__(self.cells, self.note)
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "bytes", "sha": self.sha, "bytes": [cell.text for cell in self.cells]}


def differing_bytes(blobs: Sequence[BlobBytes]) -> list[tuple[int, ...]]:
    """Find, for each pickle, the positions where not all of them have the same byte.

    Examples
    --------
    >>> one, other = (BlobBytes("00", 3, 3, "int", head=head) for head in ("800401", "800402"))
    >>> differing_bytes([one, other])
    [(2,), (2,)]
    """
    heads = [bytes.fromhex(blob.head) for blob in blobs]
    # Past the end of a shorter pickle, zip_longest gives None: a byte that only one of them has differs.
    differing = {at for at, column in enumerate(zip_longest(*heads)) if len(set(column)) > 1}
    return [tuple(at for at in range(len(head)) if at in differing) for head in heads]


def _abridged(available: int, size: int, shown: int) -> list[int | None]:
    """Choose the positions to draw; ``None`` stands for those left out."""
    if size <= min(available, shown):
        return list(range(size))
    if available < size:
        return [*range(min(available, shown - 1)), None]
    return [*range(shown - 2), None, size - 1]


def _value_bytes(head: bytes, size: int) -> frozenset[int]:
    """Find the bytes that are arguments of what the pickle builds: its numbers and letters."""
    found: set[int] = set()
    # The rest of the pickle was not recorded: it cannot be taken apart.
    if len(head) < size:
        return frozenset(range(len(head)))
    try:
        steps = list(pickletools.genops(head))
    except ValueError:
        return frozenset()
    ends = [place or 0 for _, _, place in steps[1:]] + [len(head)]
    for (code, argument, place), end in zip(steps, ends, strict=True):
        if argument is not None and code.name not in ("PROTO", "FRAME", "BINGET", "LONG_BINGET"):
            length = len(argument.encode()) if isinstance(argument, str) else end - (place or 0) - 1
            found.update(range(end - length, end))
    return frozenset(found)

"""A task's key map: which name stands for which bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records.storage import KeyEntry, KeyMapRecord, TaskKeys
from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, dashes, rounded_rectangle
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.storage.hash_label import key_color
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.text import ellipsis

__all__ = ["KeyMap", "KeyRow"]

ROW = 0.42
HEAD = 0.44
LETTERS, FACE = 8, 0.28
VALUE_LETTERS = 28
"""A longer value is cut: the map says which name has what, it is not the place to read all of it."""


class KeyRow(Drawing):
    """One line of a key map: face, name, and the key or the value.

    An inherited key has a dashed outline round its face: it was copied, its bytes were not touched.
    """

    def __init__(self, entry: KeyEntry, *, width: float, name_width: float, value: str = "") -> None:
        theme = current_theme()
        self.entry, self.sha = entry, entry.sha
        self.face = Face(entry.sha, size=FACE)
        left = -width / 2 + 0.3
        self.face.move_to((left, 0, 0))
        self.label = TextLabel(entry.name, font_size=theme.small_size + 1).left_at(left + 0.26, 0)
        x = left + 0.26 + name_width + 0.22
        damaged = bool(entry.damage)
        plain = theme.text if value else key_color(entry.sha)
        self.key = TextLabel(
            value or entry.sha[:LETTERS],
            font_size=theme.small_size + 1,
            color=theme.damaged if damaged else plain,
        ).left_at(x, 0)
        super().__init__(self.face, self.label, self.key, name=entry.name)
        if entry.change == "inherited":
            ring = dashes(rounded_rectangle(0.35, 0.35, 0.07), 0.05, 0.045)
            self.ring = Shape(ring, stroke=theme.cloned, stroke_width=1.2).move_to(self.face)
            self.add(self.ring)
        if damaged:
            self.cross = _cross(0.34, theme.damaged)
            self.add(self.cross.move_to(self.face))

    def __snapshot__(self) -> dict[str, Any]:
        facts = {"role": "key-row", "name": self.name, "sha": self.sha, "change": self.entry.change}
        return facts | ({"damage": self.entry.damage} if self.entry.damage else {})


class KeyMap(Drawing):
    """The name-to-key list of a task, as its ``data.json`` has it.

    Parameters
    ----------
    task
        The task.
    attempt
        Which attempt; the last by default.
    names
        The artifacts to list; by default all that are not Metaflow's own.
    title
        The heading; the task's path by default.
    width
        Units; as wide as its lines need by default.
    rows
        How many lines at most; the rest is counted.
    values
        Short texts of the values by key, :attr:`.StorageRecord.values` say, to be written in place of the
        keys where they are known.

    Attributes
    ----------
    panel, title
        The background with its border, and the heading.
    rows
        The lines that are written; ``key_map["raw"]`` is the :class:`KeyRow` named so, written or not.
    note
        What is left out or damaged, or ``None``.

    Examples
    --------
    .. manim:: KeyMapExample
        :save_last_frame:

        class KeyMapExample(Scene):
            def construct(self):
                raw = KeyEntry("raw", "b68cc035a7f59d6d9285aaa4359c51872f204f8a", 22, "list")
                total = KeyEntry("total", "2fd8ec1b9667e99d54ca788a6bd2093083aa1a8b", 5, "int")
                self.add(KeyMap(TaskKeys("use", "3", (KeyMapRecord(0, True, (raw, total)),))))
    """

    def __init__(
        self,
        task: TaskKeys,
        *,
        attempt: int | None = None,
        names: Collection[str] | None = None,
        title: str | None = None,
        width: float | None = None,
        rows: int = 12,
        values: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        theme = current_theme()
        self.task = task
        record = _attempt(task, attempt)
        entries = [e for e in record.entries if (not e.internal if names is None else e.name in names)]
        shown, more = entries[:rows], len(entries) - rows
        text = _note(record, more)
        name_width = max(
            (TextLabel(e.name, font_size=theme.small_size + 1).advance for e in shown), default=0
        )
        texts = {e.sha: ellipsis(values[e.sha], VALUE_LETTERS) for e in shown if values.get(e.sha)}
        # The font has one width for all letters: zeros are as wide as any key.
        written = [texts.get(e.sha, "0" * LETTERS) for e in shown]
        key_width = max((TextLabel(t, font_size=theme.small_size + 1).advance for t in written), default=0)
        lines = len(shown) + (1 if text else 0)
        self.title = TextLabel(title or task.path, font_size=theme.label_size - 2)
        self.note: TextLabel | None = None
        if text:
            color = theme.damaged if record.damage else theme.muted
            self.note = TextLabel(text, font="prose", font_size=theme.small_size, color=color)
        need = 0.3 + 0.26 + name_width + 0.22 + key_width + 0.2 if shown else 0.0
        for label in (self.title, self.note):
            need = max(need, float(label.width) + 0.36) if label is not None else need
        width = max(width or 0.0, need)
        self._width = width
        height = HEAD + ROW * lines + 0.1
        self.panel = Shape(
            rounded_rectangle(width, height, theme.radius),
            fill=theme.panel,
            stroke=theme.edge,
            stroke_width=1.0,
        )
        top = height / 2
        self.title.left_at(-width / 2 + 0.18, top - 0.25)
        self.rows: Parts[KeyRow] = Parts()
        self._rows: dict[str, KeyRow] = {}
        self._places: dict[str, Any] = {}
        for index, entry in enumerate(shown):
            row = KeyRow(entry, width=width, name_width=name_width, value=texts.get(entry.sha, ""))
            row.shift((0, top - HEAD - ROW * (index + 0.5), 0))
            self._rows[entry.name], self._places[entry.name] = row, row.face.get_center()
            self.rows.add(row)
        super().__init__(self.panel, self.title, self.rows)
        if self.note is not None:
            self.note.left_at(-width / 2 + 0.18, top - HEAD - ROW * (len(shown) + 0.5))
            self.add(self.note)

    def __getitem__(self, name: Any) -> Any:
        if not isinstance(name, str):
            return super().__getitem__(name)
        if name not in self._rows:
            raise UsageError(
                f"The key map of {self.task.path} shows no {name!r}. It shows: "
                f"{', '.join(self._rows) or 'nothing'}."
            )
        row = self._rows[name]
        if row not in self.rows.submobjects:
            # A line that is not written has not moved or grown with the map.
            row.scale(self.zoom * FACE / float(row.face.height))
            row.shift(self.panel.get_center() + self.zoom * self._places[name] - row.face.get_center())
        return row

    @property
    def zoom(self) -> float:
        """How much it has been scaled since it was built."""
        return float(self.panel.width) / self._width

    @property
    def named(self) -> dict[str, str]:
        """Return the names it has lines for, written or not, with their keys."""
        return {name: row.sha for name, row in self._rows.items()}

    @animated
    def write(self, *names: str) -> KeyMap:
        """Show lines at once."""
        for name in names:
            if self[name] not in self.rows.submobjects:
                self.rows.add(self[name])
        return self

    @animated
    def show_only(self, *names: str) -> KeyMap:
        """Keep the places of all lines, but show only some."""
        self.rows.submobjects = [self[name] for name in names]
        return self

    def __snapshot__(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"role": "key-map", "task": self.task.path}
        return facts | ({"note": self.note.text} if self.note is not None else {})


def _attempt(task: TaskKeys, number: int | None) -> KeyMapRecord:
    if number is None:
        return task.last
    for record in task.attempts:
        if record.number == number:
            return record
    raise UsageError(f"Task {task.path} has no attempt {number}. It has {len(task.attempts)} attempts.")


def _note(record: KeyMapRecord, more: int) -> str:
    if record.damage:
        return record.damage
    if not record.stored:
        return "no key map: nothing can be read"
    return f"and {more} more" if more > 0 else ""


def _cross(size: float, color: str) -> Shape:
    half = size / 2
    return Shape(_two_lines(half), stroke=color, stroke_width=2.4)


def _two_lines(half: float) -> Any:
    return np.array([np.linspace((-half, y * half), (half, -y * half), 4) for y in (1, -1)])

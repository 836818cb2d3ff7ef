"""A project's folders and files, as a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, polyline
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["FileRow", "FileTree"]

PITCH, INDENT, ELBOW = 0.4, 0.42, 0.14
"""Distance of two rows, from a folder's name to what is in it, and from a line's end to a name, units."""

_NO_NOTES: Mapping[str, str] = MappingProxyType({})


class FileRow(Drawing):
    """A folder or a file.

    Attributes
    ----------
    label, note
        Its name, and the note about it.
    branch
        The line that joins it to its folder; the root has none.
    """

    def __init__(
        self, label: TextLabel, note: TextLabel | None, branch: Shape | None, *, path: str, folder: bool
    ) -> None:
        self.label, self.note, self.branch, self.path, self.folder = label, note, branch, path, folder
        super().__init__(*[part for part in (branch, label, note) if part is not None])

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "file-row", "path": self.path, "folder": self.folder}


class FileTree(Drawing):
    """The layout of a project.

    Parameters
    ----------
    files
        Paths with slashes, folders end with one: ``["flows/train.py", "data/"]``; they are drawn in the
        order given, each below its folder. Or a folder on disk, whose files are sorted by name; hidden ones
        and Python's caches are left out.
    root
        Name of the folder that holds all; that of the folder on disk by default. Empty draws none.
    notes
        Notes about files, by path.
    rows
        How many rows at most; what is left out is counted.
    font_size
        Manim font size.

    Attributes
    ----------
    rows
        A :class:`.FileRow` for each folder and file; ``tree["flows/train.py"]`` is one of them.

    Raises
    ------
    UsageError
        There is no file, no such folder, or a note is about a file that is not there.

    Examples
    --------
    .. manim:: FileTreeExample
        :save_last_frame:

        class FileTreeExample(Scene):
            def construct(self):
                files = ["flows/train.py", "flows/helpers.py", "requirements.txt"]
                self.add(FileTree(files, root="project", notes={"flows/train.py": "the flow"}))
    """

    def __init__(
        self,
        files: Sequence[str] | Path,
        *,
        root: str | None = None,
        notes: Mapping[str, str] = _NO_NOTES,
        rows: int = 24,
        font_size: float | None = None,
    ) -> None:
        theme = current_theme()
        paths = _listed(files) if isinstance(files, Path) else [str(file) for file in files]
        if root is None:
            root = files.resolve().name if isinstance(files, Path) else ""
        if not paths:
            raise UsageError("A file tree needs at least one file.")
        entries = _entries(paths)
        unknown = sorted(set(notes) - set(entries))
        if unknown:
            raise UsageError(
                f"The tree has no {unknown[0]!r} to note anything at. It has: {', '.join(entries)}."
            )
        shown = entries if len(entries) <= rows else entries[: rows - 1]
        self._size = theme.label_size if font_size is None else font_size
        self._pitch = PITCH * self._size / theme.label_size
        self.rows: Parts[FileRow] = Parts()
        self._depth = 0
        if root:
            self.rows.add(self._row(f"{root}/", "", 0, None))
            self._depth = 1
        homes: dict[str, int] = {"": 0}
        last: dict[str, int] = {}
        for index, path in enumerate(shown, self._depth):
            parent = _parent(path)
            above = (homes[parent], last.get(parent)) if parent or root else None
            self.rows.add(self._row(path, notes.get(path, ""), index, above))
            homes[path] = last[parent] = index
        if len(shown) < len(entries):
            text = f"and {len(entries) - len(shown)} more"
            more = TextLabel(text, font="prose", font_size=theme.small_size, color=theme.muted)
            self.rows.add(FileRow(self._put(more, 0, len(self.rows)), None, None, path="…", folder=False))
        super().__init__(self.rows)
        self.center()

    def __getitem__(self, path: Any) -> Any:
        if not isinstance(path, str):
            return super().__getitem__(path)
        for row in self.rows:
            if row.path == path:
                return row
        raise UsageError(f"The tree shows no {path!r}. It shows: {', '.join(row.path for row in self.rows)}.")

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "file-tree", "paths": [row.path for row in self.rows]}

    def _row(self, path: str, note: str, index: int, above: tuple[int, int | None] | None) -> FileRow:
        """Draw a row; ``above`` are the rows of its folder and of the one before it in there."""
        theme = current_theme()
        folder = path.endswith("/")
        depth = len(PurePosixPath(path).parts) - 1 + (self._depth if index else 0)
        name = PurePosixPath(path).name + ("/" if folder else "")
        label = TextLabel(name, font_size=self._size, color=theme.accent if folder else theme.text)
        self._put(label, depth, index)
        remark = None
        if note:
            remark = TextLabel(note, font="prose", font_size=max(self._size - 2, 14), color=theme.muted)
            remark.left_at(float(label.get_right()[0]) + 0.3, -index * self._pitch)
        branch = None if above is None else self._branch(depth, index, *above)
        return FileRow(label, remark, branch, path=path, folder=folder)

    def _put(self, label: TextLabel, depth: int, index: int) -> TextLabel:
        return label.left_at(depth * INDENT, -index * self._pitch)

    def _branch(self, depth: int, index: int, home: int, before: int | None) -> Shape:
        """Draw down from below the folder's name, or from the row before, then to the name."""
        x, y = (depth - 1) * INDENT + 0.1, -index * self._pitch
        top = -home * self._pitch - 0.45 * self._pitch if before is None else -before * self._pitch
        corners = [(x, top), (x, y), (depth * INDENT - ELBOW / 2, y)]
        return Shape(polyline(*corners), stroke=current_theme().edge, stroke_width=1.4)


def _listed(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder.")
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") or part == "__pycache__" for part in parts):
            continue
        found.append("/".join(parts) + ("/" if path.is_dir() else ""))
    return found


def _entries(paths: Sequence[str]) -> list[str]:
    """Give each file and each folder once, what a folder holds right below it."""
    tree: dict[str, Any] = {}
    for path in paths:
        here = tree
        parts = PurePosixPath(path).parts
        for index, part in enumerate(parts):
            folder = index < len(parts) - 1 or path.endswith("/")
            here = here.setdefault(part + ("/" if folder else ""), {})
    return list(_walked(tree, ""))


def _walked(tree: Mapping[str, Any], prefix: str) -> Any:
    for name, inside in tree.items():
        yield prefix + name
        yield from _walked(inside, prefix + name)


def _parent(path: str) -> str:
    head = path.rstrip("/").rpartition("/")[0]
    return f"{head}/" if head else ""

"""The cells of a notebook: read from its file, not run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manim_metaflow.errors import UsageError

__all__ = ["NotebookCell", "NotebookRecord", "load_notebook"]

FORMAT = 4
"""The version of Jupyter's file format that is read."""


@dataclass(frozen=True)
class NotebookCell:
    """A code cell as it was saved.

    ``number`` counts code cells from 1, ``count`` is the kernel's: how many cells it had executed by then,
    ``None`` for one that was never executed. ``output`` holds what it printed and the text of its result.
    """

    number: int
    source: str
    count: int | None = None
    output: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotebookRecord:
    """A notebook's code cells in their order; ``name`` is its file's."""

    name: str
    cells: tuple[NotebookCell, ...]


def load_notebook(path: str | Path) -> NotebookRecord:
    """Read the code cells of a notebook; empty ones and text cells are left out.

    Parameters
    ----------
    path
        An ``.ipynb`` file of format 4, what Jupyter has written since 2015.

    Raises
    ------
    UsageError
        There is no such file, it is not a notebook, or it has no code cell.

    Examples
    --------
    >>> notebook = load_notebook("my_notebook.ipynb")
    >>> [cell.source.splitlines()[-1] for cell in notebook.cells]
    ['temps, cups = zip(*days)', 'print(sum(cups) / len(cups))']
    >>> notebook.cells[-1].output
    ('204.0',)
    """
    path = Path(path)
    raw = _read(path)
    cells = [cell for cell in raw["cells"] if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    written = [cell for cell in cells if _text(cell.get("source", "")).strip()]
    if not written:
        raise UsageError(f"{path}: a notebook without code cells: there is nothing to make steps of.")
    return NotebookRecord(path.name, tuple(_cell(number, cell) for number, cell in enumerate(written, 1)))


def _read(path: Path) -> Any:
    if not path.is_file():
        raise UsageError(f"{path}: no such file.")
    try:
        raw = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not a notebook: {error}.") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise UsageError(f"{path}: JSON, but not a notebook: it names no nbformat.")
    if raw["nbformat"] != FORMAT or not isinstance(raw.get("cells"), list):
        raise UsageError(
            f"{path}: a notebook of format {raw['nbformat']}. "
            f"Open and save it with a newer Jupyter, to have it in format {FORMAT}."
        )
    return raw


def _cell(number: int, cell: dict[str, Any]) -> NotebookCell:
    lines = [line for output in cell.get("outputs", ()) for line in _printed(output)]
    return NotebookCell(number, _text(cell["source"]).rstrip(), cell.get("execution_count"), tuple(lines))


def _printed(output: dict[str, Any]) -> list[str]:
    kind = output.get("output_type")
    if kind == "stream":
        return _text(output.get("text", "")).splitlines()
    if kind == "error":
        return [f"{output.get('ename')}: {output.get('evalue')}"]
    return _text(output.get("data", {}).get("text/plain", "")).splitlines()


def _text(value: Any) -> str:
    """Join what the format allows to be one text or a list of lines."""
    return value if isinstance(value, str) else "".join(map(str, value))

"""Where the processes that draw the parts of a scene write their segments and reports.

Manim is not imported here: the process that starts the others uses these names, too.
"""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["REPORT", "SEGMENTS", "part_folder", "read_report"]

SEGMENTS = "plays"
"""Name of the folder of a process's encoded segments."""

REPORT = "report.json"
"""Name of the file with the marks and segments of a part."""


def read_report(folder: Path) -> dict[str, list[str]]:
    """Read the marks of a part, and the segments that the whole film is made of."""
    found: dict[str, list[str]] = json.loads((folder / REPORT).read_text())
    return found


def part_folder(stage: Path, number: int) -> Path:
    """Name the folder in which a part is drawn, inside the one of the leading part."""
    return stage / f"part-{number}"

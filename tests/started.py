"""Listens to how Metaflow starts the processes of tasks: the truth that lineage is compared with."""

from __future__ import annotations

import os
import threading
from pathlib import Path

_LOG_ARGV = """
import os, sys
with open(os.environ["ARGV_LOG"], "a") as log:
    print(repr(sys.orig_argv), file=log)
"""


def listening(folder: Path, log: Path) -> dict[str, str]:
    """What a process needs in its environment to note its command line, and those of its children."""
    site = folder / "site"
    site.mkdir(exist_ok=True)
    file = site / "sitecustomize.py"
    if not file.exists():  # another process may be listening with it
        draft = site / f"{os.getpid()}.{threading.get_ident()}.draft"
        draft.write_text(_LOG_ARGV)
        draft.replace(file)
    return {"PYTHONPATH": str(site), "ARGV_LOG": str(log)}


def command_lines(log: Path) -> list[list[str]]:
    """Every command line that was noted."""
    return [eval(line) for line in log.read_text().splitlines()]


def input_paths(lines: list[list[str]]) -> dict[str, set[str]]:
    """Tell from command lines with which inputs each task was really started."""
    from metaflow.util import decompress_list

    told = {}
    for line in lines:
        if "step" not in line or "--input-paths" not in line:
            continue
        task = f"{line[line.index('step') + 1]}/{line[line.index('--task-id') + 1]}"
        paths = decompress_list(line[line.index("--input-paths") + 1])
        told[task] = {path.partition("/")[2] for path in paths} - {"_parameters/0"}
    return told

"""Make the recordings of the scenes anew: ``python scenes/record.py [SCENE ...]``, all of them by default."""

import importlib
import sys
from pathlib import Path

from manim_metaflow.runs import CommandRecord

SCENES = Path(__file__).parent


def main(names):
    """Let each scene that has recordings make them, and take away those nobody reads any more."""
    sys.path.insert(0, str(SCENES))
    every = sorted(path.stem for path in SCENES.glob("*.py") if path.stem != "record")
    for name in names or every:
        scene = importlib.import_module(name)
        if not hasattr(scene, "recordings"):
            continue
        for record in scene.recordings(fresh=True):
            print(f"{name}: {summary_of(record)}")


def summary_of(record):
    """One line: of which flow, what was asked, how it ended."""
    command = " ".join(record.command)
    if isinstance(record, CommandRecord):
        return f"{record.flow_name} {command}: exit code {record.code}"
    return f"{record.flow.name}/{record.run_id} {command}: {record.status}"


if __name__ == "__main__":
    main(sys.argv[1:])

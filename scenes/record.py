"""Make the recordings of the scenes anew: ``python scenes/record.py [SCENE ...]``, all of them by default."""

import importlib
import sys
from pathlib import Path

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
            print(f"{name}: {record.flow.name}/{record.run_id} {' '.join(record.command)}: {record.status}")


if __name__ == "__main__":
    main(sys.argv[1:])

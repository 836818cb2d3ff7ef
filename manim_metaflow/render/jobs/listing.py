"""List the scenes of files: ``python -m manim_metaflow.render.jobs.listing FILE ...``, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

__all__ = ["main"]


def main(files: list[str]) -> dict[str, list[str]]:
    """Import each file as Manim does and name its scenes."""
    from manim import config
    from manim.utils.module_ops import scene_classes_from_file

    found = {}
    for file in files:
        config.input_file = Path(file).absolute()
        scenes = scene_classes_from_file(Path(config.input_file), require_single_scene=False, full_list=True)
        found[file] = [scene.__name__ for scene in scenes]
    return found


if __name__ == "__main__":
    answer = json.dumps(main(sys.argv[1:]))
    print(answer)

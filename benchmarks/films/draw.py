"""Draw one film in a process of its own, and say in JSON what it took: ``draw.py FILM HOW OUT [PRESET]``.

HOW is ``plain``, ``fast``, or ``nothing`` to only import what the others do.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import films
import manim as mn

from manim_metaflow.render.drawing.accelerate import accelerate


def main() -> None:
    name, how, out, preset = (*sys.argv[1:], "")[:4]
    height = int(os.environ.get("BENCH_HEIGHT", "1080"))
    settings: dict[str, Any] = {"disable_caching": True, "progress_bar": "none", "verbosity": "WARNING"}
    settings |= {"pixel_height": height, "pixel_width": height * 16 // 9, "frame_rate": 30}
    with tempfile.TemporaryDirectory() as media, mn.tempconfig({**settings, "media_dir": media}):
        if how != "nothing":
            scene = getattr(films, name)()
            if how == "fast":
                accelerate(scene, preset=preset or None)
            scene.render()
            shutil.move(scene.renderer.file_writer.final_file_path, out)
    print(json.dumps(used() | ({"bytes": Path(out).stat().st_size} if how != "nothing" else {})))


def used() -> dict[str, float]:
    """CPU seconds and peak memory (MB) of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    unit = 1 if sys.platform == "darwin" else 2**10
    # Only the encoder and its conversion to YUV run in threads of their own.
    return {"cpu": cpu, "encoder": cpu - time.thread_time(), "memory": usage.ru_maxrss * unit / 1e6}


if __name__ == "__main__":
    main()

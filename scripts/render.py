"""Render a scene file with Manim and say where the result is.

``python scripts/render.py scenes/resume.py --quality h --save_sections`` renders as ``manim render`` does,
with every option that is not its own handed on, and ends with the absolute path of what Manim wrote.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

__all__ = ["main"]

QUALITIES = "lmhpk"
RESULTS = {".mp4", ".mov", ".webm", ".gif", ".png"}


def results(media: Path, scene: Path) -> dict[Path, int]:
    """Return what Manim has written for a scene file so far, with the time of each file's last change."""
    folders = [media / kind / scene.stem for kind in ("videos", "images")]
    return {
        path: path.stat().st_mtime_ns
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in RESULTS and not {"partial_movie_files", "sections"} & set(path.parts)
    }


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Split the command line into our options and Manim's."""
    parser = argparse.ArgumentParser(description="Render a scene file.", allow_abbrev=False)
    parser.add_argument("scene", type=Path)
    parser.add_argument("--quality", default="h", choices=list(QUALITIES))
    parser.add_argument("--media_dir", type=Path, default=Path("media"))
    options, for_manim = parser.parse_known_args(arguments)
    if not options.scene.is_file():
        parser.error(f"no such scene file: {options.scene}")
    return options, for_manim


def main(arguments: list[str]) -> int:
    """Render and report; return Manim's exit code, or 1 if it wrote nothing."""
    options, for_manim = parse(arguments)
    media = options.media_dir.resolve()
    before = results(media, options.scene)
    command = [sys.executable, "-m", "manim", "render", f"-q{options.quality}", "--media_dir", str(media)]
    code = subprocess.run([*command, str(options.scene), *for_manim], check=False).returncode
    if code:
        return code
    after = results(media, options.scene)
    written = [path for path, changed in after.items() if before.get(path) != changed]
    for path in sorted(written):
        print(path)
    if not written:
        print(f"Manim ended well but wrote nothing under {media}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

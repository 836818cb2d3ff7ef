"""``make video`` ends with the path of what was rendered."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from documented import ROOT

SCENE = """
from manim import Dot, Scene


class Tiny(Scene):
    def construct(self):
        self.add(Dot())
        self.wait(0.2)
"""


def render(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Render a tiny scene in a folder with ``scripts/render.py``."""
    (folder / "tiny.py").write_text(SCENE)
    command = [sys.executable, str(ROOT / "scripts" / "render.py"), *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def test_last_line_is_the_video_also_when_manim_takes_it_from_its_cache(tmp_path: Path) -> None:
    video = tmp_path / "media" / "videos" / "tiny" / "480p15" / "Tiny.mp4"
    for _ in range(2):
        done = render(tmp_path, "tiny.py", "--quality", "l", "--save_sections")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == str(video)
        assert video.stat().st_size > 0


def test_picture_of_the_last_frame_is_found(tmp_path: Path) -> None:
    done = render(tmp_path, "tiny.py", "--quality", "l", "-s", "--media_dir", "elsewhere")
    picture = Path(done.stdout.splitlines()[-1])
    assert picture.is_file()
    assert picture.is_relative_to(tmp_path / "elsewhere" / "images")


def test_missing_scene_file_is_named(tmp_path: Path) -> None:
    done = render(tmp_path, "nowhere.py")
    assert done.returncode == 2
    assert "no such scene file: nowhere.py" in done.stderr


def test_failure_of_manim_is_passed_on(tmp_path: Path) -> None:
    done = render(tmp_path, "tiny.py", "--quality", "l", "--no-such-option")
    assert done.returncode != 0
    assert "no-such-option" in done.stderr


def test_rendering_nothing_is_an_error(tmp_path: Path) -> None:
    done = render(tmp_path, "tiny.py", "--quality", "l", "--dry_run")
    assert done.returncode == 1
    assert "wrote nothing" in done.stderr

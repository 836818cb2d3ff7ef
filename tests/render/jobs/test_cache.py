"""A scene is rendered again when something it was made of has changed, and only then."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from rendering import SMALL, render

from manim_metaflow.render.jobs.cache import CacheEntry, read_entry
from manim_metaflow.render.jobs.digests import clear_digests

SCENE = """
import json
from pathlib import Path

from manim import *
from shapes import shape

HERE = Path(__file__).parent

class Reads(Scene):
    def construct(self):
        size = json.loads((HERE / "data" / "size.json").read_text())
        many = len(sorted((HERE / "data").glob("*.json")))
        if (HERE / "title.txt").is_file():
            print("a title")
        try:
            (HERE / "missing.txt").open()
        except FileNotFoundError:
            pass
        (HERE / "made.txt").write_text("by the scene")
        self.play(FadeIn(shape(side_length=size), *[Dot()] * many), run_time=0.1)
"""


@dataclass(frozen=True)
class Rendered:
    """A scene that was rendered once."""

    folder: Path
    film: Path
    entry: CacheEntry

    def is_current(self) -> bool:
        clear_digests()
        return self.entry.is_current()


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    folder = tmp_path_factory.mktemp("known")
    (folder / "data").mkdir()
    (folder / "data" / "size.json").write_text("1.5")
    (folder / "shapes.py").write_text("from manim import Square as shape\n")
    (folder / "reads.py").write_text(SCENE)
    (folder / "manim.cfg").write_text("[CLI]\nbackground_color = #112233\n")
    # What was changed after the render began is not known; so much for the clock of the file system.
    time.sleep(0.05)
    done = render("reads.py", cwd=folder, check=True)
    [path] = (folder / "media" / ".manim-metaflow").glob("Reads-*.json")
    entry = read_entry(path)
    assert entry is not None
    return Rendered(folder, Path(done.stdout.strip()), entry)


def test_unchanged_scene_is_not_rendered_nor_manim_imported(rendered: Rendered) -> None:
    before = rendered.film.stat().st_mtime_ns
    code = "import sys\nfrom manim_metaflow.cli import main\ntry:\n    main()\nfinally:\n"
    code += "    print({'manim', 'numpy', 'metaflow'} & set(sys.modules))"
    command = [sys.executable, "-c", code, "render", *SMALL, "reads.py"]
    done = subprocess.run(command, cwd=rendered.folder, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == [str(rendered.film), "set()"]
    assert "Reads: unchanged" in done.stderr
    assert rendered.film.stat().st_mtime_ns == before


def _edit(name: str) -> Callable[[Rendered], object]:
    return lambda made: (made.folder / name).write_text((made.folder / name).read_text() + "\n")


def _add(name: str) -> Callable[[Rendered], object]:
    return lambda made: (made.folder / name).write_text("1")


CHANGES: dict[str, Callable[[Rendered], object]] = {
    "its file": _edit("reads.py"),
    "a module it imports": _edit("shapes.py"),
    "a file it reads": _edit("data/size.json"),
    "a file it made": _edit("made.txt"),
    "a file it lists": _add("data/more.json"),
    "a file it looked for in vain": _add("missing.txt"),
    "the configuration": _edit("manim.cfg"),
    "the film": lambda made: made.film.write_bytes(b"another"),
    "no film": lambda made: made.film.unlink(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_scene_is_no_longer_known_after_a_change_of(rendered: Rendered, what: str) -> None:
    kept = rendered.folder.with_name("kept")
    shutil.copytree(rendered.folder, kept)
    assert rendered.is_current()
    try:
        CHANGES[what](rendered)
        assert not rendered.is_current()
    finally:
        shutil.rmtree(rendered.folder)
        os.replace(kept, rendered.folder)
    assert rendered.is_current()


def test_touching_a_file_or_adding_another_changes_nothing(rendered: Rendered) -> None:
    (rendered.folder / "shapes.py").touch()
    (rendered.folder / "data" / "notes.txt").write_text("nobody lists this")
    assert rendered.is_current()


@pytest.mark.parametrize("package", ["manim", "numpy", "pycairo", "av", "python"])
def test_another_version_of_what_draws_is_a_change(rendered: Rendered, package: str) -> None:
    assert package in rendered.entry.versions
    values = json.loads(json.dumps(vars(rendered.entry)))
    values["versions"][package] = "0.0.1"
    assert not CacheEntry(**values).is_current()


def test_other_options_are_another_film_and_the_first_stays_known(rendered: Rendered) -> None:
    other = render("reads.py", "--fps", "5", cwd=rendered.folder, check=True)
    assert "Reads: done" in other.stderr
    assert Path(other.stdout.strip()) != rendered.film
    again = render("reads.py", "-v", "WARNING", cwd=rendered.folder, check=True)
    assert "Reads: unchanged" in again.stderr
    assert "Reads: done" in render("reads.py", "--disable_caching", cwd=rendered.folder, check=True).stderr


def test_what_changes_while_it_is_rendered_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "scene.py").write_text(
        "import subprocess\nfrom manim import *\n"
        "class Edited(Scene):\n"
        "    def construct(self):\n"
        "        self.play(FadeIn(Dot()), run_time=0.1)\n"
        "        # An editor, that is: another process.\n"
        "        subprocess.run(['touch', __file__], check=True)\n"
    )
    done = render("scene.py", cwd=tmp_path, check=True)
    assert "Edited: done" in done.stderr
    assert "will be drawn again each time: it starts another program" in done.stderr
    [path] = (tmp_path / "media" / ".manim-metaflow").glob("Edited-*.json")
    entry = read_entry(path)
    assert entry is not None
    assert not entry.is_current()


def test_edits_are_seen_of_a_scene_whose_films_go_into_its_own_folder(tmp_path: Path) -> None:
    code = (
        "import os\nfrom manim import *\n"
        "class Here(Scene):\n"
        "    def construct(self):\n"
        "        self.play(Write(Text(os.environ.get('FILM_LANG', 'en'))), run_time=0.1)\n"
    )
    (tmp_path / "scene.py").write_text(code)

    def outcome(**environment: str) -> str:
        done = render("scene.py", "--media_dir", ".", cwd=tmp_path, check=True, **environment)
        return done.stderr.split("Here: ")[1].strip()

    assert outcome(FILM_LANG="de") == "done"
    assert outcome(FILM_LANG="de") == "unchanged"
    assert outcome(FILM_LANG="en") == "done"
    (tmp_path / "scene.py").write_text(code + "        self.wait(0.1)\n")
    assert outcome(FILM_LANG="en") == "done"


def test_damaged_note_costs_a_render_and_no_more(rendered: Rendered) -> None:
    for text in ("", "{", "[]", '{"schema": 9}'):
        path = rendered.folder / "damaged.json"
        path.write_text(text)
        assert read_entry(path) is None

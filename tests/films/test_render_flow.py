"""The flow renders every scene in a task of its own, keeps the films, and is resumed like any flow."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rendering import frames

from manim_metaflow.errors import ManimMetaflowError, UsageError
from manim_metaflow.facts import RunRecord, load_run
from manim_metaflow.films.flow_tasks import (
    Film,
    card_entries,
    choose,
    in_parts,
    join_parts,
    list_scenes,
    render_one,
)
from manim_metaflow.films.scene_files import load_scene
from manim_metaflow.films.sheets import film_sheet

SCENE = """
from manim import *

class {name}(Scene):
    def construct(self):
        self.play(FadeIn(Dot()), run_time=0.2, subcaption="A dot.")
        {then}
"""


def flow(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the flow against a datastore of its own, or the one that is named."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("METAFLOW_")}
    own = {
        "METAFLOW_USER": "tester",
        "METAFLOW_HOME": str(folder / "home"),
        "METAFLOW_DEFAULT_DATASTORE": "local",
        "METAFLOW_DEFAULT_METADATA": "local",
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
    }
    command = [sys.executable, "-m", "manim_metaflow.render_flow", "--no-pylint", *arguments]
    return subprocess.run(
        command, cwd=folder, env=kept | own | env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunRecord, RunRecord]:
    """Run the flow over a good and a bad scene, mend the bad one, and resume."""
    folder = tmp_path_factory.mktemp("flow")
    scenes = folder / "scenes"
    scenes.mkdir()
    (scenes / "a.py").write_text(SCENE.format(name="Good", then=""))
    (scenes / "b.py").write_text(SCENE.format(name="Bad", then="raise ValueError('no')"))
    options = ["--scenes", "scenes", "--quality", "l", "--options", "--fps=10", "--max-workers", "1"]
    failed = flow(folder, "run", *options, "--run-id-file", "first")
    assert failed.returncode == 1
    assert "ManimMetaflowError: b.py:Bad was not rendered." in failed.stdout
    assert "ValueError: no" in failed.stdout, failed.stdout
    (scenes / "b.py").write_text(SCENE.format(name="Bad", then=""))
    resumed = flow(folder, "resume", "--run-id-file", "second")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    first, second = ((folder / name).read_text() for name in ("first", "second"))
    return folder, *(load_run(f"RenderFlow/{run}", root=folder) for run in (first, second))


def test_failed_scene_is_rendered_on_resume_and_the_rest_is_cloned(
    runs: tuple[Path, RunRecord, RunRecord],
) -> None:
    _, failed, resumed = runs
    assert [(task.step, task.state) for task in failed.tasks] == [
        ("start", "done"),
        ("render", "done"),
        ("render", "failed"),
    ]
    assert sorted(task.step for task in resumed.tasks if task.cloned) == ["render", "start"]
    assert sorted(task.step for task in resumed.executed) == ["end", "gather", "render"]


def keys(record: RunRecord, step: str) -> dict[str, list[str]]:
    """List the keys of a step's artifacts by name."""
    found: dict[str, list[str]] = {}
    for task in record.tasks:
        if task.step == step:
            for artifact in task.artifacts:
                found.setdefault(artifact.name, []).append(artifact.sha)
    return found


def test_film_is_one_blob_wherever_it_is_kept(runs: tuple[Path, RunRecord, RunRecord]) -> None:
    _, _, resumed = runs
    gathered = keys(resumed, "gather")
    films = [*gathered["film_Good"], *gathered["film_Bad"]]
    assert sorted(films) == sorted(keys(resumed, "render")["film"])


@pytest.fixture(scope="module")
def kept(runs: tuple[Path, RunRecord, RunRecord]) -> Path:
    """Take a film and the card out of the store, as a user would."""
    folder, _, resumed = runs
    script = (
        "from metaflow import Run, namespace\nfrom metaflow.cards import get_cards\nnamespace(None)\n"
        f"task = Run('RenderFlow/{resumed.run_id}')['gather'].task\n"
        "open('good.mp4', 'wb').write(task['film_Good'].data)\n"
        "open('card.html', 'w').write(get_cards(task)[0].get())\n"
    )
    own = {"METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder), "METAFLOW_USER": "tester"}
    own |= {"METAFLOW_DEFAULT_METADATA": "local", "METAFLOW_HOME": str(folder / "home")}
    subprocess.run([sys.executable, "-c", script], cwd=folder, env=os.environ | own, check=True)
    return folder


def test_films_are_films_and_the_card_shows_them(kept: Path) -> None:
    assert len(frames(kept / "good.mp4")) == 2
    card = (kept / "card.html").read_text()
    data = max(re.findall(r'"([A-Za-z0-9+/=]{1000,})"', card.partition("__MF_DATA__")[2]), key=len)
    shown_there = list(parts(json.loads(base64.b64decode(data))))
    assert [part["type"] for part in shown_there] == ["markdown", "image"] * 2
    assert shown_there[0]["source"].startswith("## a.py:Good\n\n0.2 s, ")
    assert '<video controls style="width:100%" src="data:video/mp4;base64,' in shown_there[0]["source"]


def parts(component: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """List what a card shows, wherever it stands on it."""
    if component.get("type") in ("markdown", "image"):
        yield component
    for inner in [*component.get("components", []), *component.get("contents", [])]:
        yield from parts(inner)


def test_scenes_and_what_they_read_go_along_with_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes = tmp_path / "films"
    for name in ("a.py", "recordings/one.json", "recordings/one.store/blob", ".hidden.py"):
        (scenes / name).parent.mkdir(parents=True, exist_ok=True)
        (scenes / name).write_text("")
    (tmp_path / "manim.cfg").write_text("[CLI]\n")
    monkeypatch.setenv("MANIM_METAFLOW_SCENES", "films")
    saved = flow(tmp_path, "package", "save", "package.tgz")
    assert saved.returncode == 0, saved.stdout + saved.stderr
    with tarfile.open(tmp_path / "package.tgz") as archive:
        names = archive.getnames()
    ours = {name for name in names if name.startswith("scenes/") or name.endswith("manim.cfg")}
    assert ours == {"manim.cfg", "scenes/a.py", "scenes/recordings/one.json"}
    assert "render_flow.py" in names


def test_it_is_deployed_by_metaflows_own_means(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "a.py").write_text(SCENE.format(name="Good", then=""))
    scenes = Path(__file__).parents[2] / "scenes"
    load_scene(scenes / "journey.py")
    with sys.modules["journey"].stand_in() as aws:
        made = flow(tmp_path, "--with", "retry", "step-functions", "create", "--only-json", **aws)
    assert made.returncode == 0, made.stdout + made.stderr
    assert jobs(json.loads(made.stdout)) == {"start": 4, "render": 4, "gather": 4, "end": 4}


def jobs(machine: dict[str, Any]) -> dict[str, int]:
    """Name the jobs of a state machine, and how often each is tried."""
    found = {}
    for name, state in machine["States"].items():
        if state["Type"] == "Task" and "batch" in state["Resource"]:
            found[name] = state["Parameters"]["RetryStrategy"]["Attempts"]
        if "Iterator" in state:
            found |= jobs(state["Iterator"])
    return found


def test_scenes_are_listed_by_file_and_name(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SCENE.format(name="Good", then="") + "class Other(Good):\n    pass\n")
    assert list_scenes(tmp_path, []) == ["a.py:Good", "a.py:Other"]
    (tmp_path / "b.py").write_text("import missing_module\nclass B(missing_module.Scene):\n    pass\n")
    with pytest.raises(ManimMetaflowError, match="missing_module"):
        list_scenes(tmp_path, [])


def test_parts_of_a_scene_are_put_together_to_its_film(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "a.py").write_text(SCENE.format(name="Good", then="self.wait(5); self.wait(1)"))
    jobs = in_parts(["a.py:Good"], 2)
    assert jobs == ["a.py:Good 1/2", "a.py:Good 2/2"]
    options = ["--quality=l", "--fps=5"]
    parts = [render_one(part, tmp_path / "scenes", options, seed=7) for part in jobs]
    [film] = join_parts(parts)
    (tmp_path / "film.mp4").write_bytes(film.content)
    assert len(frames(tmp_path / "film.mp4")) == 31
    assert film.captions.endswith("A dot.\n\n")
    with pytest.raises(ManimMetaflowError, match="its parts saw two scenes"):
        join_parts([parts[0], replace(parts[1], marks=("other",))])


def test_scenes_are_chosen_by_name() -> None:
    scenes = ["a.py:Good", "a.py:Other"]
    assert choose(scenes, Path("f"), ["Other"]) == ["a.py:Other"]
    with pytest.raises(UsageError, match=r"f has no scene 'None'\. Its scenes are: a.py:Good, a.py:Other\."):
        choose(scenes, Path("f"), ["Good", "None"])
    with pytest.raises(UsageError, match="two scenes 'Good'"):
        choose([*scenes, "b.py:Good"], Path("f"), [])


def test_card_holds_no_more_than_a_browser_bears() -> None:
    films = [Film(scene, "a.mp4", b"x" * 600, "", b"png", 1.0) for scene in ("a.py:A", "b.py:B")]
    parts = list(card_entries(films, embed=1000))
    assert ["<video" in text for text, _ in parts] == [True, False]
    assert [sheet for _, sheet in parts] == [b"png", b"png"]


def test_sheet_of_a_film_has_a_frame_for_every_caption(tmp_path: Path, kept: Path) -> None:
    from PIL import Image

    film = tmp_path / "film.mp4"
    film.write_bytes((kept / "good.mp4").read_bytes())
    (tmp_path / "film.srt").write_text("1\n00:00:00,000 --> 00:00:00,200\nA dot.\n")
    (tmp_path / "sheet.png").write_bytes(film_sheet(film, columns=1, thumbnail=(320, 180)))
    one = Image.open(tmp_path / "sheet.png").size
    (tmp_path / "film.srt").unlink()
    (tmp_path / "sheet.png").write_bytes(film_sheet(film, columns=1, thumbnail=(320, 180)))
    six = Image.open(tmp_path / "sheet.png").size
    assert six[1] > 5 * one[1]

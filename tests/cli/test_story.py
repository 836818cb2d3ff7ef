"""``manim-metaflow story``: a film of a flow's versions, from files or from Git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import pytest
from click.testing import CliRunner

from manim_metaflow import FlowDAG
from manim_metaflow.cli import main
from manim_metaflow.code import load_version
from manim_metaflow.facts import git_versions
from manim_metaflow.films.story import StoryFilm
from manim_metaflow.testing import beat_frames, check_frame

TINY = """from metaflow import FlowSpec, step


class TinyFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
LONGER = TINY.replace("self.end)", "self.fit)\n\n    @step\n    def fit(self):\n        self.next(self.end)")
BROKEN = LONGER.replace("def fit(self):", "def fit(self:")


def run(*arguments: object):
    return CliRunner().invoke(main, ["story", *map(str, arguments)])


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository in which a flow was changed twice, and was broken in between."""
    folder = tmp_path / "project"
    folder.mkdir()

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)

    git("init", "-q")
    for number, text in enumerate([TINY, BROKEN, LONGER]):
        (folder / "tiny.py").write_text(text)
        git("add", "tiny.py")
        git("commit", "-q", "-m", f"change {number}")
    return folder / "tiny.py"


def test_a_range_of_git_becomes_a_film(repository: Path, tmp_path: Path) -> None:
    film = tmp_path / "story.mp4"
    result = run(repository, "--git", "HEAD~2..HEAD", "-o", film, "-q", "l")
    assert result.exit_code == 0, result.output
    assert result.output.strip().endswith("story.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project", "story.mp4"]
    with av.open(str(film)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (854, 480)
        assert container.duration / 1_000_000 > 6


def test_each_version_is_a_legible_beat_with_its_name(repository: Path) -> None:
    versions = git_versions(repository, "HEAD~2..HEAD")

    class Film(StoryFilm):
        def __init__(self) -> None:
            super().__init__(versions, "tiny.py", "down")

    captions, graphs, notes = [], [], []
    for beat in beat_frames(Film, resolution=(160, 90)):
        assert [str(problem) for problem in check_frame(beat.scene)] == [], beat.caption
        if not beat.caption:
            continue
        captions.append(beat.caption.partition(" ")[2])
        family = [part for top in beat.scene.mobjects for part in top.get_family()]
        graphs.append([list(part.nodes) for part in family if isinstance(part, FlowDAG)])
        notes += [part.text for part in family if getattr(part, "text", "").startswith("No graph")]
    assert captions == ["", "change 1", "change 2"]
    assert graphs == [[["start", "end"]], [], [["start", "fit", "end"]]]
    [note] = notes  # the code alone, and why
    assert note.startswith("No graph: line 10")


def test_mixed_tabs_and_spaces_show_the_code_alone_and_say_so() -> None:
    version = load_version(TINY.replace("        pass", "\tpass\n        x = 1"))
    assert version.flow is None
    assert "tabs" in version.problem


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{repository}", "--git", "HEAD~9..HEAD"], "HEAD~9"),
        (["{repository}@nowhere"], "nowhere"),
        (["{outside}", "--git", "HEAD~1..HEAD"], "in no Git repository. Give the versions as files."),
        (["{outside}@HEAD"], "in no Git repository. Give the versions as files."),
        (["{repository}", "{outside}", "--git", "HEAD~1..HEAD"], "--git tells the story of one file"),
        (["gone.py"], "gone.py: no such file."),
        (["{repository}", "-o", "story.txt"], "Cannot write story.txt: its suffix must be one of "),
    ],
)
def test_what_cannot_be_filmed_is_one_message_and_exit_code_2(
    arguments: list[str], message: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text(TINY)
    monkeypatch.chdir(tmp_path)
    filled = [each.format(repository=repository, outside=outside) for each in arguments]
    result = run(*filled)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert not (tmp_path / "story.mp4").exists()

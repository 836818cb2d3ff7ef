"""What the films of code, graph and terminal have in common: one walk through them, and their renders."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import pytest
from film import SCENES, Shown, identities, load, numbers_in, shown

from manim_metaflow.facts import CommandRecord, RunRecord
from manim_metaflow.facts.recording import runs as record
from manim_metaflow.testing import beat_frames, check_frame


def film(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a film; a recording that is stale is an error here, not a reason to make it anew."""

    def refuse(target: object, *_: object, **__: object) -> None:
        pytest.fail(f"The recording of {target} is stale: make recordings")

    monkeypatch.setattr(record, "_record", refuse)
    monkeypatch.setattr("manim_metaflow.facts.recording.spin._spin", refuse)
    monkeypatch.setattr("manim_metaflow.facts.recording.command._record", refuse)
    return load(name)


@dataclass(frozen=True)
class Walk:
    """A film taken apart, at one go."""

    beats: list[tuple[str, str]]
    problems: list[str]
    moments: list[Shown]


def walk(scene_class: type) -> Walk:
    """Run a scene, unseen, and check the frame at the end of each beat."""
    moments: list[Shown] = []

    class Watched(scene_class):  # type: ignore[valid-type,misc]
        def play(self, *args: Any, **kwargs: Any) -> None:
            super().play(*args, **kwargs)
            moments.append(shown(self))

    beats, problems = [], []
    for beat in beat_frames(Watched, resolution=(160, 90)):
        beats.append((beat.section, beat.caption))
        problems += [f"{beat.caption}: {problem}" for problem in check_frame(beat.scene)]
        family = [part for top in beat.scene.mobjects for part in top.get_family()]
        problems += [f"{beat.caption}: {part} has an updater" for part in family if part.updaters]
    return Walk(beats, problems, moments)


def check_beats(walked: Walk, sections: list[str]) -> None:
    """Every beat has a caption of its own, is legible, and leaves no updater."""
    assert walked.problems == []
    assert list(dict.fromkeys(section for section, _ in walked.beats)) == sections
    captions = [caption for section, caption in walked.beats if section != "title"]
    assert all(captions)
    assert len(set(captions)) == len(captions)


def untraced(
    walked: Walk,
    records: Iterable[RunRecord | CommandRecord],
    sources: Iterable[Path],
    sentences: dict[str, list[object]],
) -> set[str]:
    """Texts with a number that no record, no flow and no sentence explains.

    ``sentences`` maps a pattern to the numbers that a text of that pattern must have.
    """
    records = list(records)
    known = identities(each for each in records if isinstance(each, RunRecord))
    printed = [line for each in records for line in each.console]
    printed += [f"$ python {source.name} {' '.join(each.command)}" for source in sources for each in records]
    lines = {line.strip() for source in sources for line in source.read_text().splitlines()}
    bad: set[str] = set()

    def explained(text: str) -> bool:
        if not numbers_in(text) or text in known or text in lines or any(text in line for line in printed):
            return True
        return any(
            re.search(pattern, text) and numbers_in(text) == list(map(str, values))
            for pattern, values in sentences.items()
        )

    captions = [caption for _, caption in walked.beats]
    for moment in walked.moments:
        bad |= {text for text in moment.texts if not explained(text) and not in_caption(text, captions)}
        bad |= {line for _, line in moment.code if line.strip() not in lines}
    return bad | {caption for caption in captions if not explained(caption)}


def in_caption(text: str, captions: Iterable[str]) -> bool:
    """Whether a text is a line of a caption, which is explained as a whole."""
    return len(text) > 20 and any(text in caption for caption in captions)


# ---------------------------------------------------------------------------------------- the render


def _render(name: str, folder: Path, seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "manim", "render", "-r", "160,90", "--fps", "2"]
    return subprocess.Popen(
        [*command, "--media_dir", str(folder), str(SCENES / f"{name}.py")],
        cwd=folder.parent,
        env={**os.environ, "PYTHONHASHSEED": str(seed), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _said(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 0, output[-3000:]
    return output


def _frames(video: Path) -> list[bytes]:
    with av.open(str(video)) as container:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(video=0)]


def check_renders(name: str, scene: str, captions: int, folder: Path) -> None:
    """Render twice in two places: the same frames; and once more: all from Manim's cache."""
    places = [folder / "one", folder / "two"]
    for output in map(_said, [_render(name, place, seed) for seed, place in enumerate(places, 1)]):
        assert "sing cached" not in output
    films = [place / "videos" / name / "90p2" / f"{scene}.mp4" for place in places]
    one, two = map(_frames, films)
    assert one == two
    assert 60 <= len(one) / 2 <= 120
    again = _said(_render(name, places[0], 3))
    plays = int(re.search(r"Played (\d+) animations", again)[1])
    assert again.count("sing cached") == plays > 30
    assert films[0].with_suffix(".srt").read_text().count("-->") == captions


# ----------------------------------------------------------------------------- the recordings, alive


def story(held: RunRecord | CommandRecord) -> dict[str, object]:
    """What a run or a spin says, but for ids and times."""
    if isinstance(held, CommandRecord):
        return {"code": held.code, "command": held.command[:1], "lines": len(held.console)}
    return {
        "status": held.status,
        "command": held.command[:2] if held.command[0] != "spin" else ("spin",),
        "flow": held.flow,
        "tasks": {
            task.place: (
                task.state,
                [attempt.stdout for attempt in task.attempts],
                task.exception and (task.exception.type, task.exception.message, task.exception.line),
                {(a.name, a.sha, a.provenance) for a in task.artifacts},
            )
            for task in held.tasks
        },
    }


def check_alive(name: str, kept: Iterable[RunRecord | CommandRecord], folder: Path) -> None:
    """Do again what the recordings tell of, and compare."""
    for old, new in zip(kept, load(name).recordings(recordings=folder), strict=True):
        assert story(old) == story(new), old.command


__all__ = ["check_alive", "check_beats", "check_renders", "film", "story", "untraced", "walk"]

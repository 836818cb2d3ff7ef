"""A film taken apart: what stands on the frame after every play, and what its records and flows say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import manim as mn

from manim_metaflow.facts import RunRecord, TaskRecord
from manim_metaflow.films.scene_files import load_scene
from manim_metaflow.testing.structure import facts_of
from manim_metaflow.testing.walk import beat_frames

SCENES = Path(__file__).parents[2] / "scenes"


def load(name: str, folder: Path = SCENES) -> ModuleType:
    """Import a scene file anew."""
    load_scene(folder / f"{name}.py")
    return sys.modules[name]


@dataclass(frozen=True)
class Shown:
    """Everything written on the frame at one moment."""

    texts: tuple[str, ...]
    code: tuple[tuple[int, str], ...]
    """Numbers and texts of the lines of code."""
    rows: tuple[tuple[str, ...], ...]
    """Name and values of each row of a tally."""
    caption: str = ""


def shown(scene: mn.Scene, caption: str = "") -> Shown:
    """Read a scene as it stands."""
    texts: list[str] = []
    code: list[tuple[int, str]] = []
    rows: list[tuple[str, ...]] = []

    def visit(mobject: mn.Mobject) -> None:
        facts = facts_of(mobject)
        role = facts.get("role")
        if role == "text" and "line" in facts:
            code.append((facts["line"], facts["text"]))
        elif role == "text":
            texts.append(facts["text"])
        elif is_row(words := written(mobject)):
            rows.append(words)
        else:
            for part in mobject.submobjects:
                visit(part)

    for top in scene.mobjects:
        visit(top)
    return Shown(tuple(texts), tuple(code), tuple(rows), caption)


def written(mobject: mn.Mobject) -> tuple[str, ...]:
    """Texts that stand directly in a group, in order."""
    facts = map(facts_of, mobject.submobjects)
    return tuple(each["text"] for each in facts if each.get("role") == "text")


def is_row(words: tuple[str, ...]) -> bool:
    """Tell whether words are a row of a tally: a name, and a number for each column."""
    return len(words) > 2 and all(re.fullmatch(r"[\d.]+", word) for word in words[1:])


def watch(scene_class: type[mn.Scene]) -> list[Shown]:
    """Run a scene, unseen, and read it after every play; the caption is that of the beat."""
    seen: list[Shown] = []

    class Watched(scene_class):  # type: ignore[valid-type,misc]
        def play(self, *args: Any, **kwargs: Any) -> None:
            super().play(*args, **kwargs)
            seen.append(shown(self))

    captions = []
    done = 0
    for beat in beat_frames(Watched, resolution=(160, 90)):
        captions += [beat.caption] * (len(seen) - done)
        done = len(seen)
    return [replace(moment, caption=caption) for moment, caption in zip(seen, captions, strict=True)]


def other_than(records: Iterable[RunRecord]) -> tuple[RunRecord, ...]:
    """Records that tell the same story with other ids, hashes, sizes, times and blobs."""
    records = tuple(records)
    ids = {record.run_id: f"{int(record.run_id) + 1_234_567_890_123}" for record in records}

    def task_of(task: TaskRecord) -> TaskRecord:
        attempts = tuple(
            replace(
                attempt,
                started=attempt.started * 3 if attempt.started is not None else None,
                finished=attempt.finished * 3 if attempt.finished is not None else None,
                artifacts=tuple(replace(a, size=3 * a.size + 1_000) for a in attempt.artifacts),
            )
            for attempt in task.attempts
        )
        return replace(task, attempts=attempts, queued=task.queued * 3 if task.queued is not None else None)

    def record_of(record: RunRecord) -> RunRecord:
        text = re.sub(r"\b[0-9a-f]{40}\b", lambda found: found[0][::-1], record.to_json())
        for old, new in ids.items():
            text = text.replace(old, new)
        made = RunRecord.from_json(text)
        return replace(made, tasks=tuple(map(task_of, made.tasks)), new_blobs=(made.new_blobs or ())[1:])

    return tuple(map(record_of, records))


# ------------------------------------------------------------------------- where numbers come from

TOKEN = re.compile(r"[0-9a-f]{6,}|\d+(?:\.\d+)?")
WORDS = re.compile(r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred)\b")


def numbers_in(text: str) -> list[str]:
    """What looks like a number, a hash or an id; words for numbers, too."""
    found = [token for token in TOKEN.findall(text) if any(letter.isdigit() for letter in token)]
    return found + WORDS.findall(text)


def identities(records: Iterable[RunRecord]) -> set[str]:
    """Texts that stand in the records as they are."""
    from manim_metaflow.utils.units import readable_size

    found: set[str] = set()
    for record in records:
        found.add(record.run_id)
        for task in record.tasks:
            found |= {task.path, f"made by task {task.path}"}
            if task.origin:
                found |= {task.origin, f"a clone of {task.origin}"}
            if task.exception:
                raised = task.exception
                found |= {f"{raised.type}: {raised.message}", f"{raised.file}:{raised.line}  {raised.code}"}
            found |= {level.value for level in task.foreach if level.value}
            for artifact in task.artifacts:
                found.add(readable_size(artifact.size))
                found |= {artifact.sha[:length] for length in range(6, 41)}
    return found


# ------------------------------------------------------------------------------------- the render


def render(name: str, folder: Path, seed: int) -> str:
    """Render a film from some other folder, small; return what Manim said."""
    command = [sys.executable, "-m", "manim", "render", "-r", "160,90", "--fps", "2"]
    rendered = subprocess.run(
        [*command, "--media_dir", str(folder / "media"), str(SCENES / f"{name}.py")],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": str(seed), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )
    return rendered.stdout


def check_second_render(name: str, scene_class: str, folder: Path, sections: int) -> None:
    """Every play of a second render comes from Manim's cache; the film is 60 to 120 s long, with captions."""
    said = [render(name, folder, seed) for seed in (1, 2)]
    plays = int(re.search(r"Played (\d+) animations", said[1])[1])
    assert (said[0].count("sing cached"), said[1].count("sing cached")) == (0, plays)
    film = folder / "media" / "videos" / name / "90p2" / f"{scene_class}.mp4"
    with av.open(str(film)) as container:
        assert 60 <= container.duration / 1_000_000 <= 120
    assert film.with_suffix(".srt").read_text().count("-->") >= sections

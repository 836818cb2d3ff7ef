"""A film taken apart: what is on the frame after every play, and what its records and flows explain."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import manim as mn
import numpy as np
import pytest

from manim_metaflow import Theme, current_theme
from manim_metaflow.facts import CommandRecord, RunRecord, TaskRecord
from manim_metaflow.films.scene_files import load_scene
from manim_metaflow.mobjects.storage.face import HUES, Face
from manim_metaflow.testing import beat_frames, check_frame
from manim_metaflow.testing.contrast import SHAPE_CONTRAST, TEXT_CONTRAST, shape_contrasts, text_contrasts
from manim_metaflow.testing.structure import facts_of
from manim_metaflow.utils.run_ids import short_run_ids
from manim_metaflow.utils.units import readable_size

SCENES = Path(__file__).parents[2] / "scenes"

LONGEST = 150
"""Seconds that a film lasts at most."""


RECORDERS = ("runs._record", "spin._spin", "command._record")
"""What makes a recording where there is none, or none of the flow as it is now."""


def name_of(request: pytest.FixtureRequest) -> str:
    """Return the film's name: ``test_spin.py`` is about ``scenes/spin.py``."""
    return Path(request.node.path).stem.removeprefix("test_")


def load(name: str, folder: Path = SCENES) -> ModuleType:
    """Import a scene file anew."""
    load_scene(folder / f"{name}.py")
    return sys.modules[name]


def scene_of(film: ModuleType) -> type[mn.Scene]:
    """Return the one scene of a film."""
    own = [value for value in vars(film).values() if getattr(value, "__module__", "") == film.__name__]
    [scene] = [value for value in own if isinstance(value, type) and issubclass(value, mn.Scene)]
    return scene


def forbid_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a recording that is stale be an error, not a reason to make it anew."""

    def refuse(target: object, *_: object, **__: object) -> None:
        pytest.fail(f"The recording of {target} is stale: make recordings")

    for recorder in RECORDERS:
        monkeypatch.setattr(f"manim_metaflow.facts.recording.{recorder}", refuse)


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


@dataclass(frozen=True)
class Walk:
    """A film taken apart in one pass."""

    beats: list[tuple[str, str]]
    """Section and caption of each."""
    problems: list[str]
    """What is not clear to read at the end of a beat."""
    moments: list[Shown]
    """What is on the frame after every play."""
    seconds: float
    faint: list[str]
    """What does not stand out enough at the end of a beat."""
    keys: set[str]
    """Keys that anything drawn belongs to, in any play."""
    odd_faces: set[str]
    """Keys whose face is not drawn as it always is."""


@dataclass(frozen=True)
class Retold:
    """A film run once more in the light theme, of other records than those it was made from."""

    walk: Walk
    records: tuple[Any, ...]


PLAIN = {"background", "panel"}
"""Colours of a theme that only lie behind others."""


def faint_in(scene: mn.Scene, theme: Theme) -> Iterator[str]:
    """Yield which texts, and which shapes in a colour that means something, do not stand out enough.

    Blends of a colour with the ground are decoration, such as the lines of an axis: no message hangs on
    them.
    """
    background = theme.background
    for _, text, ratio in text_contrasts(scene.mobjects, background, dimmed=False):
        if ratio < TEXT_CONTRAST:
            yield f"{text!r} has a contrast of {ratio:.2f} in the {theme.name} theme"
    roles = [field.name for field in fields(theme) if field.name not in PLAIN]
    telling = {*HUES, *(getattr(theme, role) for role in roles)}
    for _, color, ratio in shape_contrasts(scene.mobjects, background):
        if color in telling and ratio < SHAPE_CONTRAST:
            yield f"a shape in {color} has a contrast of {ratio:.2f} in the {theme.name} theme"


def walk(scene_class: type[mn.Scene]) -> Walk:
    """Run a scene, unseen, read it after every play, and check the frame at the end of each beat."""
    moments: list[Shown] = []
    keys: set[str] = set()
    odd_faces: set[str] = set()

    class Watched(scene_class):  # type: ignore[valid-type,misc]
        def play(self, *args: Any, **kwargs: Any) -> None:
            super().play(*args, **kwargs)
            moments.append(shown(self))
            parts = [part for top in self.mobjects for part in top.get_family()]
            keys.update(part.sha for part in parts if isinstance(getattr(part, "sha", None), str))
            odd_faces.update(part.sha for part in parts if isinstance(part, Face) and not is_own_face(part))

    beats, problems, faint, captions = [], [], [], []
    for beat in beat_frames(Watched, resolution=(160, 90)):
        beats.append((beat.section, beat.caption))
        captions += [beat.caption] * (len(moments) - len(captions))
        problems += [f"{beat.caption}: {problem}" for problem in check_frame(beat.scene)]
        low = dict.fromkeys(faint_in(beat.scene, current_theme()))
        faint += [f"{beat.caption}: {problem}" for problem in low]
        family = [part for top in beat.scene.mobjects for part in top.get_family()]
        problems += [f"{beat.caption}: {part} has an updater" for part in family if part.updaters]
        # Manim draws what rests first: what is lower must have come earlier, or it hides the rest.
        levels = [top.z_index for top in beat.scene.mobjects]
        problems += [f"{beat.caption}: drawn out of order"] * (levels != sorted(levels))
        seconds = beat.scene._clock
    told = [replace(moment, caption=caption) for moment, caption in zip(moments, captions, strict=True)]
    return Walk(beats, problems, told, seconds, faint, keys, odd_faces)


def is_own_face(face: Face) -> bool:
    """Tell whether a face, wherever it is and however large, is the one its hash always has."""
    own = Face(face.sha, size=float(face.tile.height))
    return all(
        np.allclose(part.points - face.tile.get_center(), same.points - own.tile.get_center(), atol=1e-3)
        and np.allclose(part.fill_rgbas[:, :3], same.fill_rgbas[:, :3], atol=1e-6)
        for part, same in zip((face.tile, face.pattern), (own.tile, own.pattern), strict=True)
    )


def check_beats(walked: Walk, sections: list[str], *, shortest: float = 60) -> None:
    """Every beat has a caption of its own, is legible and leaves no updater; the film is a minute or two."""
    assert walked.problems == []
    assert walked.faint == []
    assert shortest <= walked.seconds <= LONGEST
    assert list(dict.fromkeys(section for section, _ in walked.beats)) == sections
    captions = [caption for section, caption in walked.beats if section != "title"]
    if sections[0] == "the question":
        # A title of its own, after the question, has no caption; the film ends with the same question.
        if captions[1] == "":
            del captions[1]
        captions.remove(captions[0])
    assert all(captions)
    assert len(set(captions)) == len(captions)


def other_than(records: Iterable[RunRecord | CommandRecord]) -> tuple[RunRecord | CommandRecord, ...]:
    """Other ids, hashes, sizes, times and blobs in the same story; commands stay as they are."""
    records = tuple(records)
    runs = [record for record in records if isinstance(record, RunRecord)]
    ids = {run.run_id: f"{int(run.run_id) + 1_234_567_890_123}" for run in runs}

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

    return tuple(record_of(each) if isinstance(each, RunRecord) else each for each in records)


# ------------------------------------------------------------------------- where numbers come from

TOKEN = re.compile(r"[0-9a-f]{6,}|\d+(?:\.\d+)?")
WORDS = re.compile(r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred)\b")


def numbers_in(text: str) -> list[str]:
    """What looks like a number, a hash or an id; words for numbers, too."""
    found = [token for token in TOKEN.findall(text) if any(letter.isdigit() for letter in token)]
    return found + WORDS.findall(text)


def identities(records: Iterable[RunRecord]) -> set[str]:
    """Texts that the records hold as they are."""
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
        stored = [*record.parameters, *(each for task in record.tasks for each in task.artifacts)]
        for artifact in stored:
            found.add(readable_size(artifact.size))
            found |= {artifact.sha[:length] for length in range(6, 41)}
    return found


def printed(records: Iterable[RunRecord | CommandRecord], files: Iterable[Path]) -> list[str]:
    """Lines that a terminal shows: the commands of records, and what they printed."""
    records = list(records)
    commands = [f"$ python {file.name} {' '.join(each.command)}" for file in files for each in records]
    return [*commands, *(line for each in records for line in each.console)]


def untraced(
    walked: Walk,
    known: set[str],
    files: Iterable[Path] = (),
    *,
    cells: Iterable[str] = (),
    sentences: Mapping[str, Sequence[object]] | None = None,
    patterns: Iterable[str] = (),
    terminal: Sequence[str] = (),
) -> set[str]:
    """Texts with a number that nothing explains, and lines of code that no file has at their number.

    Parameters
    ----------
    walked
        The film.
    known
        Texts that records hold.
    files
        Those whose lines are shown.
    cells
        Sources of a notebook's cells, if they are shown.
    sentences
        A pattern of a text that holds numbers, and those it must have, by the records.
    patterns
        Those of whole texts that hold no number to be checked.
    terminal
        Lines of which a text may be a part.
    """
    sources = [text.splitlines() for text in (*(file.read_text() for file in files), *cells)]
    lines = {line.strip() for source in sources for line in source}
    expected = {pattern: list(map(str, values)) for pattern, values in (sentences or {}).items()}
    # Ids of runs are written by their end.
    known = known | set(map(short_run_ids, known))
    terminal = [*terminal, *map(short_run_ids, terminal)]

    def explained(text: str) -> bool:
        if not numbers_in(text) or text in known or text.strip() in lines:
            return True
        if any(text in line for line in terminal) or any(re.fullmatch(each, text) for each in patterns):
            return True
        return any(re.search(each, text) and numbers_in(text) == found for each, found in expected.items())

    bad: set[str] = set()
    for moment in walked.moments:
        # A line of a caption is explained as a part of the whole.
        texts = [text for text in moment.texts if len(text) <= 20 or text not in moment.caption]
        bad |= {text for text in (*texts, moment.caption) if not explained(text)}
        bad |= {
            f"line {number}: {line}"
            for number, line in moment.code
            if not any(
                source[number - 1 : number] and source[number - 1].strip() == line.strip()
                for source in sources
            )
        }
    return bad


# ----------------------------------------------------------------------------- the recordings, alive


def story(record: RunRecord | CommandRecord) -> dict[str, object]:
    """What a run, a spin or a command says, but for ids and times."""
    if isinstance(record, CommandRecord):
        return {"code": record.code, "command": record.command[:1], "lines": len(record.console)}
    return {
        "status": record.status,
        "command": record.command[:2] if record.command[0] != "spin" else ("spin",),
        "flow": record.flow,
        "tasks": {
            task.place: (
                task.state,
                [attempt.stdout for attempt in task.attempts],
                task.exception and (task.exception.type, task.exception.message, task.exception.line),
                {(a.name, a.sha, a.provenance) for a in task.artifacts},
            )
            for task in record.tasks
        },
    }


def check_alive(name: str, kept: Iterable[RunRecord | CommandRecord], folder: Path) -> None:
    """Do again what the recordings tell of, and compare."""
    for old, new in zip(kept, load(name).recordings(recordings=folder), strict=True):
        assert story(old) == story(new), old.command

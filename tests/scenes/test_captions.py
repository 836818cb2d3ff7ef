"""``scenes/captions``: the same film in every language, and no text too long for its place."""

from __future__ import annotations

import re
import shutil
import string
import tomllib
from pathlib import Path

import pytest
from film import SCENES, forbid_recording, load, scene_of

from manim_metaflow.testing import beat_frames, check_frame
from manim_metaflow.utils.language import use_language

SMALL = (160, 90)
LONGEST = 70
"""Characters of a caption, as `manim-metaflow check` has it."""

REMADE = {"resume"}
"""Films that keep every rule of `check`. The captions of the others are still those from before the rules."""

FILES = sorted((SCENES / "captions").glob("*.toml"))
TRANSLATIONS = [tuple(file.stem.split(".")) for file in FILES if not file.stem.endswith(".en")]


def texts(film: str, language: str) -> dict[str, str]:
    return tomllib.loads((SCENES / "captions" / f"{film}.{language}.toml").read_text(encoding="utf-8"))


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def problems_in(name: str, folder: Path, language: str) -> list[str]:
    """What is not clear to read at the end of a beat in a language."""
    with use_language(language):
        return [
            f"{beat.caption}: {problem}"
            for beat in beat_frames(scene_of(load(name, folder)), resolution=SMALL)
            for problem in check_frame(beat.scene, margin=0.03 if name in REMADE else 0)
        ]


def test_three_films_speak_german() -> None:
    assert [film for film, language in TRANSLATIONS if language == "de"] == [
        "merge_artifacts",
        "resume",
        "spin",
    ]


@pytest.mark.parametrize(("film", "language"), TRANSLATIONS)
def test_a_translation_has_the_keys_and_the_values_of_the_english(film: str, language: str) -> None:
    english, other = texts(film, "en"), texts(film, language)
    assert list(other) == list(english)
    # A sentence may do without a value, but cannot have one that the film does not give.
    assert {key: places(text) - places(english[key]) for key, text in other.items() if places(text)} == {
        key: set() for key, text in other.items() if places(text)
    }


@pytest.mark.parametrize("film", sorted(REMADE))
def test_captions_are_no_longer_than_the_rules_allow(film: str) -> None:
    for language in ("en", "de"):
        long = [
            text for text in texts(film, language).values() if len(re.sub(r"{.*?}", "0.0", text)) > LONGEST
        ]
        assert long == []


@pytest.mark.parametrize(("film", "language"), TRANSLATIONS)
def test_a_translated_film_is_clear_to_read_at_every_beat(
    film: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_recording(monkeypatch)
    assert problems_in(film, SCENES, language) == []


def test_a_longer_text_breaks_no_layout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Half as long again, as a translation may be, in captions and in labels."""
    forbid_recording(monkeypatch)
    folder = tmp_path / "scenes"
    shutil.copytree(SCENES, folder, ignore=shutil.ignore_patterns("__pycache__", "*.store"))
    lines = [
        f'{key} = "{text}{" und so" * (len(text) // 14)}"' for key, text in texts("resume", "en").items()
    ]
    (folder / "captions" / "resume.xx.toml").write_text("\n".join(lines))
    assert problems_in("resume", folder, "xx") == []

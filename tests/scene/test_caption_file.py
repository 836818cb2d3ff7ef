"""Captions by key: one file a film and language, looked up, filled in, and all of it used."""

from __future__ import annotations

from pathlib import Path

import manim as mn
import pytest

from manim_metaflow.errors import UsageError
from manim_metaflow.films.scene_files import load_scene
from manim_metaflow.scene.caption_file import CaptionFile
from manim_metaflow.testing import beat_frames
from manim_metaflow.utils.language import use_language

SCENE = """
from manim_metaflow import DeepDive


class Talk(DeepDive):
    def construct(self):
        self.act("one")
        with self.beat("greeting", seconds=0.42):
            self.wait(0.1)
        with self.beat("both"):
            self.wait(0.1)
"""
ENGLISH = (
    'greeting = "Only {seconds:.1f} seconds."\nboth = {caption = "Short.", say = "What a voice says."}\n'
)
GERMAN = 'greeting = "Nur {seconds:.1f} Sekunden."\nboth = "Kurz."\n'


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A scene file with its captions in two languages."""
    file = tmp_path / "keyed_talk.py"
    file.write_text(SCENE)
    (tmp_path / "captions").mkdir()
    (tmp_path / "captions" / "keyed_talk.en.toml").write_text(ENGLISH)
    (tmp_path / "captions" / "keyed_talk.de.toml").write_text(GERMAN)
    return file


def told(file: Path, language: str | None = None) -> list[tuple[str, str]]:
    with use_language(language):
        *_, last = beat_frames(load_scene(file), resolution=(160, 90))
    return [(spoken.caption, spoken.say) for spoken in last.scene.spoken]


def complaint(file: Path, language: str | None = None) -> str:
    with pytest.raises(UsageError) as raised:
        told(file, language)
    return str(raised.value)


def test_beats_are_told_in_the_language_that_was_chosen(talk: Path) -> None:
    assert told(talk) == [("Only 0.4 seconds.", "Only 0.4 seconds."), ("Short.", "What a voice says.")]
    assert told(talk, "de") == [("Nur 0.4 Sekunden.",) * 2, ("Kurz.", "Kurz.")]


def test_a_scene_says_its_language_and_its_captions(talk: Path) -> None:
    (talk.parent / "captions" / "intro.fr.toml").write_text('greeting = "Un"\nboth = "Deux"\n')
    talk.write_text(
        SCENE.replace("    def construct", '    language, captions = "fr", "intro"\n\n    def construct')
    )
    assert told(talk) == [("Un", "Un"), ("Deux", "Deux")]


def test_a_class_derived_elsewhere_has_the_captions_of_the_scene(talk: Path) -> None:
    derived = type("Derived", (load_scene(talk),), {"__module__": __name__})
    *_, last = beat_frames(derived, resolution=(160, 90))
    assert last.scene.spoken[0].caption == "Only 0.4 seconds."


def test_a_key_without_a_text_is_named_with_its_file(talk: Path) -> None:
    file = talk.parent / "captions" / "keyed_talk.de.toml"
    file.write_text(GERMAN.replace("greeting", "greting"))
    assert complaint(talk, "de") == (
        f"{file} has no text for the key 'greeting'. Did you mean greting? Its keys are: greting, both. "
        'Add a line: greeting = "..."'
    )


def test_a_text_that_is_never_shown_is_named_with_its_file(talk: Path) -> None:
    file = talk.parent / "captions" / "keyed_talk.en.toml"
    file.write_text(ENGLISH + 'old = "Old."\n')
    assert complaint(talk) == f"{file} has texts that Talk never shows: old. Remove them, or show them."


def test_a_language_without_a_file_is_named_with_those_there_are(talk: Path) -> None:
    message = complaint(talk, "fr")
    assert "no captions in 'fr', only in de, en" in message
    assert str(talk.parent / "captions" / "keyed_talk.fr.toml") in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'greeting = "{secs}"',
            "greeting has a brace that cannot be filled ('secs'). The film gives {seconds}",
        ),
        ('greeting = "{seconds.real.x}"', "cannot be filled"),
        ('greeting = "{"', "cannot be filled"),
        ("greeting = 3", "greeting must be a text, or a table of the texts caption and say"),
        ('greeting = {say = "x"}', "must be a text"),
        ("greeting", "Cannot read the captions in"),
    ],
)
def test_a_faulty_file_is_named(talk: Path, text: str, message: str) -> None:
    file = talk.parent / "captions" / "keyed_talk.en.toml"
    file.write_text(f"{text}\n")
    found = complaint(talk)
    assert message in found
    assert str(file) in found


def test_a_language_cannot_lead_out_of_the_folder() -> None:
    with pytest.raises(UsageError, match="not a code of a language"), use_language("../x"):
        pass


def test_a_film_that_is_cut_short_need_not_show_every_text(talk: Path, tmp_path: Path) -> None:
    quick = {"media_dir": str(tmp_path / "media"), "dry_run": True, "upto_animation_number": 1}
    with mn.tempconfig({**quick, "progress_bar": "none", "verbosity": "ERROR"}):
        load_scene(talk)().render()


def test_a_file_is_found_by_its_readers(tmp_path: Path) -> None:
    file = tmp_path / "a.en.toml"
    file.write_text(ENGLISH)
    captions = CaptionFile(file)
    assert captions.words("greeting", {"seconds": 1}).caption == "Only 1.0 seconds."
    with pytest.raises(UsageError, match="never shows: both"):
        captions.check_all_used("Talk")

"""What a film says, by key, in one file for each language: a translation needs no code."""

from __future__ import annotations

import inspect
import string
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.text import known_names

__all__ = ["CaptionFile", "Words", "find_captions"]

FOLDER, SUFFIX = "captions", ".toml"


class Words(NamedTuple):
    """What is said in one beat."""

    caption: str
    say: str
    """What a voice says there: the caption, unless the file has words of their own for it."""


class CaptionFile:
    """The texts of a film in one language.

    A TOML file has a line ``key = "text"`` for each text. Where a voice says something else than the
    caption shows, a table has both, ``key = {caption = "...", say = "..."}``. Braces hold a place for a
    value that the film gives, with Python's formats: ``"{seconds:.1f} seconds instead of {before:.1f}."``

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UsageError
        It cannot be read, or holds something else than texts.

    Examples
    --------
    >>> file = Path("resume.en.toml")
    >>> _ = file.write_text('saved = "Only {seconds:.1f} seconds."')
    >>> CaptionFile(file).words("saved", {"seconds": 0.41}).caption
    'Only 0.4 seconds.'
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                entries = tomllib.load(file)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            # The message of the parser names the line and the column.
            raise UsageError(f"Cannot read the captions in {path}: {error}.") from error
        self._texts = {key: self._words_of(key, value) for key, value in entries.items()}
        self._unused = dict.fromkeys(self._texts)

    def _words_of(self, key: str, value: Any) -> Words:
        if isinstance(value, str):
            return Words(value, value)
        parts: dict[str, Any] = value if isinstance(value, dict) else {}
        if set(parts) in ({"caption"}, {"caption", "say"}) and all(
            isinstance(v, str) for v in parts.values()
        ):
            return Words(parts["caption"], parts.get("say", parts["caption"]))
        raise UsageError(f"{self.path}: {key} must be a text, or a table of the texts caption and say.")

    def words(self, key: str, values: Mapping[str, object]) -> Words:
        """Return the texts of a key, with values in the places that are held for them.

        Raises
        ------
        UsageError
            There is no such key, or a place for a value that the film does not give.
        """
        if key not in self._texts:
            raise UsageError(
                f"{self.path} has no text for the key {key!r}. {known_names(key, self._texts, 'keys')} "
                f'Add a line: {key} = "..."'
            )
        self._unused.pop(key, None)
        caption, say = (self._filled(key, text, values) for text in self._texts[key])
        return Words(caption, say)

    def _filled(self, key: str, text: str, values: Mapping[str, object]) -> str:
        try:
            return string.Formatter().vformat(text, (), values)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
            given = ", ".join(f"{{{name}}}" for name in values) or "none"
            raise UsageError(
                f"{self.path}: {key} has a brace that cannot be filled ({error}). The film gives {given}."
            ) from error

    def check_all_used(self, film: str) -> None:
        """Check, at the end of a film, that it has said all that the file holds.

        A text that is never shown would be translated for nothing, and most often its key was renamed.

        Raises
        ------
        UsageError
            It has not.
        """
        if self._unused:
            keys = ", ".join(self._unused)
            raise UsageError(
                f"{self.path} has texts that {film} never shows: {keys}. Remove them, or show them."
            )


def find_captions(scene_class: type, base: type, language: str) -> CaptionFile | None:
    """Find the captions of a scene, ``captions/talk.de.toml`` beside ``talk.py``.

    Parameters
    ----------
    scene_class
        The scene. A class attribute ``captions = "intro"`` asks for ``captions/intro.de.toml``: for a file
        that holds several scenes.
    base
        The library's own class, beyond which nothing is searched.
    language
        The code in the file's name.

    Returns
    -------
    CaptionFile or None
        ``None`` if there are no captions in any language: the scene's texts are then those in its code.

    Raises
    ------
    UsageError
        There are captions, but not in this language.
    """
    # Tools derive classes of their own from a scene, in other files: the scene's is the first with captions.
    for each in scene_class.__mro__:
        if each is base:
            return None
        try:
            file = Path(inspect.getfile(each))
        except (OSError, TypeError):
            # A class made in a console has no file.
            continue
        name = vars(each).get("captions", file.stem)
        found = sorted((file.parent / FOLDER).glob(f"{name}.*{SUFFIX}"))
        languages = [path.name.removesuffix(SUFFIX).removeprefix(f"{name}.") for path in found]
        if language in languages:
            return CaptionFile(found[languages.index(language)])
        if found:
            wanted = file.parent / FOLDER / f"{name}.{language}{SUFFIX}"
            raise UsageError(
                f"{scene_class.__name__} has no captions in {language!r}, only in {', '.join(languages)}. "
                f"Write {wanted} with the keys of {found[0].name}."
            )
    return None

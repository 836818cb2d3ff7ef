"""Find the files that may define scenes, and Manim's media folder, without importing either."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Sequence
from pathlib import Path

from manim_metaflow.errors import UsageError

__all__ = ["media_folder", "scene_files"]


def scene_files(path: Path, names: Sequence[str]) -> list[Path]:
    """List the files to look for scenes in: one file, or those of a folder that define a class.

    Raises
    ------
    UsageError
        There is no such file; none in the folder can hold a scene, or one of the names.
    """
    if path.is_file():
        if path.suffix != ".py":
            raise UsageError(f"{path}: not a Python file.")
        return [path]
    if not path.is_dir():
        raise UsageError(f"{path}: no such file or folder.")
    # Not by importing: a folder may hold scripts, and an import runs them.
    classes = {file: _classes(file) for file in sorted(path.glob("*.py"))}
    found = [file for file, there in classes.items() if there]
    if not found:
        raise UsageError(f"{path}: no scene in this folder. Scenes are classes in its .py files.")
    every = [name for file in found for name in classes[file]]
    missing = [name for name in names if name not in every]
    if missing:
        raise UsageError(f"{path} has no scene {missing[0]!r}. Its classes are: {', '.join(every)}.")
    return [file for file in found if not names or set(names) & set(classes[file])]


def media_folder(option: str | None, config_file: str | None) -> Path:
    """Find the folder for Manim's files, as Manim does: the option, ``manim.cfg``, or ``media``."""
    if option:
        return Path(option)
    parser = configparser.ConfigParser(interpolation=None)
    home = Path.home() / ".config" / "manim" / "manim.cfg"
    try:
        # As UTF-8, whatever the terminal's encoding is: so does Manim.
        # As in Manim, the file of the working folder comes after that of the user, and overrides it.
        parser.read([home, config_file or "manim.cfg"], encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise UsageError(f"{config_file or 'manim.cfg'} cannot be read: {error}") from error
    return Path(parser.get("CLI", "media_dir", fallback="") or "media")


def _classes(file: Path) -> list[str]:
    """Name the classes that a file defines with a base class; a file with a syntax error may define any."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        # Named after its file, so that the worker imports it and shows Python's own message.
        return [file.stem]
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.bases]

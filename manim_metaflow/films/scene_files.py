"""Find the scene that a command is about."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from manim_metaflow.errors import ManimMetaflowError, UsageError

if TYPE_CHECKING:
    from manim import Scene

__all__ = ["blaming", "chosen_scenes", "load_scene"]


def load_scene(file: Path, name: str | None = None) -> type[Scene]:
    """Import a scene file, as ``manim render`` does, and return its scene.

    Parameters
    ----------
    file
        A Python file.
    name
        Which scene, if the file has several.

    Raises
    ------
    UsageError
        There is no such file or scene, or several and no name.
    ManimMetaflowError
        The file cannot be imported.
    """
    scenes = chosen_scenes(file, [name] if name is not None else [])
    if len(scenes) != 1:
        found = f"several scenes: {', '.join(scenes)}. Name one" if scenes else "no scene"
        raise UsageError(f"{file} has {found}.")
    return next(iter(scenes.values()))


def chosen_scenes(file: Path, names: Collection[str] = ()) -> dict[str, type[Scene]]:
    """Import a scene file and return its scenes by name, in the order of the file.

    Parameters
    ----------
    file
        A Python file.
    names
        Which scenes; all if there are none.

    Raises
    ------
    UsageError
        There is no such file, or the file has no scene of one of the names.
    ManimMetaflowError
        The file cannot be imported.
    """
    from manim import Scene

    if not file.is_file():
        raise UsageError(f"{file}: no such file.")
    spec = importlib.util.spec_from_file_location(file.stem, file.resolve())
    if spec is None or spec.loader is None:
        raise UsageError(f"{file}: not a Python file.")
    module = importlib.util.module_from_spec(spec)
    # Before it runs: dataclasses and pickles look their module up by its name.
    sys.modules[file.stem] = module
    sys.path.insert(0, str(file.resolve().parent))
    with blaming(file), _no_bytecode():
        spec.loader.exec_module(module)
    scenes = {
        key: value
        for key, value in vars(module).items()
        # Only its own: a scene that it imports is another file's.
        if inspect.isclass(value) and issubclass(value, Scene) and value.__module__ == module.__name__
    }
    for name in names:
        if name not in scenes:
            raise UsageError(f"{file} has no scene {name!r}. Its scenes are: {', '.join(scenes) or 'none'}.")
    return {name: scene for name, scene in scenes.items() if not names or name in names}


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Leave no ``__pycache__`` beside the user's files."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


@contextmanager
def blaming(file: Path) -> Iterator[None]:
    """Report in one message what a scene file's own code raises, and where.

    Raises
    ------
    ManimMetaflowError
        The code of the file, or what it called, raised.
    """
    try:
        yield
    except ManimMetaflowError:
        raise
    except SyntaxError as error:
        raise ManimMetaflowError(
            f"{error.filename}, line {error.lineno}: SyntaxError: {error.msg}"
        ) from error
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if Path(frame.filename) == file.resolve()]
        if not own:
            raise
        message = f"{type(error).__name__}: {error}"
        raise ManimMetaflowError(f"{file}, line {own[-1].lineno}, in {own[-1].name}: {message}") from error

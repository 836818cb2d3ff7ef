"""Find the scene that a command is about."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from manim_metaflow.errors import ManimMetaflowError, UsageError

if TYPE_CHECKING:
    from manim import Scene

__all__ = ["load_scene"]


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
    from manim import Scene

    if not file.is_file():
        raise UsageError(f"{file}: no such file.")
    spec = importlib.util.spec_from_file_location(file.stem, file.resolve())
    if spec is None or spec.loader is None:
        raise UsageError(f"{file}: not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    sys.path.insert(0, str(file.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ManimMetaflowError(f"{file}: cannot be imported. {type(error).__name__}: {error}") from error
    scenes = {
        key: value
        for key, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Scene) and value.__module__ == module.__name__
    }
    if name is not None:
        if name not in scenes:
            raise UsageError(f"{file} has no scene {name!r}. Its scenes are: {', '.join(scenes) or 'none'}.")
        return scenes[name]
    if len(scenes) != 1:
        found = f"several scenes: {', '.join(scenes)}. Name one" if scenes else "no scene"
        raise UsageError(f"{file} has {found}.")
    return next(iter(scenes.values()))

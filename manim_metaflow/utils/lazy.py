"""Names that are imported when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["deferred", "lazy_names"]


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a ``__getattr__`` for a package whose public names come from modules below it.

    Parameters
    ----------
    package
        The package's ``__name__``.
    homes
        Name to the module it comes from, relative to the package.

    Examples
    --------
    >>> get = lazy_names("manim_metaflow", {"Theme": "theme"})
    >>> get("Theme").__name__
    'Theme'
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return get


def deferred(target: str) -> Any:
    """Return a function that looks up another one, ``"module:name"``, when it is called.

    Mobjects offer animations as methods, as Manim's own do, while imports go down only: the animation is
    named here and imported when somebody asks for it.

    Examples
    --------
    >>> deferred("math:sqrt")(16)
    4.0
    """
    module, _, name = target.partition(":")

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module(module), name)(*args, **kwargs)

    return call

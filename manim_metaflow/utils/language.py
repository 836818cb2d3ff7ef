"""The language in which films are captioned, chosen for a process and those that it starts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.environment import use_variable

__all__ = ["LANGUAGE_VARIABLE", "chosen_language", "use_language"]

LANGUAGE_VARIABLE = "MANIM_METAFLOW_LANGUAGE"
"""Environment variable that names the language, for this process and those that render."""

_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def chosen_language() -> str | None:
    """Return the language that :func:`use_language` or the environment chose, if any did."""
    language = os.environ.get(LANGUAGE_VARIABLE)
    return _checked(language) if language else None


@contextmanager
def use_language(language: str | None) -> Iterator[None]:
    """Caption what is rendered inside of a ``with`` block in another language.

    Parameters
    ----------
    language
        A code such as ``"de"`` or ``"pt-BR"``; ``None`` leaves the choice to each scene.

    Raises
    ------
    UsageError
        It is not a code of a language, which is a part of a file's name.

    Examples
    --------
    >>> with use_language("de"):
    ...     chosen_language()
    'de'
    >>> chosen_language()
    """
    with use_variable(LANGUAGE_VARIABLE, _checked(language) if language is not None else None):
        yield


def _checked(language: str) -> str:
    # It becomes a part of a path: "../x" must not lead out of the folder of captions.
    if not _CODE.fullmatch(language):
        raise UsageError(f"{language!r} is not a code of a language, such as en, de or pt-BR.")
    return language

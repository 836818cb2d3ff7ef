"""The option ``--language`` of every command that shows captions."""

from __future__ import annotations

import click
import cloup

from manim_metaflow.utils.language import use_language

__all__ = ["language_option"]


def _choose(context: click.Context, _parameter: click.Parameter, language: str | None) -> None:
    # In force until the command has ended; worker processes inherit it.
    context.with_resource(use_language(language))


language_option = cloup.option(
    "--language",
    metavar="CODE",
    callback=_choose,
    expose_value=False,
    help="Of the captions, such as de: those in captions/SCENE.de.toml.  [default: the scene's]",
)

"""Numbers that an option takes."""

from __future__ import annotations

import math
from typing import Any

import click
import cloup

__all__ = ["PositiveNumber", "Seconds"]


class PositiveNumber(cloup.FloatRange):
    """A number above zero, and not beyond what there can be: ``nan`` and ``inf`` are numbers for Python.

    Parameters
    ----------
    least, most
        What the number is at least and at most, if there are bounds.
    """

    def __init__(self, least: float | None = None, most: float | None = None) -> None:
        super().__init__(min=0.0 if least is None else least, min_open=least is None, max=most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the number, or fail with a message that names the option."""
        number = super().convert(value, param, ctx)
        # Comparisons with nan are all false, so it would pass any bounds.
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


class Seconds(PositiveNumber):
    """Seconds from zero on, written with or without their unit: ``3.5`` and ``3.5s``."""

    name = "seconds"

    def __init__(self) -> None:
        super().__init__(least=0.0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the seconds."""
        return super().convert(str(value).removesuffix("s"), param, ctx)

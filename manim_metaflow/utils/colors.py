"""Colours as ``#RRGGBB``: painted over one another, and how well they stand out."""

from __future__ import annotations

import math
from functools import lru_cache

__all__ = ["contrast", "distance", "mix"]


@lru_cache(maxsize=1024)
def _channels(color: str) -> tuple[float, float, float]:
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]


def mix(over: str, under: str, amount: float) -> str:
    """Return ``amount`` (0 to 1) of one colour painted over another.

    >>> mix("#FFFFFF", "#000000", 0.5)
    '#808080'
    """
    pairs = zip(_channels(over), _channels(under), strict=True)
    return "#" + "".join(f"{round(255 * (amount * a + (1 - amount) * b)):02X}" for a, b in pairs)


def _linear(color: str) -> list[float]:
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(color)]


def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast ratio of two colours, 1 to 21.

    >>> round(contrast("#FFFFFF", "#000000"))
    21
    """

    def luminance(color: str) -> float:
        red, green, blue = _linear(color)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    # 0.05 is the light that a screen reflects, as WCAG 2 has it.
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


_TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
"""The two matrices of Oklab, Björn Ottosson's space in which equal distances look equally far."""


def distance(first: str, second: str) -> float:
    """Return how different two colours look: their distance in Oklab, where black and white are 1 apart.

    >>> round(distance("#000000", "#FFFFFF"), 2), distance("#3DBE8B", "#3DBE8B")
    (1.0, 0.0)
    """

    def lab(color: str) -> list[float]:
        linear = _linear(color)
        cones = [sum(a * b for a, b in zip(row, linear, strict=True)) ** (1 / 3) for row in _TO_CONES]
        return [sum(a * b for a, b in zip(row, cones, strict=True)) for row in _TO_LAB]

    return math.dist(lab(first), lab(second))

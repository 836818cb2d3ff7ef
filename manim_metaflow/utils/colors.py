"""Colours as ``#RRGGBB``: painted over one another, and how well they stand out."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["contrast", "mix"]


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


def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast ratio of two colours, 1 to 21.

    >>> round(contrast("#FFFFFF", "#000000"))
    21
    """

    def luminance(color: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(color)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    # 0.05 is the light that a screen reflects, as WCAG 2 has it.
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)

"""What the pixels of a frame depend on besides the code that is tested."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

__all__ = ["differences", "local_fingerprint"]

_FONTS = ("Inter", "JetBrains Mono")


@cache
def local_fingerprint() -> Mapping[str, str]:
    """Name and version of everything here that draws.

    Examples
    --------
    >>> sorted(local_fingerprint())[:3]
    ['Pillow', 'cairo', 'font Inter']
    """
    import cairo
    import fontpkg
    import manimpango

    found = {name: version(name) for name in ("manim", "manimpango", "pycairo", "uharfbuzz", "Pillow")}
    found["cairo"] = cairo.cairo_version_string()
    found["pango"] = manimpango.pango_version()
    found["machine"] = platform.machine()
    for font in _FONTS:
        found[f"font {font}"] = hashlib.sha256(fontpkg.path(font, 400).read_bytes()).hexdigest()[:16]
    return found


def differences(recorded: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """Name what differs.

    Examples
    --------
    >>> differences({"cairo": "1.16.0", "manim": "0.22.0"}, {"cairo": "1.18.0", "manim": "0.22.0"})
    ['cairo is 1.18.0 here, the baselines were drawn with 1.16.0']
    """
    return [
        f"{name} is {here.get(name, 'missing')} here, "
        f"the baselines were drawn with {recorded.get(name, 'none')}"
        for name in sorted({*recorded, *here})
        if recorded.get(name) != here.get(name)
    ]

"""Find what makes a scene another one each time: the clock, and random numbers without a seed."""

from __future__ import annotations

import dis
import random
import sys
from collections.abc import Iterator
from types import CodeType
from typing import Any

from manim_metaflow.render.jobs.callers import asking, is_foreign

__all__ = ["Chance", "unrepeatable"]

_UNREPEATABLE = {
    **dict.fromkeys(
        ("now", "utcnow", "today", "time_ns", "perf_counter", "monotonic"), "it asks for the time"
    ),
    **dict.fromkeys(("urandom", "uuid1", "uuid4", "SystemRandom", "token_hex"), "it uses random numbers"),
    **dict.fromkeys(("token_bytes", "token_urlsafe", "randbelow"), "it uses random numbers"),
    **dict.fromkeys(
        ("create_from_png", "create_from_png_stream"), "it lets a library in C open a file, which nobody sees"
    ),
}
"""Names so telling that whoever uses them means them."""

_OF_MODULES = {
    ("time", "time"): "it asks for the time",
    ("time", "localtime"): "it asks for the time",
    ("time", "gmtime"): "it asks for the time",
    ("time", "ctime"): "it asks for the time",
    ("time", "strftime"): "it asks for the time",
    ("av", "open"): "it lets a library in C open a file, which nobody sees",
}
"""Functions with common names, known by the modules they are of."""


def unrepeatable(code: CodeType) -> tuple[str, int] | None:
    r"""Find in the code of a scene what gives another answer each time; return why, and in which line.

    Such functions are built in, and cannot be replaced by ones that are watched; so the code is read. It may
    name one that is never called: the scene is then drawn again for nothing, which is no harm.

    Examples
    --------
    >>> unrepeatable(compile("from datetime import date\nday = date.today()", "scene.py", "exec"))
    ('it asks for the time', 2)
    >>> unrepeatable(compile("scene.time", "scene.py", "exec")) is None
    True
    """
    for each in _all_code(code):
        if not {*each.co_names} & {*_UNREPEATABLE, *(module for module, _ in _OF_MODULES)}:
            continue
        line, before = each.co_firstlineno, ""
        imported_from = ""
        for step in dis.get_instructions(each):
            # From Python 3.13 on it is a truth value, and no line number.
            line = step.starts_line or line if not isinstance(step.starts_line, bool) else line
            name = step.argval if isinstance(step.argval, str) else ""
            if step.opname == "IMPORT_NAME":
                imported_from = name
            elif step.opname.startswith(
                ("LOAD_ATTR", "LOAD_METHOD", "LOAD_GLOBAL", "LOAD_NAME", "IMPORT_FROM")
            ):
                # `from time import time` is known by the module it is from; `time.time` by the name loaded
                # just before.
                owner = imported_from if step.opname == "IMPORT_FROM" else before
                reason = _OF_MODULES.get((owner, name)) or (
                    _UNREPEATABLE.get(name) if step.opname != "IMPORT_FROM" else None
                )
                if reason:
                    return reason, line
                before = name
    return None


def _all_code(code: CodeType) -> Iterator[CodeType]:
    yield code
    if "step" in code.co_names and "__qualname__" in code.co_names:
        return  # The class is a flow: a film reads its steps and does not run them.
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all_code(constant)


class Chance:
    """Whether random numbers were drawn from the common generators before anybody seeded them."""

    def __init__(self) -> None:
        self._generators: list[_Generator] = []
        self._unseeded = False

    def begin(self, drawn_seed: int | None) -> None:
        """Watch from now on, when Manim has been imported; ``drawn_seed`` is one that nobody chose."""
        if self._generators:
            return
        import numpy as np

        # Generators that all of a process share, under the names by which Manim and scenes use them.
        common: Any = np.random
        self._generators = [
            _Generator(random, random.getstate, drawn_seed),
            _Generator(common, lambda: repr(common.get_state(legacy=False)), drawn_seed),
        ]
        self._watch_default_rng(common)

    def used(self) -> bool:
        """Whether a scene drew a number that nobody can draw again."""
        return self._unseeded or any(generator.used() for generator in self._generators)

    def _watch_default_rng(self, common: Any) -> None:
        make = common.default_rng

        def default_rng(seed: Any = None) -> Any:
            # A package may make one for its own use, as for the names of temporary files.
            asks = asking(sys._getframe(1))
            self._unseeded = self._unseeded or (
                seed is None and asks is not None and not is_foreign(asks.f_code)
            )
            return make(seed)

        common.default_rng = default_rng


class _Generator:
    def __init__(self, module: Any, state: Any, drawn_seed: int | None) -> None:
        self._state, self._drawn_seed, self._seed = state, drawn_seed, module.seed
        self._used, self._seeded, self._start = False, False, state()
        module.seed = self.seed

    def seed(self, *arguments: Any, **named: Any) -> None:
        """Stand in for the function ``seed``. Manim seeds every scene, with nothing if no seed was given."""
        self._used = self.used()
        self._seed(*arguments, **named)
        given = next(iter((*arguments, *named.values())), None)
        self._seeded = given is not None and given != self._drawn_seed
        # A seed that is none gives another state each time: compared from here on, it shows whether a
        # number is drawn.
        self._start = self._state()

    def used(self) -> bool:
        # Compared and not counted: drawing a number runs in C, where nothing can be watched, but changes
        # the state.
        return self._used or (not self._seeded and self._state() != self._start)

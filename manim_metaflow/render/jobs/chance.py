"""Find what makes a scene another one each time: the clock, and random numbers without a seed."""

from __future__ import annotations

import dis
import os
import random
import sys
import time
from collections.abc import Iterator
from functools import wraps
from types import CodeType, FrameType
from typing import Any

from manim_metaflow.render.jobs.callers import is_foreign

__all__ = ["Chance", "unrepeatable"]

_UNSEEDED = "it uses random numbers without a seed"

_CLOCKS = ("now", "utcnow", "today")
_NAMES = {
    **dict.fromkeys(_CLOCKS, "it asks for the time"),
    "uuid1": "it uses random numbers",
    **dict.fromkeys(
        ("create_from_png", "create_from_png_stream"), "it lets a library in C open a file, which nobody sees"
    ),
}
"""Methods of types written in C, which cannot be replaced by watched ones: known by their names."""

_OF_MODULES = {("av", "open"): "it lets a library in C open a file, which nobody sees"}
"""Functions with common names, known by the modules they are of."""

_TIMES = {"time": 0, "time_ns": 0, "monotonic": 0, "monotonic_ns": 0, "perf_counter": 0, "perf_counter_ns": 0}
_TIMES |= {"process_time": 0, "process_time_ns": 0, "thread_time": 0, "thread_time_ns": 0, "clock_gettime": 1}
_TIMES |= {"localtime": 0, "gmtime": 0, "ctime": 0, "asctime": 0, "strftime": 1}
"""Functions of the module ``time``, and how many arguments each has when it asks for the time of the call."""


def unrepeatable(code: CodeType) -> tuple[str, int] | None:
    r"""Find in the code of a scene what gives another answer each time; return why, and in which line.

    These are methods of types written in C, and cannot be replaced by ones that are watched; so the code is
    read. It may name one that is never called: the scene is then drawn again for nothing, which is no harm.
    All else is noted when it is called: see :class:`Chance`.

    Examples
    --------
    >>> unrepeatable(compile("from datetime import date\nday = date.today()", "scene.py", "exec"))
    ('it asks for the time', 2)
    >>> unrepeatable(compile("scene.time", "scene.py", "exec")) is None
    True
    """
    # A scene may call something of its own "now".
    uses_dates = any("datetime" in each.co_names for each in _all_code(code))
    for each in _all_code(code):
        names = {*each.co_names} & {*_NAMES, *(module for module, _ in _OF_MODULES)}
        if not names or (names <= {*_CLOCKS} and not uses_dates):
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
                # `from av import open` is known by the module it is from; `av.open` by the name loaded just
                # before.
                owner = imported_from if step.opname == "IMPORT_FROM" else before
                reason = _OF_MODULES.get((owner, name)) or (
                    _NAMES.get(name) if step.opname != "IMPORT_FROM" else None
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
    """Whether a scene asked for the time, or for random numbers that nobody can draw again.

    Noted is what is called, under whatever name, by the scene's own code.
    """

    def __init__(self) -> None:
        self._generators: list[_Generator] = []
        self._reason = ""

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
        self._watch_clocks()
        self._watch_random_numbers()

    def reason(self) -> str:
        """Say what a scene asked for that is another each time; empty if it did not."""
        if any(generator.used() for generator in self._generators):
            return _UNSEEDED
        return self._reason

    def _watch_clocks(self) -> None:
        for name, most in _TIMES.items():
            if hasattr(time, name):
                setattr(time, name, self._watched(getattr(time, name), most))

    def _watched(self, ask: Any, most: int) -> Any:
        @wraps(ask)
        def watched(*arguments: Any) -> Any:
            if len(arguments) <= most:
                self._note("it asks for the time", sys._getframe(1))
            return ask(*arguments)

        return watched

    def _watch_random_numbers(self) -> None:
        """Watch the system's random bytes, on which ``secrets``, ``uuid`` and NumPy's generators go, too."""
        for module, name in ((os, "urandom"), (random, "_urandom")):
            original = getattr(module, name)

            def urandom(size: int, draw: Any = original) -> Any:
                self._note(
                    "it uses random numbers", _beside(sys._getframe(1), "random.py", "secrets.py", "uuid.py")
                )
                return draw(size)

            setattr(module, name, urandom)
        seed = random.Random.seed

        def watched(generator: Any, a: Any = None, version: int = 2) -> None:
            if a is None:
                # Only in C does it ask the system itself.
                self._note(_UNSEEDED, _beside(sys._getframe(1), "random.py"))
            seed(generator, a, version)

        random.Random.seed = watched  # type: ignore[assignment,method-assign]

    def _note(self, reason: str, frame: FrameType | None) -> None:
        """Note what the scene's own code asks; a package, or Python's library, asks for its own purposes."""
        # Packages make functions from text, which have no file: whoever calls them asks.
        while frame is not None and frame.f_code.co_filename.startswith("<") and not is_foreign(frame.f_code):
            frame = frame.f_back
        if self._reason or frame is None or is_foreign(frame.f_code):
            return
        self._reason = f"{reason} ({os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno})"


def _beside(frame: FrameType | None, *files: str) -> FrameType | None:
    """Find who called functions of some modules of Python's own."""
    while frame is not None and os.path.basename(frame.f_code.co_filename) in files:
        frame = frame.f_back
    return frame


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
        self._start = self._state()

    def used(self) -> bool:
        return self._used or (not self._seeded and self._state() != self._start)

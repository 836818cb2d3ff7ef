"""The comparisons of one test: draw the picture, find its baseline, describe the difference."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import manim as mn

from manim_metaflow.testing.fingerprint import differences, local_fingerprint
from manim_metaflow.testing.frames import Frame, current_frame
from manim_metaflow.testing.outcome import Outcome
from manim_metaflow.testing.pixels import Difference, compare_frames, decode_png, difference_image, encode_png
from manim_metaflow.testing.render import render_frame
from manim_metaflow.testing.session import FINGERPRINT, SNAPSHOTS, baseline_stem, update_command
from manim_metaflow.testing.structure import dump_structure, same_structure, structure_of
from manim_metaflow.testing.walk import section_frames

__all__ = ["FrameSnapshot", "Rules"]

_DIFF_LINES = 40


@dataclass(frozen=True)
class Rules:
    """How this run compares.

    Parameters
    ----------
    update
        Whether baselines are written instead.
    strict
        Whether pixels that cannot be compared are a failure.
    resolution
        Width and height in pixels.
    budget
        How far the worst tile of 16 pixels may be off, in levels of 0 to 255, unless a test says otherwise.
    extra_fingerprint
        Versions, besides those that are known, on which pixels depend.
    root
        Paths in messages are relative to it.
    """

    update: bool
    strict: bool
    resolution: tuple[int, int]
    budget: float
    extra_fingerprint: Mapping[str, str]
    root: Path

    @property
    def fingerprint(self) -> dict[str, str]:
        """The versions of what draws here."""
        return {**local_fingerprint(), **self.extra_fingerprint}


class FrameSnapshot:
    """What the fixture ``frame_snapshot`` gives to a test.

    Parameters
    ----------
    module
        File of the test.
    nodeid
        The test, as pytest names it.
    rules
        How this run compares.
    outcomes
        Takes the results.
    """

    def __init__(self, module: Path, nodeid: str, rules: Rules, outcomes: list[Outcome]) -> None:
        self._module = module
        self._nodeid = nodeid
        self._rules = rules
        self._outcomes = outcomes
        self._names: set[str] = set()

    def __call__(
        self, source: mn.Mobject | mn.Scene, name: str | None = None, *, budget: float | None = None
    ) -> None:
        """Compare a mobject, alone on an empty scene, or a scene in its present state.

        Parameters
        ----------
        source
            What to look at.
        name
            Distinguishes several pictures of one test.
        budget
            How far the worst tile of 16 pixels may be off, in levels of 0 to 255; that of the run
            by default.

        Raises
        ------
        AssertionError
            If the picture is not that of the baseline, or there is no baseline.
        """
        __tracebackhide__ = True
        if isinstance(source, mn.Scene):
            frame = current_frame(source)
        elif isinstance(source, mn.Mobject):
            frame = render_frame(source, resolution=self._rules.resolution)
        else:
            raise TypeError(
                f"frame_snapshot() takes a mobject or a scene, not {source!r}; "
                "a scene class goes to frame_snapshot.scene()"
            )
        self._raise(self._compare(self._stem(name), frame, structure_of(source), budget))

    def scene(self, scene_class: type[mn.Scene], *, budget: float | None = None) -> None:
        """Compare the last frame of every section of a scene, each under the section's name.

        Parameters
        ----------
        scene_class
            Run to its end, without its video.
        budget
            How far the worst tile of 16 pixels may be off, in levels of 0 to 255; that of the run
            by default.

        Raises
        ------
        AssertionError
            If any of the pictures is not that of its baseline; all of them are looked at.
        """
        __tracebackhide__ = True
        failures: list[str] = []
        times: dict[str, int] = {}
        for section, frame, structure in section_frames(scene_class, resolution=self._rules.resolution):
            times[section] = times.get(section, 0) + 1
            name = section if times[section] == 1 else f"{section} {times[section]}"
            failures += self._compare(self._stem(name), frame, structure, budget)
        self._raise(failures)

    def _raise(self, failures: list[str]) -> None:
        __tracebackhide__ = True
        if failures:
            raise AssertionError("\n\n".join(failures))

    def _stem(self, name: str | None) -> str:
        stem = baseline_stem(self._nodeid, name)
        # On macOS and Windows, file names that differ in case alone are one file.
        if stem.casefold() in self._names:
            raise ValueError(
                f"{self._nodeid} takes two pictures called {stem!r}: give each a name, "
                "frame_snapshot(mobject, 'name')"
            )
        self._names.add(stem.casefold())
        return stem

    def _compare(
        self, stem: str, frame: Frame, structure: list[dict[str, Any]], budget: float | None
    ) -> list[str]:
        folder = self._module.parent / SNAPSHOTS / self._module.stem
        outcome = Outcome(nodeid=self._nodeid, module=str(self._module), file=str(folder / stem))
        self._outcomes.append(outcome)
        text = dump_structure(structure)
        if self._rules.update:
            outcome.update(encode_png(frame), text, self._rules.fingerprint)
            return []
        # A name may hold a dot, so with_suffix would cut it.
        json_path, png_path = folder / f"{stem}.json", folder / f"{stem}.png"
        missing = [path for path in (json_path, png_path) if not path.is_file()]
        if missing:
            self._record_missing(outcome, missing, frame)
        # Structure and pixels both, also when the first differs: together they tell more.
        if json_path not in missing:
            self._compare_structure(outcome, json_path, text)
        if png_path not in missing:
            self._compare_pixels(outcome, png_path, frame, self._rules.budget if budget is None else budget)
        return outcome.failures

    def _record_missing(self, outcome: Outcome, missing: list[Path], frame: Frame) -> None:
        outcome.got = encode_png(frame)
        for path in missing:
            setattr(outcome, "structure" if path.suffix == ".json" else "pixels", "missing")
        names = " and ".join(self._relative(path) for path in missing)
        outcome.failures.append(f"no baseline {names}. {self._advice()}")

    def _compare_structure(self, outcome: Outcome, path: Path, got: str) -> None:
        expected = path.read_text(encoding="utf-8")
        outcome.structure = "same"
        try:
            same = same_structure(json.loads(expected), json.loads(got))
        except json.JSONDecodeError as error:
            outcome.fail(
                "structure", f"baseline {self._relative(path)} is no JSON ({error}). {self._advice()}"
            )
            return
        if not same:
            diff = _unified_diff(expected, got)
            outcome.structure_diff = diff
            outcome.fail(
                "structure", f"{self._relative(path)}: the structure differs\n{_cut(diff)}\n{self._advice()}"
            )

    def _compare_pixels(self, outcome: Outcome, path: Path, frame: Frame, budget: float) -> None:
        foreign = self._foreign(path.parent / FINGERPRINT)
        if foreign:
            outcome.not_comparable = foreign
            if self._rules.strict:
                outcome.fail("pixels", f"{self._relative(path)}: not comparable here: {'; '.join(foreign)}")
            return
        data = path.read_bytes()
        expected = decode_png(data)
        outcome.pixels = "same"
        found = compare_frames(expected, frame)
        if found.worst > budget:
            outcome.expected, outcome.got = data, encode_png(frame)
            outcome.difference = encode_png(difference_image(expected, frame))
            outcome.fail(
                "pixels",
                f"{self._relative(path)}: {_describe(found, expected, frame, budget)}. {self._advice()}",
            )

    def _foreign(self, path: Path) -> list[str]:
        if not path.is_file():
            return [f"{self._relative(path)} is missing: what drew the baselines is unknown"]
        try:
            recorded = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            return [f"{self._relative(path)} is no JSON ({error})"]
        return differences(recorded, self._rules.fingerprint)

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self._rules.root) if path.is_relative_to(self._rules.root) else path)

    def _advice(self) -> str:
        return f"If the new picture is right: {update_command(self._module, self._rules.root)}"


def _unified_diff(expected: str, got: str) -> str:
    lines = difflib.unified_diff(expected.splitlines(), got.splitlines(), "expected", "got", lineterm="", n=8)
    return "\n".join(lines)


def _cut(diff: str) -> str:
    lines = diff.splitlines()
    if len(lines) <= _DIFF_LINES:
        return diff
    return "\n".join([*lines[:_DIFF_LINES], f"... {len(lines) - _DIFF_LINES} more lines, see the report"])


def _describe(found: Difference, expected: Frame, got: Frame, budget: float) -> str:
    if expected.shape != got.shape:
        return (
            f"the baseline is {expected.shape[1]}x{expected.shape[0]} pixels, "
            f"this frame is {got.shape[1]}x{got.shape[0]}"
        )
    x, y = found.at
    return (
        f"{found.pixels} pixels differ; the worst tile, at x={x} y={y}, "
        f"by {found.worst:.2f} of 255 (budget {budget:g})"
    )

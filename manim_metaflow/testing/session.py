"""Collect the outcomes of a whole run: counts, baselines to write, stale baselines, the report."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from manim_metaflow.testing.outcome import Outcome
from manim_metaflow.testing.report import html_report
from manim_metaflow.utils.files import write_bytes
from manim_metaflow.utils.outputs import REPORT, is_of_kind

__all__ = ["FINGERPRINT", "SNAPSHOTS", "SnapshotSession", "baseline_stem", "update_command"]

SNAPSHOTS = "__snapshots__"
FINGERPRINT = "fingerprint.json"
_BASELINE = (".json", ".png")

_CUT, _LONGEST = 100, 120
"""How many characters of a long file name are kept before its hash, and from how many on it is long."""


def update_command(module: Path, root: Path) -> str:
    """Name the command that writes a module's baselines.

    Examples
    --------
    >>> update_command(Path("/project/tests/test_node.py"), Path("/project"))
    'pytest tests/test_node.py --frames-update'
    """
    shown = module.relative_to(root) if module.is_relative_to(root) else module
    return f"pytest {shown} --frames-update"


def baseline_stem(nodeid: str, name: str | None = None) -> str:
    """Name the baseline of a test's picture, without its folder and suffix.

    Examples
    --------
    >>> baseline_stem("tests/test_node.py::TestNode::test_done[a b]", "wide")
    'TestNode.test_done[a_b]-wide'
    """
    test = nodeid.partition("::")[2].replace("::", ".")
    text = test if name is None else f"{test}-{name}"
    plain = re.sub(r"[^\w.\-\[\]]+", "_", text)
    if len(plain) <= _LONGEST:
        return plain
    return f"{plain[:_CUT]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


class SnapshotSession:
    """Collects the outcomes of a run, and at its end writes what is to be written."""

    def __init__(self, config: pytest.Config) -> None:
        self.problems: list[str] = []
        """Reasons why the run fails although its tests may have passed."""
        self._update = bool(config.getoption("frames_update"))
        self._report = Path(config.rootpath, str(config.getoption("frames_report")))
        self._root = config.rootpath
        self.is_worker = hasattr(config, "workerinput")
        """Whether this is one of several processes of pytest-xdist, which only run tests."""
        # A module of which single tests were named does not run in full: that a baseline was not drawn
        # proves nothing then.
        narrowed = [
            Path(config.invocation_params.dir, arg.partition("::")[0]).resolve()
            for arg in config.args
            if "::" in arg
        ]
        # Neither --lf nor a test of a package (--pyargs) tells which tests it leaves out.
        self._incomplete = bool(config.getoption("lf", default=False)) or not all(
            path.is_file() for path in narrowed
        )
        self._expected: dict[Path, set[str]] = {}
        self._folders: set[Path] = set()
        self._passed: set[str] = set()
        self._partial: set[Path] = set(narrowed)
        self._outcomes: list[Outcome] = []
        self._removed: list[Path] = []

    def deselect(self, item: pytest.Item) -> None:
        """Record a test that was deselected."""
        self._partial.add(item.path.resolve())
        self._folders.add(item.path.parent)

    def visit(self, folder: Path) -> None:
        """Record a folder that pytest looks into: its baselines may have outlived all of its tests."""
        self._folders.add(folder)

    def expect(self, items: Iterable[pytest.Item]) -> None:
        """Record the tests that are going to run."""
        for item in items:
            self._expected.setdefault(item.path, set()).add(item.nodeid)
            self._folders.add(item.path.parent)

    @property
    def selection(self) -> dict[str, list[Any]]:
        """The tests that will run and those that were deselected, as plain data for another process."""
        return {
            "expected": [[str(module), sorted(names)] for module, names in sorted(self._expected.items())],
            "partial": sorted(map(str, self._partial)),
            "folders": sorted(map(str, self._folders)),
        }

    def join(self, selection: dict[str, list[Any]]) -> None:
        """Add the selection of another process."""
        for module, names in selection["expected"]:
            self._expected.setdefault(Path(module), set()).update(names)
        self._partial.update(map(Path, selection["partial"]))
        self._folders.update(map(Path, selection["folders"]))

    def add_report(self, report: pytest.TestReport) -> None:
        """Add the outcomes of a test."""
        if report.when == "call" and report.outcome == "passed":
            self._passed.add(report.nodeid)
        for found in getattr(report, "frame_outcomes", ()):
            self._outcomes.append(Outcome(**found))

    def close(self) -> None:
        """Write and remove baselines, find problems, and write the report."""
        if self.is_worker:
            return
        if self._update:
            self._write()
        self._handle_stale()
        self._find_shared()
        self._write_report()

    def _is_selected_whole(self, module: Path) -> bool:
        return not self._incomplete and module.resolve() not in self._partial

    def _is_complete(self, module: Path) -> bool:
        return self._is_selected_whole(module) and self._expected.get(module, {""}) <= self._passed

    def _write(self) -> None:
        by_module: dict[Path, list[Outcome]] = {}
        for outcome in self._outcomes:
            by_module.setdefault(Path(outcome.module), []).append(outcome)
        for module, outcomes in by_module.items():
            self._write_module(module, [outcome for outcome in outcomes if outcome.pixels == "updated"])

    def _write_module(self, module: Path, outcomes: list[Outcome]) -> None:
        if not outcomes:
            return
        folder = module.parent / SNAPSHOTS / module.stem
        fingerprint = json.dumps(outcomes[0].fingerprint, indent=1, sort_keys=True) + "\n"
        recorded = folder / FINGERPRINT
        is_new = recorded.is_file() and recorded.read_text(encoding="utf-8") != fingerprint
        if is_new and not self._is_complete(module):
            for outcome in outcomes:
                outcome.pixels = outcome.structure = "refused"
            self.problems.append(
                f"nothing written to {self._relative(folder)}: its other pictures were drawn elsewhere, so "
                f"all have to be drawn again, and not all tests ran. Run {update_command(module, self._root)}"
            )
            return
        for outcome in outcomes:
            _write(Path(f"{outcome.file}.json"), outcome.new_structure.encode())
            _write(Path(f"{outcome.file}.png"), outcome.got)
        _write(recorded, fingerprint.encode())

    def _handle_stale(self) -> None:
        for path, module in self._stale():
            if self._update:
                path.unlink()
                self._removed.append(path)
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
            else:
                self.problems.append(
                    f"stale baseline {self._relative(path)}: no test draws it any more. "
                    f"To remove it: {update_command(module, self._root)}"
                )

    def _stale(self) -> Iterable[tuple[Path, Path]]:
        drawn = {f"{outcome.file}{suffix}" for outcome in self._outcomes for suffix in _BASELINE}
        for module in sorted(self._expected):
            folder = module.parent / SNAPSHOTS / module.stem
            if not folder.is_dir() or not self._is_selected_whole(module):
                continue
            files = [path for path in _own_files(folder) if path.name != FINGERPRINT]
            stale = [path for path in files if str(path) not in drawn]
            if not self._is_complete(module):
                # What failed or was skipped has not drawn all of its pictures: only those that no test of
                # the module can have drawn are known to be stale.
                tests = tuple(baseline_stem(nodeid)[:_CUT] for nodeid in self._expected[module])
                stale = [path for path in stale if not path.name.startswith(tests)]
            yield from ((path, module) for path in stale)
            if stale == files and (folder / FINGERPRINT).is_file():
                yield folder / FINGERPRINT, module
        for folder in sorted(self._folders):
            yield from _orphans(folder / SNAPSHOTS)

    def _find_shared(self) -> None:
        tests: dict[str, set[str]] = {}
        for outcome in self._outcomes:
            # On macOS and Windows, file names that differ in case alone are one file.
            tests.setdefault(outcome.file.casefold(), set()).add(outcome.nodeid)
        for file, names in sorted(tests.items()):
            if len(names) > 1:
                self.problems.append(
                    f"{' and '.join(sorted(names))} share the baseline {Path(file).name}: rename one"
                )

    def _write_report(self) -> None:
        page = self._report / "index.html"
        failed = [outcome for outcome in self._outcomes if outcome.failures]
        if not is_of_kind(page, REPORT):
            # --frames-report may name a folder that has an index.html already, such as a site's.
            self.problems += [f"{page} is not {REPORT.what}: no report was written"] if failed else []
        elif failed:
            _write(page, html_report(failed, self._root).encode())
        else:
            page.unlink(missing_ok=True)

    def summary(self) -> list[str]:
        """Return a few lines on what was compared; none if nothing was."""
        if not (self._outcomes or self.problems or self._removed):
            return []
        lines = [self._counts("frames", "pixels"), self._counts("structures", "structure")]
        reasons = Counter(reason for outcome in self._outcomes for reason in outcome.not_comparable)
        lines += [f"not comparable here: {reason} ({count})" for reason, count in sorted(reasons.items())]
        lines += [f"removed {self._relative(path)}" for path in self._removed]
        lines += self.problems
        if any(outcome.failures for outcome in self._outcomes):
            lines.append(f"report: {self._report / 'index.html'}")
        return lines

    def _counts(self, title: str, layer: str) -> str:
        found = Counter(getattr(outcome, layer) or "not comparable" for outcome in self._outcomes)
        compared = found["same"] + found["failed"]
        parts = [f"{compared} compared", f"{found['failed']} failed", f"{found['updated']} updated"]
        parts += [f"{found[kind]} {kind}" for kind in ("missing", "not comparable", "refused") if found[kind]]
        return f"{title}: {', '.join(parts)}"

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self._root) if path.is_relative_to(self._root) else path)


def _orphans(snapshots: Path) -> Iterable[tuple[Path, Path]]:
    for folder in sorted(snapshots.iterdir()) if snapshots.is_dir() else ():
        if folder.is_dir() and not (snapshots.parent / f"{folder.name}.py").is_file():
            yield from ((path, snapshots.parent) for path in _own_files(folder))


def _own_files(folder: Path) -> list[Path]:
    """List what is written into a folder of baselines; notes that somebody put there stay."""
    return sorted(path for path in folder.iterdir() if path.suffix in _BASELINE)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, data)

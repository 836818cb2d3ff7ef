"""What a whole run found: counts, baselines to write, stale ones, the report."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

__all__ = ["FINGERPRINT", "SNAPSHOTS", "Ledger", "Outcome", "update_command", "write_file"]

SNAPSHOTS = "__snapshots__"
FINGERPRINT = "fingerprint.json"


@dataclass
class Outcome:
    """What became of one picture. Plain data: it travels with the test's report."""

    nodeid: str
    module: str
    file: str
    """Path of the baselines, without suffix."""
    structure: str = ""
    """``same``, ``failed``, ``missing``, ``updated``, ``refused`` or, if not comparable, empty."""
    pixels: str = ""
    failures: list[str] = field(default_factory=list)
    not_comparable: list[str] = field(default_factory=list)
    structure_diff: str = ""
    expected: bytes = b""
    got: bytes = b""
    difference: bytes = b""
    new_structure: str = ""
    fingerprint: dict[str, str] = field(default_factory=dict)

    def fail(self, layer: str, message: str) -> None:
        """Note that one of the layers, ``structure`` or ``pixels``, failed."""
        setattr(self, layer, "failed")
        self.failures.append(message)

    def update(self, png: bytes, structure: str, fingerprint: dict[str, str]) -> None:
        """Note the new baseline; it is written when the run is over."""
        self.structure = self.pixels = "updated"
        self.got, self.new_structure, self.fingerprint = png, structure, fingerprint

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return asdict(self)


def update_command(module: Path, root: Path) -> str:
    """Name the command that writes a module's baselines.

    Examples
    --------
    >>> update_command(Path("/project/tests/test_node.py"), Path("/project"))
    'pytest tests/test_node.py --frames-update'
    """
    shown = module.relative_to(root) if module.is_relative_to(root) else module
    return f"pytest {shown} --frames-update"


class Ledger:
    """Collects the outcomes of a run and settles them at its end."""

    def __init__(self, config: pytest.Config) -> None:
        self.complaints: list[str] = []
        """Why the run fails although its tests may have passed."""
        self._update = bool(config.getoption("frames_update"))
        self._report = Path(config.rootpath, str(config.getoption("frames_report")))
        self._root = config.rootpath
        self.is_worker = hasattr(config, "workerinput")
        """Whether this is one of several processes of pytest-xdist, which only run tests."""
        narrowed = [
            Path(config.invocation_params.dir, arg.partition("::")[0]).resolve()
            for arg in config.args
            if "::" in arg
        ]
        # Neither --lf nor a test of a package (--pyargs) tells which tests it leaves out.
        self._unsure = bool(config.getoption("lf", default=False)) or not all(
            path.is_file() for path in narrowed
        )
        self._expected: dict[Path, set[str]] = {}
        self._folders: set[Path] = set()
        self._passed: set[str] = set()
        self._partial: set[Path] = set(narrowed)
        self._outcomes: list[Outcome] = []
        self._removed: list[Path] = []

    def leave_out(self, item: pytest.Item) -> None:
        """Note a test that was deselected."""
        self._partial.add(item.path.resolve())
        self._folders.add(item.path.parent)

    def expect(self, items: Iterable[pytest.Item]) -> None:
        """Note the tests that are going to run."""
        for item in items:
            self._expected.setdefault(item.path, set()).add(item.nodeid)
            self._folders.add(item.path.parent)

    @property
    def noted(self) -> dict[str, list[Any]]:
        """What is going to run and what was left out, as plain data for another process."""
        return {
            "expected": [[str(module), sorted(names)] for module, names in sorted(self._expected.items())],
            "partial": sorted(map(str, self._partial)),
            "folders": sorted(map(str, self._folders)),
        }

    def join(self, noted: dict[str, list[Any]]) -> None:
        """Take over what another process noted."""
        for module, names in noted["expected"]:
            self._expected.setdefault(Path(module), set()).update(names)
        self._partial.update(map(Path, noted["partial"]))
        self._folders.update(map(Path, noted["folders"]))

    def enter(self, report: pytest.TestReport) -> None:
        """Take over what a test found."""
        if report.when == "call" and report.outcome == "passed":
            self._passed.add(report.nodeid)
        for found in getattr(report, "frame_outcomes", ()):
            self._outcomes.append(Outcome(**found))

    def close(self) -> None:
        """Write, remove, complain and report."""
        if self.is_worker:
            return
        if self._update:
            self._write()
        self._settle_stale()
        self._find_shared()
        self._write_report()

    def _is_complete(self, module: Path) -> bool:
        if self._unsure or module.resolve() in self._partial:
            return False
        return self._expected.get(module, {""}) <= self._passed

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
            self.complaints.append(
                f"nothing written to {self._shown(folder)}: its other pictures were drawn elsewhere, so all "
                f"have to be drawn anew, and not all tests ran. Run {update_command(module, self._root)}"
            )
            return
        for outcome in outcomes:
            write_file(Path(f"{outcome.file}.json"), outcome.new_structure.encode())
            write_file(Path(f"{outcome.file}.png"), outcome.got)
        write_file(recorded, fingerprint.encode())

    def _settle_stale(self) -> None:
        for path, module in self._stale():
            if self._update:
                path.unlink()
                self._removed.append(path)
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
            else:
                self.complaints.append(
                    f"stale baseline {self._shown(path)}: no test draws it any more. "
                    f"To remove it: {update_command(module, self._root)}"
                )

    def _stale(self) -> Iterable[tuple[Path, Path]]:
        drawn = {f"{outcome.file}{suffix}" for outcome in self._outcomes for suffix in (".json", ".png")}
        for module in sorted(self._expected):
            folder = module.parent / SNAPSHOTS / module.stem
            if not folder.is_dir() or not self._is_complete(module):
                continue
            files = sorted(path for path in folder.iterdir() if path.name != FINGERPRINT)
            stale = [path for path in files if str(path) not in drawn]
            yield from ((path, module) for path in stale)
            if stale == files and (folder / FINGERPRINT).is_file():
                yield folder / FINGERPRINT, module
        for folder in sorted(self._folders):
            yield from _orphans(folder / SNAPSHOTS)

    def _find_shared(self) -> None:
        tests: dict[str, set[str]] = {}
        for outcome in self._outcomes:
            tests.setdefault(outcome.file.casefold(), set()).add(outcome.nodeid)
        for file, names in sorted(tests.items()):
            if len(names) > 1:
                self.complaints.append(
                    f"{' and '.join(sorted(names))} share the baseline {Path(file).name}: rename one"
                )

    def _write_report(self) -> None:
        page = self._report / "index.html"
        failed = [outcome for outcome in self._outcomes if outcome.failures]
        if failed:
            from manim_metaflow.testing.report import html_report

            write_file(page, html_report(failed, self._root).encode())
        else:
            page.unlink(missing_ok=True)

    def summary(self) -> list[str]:
        """Say in a few lines what was done, if anything was."""
        if not (self._outcomes or self.complaints or self._removed):
            return []
        lines = [self._counts("frames", "pixels"), self._counts("structures", "structure")]
        reasons = Counter(reason for outcome in self._outcomes for reason in outcome.not_comparable)
        lines += [f"not comparable here: {reason} ({count})" for reason, count in sorted(reasons.items())]
        lines += [f"removed {self._shown(path)}" for path in self._removed]
        lines += self.complaints
        if any(outcome.failures for outcome in self._outcomes):
            lines.append(f"report: {self._report / 'index.html'}")
        return lines

    def _counts(self, title: str, layer: str) -> str:
        found = Counter(getattr(outcome, layer) or "not comparable" for outcome in self._outcomes)
        compared = found["same"] + found["failed"]
        parts = [f"{compared} compared", f"{found['failed']} failed", f"{found['updated']} updated"]
        parts += [f"{found[kind]} {kind}" for kind in ("missing", "not comparable", "refused") if found[kind]]
        return f"{title}: {', '.join(parts)}"

    def _shown(self, path: Path) -> str:
        return str(path.relative_to(self._root) if path.is_relative_to(self._root) else path)


def _orphans(snapshots: Path) -> Iterable[tuple[Path, Path]]:
    for folder in sorted(snapshots.iterdir()) if snapshots.is_dir() else ():
        if folder.is_dir() and not (snapshots.parent / f"{folder.name}.py").is_file():
            yield from ((path, snapshots.parent) for path in sorted(folder.iterdir()))


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)

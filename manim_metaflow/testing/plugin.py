"""Pytest plugin: the fixture ``frame_snapshot`` compares pictures with those kept beside the test.

It is there wherever the package is installed::

    def test_done_node(frame_snapshot):
        frame_snapshot(StepNode("train", state="done"))

    def test_scene(frame_snapshot):
        frame_snapshot.scene(ResumeScene)

``pytest --frames-update`` writes the baselines to ``__snapshots__/<test module>/``. Of each picture there
is a ``.json`` (what is on it: compared on every machine) and a ``.png`` (its pixels: compared where the
same Manim, cairo, Pango and fonts are installed, as ``fingerprint.json`` says). Elsewhere the pixels are
reported as not comparable, which is a failure under ``--frames-strict`` and in CI (``CI`` is set).

Pytest imports this module in every run, so it imports nothing heavy and its options have names of their
own: ``--snapshot-update`` belongs to other plugins.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from manim_metaflow.testing.outcome import Outcome
from manim_metaflow.testing.session import SNAPSHOTS, SnapshotSession

if TYPE_CHECKING:
    from manim_metaflow.testing.snapshot import FrameSnapshot

_SESSION = pytest.StashKey[SnapshotSession]()
_SELECTION = "manim_metaflow_frames"
_OUTCOMES = pytest.StashKey[list[Outcome]]()


class FrameHooks:
    """Hooks that a ``conftest.py`` may implement."""

    @pytest.hookspec
    def pytest_frames_fingerprint(self, config: pytest.Config) -> Mapping[str, str]:
        """Return more that the pixels depend on, such as the hash of a font: name to version."""
        raise NotImplementedError


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare our hooks."""
    pluginmanager.add_hookspecs(FrameHooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare our options."""
    group = parser.getgroup("frames", "frame snapshots (manim_metaflow)")
    group.addoption("--frames-update", action="store_true", help="Write the baselines of frame_snapshot.")
    group.addoption(
        "--frames-strict",
        action="store_true",
        help="Fail where pixels cannot be compared (the default if CI is set).",
    )
    group.addoption(
        "--frames-report",
        metavar="DIR",
        default="snapshot-report",
        help="Where index.html shows expected, got and difference of each failure (snapshot-report).",
    )
    parser.addini(
        "frames_budget",
        "Difference that a picture may have: levels of 0 to 255 in its worst tile of 16 pixels (0).",
        default="0",
    )
    parser.addini("frames_resolution", "Size of frame_snapshot's pictures (854x480).", default="854x480")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to collect the outcomes of this run."""
    config.stash[_SESSION] = SnapshotSession(config)


def _is_strict(config: pytest.Config) -> bool:
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return bool(config.getoption("frames_strict")) or in_ci


def _resolution(config: pytest.Config) -> tuple[int, int]:
    text = str(config.getini("frames_resolution"))
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise pytest.UsageError(f"frames_resolution = {text!r}: give width and height, like 854x480")
    return int(width), int(height)


def _budget(config: pytest.Config) -> float:
    text = str(config.getini("frames_budget"))
    try:
        budget = float(text)
    except ValueError:
        budget = -1.0
    if not 0 <= budget <= 255:
        raise pytest.UsageError(f"frames_budget = {text!r}: give a number from 0 to 255")
    return budget


@pytest.fixture
def frame_snapshot(request: pytest.FixtureRequest) -> Generator[FrameSnapshot, None, None]:
    """Compare a picture with the one kept beside the test.

    Call it with a mobject or a scene: ``frame_snapshot(mobject)``, ``frame_snapshot(mobject, "narrow")``
    where a test has several, ``frame_snapshot(mobject, budget=2.5)`` where pixels may differ by another
    amount than ``frames_budget`` in the configuration, or
    ``frame_snapshot.scene(SceneClass)`` for the last frame of every section.
    """
    from manim_metaflow.testing.frames import still_config
    from manim_metaflow.testing.snapshot import FrameSnapshot, Rules

    config = request.config
    extra: dict[str, str] = {}
    for found in config.hook.pytest_frames_fingerprint(config=config):
        extra.update(found)
    rules = Rules(
        update=bool(config.getoption("frames_update")),
        strict=_is_strict(config),
        resolution=_resolution(config),
        budget=_budget(config),
        extra_fingerprint=extra,
        root=config.rootpath,
    )
    outcomes = request.node.stash.setdefault(_OUTCOMES, [])
    with still_config(rules.resolution):
        yield FrameSnapshot(Path(request.node.path), request.node.nodeid, rules, outcomes)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the outcomes of the fixture with the report, which also goes from process to process."""
    report = yield
    outcomes = item.stash.get(_OUTCOMES, [])
    # As plain data: pytest-xdist serialises reports, and knows no classes of ours.
    report.__dict__["frame_outcomes"] = [outcome.to_dict() for outcome in outcomes]
    outcomes.clear()
    return report


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> None:
    """Find baselines in folders without tests: their tests were moved, or removed."""
    if path.name == SNAPSHOTS:
        parent.config.stash[_SESSION].visit(path.parent)


@pytest.hookimpl
def pytest_deselected(items: list[pytest.Item]) -> None:
    """Record which modules do not run in full."""
    for item in items:
        item.config.stash[_SESSION].deselect(item)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Record which tests are going to run."""
    session.config.stash[_SESSION].expect(session.items)


class _Reporter:
    """Hooks that need the collected outcomes and are not given the configuration."""

    def __init__(self, snapshots: SnapshotSession) -> None:
        self.snapshots = snapshots

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.snapshots.add_report(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the selection of a process of pytest-xdist; one that crashed has sent none."""
        selection = getattr(node, "workeroutput", {}).get(_SELECTION)
        if selection is not None:
            self.snapshots.join(selection)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen to the reports of tests."""
    session.config.pluginmanager.register(_Reporter(session.config.stash[_SESSION]), "manim_metaflow_frames")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write baselines and report; a stale baseline fails the run."""
    snapshots = session.config.stash[_SESSION]
    if snapshots.is_worker:
        session.config.workeroutput[_SELECTION] = snapshots.selection  # type: ignore[attr-defined]
    snapshots.close()
    if snapshots.problems and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print how many pictures were compared."""
    lines = config.stash[_SESSION].summary()
    if lines:
        terminalreporter.section("frame snapshots")
        for line in lines:
            terminalreporter.write_line(line)

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

from manim_metaflow.testing.ledger import Ledger, Outcome

if TYPE_CHECKING:
    from manim_metaflow.testing.snapshot import FrameSnapshot

_LEDGER = pytest.StashKey[Ledger]()
_NOTED = "manim_metaflow_frames"
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
    parser.addini("frames_resolution", "Size of frame_snapshot's pictures (854x480).", default="854x480")


def pytest_configure(config: pytest.Config) -> None:
    """Open the ledger of this run."""
    config.stash[_LEDGER] = Ledger(config)


def _is_strict(config: pytest.Config) -> bool:
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return bool(config.getoption("frames_strict")) or in_ci


def _resolution(config: pytest.Config) -> tuple[int, int]:
    text = str(config.getini("frames_resolution"))
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise pytest.UsageError(f"frames_resolution = {text!r}: give width and height, like 854x480")
    return int(width), int(height)


@pytest.fixture
def frame_snapshot(request: pytest.FixtureRequest) -> Generator[FrameSnapshot, None, None]:
    """Compare a picture with the one kept beside the test.

    Call it with a mobject or a scene: ``frame_snapshot(mobject)``, ``frame_snapshot(mobject, "narrow")``
    where a test has several, ``frame_snapshot(mobject, budget=2.5)`` where pixels may differ a little, or
    ``frame_snapshot.scene(SceneClass)`` for the last frame of every section.
    """
    from manim_metaflow.testing.render import still_config
    from manim_metaflow.testing.snapshot import FrameSnapshot, Rules

    config = request.config
    extra: dict[str, str] = {}
    for found in config.hook.pytest_frames_fingerprint(config=config):
        extra.update(found)
    rules = Rules(
        update=bool(config.getoption("frames_update")),
        strict=_is_strict(config),
        resolution=_resolution(config),
        extra_fingerprint=extra,
        root=config.rootpath,
    )
    outcomes = request.node.stash.setdefault(_OUTCOMES, [])
    with still_config(rules.resolution):
        yield FrameSnapshot(Path(request.node.path), request.node.nodeid, rules, outcomes)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hand over what the fixture found with the report, which also travels between processes."""
    report = yield
    outcomes = item.stash.get(_OUTCOMES, [])
    report.__dict__["frame_outcomes"] = [outcome.to_dict() for outcome in outcomes]
    outcomes.clear()
    return report


@pytest.hookimpl
def pytest_deselected(items: list[pytest.Item]) -> None:
    """Note which modules do not run in full."""
    for item in items:
        item.config.stash[_LEDGER].leave_out(item)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note what is going to run."""
    session.config.stash[_LEDGER].expect(session.items)


class _Reporter:
    """Hooks that need the ledger and get no config."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ledger.enter(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Ask a process of pytest-xdist what it noted; one that crashed has told nothing."""
        noted = getattr(node, "workeroutput", {}).get(_NOTED)
        if noted is not None:
            self.ledger.join(noted)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen to reports."""
    session.config.pluginmanager.register(_Reporter(session.config.stash[_LEDGER]), "manim_metaflow_frames")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write baselines and report; a stale baseline fails the run."""
    ledger = session.config.stash[_LEDGER]
    if ledger.is_worker:
        session.config.workeroutput[_NOTED] = ledger.noted  # type: ignore[attr-defined]
    ledger.close()
    if ledger.complaints and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many pictures were compared."""
    lines = config.stash[_LEDGER].summary()
    if lines:
        terminalreporter.section("frame snapshots")
        for line in lines:
            terminalreporter.write_line(line)

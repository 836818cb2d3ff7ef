"""A project with one test module and the snapshots of it, as a user would have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MODULE = """
import manim as mn

class Label(mn.Square):
    def __snapshot__(self):
        return {"role": "text", "text": "train"}

class Node(mn.VGroup):
    def __init__(self, state="done", color="#3DBE8B", badge=0.1332, shift=0.0):
        super().__init__(mn.Rectangle(width=2, height=1, color=color))
        self.state = state
        self.label = Label(0.3, fill_opacity=1, stroke_width=0).shift(shift * mn.RIGHT)
        self.add(self.label)
        if badge:
            self.add(mn.Square(badge, fill_opacity=1, stroke_width=0, color=color).move_to((0.9, 0.4, 0)))

    def __snapshot__(self):
        return {"role": "node", "name": "train", "state": self.state}
"""


class Project:
    """A directory with one test module and its snapshots."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.snapshots = pytester.path / "__snapshots__" / "test_node"

    def write(self, *bodies: str, **tests: str) -> None:
        named = {f"test_{n}" if n else "test_node": body for n, body in enumerate(bodies)} | tests
        functions = [f"def {name}(frame_snapshot):\n    {body}\n" for name, body in named.items()]
        self.write_module("\n\n".join(functions))

    def write_module(self, text: str) -> None:
        (self.pytester.path / "test_node.py").write_text(MODULE + text)

    def run(self, *args: str) -> pytest.RunResult:
        # Hypothesis is imported anew by every run inside pytester, which takes longer than the run.
        plugins = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
        return self.pytester.runpytest_inprocess(*plugins, "-W", "ignore", *args)

    def update(self, *args: str) -> pytest.RunResult:
        result = self.run("--frames-update", *args)
        assert result.ret == 0, result.stdout.str()
        return result

    def pretend_other_cairo(self) -> None:
        path = self.snapshots / "fingerprint.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"cairo": "0.0.1"}))

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.snapshots.glob("*"))

    @property
    def report(self) -> Path:
        return self.pytester.path / "snapshot-report" / "index.html"

"""Random legal Metaflow graphs, as hypothesis strategies."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings, strategies as st

from layout.builder import flow
from manim_metaflow.layout import NodeBox

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "50")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""The same graphs every time; ``FUZZ_EXAMPLES`` raises their number."""


class Grower:
    """Writes a flow step by step; ``draw`` decides."""

    def __init__(self, draw: Any, shapes: list[str], budget: int) -> None:
        self.draw = draw
        self.shapes = shapes
        self.budget = budget
        self.lines: list[str] = []
        self.names = 0

    def new(self) -> str:
        self.names += 1
        return f"s{self.names}"

    def write(self, source: str, arrow: str, *targets: str) -> None:
        self.lines.append(" ".join([source, arrow, *targets]))

    def text(self) -> str:
        name = self.new()
        if self.draw(st.integers(0, 15)) > 0:
            self.chain(name, "finish", 3, False)
            self.lines.append("finish")
        else:
            self.lines.append(name)
        return "\n".join(self.lines)

    def chain(self, first: str, after: str, depth: int, into_join: bool) -> None:
        """Write ``first`` and what follows it, up to ``after``, which stands elsewhere."""
        length = self.draw(st.integers(1, 3))
        for i in range(length):
            last = i == length - 1
            following = after if last else self.new()
            shape = "step"
            if depth and self.names < self.budget:
                shape = self.draw(st.sampled_from(self.shapes))
            getattr(self, shape)(first, following, depth, into_join and last)
            first = following

    def step(self, first: str, after: str, depth: int, into_join: bool) -> None:
        self.write(first, "->", after)

    def split(self, first: str, after: str, depth: int, into_join: bool) -> None:
        heads = [self.new() for _ in range(self.draw(st.integers(2, 4)))]
        join = self.new()
        self.write(first, "->", *heads)
        for head in heads:
            self.chain(head, join, depth - 1, True)
        self.write(f"*{join}", "->", after)

    def foreach(self, first: str, after: str, depth: int, into_join: bool) -> None:
        body, join = self.new(), self.new()
        self.write(first, "=>", body)
        self.chain(body, join, depth - 1, True)
        self.write(f"*{join}", "->", after)

    def parallel(self, first: str, after: str, depth: int, into_join: bool) -> None:
        body, join = self.new(), self.new()
        self.write(first, "#>", body)
        self.write(body, "->", join)
        self.write(f"*{join}", "->", after)

    def loop(self, first: str, after: str, depth: int, into_join: bool) -> None:
        """A switch onto itself, which the start step may not be."""
        if first == "s1":
            self.write(first, "->", again := self.new())
            first = again
        if into_join:
            before = self.new()
            self.write(first, "?>", *self._shuffled([first, before]))
            self.write(before, "->", after)
        else:
            self.write(first, "?>", *self._shuffled([first, after]))

    def twin(self, first: str, after: str, depth: int, into_join: bool) -> None:
        """A split or a foreach whose arms lead to one join or to another."""
        heads = [self.new() for _ in range(self.draw(st.integers(1, 3)))]
        joins = [self.new(), self.new()]
        self.write(first, "=>" if len(heads) == 1 else "->", *heads)
        for head in heads:
            arms = [self.new(), self.new()]
            self.write(head, "?>", *arms)
            for arm, join in zip(arms, joins, strict=True):
                self.chain(arm, join, depth - 1, True)
        for join in joins:
            self.write(f"*{join}", "->", after)

    def shared(self, first: str, after: str, depth: int, into_join: bool) -> None:
        """A switch to two steps that fan out to the same steps."""
        openers = [self.new(), self.new()]
        heads = [self.new() for _ in range(self.draw(st.integers(1, 2)))]
        join = self.new()
        self.write(first, "?>", *openers)
        for opener in openers:
            self.write(opener, "=>" if len(heads) == 1 else "->", *self._shuffled(heads))
        for head in heads:
            self.chain(head, join, depth - 1, True)
        self.write(f"*{join}", "->", after)

    def switch(self, first: str, after: str, depth: int, into_join: bool) -> None:
        """Arms that skip ahead, share targets, and meet at an ordinary step (or at a join)."""
        inner = [self.new() for _ in range(self.draw(st.integers(1, 5)))]
        open_end = into_join and len(inner) > 1 and self.draw(st.booleans())
        merge = after if open_end or not into_join else self.new()
        nodes = [first, *inner]
        targets = self._targets(nodes, merge, open_end)
        for i, node in enumerate(nodes):
            if i and len(targets[node]) == 1:
                self._arm(node, targets[node][0], depth, into_join and targets[node][0] == after)
            else:
                self.write(node, "?>", *targets[node])
        if merge != after:
            self.write(merge, "->", after)

    def _targets(self, nodes: list[str], merge: str, open_end: bool) -> dict[str, list[str]]:
        """Choose targets behind each node, so that each is reached and the first is a switch."""
        targets: dict[str, list[str]] = {}
        for i, node in enumerate(nodes):
            later = nodes[i + 1 :]
            ways = later if open_end and later else [*later, merge]
            most = 3 if len(ways) > 1 else 1
            count = self.draw(st.integers(min(2, len(ways)) if i == 0 else 1, min(most, len(ways))))
            targets[node] = self._shuffled(ways)[:count]
        for i, node in enumerate(nodes[1:], 1):
            if not any(node in targets[earlier] for earlier in nodes[:i]):
                targets[nodes[self.draw(st.integers(0, i - 1))]].append(node)
        for node in nodes:
            if open_end and len(targets[node]) > 1 and merge in targets[node]:
                targets[node].remove(merge)
        return targets

    def _arm(self, node: str, target: str, depth: int, into_join: bool) -> None:
        if depth > 1 and self.names < self.budget and self.draw(st.integers(0, 3)) == 0:
            self.chain(node, target, depth - 1, into_join)
        else:
            self.write(node, "->", target)

    def _shuffled(self, items: list[str]) -> list[str]:
        return list(self.draw(st.permutations(items)))


STRAIGHT = ["step", "split", "foreach", "parallel"]
ALL = [*STRAIGHT, "switch", "switch", "loop", "twin", "shared"]


@st.composite
def texts(draw: Any, *, switches: bool = True, budget: int = 30) -> Any:
    """Flows of any legal shape, as text."""
    return Grower(draw, ALL if switches else STRAIGHT, budget).text()


def flows(*, switches: bool = True, budget: int = 30) -> Any:
    """Flows of any legal shape."""
    return texts(switches=switches, budget=budget).map(flow)


SIZES = st.floats(0.0, 0.6).map(lambda value: round(value, 2))


@st.composite
def drawings(draw: Any, *, switches: bool = True, budget: int = 30) -> Any:
    """A flow with sizes of boxes, edge labels and captions."""
    info = draw(flows(switches=switches, budget=budget))
    kinds = draw(st.lists(_boxes(), min_size=1, max_size=4))
    boxes = {step.name: draw(st.sampled_from(kinds)) for step in info.steps}
    width = draw(st.floats(0.2, 2.5))
    labels = {
        (edge.source, edge.target): (width, 0.28)
        for edge in info.edges
        if edge.kind in ("case", "loop") or draw(st.integers(0, 7)) == 7
    }
    fans = [step.name for step in info.steps if step.kind == "foreach"]
    captions = {name: (draw(st.floats(0.3, 4.0)), 0.3) for name in fans if draw(st.booleans())}
    return info, boxes, labels, captions


@st.composite
def _boxes(draw: Any) -> NodeBox:
    rooms = [draw(SIZES) if draw(st.integers(0, 2)) == 0 else 0.0 for _ in range(4)]
    return NodeBox(draw(st.floats(0.4, 5.0)), draw(st.floats(0.3, 1.2)), *rooms)

"""What a layout costs: how it grows, and its share of what Manim needs for the same boxes and labels.

Prints CPU seconds for flows of 10, 100 and 1,000 steps of several shapes. Ends with 1 if a layout grows
faster than the number of steps, or if that of 1,000 steps costs a tenth of building as many rounded
rectangles and ``Text`` labels: ``python benchmarks/layout.py``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import manim as mn

from manim_metaflow.facts.records import EdgeInfo, FlowInfo, StepInfo
from manim_metaflow.layout import NodeBox, layout_flow
from manim_metaflow.testing.frames import still_config

SIZES = (10, 100, 1000)
SHARE, GROWTH = 1 / 10, 1.5
"""The share of building boxes and labels, and by how much growth may exceed linear."""


def flow_of(steps: list[StepInfo]) -> FlowInfo:
    edges = tuple(EdgeInfo(step.name, target, "next") for step in steps for target in step.targets)
    return FlowInfo("Measured", tuple(steps), edges, steps[0].name, "end")


def chain(count: int) -> FlowInfo:
    """Build one step after the other, ``count`` in all."""
    names = [*(f"step{i}" for i in range(count - 1)), "end"]
    steps = [StepInfo(name, "linear", targets=tuple(names[i + 1 : i + 2])) for i, name in enumerate(names)]
    return flow_of(steps)


def diamonds(count: int) -> FlowInfo:
    """Build splits one after the other, ``count`` steps in all."""
    steps = []
    blocks = (count - 1) // 4
    for i in range(blocks):
        split, one, two, join = (f"{kind}{i}" for kind in ("split", "one", "two", "join"))
        following = f"split{i + 1}" if i + 1 < blocks else "end"
        steps += [
            StepInfo(split, "split", targets=(one, two), matching_join=join),
            StepInfo(one, "linear", targets=(join,), split_parents=(split,)),
            StepInfo(two, "linear", targets=(join,), split_parents=(split,)),
            StepInfo(join, "join", targets=(following,), split_parents=(split,)),
        ]
    return flow_of([*steps, StepInfo("end", "end")])


def branches(count: int) -> FlowInfo:
    """Build one split into ``count`` steps, less three."""
    heads = tuple(f"branch{i}" for i in range(count - 3))
    steps = [StepInfo("start", "split", targets=heads, matching_join="join")]
    steps += [StepInfo(name, "linear", targets=("join",), split_parents=("start",)) for name in heads]
    steps.append(StepInfo("join", "join", targets=("end",), split_parents=("start",)))
    return flow_of([*steps, StepInfo("end", "end")])


def switches(count: int) -> FlowInfo:
    """Build two switches that share both their targets, over and over: each of these has a crossing."""
    steps = []
    blocks = (count - 1) // 5
    for i in range(blocks):
        first, one, two, left, right = (f"{kind}{i}" for kind in ("first", "one", "two", "left", "right"))
        following = f"first{i + 1}" if i + 1 < blocks else "end"
        steps += [
            StepInfo(first, "split-switch", targets=(one, two), condition="mode"),
            StepInfo(one, "split-switch", targets=(left, right), condition="mode"),
            StepInfo(two, "split-switch", targets=(left, right), condition="mode"),
            StepInfo(left, "linear", targets=(following,)),
            StepInfo(right, "linear", targets=(following,)),
        ]
    return flow_of([*steps, StepInfo("end", "end")])


SHAPES: dict[str, Callable[[int], FlowInfo]] = {
    "chain": chain,
    "diamonds": diamonds,
    "branches": branches,
    "switches": switches,
}


def cpu(work: Callable[[], object], repeat: int = 3) -> float:
    """Return the least CPU seconds of some runs."""
    spent = []
    for _ in range(repeat):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return min(spent)


def seconds(flow: FlowInfo) -> float:
    """CPU seconds of one layout."""
    boxes = {step.name: NodeBox(1.3, 0.65) for step in flow.steps}
    return cpu(lambda: layout_flow(flow, boxes))


def boxes_and_labels(flow: FlowInfo) -> mn.VGroup:
    """Build with Manim's own parts what is to be laid out."""
    return mn.VGroup(
        *[
            mn.VGroup(
                mn.RoundedRectangle(width=1.3, height=0.65, corner_radius=0.1),
                mn.Text(step.name, font_size=20),
            )
            for step in flow.steps
        ]
    )


def main() -> int:
    missed = []
    print("          " + "".join(f"{size:>10d}" for size in SIZES) + " steps | growth beyond linear")
    largest = 0.0
    for name, shape in SHAPES.items():
        spent = [seconds(shape(size)) for size in SIZES]
        # What is done once weighs in a small layout: growth is told from the larger ones.
        growth = spent[-1] / spent[-2] / (SIZES[-1] / SIZES[-2])
        largest = max(largest, spent[-1])
        print(f"{name:10}" + "".join(f"{each * 1000:8.1f}ms" for each in spent) + f"       | {growth:.2f}")
        if growth > GROWTH:
            missed.append(f"the layout of {name} is not linear in the number of steps")
    with still_config():
        boxes_and_labels(chain(5))  # fonts and modules are loaded once
        built = cpu(lambda: boxes_and_labels(diamonds(SIZES[-1])), 1)
    print(f"Manim's boxes and labels, {SIZES[-1]} steps: {built:.2f}s; slowest layout: {largest / built:.1%}")
    if largest > SHARE * built:
        missed.append("a layout costs more than a tenth of building boxes and labels")
    for reason in missed:
        print(f"MISSED: {reason}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""How the time of a layout grows with the number of steps: ``python benchmarks/layout.py``."""

from __future__ import annotations

import time

from manim_metaflow.facts.records import EdgeInfo, FlowInfo, StepInfo
from manim_metaflow.layout import NodeBox, layout_flow

SIZES = (10, 100, 1000)


def diamonds(count: int) -> FlowInfo:
    """Build splits one after the other, ``count`` steps in all."""
    steps, edges = [], []
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
    steps.append(StepInfo("end", "end"))
    edges = [EdgeInfo(step.name, target, "next") for step in steps for target in step.targets]
    return FlowInfo("Diamonds", tuple(steps), tuple(edges), "split0", "end")


def seconds(count: int) -> float:
    """Measure the fastest of five layouts."""
    flow = diamonds(count)
    boxes = {step.name: NodeBox(1.3, 0.65) for step in flow.steps}
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        layout_flow(flow, boxes)
        times.append(time.perf_counter() - begin)
    return min(times)


def main() -> None:
    """Print time per layout and the ratio to the smallest."""
    base = seconds(SIZES[0])
    for count in SIZES:
        spent = seconds(count)
        growth = spent / base / (count / SIZES[0])
        print(f"layout {count:5d} steps {spent * 1000:8.2f} ms   {growth:5.2f} of linear growth")


if __name__ == "__main__":
    main()

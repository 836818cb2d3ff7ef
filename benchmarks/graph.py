"""What a graph costs, against Manim's ``DiGraph`` of the same graph with ``Text`` labels.

Prints CPU seconds for building graphs of 10, 100, 400 and 1,000 steps, for a second of animation on each at
480p, and the memory they hold; 1,000 steps are not compared. Ends with 1 if building costs more than half of
``DiGraph``, if playing costs more than a third of it, if building or memory grow faster than the number of
steps, or if a step takes a megabyte: ``python benchmarks/graph.py [--sizes 10 100]``.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

import manim as mn
from layout import diamonds

from manim_metaflow import FlowDAG
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.testing.frames import still_config

SIZES = (10, 100, 400, 1000)
COMPARED = 400
"""The largest graph that DiGraph is asked for: it takes a minute for a second of 1,000 steps."""

FRAMES = 15
BUILDING, PLAYING, GROWTH = 1 / 2, 1 / 3, 1.5
"""The shares of DiGraph's cost, and by how much growth may exceed linear."""

MEGABYTE = 2**20


def fitted(mobject: Any) -> Any:
    """Shrink a graph into the frame, as one would for a film."""
    return mobject.scale(min(1.0, 13 / mobject.width, 7 / mobject.height))


def ours(flow: FlowInfo) -> FlowDAG:
    return FlowDAG(flow)


def theirs(flow: FlowInfo) -> mn.DiGraph:
    """Build the same graph as a Manim user does without LaTeX."""
    names = [step.name for step in flow.steps]
    labels = {name: mn.Text(name, font_size=20) for name in names}
    edges = [(edge.source, edge.target) for edge in flow.edges]
    places: Any = {name: mn.RIGHT * index for index, name in enumerate(names)}
    return mn.DiGraph(names, edges, labels=labels, layout=places)


def our_change(graph: FlowDAG, flow: FlowInfo) -> Any:
    return graph[flow.start].animate(run_time=1).set_state("running").build()


def their_change(graph: mn.DiGraph, flow: FlowInfo) -> Any:
    vertex: Any = graph.vertices[flow.start]
    return vertex.animate(run_time=1).set_stroke(mn.YELLOW).build()


def cpu(work: Callable[[], object], repeat: int) -> float:
    """CPU seconds of the median of some runs."""
    spent = []
    for _ in range(repeat):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return statistics.median(spent)


def playing(graph: Any, change: Callable[[], mn.Animation], repeat: int) -> float:
    """CPU seconds of a second of animation at 480p, 15 frames a second, drawn and not encoded."""
    with still_config((854, 480)), mn.tempconfig({"frame_rate": FRAMES}):
        scene = mn.Scene()
        scene.add(graph)
        return cpu(lambda: scene.play(change()), repeat)


def memory(flow: FlowInfo) -> float:
    """Megabytes that a graph holds, when the texts it needs have been shaped."""
    ours(flow)
    gc.collect()
    tracemalloc.start()
    graph = ours(flow)
    held = tracemalloc.get_traced_memory()[0] / MEGABYTE
    tracemalloc.stop()
    assert len(graph.nodes) == len(flow.steps)
    return held


def measure(count: int, repeat: int) -> dict[str, float]:
    flow = diamonds(count)
    with still_config():
        found = {"build": cpu(lambda: ours(flow), repeat), "memory": memory(flow)}
        mine = fitted(ours(flow))
        found["play"] = playing(mine, lambda: our_change(mine, flow), repeat)
        if count <= COMPARED:
            few = max(1, repeat // 2)
            found["build DiGraph"] = cpu(lambda: theirs(flow), few)
            other = fitted(theirs(flow))
            found["play DiGraph"] = playing(other, lambda: their_change(other, flow), few)
    return found


def line(count: int, each: dict[str, float]) -> str:
    """One row of the table."""
    cells = [f"{count:5d}"]
    for name in ("build", "play"):
        other = each.get(f"{name} DiGraph")
        beside = f"{other:8.3f}s {each[name] / other:7.1%}" if other else f"{'-':>9} {'-':>7}"
        cells.append(f"{each[name]:8.3f}s {beside}")
    cells.append(f"{each['build'] / count * 1000:8.2f} ms {each['memory'] / count:7.3f} MB")
    return " | ".join(cells)


def verdict(found: dict[int, dict[str, float]]) -> Iterable[str]:
    for count, each in found.items():
        for name, share in (("build", BUILDING), ("play", PLAYING)):
            other = each.get(f"{name} DiGraph")
            if other and each[name] > share * other:
                yield f"to {name} {count} steps costs more than {share:.0%} of DiGraph"
        if each["memory"] > count:
            yield f"{count} steps hold more than a megabyte each"
    if len(found) < 2:
        return
    # A small graph is mostly what is done once: growth is told from the larger ones.
    *_, (small, first), (large, last) = found.items()
    for name in ("build", "memory"):
        if last[name] / first[name] > GROWTH * large / small:
            yield f"{name} is not linear in the number of steps"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with still_config():
        theirs(diamonds(5)), ours(diamonds(5))  # fonts and modules are loaded once
    found: dict[int, dict[str, float]] = {}
    print("steps |    build   DiGraph   ratio |     play   DiGraph   ratio |  build and memory per step")
    for count in options.sizes:
        found[count] = measure(count, options.repeat)
        print(line(count, found[count]), flush=True)
    failed = list(verdict(found))
    for reason in failed:
        print(f"MISSED: {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What a graph costs, against Manim's ``DiGraph`` of the same graph with ``Text`` labels.

Prints CPU seconds for building graphs of 10, 100 and 400 steps, and for a second of animation on each at
480p. Ends with 1 if building is not cheaper than ``DiGraph``, if playing costs more than a third of it, or
if building grows faster than the number of steps: ``python benchmarks/graph.py [--sizes 10 100]``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import manim as mn
from layout import diamonds

from manim_metaflow import FlowDAG
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.testing.render import still_config

SIZES = (10, 100, 400)
FRAMES = 15
PLAYING, GROWTH = 1 / 3, 1.5
"""The share of DiGraph's cost a second of animation may have, and by how much growth may exceed linear."""


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


def measure(count: int, repeat: int) -> dict[str, float]:
    flow = diamonds(count)
    with still_config():
        found = {
            "build": cpu(lambda: ours(flow), repeat),
            "build DiGraph": cpu(lambda: theirs(flow), max(1, repeat // 2)),
        }
        mine, other = fitted(ours(flow)), fitted(theirs(flow))
    found["play"] = playing(mine, lambda: our_change(mine, flow), repeat)
    found["play DiGraph"] = playing(other, lambda: their_change(other, flow), max(1, repeat // 2))
    return found


def verdict(found: dict[int, dict[str, float]]) -> Iterable[str]:
    for count, each in found.items():
        if each["build"] >= each["build DiGraph"]:
            yield f"building {count} steps costs more than DiGraph"
        if each["play"] > PLAYING * each["play DiGraph"]:
            yield f"playing {count} steps costs more than a third of DiGraph"
    # A small graph is mostly what is done once: growth is told from the larger ones.
    *_, (small, first), (large, last) = found.items()
    if last["build"] / first["build"] > GROWTH * large / small:
        yield "building is not linear in the number of steps"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with still_config():
        theirs(diamonds(5)), ours(diamonds(5))  # fonts and modules are loaded once
    found: dict[int, dict[str, float]] = {}
    print("steps     build   DiGraph   ratio |      play   DiGraph   ratio | build per step")
    for count in options.sizes:
        each = found[count] = measure(count, options.repeat)
        build, play = (each[name] / each[f"{name} DiGraph"] for name in ("build", "play"))
        print(
            f"{count:5d} {each['build']:8.3f}s {each['build DiGraph']:8.3f}s {build:7.1%} |"
            f" {each['play']:8.3f}s {each['play DiGraph']:8.3f}s {play:7.1%} |"
            f" {each['build'] / count * 1000:8.2f} ms",
            flush=True,
        )
    failed = list(verdict(found)) if len(found) > 1 else []
    for reason in failed:
        print(f"MISSED: {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

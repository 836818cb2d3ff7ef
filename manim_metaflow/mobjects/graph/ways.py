"""Ways through a flow."""

from __future__ import annotations

from manim_metaflow.facts.records import FlowInfo

__all__ = ["shortest_path"]


def shortest_path(flow: FlowInfo, source: str, target: str) -> list[str]:
    """Return the steps of the way with the fewest arrows, the author's first among equals.

    Examples
    --------
    >>> from manim_metaflow.facts.records import EdgeInfo, StepInfo
    >>> steps = StepInfo("start", "start", targets=("end",)), StepInfo("end", "end")
    >>> flow = FlowInfo("Short", steps, (EdgeInfo("start", "end", "next"),), "start", "end")
    >>> shortest_path(flow, "start", "end"), shortest_path(flow, "end", "start")
    (['start', 'end'], [])
    """
    came_from: dict[str, str] = {source: source}
    todo = [source]
    for name in todo:
        if name == target:
            break
        for following in flow[name].targets:
            if following not in came_from:
                came_from[following] = name
                todo.append(following)
    if target not in came_from:
        return []
    way = [target]
    while way[-1] != source:
        way.append(came_from[way[-1]])
    return way[::-1]

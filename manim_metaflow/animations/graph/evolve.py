"""A graph becomes the graph of another version of its flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import networkx as nx
import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from manim_metaflow.animations.graph.evolve_clips import bend, draw
from manim_metaflow.animations.graph.match import Change, How, changes_between, renamed_steps
from manim_metaflow.animations.motion.clips import call, enter, glide, leave
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.graph.node import StepNode

__all__ = ["EvolveFlow"]

GO, MOVE, COME, LAG = 0.5, 0.9, 0.6, 0.25
"""Seconds of the three movements, and between one new step and the next."""

SEED = 0.3
"""How small a step is where it begins to grow, and where it has folded away."""

HASTE = 1.6
"""How much sooner than it stops growing a step is wholly seen."""

Point = npt.NDArray[np.float64]

_NO_ARRIVALS: Mapping[str, float] = MappingProxyType({})


class EvolveFlow(Timeline):
    """Turn a graph into the graph of another flow, or of another version of the same.

    Steps of the same name are the same mobjects afterwards, in the state they were in; they glide to
    their new position and their arrows follow. Steps that are gone fold into the step before them, new ones
    grow out of it, and a step that only has another name changes it meanwhile. At the end the graph is
    what ``FlowDAG(flow)`` draws.

    Parameters
    ----------
    dag
        The graph, built without ``run``.
    flow
        What :class:`.FlowDAG` takes.
    at
        Where the middle of the graph shall be; where it is by default.
    fit
        Width and height it has to fit in (units); it keeps its size where there is room.
    largest
        How much its new parts are scaled where it has room to fit in.
    wrap
        As for :class:`.FlowDAG`.
    arrivals
        When new steps begin to grow (seconds), at the earliest.

    Raises
    ------
    UsageError
        The graph shows the tasks of a run.

    Examples
    --------
    .. manim:: EvolveFlowExample

        class EvolveFlowExample(Scene):
            def construct(self):
                dag = FlowDAG("my_flow.py")
                self.add(dag)
                self.play(EvolveFlow(dag, "tests/flows/branch.py"))
    """

    def __init__(
        self,
        dag: FlowDAG,
        flow: type | str | Path | FlowInfo,
        *,
        at: npt.ArrayLike | None = None,
        fit: tuple[float, float] | None = None,
        largest: float = 1.0,
        wrap: float | Literal["fit"] | None = None,
        arrivals: Mapping[str, float] = _NO_ARRIVALS,
        run_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        if dag.shows_tasks:
            raise UsageError(
                f"The graph of {dag.flow.name} shows the tasks of a run: only the graph of a flow can evolve."
            )
        self.dag, self._arrivals = dag, arrivals
        self.fresh = self._fresh(flow, at, fit, largest, wrap)
        self._overlay = VGroup()
        self.kept: list[tuple[VMobject, VMobject]] = []
        """Parts of the fresh graph, each with the part of the graph that stays instead of it."""
        self.adopting: list[VMobject] = []
        changes = list(changes_between(dag, self.fresh, renamed_steps(dag.flow, self.fresh.flow)))
        goes = any(change.after is None or change.how == "swap" for change in changes)
        moves = any(change.before is not None and change.after is not None for change in changes)
        self._go = GO if goes else 0.0
        self._move = self._go + (MOVE if moves else 0.0)
        clips = [clip for change in changes for clip in self._clips(change)]
        end = max([clip.end for clip in clips], default=0.0)
        # Last, also of those that end together: by then every part is where the fresh graph has it.
        clips.append(call(end, self.settle, dag, self._overlay))
        super().__init__([dag], clips, overlay=self._overlay, run_time=run_time, **kwargs)

    def _fresh(
        self,
        flow: type | str | Path | FlowInfo,
        at: npt.ArrayLike | None,
        fit: tuple[float, float] | None,
        largest: float,
        wrap: float | Literal["fit"] | None,
    ) -> FlowDAG:
        dag, style = self.dag, self.dag.style
        fresh = FlowDAG(
            flow,
            direction=style.direction,
            detail=style.detail,
            theme=dag.theme,
            wrap=wrap,
            heading=dag.heading is not None,
            font_size=style.font_size,
            captions=style.side,
            most_tasks=style.most_tasks,
            values=style.values,
        )
        zoom = dag.zoom
        if fit is not None:
            zoom = min(largest, fit[0] / float(fresh.width), fit[1] / float(fresh.height))
        # To scale by one rounds every point, and a graph that stays would not be the one that is drawn
        # anew.
        if abs(zoom - 1) > 1e-9:
            fresh.scale(zoom)
        fresh.move_to(dag.get_center() if at is None else np.asarray(at, dtype=float))
        for name, node in fresh.nodes.items():
            before = dag.nodes.get(name)
            if isinstance(node, StepNode) and isinstance(before, StepNode) and node.state != before.state:
                node.set_state(before.state)
        return fresh

    def _clips(self, change: Change) -> Iterator[Clip]:
        old, new, how = change
        if old is not None and new is not None:
            yield from self._becoming(old, new, how)
        elif old is not None:
            goal = self._fold_goal(old) if how == "fold" else None
            yield leave(0.0, self._go, old, goal=goal, scale=1.0 if goal is None else SEED)
        elif new is not None:
            yield self._coming(new, how)

    def _coming(self, new: VMobject, how: How) -> Clip:
        start = self._start(new)
        if how == "draw" and isinstance(new, FlowEdge):
            return draw(start, start + COME, new, self._overlay)
        origin = self._parent_center(new) if how == "grow" else None
        scale = 1.0 if origin is None else SEED
        return enter(start, start + COME, new, home=self._overlay, origin=origin, scale=scale, haste=HASTE)

    def _becoming(self, old: VMobject, new: VMobject, how: How) -> Iterator[Clip]:
        if how == "swap":
            yield leave(0.0, self._go, old)
            yield self._coming(new, how)
            return
        same_ends = not isinstance(old, FlowEdge) or _ends(old) == _ends(new)
        if how in ("glide", "bend") and same_ends:
            self.kept.append((new, old))
        start, end = self._go, self._move
        if how == "bend" and isinstance(old, FlowEdge) and isinstance(new, FlowEdge):
            yield bend(start, end, old, new)
        elif how == "glide":
            yield glide(start, end, old, new.get_center(), scale=float(new.width) / float(old.width))
        else:
            # One fades over the other while both go along the same line.
            yield leave(start, end, old, goal=new.get_center())
            yield enter(start, end, new, home=self._overlay, origin=old.get_center())
            if how == "adopt":
                self.kept.append((new, old))
                self.adopting.append(old)

    def _fold_goal(self, node: VMobject) -> Point | None:
        """Where a step folds away to: the nearest step before it, or else after it, that stays."""
        graph = nx.DiGraph(list(self.dag.edges))
        graph.add_nodes_from(self.dag.nodes)
        for backwards in (True, False):
            # Breadth first: the nearest steps are met first.
            for _, near in nx.bfs_edges(graph, str(node.name), reverse=backwards):
                if near in self.fresh.nodes:
                    return np.array(self.dag.nodes[near].get_center())
        return None

    def _parent_center(self, node: VMobject) -> Point | None:
        name = str(node.name)
        parents = [source for source, target in self.fresh.edges if target == name and source != name]
        return np.array(self.fresh.nodes[parents[0]].get_center()) if parents else None

    def _start(self, new: VMobject) -> float:
        """When something new comes: an arrow comes when the later of its steps does."""
        names = _ends(new) if isinstance(new, FlowEdge) else (str(new.name),)
        added = [step for step in self.fresh.nodes if step not in self.dag.nodes]
        starts = [self._move]
        for name in set(names) & set(added):
            # A large version comes eight at a time at most, or the last steps would keep a viewer waiting.
            start = max(self._move + LAG * min(added.index(name), 8), self._arrivals.get(name, 0.0))
            leaves = isinstance(new, FlowEdge) and name == new.source_step
            starts.append(start + 0.7 * COME if leaves else start)
        return max(starts)

    def settle(self) -> None:
        """Make the graph what the fresh one is, with all that stayed."""
        dag, fresh = self.dag, self.fresh
        kept = {id(goal): stays for goal, stays in self.kept}
        for goal, stays in self.kept:
            if isinstance(stays, StepNode) and isinstance(goal, StepNode) and stays in self.adopting:
                stays.adopt(goal)
            else:
                family: Any = zip(stays.get_family(), goal.get_family(), strict=True)
                for mine, its in family:
                    mine.points = its.points.copy()
                    mine.fill_rgbas, mine.stroke_rgbas = its.fill_rgbas.copy(), its.stroke_rgbas.copy()
        self._overlay.remove(*self._overlay.submobjects)
        for group in fresh.get_family():
            group.submobjects = [kept.get(id(part), part) for part in group.submobjects]
        by_name: tuple[dict[Any, Any], ...] = (fresh.nodes, fresh.edges, fresh.regions, fresh.notes)
        for parts in by_name:
            parts.update({key: kept.get(id(part), part) for key, part in parts.items()})
        if fresh.heading is not None:
            fresh.heading = kept.get(id(fresh.heading), fresh.heading)  # type: ignore[assignment]
        dag.adopt(fresh)


def _ends(edge: Any) -> tuple[str, str]:
    return edge.source_step, edge.target_step

"""What is asked of a graph: its steps and arrows by name, the path between two steps, a region."""

from __future__ import annotations

import re
from itertools import pairwise

import networkx as nx
from manim import DL, UR, VGroup, VMobject

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.layout.collapse import inside
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.notes import StepNotes
from manim_metaflow.mobjects.graph.region import ForeachRegion
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.graph.style import GraphStyle
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.theme import Theme
from manim_metaflow.utils.text import known_names

__all__ = ["GraphQueries"]


class GraphQueries:
    """What a :class:`.FlowDAG` answers when it is asked for its parts."""

    flow: FlowInfo
    style: GraphStyle
    theme: Theme
    nodes: dict[str, StepNode | TaskStack]
    edges: dict[tuple[str, str], FlowEdge]
    regions: dict[str, ForeachRegion]
    notes: dict[str, StepNotes]
    artifacts: Parts[ArtifactChip]
    rest_height: float
    """Height of the first box when the graph was built (units)."""

    def node(self, name: str) -> StepNode | TaskStack:
        """Return a step's box, or the boxes of its tasks; ``dag[name]`` is short for it.

        Raises
        ------
        UsageError
            There is no such step.
        """
        if name not in self.nodes:
            raise UsageError(
                f"{self.flow.name} has no step {name!r}. {known_names(name, self.nodes, 'steps')}"
            )
        return self.nodes[name]

    def edge(self, source: str, target: str) -> FlowEdge:
        """Return the arrow between two steps.

        Raises
        ------
        UsageError
            There is no such arrow.
        """
        if (source, target) not in self.edges:
            raise UsageError(f"{self.flow.name} has no edge from {source!r} to {target!r}.")
        return self.edges[source, target]

    def task(self, place: str) -> StepNode | None:
        """Return the box that stands for a task, by :attr:`.TaskRecord.place`; ``None`` if it is elided."""
        node = self.nodes[step_of(place)]
        if isinstance(node, TaskStack):
            return next((cell for cell in node.cells if cell.name == place), None)
        return node

    def path(self, source: str, target: str) -> VGroup:
        """Return the steps and arrows of the shortest path between two steps, in the order of the path.

        Of paths with as few arrows, it is the one that the author wrote first.

        Raises
        ------
        UsageError
            There is no such step, or no path.

        Examples
        --------
        >>> from manim_metaflow import FlowDAG
        >>> path = FlowDAG("tests/flows/branch.py").path("start", "join")
        >>> [part.name for part in list(path)[::2]]
        ['start', 'a', 'join']
        """
        parts: list[VMobject] = [self.node(source)]
        self.node(target)
        graph = nx.DiGraph([(step.name, name) for step in self.flow.steps for name in step.targets])
        # A flow of one step has no arrow to bring its node.
        graph.add_nodes_from(self.nodes)
        paths = nx.single_source_shortest_path(graph, source)
        if target not in paths:
            raise UsageError(f"{self.flow.name} has no path from {source!r} to {target!r}.")
        for pair in pairwise(paths[target]):
            parts += [self.edges[pair], self.nodes[pair[1]]]
        return VGroup(*parts)

    def region(self, name: str) -> VGroup:
        """Return all that lies between a step that fans out and its join: frames, arrows, steps, notes.

        Raises
        ------
        UsageError
            The step does not fan out.

        Examples
        --------
        >>> from manim_metaflow import FlowDAG
        >>> [type(part).__name__ for part in FlowDAG("tests/flows/branch.py").region("start")]
        ['StepNode', 'StepNode']
        """
        names = inside(self.flow, name)
        frames = [self.regions[each] for each in (name, *names) if each in self.regions]
        edges = [edge for pair, edge in self.edges.items() if set(pair) <= set(names)]
        notes = [self.notes[each] for each in names if len(self.notes[each])]
        return VGroup(*frames, *edges, *[self.nodes[each] for each in names], *notes)

    def parts(self, *what: str | tuple[str, str] | VMobject) -> VGroup:
        """Return steps (by name, with their notes), arrows (by a pair of names) and mobjects as one group.

        Raises
        ------
        UsageError
            There is no such step or arrow.
        """
        found: list[VMobject] = []
        for each in what:
            if isinstance(each, str):
                found.append(self.node(each))
                found += [self.notes[each]] if len(self.notes[each]) else []
            elif isinstance(each, tuple):
                found.append(self.edge(*each))
            else:
                found.append(each)
        return VGroup(*found)

    def reference_box(self, step: str) -> tuple[float, float, float, float]:
        """Left, bottom, right and top (units) of a step's box, or of the frame its tasks stand in."""
        node = self.node(step)
        if isinstance(node, StepNode):
            return node.node_box
        frames = [self.regions[name].frame for name in self.flow[step].split_parents if name in self.regions]
        if not frames:
            return node.rows_box
        around = frames[-1]
        left, bottom = around.get_corner(DL)[:2]
        right, top = around.get_corner(UR)[:2]
        return float(left), float(bottom), float(right), float(top)

    @property
    def zoom(self) -> float:
        """How much the drawing has been scaled since it was built."""
        # Told from the first box and not kept: Manim scales points, and asks nobody. The graph's own height
        # changes with what comes and goes.
        return self.first_height / self.rest_height

    @property
    def first_height(self) -> float:
        """Height of the first box now (units)."""
        node = self.nodes[self.flow.start]
        _, bottom, _, top = (node.cells[0] if isinstance(node, TaskStack) else node).node_box
        return top - bottom


def step_of(place: str) -> str:
    """Return the step of a task, by :attr:`.TaskRecord.place`.

    >>> step_of("train[2]#1")
    'train'
    """
    # From the end: a record may have been written by hand, and its steps be called anything.
    return _INDICES.sub("", place)


_INDICES = re.compile(r"(\[\d+\])*(#\d+)*\Z")

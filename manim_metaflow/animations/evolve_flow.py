"""A graph becomes the graph of another version of its flow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject, smooth

from manim_metaflow.animations.look import Look
from manim_metaflow.animations.timeline import Clip, Timeline
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import FlowInfo, StepInfo
from manim_metaflow.mobjects.dag import FlowDAG
from manim_metaflow.mobjects.edge import FlowEdge
from manim_metaflow.mobjects.node import StepNode
from manim_metaflow.mobjects.path import Path

__all__ = ["EvolveFlow", "renamed_steps"]

GO, MOVE, COME, LAG = 0.5, 0.9, 0.6, 0.25
"""Seconds of the three movements, and between one new step and the next."""

SEED = 0.3
"""How small a step is where it begins to grow, and where it has folded away."""

_NO_ARRIVALS: Mapping[str, float] = MappingProxyType({})

Point = npt.NDArray[np.float64]


class EvolveFlow(Timeline):
    """Turn a graph into the graph of another flow, or of another version of the same.

    Steps of the same name are the same mobjects afterwards, in the state they were in; they glide to
    their new place and their arrows follow. Steps that are gone fold into the step before them, new ones
    grow out of it, and a step that only has another name changes it on the way. At the end the graph is
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
        flow: type | str | FilePath | FlowInfo,
        *,
        at: npt.ArrayLike | None = None,
        fit: tuple[float, float] | None = None,
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
        self.fresh = self._fresh(flow, at, fit, wrap)
        self._overlay = VGroup()
        self.kept: list[tuple[VMobject, VMobject]] = []
        """What a fresh graph has, and what of the graph stays in its place."""
        self.adopting: list[tuple[VMobject, VMobject]] = []
        self._renamed = renamed_steps(dag.flow, self.fresh.flow)
        pairs = list(self._pairs())
        goes = any(new is None for _, new, _ in pairs) or any(how == "swap" for *_, how in pairs)
        moves = any(old is not None and new is not None for old, new, _ in pairs)
        self._go = GO if goes else 0.0
        self._move = self._go + (MOVE if moves else 0.0)
        clips = [clip for pair in pairs for clip in self._clips(*pair)]
        end = max([clip.end for clip in clips], default=0.0)
        clips.append(_SettleClip(end, self))
        super().__init__([dag], clips, overlay=self._overlay, run_time=run_time, **kwargs)

    def _fresh(
        self,
        flow: type | str | FilePath | FlowInfo,
        at: npt.ArrayLike | None,
        fit: tuple[float, float] | None,
        wrap: float | Literal["fit"] | None,
    ) -> FlowDAG:
        dag, look = self.dag, self.dag.look
        fresh = FlowDAG(
            flow,
            direction=look.direction,
            detail=look.detail,
            theme=dag.theme,
            wrap=wrap,
            heading=dag.heading is not None,
            font_size=look.font_size,
            captions=look.side,
            most_tasks=look.most_tasks,
        )
        zoom = dag.zoom
        if fit is not None:
            zoom = min(1.0, fit[0] / float(fresh.width), fit[1] / float(fresh.height))
        if abs(zoom - 1) > 1e-9:
            fresh.scale(zoom)
        fresh.move_to(dag.get_center() if at is None else np.asarray(at, dtype=float))
        for name, node in fresh.nodes.items():
            before = dag.nodes.get(name)
            if isinstance(node, StepNode) and isinstance(before, StepNode) and node.state != before.state:
                node.set_state(before.state)
        return fresh

    # ------------------------------------------------------------------------- who is who

    def _pairs(self) -> Iterator[tuple[VMobject | None, VMobject | None, str]]:
        """Tell what was there, what will be in its place, and how the one becomes the other."""
        dag, fresh = self.dag, self.fresh
        new_names = {old: new for new, old in self._renamed.items()}
        for name, node in dag.nodes.items():
            goal = fresh.nodes.get(name)
            if goal is not None:
                how = "glide" if _congruent(node, goal) else "adopt"
                yield node, goal, how
            elif name in new_names:
                yield node, fresh.nodes[new_names[name]], "morph"
            else:
                yield node, None, "fold"
        for name, node in fresh.nodes.items():
            if name not in dag.nodes and name not in self._renamed:
                yield None, node, "grow"
        yield from self._edge_pairs(new_names)
        for before, after in ((dag.regions, fresh.regions), (dag.notes, fresh.notes)):
            yield from _matched(before, after)
        yield from _matched({"": dag.heading}, {"": fresh.heading})
        for gone in (*dag.artifacts, *dag.folds.values()):
            yield gone, None, "fade"

    def _edge_pairs(
        self, new_names: dict[str, str]
    ) -> Iterator[tuple[VMobject | None, VMobject | None, str]]:
        taken: set[tuple[str, str]] = set()
        for (source, target), edge in self.dag.edges.items():
            pair = new_names.get(source, source), new_names.get(target, target)
            goal = self.fresh.edges.get(pair)
            if goal is None:
                yield edge, None, "fade"
                continue
            taken.add(pair)
            if pair == (source, target) and _congruent(edge, goal):
                yield edge, goal, "glide"
            elif edge.label is None and goal.label is None and len(edge.lines) == len(goal.lines):
                yield edge, goal, "bend"
            else:
                yield edge, goal, "swap"
        for pair, edge in self.fresh.edges.items():
            if pair not in taken:
                yield None, edge, "draw" if edge.label is None else "come"

    def _clips(self, old: VMobject | None, new: VMobject | None, how: str) -> Iterator[Clip]:
        home = self._overlay
        if old is not None and new is None:
            goal = self._shelter(old) if how == "fold" else None
            yield _GoClip(0.0, self._go, old, goal)
        elif old is None and new is not None:
            start = self._start(new)
            if how == "draw" and isinstance(new, FlowEdge):
                yield _DrawClip(start, start + COME, new, home)
            else:
                origin = self._parent_place(new) if how == "grow" else None
                yield _ComeClip(start, start + COME, new, home, origin)
        elif old is not None and new is not None:
            if how == "swap":
                start = self._start(new)
                yield _GoClip(0.0, self._go, old, None)
                yield _ComeClip(start, start + COME, new, home, None)
                return
            same_ends = not isinstance(old, FlowEdge) or _ends(old) == _ends(new)
            if how in ("glide", "bend") and same_ends:
                self.kept.append((new, old))
            if how == "bend" and isinstance(old, FlowEdge) and isinstance(new, FlowEdge):
                yield _BendClip(self._go, self._move, old, new)
            elif how == "glide":
                yield _GlideClip(self._go, self._move, old, new)
            else:
                yield _MorphClip(self._go, self._move, old, new, home)
                if how == "adopt":
                    self.kept.append((new, old))
                    self.adopting.append((old, new))

    def _shelter(self, node: VMobject) -> Point | None:
        """Where a step folds away to: the nearest step before it, or else after it, that stays."""
        name = str(node.name)
        for backwards in (True, False):
            seen, todo = {name}, [name]
            while todo:
                here = todo.pop(0)
                for source, target in self.dag.edges:
                    near = source if backwards and target == here else target if source == here else None
                    if near is None or near in seen or (backwards and target != here):
                        continue
                    if near in self.fresh.nodes:
                        return np.array(self.dag.nodes[near].get_center())
                    seen.add(near)
                    todo.append(near)
        return None

    def _parents(self, name: str) -> list[str]:
        return [source for source, target in self.fresh.edges if target == name and source != name]

    def _parent_place(self, node: VMobject) -> Point | None:
        parents = self._parents(str(node.name))
        return np.array(self.fresh.nodes[parents[0]].get_center()) if parents else None

    def _start(self, new: VMobject) -> float:
        """When something new comes: an arrow comes when the later of its steps does."""
        names = _ends(new) if isinstance(new, FlowEdge) else (str(new.name),)
        added = [step for step in self.fresh.nodes if step not in self.dag.nodes]
        starts = [self._move]
        for name in set(names) & set(added):
            start = max(self._move + LAG * min(added.index(name), 8), self._arrivals.get(name, 0.0))
            leaves = isinstance(new, FlowEdge) and name == new.source_step
            starts.append(start + 0.7 * COME if leaves else start)
        return max(starts)

    def settle(self) -> None:
        """Make the graph what the fresh one is, with all that stayed."""
        dag, fresh = self.dag, self.fresh
        kept = {id(goal): stays for goal, stays in self.kept}
        for goal, stays in self.kept:
            adopted = any(old is stays for old, _ in self.adopting)
            if adopted:
                stays.__dict__.update(goal.__dict__)
            else:
                family: Any = zip(stays.get_family(), goal.get_family(), strict=True)
                for mine, its in family:
                    mine.points = its.points.copy()
                    mine.fill_rgbas, mine.stroke_rgbas = its.fill_rgbas.copy(), its.stroke_rgbas.copy()
        self._overlay.remove(*self._overlay.submobjects)
        for group in fresh.get_family():
            group.submobjects = [kept.get(id(part), part) for part in group.submobjects]
        for held in (fresh.nodes, fresh.edges, fresh.regions, fresh.notes):
            parts: dict[Any, Any] = held
            parts.update({key: kept.get(id(part), part) for key, part in parts.items()})
        if fresh.heading is not None:
            fresh.heading = kept.get(id(fresh.heading), fresh.heading)  # type: ignore[assignment]
        dag.__dict__.update(fresh.__dict__)


def _ends(edge: Any) -> tuple[str, str]:
    return edge.source_step, edge.target_step


def _matched(before: Any, after: Any) -> Iterator[tuple[VMobject | None, VMobject | None, str]]:
    """Pair what stands by the same key and looks the same; all else fades out and in."""
    for key, old in before.items():
        new = after.get(key)
        if old is None or not old.family_members_with_points():
            continue
        if new is not None and _congruent(old, new):
            yield old, new, "glide"
        else:
            yield old, None, "fade"
    for key, new in after.items():
        old = before.get(key)
        if new is None or not new.family_members_with_points():
            continue
        if old is None or not _congruent(old, new):
            yield None, new, "come"


def _congruent(one: VMobject, other: VMobject) -> bool:
    """Whether two mobjects look the same but for their place and size."""
    mine, its = one.get_family(), other.get_family()
    if len(mine) != len(its) or one.width == 0:
        return False
    ratio = float(other.width) / float(one.width)
    center, goal = one.get_center(), other.get_center()
    for a, b in zip(mine, its, strict=True):
        if type(a) is not type(b) or a.points.shape != b.points.shape:
            return False
        if len(a.points) and not np.allclose((a.points - center) * ratio, b.points - goal, atol=1e-4):
            return False
        if len(a.points) and (a.fill_color != b.fill_color or a.stroke_color != b.stroke_color):
            return False
    return True


def renamed_steps(old: FlowInfo, new: FlowInfo) -> dict[str, str]:
    """Find steps that only have another name: new name to old name.

    Their source is the same, apart from the names of renamed steps.
    """
    gone = [step for step in old.steps if step.name not in new and step.source]
    come = [step for step in new.steps if step.name not in old and step.source]
    names = {step.name for step in (*gone, *come)}
    found: dict[str, str] = {}
    for step in come:
        same = [
            other
            for other in gone
            if _nameless(other, names) == _nameless(step, names) and other.name not in found.values()
        ]
        if len(same) == 1:
            found[step.name] = same[0].name
    return found


def _nameless(step: StepInfo, names: set[str]) -> str:
    either = "|".join(map(re.escape, sorted(names)))
    return re.sub(rf"(\bdef |\bself\.)(?:{either})\b", r"\1_", step.source)


# --------------------------------------------------------------------------------------- clips


class _GoClip(Clip):
    """Something fades where it is, or folds into a point."""

    def __init__(self, start: float, end: float, mobject: VMobject, goal: Point | None) -> None:
        super().__init__(start, end)
        self._look = Look(mobject)
        self._way = np.zeros(3) if goal is None else goal - self._look.center
        self._shrink = 0.0 if goal is None else 1 - SEED

    def show(self, progress: float) -> None:
        """Shrink and fade on the way."""
        part = smooth(progress)
        self._look.show(shift=self._way * part, scale=1 - self._shrink * part, opacity=1 - part)


class _ComeClip(Clip):
    """Something appears where it belongs, or grows out of a point."""

    def __init__(
        self, start: float, end: float, mobject: VMobject, home: VGroup, origin: Point | None
    ) -> None:
        super().__init__(start, end)
        self.mobject, self.home = mobject, home
        self._look = Look(mobject)
        self._way = np.zeros(3) if origin is None else origin - self._look.center
        self._seed = 0.0 if origin is None else 1 - SEED

    def show(self, progress: float) -> None:
        """Grow and appear on the way."""
        if self.mobject not in self.home.submobjects:
            self.home.add(self.mobject)
        rest = 1 - smooth(progress)
        self._look.show(
            shift=self._way * rest, scale=1 - self._seed * rest, opacity=min(1.0, 1.6 * (1 - rest))
        )


class _GlideClip(Clip):
    """Something goes where its counterpart in the new graph is."""

    def __init__(self, start: float, end: float, mobject: VMobject, goal: VMobject) -> None:
        super().__init__(start, end)
        self._look = Look(mobject)
        self._way = np.array(goal.get_center()) - self._look.center
        self._growth = float(goal.width) / float(mobject.width) - 1

    def show(self, progress: float) -> None:
        """Glide."""
        part = smooth(progress)
        self._look.show(shift=self._way * part, scale=1 + self._growth * part)


class _MorphClip(Clip):
    """Something turns into its counterpart on the way to its place."""

    def __init__(self, start: float, end: float, old: VMobject, new: VMobject, home: VGroup) -> None:
        super().__init__(start, end)
        self.new, self.home = new, home
        self._old, self._new = Look(old), Look(new)
        self._way = self._new.center - self._old.center

    def show(self, progress: float) -> None:
        """Fade one over the other."""
        if self.new not in self.home.submobjects:
            self.home.add(self.new)
        part = smooth(progress)
        self._old.show(shift=self._way * part, opacity=1 - part)
        self._new.show(shift=self._way * (part - 1), opacity=part)


class _BendClip(Clip):
    """An arrow follows its steps."""

    def __init__(self, start: float, end: float, edge: FlowEdge, goal: FlowEdge) -> None:
        super().__init__(start, end)
        self._parts = [
            (path, *_matching(_curves(path), _curves(other)))
            for mine, its in ((edge.lines, goal.lines), (edge.tips, goal.tips))
            for path, other in zip(mine, its, strict=True)
        ]

    def show(self, progress: float) -> None:
        """Blend the curves."""
        part = smooth(progress)
        for path, before, after in self._parts:
            path.set_curves(before + (after - before) * part)


class _DrawClip(Clip):
    """An arrow grows out of its source."""

    def __init__(self, start: float, end: float, edge: FlowEdge, home: VGroup) -> None:
        super().__init__(start, end)
        self.edge, self.home = edge, home
        self._lines = [(path, _curves(path)) for path in edge.lines]
        self._tips = Look(edge.tips)

    def show(self, progress: float) -> None:
        """Draw as far as it has come; the tip comes last."""
        if self.edge not in self.home.submobjects:
            self.home.add(self.edge)
        part = smooth(progress)
        for path, curves in self._lines:
            path.set_curves(curves if progress >= 1 else _begun(curves, part))
        self._tips.show(opacity=min(1.0, max(0.0, 4 * part - 3)))


class _SettleClip(Clip):
    def __init__(self, moment: float, evolution: EvolveFlow) -> None:
        super().__init__(moment, moment)
        self.evolution = evolution

    def show(self, progress: float) -> None:
        """Hand the graph over."""
        self.evolution.settle()


def _curves(path: Path) -> Point:
    return np.array(path.points.reshape(-1, 4, 3)[..., :2])


def _matching(one: Point, other: Point) -> tuple[Point, Point]:
    """Cut the curves of two lines into equally many."""
    count = max(len(one), len(other))
    return _cut(one, count), _cut(other, count)


def _cut(curves: Point, count: int) -> Point:
    while len(curves) < count:
        sizes = np.linalg.norm(curves[:, 3] - curves[:, 0], axis=1)
        at = int(np.argmax(np.round(sizes, 6)))
        left, right = _split(curves[at], 0.5)
        curves = np.concatenate([curves[:at], [left, right], curves[at + 1 :]])
    return curves


def _split(curve: Point, at: float) -> tuple[Point, Point]:
    a, b, c, d = curve
    ab, bc, cd = a + (b - a) * at, b + (c - b) * at, c + (d - c) * at
    abc, bcd = ab + (bc - ab) * at, bc + (cd - bc) * at
    middle = abc + (bcd - abc) * at
    return np.array([a, ab, abc, middle]), np.array([middle, bcd, cd, d])


def _begun(curves: Point, part: float) -> Point:
    """Return the beginning of a line, its curves taken as equally long."""
    place = min(max(part, 1e-3), 1.0) * len(curves)
    whole = min(int(place), len(curves) - 1)
    left, _ = _split(curves[whole], place - whole)
    return np.concatenate([curves[:whole], [left]])

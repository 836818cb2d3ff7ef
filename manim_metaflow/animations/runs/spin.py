"""What ``spin`` does: one task of one step, with a past task's inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import VGroup, linear

from manim_metaflow.animations.graph.set_state import change_state
from manim_metaflow.animations.motion.clips import enter, point
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.runs.artifacts import show_chip, store_chip
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.runs.spin import SpinBench
from manim_metaflow.mobjects.storage.content_store import ContentStore
from manim_metaflow.theme import current_theme

__all__ = ["SpinStep"]

REACH, GROW, RUN = 0.9, 0.4, 1.3
"""Seconds to reach back to the past task's parents, for a chip to appear, and for the task to run."""


class SpinStep(Timeline):
    """Show a spin: its inputs are looked up at the parents of a past task, and one task executes.

    A dashed line leads from each parent to what it hands on: keys, not bytes.

    Parameters
    ----------
    bench
        The spun task; what it is given and makes appears as it happens.
    origin
        The graph of the run whose inputs are taken, above the bench; built with ``run=origin_run``.
    origin_run
        That run.
    store
        The spin's own store, if it is shown. With ``persist`` everything the task holds is put there,
        inputs included.

    Attributes
    ----------
    references
        The dashed lines to the parents; they become part of ``bench``.

    Examples
    --------
    .. manim:: SpinStepExample

        class SpinStepExample(Scene):
            def construct(self):
                run = record_run("my_flow.py")
                dag = FlowDAG("my_flow.py", run=run).to_edge(UP)
                spun = record_spin(run, run.flow.end)
                self.add(dag)
                self.play(ReplayRun(dag, run))
                self.play(SpinStep(SpinBench(spun).shift(DOWN), origin=dag, origin_run=run))
    """

    def __init__(
        self,
        bench: SpinBench,
        *,
        origin: FlowDAG | None = None,
        origin_run: RunRecord | None = None,
        store: ContentStore | None = None,
        **kwargs: Any,
    ) -> None:
        self.bench, self.origin, self.origin_run, self.store = bench, origin, origin_run, store
        self.references = VGroup()
        overlay = VGroup()
        clips = list(self._clips(overlay))
        for part in (bench.inputs, bench.outputs, bench.printed):
            part.submobjects = []
        # The lines lie below the bench's own parts, so that they end behind its chips.
        bench.submobjects.insert(0, self.references)
        super().__init__([bench, *([store] if store else [])], clips, overlay=overlay, **kwargs)

    def _clips(self, overlay: VGroup) -> Iterator[Clip]:
        bench, now = self.bench, 0.0
        reached: set[float] = set()
        for chip in bench.inputs:
            line = self._line(chip)
            if line is not None and line[0][0] not in reached:
                reached.add(line[0][0])
                color, zoom = current_theme().cloned, bench.node.zoom
                yield point(now, now + REACH, line, color, self.references, tip=False, zoom=zoom)
            yield show_chip(now + REACH, now + REACH + GROW, chip, bench.inputs)
            now += REACH / 2
        now += REACH
        yield change_state(now, now + RUN, bench.node, "pending", "running")
        now += RUN
        yield change_state(now, now + 0.3, bench.node, "running", bench.task.state)
        for chip in bench.outputs:
            yield show_chip(now, now + GROW, chip, bench.outputs)
        for text in bench.printed:
            yield enter(now, now + GROW, text, home=bench.printed, pace=linear)
        if self.store is not None:
            for chip in (*bench.outputs, *bench.inputs):
                yield from store_chip(now + GROW, chip, self.store, overlay)

    def _line(self, chip: Any) -> tuple[np.ndarray, np.ndarray] | None:
        """From the lower side of the parent's box down to the chip's face."""
        if self.origin is None or self.origin_run is None:
            return None
        artifact = next(each for each in self.bench.task.artifacts if each.sha == chip.sha)
        parent = self.origin_run[artifact.source] if artifact.source else None
        node = self.origin.task(parent.place) if parent else None
        if node is None:
            return None
        left, bottom, right, _ = node.node_box
        target = chip.face.get_top() + np.array([0.0, 0.06 * self.bench.node.zoom, 0.0])
        return np.array([(left + right) / 2, bottom - 0.05 * node.zoom, 0.0]), target

"""The graph of a run as the run ended, without the time that a replay takes."""

from __future__ import annotations

from manim_metaflow.animations.runs.replay import ReplayRun
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.mobjects.graph.dag import FlowDAG

__all__ = ["show_end"]


def show_end(dag: FlowDAG, record: RunRecord) -> None:
    """Let a graph that was built with ``run=`` look as it does at the end of a replay.

    Parameters
    ----------
    dag
        The graph; ``FlowDAG(flow, run=record, state="final")`` builds one and calls this.
    record
        The run that it was built with.

    Examples
    --------
    >>> from manim_metaflow import record_run
    >>> record = record_run("my_flow.py")
    >>> dag = FlowDAG(record.flow, run=record)
    >>> show_end(dag, record)
    >>> dag["start"].state
    'done'
    """
    # The clips of the replay itself, each at its last moment: a second way to draw states, attempts, folded
    # rounds and arms taken would soon differ from how a replay ends.
    replay = ReplayRun(dag, record, clock=False)
    replay.begin()
    replay.finish()

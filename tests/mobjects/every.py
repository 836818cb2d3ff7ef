"""One of each public mobject, so that what is true of all of them is tested on all of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import manim as mn
from gallery import many_tasks
from recorded import FLOWS, recorded

import manim_metaflow
from manim_metaflow import code, graph, runs, storage
from manim_metaflow.layout import Rect
from manim_metaflow.mobjects.shapes import polyline

SHA = "198756254c5b4f18cb8af891d55a414724e402c5"
OTHER = "4012b77be09ba295ed931fd878bb1c1745e12b27"
HEAD = "8004950f000000000000005d94284b014b024b034b044b05652e"
SOURCE = "@step\ndef fit(self):\n    a = 1\n    b = 2\n    self.next(self.end)"
FACADES: tuple[ModuleType, ...] = (manim_metaflow, graph, code, storage, runs)
FARES = FLOWS.parents[1] / "scenes" / "flows" / "authoring"


def public_mobjects() -> dict[str, type[mn.Mobject]]:
    """Every mobject that a user can import from the package or one of its subjects, by name."""
    found = {name: getattr(facade, name) for facade in FACADES for name in dir(facade)}
    return {
        name: each
        for name, each in sorted(found.items())
        if inspect.isclass(each) and issubclass(each, mn.Mobject)
    }


def keys() -> Any:
    entries = (
        storage.KeyEntry("raw", SHA, 22, "list"),
        storage.KeyEntry("seed", OTHER, 5, "int", "inherited"),
    )
    return storage.TaskKeys("start", "1", (storage.KeyMapRecord(0, True, entries),))


def spun() -> Any:
    found = map(
        runs.load_recording, (FLOWS.parents[1] / "scenes" / "recordings").glob("SpamFlow-spin-*.json")
    )
    return min(found, key=lambda record: record.run_id)


def dag() -> Any:
    record = recorded("foreach")
    return graph.FlowDAG(record.flow, run=record)


def grid() -> Any:
    run = recorded("linear")
    return runs.ComparisonGrid(graph.FlowDAG(run.flow), runs.compare_runs(run, run))


EVERY: dict[str, Callable[[], Any]] = {
    "ActionPill": lambda: runs.ActionPill("start", "clone"),
    "ArtifactChip": lambda: storage.ArtifactChip("raw", SHA, value="[1, 2, 3]"),
    "BlobCell": lambda: storage.BlobCell(storage.BlobBytes(SHA, 43, 22, "list")),
    "BytesStrip": lambda: storage.BytesStrip(storage.BlobBytes(SHA, 46, 26, "list", head=HEAD)),
    "CodePanel": lambda: code.CodePanel(SOURCE, window=3, title="fit"),
    "ComparisonGrid": grid,
    "ContentStore": lambda: storage.ContentStore(recorded("foreach"), rows=2, width=6),
    "EvidenceTable": lambda: runs.EvidenceTable([runs.Statement("Steps are cloned", True, "2 clones")]),
    "ExceptionNote": lambda: runs.ExceptionNote(recorded("failed")),
    "Face": lambda: storage.Face(SHA),
    "FailureNote": lambda: runs.FailureNote(recorded("failed"), width=6),
    "FileTree": lambda: code.FileTree(["flows/train.py", "data/"], root="project"),
    "FlowDAG": dag,
    "FlowEdge": lambda: graph.FlowEdge("a", "b", [polyline((-2, 0), (2, 0))], label="x", label_at=(0, 0)),
    "FlowHeading": lambda: graph.FlowHeading(graph.load_flow(FLOWS / "complex_flow.py"), "full"),
    "FlowStory": lambda: code.FlowStory([FARES / "1" / "fare.py", FARES / "3" / "fare.py"]),
    "ForeachRegion": lambda: graph.ForeachRegion(
        graph.StepInfo("start", "foreach", foreach_param="stores"), Rect(-1.5, -0.6, 1.5, 0.6), count=4
    ),
    "HashLabel": lambda: storage.HashLabel(SHA),
    "HashPair": lambda: runs.HashPair("code", runs.compare_runs(*[recorded("branch")] * 2).steps[0].code),
    "KeyLine": lambda: runs.KeyLine("run", recorded("failed"), "xs"),
    "KeyMap": lambda: storage.KeyMap(keys()),
    "LifecycleTrack": storage.LifecycleTrack,
    "MetadataPanel": lambda: storage.MetadataPanel("TinyFlow", "17", "start/1", ["raw", "seed"]),
    "NotebookPanel": lambda: code.NotebookPanel(FLOWS.parent / "project" / "my_notebook.ipynb"),
    "RunClock": lambda: runs.RunClock(recorded("foreach")),
    "RunHeading": lambda: runs.RunHeading("run", recorded("foreach")),
    "RunTally": lambda: runs.RunTally({"run": recorded("failed"), "resume": recorded("resumed")}),
    "RunTimeline": lambda: runs.RunTimeline(recorded("foreach")),
    "SpinBench": lambda: runs.SpinBench(spun()),
    "StepNode": lambda: graph.StepNode("train"),
    "StoragePanel": lambda: storage.StoragePanel("task memory", width=4, height=2),
    "TaskCounter": lambda: graph.TaskCounter("train", 996, width=3),
    "TaskGrid": lambda: graph.TaskGrid(recorded("nested foreach"), "inner"),
    "TaskStack": lambda: graph.TaskStack("fit", many_tasks(9), most=4),
    "TerminalPanel": lambda: code.TerminalPanel(rows=3).type_command("python my_flow.py run"),
    "TextBlock": lambda: manim_metaflow.TextBlock("What a task assigned to self is stored.", width=4),
    "TextLabel": lambda: manim_metaflow.TextLabel("grid"),
}
"""How to build one of each."""

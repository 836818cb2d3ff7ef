"""What a run of 5,000 tasks costs beside one of 5: to load, to prepare, and to draw frame by frame.

``python benchmarks/replay.py [sizes]``. The store is written by Metaflow's own datastore code, with the
metadata its local provider would leave. Ends with 1 if 5,000 tasks take longer than 10 s to load, or if a
frame of them costs more than five times a frame of 5.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import manim as mn
from storage import graph

from manim_metaflow import FlowDAG, ReplayRun, RunRecord, RunTimeline
from manim_metaflow.facts import load_run
from manim_metaflow.mobjects.runs.clock import RunClock
from manim_metaflow.testing.frames import still_config

SIZES = (5, 500, 5000)
LOADED, FRAME = 10.0, 5.0
"""Seconds in which the largest run has to be loaded; by how much a frame of it may cost more."""

WORKERS, LASTS = 16, 0.9
"""Tasks at a time, and the seconds each takes, in the made-up clock of the run."""


def main(sizes: tuple[int, ...]) -> int:
    """Print a line for each size, and tell what is too slow."""
    found = {}
    print(" tasks |    load | a task |  build | prepare | frames |  a frame")
    for tasks in sizes:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder) / ".metaflow", tasks)
            found[tasks] = each = measure(Path(folder))
        print(
            f"{tasks:6d} | {each['load']:6.2f}s | {1e3 * each['load'] / tasks:4.1f}ms |"
            f" {each['build']:5.2f}s | {each['prepare']:6.2f}s | {each['frames']:6.0f} |"
            f" {1e3 * each['frame']:7.2f}ms",
            flush=True,
        )
    small, large = found[sizes[0]], found[sizes[-1]]
    ratio = large["frame"] / small["frame"]
    print(f"a frame of {sizes[-1]} tasks costs {ratio:.2f} times one of {sizes[0]}")
    slow = [f"loading {sizes[-1]} tasks takes longer than {LOADED:g} s"] * (large["load"] > LOADED)
    slow += [f"a frame costs more than {FRAME:g} times as much"] * (ratio > FRAME)
    print(*slow, sep="\n")
    return bool(slow)


def measure(folder: Path) -> dict[str, float]:
    """CPU seconds of each part."""
    record, load = timed(lambda: load_run("WideFlow/1", root=folder))
    assert record.status == "successful"
    with still_config((854, 480)), mn.tempconfig({"frame_rate": 15}):
        (dag, lanes, clock), build = timed(lambda: drawn(record))
        replay, prepare = timed(lambda: ReplayRun(dag, record, timeline=lanes, clock=clock))
        scene = mn.Scene()
        scene.add(dag, lanes, clock)
        frames = replay.get_run_time() * 15
        _, spent = timed(lambda: scene.play(replay))
    return {"load": load, "build": build, "prepare": prepare, "frames": frames, "frame": spent / frames}


def drawn(record: RunRecord) -> tuple[FlowDAG, RunTimeline, RunClock]:
    dag = FlowDAG(record.flow, run=record)
    return dag.scale(min(1.0, 13 / dag.width, 4 / dag.height)), RunTimeline(record), RunClock(record)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.process_time()
    made = work()
    return made, time.process_time() - begin


def write(root: Path, tasks: int) -> None:
    """Save a run with ``tasks`` tasks in one foreach, each an artifact of its own."""
    from metaflow.datastore.flow_datastore import FlowDataStore
    from metaflow.plugins.datastores.local_storage import LocalStorage
    from metaflow.tuple_util import ForeachFrame

    make: Any = FlowDataStore
    root.mkdir()
    store = make("WideFlow", storage_impl=LocalStorage, ds_root=str(root))
    store.environment = SimpleNamespace(TYPE="local")
    info = {"start_step": "start", "end_step": "end", "steps": graph(), "file": "wide.py"}
    common = {"_graph_info": info, "_task_ok": True, "_success": True, "_iteration_stack": []}

    def save(step: str, number: int, begin: float, values: dict[str, Any]) -> None:
        task = store.get_task_datastore("1", step, str(number), attempt=0, mode="w")
        task.init_task()
        task.save_artifacts({**common, **values}.items())
        task.done()
        tell(root / f"WideFlow/1/{step}/{number}/_meta", begin)

    start = {"items": tasks, "_foreach_stack": [], "_foreach_num_splits": tasks}
    save("start", 1, 0.0, {**start, "_transition": (["work"], "items")})
    for index in range(tasks):
        stack = [ForeachFrame("work", "items", tasks, index, str(index))]
        own = {"made": [index], "_foreach_stack": stack, "_transition": (["join"], None)}
        save("work", index + 2, 1.0 + index // WORKERS + 0.03 * (index % WORKERS), own)
    over = 3.0 + tasks / WORKERS
    save("join", tasks + 2, over, {"_foreach_stack": [], "_transition": (["end"], None)})
    save("end", tasks + 3, over + 1, {"_foreach_stack": [], "_transition": None})
    write_run(root / "WideFlow/1")


def write_run(folder: Path) -> None:
    (folder / "_meta").mkdir()
    held = {"ts_epoch": 1_700_000_000_000, "system_tags": ["metaflow_version:2.19.39"]}
    (folder / "_meta" / "_self.json").write_text(json.dumps(held))


def tell(folder: Path, begin: float) -> None:
    """Leave the metadata of one attempt, as Metaflow's local provider does."""
    folder.mkdir()
    moments = {"attempt": 0.02, "attempt_ok": LASTS, "attempt-done": LASTS, "origin-run-id": 0.0}
    for name, after in moments.items():
        stamp = 1_700_000_000_000 + int(1000 * (begin + after))
        held = {"field_name": name, "value": {"attempt": "0", "attempt_ok": "True"}.get(name, "0")}
        if name == "origin-run-id":
            held["value"] = "None"
        (folder / f"sysmeta_{name}_{stamp}.json").write_text(json.dumps(held))


if __name__ == "__main__":
    sys.exit(main(tuple(map(int, sys.argv[1:])) or SIZES))

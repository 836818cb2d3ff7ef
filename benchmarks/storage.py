"""Read the storage of a run of 2,000 tasks and 20,000 artifacts: time against the json module, and memory.

``python benchmarks/storage.py``. The store is written in Metaflow's own layout by Metaflow's own code: its
flow and task datastores save each task of a foreach, as a task process does.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ARTIFACTS = 10


def main(sizes: tuple[int, ...] = (500, 1000, 2000)) -> None:
    """Print, for each size, the ratio and the time per task, which is to stay the same."""
    for tasks in sizes:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder) / ".metaflow", tasks)
            report(Path(folder) / ".metaflow", tasks)


def report(root: Path, tasks: int) -> None:
    from manim_metaflow.facts import load_storage

    def read() -> Any:
        return load_storage("WideFlow/1", root=root)

    def plain() -> int:
        return sum(
            len(json.loads(path.read_bytes())["objects"]) for path in root.glob("WideFlow/1/*/*/*.data.json")
        )

    read(), plain()  # once for the caches of both
    ours, theirs = (min(seconds(action) for _ in range(5)) for action in (read, plain))
    gc.collect()
    tracemalloc.start()
    record = read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    entries = record.totals().entries
    print(
        f"{tasks} tasks, {entries} artifacts: {ours:.3f} s, {ours / theirs:.2f} times json, "
        f"{1e6 * ours / tasks:.0f} us a task, {peak / 1e6:.0f} MB at most"
    )


def seconds(action: Any) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def write(root: Path, tasks: int) -> None:
    """Save ``tasks`` tasks of one foreach, ten artifacts each, two of them inherited."""
    from metaflow.datastore.flow_datastore import FlowDataStore
    from metaflow.plugins.datastores.local_storage import LocalStorage
    from metaflow.tuple_util import ForeachFrame

    make: Any = FlowDataStore
    root.mkdir()
    store = make("WideFlow", storage_impl=LocalStorage, ds_root=str(root))
    store.environment = SimpleNamespace(TYPE="local")
    info = {"start_step": "start", "end_step": "end", "steps": graph(), "file": "wide.py"}

    def save(step: str, task_id: int, values: dict[str, Any]) -> None:
        task = store.get_task_datastore("1", step, str(task_id), attempt=0, mode="w")
        task.init_task()
        task.save_artifacts(values.items())
        task.done()

    shared = {"_graph_info": info, "_task_ok": True, "_success": True, "_iteration_stack": []}
    given = {"raw": [1, 2, 3], "unit": "kg"}
    save("start", 1, {**shared, **given, "_foreach_stack": [], "_transition": (["work"], "items")})
    for index in range(tasks - 3):
        own = {f"made_{name}": [index, name] for name in range(ARTIFACTS - len(given))}
        stack = [ForeachFrame("work", "items", tasks - 3, index, None)]
        save(
            "work",
            index + 2,
            {**shared, **given, **own, "_foreach_stack": stack, "_transition": (["join"], None)},
        )
    save("join", tasks - 1, {**shared, "_foreach_stack": [], "_transition": (["end"], None)})
    save("end", tasks, {**shared, "_foreach_stack": [], "_transition": None})


def graph() -> dict[str, Any]:
    """Describe the graph as Metaflow does with each run."""
    common = {"line": 1, "source_file": "wide.py", "doc": "", "decorators": []}
    return {
        "start": {
            **common,
            "name": "start",
            "type": "split-foreach",
            "next": ["work"],
            "foreach_artifact": "items",
            "matching_join": "join",
        },
        "work": {**common, "name": "work", "type": "linear", "next": ["join"]},
        "join": {**common, "name": "join", "type": "join", "next": ["end"]},
        "end": {**common, "name": "end", "type": "end", "next": []},
    }


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or (500, 1000, 2000))

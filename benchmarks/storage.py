"""Read the storage of a run of 2,000 tasks and 20,000 artifacts: time against the json module, and memory.

``python benchmarks/storage.py``. The store is written in Metaflow's own layout by Metaflow's own code: its
flow and task datastores save each task of a foreach, as a task process does.

The measure is to find the run's ``data.json`` files, to read each with the ``json`` module, and to keep what
they hold, as a record is kept; the second ratio is against reading them and keeping nothing. The record takes
more than those files: the code package of each attempt, the foreach stack of each task out of its blob, and
the size of every blob.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
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

    def keep() -> Any:
        return {path: json.loads(path.read_bytes()) for path in maps(root)}

    def drop() -> Any:
        return sum(len(json.loads(path.read_bytes())["objects"]) for path in maps(root))

    actions = (read, keep, drop)
    rounds = [[seconds(action) for action in actions] for _ in range(8)]
    ours, kept, dropped = map(min, zip(*rounds, strict=True))
    gc.collect()
    tracemalloc.start()
    record = read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(
        f"{tasks} tasks, {record.totals().entries} artifacts: {ours:.3f} s, "
        f"{ours / kept:.2f} times json kept, "
        f"{ours / dropped:.2f} times json dropped, {1e6 * ours / tasks:.0f} us a task, "
        f"{peak / 1e6:.0f} MB at most"
    )


def maps(root: Path) -> Iterator[Path]:
    return root.glob("WideFlow/1/*/*/*.data.json")


def seconds(action: Any) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def write(root: Path, tasks: int) -> None:
    """Save ``tasks`` tasks of one foreach, ten artifacts each, two of them inherited.

    Each has the internal artifacts and files that a task process of Metaflow stores, too.
    """
    from metaflow.datastore.flow_datastore import FlowDataStore
    from metaflow.plugins.datastores.local_storage import LocalStorage
    from metaflow.tuple_util import ForeachFrame

    make: Any = FlowDataStore
    root.mkdir()
    store = make("WideFlow", storage_impl=LocalStorage, ds_root=str(root))
    store.environment = SimpleNamespace(TYPE="local")
    info = {"start_step": "start", "end_step": "end", "steps": graph(), "file": "wide.py"}
    begun = {"code_package_metadata": "", "retry_count": 0}
    begun |= dict.fromkeys(("code_package_sha", "code_package_ds", "code_package_url"))
    nothing = dict.fromkeys(("_exception", "_foreach_var", "_foreach_num_splits", "_foreach_values"))
    shared = {"_graph_info": info, "_task_ok": True, "_success": True, "_configs_processed": True, **nothing}
    given = {"raw": [1, 2, 3], "unit": "kg"}

    def save(step: str, task_id: int, to: Any, stack: list[Any], **values: Any) -> None:
        task = store.get_task_datastore("1", step, str(task_id), attempt=0, mode="w")
        own = {"_current_step": step, "_transition": to, "_foreach_stack": stack, "_iteration_stack": []}
        task.init_task()
        task.save_metadata({"task_begin": begun})
        task.save_artifacts({**values, **shared, **own, "name": "WideFlow"}.items())
        task.save_metadata({"task_end": {}})
        task.done()

    save("start", 1, (["work"], "items"), [], **given)
    for index in range(tasks - 3):
        own = {f"made_{name}": [index, name] for name in range(ARTIFACTS - len(given))}
        frame = ForeachFrame("start", "items", tasks - 3, index, str(index))
        save("work", index + 2, (["join"], None), [frame], **given, **own)
    save("join", tasks - 1, (["end"], None), [])
    save("end", tasks, None, [])


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

"""Note a short text of each artifact as its task stores it, inside the task's own process.

Python imports a module of this name when it starts. A flow is started as its author would start it, and
Metaflow starts its tasks by itself, so this is the one place that all of its processes pass through without
a change of the flow. Nothing else changes: neither ``sys.path`` nor what is stored, nor its hashes.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__: list[str] = []

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_VARIABLE = "MANIM_METAFLOW_VALUES"
_STORE_MODULE = "metaflow.datastore.task_datastore"
_MOST = 2000
"""Artifacts of one attempt whose values are noted: nobody looks at more, and each takes a little time."""


class _WhenImported:
    """Waits in ``sys.meta_path`` for the module of Metaflow that stores artifacts."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != _STORE_MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def load_and_watch(module: ModuleType) -> None:
            load(module)
            # Whatever Metaflow may look like in another version: no value is worth a task.
            with suppress(Exception):
                _watch(module.TaskDataStore, _text_function())

        spec.loader.exec_module = load_and_watch  # type: ignore[method-assign]
        return spec


def _text_function() -> Any:
    """Load the module beside this one under a name that no module of a flow has."""
    path = os.path.join(_FOLDER, "value_text.py")
    spec = importlib.util.spec_from_file_location("_manim_metaflow_value_text", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.value_text


def _watch(store_class: Any, text_of: Any) -> None:
    """Let the class note what it stores, after it has stored it."""
    save = store_class.save_artifacts

    def save_artifacts(self: Any, artifacts_iter: Any, *args: Any, **kwargs: Any) -> Any:
        texts: dict[str, str] = {}

        def noted() -> Iterator[tuple[str, Any]]:
            for name, value in artifacts_iter:
                # Metaflow keeps its own values under names with an underscore, and forgets each value as soon
                # as it is stored, so the text is made as it passes by.
                if not name.startswith("_") and len(texts) < _MOST:
                    texts[name] = text_of(value)
                yield name, value

        result = save(self, noted(), *args, **kwargs)
        with suppress(Exception):
            _write(self, texts)
        return result

    store_class.save_artifacts = save_artifacts


def _write(store: Any, texts: dict[str, str]) -> None:
    """Write the texts by the keys of their artifacts: what inherits a key has the same value."""
    import json  # only here: not every process of a run stores something

    found = {store._objects[name]: text for name, text in texts.items() if text}
    folder = os.environ[_VARIABLE]
    os.makedirs(folder, exist_ok=True)
    place = "-".join(str(part) for part in (store._run_id, store._step_name, store._task_id, store._attempt))
    draft = os.path.join(folder, f".{place}.{os.getpid()}")
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(found, file)
    # A task may be killed at any moment: a file is there whole or not at all.
    os.replace(draft, os.path.join(folder, f"{place}.json"))


def _stand_aside() -> None:
    """Leave ``sys.path`` as it would be, and run the module of this name that this one stands before."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _FOLDER]
    mine = sys.modules.pop(__name__)
    try:
        importlib.import_module(__name__)
    except ImportError as error:
        if error.name != __name__:
            raise
    finally:
        sys.modules.setdefault(__name__, mine)


# Imported by a test, or by Python in a process that is not of a recorded run, it does nothing.
if __name__ == "sitecustomize" and os.environ.get(_VARIABLE):
    sys.meta_path.insert(0, _WhenImported())
    _stand_aside()

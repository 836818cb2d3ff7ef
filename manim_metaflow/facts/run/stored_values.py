"""What stands in blobs: internal artifacts that carry lineage, and values in words. Nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from manim_metaflow.facts.flow.graph_info import flow_from_graph_info
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.facts.run.lineage import Place, parents_of
from manim_metaflow.facts.store.attempt_files import MetaflowStore
from manim_metaflow.facts.store.inert import bounded_text, decode, foreign_names, same_value
from manim_metaflow.facts.store.internals import frames_of
from manim_metaflow.facts.store.pickles import RefusedError, read_pickle

__all__ = ["PARAMETERS", "StoredValues", "put_into_words"]

PARAMETERS = "_parameters"
_LINEAGE = ("_foreach_stack", "_iteration_stack", "_transition")
_RUNNING_MODULES = re.compile(
    r"(os|posix|nt|subprocess|sys|importlib|runpy|pty|shutil|socket|ctypes|code|pdb|multiprocessing)\."
)
_RUNNING = {f"builtins.{name}" for name in ("eval", "exec", "compile", "open", "getattr", "__import__")}
"""What no honest value's pickle asks for, and what one that shall run code does."""

Maps = Mapping[str, Mapping[str, str]]
"""Task path to the names and keys of its newest attempt."""


class StoredValues:
    """Looks into the blobs of one run.

    Parameters
    ----------
    store
        The flow's store.

    Attributes
    ----------
    damaged
        Key to what is wrong with its blob, as far as it was looked into.
    """

    def __init__(self, store: MetaflowStore) -> None:
        self._store = store
        self._decoded: dict[str, Any] = {}
        self._alike: dict[tuple[str, str], bool] = {}
        self.damaged: dict[str, str] = {}

    def parents(self, maps: Maps, flow: FlowInfo | None) -> dict[str, tuple[str, ...]]:
        """Find each task's parents; a task whose parents cannot be known is left out."""
        parameters = tuple(path for path in maps if path.startswith(f"{PARAMETERS}/"))
        found: dict[str, tuple[str, ...]] = dict.fromkeys(parameters, ())
        flow = flow or self._described(maps)
        if flow is None:
            return found
        rest = [path for path in maps if path not in found]
        self._decode(maps[path].get(name) for path in rest for name in _LINEAGE)
        found.update(parents_of([self._place(path, maps[path]) for path in rest], flow))
        found.update({path: parameters for path in maps if path.partition("/")[0] == flow.start})
        return found

    def alike(self, one: str, other: str) -> bool:
        """Tell whether two blobs stand for equal values."""
        if (one, other) not in self._alike:
            blobs = [blob for _, blob in self._store.blobs((one, other))]
            self._alike[one, other] = None not in blobs and same_value(blobs[0] or b"", blobs[1] or b"")
        return self._alike[one, other]

    def _described(self, maps: Maps) -> FlowInfo | None:
        for sha in dict.fromkeys(keys["_graph_info"] for keys in maps.values() if "_graph_info" in keys):
            self._decode([sha])
            try:
                return flow_from_graph_info(self._store.flow_name, self._decoded[sha])
            except (KeyError, TypeError, AttributeError):
                continue
        self._store.notes.append("no description of the graph can be read: who came from whom is unknown")
        return None

    def _place(self, path: str, keys: Mapping[str, str]) -> Place:
        stack, iteration, transition = (self._decoded.get(keys.get(name, "")) for name in _LINEAGE)
        to = transition[0] if isinstance(transition, tuple) and transition else ()
        return Place(
            path,
            path.partition("/")[0],
            tuple((frame.step, frame.index) for frame in frames_of(stack)),
            tuple(iteration) if isinstance(iteration, list) else (),
            tuple(to) if isinstance(to, list) else (),
        )

    def _decode(self, keys: Iterable[str | None]) -> None:
        """Read internal artifacts, each key once, all together; what cannot be read is noted and ``None``."""
        wanted = [sha for sha in dict.fromkeys(keys) if sha is not None and sha not in self._decoded]
        for sha, blob in self._store.blobs(wanted):
            try:
                self._decoded[sha] = None if blob is None else read_pickle(blob)
            except RefusedError as error:
                self._decoded[sha] = None
                self.damaged[sha] = str(error)


def put_into_words(blob: bytes, *, value: bool) -> tuple[str, str]:
    """Return a blob's value in words, if it is asked for, and what is wrong with it."""
    try:
        text = bounded_text(decode(blob)) if value else ""
        asked = foreign_names(blob)
    except (ValueError, RecursionError) as error:
        return "", str(error)
    runs = [name for name in asked if name in _RUNNING or _RUNNING_MODULES.match(name)]
    return text, f"loading it would call {runs[0]}: not loaded" if runs else ""

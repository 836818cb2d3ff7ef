"""What the key map of an attempt says of its artifacts: which were made there, which came from a parent."""

from __future__ import annotations

from collections.abc import Collection

from manim_metaflow.facts.records import ArtifactRecord
from manim_metaflow.facts.store.internals import plain_type
from manim_metaflow.facts.store.stored import StoredAttempt, StoredTask

__all__ = ["Inherited", "KeyMaps", "key_map"]

Inherited = list[tuple[str, dict[str, str]]]
"""Path and key map of each parent."""


class KeyMaps:
    """Turns key maps into records, equal ones only once: a long foreach repeats what it was given.

    Parameters
    ----------
    hidden
        Names that are no artifacts of the author's: parameters, constants.
    """

    def __init__(self, hidden: Collection[str]) -> None:
        self._hidden = hidden
        self._known: dict[tuple[str, str, str | None, bool], ArtifactRecord] = {}

    def artifacts(self, attempt: StoredAttempt, inherited: Inherited) -> tuple[ArtifactRecord, ...]:
        """Return what an attempt stored, by name."""
        names = (name for name in attempt.objects or {} if name[0] != "_" and name not in self._hidden)
        return tuple(self.artifact(name, attempt, inherited) for name in sorted(names))

    def artifact(self, name: str, attempt: StoredAttempt, inherited: Inherited) -> ArtifactRecord:
        """Return one artifact."""
        sha = (attempt.objects or {})[name]
        source, before = _inheritance(name, sha, inherited)
        known = self._known.get((name, sha, source, before))
        if known is not None:
            return known
        info = attempt.info.get(name) or {}
        record = ArtifactRecord(
            name=name,
            sha=sha,
            size=int(info.get("size") or 0),
            type_name=plain_type(str(info.get("type", ""))),
            provenance="inherited" if source else "changed" if before else "created",
            source=source,
        )
        self._known[name, sha, source, before] = record
        return record


def key_map(task: StoredTask) -> dict[str, str]:
    """Return the key map a task left behind."""
    return (task.attempts[-1].objects or {}) if task.attempts else {}


def _inheritance(name: str, sha: str, inherited: Inherited) -> tuple[str | None, bool]:
    """Tell which parent held the very same key under this name, and whether any held another."""
    before = False
    for path, keys in inherited:
        held = keys.get(name)
        if held == sha:
            return path, True
        before = before or held is not None
    return None, before

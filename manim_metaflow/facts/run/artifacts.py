"""From the key map of an attempt to the records of its artifacts."""

from __future__ import annotations

from collections.abc import Collection

from manim_metaflow.facts.records import ArtifactRecord
from manim_metaflow.facts.run.lineage import Parents, parent_key
from manim_metaflow.facts.store.attempts import StoredAttempt
from manim_metaflow.facts.store.internals import plain_type

__all__ = ["KeyMaps"]


class KeyMaps:
    """Turns key maps into records, equal ones only once: a long foreach repeats what it was given.

    Parameters
    ----------
    hidden
        Names that are no artifacts of a step: parameters and constants, which no step can change, and the
        flow's name where no step uses that for a value of its own.
    """

    def __init__(self, hidden: Collection[str]) -> None:
        self._hidden = hidden
        self._records: dict[tuple[str, str, str | None, str | None], ArtifactRecord] = {}

    def artifacts(self, attempt: StoredAttempt, parents: Parents) -> tuple[ArtifactRecord, ...]:
        """Return what an attempt stored, by name."""
        names = (name for name in attempt.keys or {} if not name.startswith("_") and name not in self._hidden)
        return tuple(self.artifact(name, attempt, parents) for name in sorted(names))

    def artifact(self, name: str, attempt: StoredAttempt, parents: Parents) -> ArtifactRecord:
        """Return one artifact."""
        key = (attempt.keys or {})[name]
        source, before = parent_key(name, key, parents)
        made = self._records.get((name, key, source, before))
        if made is not None:
            return made
        inherited = source is not None and before is None
        described = attempt.described(name)
        record = self._records[name, key, source, before] = ArtifactRecord(
            name=name,
            sha=key,
            size=described.size,
            type_name=plain_type(described.type),
            provenance="inherited" if inherited else "changed" if before else "created",
            source=source if inherited else None,
        )
        return record

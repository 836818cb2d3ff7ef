"""Put a datastore that was recorded into a shape in which Metaflow's own client reads it where it is now."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

from manim_metaflow.facts.recording.child import CACHE, CARDS

__all__ = ["SPIN_ROOT", "gather_files", "relocate"]

SPIN_ROOT = ".metaflow_spin"
"""Beside the datastore of runs, which a spin leaves as it is."""

_ROOTS = (".metaflow", SPIN_ROOT)


def gather_files(store: Path) -> None:
    """Put cards where Metaflow's client looks for them, and remove what the client cached of the run.

    Where the place of cards is set, Metaflow 2.19 ignores what it is set to, and writes them right below the
    root of the datastore, in a folder ``runs`` that looks like a run.
    """
    shutil.rmtree(store / CACHE, ignore_errors=True)
    for root in _ROOTS:
        for cards in (store / root).glob("*/runs"):
            target = store / root / CARDS.name / cards.parent.name / cards.name
            if not (cards / "_meta").exists() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                cards.rename(target)


def relocate(store: Path, final: Path) -> None:
    """Write the folder that a datastore is kept in into its metadata.

    Metaflow notes with every artifact and log which datastore it is in, as an absolute path. Its client, and
    a spin for its inputs, look there.

    Parameters
    ----------
    store
        Where the datastore is.
    final
        Where it will be.
    """
    for root in _ROOTS:
        place = str(final / root)
        for file in sorted((store / root).glob("*/*/*/*/_meta/*.json")):
            if "_artifact_" in file.name or "ds-root" in file.name:
                _rewrite(file, place)


def _rewrite(file: Path, root: str) -> None:
    # Not a file of Metaflow's, or one that it had no time to finish: it stays as it is.
    with suppress(ValueError, AttributeError):
        entry = json.loads(file.read_bytes())
        before = dict(entry)
        if str(entry.get("location", "")).startswith(":root:"):
            entry["location"] = f":root:{root}"
        if entry.get("field_name") == "ds-root":
            entry["value"] = root
        if entry != before:
            file.write_text(json.dumps(entry))

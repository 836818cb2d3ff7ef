"""What the three films about storage have in common: their checks, and the texts that records explain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import ModuleType

import pytest
from film import load, numbers_in, watch

from manim_metaflow.facts import RunRecord, load_flow, record, record_run
from manim_metaflow.facts.units import readable_size
from manim_metaflow.testing import beat_frames, check_frame


def film(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a film; a recording that is stale is an error here, not a reason to make it anew."""

    def refuse(target: object, *_: object, **__: object) -> None:
        pytest.fail(f"The recording of {target} is stale: make recordings")

    monkeypatch.setattr(record, "_record", refuse)
    return load(name)


def check_beats(scene_class: type, sections: list[str]) -> None:
    """Every beat has a caption of its own, is legible, and leaves no updater."""
    beats = []
    for beat in beat_frames(scene_class, resolution=(160, 90)):
        beats.append((beat.section, beat.caption))
        assert [str(problem) for problem in check_frame(beat.scene)] == [], beat.caption
        assert not [part for top in beat.scene.mobjects for part in top.get_family() if part.updaters]
    assert list(dict.fromkeys(section for section, _ in beats)) == sections
    captions = [caption for section, caption in beats if section != "title"]
    assert all(captions)
    assert len(set(captions)) == len(captions)


def explained(records: Iterable[RunRecord]) -> set[str]:
    """Texts that stand in the records: ids, keys, sizes, values, paths, bytes."""
    found: set[str] = set()
    for run in records:
        found.add(run.run_id)
        for task in run.storage.tasks:
            found |= {task.path, f"memory of task {task.path}"}
            for attempt in task.attempts:
                found |= {f"{task.path}/{attempt.number}.data.json", f"{attempt.number}.DONE.lock"}
                found |= {
                    f"{run.flow.name}/{run.run_id}/{task.path}/{entry.name}" for entry in attempt.artifacts
                }
            found.add(f'Task("{run.flow.name}/{run.run_id}/{task.path}")')
        for blob in run.storage.blobs:
            raw = readable_size(blob.raw_size)
            found |= {raw, f"pickle, {raw}", f"{raw}, {readable_size(blob.size or 0)} on disk", blob.value}
            found |= {f"{blob.sha[:length]}{end}" for length in range(6, 41) for end in ("", "…")}
            found |= {f"{blob.sha[:2]}/{blob.sha[:10]}…"}
            found |= {blob.head[at : at + 2] for at in range(0, len(blob.head), 2)}
    return found


def untraced(
    scene_class: type, records: Iterable[RunRecord], also: Iterable[str] = (), flows: Iterable[object] = ()
) -> set[str]:
    """Texts with a number that no record and no flow explains; ``also`` are patterns of sentences."""
    records = list(records)
    known = explained(records)
    sources = {line.strip() for flow in flows for line in load_flow(flow).source.splitlines()}
    bad = set()
    for moment in watch(scene_class):
        for text in (*moment.texts, moment.caption):
            if not numbers_in(text) or text in known or text.strip() in sources:
                continue
            if not any(re.fullmatch(pattern, text) for pattern in also):
                bad.add(text)
        bad |= {line for _, line in moment.code if line.strip() not in sources}
    return bad


def story_of(run: RunRecord) -> object:
    """What a run says, but for ids, times and keys that are another one in each process."""
    return [
        (
            task.path,
            task.parents,
            [
                (attempt.stored, [(e.name, e.size, e.type_name) for e in attempt.artifacts])
                for attempt in task.attempts
            ],
        )
        for task in run.storage.tasks
    ]


def fixed_keys(run: RunRecord, *drifting: str) -> list[tuple[str, str, str]]:
    """Keys that are the same on every machine."""
    return [
        (task.path, entry.name, entry.sha)
        for task in run.storage.tasks
        for entry in task.last.artifacts
        if entry.name not in drifting
    ]


__all__ = ["check_beats", "explained", "film", "fixed_keys", "record_run", "story_of", "untraced"]

"""``scenes/authoring.py``: clear to read at every beat, and true to its records."""

from __future__ import annotations

from pathlib import Path

import pytest
from film import load

from manim_metaflow.testing import beat_frames, check_frame


@pytest.fixture
def authoring():
    return load("authoring")


def test_every_beat_has_a_caption_and_is_clear_to_read(authoring):
    captions = []
    for beat in beat_frames(authoring.Authoring, resolution=(160, 90)):
        captions.append(beat.caption)
        assert [str(problem) for problem in check_frame(beat.scene)] == [], beat.caption
    assert all(captions[1:])
    assert len(set(captions)) == len(captions)


def test_the_recordings_are_read_not_made(authoring):
    before = {path: path.stat().st_mtime_ns for path in Path("scenes/recordings").glob("Fare*.json")}
    assert {record.recording.name for record in authoring.recordings()} == {path.name for path in before}
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_metaflow_still_does_what_the_recordings_say(authoring, tmp_path):
    for kept, live in zip(authoring.recordings(), authoring.recordings(recordings=tmp_path), strict=True):
        assert live.status == kept.status
        assert live.command[0] == kept.command[0]
        assert [said(task) for task in live.tasks] == [said(task) for task in kept.tasks]


def said(task):
    """What must not differ from one run to the next."""
    artifacts = [(held.name, held.sha, held.size, held.provenance) for held in task.artifacts]
    return task.step, task.state, artifacts, task.exception and (task.exception.type, task.exception.line)

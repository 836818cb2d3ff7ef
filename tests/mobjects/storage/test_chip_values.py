"""Artifacts that are shown by their values: in a chip, beside the boxes of a graph, in a key map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from manim import UP, Scene, VGroup
from recorded import recorded

from manim_metaflow import ArtifactChip, ContentStore, FlowDAG, KeyMap, ReplayRun, RunRecord
from manim_metaflow.errors import UsageError
from manim_metaflow.facts import StorageRecord
from manim_metaflow.facts.run.recorded_storage import recorded_storage
from manim_metaflow.mobjects.text.label import TextLabel

SHA = "198756254c5b4f18cb8af891d55a414724e402c5"


def texts(mobject: object) -> list[str]:
    return [part.text for part in mobject.get_family() if isinstance(part, TextLabel)]


@pytest.fixture(scope="module")
def valued() -> RunRecord:
    """A run whose artifacts have values, as one that is recorded today has."""
    run = recorded("failed")

    def with_value(attempt):
        made = tuple(replace(each, value=f"<{each.name}>") for each in attempt.artifacts)
        return replace(attempt, artifacts=made)

    return replace(
        run, tasks=tuple(replace(t, attempts=tuple(map(with_value, t.attempts))) for t in run.tasks)
    )


def test_a_value_stands_behind_its_name_as_it_was_assigned():
    chip = ArtifactChip("rate", SHA, value="1.4", show="value")
    assert texts(chip) == ["rate", "=", "1.4"]
    assert chip.face not in chip.get_family()
    lefts = [float(part.get_left()[0]) for part in chip]
    assert lefts == sorted(lefts)


def test_a_long_value_is_cut_with_an_ellipsis():
    chip = ArtifactChip("rate", SHA, value="x" * 100, show="value", value_most=10)
    assert chip.value.text == "xxxxxxxxx…"


def test_a_chip_without_a_known_value_has_its_name():
    assert texts(ArtifactChip("rate", SHA, value="", show="value")) == ["rate"]


def test_what_a_chip_cannot_show_is_an_error():
    with pytest.raises(UsageError, match="A chip shows face, value, all, not 'hash'"):
        ArtifactChip("rate", SHA, show="hash")


def test_chips_with_and_without_a_face_begin_at_one_line():
    faced, valued = (ArtifactChip("rate", SHA, value="1.4", show=show).scale(2) for show in ("face", "value"))
    for chip in (faced, valued):
        chip.put_face(1.0, 2.0)
    assert valued.get_left()[0] == pytest.approx(faced.get_left()[0], abs=0.02)
    assert abs(valued.label.baseline - faced.label.baseline) < 0.02


def test_a_graph_shows_values_beside_its_boxes_where_they_are_known(valued):
    dag = FlowDAG(valued.flow, run=valued, state="final", values=True)
    task = next(task for task in valued.tasks if task.step == "start")
    made = [each for each in task.artifacts if each.provenance != "inherited"]
    for artifact in made:
        assert f"<{artifact.name}>" in texts(dag.artifacts)
    plain = FlowDAG(valued.flow, run=recorded("failed"), state="final", values=True)
    assert "=" not in texts(plain.artifacts)


def test_a_face_flies_into_a_store_from_where_its_value_is_written(valued):
    dag = FlowDAG(valued.flow, run=valued, values=True)
    store = ContentStore(valued)
    VGroup(dag, store).arrange(UP)
    scene = Scene()
    scene.add(dag, store)
    scene.play(ReplayRun(dag, valued, store=store, clock=False, run_time=0.3))
    chip = dag.artifacts[0]
    assert chip.sha in store
    assert np.allclose(chip.placed_face.get_left()[0], chip.label.get_left()[0], atol=0.02)


def test_a_key_map_writes_values_in_place_of_keys(valued):
    storage: StorageRecord = recorded_storage(valued)
    task = storage.tasks_of("start")[0]
    rows = KeyMap(task, values=storage.values).rows
    assert [row.key.text for row in rows] == [f"<{entry.name}>" for entry in task.last.artifacts]
    assert [row.key.text for row in KeyMap(task).rows] == [entry.sha[:8] for entry in task.last.artifacts]

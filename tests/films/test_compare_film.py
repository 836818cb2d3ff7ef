"""The film and the picture of a comparison have the words that the command prints."""

from __future__ import annotations

from dataclasses import replace

from manim import config, tempconfig
from recorded import recorded

from manim_metaflow.facts import compare_runs
from manim_metaflow.facts.run.comparison_words import COLUMNS, comparison_rows, comparison_summary
from manim_metaflow.films.compare import CompareFilm, ComparisonSheet
from manim_metaflow.theme import current_theme


def test_every_step_is_a_row_with_the_words_that_are_printed() -> None:
    found = compare_runs(recorded("failed chain"), recorded("resumed chain"))
    sheet = ComparisonSheet(found)
    written = [[label.text for label in row] for row in sheet.table]
    assert written == [list(COLUMNS), *[[cell.text for cell in row] for row in comparison_rows(found)]]
    assert sheet.summary.text == comparison_summary(found)


def test_a_comparison_of_long_words_stays_legible_and_in_the_frame() -> None:
    found = compare_runs(recorded("failed chain"), recorded("resumed chain"))
    names = tuple("a_long_name_of_an_artifact_" * 2 + str(number) for number in range(3))
    steps = [replace(step, inputs=replace(step.inputs, changes=names)) for step in found.steps]
    film = CompareFilm(replace(found, steps=tuple(steps)))
    assert film.sheet.width <= config.frame_width
    size = min(label.font_size for row in film.sheet.table for label in row)
    assert size >= current_theme().minimum_size - 0.01


def test_the_camera_follows_a_table_that_is_taller_than_the_frame() -> None:
    found = compare_runs(recorded("linear"), recorded("linear"))
    film = CompareFilm(replace(found, steps=found.steps * 6))
    with tempconfig({"dry_run": True, "quality": "low_quality", "frame_rate": 5}):
        film.render()
    assert film.camera.frame.get_bottom()[1] <= film.sheet.get_bottom()[1]

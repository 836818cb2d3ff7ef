"""Each rule of a film finds the fault it is about, planted in a small scene; a film without faults passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import manim as mn
import numpy as np
import pytest

from manim_metaflow import StepNode
from manim_metaflow.testing.film.log import GRID, FilmLog
from manim_metaflow.testing.film.rules import check_film
from manim_metaflow.testing.film.watch import FRAME_RATE, watch_film

Build = Callable[[Any], None]

WHOLE_FILM = {"chapters", "hook", "end"}
"""Rules that a scene of a few seconds cannot keep."""


def caption(text: str) -> mn.Text:
    return mn.Text(text, font_size=28).move_to(3.2 * mn.DOWN)


def beat(scene: Any, text: str, *plays: Any, before: float = 0.6, after: float = 1.0) -> None:
    """One beat as it should be: the caption, a moment to read it, motion, rest."""
    start = scene.time
    words = caption(text)
    scene.add(words)
    if before:
        scene.wait(before)
    for play in plays:
        scene.play(play)
    if after:
        scene.wait(after)
    scene.add_subcaption(text, duration=scene.time - start, offset=start - scene.time)
    scene.remove(words)


def findings(build: Build) -> dict[str, str]:
    """Return the first message of each rule that a scene breaks, apart from those only a film can keep."""
    scene = type("Planted", (mn.Scene,), {"construct": build})
    found = [each for each in check_film(watch_film(scene)) if each.rule not in WHOLE_FILM]
    return {each.rule: each.message for each in reversed(found)}


class Exemplary(mn.Scene):
    """A film that breaks no rule."""

    def construct(self) -> None:
        dot = mn.Square(1)
        for number, kind in enumerate(["hook", "normal", "normal"]):
            self.next_section(f"chapter {number}", kind)
            beat(self, f"This is caption {number}.", mn.Create(dot.copy().shift((2 * number - 2) * mn.RIGHT)))
            for turn in range(3):
                to = (-1) ** turn * mn.UP
                beat(self, f"Move {turn} of {number}.", self.mobjects[0].animate.shift(to), after=1.5)
        self.wait(4)


def test_a_film_that_keeps_the_rules_has_no_findings():
    assert [str(each) for each in check_film(watch_film(Exemplary))] == []


def test_a_beat_that_keeps_the_rules_has_no_findings():
    assert findings(lambda scene: beat(scene, "A square.", mn.Create(mn.Square()))) == {}


def fast_caption(scene: Any) -> None:
    beat(scene, "These words are far more than anybody reads in so little time.", before=1.1, after=0)


def brief_caption(scene: Any) -> None:
    beat(scene, "Gone.", before=0.8, after=0)


def endless_caption(scene: Any) -> None:
    beat(scene, "Still here.", mn.Create(mn.Square(), run_time=7), before=0.5)


def long_caption(scene: Any) -> None:
    beat(scene, "So many words stand here that no one line of a subtitle could ever hold them all.", after=5)


def three_lines(scene: Any) -> None:
    beat(scene, "Incomprehensibilities, counterrevolutionaries, internationalizations", after=4)


def early_motion(scene: Any) -> None:
    beat(scene, "Look at both at once.", mn.Create(mn.Square()), before=0.2)


def late_motion(scene: Any) -> None:
    beat(scene, "It never comes to rest.", mn.Rotate(mn.Square()), after=0.0)


def stillness(scene: Any) -> None:
    beat(scene, "Short.", before=0, after=5)
    beat(scene, "At last.", mn.Create(mn.Square()))


def flash(scene: Any) -> None:
    wall = mn.Rectangle(width=20, height=20, fill_opacity=1)
    scene.wait(1)
    scene.add(wall)
    scene.wait(1 / FRAME_RATE)
    scene.remove(wall)
    scene.wait(1)


def flicker(scene: Any) -> None:
    wall = mn.Rectangle(width=20, height=20, fill_opacity=1)
    for _ in range(5):
        scene.add(wall)
        scene.wait(2 / FRAME_RATE)
        scene.remove(wall)
        scene.wait(2 / FRAME_RATE)


def near_the_edge(scene: Any) -> None:
    scene.add(mn.Square(0.5).to_edge(mn.LEFT, buff=0.1))
    scene.wait(1)


def beyond_the_edge(scene: Any) -> None:
    scene.add(mn.Square(0.5).to_edge(mn.LEFT, buff=-0.2))
    scene.wait(1)


def small_text(scene: Any) -> None:
    scene.add(mn.Text("small print", font_size=10))
    scene.wait(1)


def overlapping_text(scene: Any) -> None:
    scene.add(mn.Text("over"), mn.Text("lap"))
    scene.wait(1)


def crossed_in_flight(scene: Any) -> None:
    scene.add(mn.Text("at rest"))
    flying = mn.Text("in flight").shift(5 * mn.LEFT)
    scene.play(flying.animate.shift(10 * mn.RIGHT), run_time=2)


def faint_text(scene: Any) -> None:
    scene.add(mn.Text("hardly seen", color="#333333"))
    scene.wait(1)


def named_but_left_alone(scene: Any) -> None:
    scene.add(StepNode("train").shift(3 * mn.LEFT))
    beat(scene, "Now train runs.", mn.Create(mn.Square().shift(3 * mn.RIGHT)))


@pytest.mark.parametrize(
    ("build", "rule", "message"),
    [
        (fast_caption, "caption-speed", "characters a second, at most 17"),
        (brief_caption, "caption-time", "0.8 s on screen"),
        (endless_caption, "caption-time", "8.5 s on screen"),
        (long_caption, "caption-length", "81 characters"),
        (three_lines, "caption-lines", "3 lines"),
        (early_motion, "early-motion", "0.3 s after the caption came"),
        (late_motion, "late-motion", "the last 0.3 s"),
        (stillness, "stillness", "nothing moves for 5.0 s"),
        (flash, "flash", "a single frame"),
        (flicker, "flicker", "more than 3 flashes"),
        (near_the_edge, "margin", "within 3% of the edge"),
        (beyond_the_edge, "outside", "leaves the frame"),
        (small_text, "small-text", "font size 10.0, below 14"),
        (overlapping_text, "text-overlap", "overlap"),
        (crossed_in_flight, "text-overlap", "in motion, Text 'atrest' and Text 'inflight' overlap"),
        (faint_text, "contrast", "1.7 to 1, at least 4.5"),
        (named_but_left_alone, "named", "'train' is on the frame and named"),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", None),
)
def test_a_planted_fault_is_found(build: Build, rule: str, message: str):
    found = findings(build)
    assert message in found.get(rule, ""), found


def test_what_is_named_and_lights_up_is_fine():
    def lit(scene: Any) -> None:
        node = StepNode("train").shift(3 * mn.LEFT)
        scene.add(node)
        beat(scene, "Now train runs.", mn.Indicate(node))

    assert findings(lit) == {}


def test_only_a_warning_is_given_where_what_is_named_stays_as_it_is():
    scene = type("Planted", (mn.Scene,), {"construct": named_but_left_alone})
    assert {each.rule for each in check_film(watch_film(scene)) if each.warning} == {"named"}


def test_a_film_without_question_chapters_and_last_picture_is_told_so():
    square = mn.Square()
    scene = type("NoForm", (mn.Scene,), {"construct": lambda self: self.play(mn.Create(square))})
    found = {each.rule: each.message for each in check_film(watch_film(scene))}
    assert found.keys() == WHOLE_FILM
    assert found["chapters"] == "no chapter begins at 0 s"
    assert "held 0.1 s, at least 4" in found["end"]


def test_a_film_over_six_minutes_is_too_long():
    frames = 361 * int(FRAME_RATE)
    log = FilmLog("made", FRAME_RATE, changes=[np.ones(GRID, dtype=bool)] * frames)
    assert [(each.second, each.message) for each in check_film(log) if each.rule == "length"] == [
        (360.0, "361 s, at most 360")
    ]


def test_a_flash_is_seen_at_its_second():
    log = FilmLog("made", 10)
    still = np.zeros(GRID, dtype=bool)
    log.changes = [still] * 4
    log.jumps = [(0.0, 0.0), (0.0, 0.0), (50.0, 50.0), (50.0, 0.0)]
    log.brightness = [10.0, 10.0, 60.0, 10.0]
    assert [(each.second, each.rule) for each in check_film(log) if each.rule == "flash"] == [(0.2, "flash")]

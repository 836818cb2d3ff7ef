"""Code that changes: after any edit the panel is what a fresh one would be, with the lines that stayed."""

from __future__ import annotations

import os
from difflib import SequenceMatcher

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from playing import play_out

from manim_metaflow import CodePanel, EvolveCode, FocusCode
from manim_metaflow.animations.code.match import match_rows
from manim_metaflow.mobjects.code.rows import code_rows
from manim_metaflow.testing import structure_of
from manim_metaflow.testing.structure import same_structure

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "40")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

LINES = [
    "@step",
    "def start(self):",
    "    self.model = fit(self.data)",
    "    self.next(self.end)",
    "",
    "    if self.model.score > 0.5:",
    "        # größer als 漢字",
    '    """one',
    "    pass",
    "    print(self.model, self.data, self.score)",
]


@st.composite
def edited(draw):
    """A source and another made from it by edits of every kind."""
    before = draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=12))
    after = list(before)
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["insert", "delete", "move", "indent", "rename"]))
        at = draw(st.integers(0, max(0, len(after) - 1)))
        if kind == "insert" or not after:
            after.insert(at, draw(st.sampled_from(LINES)))
            continue
        size = draw(st.integers(1, 3))
        block = after[at : at + size]
        if kind == "delete":
            del after[at : at + size]
        elif kind == "move":
            del after[at : at + size]
            to = draw(st.integers(0, len(after)))
            after[to:to] = block
        elif kind == "indent":
            after[at : at + size] = ["    " + line if line else line for line in block]
        else:
            after = [line.replace("model", "forest") for line in after]
    return "\n".join(before), "\n".join(after)


def corner_at(panel, corner):
    return panel.shift(corner - panel.corner)


OPTIONS = [{}, {"window": 5, "width": 5.0}, {"width": 4.0, "long_lines": "wrap"}]


@SETTINGS
@given(edited(), st.sampled_from(OPTIONS), st.booleans(), st.booleans())
def test_the_end_is_a_fresh_panel_and_what_stayed_is_the_same(edit, options, typed, halfway):
    before, after = edit
    panel = CodePanel(before, title="flow.py", **options)
    rows, lines = list(panel.all_rows), list(panel.rows)
    evolve = EvolveCode(panel, after, typed=typed)
    if halfway:
        for alpha in (0.0, 0.31, 0.77):
            evolve.interpolate(alpha)
    play_out(evolve)
    panel.clear(evolve.stripes)
    fresh = corner_at(CodePanel(after, title="flow.py", **options), panel.corner)
    fresh.scroll_to([]).show_top(panel.top)
    assert same_structure(structure_of(panel), structure_of(fresh))
    matcher = SequenceMatcher(
        a=[row.text for row in rows], b=[row.text for row in panel.all_rows], autojunk=False
    )
    shown = dict(enumerate(panel.rows, panel.top))
    for a, b, size in matcher.get_matching_blocks():
        for old, new in zip(range(a, a + size), range(b, b + size), strict=True):
            if old < len(lines) and new in shown:
                assert shown[new] is lines[old]


@SETTINGS
@given(edited())
def test_frames_between_leave_no_trace(edit):
    before, after = edit
    ends = []
    for moments in ((), (0.2, 0.5, 0.9)):
        panel = CodePanel(before)
        evolve = EvolveCode(panel, after)
        for alpha in moments:
            evolve.interpolate(alpha)
        play_out(evolve)
        ends.append([part.points.tobytes() for part in panel.get_family()])
    assert ends[0] == ends[1]


def test_a_block_that_moves_is_the_same_lines():
    one, two = "def first():\n    return compute(1)", "def second():\n    return another(2)"
    panel = CodePanel(f"{one}\n\n{two}")
    lines = list(panel.rows)
    play_out(EvolveCode(panel, f"{two}\n\n{one}"))
    assert {id(line) for line in panel.rows if line.text} == {id(line) for line in lines if line.text}
    assert [line.line for line in panel.rows] == [1, 2, 3, 4, 5]


def test_words_that_stay_in_a_changed_line_slide():
    panel = CodePanel("value = compute(first)")
    evolve = EvolveCode(panel, "    value = compute(second, first)")
    evolve.interpolate(0.01)
    [words] = evolve.overlay
    number, *seen = [word for word in words if word.get_fill_opacity() == 1]
    before = [word.get_x() for word in seen]
    evolve.interpolate(0.6)
    assert len(seen) >= 5
    assert all(word.get_x() > x for word, x in zip(seen, before, strict=True))
    assert {word.get_fill_opacity() for word in (number, *seen)} == {1}


def test_an_indented_block_counts_as_changed_not_as_new():
    match = match_rows(code_rows("a = compute(b)\nc = a"), code_rows("if x:\n    a = compute(b)\n    c = a"))
    assert match.changed == {1: 0, 2: 1}


def test_lines_that_stay_are_not_drawn_again():
    panel = CodePanel("a = 1\nb = 2\nc = 3")
    kept = panel.rows[2]
    inks = list(kept.inks)
    play_out(EvolveCode(panel, "a = 1\nc = 3"))
    assert list(panel.rows[1].inks) == inks
    assert panel.rows[1].line == 2


def test_the_window_follows_what_it_shall_show():
    source = "\n".join(f"value_{n} = {n}" for n in range(60))
    panel = CodePanel(source, window=10)
    play_out(EvolveCode(panel, source + "\nlast = 1", show=[61]))
    assert panel.rows[-1].text == "last = 1"


def test_focus_scrolls_and_lights():
    source = "\n".join(f"value_{n} = {n}" for n in range(100))
    panel = CodePanel(source, window=10)
    play_out(FocusCode(panel, [70, 71]))
    assert panel.lit == (70, 71)
    assert 70 in [line.line for line in panel.rows]
    expected = CodePanel(source, window=10).scroll_to([70, 71]).highlight([70, 71])
    assert same_structure(structure_of(panel), structure_of(expected))
    play_out(FocusCode(panel, ()))
    assert panel.lit == ()
    assert not panel.light.band.has_points()


def test_frames_between_leave_no_trace_of_a_focus_either():
    source = "\n".join(f"value_{n} = {n}" for n in range(100))
    ends = []
    for moments in ((), (0.13, 0.37, 0.61, 0.83)):
        panel = CodePanel(source, window=10).shift([0.1, 0.3, 0.0])
        focus = FocusCode(panel, [14, 15])
        for alpha in moments:
            focus.interpolate(alpha)
        play_out(focus)
        ends.append([part.points.tobytes() for part in panel.get_family()])
    assert ends[0] == ends[1]


def test_the_light_is_back_in_its_panel_after_a_focus():
    panel = CodePanel("a\nb\nc")
    play_out(FocusCode(panel, [2]))
    assert panel.submobjects[-1] is panel.light


def test_many_lights_come_from_one_and_go_back():
    panel = CodePanel("a\nb\nc\nd\ne")
    play_out(FocusCode(panel, [1]))
    play_out(FocusCode(panel, [1, 3, 5]))
    assert panel.light.band.height == pytest.approx(5 * panel.pitch)
    play_out(FocusCode(panel, [5]))
    assert panel.light.band.height == pytest.approx(panel.pitch)

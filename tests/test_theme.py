"""Both themes are legible, complete, and in force where they should be."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from itertools import combinations

import pytest
from gallery import PICTURES
from manim import Mobject, VGroup, VMobject
from playing import play_out
from recorded import recorded

from manim_metaflow import (
    DARK_THEME,
    LIGHT_THEME,
    CodePanel,
    Face,
    FlowDAG,
    ReplayRun,
    StepNode,
    TextLabel,
    Theme,
    current_theme,
    use_theme,
)
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import BlobBytes
from manim_metaflow.facts.run.compare import AspectComparison
from manim_metaflow.graph import STATES
from manim_metaflow.mobjects.graph.node import state_style
from manim_metaflow.mobjects.storage.face import HUES
from manim_metaflow.runs import EvidenceTable, HashPair, Statement
from manim_metaflow.storage import BlobCell, BytesStrip
from manim_metaflow.testing.contrast import text_contrasts
from manim_metaflow.theme import THEME_VARIABLE, contrast, theme_named
from manim_metaflow.utils.colors import distance

TEXT, SHAPE = 4.5, 3.0
THEMES = [DARK_THEME, LIGHT_THEME]
each_theme = pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)

STATE_COLORS = ("done", "running", "failed", "cloned", "caught")
MEANINGS = ("added", "removed", "right", "wrong", "changed", "conflict", "damaged", "highlight")
ON_BACKGROUND = ("text", "muted", "accent", *STATE_COLORS, *MEANINGS)
IN_CODE = ("text", "keyword", "string", "number", "function", "operator", "comment", "accent")
ON_PANEL = (*IN_CODE, "muted", *STATE_COLORS, *MEANINGS)
SIGNALS = (*STATE_COLORS, "accent")
PROBE = "#12AB89"
"""A colour that no theme has."""


def low(pairs: dict[str, tuple[str, str]], least: float) -> dict[str, float]:
    """Those pairs of colours that do not stand out from each other enough."""
    found = {name: round(contrast(*pair), 2) for name, pair in pairs.items()}
    return {name: ratio for name, ratio in found.items() if ratio < least}


@each_theme
def test_text_stands_out_from_what_is_behind_it(theme: Theme) -> None:
    pairs = {f"{name} on the frame": (getattr(theme, name), theme.background) for name in ON_BACKGROUND}
    pairs |= {f"{name} on a panel": (getattr(theme, name), theme.panel) for name in ON_PANEL}
    assert low(pairs, TEXT) == {}


def illegible(drawn: Mobject, theme: Theme) -> list[tuple[str, float]]:
    """Those texts in a mobject that do not stand out enough from what is painted behind and over them."""
    found = [(text, round(ratio, 2)) for _, text, ratio in text_contrasts(drawn, theme.background)]
    assert found
    return [(text, ratio) for text, ratio in found if ratio < TEXT]


CODE = """@step
def start(self):  # all of it
    self.x = "a" + str(1)"""


@each_theme
@pytest.mark.parametrize("role", [*SIGNALS, *MEANINGS])
def test_code_is_legible_on_a_stripe_of_any_colour(role: str, theme: Theme) -> None:
    with use_theme(theme):
        panel = CodePanel(CODE)
        stripes = panel.mark([1, 2, 3], getattr(theme, role))
    assert {ink.role for line in panel.rows for ink in line.inks} == set(IN_CODE)
    assert all(stripe.get_fill_opacity() == theme.stripe for stripe in stripes)
    assert illegible(panel, theme) == []


@each_theme
def test_a_diff_is_legible(theme: Theme) -> None:
    with use_theme(theme):
        panel = CodePanel("- x = 1\n+ x = 2\n@@ 3 @@\n y = 2", language="diff")
    assert {ink.role for line in panel.rows for ink in line.inks} > {"added", "removed"}
    assert illegible(panel, theme) == []


@each_theme
@pytest.mark.parametrize("role", [*SIGNALS, *MEANINGS])
def test_code_is_legible_under_a_light_of_any_colour(role: str, theme: Theme) -> None:
    with use_theme(theme):
        panel = CodePanel(CODE).highlight([1, 2, 3], getattr(theme, role))
    assert illegible(panel, theme) == []


@each_theme
@pytest.mark.parametrize("name", PICTURES)
def test_every_text_of_every_mobject_is_legible(name: str, theme: Theme) -> None:
    with use_theme(theme):
        assert illegible(PICTURES[name](), theme) == []


@each_theme
def test_a_case_that_a_switch_did_not_choose_is_legible(theme: Theme) -> None:
    record = recorded("switch")
    with use_theme(theme):
        dag = FlowDAG(record.flow)
        play_out(ReplayRun(dag, record))
    labels = [edge.label for edge in dag.edges.values() if edge.label is not None]
    assert len({label.get_fill_color().to_hex() for label in labels}) > 1
    assert illegible(dag, theme) == []


@each_theme
def test_lines_and_shapes_stand_out(theme: Theme) -> None:
    shapes = (*SIGNALS, *MEANINGS)
    pairs = {f"{name} on the frame": (getattr(theme, name), theme.background) for name in shapes}
    pairs |= {f"edge on {under}": (theme.edge, getattr(theme, under)) for under in ("background", "panel")}
    for state in STATES:
        style = state_style(state, theme)
        pairs[f"border of {state} outside"] = (style.stroke, theme.background)
        pairs[f"border of {state} inside"] = (style.stroke, style.fill)
        if style.badge:
            pairs[f"mark in the badge of {state}"] = (theme.background, style.stroke)
    assert low(pairs, SHAPE) == {}


@each_theme
def test_the_colours_of_states_and_of_faces_are_told_apart(theme: Theme) -> None:
    states = {role: getattr(theme, role) for role in STATE_COLORS}
    # Side by side, two colours of a distance of 0.02 can just be told apart; a face is not beside a state.
    near = {
        (hue, role): round(distance(hue, color), 3)
        for hue in HUES
        for role, color in states.items()
        if distance(hue, color) < 0.09
    }
    assert near == {}
    apart = [distance(one, other) for one, other in combinations(states.values(), 2)]
    assert min(apart) > 0.1
    assert min(distance(one, other) for one, other in combinations(HUES, 2)) > 0.1


@pytest.mark.parametrize("number", range(len(HUES)))
def test_a_face_stands_out_from_its_tile(number: int) -> None:
    face = Face("0" * 32 + f"{number:08x}")
    pattern, tile = (part.get_fill_color().to_hex() for part in (face.pattern, face.tile))
    assert pattern.upper() == HUES[number]
    assert contrast(pattern, tile) >= SHAPE


@each_theme
def test_colours_of_different_meaning_differ(theme: Theme) -> None:
    for one, other in combinations((*SIGNALS, "edge", "text", "background"), 2):
        assert getattr(theme, one) != getattr(theme, other), (one, other)


@each_theme
def test_values_are_what_manim_takes(theme: Theme) -> None:
    sizes = [field.name for field in dataclasses.fields(theme) if field.name.endswith("_size")]
    assert all(getattr(theme, name) >= theme.minimum_size == 14 for name in sizes)
    colors = {"background", "panel", "edge", *ON_BACKGROUND, *IN_CODE}
    assert [c for c in colors if not re.fullmatch("#[0-9A-F]{6}", getattr(theme, c))] == []


def test_the_theme_in_force_is_the_one_a_mobject_is_built_in() -> None:
    with use_theme(LIGHT_THEME):
        label, node = TextLabel("x"), StepNode("x")
    assert label.get_fill_color().to_hex() == LIGHT_THEME.text
    node.set_state("done")  # what was built in one theme stays in it
    assert node.box.get_stroke_color().to_hex() == LIGHT_THEME.done
    assert TextLabel("x").get_fill_color().to_hex() == DARK_THEME.text


def test_a_theme_is_in_force_from_where_it_is_chosen_with_a_block_or_without() -> None:
    with use_theme("dark"):
        chosen = use_theme(LIGHT_THEME)
        assert current_theme() is LIGHT_THEME
        with use_theme("dark") as inner:
            assert current_theme() is inner is DARK_THEME
        assert current_theme() is LIGHT_THEME
        with chosen:
            assert current_theme() is LIGHT_THEME
    with pytest.raises(UsageError, match="no theme named 'dusk'"):
        use_theme("dusk")
    assert current_theme() is DARK_THEME


def painted(mobject: VMobject) -> set[str]:
    """Return every colour that is seen of a mobject and its parts."""
    colors = set()
    for part in mobject.family_members_with_points():
        colors |= {part.get_fill_color().to_hex()} if part.get_fill_opacity() else set()
        colors |= {part.get_stroke_color().to_hex()} if part.get_stroke_opacity() else set()
    return colors


SHA = "198756254c5b4f18cb8af891d55a414724e402c5"
PAIR = {verdict: AspectComparison(verdict, SHA, SHA, ()) for verdict in ("same", "changed")}
TRUE, FALSE = (Statement("Steps are cloned", holds, "2 clones") for holds in (True, False))
PAINTED: dict[str, Callable[[], VMobject]] = {
    "failed": lambda: StepNode("train", state="failed"),
    "added": lambda: CodePanel("+ x = 1\n y = 2", language="diff"),
    "removed": lambda: CodePanel("- x = 1\n y = 2", language="diff"),
    "right": lambda: VGroup(HashPair("code", PAIR["same"]), EvidenceTable([TRUE])),
    "wrong": lambda: EvidenceTable([FALSE]),
    "changed": lambda: HashPair("code", PAIR["changed"]),
    "damaged": lambda: BlobCell(BlobBytes(SHA, 43, 22, "list", damage="cut short")),
    "conflict": lambda: BytesStrip(BlobBytes(SHA, 2, 2, "list", head="8004"), marked=(1,)),
    "highlight": lambda: CodePanel("x = 1").highlight([1]),
}


@pytest.mark.parametrize("role", PAINTED)
def test_a_colour_paints_what_has_its_meaning_and_nothing_else(role: str) -> None:
    with use_theme(dataclasses.replace(DARK_THEME, **{role: PROBE})):
        drawn = [name for name, picture in PAINTED.items() if PROBE in painted(picture())]
    assert drawn == [role]


def test_an_error_inside_the_block_does_not_leave_the_theme_behind() -> None:
    with pytest.raises(ZeroDivisionError), use_theme(LIGHT_THEME):
        _ = 1 / 0
    assert current_theme() is DARK_THEME


def test_themes_are_found_by_name() -> None:
    assert [theme_named(theme.name) for theme in THEMES] == THEMES
    with pytest.raises(UsageError, match=r"no theme named .dusk.\. The themes are: dark, light"):
        theme_named("dusk")


def test_the_environment_names_the_theme_where_nothing_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THEME_VARIABLE, "light")
    assert current_theme() is LIGHT_THEME
    with use_theme(DARK_THEME):
        assert current_theme() is DARK_THEME
    monkeypatch.setenv(THEME_VARIABLE, "blue")
    with pytest.raises(UsageError, match="no theme named 'blue'"):
        current_theme()

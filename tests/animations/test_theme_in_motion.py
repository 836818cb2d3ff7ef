"""What was built in one theme is played in it, whatever theme is in force by then."""

from __future__ import annotations

from typing import Any

import manim as mn
import pytest
from playing import Setting
from plays import CODE, NEW, OLD, collapse, evolve_flow, explode, replay, set_state

from manim_metaflow import DARK_THEME, LIGHT_THEME, CodePanel, EvolveCode, Theme, use_theme
from manim_metaflow.code import RunCommand, TerminalPanel
from manim_metaflow.testing.frames import still_config

SETTINGS = [*CODE, set_state, collapse, explode, evolve_flow, replay]
MOMENTS = (0.1, 0.35, 0.6, 0.9, 1.0)


def colours(setting: Setting, *, built: Theme, played: Theme) -> list[set[str]]:
    """Every colour that is seen at some moments of a play."""
    with still_config((64, 36)):
        scene = mn.MovingCameraScene()
        with use_theme(built):
            standing, animation = setting()
            animation = mn.animation.animation.prepare_animation(animation)
        scene.add(*standing)
        with use_theme(played):
            animation._setup_scene(scene)
            animation.begin()
            seen = []
            for moment in MOMENTS:
                animation.interpolate(moment)
                seen.append({colour for top in scene.mobjects for colour in painted(top)})
    return seen


def painted(mobject: Any) -> set[str]:
    found = set()
    for part in mobject.family_members_with_points():
        found |= {part.get_fill_color().to_hex()} if part.get_fill_opacity() else set()
        found |= {part.get_stroke_color().to_hex()} if part.get_stroke_opacity() else set()
    return found


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.__name__)
def test_a_play_keeps_the_theme_it_was_built_in(setting: Setting) -> None:
    expected = colours(setting, built=LIGHT_THEME, played=LIGHT_THEME)
    assert colours(setting, built=LIGHT_THEME, played=DARK_THEME) == expected


def evolved(animated_in: Theme) -> set[str]:
    with use_theme(LIGHT_THEME):
        panel, terminal = CodePanel(OLD, first_line=8, width=7), TerminalPanel()
    scene = mn.Scene()
    with use_theme(animated_in):
        for animation in (EvolveCode(panel, NEW), RunCommand(terminal, "ls", ["Done!"])):
            animation._setup_scene(scene)
            animation.begin()
            animation.interpolate(0.9)
        panel.highlight([9])
    return painted(panel) | painted(terminal)


def test_what_a_panel_draws_later_is_in_its_own_theme() -> None:
    assert evolved(DARK_THEME) == evolved(LIGHT_THEME)

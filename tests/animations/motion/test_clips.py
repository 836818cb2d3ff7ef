"""Clips of the kit: what is seen at their beginning and their end, and what they name."""

from __future__ import annotations

from typing import Any

import manim as mn
import numpy as np
import pytest
from playing import ghosts, is_seen, played
from touching import unnamed_changes

from manim_metaflow.animations import Clip, Timeline
from manim_metaflow.animations.motion.clips import call, enter, glide, leave, point, reverse, swell, travel
from manim_metaflow.animations.motion.together import Together


def square(**options: Any) -> mn.Square:
    return mn.Square(fill_opacity=1.0, **options)


def test_what_enters_a_group_is_no_part_of_it_before_and_comes_from_its_origin() -> None:
    home, mobject = mn.VGroup(square(), square()), square()
    clip = enter(1.0, 2.0, mobject, home=home, index=1, origin=[4, 0, 0], scale=0.5)
    assert mobject not in home.submobjects
    clip.show(0.0)
    assert home.submobjects[1] is mobject
    assert (mobject.get_x(), mobject.width, mobject.get_fill_opacity()) == pytest.approx((4, 1, 0))
    clip.show(1.0)
    assert np.array_equal(mobject.points, square().points)
    assert mobject.get_fill_opacity() == 1


def test_what_enters_the_scene_is_unseen_before_its_clip_begins() -> None:
    mobject = square()
    timeline = Timeline([mobject], [enter(1.0, 2.0, mobject)])
    timeline.begin()
    assert not is_seen(mobject)
    timeline.interpolate(0.25)
    assert not is_seen(mobject)
    timeline.interpolate(0.75)
    assert is_seen(mobject)


def test_haste_shows_all_of_it_before_it_has_arrived() -> None:
    mobject = square()
    enter(0.0, 1.0, mobject, origin=[1, 0, 0], haste=2, pace=mn.linear).show(0.5)
    assert (mobject.get_x(), mobject.get_fill_opacity()) == pytest.approx((0.5, 1))


def test_what_leaves_goes_to_its_goal_and_out_of_its_group() -> None:
    mobject = square()
    home = mn.VGroup(mobject)
    clip = leave(0.0, 1.0, mobject, home=home, goal=[2, 0, 0], scale=0.5)
    clip.show(0.5)
    assert mobject in home.submobjects
    clip.show(1.0)
    assert mobject not in home.submobjects
    assert (mobject.get_x(), mobject.width, mobject.get_fill_opacity()) == pytest.approx((2, 1, 0))


def test_some_of_what_leaves_may_be_left() -> None:
    mobject = square()
    leave(0.0, 1.0, mobject, left=0.25).show(1.0)
    assert mobject.get_fill_opacity() == pytest.approx(0.25)


def test_what_glides_arrives_in_the_size_it_shall_have() -> None:
    mobject = square()
    glide(0.0, 1.0, mobject, [1, 1, 0], scale=1.5).show(1.0)
    assert mobject.get_center() == pytest.approx([1, 1, 0])
    assert mobject.width == pytest.approx(3)


def test_what_swells_ends_to_the_bit_as_it_was() -> None:
    mobject = square()
    clip = swell(0.0, 1.0, mobject, factor=2)
    clip.show(0.5)
    assert mobject.width == pytest.approx(4)
    clip.show(1.0)
    assert np.array_equal(mobject.points, square().points)


def test_a_copy_travels_past_the_middle_of_a_bent_path_and_is_gone() -> None:
    mobject, overlay = square(), mn.VGroup()
    clip = travel(0.0, 1.0, mobject, [4, 0, 0], overlay, bend=0.25, opacity=0.5)
    clip.show(0.0)
    assert not overlay.submobjects
    clip.show(0.5)
    [copy] = overlay
    assert copy.get_center() == pytest.approx([2, 1, 0])
    assert copy.get_fill_opacity() == pytest.approx(0.75)
    assert np.array_equal(mobject.points, square().points)
    clip.show(1.0)
    assert not overlay.submobjects


@pytest.mark.parametrize("tip", [True, False])
def test_an_arrow_grows_as_far_as_its_goal(tip: bool) -> None:
    home = mn.VGroup()
    clip = point(0.0, 1.0, ([0, 0, 0], [2, 0, 0]), "#FF0000", home, dashed=False, tip=tip)
    clip.show(0.0)
    assert home.get_right()[0] < 0.1
    clip.show(1.0)
    assert home.get_right()[0] == pytest.approx(2)
    assert len(home) == 1 + tip


def test_a_reversed_clip_begins_at_the_end_and_touches_the_same() -> None:
    mobject = square()
    clip = leave(0.0, 1.0, mobject)
    back = reverse(clip)
    back.show(0.0)
    assert not is_seen(mobject)
    back.show(1.0)
    assert mobject.get_fill_opacity() == 1
    assert back.touched() == clip.touched() == [mobject]


def test_of_clips_that_begin_together_the_first_listed_acts_first() -> None:
    order: list[int] = []
    clips = [
        call(moment, lambda number=number: order.append(number))
        for number, moment in ((1, 1), (2, 0), (3, 1))
    ]
    timeline = Timeline([], [*clips, Clip(0.0, 2.0, lambda _: None, touches=())])
    timeline.begin()
    for alpha in (0.2, 0.6, 1.0):
        timeline.interpolate(alpha)
    assert order == [2, 1, 3]


def test_what_is_touched_may_be_known_only_when_it_is_shown() -> None:
    parts: list[mn.Mobject] = []
    mobject = square()
    timeline = Timeline([mobject], [Clip(0.0, 1.0, lambda _: parts.append(mobject), touches=lambda: parts)])
    timeline.begin()
    assert timeline.take_touched() == [mobject]
    assert timeline.take_touched() == []


def everything() -> tuple[list[mn.Mobject], Timeline]:
    parts, overlay, home = [square().shift(2 * x * mn.RIGHT) for x in range(-3, 4)], mn.VGroup(), mn.VGroup()
    coming, leaving, gliding, travelling, swelling, kept, new = parts
    group = mn.VGroup(leaving)
    clips = [
        enter(0.2, 0.8, coming, origin=[0, 2, 0]),
        enter(0.0, 0.8, new, home=home),
        leave(0.0, 0.5, leaving, home=group, scale=0.5),
        glide(0.0, 1.0, gliding, [0, -2, 0]),
        travel(0.0, 0.7, travelling, [0, 3, 0], overlay, opacity=0.3),
        swell(0.3, 0.9, swelling),
        point(0.0, 1.0, ([0, 0, 0], [1, 3, 0]), "#FF0000", home),
        call(0.5, lambda: kept.set_fill(opacity=0.3), kept),
    ]
    scene = [group, gliding, travelling, swelling, kept, coming, home]
    return scene, Timeline(scene, clips, overlay=overlay)


def test_every_clip_names_all_that_it_changes() -> None:
    assert unnamed_changes(everything, trusted=False) == set()


def test_a_clip_that_names_too_little_is_found() -> None:
    def too_little() -> tuple[list[mn.Mobject], Timeline]:
        one, other = square(), mn.Circle().shift(3 * mn.RIGHT)
        return [one, other], Timeline(
            [one, other], [Clip(0.0, 1.0, lambda p: other.set_stroke(opacity=p), touches=[one])]
        )

    assert unnamed_changes(too_little, trusted=False) == {"Circle"}


def test_a_clip_that_changes_what_it_has_taken_away_must_name_it() -> None:
    def taken_away() -> tuple[list[mn.Mobject], Timeline]:
        circle = mn.Circle()
        group = mn.VGroup(square(), circle)

        def show(progress: float) -> None:
            if progress >= 1:
                group.remove(circle.set_stroke(opacity=0.0))

        return [group], Timeline([group], [Clip(0.0, 0.5, show, touches=[group]), call(1.0, lambda: None)])

    assert unnamed_changes(taken_away, trusted=False) == {"Circle"}


def test_what_travelled_or_left_is_not_drawn_any_more() -> None:
    assert ghosts(everything) == set()


def test_of_animations_played_together_only_those_that_go_on_are_looked_at() -> None:
    one, other = square(), square().shift(3 * mn.RIGHT)
    together = Together(mn.AnimationGroup(mn.FadeIn(one)), mn.FadeIn(other), lag_ratio=1)
    scene = mn.Scene()
    together._setup_scene(scene)
    together.begin()
    together.take_touched()
    seen = []
    for alpha in (0.2, 0.3, 0.7, 0.8):
        together.interpolate(alpha)
        seen.append(together.take_touched())
    assert seen == [[one], [one], [one, other], [other]]


def test_a_timeline_takes_its_overlay_away() -> None:
    standing, timeline = everything()
    scene = played(lambda: (standing, timeline), frame_rate=4)
    assert scene.mobjects == standing

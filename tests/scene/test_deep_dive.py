"""``DeepDive``: its words play what they say, in time, and every text passes through one method."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import manim as mn
import pytest
from manim import FadeIn, Square, VGroup

from manim_metaflow import (
    DARK_THEME,
    LIGHT_THEME,
    CodePanel,
    DeepDive,
    FlowDAG,
    StepNode,
    TextBlock,
    TextLabel,
    Theme,
    current_theme,
    load_flow,
    record_run,
    use_theme,
)
from manim_metaflow.code import TerminalPanel
from manim_metaflow.films.check import check_scene
from manim_metaflow.runs import CommandRecord
from manim_metaflow.scene.leading import DARKNESS
from manim_metaflow.scene.on_frame import CAPTION_RISE
from manim_metaflow.scene.pace import FADE, LAST_REST, LEAD, LONGEST, READING_SPEED, SETTLE
from manim_metaflow.testing import beat_frames, check_frame, section_frames
from manim_metaflow.theme import THEME_VARIABLE

HERE = Path(__file__).parents[1]
FLOW = HERE / "flows" / "branch.py"
SMALL = (160, 90)


class Played(DeepDive):
    """Runs a function as its film, and notes what is played."""

    film: Callable[[DeepDive], None]

    def setup(self) -> None:
        super().setup()
        self.plays: list[tuple[str, float]] = []

    def construct(self) -> None:
        type(self).film(self)

    def play(self, *args: Any, **kwargs: Any) -> None:
        super().play(*args, **kwargs)
        kinds = " ".join(type(animation).__name__ for animation in self.animations)
        self.plays.append((kinds, round(self.duration, 2)))


def film_of(film: Callable[[Any], None]) -> type[Played]:
    return type("Film", (Played,), {"film": staticmethod(film)})


def played(film: Callable[[Any], None], base: type[Played] = Played) -> Any:
    """Run a film to its end, and return the scene as it is then."""
    scene_class = type("Film", (base,), {"film": staticmethod(film)})
    *_, last = beat_frames(scene_class, resolution=SMALL)
    return last.scene


def beats(film: Callable[[Any], None], base: type[Played] = Played) -> list[tuple[str, str]]:
    scene_class = type("Film", (base,), {"film": staticmethod(film)})
    return [(beat.section, beat.caption) for beat in beat_frames(scene_class, resolution=SMALL)]


def drawn(scene: mn.Scene) -> list[mn.Mobject]:
    """What is seen: Manim leaves empty groups of past plays on a scene."""
    return [mobject for mobject in scene.mobjects if mobject.family_members_with_points()]


def texts(scene: mn.Scene) -> list[str]:
    return [part.text for top in scene.mobjects for part in top.get_family() if isinstance(part, TextLabel)]


def opacity(mobject: mn.VMobject) -> float:
    return max(float(part.get_stroke_opacity()) for part in mobject.family_members_with_points())


# -------------------------------------------------------------------------------- acts and beats


def test_an_act_is_a_section_and_a_beat_has_a_caption() -> None:
    def film(scene: DeepDive) -> None:
        scene.act("one")
        with scene.beat("A first caption."):
            scene.play(FadeIn(Square()))
        with scene.beat("A second caption."):
            pass

    assert beats(film) == [("one", "A first caption."), ("one", "A second caption.")]


def test_a_beat_lasts_as_long_as_its_caption_takes_to_read() -> None:
    caption = "These words take a few seconds to read, so the beat waits for the reader."

    def film(scene: DeepDive) -> None:
        with scene.beat(caption):
            scene.play(FadeIn(Square()), run_time=1)

    scene = played(film)
    assert sum(seconds for _, seconds in scene.plays) == pytest.approx(
        SETTLE + len(caption) / READING_SPEED, abs=0.06
    )


def test_a_beat_whose_pictures_take_longer_does_not_wait() -> None:
    def film(scene: DeepDive) -> None:
        with scene.beat("Short."):
            scene.play(FadeIn(Square()), run_time=5)

    assert [kind for kind, _ in played(film).plays] == ["LaggedStart", "Wait", "FadeIn", "Wait"]


def test_a_caption_replaces_the_one_before_at_the_foot_of_the_frame() -> None:
    def film(scene: DeepDive) -> None:
        for caption in ("One.", "Two."):
            with scene.beat(caption):
                pass

    scene = played(film)
    assert texts(scene) == ["Two."]
    assert drawn(scene)[0].get_y() == pytest.approx(CAPTION_RISE - mn.config.frame_height / 2)


def test_captions_are_written_to_the_subtitles(tmp_path: Path) -> None:
    def film(scene: DeepDive) -> None:
        with scene.beat("A caption to read."):
            scene.play(FadeIn(Square()))

    quick = {"media_dir": str(tmp_path), "pixel_width": 64, "pixel_height": 36, "frame_rate": 2}
    with mn.tempconfig({**quick, "progress_bar": "none", "verbosity": "ERROR"}):
        type("Film", (Played,), {"film": staticmethod(film)})().render()
    [subtitles] = tmp_path.rglob("*.srt")
    assert "A caption to read." in subtitles.read_text()


def test_a_caption_is_alone_for_a_second_and_what_moved_rests_before_the_next() -> None:
    def film(scene: DeepDive) -> None:
        with scene.beat("Short."):
            scene.play(FadeIn(Square()), run_time=3)

    kinds = played(film).plays
    assert kinds == [("LaggedStart", FADE), ("Wait", LEAD), ("FadeIn", 3.0), ("Wait", LAST_REST)]


def test_a_caption_is_never_waited_for_longer_than_it_may_be_shown() -> None:
    def film(scene: DeepDive) -> None:
        with scene.beat("a caption far too long " * 12):
            pass

    assert sum(seconds for _, seconds in played(film).plays) == pytest.approx(LONGEST)


def test_what_a_voice_says_does_not_change_the_silent_film() -> None:
    def film(scene: DeepDive) -> None:
        with scene.beat("Short.", say="What a voice says about it takes its time."):
            pass

    [spoken] = played(film).spoken
    assert spoken[:2] == ("Short.", "What a voice says about it takes its time.")
    assert spoken.seconds == pytest.approx(SETTLE + len("Short.") / READING_SPEED, abs=0.1)


# ----------------------------------------------------------------------- opening, ending, close-ups


def whole_talk(scene: DeepDive) -> None:
    node = StepNode("oslo", state="failed")
    scene.hook("One of four forecasts failed. Run everything again?", node)
    scene.title("Resume", "Only what is missing")
    scene.act("the run")
    with scene.beat("A beat."):
        scene.leave_title(StepNode("lima", state="done"))
    scene.end("Run everything again?", "No: only Oslo.", change=[scene.opening[0].animate.set_state("done")])


def test_a_film_asks_with_a_picture_and_ends_with_the_same_one_answered() -> None:
    found = []
    for beat in beat_frames(film_of(whole_talk), resolution=SMALL):
        nodes = [part for part in beat.scene.mobjects for part in part.get_family()]
        states = {node.name: node.state for node in nodes if isinstance(node, StepNode)}
        found.append((beat.section, beat.caption, states))
    assert [each for each in found if each[1]] == [
        ("the question", "One of four forecasts failed. Run everything again?", {"oslo": "failed"}),
        ("the run", "A beat.", {"lima": "done"}),
        ("the answer", "Run everything again?", {"oslo": "failed"}),
        ("the answer", "No: only Oslo.", {"oslo": "done"}),
    ]


def test_what_never_left_the_frame_stays_as_the_question_comes_back() -> None:
    """A part of the opening picture that is faded out and in again would be a flash."""

    def film(scene: DeepDive) -> None:
        kept, gone = StepNode("start"), StepNode("end").shift(mn.DOWN)
        scene.hook("Why?", kept, seconds=4.0)
        assert scene.renderer.time == pytest.approx(4.8)
        # Both come as one group, of which one part stays.
        scene.swap(scene.shown, kept, gone)
        scene.opening = mn.Group(kept)
        scene.end("Why?", "Because.")
        assert kept in scene.get_mobject_family_members()
        assert gone not in scene.get_mobject_family_members()

    left = []

    class Watched(Played):
        def play(self, *args: Any, **kwargs: Any) -> None:
            super().play(*args, **kwargs)
            left.append(
                [each.name for each in self.get_mobject_family_members() if isinstance(each, StepNode)]
            )

    played(film, Watched)
    assert all("start" in names for names in left[-4:])


def test_the_title_comes_alone_after_the_question() -> None:
    def film(scene: DeepDive) -> None:
        scene.hook("Why?", StepNode("start"))
        scene.title("Resume")

    assert texts(played(film)) == ["Resume"]


def test_the_talk_of_the_docstring_keeps_every_rule_of_a_film() -> None:
    code = textwrap.dedent(
        DeepDive.__doc__.split(".. manim:: DeepDiveExample")[1].split("A film in another")[0]
    )
    names = vars(mn) | {"DeepDive": DeepDive, "FlowDAG": FlowDAG, "__name__": __name__}
    exec(code.replace('"tests/flows/branch.py"', repr(str(FLOW))), names)
    assert len(code.strip().splitlines()) <= 20
    assert check_scene(names["DeepDiveExample"]) == []


def test_a_caption_keeps_its_place_on_the_frame_in_a_close_up() -> None:
    seen = []

    def film(scene: DeepDive) -> None:
        node = StepNode("start").shift(3 * mn.LEFT)
        scene.add(node)
        with scene.beat("A caption."):
            with scene.close_up(node):
                seen.append(on_frame(scene))
                with scene.beat("Another."):
                    seen.append(on_frame(scene))
            seen.append(on_frame(scene))
        scene.play(scene.frame.animate.scale(0.5))
        seen.append(on_frame(scene))

    scene = played(film)
    zooms = [zoom for zoom, _, _ in seen]
    assert zooms == pytest.approx([0.3, 0.3, 1.0, 0.5])
    for _, height, font_size in seen:
        assert height == pytest.approx(CAPTION_RISE - mn.config.frame_height / 2)
        assert font_size == pytest.approx(scene.theme.caption_size)


def on_frame(scene: DeepDive) -> tuple[float, float, float]:
    """How large the frame is, and where on it and how large its caption is."""
    [caption] = [each for each in scene.mobjects if isinstance(each, TextBlock)]
    zoom = scene.frame.width / mn.config.frame_width
    height = (caption.get_y() - scene.frame.get_y()) / zoom
    return zoom, height, caption[0].font_size / zoom


def test_a_legend_says_what_states_look_like() -> None:
    legends = []
    played(
        lambda scene: legends.append(scene.legend({"done": "run now", "cloned": "reused"})) or scene.wait()
    )
    [legend] = legends
    assert [(box.state, label.text) for box, label in legend] == [("done", "run now"), ("cloned", "reused")]


# ------------------------------------------------------------------------------ title and heading


def test_the_title_is_shown_alone_and_gives_way_to_a_heading_in_the_corner() -> None:
    def film(scene: DeepDive) -> None:
        scene.title("Resume", "What is reused", hold=1.2)
        scene.act("the flow")
        scene.leave_title(scene.heading("A flow"))

    scene = played(film)
    assert scene.plays == [("FadeIn", 1.0), ("Wait", 1.2), ("FadeOut", 0.4), ("FadeIn", 0.6)]
    assert texts(scene) == ["A flow"]
    [heading] = drawn(scene)
    assert heading.get_left()[0] == pytest.approx(-mn.config.frame_width / 2 + 0.45)
    assert beats(film) == [("title", ""), ("the flow", "")]


def test_the_title_stands_in_the_middle_larger_than_a_heading() -> None:
    def film(scene: DeepDive) -> None:
        scene.title("Resume", "What is reused")

    scene = played(film)
    [title] = drawn(scene)
    assert title.get_center() == pytest.approx(mn.ORIGIN)
    assert title[0].font_size == pytest.approx(1.3 * scene.theme.title_size)
    assert texts(scene) == ["Resume", "What is reused"]


def test_a_title_can_leave_an_empty_frame() -> None:
    def film(scene: DeepDive) -> None:
        scene.title("Resume")
        scene.leave_title()

    assert not drawn(played(film))


def test_a_heading_is_cleared_once() -> None:
    def film(scene: DeepDive) -> None:
        scene.play(FadeIn(scene.heading("A flow")))
        scene.clear_heading()
        scene.clear_heading()

    scene = played(film)
    assert scene.plays == [("FadeIn", 1.0), ("FadeOut", 0.4)]
    assert not drawn(scene)


# ----------------------------------------------------------------------------- leading the eye


def test_swap_takes_away_what_is_shown_and_keeps_the_caption() -> None:
    def film(scene: DeepDive) -> None:
        with scene.beat("A caption."):
            scene.add(StepNode("old"), StepNode("older"))
            scene.swap(scene.shown, StepNode("new"))

    scene = played(film)
    assert set(texts(scene)) == {"new", "A caption."}
    assert [kind for kind, _ in scene.plays][2:4] == ["FadeOut", "FadeIn"]


def test_swap_can_leave_the_rest_alone_and_rise() -> None:
    heights = []

    def film(scene: DeepDive) -> None:
        old, kept, new = StepNode("old"), StepNode("kept"), StepNode("new")
        scene.add(old, kept)
        scene.swap(old, new, rise=True, run_time=0.5)
        heights.append(new.get_y())

    scene = played(film)
    assert texts(scene) == ["kept", "new"]
    assert scene.plays == [("FadeOut", 0.2), ("FadeIn", 0.3)]
    assert heights == [pytest.approx(0)]


def test_swap_to_nothing_clears_the_frame() -> None:
    def film(scene: DeepDive) -> None:
        scene.add(Square())
        scene.swap(scene.shown)

    assert not drawn(played(film))


def test_reveal_brings_rows_one_after_the_other() -> None:
    def film(scene: DeepDive) -> None:
        scene.reveal(*[Square() for _ in range(3)], lag_ratio=0.5)
        scene.reveal(Square(), run_time=3)

    scene = played(film)
    assert scene.plays == [("LaggedStart", 2.0), ("LaggedStart", 3.0)]
    assert len(drawn(scene)) == 4


def test_pulse_leaves_things_as_they_were() -> None:
    sizes = []

    class Watched(Played):
        def update_to_time(self, t: float) -> None:
            super().update_to_time(t)
            sizes.append(round(float(self.square.width), 3))

        def get_time_progression(self, run_time: float, *args: Any, **kwargs: Any) -> Any:
            times = super().get_time_progression(run_time, *args, **kwargs)
            times.iterable = [run_time / 2, run_time]
            return times

    def film(scene: Any) -> None:
        scene.square = Square(side_length=2)
        scene.add(scene.square)
        scene.pulse(scene.square, factor=1.5)

    scene = played(film, Watched)
    assert sizes == [3.0, 2.0]
    assert scene.plays == [("LaggedStart", 1.0)]


def test_focus_dims_all_but_one_part_and_brings_it_back() -> None:
    seen = {}

    def film(scene: DeepDive) -> None:
        dag = FlowDAG(load_flow(FLOW))
        other = Square()
        with scene.beat("A caption."):
            scene.add(dag, other)
            before = {name: opacity(node) for name, node in dag.nodes.items()}
            with scene.focus(dag["a"]):
                seen["during"] = {name: opacity(node) / before[name] for name, node in dag.nodes.items()}
                seen["other"] = opacity(other)
                [caption] = [each for each in scene.mobjects if isinstance(each, TextBlock)]
                seen["caption"] = caption[0].get_fill_opacity()
            seen["after"] = {name: opacity(node) / before[name] for name, node in dag.nodes.items()}

    scene = played(film)
    lit = {name for name, share in seen["during"].items() if share == pytest.approx(1)}
    assert lit == {"a"}
    assert seen["during"]["start"] == pytest.approx(1 - DARKNESS)
    assert seen["other"] == pytest.approx(1 - DARKNESS)
    assert seen["caption"] == 1
    assert list(seen["after"].values()) == pytest.approx([1.0] * len(seen["after"]))
    assert not [part for top in scene.mobjects for part in top.get_family() if part.updaters]


def test_focus_on_all_there_is_plays_nothing() -> None:
    def film(scene: DeepDive) -> None:
        square = Square()
        scene.add(square)
        with scene.focus(square):
            scene.wait()

    assert [kind for kind, _ in played(film).plays] == ["Wait"]


def test_a_summary_clears_the_frame_and_reveals_rows_below_a_heading() -> None:
    def film(scene: DeepDive) -> None:
        scene.act("the sum")
        scene.add(StepNode("old"))
        rows = [TextLabel("one"), TextLabel("two")]
        scene.summary("What remains.", rows, scene.heading("The sum"), hold=2)

    scene = played(film)
    assert set(texts(scene)) == {"The sum", "one", "two", "What remains."}
    kinds = [kind for kind, _ in scene.plays]
    assert kinds[:6] == ["LaggedStart", "Wait", "FadeOut", "FadeIn", "LaggedStart", "Wait"]
    assert scene.plays[5] == ("Wait", 2.0)
    assert beats(film) == [("the sum", "What remains.")]


# ---------------------------------------------------------------------- code, commands and runs


def test_the_code_of_a_step_has_its_line_numbers_and_its_full_name() -> None:
    flow = load_flow(FLOW)
    panels = []
    played(lambda scene: panels.append(scene.step_code(flow, "start", font_size=16)) or scene.wait())
    [panel] = panels
    assert isinstance(panel, CodePanel)
    assert panel.title.text == f"{flow.name}.start"
    assert (panel.source, panel.first_line) == (flow["start"].source, flow["start"].first_line)


def test_unmark_takes_stripes_out_of_a_panel() -> None:
    def film(scene: DeepDive) -> None:
        panel = CodePanel("a = 1\nb = 2")
        scene.add(panel)
        stripes = panel.mark([2], scene.theme.running)
        scene.unmark(panel, stripes)
        assert stripes[0] not in panel.get_family()
        scene.unmark(panel, VGroup())

    assert played(film).plays == [("FadeOut", 0.4)]


def test_a_command_is_typed_and_what_it_printed_is_shown() -> None:
    record = CommandRecord("BranchFlow", ("run", "--max-workers", "2"), 0, ("Done!",))
    terminal = TerminalPanel(rows=4)

    def film(scene: DeepDive) -> None:
        scene.add(terminal)
        scene.run_command(terminal, "branch.py", record, ["a part of it"])

    scene = played(film)
    assert [kind for kind, _ in scene.plays] == ["RunCommand"]
    assert [line.text for line in terminal.every_line] == [
        "$ python branch.py run --max-workers 2",
        "a part of it",
    ]


def test_a_run_above_has_its_command_at_the_left_of_its_graph() -> None:
    run = record_run(FLOW, recordings=HERE / "recordings")
    pairs = []
    played(lambda scene: pairs.append(scene.graph_above("run", run)) or scene.wait())
    [(dag, command)] = pairs
    assert command.run_id.text == f"…{run.run_id[-4:]}"
    assert command.get_left()[0] < dag["start"].get_left()[0]
    assert dag.get_top()[1] == pytest.approx(mn.config.frame_height / 2 - 0.3)


# ----------------------------------------------------------------------------------- any frame

LONG = "What a task assigned to self is stored when it ends, and not before: that is what a resume builds on."


def in_any_frame(scene: DeepDive) -> None:
    scene.title("A title that is too long for a narrow frame", LONG)
    scene.act("one")
    with scene.beat(LONG):
        scene.leave_title(scene.heading("A flow that branches and joins", LONG))
    with scene.beat("A run."):
        scene.swap(scene.shown, *scene.graph_above("run", record_run(FLOW, recordings=HERE / "recordings")))


@pytest.mark.parametrize(("width", "height"), [(8, 14.22), (8, 8), (14.22, 8), (24, 8), (4.5, 8)])
def test_captions_headings_and_graphs_follow_the_frame(width: float, height: float) -> None:
    pixels = round(10 * width), round(10 * height)
    with mn.tempconfig({"frame_width": width, "frame_height": height}):
        for beat in beat_frames(
            type("Film", (Played,), {"film": staticmethod(in_any_frame)}), resolution=pixels
        ):
            assert check_frame(beat.scene) == []
            for part in drawn(beat.scene):
                assert abs(part.get_right()[0]) <= width / 2
                assert part.get_bottom()[1] >= -height / 2 + 0.1
                assert part.get_top()[1] <= height / 2


# ------------------------------------------------------------------------------- other languages

GERMAN = {
    "Resume": "Fortsetzen",
    "What is reused": "Was wiederverwendet wird",
    "A flow": "Ein Ablauf",
    "A step is a box.": "Ein Schritt ist ein Kasten, und was er zuweist, wird am Ende gespeichert.",
    "What remains.": "Was bleibt.",
}


class German(Played):
    def translate(self, text: str) -> str:
        return GERMAN[text]


def test_every_caption_title_and_heading_is_translated_once() -> None:
    shown = []

    def film(scene: DeepDive) -> None:
        scene.title("Resume", "What is reused")
        shown.extend(texts(scene))
        scene.act("a step")
        with scene.beat("A step is a box."):
            scene.leave_title(scene.heading("A flow"))
            shown.extend(texts(scene))
        scene.summary("What remains.", [Square()])
        shown.extend(texts(scene))

    assert [caption for _, caption in beats(film, German)] == ["", GERMAN["A step is a box."], "Was bleibt."]
    drawn = " ".join(shown)
    assert all(text in drawn for text in GERMAN.values())
    assert not [text for text in GERMAN if text in shown]


def test_a_beat_lasts_as_long_as_the_translation_takes_to_read() -> None:
    def film(scene: DeepDive) -> None:
        with scene.beat("A step is a box."):
            pass

    spent = sum(seconds for _, seconds in played(film, German).plays)
    assert spent == pytest.approx(SETTLE + len(GERMAN["A step is a box."]) / READING_SPEED, abs=0.06)


def frame_of(scene_class: type[DeepDive]) -> tuple[Theme, tuple[int, ...], str]:
    """The theme that a scene has, the colour of its corner, and that of the text on it."""
    *_, last = beat_frames(scene_class, resolution=SMALL)
    label = next(part for part in last.scene.mobjects if isinstance(part, TextLabel))
    return last.scene.theme, tuple(map(int, last.frame[0, 0, :3])), label.get_fill_color().to_hex()


class Light(DeepDive):
    theme = LIGHT_THEME

    def construct(self) -> None:
        self.act("one")
        self.add(TextLabel("x"))
        self.wait()


def looks(theme: Theme) -> tuple[Theme, tuple[int, ...], str]:
    return theme, tuple(mn.ManimColor(theme.background).to_int_rgb()), theme.text


def test_a_scene_says_its_theme() -> None:
    assert frame_of(Light) == looks(LIGHT_THEME)
    assert frame_of(type("Dark", (Light,), {"theme": DARK_THEME})) == looks(DARK_THEME)
    assert frame_of(type("Named", (Light,), {"theme": "light"})) == looks(LIGHT_THEME)
    assert current_theme() is DARK_THEME


def test_a_theme_that_is_chosen_goes_before_the_scenes_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with use_theme(DARK_THEME):
        assert frame_of(Light) == looks(DARK_THEME)
    monkeypatch.setenv(THEME_VARIABLE, "dark")
    assert frame_of(Light) == looks(DARK_THEME)


def test_the_background_is_that_of_the_theme() -> None:
    scene_class = type("Film", (Played,), {"film": staticmethod(lambda scene: scene.wait())})
    [section] = section_frames(scene_class, resolution=SMALL)
    assert tuple(section.frame[0, 0, :3]) == tuple(mn.ManimColor("#0E1117").to_int_rgb())

"""The code panel: what is drawn of a source, and which lines it finds in it."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import metaflow
import pytest
from manim import VGroup

from manim_metaflow import LIGHT_THEME, CodePanel, use_theme
from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.code.rows import code_rows, columns_of
from manim_metaflow.testing import structure_of

TUTORIALS = Path(metaflow.__file__).parent / "tutorials"
FLOWS = sorted(Path("tests/flows").glob("*.py")) + sorted(TUTORIALS.rglob("*.py"))
LONG = "\n".join(f"value_{n} = {n}" for n in range(1, 501))


def steps_in(source):
    """Names and lines of the steps of a source, found the slow way."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            written = [ast.unparse(decorator).partition("(")[0] for decorator in node.decorator_list]
            if any(text in ("step", "metaflow.step") for text in written):
                yield node.name, range(node.decorator_list[0].lineno, node.end_lineno + 1)


@pytest.mark.parametrize("file", FLOWS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_lines_of_every_step_are_those_of_its_definition_and_decorators(file):
    source = file.read_text()
    steps = list(steps_in(source))
    panel = CodePanel(source, window=3, width=8)
    for name, lines in steps:
        assert panel.step(name) == tuple(lines)
    assert steps or "FlowSpec" not in source or "class" not in source


def test_a_part_of_a_file_keeps_its_line_numbers():
    source = "    @retry\n    @step\n    def train(self):\n        self.next(self.end)\n"
    assert CodePanel(source, first_line=40).step("train") == (40, 41, 42, 43)


def test_an_artifact_is_found_where_it_is_assigned_read_and_handed_on():
    source = inspect.cleandoc(
        """
        class Train(FlowSpec):
            grid = Parameter("grid")

            @step
            def start(self):
                self.sizes = list(self.grid)
                model = fit.model(other.model)
                self.next(self.train, foreach="sizes")

            @step
            def train(self):
                self.model = fit(self.input)
                self.score = self.model.score
                self.next(self.join)

            @step
            def join(self, inputs):
                self.best = max(inputs, key=lambda one: one.score).model
                first = inputs[0]
                rest = [each.model for each in inputs]
                self.next(self.end)
        """
    )
    panel = CodePanel(source)
    assert panel.uses("grid") == (2, 6)
    assert panel.uses("sizes") == (6, 8)
    assert panel.uses("model") == (12, 13, 18, 20)
    assert panel.uses("score") == (13, 18)


def test_lines_are_found_by_number_and_by_pattern():
    panel = CodePanel("a = 1\nb = 2\na = 3", first_line=10)
    assert panel.lines(10, 11) == (10, 11)
    assert panel.matching(r"^a") == (10, 12)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda panel: panel.step("strat"), r"no step 'strat'. Did you mean start\? Its steps are: start."),
        (
            lambda panel: panel.uses("shpos"),
            r"'shpos'. Did you mean shops\? Its artifacts are: shops.",
        ),
        (lambda panel: panel.lines(1, 9), "no lines 1 to 9: its source has lines 1 to 4"),
        (lambda panel: panel.lines(0), "no line 0"),
        (lambda panel: panel.highlight([0]), "The panel has no line 0"),
        (lambda panel: panel.matching("("), "'\\(' is not a regular expression"),
        (lambda panel: panel.line(7), "Line 7 is not shown"),
    ],
)
def test_lines_steps_and_artifacts_that_are_missing_are_errors(ask, message):
    panel = CodePanel("@step\ndef start(self):\n    self.shops = []\n    self.next(self.end)")
    with pytest.raises(UsageError, match=message):
        ask(panel)


def test_a_path_is_not_taken_for_a_text():
    with pytest.raises(UsageError, match=r"my/flow.py: a code panel is given the text itself"):
        CodePanel("my/flow.py")


def test_a_source_that_does_not_parse_has_lines_but_no_steps():
    panel = CodePanel("def start(self:\n\tx = 1\n        y")
    assert panel.lines(1, 3) == (1, 2, 3)
    with pytest.raises(UsageError, match="does not parse"):
        panel.step("start")


def test_mixed_tabs_and_spaces_stand_where_python_sees_them():
    assert [row.text for row in code_rows("if a:\n\tb\n  \tc\n    d")] == ["if a:", "    b", "    c", "    d"]


def test_unknown_languages_and_empty_windows_are_errors():
    with pytest.raises(UsageError, match="no language 'pyhton'"):
        CodePanel("x", language="pyhton")
    with pytest.raises(UsageError, match="at least one row"):
        CodePanel("x", window=0)


def test_only_the_window_of_a_long_file_is_drawn():
    panel = CodePanel(LONG, window=20)
    assert [line.line for line in panel.rows] == list(range(1, 21))
    panel.scroll_to([250])
    shown = [line.line for line in panel.rows]
    assert len(shown) == 20
    assert 250 in shown
    assert len(panel.get_family()) < 20 * 8 + 20
    panel.scroll_to([500])
    assert panel.rows[-1].line == 500


def test_what_is_in_the_window_already_does_not_scroll():
    panel = CodePanel(LONG, window=20).scroll_to([100])
    top = panel.top
    assert panel.scroll_to([top + 3]).top == top


def test_scrolling_there_and_back_leaves_the_panel_as_it_was():
    panel = CodePanel(LONG, window=20, title="values.py")
    before = structure_of(panel)
    panel.scroll_to([400]).scroll_to([1])
    assert structure_of(panel) == before


def test_a_long_line_is_clipped_with_a_mark_or_wrapped():
    source = "short = 1\nresult = function(argument, another_argument, one_more)"
    clipped = CodePanel(source, width=4)
    assert [line.text[-1] for line in clipped.rows] == ["1", "…"]
    wrapped = CodePanel(source, width=4, long_lines="wrap")
    assert [line.row.part for line in wrapped.rows] == [0, 0, 1, 2, 3]
    assert "".join(line.text.strip() for line in wrapped.rows[1:]).replace(" ", "") == source.split("\n")[
        1
    ].replace(" ", "")
    for panel in (clipped, wrapped):
        assert panel.rows.get_right()[0] < panel.panel.get_right()[0]


def test_lighting_a_wrapped_line_lights_all_its_rows():
    panel = CodePanel("a = 1\nresult = function(argument, another_argument)", width=4, long_lines="wrap")
    assert panel.spans([2]) == [(1.0, float(len(panel.rows)))]


@pytest.mark.parametrize(
    "text", ["x = 1  # größer", "x = 1  # больше", "# 漢字 and kana かな", "# שלום", "# 🎈"]
)
def test_comments_in_any_script_are_drawn(text):
    (line,) = CodePanel(text).rows
    assert line.text == text
    assert line.inks[-1].has_points()


def test_wide_letters_take_two_columns():
    assert columns_of("漢字") == 4
    (row,) = code_rows("# 漢 x")
    assert row.words[-1].column == 5


def test_colors_follow_the_theme():
    dark = CodePanel("def f(): pass").rows[0].inks[0].get_fill_color().to_hex()
    with use_theme(LIGHT_THEME):
        light = CodePanel("def f(): pass").rows[0].inks[0].get_fill_color().to_hex()
    assert light == LIGHT_THEME.keyword
    assert light != dark


def test_a_string_over_several_lines_has_one_color():
    rows = code_rows('x = """one\n\ntwo"""\ny = 2')
    assert {word.role for word in rows[2].words} == {"string"}


def test_a_diff_shows_what_came_and_what_went():
    rows = code_rows("-old\n+new\n same", language="diff")
    assert [row.words[0].role for row in rows] == ["removed", "added", "text"]


def test_lines_stand_where_a_scaled_and_moved_panel_says():
    panel = CodePanel("a = 1\nb = 2\nc = 3", title="x.py").scale(0.7).shift([1, 2, 0])
    for index, line in enumerate(panel.rows):
        assert line.origin == pytest.approx(panel.home(index), abs=1e-6)
    assert panel.rows[0].zoom == pytest.approx(0.7)


def test_the_light_veils_all_but_the_lit_lines():
    panel = CodePanel("a\nb\nc\nd").highlight([2, 3])
    assert panel.lit == (2, 3)
    assert panel.light.band.height == pytest.approx(2 * panel.pitch)
    assert panel.light.veil.get_top()[1] > panel.light.band.get_top()[1]
    panel.highlight([])
    assert not panel.light.band.has_points()


def test_a_row_costs_a_mobject_a_color_not_one_a_letter():
    source = "\n".join("self.total = sum(one.value for one in self.input)  # a comment" for _ in range(60))
    drawn = [m for m in VGroup(*CodePanel(source).rows).get_family() if m.has_points()]
    assert len(drawn) <= 60 * 7


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_picture(frame_snapshot, theme):
    from manim_metaflow import DARK_THEME

    with use_theme(LIGHT_THEME if theme == "light" else DARK_THEME):
        source = Path("tests/flows/complex_flow.py").read_text()
        panel = CodePanel(source, window=18, width=9, title="complex_flow.py")
        panel.scroll_to(panel.step("body")).highlight(panel.step("body"))
        frame_snapshot(panel, name=f"code_panel_{theme}")

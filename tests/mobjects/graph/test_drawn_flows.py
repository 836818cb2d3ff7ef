"""What holds of the drawing of every legal flow, with its real texts, in both directions and themes."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path
from unittest import mock

import manim as mn
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from layout.builder import flow, to_source
from layout.invariants import violations
from layout.random_flows import SETTINGS, flows
from PIL import ImageChops

from manim_metaflow import FlowDAG, ManimMetaflowError, StepNode, load_flow
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import DecoratorInfo
from manim_metaflow.layout import FlowLayout
from manim_metaflow.layout.collapse import region_names
from manim_metaflow.mobjects import still
from manim_metaflow.mobjects.graph import dag as dag_module
from manim_metaflow.mobjects.graph.builder import GraphBuilder
from manim_metaflow.mobjects.graph.decorators import short_decorator
from manim_metaflow.mobjects.graph.notes import MOST_SHORT
from manim_metaflow.mobjects.still import draw_still, still_png
from manim_metaflow.testing import check_frame, structure_of
from manim_metaflow.testing.frames import still_config

FLOWS = sorted((Path(__file__).parents[2] / "flows").glob("*.py"))
TUTORIALS = sorted((Path(__import__("metaflow").__file__).parent / "tutorials").glob("*/*.py"))
FEWER = settings(SETTINGS, max_examples=max(1, SETTINGS.max_examples // 5))
DIRECTIONS = ["right", "down"]
DETAILS = ["names", "badges", "full"]
LOOKS = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(DIRECTIONS),
        "detail": st.sampled_from(DETAILS),
        "theme": st.sampled_from(["dark", "light"]),
        "wrap": st.sampled_from([None, 9.0, "fit"]),
    }
)


def problems(dag: FlowDAG) -> list[str]:
    """What is wrong with a drawing, on whatever ground it has room."""
    with still_config():
        found = check_frame(mn.Scene().add(dag))
    return [str(problem) for problem in found if problem.kind != "outside"]


@st.composite
def dressed(draw):
    """Random flows with names of 2 to 80 letters, decorators and docstrings."""
    info = draw(flows(budget=10))
    texts = ("@card", "@retry(times=2)", "@resources(gpu=1, memory=16000, cpu=8)")
    lengths = draw(st.lists(st.sampled_from([2, 7, 12, 30, 80]), min_size=1, max_size=5))
    names = {
        step.name: f"{step.name}_{'and_so_forth_' * 7}"[: max(len(step.name), lengths[index % len(lengths)])]
        for index, step in enumerate(info.steps)
    }
    steps = tuple(
        replace(
            step,
            name=names[step.name],
            targets=tuple(names[name] for name in step.targets),
            split_parents=tuple(names[name] for name in step.split_parents),
            matching_join=names.get(step.matching_join or ""),
            doc="Says what it is for, at some length." * (index % 3),
            decorators=tuple(DecoratorInfo("x", text) for text in texts[: index % 4]),
        )
        for index, step in enumerate(info.steps)
    )
    return replace(info, steps=steps, start=names[info.start], end=names[info.end])


class Watched(GraphBuilder):
    """Keeps where things were put."""

    last: tuple[GraphBuilder, FlowLayout]

    def lay_out(self, wrap):
        layout = super().lay_out(wrap)
        Watched.last = self, layout
        return layout


def drawn(info, look):
    """A drawing, and what is wrong with where its parts were put."""
    with mock.patch.object(dag_module, "GraphBuilder", Watched):
        dag = FlowDAG(info, **look)
    builder, layout = Watched.last
    straight = all(step.condition is None for step in info.steps)
    sizes, wrapped = builder.label_sizes(), look["wrap"] is not None
    return dag, violations(info, layout, sizes, wrapped=wrapped, crossings=0 if straight else None)


@SETTINGS
@given(dressed(), LOOKS)
def test_every_rule_holds_in_the_drawing_of_a_random_flow(tmp_path_factory, info, look):
    path = tmp_path_factory.mktemp("flow") / "flow.py"
    path.write_text(to_source(info))
    loaded = load_flow(path)
    for step, written in zip(loaded.steps, info.steps, strict=True):
        assert (step.name, step.kind, step.targets) == (written.name, written.kind, written.targets)
        assert (step.split_parents, step.matching_join) == (written.split_parents, written.matching_join)
        assert [each.text for each in step.decorators if each.name != "parallel"] == [
            each.text for each in written.decorators
        ]
    dag, broken = drawn(loaded, look)
    assert broken == []
    assert problems(dag) == []
    assert all(np.isfinite(part.points).all() for part in dag.family_members_with_points())


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("path", [*FLOWS, *TUTORIALS], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_real_flows_are_clear_to_read(path, direction):
    dag = FlowDAG(path, direction=direction, detail="full", wrap="fit")
    assert problems(dag) == []
    assert list(dag.nodes) == [step.name for step in load_flow(path).steps]
    assert set(dag.edges) == {(edge.source, edge.target) for edge in load_flow(path).edges}


@FEWER
@given(flows(budget=9), LOOKS)
def test_the_same_flow_is_drawn_the_same(info, look):
    one, two = (structure_of(FlowDAG(info, **look)) for _ in range(2))
    assert json.dumps(one) == json.dumps(two)


@FEWER
@given(flows(budget=14), st.sampled_from(DIRECTIONS))
def test_a_collapsed_flow_keeps_the_rules(info, direction):
    for name in region_names(info):
        if info[name].matching_join not in info[name].targets:
            dag = FlowDAG(info, collapsed=[name], direction=direction)
            assert problems(dag) == []


@pytest.mark.parametrize(
    "text",
    [
        "start -> "
        + " ".join(f"b{i}" for i in range(200))
        + "\n"
        + "\n".join(f"b{i} -> j" for i in range(200))
        + "\n*j -> end\nend",
        "start => f0\n"
        + "\n".join(f"f{i} => f{i + 1}" for i in range(29))
        + "\nf29 -> j29\n"
        + "\n".join(f"*j{i} -> j{i - 1}" for i in range(29, 0, -1))
        + "\n*j0 -> end\nend",
        f"{'a' * 80} -> {'b_' * 40}\n{'b_' * 40} -> c\nc",
        "only",
    ],
    ids=["200 branches", "30 levels", "80 letters", "one step"],
)
def test_extremes_are_drawn_at_a_legible_size(text):
    dag = FlowDAG(flow(text), wrap="fit")
    labels = [part for part in dag.get_family() if getattr(part, "font_size", None)]
    assert min(label.font_size for label in labels) >= 14
    if len(dag.nodes) < 100:
        assert problems(dag) == []


def test_a_thousand_steps_are_broken_into_rows():
    text = "\n".join(f"s{i} -> s{i + 1}" for i in range(999)) + "\ns999"
    dag = FlowDAG(flow(text), wrap="fit")
    assert 1 < dag.width / dag.height < 2.5


def test_names_badges_and_full_say_more_and_more():
    def said(detail: str) -> set[str]:
        dag = FlowDAG(FLOWS_BY_NAME["deco_flow"], detail=detail)
        return {part.text for part in dag.get_family() if hasattr(part, "text")}

    names, badges, full = (said(detail) for detail in DETAILS)
    assert names == {"start", "middle", "end"}
    assert badges - names == {
        text for step in load_flow(FLOWS_BY_NAME["deco_flow"]).steps for text in shown(step)
    }
    assert {"DecoFlow", "Flow docstring.", "Start doc.", "learning-rate = 0.1"} <= full


FLOWS_BY_NAME = {path.stem: path for path in FLOWS}


def shown(step):
    lines = [short_decorator(decorator, 20) for decorator in step.decorators]
    return lines if len(lines) <= MOST_SHORT else [*lines[: MOST_SHORT - 1], f"… {len(lines) - 4} more"]


PRODUCTION = (
    '@kubernetes(cpu=4, memory=16000, image="registry/team/trainer:1.2")',
    '@pypi(packages={"pandas": "2.2", "scikit-learn": "1.4"})',
    '@environment(vars={"A": "1", "B": "2", "C": "3"})',
    "@retry(times=3)",
    '@catch(var="failure")',
    "@card",
    "@timeout(minutes=30)",
    "@resources(gpu=1)",
    '@secrets(sources=["db"])',
    '@batch(queue="a-queue-with-a-name-that-is-far-longer-than-a-line")',
    "@team.decorator_that_nobody_has_heard_of(1, names=NAMES, strict=True)",
)


def decorated(info, texts):
    decorators = tuple(DecoratorInfo("x", text) for text in texts)
    return replace(info, steps=tuple(replace(step, decorators=decorators) for step in info.steps))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_decorators_do_not_set_the_pitch_of_a_graph(direction):
    plain = flow("\n".join(f"train_{i} -> train_{i + 1}" for i in range(5)) + "\ntrain_5")
    bare, full_of_notes = (
        FlowDAG(each, direction=direction) for each in (plain, decorated(plain, PRODUCTION))
    )
    along = "width" if direction == "right" else "height"
    assert getattr(full_of_notes, along) < 1.6 * getattr(bare, along)
    assert problems(full_of_notes) == []


@FEWER
@given(flows(budget=6), st.lists(st.sampled_from(PRODUCTION), max_size=11), LOOKS)
def test_flows_of_production_are_clear_to_read(info, texts, look):
    assert problems(FlowDAG(decorated(info, texts), **look)) == []


def test_every_decorator_is_told_whole_in_full_detail():
    dag = FlowDAG(decorated(flow("only"), PRODUCTION), detail="full")
    said = "".join(label.text for label in dag.notes["only"].badges)
    assert said.replace(" ", "") == "".join(PRODUCTION).replace(" ", "")


@pytest.mark.parametrize("text", PRODUCTION)
@pytest.mark.parametrize("most", [8, 12, 20, 34])
def test_a_short_decorator_has_its_room_and_marks_what_it_leaves_out(text, most):
    short = short_decorator(DecoratorInfo("x", text), most)
    assert len(short) <= most
    arguments = len(ast.parse(text[1:], mode="eval").body.keywords) if "(" in text else 0
    whole = short_decorator(DecoratorInfo("x", text), 400)
    assert short == whole or short.endswith("…")
    assert bool(arguments) == (" " in whole)


@pytest.mark.parametrize(
    ("text", "essence"),
    [
        ("@retry(times=3)", "@retry \N{MULTIPLICATION SIGN}3"),
        ("@kubernetes(cpu=4, memory=16000)", "@kubernetes 4 cpu …"),
        ("@pypi(packages={'a': '1'})", "@pypi 1 package"),
        ("@catch(var='failure')", "@catch failure"),
        ("@ours(strict=True, dry_run=False)", "@ours strict …"),
        ("@ours(made_by(x), n=-1)", "@ours made_by(x) …"),
        ("@ours(**options)", "@ours **options"),
        ("no decorator at all (", "no decorator at all…"),
    ],
)
def test_a_short_decorator_says_the_essential(text, essence):
    assert short_decorator(DecoratorInfo("x", text), 20) == essence


def test_a_docstring_shows_its_first_sentence_or_is_cut_at_a_word():
    doc = "Reads the prices of all the shops, e.g. those of Rome, and\nchecks them. Then it goes on, and on."
    endless = "A sentence which goes on for longer than a step has room " * 4
    steps = [
        replace(step, doc=text) for step, text in zip(flow("a -> b; b").steps, (doc, endless), strict=True)
    ]
    dag = FlowDAG(replace(flow("a -> b; b"), steps=tuple(steps)), detail="full")
    first, cut = (" ".join(label.text for label in dag.notes[name].captions) for name in "ab")
    assert first == " ".join(doc.split()).partition(" Then")[0]
    assert cut.endswith("…")
    assert endless.split()[: len(cut.split())] == cut.removesuffix("…").split()


def test_a_still_grows_with_the_drawing():
    small, large = (draw_still(StepNode("a", height=height), density=40).size for height in (1, 4))
    assert large[1] - small[1] == 120


def test_a_still_too_large_for_cairo_is_drawn_in_tiles(monkeypatch):
    dag = FlowDAG(FLOWS_BY_NAME["switch"])
    whole = draw_still(dag, density=90)
    monkeypatch.setattr(still, "TILE", 200)
    tiled = draw_still(dag, density=90)
    assert tiled.size == whole.size
    assert max(high for _, high in ImageChops.difference(whole, tiled).getextrema()) <= 2  # rounding


def test_a_still_is_legible_or_not_drawn(monkeypatch):
    dag = FlowDAG(FLOWS_BY_NAME["linear"])
    monkeypatch.setattr(still, "LARGEST", round(100 * 100 * (dag.width + 1) * (dag.height + 1)))
    assert draw_still(dag, density=300).width == round(100 * (dag.width + 1))
    monkeypatch.setattr(still, "LARGEST", round(80 * 80 * (dag.width + 1) * (dag.height + 1)))
    with pytest.raises(ManimMetaflowError, match="too large for one legible picture: collapse"):
        draw_still(dag, density=300)
    assert draw_still(dag, density=60).width == round(60 * (dag.width + 1))


def test_a_notebook_shows_a_png_on_the_theme_s_ground():
    png = FlowDAG(FLOWS_BY_NAME["linear"], theme="light")._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert png == still_png(FlowDAG(FLOWS_BY_NAME["linear"], theme="light"))


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", ["branch", "deco_flow", "nested_foreach", "parallel", "recursion", "switch"])
def test_every_kind_looks_as_it_did(frame_snapshot, name, theme, direction):
    dag = FlowDAG(FLOWS_BY_NAME[name], theme=theme, direction=direction, detail="full")
    dag.scale(min(1, 13.4 / dag.width, 7.4 / dag.height))
    frame_snapshot(dag)


FURTHER = {
    "one step": "only",
    "own names of start and end": "begin -> work; work -> finish; finish",
    "two joins of one foreach": "start => a; a ?> b c; b -> i; c -> j; *i -> end; *j -> end; end",
    "two switches to the same targets": "start ?> a b; a ?> c d; b ?> c d; c -> e; d -> e; e -> end; end",
    "one join of two foreaches": "start ?> a b; a => c; b => c; c -> j; *j -> end; end",
    "an arm that skips": "start ?> a b end; a -> b; b -> end; end",
}


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_further_kinds_look_as_they_did(frame_snapshot, tmp_path, theme, direction):
    path = tmp_path / "flow.py"
    dags = []
    for text in FURTHER.values():
        path.write_text(to_source(flow(text)))
        dags.append(FlowDAG(path, theme=theme, direction=direction))
    right = direction == "right"
    columns = [dags[:3], dags[3:]] if right else [[dag] for dag in dags]
    picture = mn.VGroup(*[mn.VGroup(*each).arrange(mn.DOWN, buff=0.6) for each in columns])
    picture.arrange(mn.RIGHT, buff=0.8)
    picture.scale(min(1, 13.4 / picture.width, 7.4 / picture.height))
    picture.theme = dags[0].theme
    frame_snapshot(picture)


def test_a_wrong_detail_or_theme_is_refused():
    with pytest.raises(UsageError, match="There is no detail 'all'"):
        FlowDAG(FLOWS_BY_NAME["linear"], detail="all")
    with pytest.raises(UsageError, match="no theme named 'pink'"):
        FlowDAG(FLOWS_BY_NAME["linear"], theme="pink")

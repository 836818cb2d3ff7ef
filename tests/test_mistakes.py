"""Mistakes that are easily made get one clear message, with the near name where it looks like a slip."""

from pathlib import Path

import pytest
from recorded import FLOWS, recorded

from manim_metaflow import CodePanel, FlowDAG, FocusCode
from manim_metaflow.errors import UsageError
from manim_metaflow.facts import load_flow, load_run
from manim_metaflow.facts.flow.versions import load_version
from manim_metaflow.films.flow import draw_flow
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.story import tell_story

CODE = "@step\ndef start(self):\n    self.next(self.end)\n"


def draw(file: str, *collapsed: str) -> None:
    draw_flow(load_flow(FLOWS / file), Path("x.png"), FilmOptions(), None, collapsed=collapsed)


MISTAKES = {
    "a run of another flow": (
        lambda: FlowDAG(FLOWS / "linear.py", run=recorded("branch")),
        "The run is one of BranchFlow, and the flow that was given is LinearFlow.",
    ),
    "the source of another flow": (
        lambda: load_run(recorded("branch"), flow=FLOWS / "linear.py"),
        "The run is one of BranchFlow, and the flow that was given is LinearFlow.",
    ),
    "a step of a run": (
        lambda: recorded("branch").tasks_of("jion"),
        "BranchFlow has no step 'jion'. Did you mean join? Its steps are: start, a, b, join, end.",
    ),
    "a task of a run": (
        lambda: recorded("branch")["strat/1"],
        "has no task 'strat/1'. Did you mean start/1?",
    ),
    "a step of a flow": (
        lambda: load_flow(FLOWS / "branch.py")["strat"],
        "BranchFlow has no step 'strat'. Did you mean start?",
    ),
    "a step of a graph": (
        lambda: FlowDAG(FLOWS / "branch.py")["strat"],
        "no step 'strat'. Did you mean start?",
    ),
    "a step of a panel": (lambda: CodePanel(CODE).step("strat"), "no step 'strat'. Did you mean start?"),
    "a line that is not there": (
        lambda: FocusCode(CodePanel(CODE), [2, 999]),
        "The panel has no line 999: its source has lines 1 to 3.",
    ),
    "a line to highlight": (lambda: CodePanel(CODE).highlight([0]), "The panel has no line 0"),
    "a path for a text": (
        lambda: CodePanel("my/flow.py"),
        "my/flow.py: a code panel is given the text itself",
    ),
    "a story of one version": (
        lambda: tell_story(
            [load_version(FLOWS / "linear.py")],
            Path("x.mp4"),
            FilmOptions(),
            None,
            title="",
            direction="down",
        ),
        "A story needs two versions of a flow, and there is linear.py alone",
    ),
    "a region of one step": (
        lambda: draw("parallel.py", "start"),
        "ParallelFlow: the region 'start' holds one step, train: collapsed, it would look the same.",
    ),
    "a region in a region": (
        lambda: draw("nested_branch.py", "start", "a"),
        "NestedBranchFlow: the region 'a' is inside of 'start', which is collapsed, too.",
    ),
}


@pytest.mark.parametrize(("make", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gets_a_message(make, message):
    with pytest.raises(UsageError) as caught:
        make()
    assert message in str(caught.value)


def test_a_step_that_the_run_never_came_to_has_no_tasks():
    assert recorded("failed chain").tasks_of("end") == ()

"""What is played in tests of all animations: for each what stands on the scene, and the animation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import manim as mn
from playing import Setting
from recorded import FLOWS, recorded

from manim_metaflow import (
    ArtifactChip,
    CodePanel,
    ContentStore,
    EvolveCode,
    EvolveFlow,
    FlowDAG,
    FlowStory,
    FocusCode,
    ReplayRun,
    ResumeRun,
    RunTimeline,
    SpinStep,
    StepNode,
    UnfoldTasks,
)
from manim_metaflow.code import (
    AdvanceStory,
    CellsToSteps,
    NotebookPanel,
    PointAt,
    RunCommand,
    TerminalPanel,
    TraceArtifact,
)
from manim_metaflow.facts import load_recording
from manim_metaflow.films.tour import CameraTour
from manim_metaflow.graph import ExplodeStep, SetState
from manim_metaflow.runs import CloneTasks, CompareRuns, ComparisonGrid, ReuseValues, SpinBench, compare_runs

SCENES = Path(__file__).parents[2] / "scenes"
COFFEE = SCENES / "flows" / "coffee"
FARES = [SCENES / "flows" / "authoring" / str(number) / "fare.py" for number in (1, 3, 5)]

OLD = "@step\ndef fit(self):\n    a = 1\n    b = 2\n    self.next(self.end)"
NEW = "@step\ndef fit(self):\n    b = 2\n    c = a + b\n    d = 4\n    self.next(self.end)"
RAW = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
LONG = "\n".join(f"value_{number} = {number}" for number in range(60))

Play = tuple[list[mn.Mobject], Any]


def dag_of(name: str, **options: Any) -> FlowDAG:
    record = recorded(name)
    return FlowDAG(record.flow, run=record, **options)


def at_end(animation: Any) -> None:
    """Bring an animation to its end without a scene of the test's own."""
    scene = mn.MovingCameraScene()
    animation._setup_scene(scene)
    animation.begin()
    animation.finish()
    animation.clean_up_from_scene(scene)


# ------------------------------------------------------------------------------------------ graphs


def build() -> Play:
    return [], mn.Create(FlowDAG(FLOWS / "nested_foreach.py"))


def set_state() -> Play:
    dag = dag_of("foreach")
    return [dag], dag["start"].animate.set_state("cloned")


def set_state_alone() -> Play:
    node = StepNode("train")
    return [], SetState(node, "failed")


def highlight() -> Play:
    dag = FlowDAG(FLOWS / "complex_flow.py")
    return [dag], dag.highlight("left", ("left", "body"))


def collapse() -> Play:
    dag = FlowDAG(FLOWS / "complex_flow.py")
    return [dag], dag.collapse("left")


def collapse_foreach() -> Play:
    dag = FlowDAG(FLOWS / "foreach.py")
    return [dag], dag.collapse("start")


def expand() -> Play:
    dag = FlowDAG(FLOWS / "complex_flow.py")
    at_end(dag.collapse("left"))
    return [dag], dag.expand("left")


def focus() -> Play:
    dag = FlowDAG(FLOWS / "branch.py")
    return [dag], dag.focus("a")


def explode() -> Play:
    dag, record = dag_of("nested foreach"), recorded("nested foreach")
    return [dag], ExplodeStep(dag, record, "inner")


def implode() -> Play:
    dag, record = dag_of("nested foreach"), recorded("nested foreach")
    animation = ExplodeStep(dag, record, "inner")
    at_end(animation)
    return [dag, animation.grid], animation.back()


def evolve_flow() -> Play:
    dag = FlowDAG(FLOWS / "complex_flow.py", detail="full", direction="down")
    return [dag], EvolveFlow(dag, FLOWS / "nested_branch.py")


def evolve_flow_to_a_switch() -> Play:
    dag = FlowDAG(FLOWS / "linear.py")
    return [dag], EvolveFlow(dag, FLOWS / "switch.py")


def move_camera_along() -> Play:
    dag, frame = FlowDAG(FLOWS / "linear.py"), mn.Rectangle(stroke_width=0)
    path = mn.np.array([[-1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    return [dag, frame], CameraTour(frame, (-7.0, -4.0, 7.0, 4.0)).follow(path, 1.0)


# -------------------------------------------------------------------------------------------- code


def evolve() -> Play:
    panel = CodePanel(OLD, first_line=8, width=7)
    return [panel], EvolveCode(panel, NEW)


def evolve_typed() -> Play:
    panel = CodePanel(OLD, window=4, width=7).highlight([2])
    return [panel], EvolveCode(panel, NEW, typed=True, show=[5])


def evolve_window() -> Play:
    panel = CodePanel(LONG, window=8)
    lines = LONG.splitlines()
    return [panel], EvolveCode(panel, "\n".join([*lines[5:], *lines[:4], "last = 1"]), show=[50])


def focus_code() -> Play:
    panel = CodePanel(OLD).highlight([1])
    return [panel], FocusCode(panel, [2, 4])


def scroll_code() -> Play:
    panel = CodePanel(LONG, window=8)
    return [panel], FocusCode(panel, [40, 41])


def command() -> Play:
    terminal = TerminalPanel(rows=4, width=5)
    terminal.type_command("ls").print_lines(["a", "b", "c"])
    return [terminal], RunCommand(terminal, "python flow.py run --with kubernetes", ["Done!", "1", "2"])


def cells() -> Play:
    notebook = NotebookPanel(COFFEE / "coffee.ipynb").shift(4 * mn.LEFT)
    source = (COFFEE / "2" / "coffee.py").read_text()
    return [notebook], CellsToSteps(notebook, CodePanel(source, font_size=15).shift(4 * mn.RIGHT))


def story() -> Play:
    told = FlowStory(FARES)
    return [told], AdvanceStory(told, 2)


def story_without_graph() -> Play:
    told = FlowStory([FARES[0], "class Fare(:\n    pass\n", FARES[1]])
    at_end(PointAt(told, "start"))
    return [told], AdvanceStory(told)


def story_with_graph_again() -> Play:
    told = FlowStory(["class Fare(:\n    pass\n", FARES[1]])
    return [told], AdvanceStory(told)


def point_at() -> Play:
    told = FlowStory(FARES[1:])
    return [told], PointAt(told, "fit")


def trace() -> Play:
    told = FlowStory(FARES[2:])
    return [told], TraceArtifact(told, "rides")


# -------------------------------------------------------------------------------------------- runs


def replay() -> Play:
    dag, store = dag_of("retries"), ContentStore(recorded("retries")).shift(3 * mn.DOWN)
    return [dag], ReplayRun(dag, recorded("retries"), store=store)


def replay_fanned() -> Play:
    dag = dag_of("nested foreach").shift(mn.UP)
    return [dag], ReplayRun(dag, recorded("nested foreach"))


def replay_unfolding() -> Play:
    record = recorded("loop")
    dag, lanes = FlowDAG(record.flow), RunTimeline(record).shift(3 * mn.DOWN)
    return [dag], ReplayRun(dag, record, timeline=lanes, clock=False)


def replay_with_code() -> Play:
    record = recorded("failed")
    panel = CodePanel((FLOWS / "fe_resume.py").read_text(), window=10)
    dag = FlowDAG(record.flow)
    return [dag, panel], ReplayRun(dag, record, code=panel, detail="steps")


def replay_with_terminal() -> Play:
    record = load_recording(SCENES / "recordings/WeatherFlow-run-b2aaef64e617.json")
    terminal = TerminalPanel(rows=3, width=7).shift(2 * mn.DOWN).type_command("python weather.py run")
    dag = FlowDAG(record.flow, run=record).shift(mn.UP)
    return [dag, terminal], ReplayRun(dag, record, terminal=terminal)


def reuses() -> Play:
    value, box = ArtifactChip("raw", RAW, value="[1, 2]", show="value"), StepNode("clean")
    value.shift(2 * mn.LEFT)
    return [value, box.shift(2 * mn.RIGHT)], ReuseValues([(value, box)])


def clones() -> Play:
    above, below = dag_of("failed").shift(1.5 * mn.UP), dag_of("resumed").shift(1.5 * mn.DOWN)
    return [above, below], CloneTasks(below, recorded("resumed"), origin=above)


def resume() -> Play:
    above, below = dag_of("failed").shift(2 * mn.UP), dag_of("resumed")
    store = ContentStore(recorded("failed"), recorded("resumed")).shift(3 * mn.DOWN)
    return [above, below], ResumeRun(below, recorded("resumed"), origin=above, store=store)


def unfold() -> Play:
    plan = FlowDAG(recorded("foreach").flow)
    return [plan], UnfoldTasks(plan, dag_of("foreach"))


def unfold_switch() -> Play:
    plan = FlowDAG(recorded("switch").flow)
    return [plan], UnfoldTasks(plan, dag_of("switch"))


def spam(kind: str) -> list[Any]:
    """Committed runs of the flow of ``scenes/caching.py``, oldest first."""
    found = map(load_recording, (SCENES / "recordings").glob(f"SpamFlow-{kind}-*.json"))
    return sorted(found, key=lambda record: record.run_id)


def spin() -> Play:
    spun = spam("spin")[0]
    run = next(run for run in spam("run") if run.run_id == spun.origin_run_id)
    dag = FlowDAG(run.flow, run=run, font_size=22, captions="above").scale(0.8).to_edge(mn.UP)
    bench, store = SpinBench(spun), ContentStore(spun).shift(3 * mn.DOWN)
    return [dag], SpinStep(bench, origin=dag, origin_run=run, store=store)


def compare() -> Play:
    later = next(run for run in spam("run") if run.after_run_id)
    before = next(run for run in spam("run") if run.run_id == later.after_run_id)
    dag = FlowDAG(later.flow, run=later, font_size=22, captions="above").scale(0.8).to_edge(mn.UP)
    return [dag], CompareRuns(ComparisonGrid(dag, compare_runs(before, later)), "code", "did")


GRAPHS: list[Setting] = [
    build,
    set_state,
    set_state_alone,
    highlight,
    collapse,
    collapse_foreach,
    expand,
    focus,
    explode,
    implode,
    evolve_flow,
    evolve_flow_to_a_switch,
    move_camera_along,
]
CODE: list[Setting] = [
    evolve,
    evolve_typed,
    evolve_window,
    focus_code,
    scroll_code,
    command,
    cells,
    story,
    story_without_graph,
    story_with_graph_again,
    point_at,
    trace,
]
RUNS: list[Setting] = [
    replay,
    replay_fanned,
    replay_unfolding,
    replay_with_code,
    replay_with_terminal,
    clones,
    reuses,
    resume,
    unfold,
    unfold_switch,
    spin,
    compare,
]

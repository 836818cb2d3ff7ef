"""What has to work with every supported version of Manim, Metaflow and Python: `make matrix` runs it."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import pytest

from manim_metaflow import ManimMetaflowError, record_resume, record_run, record_spin
from manim_metaflow.facts import load_flow, load_run
from manim_metaflow.utils.versions import release

FLOWS = Path("tests/flows").resolve()
METAFLOW = find_spec("metaflow") is not None
needs_metaflow = pytest.mark.skipif(not METAFLOW, reason="there is no Metaflow in this environment")


def metaflow() -> tuple[int, ...]:
    from metaflow.version import metaflow_version

    return release(metaflow_version)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a module, in a folder."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "manim_metaflow", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the record of a run of a foreach."""
    folder = tmp_path_factory.mktemp("recorded")
    done = command(folder, "record", str(FLOWS / "foreach.py"), "-o", "run.json")
    assert done.returncode == 0, done.stderr
    return folder


@needs_metaflow
@pytest.mark.parametrize(
    ("file", "steps"),
    [
        ("linear.py", ["start", "process", "use", "end"]),
        ("branch.py", ["start", "a", "b", "join", "end"]),
        ("parallel.py", ["start", "train", "join", "end"]),
    ],
)
def test_flow_is_read(file: str, steps: list[str]) -> None:
    flow = load_flow(FLOWS / file)
    assert [step.name for step in flow.steps] == steps
    assert (flow.start, flow.end) == ("start", "end")


@needs_metaflow
def test_parameter_has_the_default_that_its_author_wrote() -> None:
    assert [(each.name, each.default) for each in load_flow(FLOWS / "linear.py").parameters] == [
        ("alpha", "3")
    ]


@needs_metaflow
def test_nodes_of_a_parallel_step_are_numbered_from_zero(tmp_path: Path) -> None:
    run = record_run(FLOWS / "parallel.py", recordings=tmp_path)
    assert run.status == "successful"
    # run.tasks has them as they were queued, and the first node queues the others in any order.
    assert [task.foreach[-1].index for task in run.tasks_of("train")] == [0, 1, 2]


@needs_metaflow
def test_failed_run_is_recorded_resumed_and_read(tmp_path: Path) -> None:
    failed = record_run(FLOWS / "resume_flow.py", recordings=tmp_path, env={"FAIL": "1"})
    resumed = record_resume(failed)
    assert (failed.status, resumed.status) == ("failed", "successful")
    assert sorted(task.step for task in resumed.tasks if task.cloned) == ["middle", "start"]
    stored = load_run(f"ResumeFlow/{resumed.run_id}", root=resumed.recording.with_suffix(".store"))
    assert [task.path for task in stored.tasks] == [task.path for task in resumed.tasks]


@needs_metaflow
@pytest.mark.parametrize(
    ("file", "feature", "first"),
    [
        ("switch.py", "a switch", "2.17.2"),
        ("one_step.py", "@step(start=True)", "2.19.23"),
        ("deco_flow.py", "FlowMutator", "2.16.0"),
    ],
)
def test_flow_is_read_or_the_version_that_it_needs_is_named(file: str, feature: str, first: str) -> None:
    if metaflow() >= release(first):
        assert load_flow(FLOWS / file).steps
        return
    with pytest.raises(ManimMetaflowError, match="The flow needs a newer Metaflow than") as caught:
        load_flow(FLOWS / file)
    assert feature in str(caught.value)
    assert f"came with {first}" in str(caught.value)


@needs_metaflow
def test_step_is_spun_or_the_version_that_spins_is_named(tmp_path: Path) -> None:
    run = record_run(FLOWS / "linear.py", recordings=tmp_path)
    if metaflow() >= (2, 19):
        assert record_spin(run, "use").status == "successful"
        return
    with pytest.raises(ManimMetaflowError, match=r"spin came with Metaflow 2\.19\.0"):
        record_spin(run, "use")


@needs_metaflow
def test_run_is_shown_compared_drawn_and_replayed(recorded: Path) -> None:
    assert "join" in command(recorded, "show", "run.json").stdout
    assert command(recorded, "compare", "run.json", "run.json").returncode == 0
    for arguments in (
        ["draw", str(FLOWS / "foreach.py"), "-o", "flow.png"],
        ["replay", "run.json", "-o", "run.mp4", "-q", "l", "--fps", "4"],
    ):
        done = command(recorded, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert (recorded / arguments[3]).stat().st_size > 5000


@pytest.mark.skipif(METAFLOW, reason="Metaflow is in this environment")
def test_without_metaflow_one_line_says_what_to_type(tmp_path: Path) -> None:
    done = command(tmp_path, "show", str(FLOWS / "linear.py"))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        'manim-metaflow: Metaflow is not installed here. Type: pip install "manim-metaflow[metaflow]" '
        "(with Outerbounds: pip install ob-metaflow)."
    ]


def test_manim_loads_the_plugin_and_the_plugin_loads_neither_metaflow_nor_pytest(tmp_path: Path) -> None:
    (tmp_path / "manim.cfg").write_text("[CLI]\nplugins = manim_metaflow\n")
    script = (
        "import sys, manim\n"
        "from manim_metaflow import *\n"
        "print('FlowDAG' in globals(), [name for name in ('metaflow', 'pytest') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True []\n", "")


def test_mobjects_and_stills_need_no_metaflow() -> None:
    from manim import RIGHT, Create

    from manim_metaflow import CodePanel, StepNode, TextLabel

    row = [StepNode("start", state="done"), TextLabel("word"), CodePanel("a = 1")]
    assert all(mobject.width > 0 for mobject in row)
    assert Create(row[0].shift(RIGHT)).run_time == 1


def test_images_are_drawn_by_the_pillow_that_is_allowed() -> None:
    import numpy as np
    from manim import ImageMobject, Scene, ZoomedScene, tempconfig

    class Zoomed(ZoomedScene):
        def construct(self) -> None:
            self.activate_zooming()
            self.wait(0.1)

    with tempconfig({"dry_run": True, "pixel_width": 160, "pixel_height": 90, "frame_rate": 10}):
        scene = Scene()
        scene.add(ImageMobject(np.full((2, 2), 200, np.uint8)).scale_to_fit_height(4))
        scene.renderer.update_frame(scene)
        assert scene.renderer.get_frame()[45, 80, 0] == 200
        Zoomed().render()


def test_installer_leaves_one_metaflow() -> None:
    """Two distributions with one import name would have written over each other's files."""
    there = []
    for name in ("metaflow", "ob-metaflow"):
        try:
            there.append((name, version(name)))
        except PackageNotFoundError:
            continue
    assert len(there) <= 1

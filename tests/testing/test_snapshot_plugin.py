"""Each thing the plugin promises to notice is broken here, and has to be noticed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from small_project import Project

Drawn = Callable[..., pytest.RunResult]
NODE = "frame_snapshot(Node())"
SQUARES = """
import pytest
@pytest.mark.parametrize("side", [1, 2], ids={ids})
def test_square(frame_snapshot, side):
    frame_snapshot(mn.Square(side))
"""


def test_importing_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys, manim_metaflow.testing.plugin; "
        "print(*sorted({'manim', 'numpy', 'PIL', 'metaflow', 'cairo'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_a_run_without_pictures_says_nothing_of_them(project: Project) -> None:
    project.pytester.makepyfile(test_plain="def test_plain(): pass")
    result = project.run()
    assert result.ret == 0
    assert "frame snapshots" not in result.stdout.str()


def test_a_missing_baseline_fails_and_names_the_update_command(project: Project) -> None:
    project.write(NODE)
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*no baseline __snapshots__/test_node/test_node.json and __snapshots__/test_node/test_node.png.*"
            "pytest test_node.py --frames-update*",
            "frames: 0 compared, 0 failed, 0 updated, 1 missing",
            "structures: 0 compared, 0 failed, 0 updated, 1 missing",
        ]
    )


def test_update_writes_what_the_next_run_compares(project: Project) -> None:
    project.write(NODE)
    project.update().stdout.fnmatch_lines(["frames: 0 compared, 0 failed, 1 updated"])
    assert project.files == ["fingerprint.json", "test_node.json", "test_node.png"]
    result = project.run()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["frames: 1 compared, 0 failed, 0 updated", "structures: 1 compared, *"])


def test_a_second_update_changes_no_byte(project: Project) -> None:
    project.write(NODE)
    project.update()
    before = {name: (project.snapshots / name).read_bytes() for name in project.files}
    project.update()
    assert {name: (project.snapshots / name).read_bytes() for name in project.files} == before


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("badge=0", "pixels differ"),
        ("badge=0.14", "pixels differ"),
        ("shift=0.01", '*+  "center": [[]0.01, 0.0, 0.0],*'),
        ("color='#F0625F'", '*+  "paint": [[]"fill #F0625F *'),
        ("state='failed'", '*"state": "failed"*'),
    ],
    ids=["badge gone", "badge larger", "label shifted", "state colour", "state"],
)
def test_a_change_of_the_picture_is_noticed(drawn: Drawn, change: str, seen: str) -> None:
    result = drawn(NODE, f"frame_snapshot(Node({change}))")
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"*{seen}*"])


def test_the_structure_catches_a_wrong_state_colour_without_pixels(project: Project) -> None:
    project.write(NODE)
    project.update()
    project.pretend_other_cairo()
    project.write("frame_snapshot(Node(color='#F0625F'))")
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["*test_node.json: the structure differs*", "structures: 1 compared, 1 failed*"]
    )


def test_the_pixels_catch_a_spot_of_8_by_8_pixels_on_their_own(project: Project) -> None:
    project.write(NODE)
    project.update()
    path = project.snapshots / "test_node.png"
    pixels = np.array(Image.open(path))
    assert pixels.shape == (480, 854, 4)
    pixels[100:108, 200:208, 0] ^= 64
    Image.fromarray(pixels).save(path)
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["*64 pixels differ; the worst tile, at x=192 y=96, by 16.00 of 255 (budget 0)*"]
    )
    result.stdout.fnmatch_lines(["frames: 1 compared, 1 failed, *", "structures: 1 compared, 0 failed, *"])


def test_a_budget_of_the_test_admits_that_much_and_no_more(project: Project) -> None:
    project.write(*(f"frame_snapshot(Node(), budget={budget})" for budget in (16, 15.9)))
    project.update()
    for path in project.snapshots.glob("*.png"):
        pixels = np.array(Image.open(path))
        pixels[100:108, 200:208, 0] ^= 64
        Image.fromarray(pixels).save(path)
    project.run().assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(("budget", "passed"), [("16", 1), ("15.9", 0)])
def test_a_budget_of_the_run_admits_that_much_and_no_more(project: Project, budget: str, passed: int) -> None:
    project.write(NODE)
    project.update()
    path = project.snapshots / "test_node.png"
    pixels = np.array(Image.open(path))
    pixels[100:108, 200:208, 0] ^= 64
    Image.fromarray(pixels).save(path)
    project.pytester.makeini(f"[pytest]\nframes_budget = {budget}")
    project.run().assert_outcomes(passed=passed, failed=1 - passed)


@pytest.mark.parametrize("budget", ["much", "-1", "nan"])
def test_a_budget_that_is_no_number_of_levels_is_refused(project: Project, budget: str) -> None:
    project.write(NODE)
    project.pytester.makeini(f"[pytest]\nframes_budget = {budget}")
    result = project.run()
    result.stdout.fnmatch_lines([f"*frames_budget = '{budget}': give a number from 0 to 255*"])


def test_a_baseline_of_another_size_fails(project: Project) -> None:
    project.write(NODE)
    project.update()
    project.pytester.makeini("[pytest]\nframes_resolution = 427x240")
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*the baseline is 854x480 pixels, this frame is 427x240*"])


def test_a_foreign_fingerprint_is_reported_by_name_and_count(project: Project) -> None:
    project.write(NODE, "frame_snapshot(Node(state='failed'))")
    project.update()
    project.pretend_other_cairo()
    result = project.run()
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "frames: 0 compared, 0 failed, 0 updated, 2 not comparable",
            "structures: 2 compared, 0 failed, 0 updated",
            "not comparable here: cairo is * here, the baselines were drawn with 0.0.1 (2)",
        ]
    )


@pytest.mark.parametrize("how", ["--frames-strict", "CI"])
def test_a_foreign_fingerprint_fails_where_it_must(
    project: Project, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    project.write(NODE)
    project.update()
    project.pretend_other_cairo()
    if how == "CI":
        monkeypatch.setenv("CI", "true")
    result = project.run(*([how] if how != "CI" else []))
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*test_node.png: not comparable here: cairo is *0.0.1*"])


def test_pixels_without_a_fingerprint_are_not_compared_in_silence(project: Project) -> None:
    project.write(NODE)
    project.update()
    (project.snapshots / "fingerprint.json").unlink()
    result = project.run()
    result.stdout.fnmatch_lines(["*fingerprint.json is missing*"])
    assert project.run("--frames-strict").ret == 1


def test_a_project_can_add_to_the_fingerprint(project: Project) -> None:
    project.pytester.makeconftest("def pytest_frames_fingerprint(config): return {'font Foo': '1'}")
    project.write(NODE)
    project.update()
    project.pytester.makeconftest("def pytest_frames_fingerprint(config): return {'font Foo': '2'}")
    project.run().stdout.fnmatch_lines(["*font Foo is 2 here, the baselines were drawn with 1*"])


def test_updating_a_part_never_mixes_pictures_of_two_machines(project: Project) -> None:
    project.write(test_other=NODE, test_third=NODE)
    project.update()
    project.pretend_other_cairo()
    recorded = (project.snapshots / "fingerprint.json").read_bytes()
    project.write(test_other="frame_snapshot(Node(badge=0))", test_third=NODE)
    result = project.run("--frames-update", "-k", "other")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["nothing written to __snapshots__/test_node: * Run pytest test_node.py --frames-update"]
    )
    assert (project.snapshots / "fingerprint.json").read_bytes() == recorded
    project.update()
    project.run("--frames-strict").assert_outcomes(passed=2)


def test_a_stale_baseline_fails_the_run_and_update_removes_it(project: Project) -> None:
    project.write(test_one=NODE, test_two=NODE)
    project.update()
    project.write(test_one=NODE)
    result = project.run()
    assert result.ret == 1
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["stale baseline __snapshots__/test_node/test_two.png: *--frames-update"])
    project.update().stdout.fnmatch_lines(["removed __snapshots__/test_node/test_two.json"])
    assert project.files == ["fingerprint.json", "test_one.json", "test_one.png"]


def test_snapshots_of_a_module_that_is_gone_are_stale(project: Project) -> None:
    project.write(NODE)
    project.update()
    (project.pytester.path / "test_node.py").rename(project.pytester.path / "test_renamed.py")
    result = project.run("-k", "nothing")
    result.stdout.fnmatch_lines(["stale baseline __snapshots__/test_node/test_node.png*"])
    project.run("--frames-update")
    assert project.files == []


def test_a_module_that_draws_nothing_any_more_leaves_nothing_behind(project: Project) -> None:
    project.write(NODE)
    project.update()
    project.write("pass")
    assert project.run().ret == 1
    project.update()
    assert not project.snapshots.exists()


@pytest.mark.parametrize(
    ("body", "args"),
    [
        (NODE, ("-k", "one")),
        (NODE, ("test_node.py::test_one",)),
        ("import pytest; pytest.skip('not now')", ()),
    ],
    ids=["deselected", "selected by name", "skipped"],
)
def test_what_did_not_run_is_not_stale(project: Project, body: str, args: tuple[str, ...]) -> None:
    project.write(test_one=NODE, test_two=NODE)
    project.update()
    project.write(test_one=NODE, test_two=body)
    assert project.run(*args).ret == 0
    project.update(*args)
    assert "test_two.png" in project.files


@pytest.mark.parametrize("other", ["import pytest; pytest.skip('not now')", "assert False"])
def test_baseline_without_a_test_is_stale_also_beside_one_that_did_not_pass(
    project: Project, other: str
) -> None:
    project.write(test_one=NODE, test_two=NODE, test_gone=NODE)
    project.update()
    project.write(test_one=NODE, test_two=other)
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["stale baseline __snapshots__/test_node/test_gone.png: *"])
    result.stdout.no_fnmatch_line("stale baseline *test_two.png*")


def test_baselines_in_a_folder_whose_tests_moved_away_are_stale(project: Project) -> None:
    project.write(NODE)
    project.update()
    old = project.pytester.mkdir("old")
    project.snapshots.parent.rename(old / "__snapshots__")
    project.write("pass")
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["stale baseline old/__snapshots__/test_node/test_node.png: *"])


def test_what_comes_after_a_failure_is_not_stale(project: Project) -> None:
    project.write("frame_snapshot(Node(), 'a'); frame_snapshot(Node(), 'b')")
    project.update()
    project.write("frame_snapshot(Node(badge=0), 'a'); frame_snapshot(Node(), 'b')")
    assert "stale baseline" not in project.run().stdout.str()


def test_two_pictures_of_one_name_are_an_error(project: Project) -> None:
    project.write("frame_snapshot(Node()); frame_snapshot(Node())")
    result = project.run("--frames-update")
    result.stdout.fnmatch_lines(["*takes two pictures called 'test_node': give each a name*"])


def test_parametrised_tests_have_baselines_of_their_own(project: Project) -> None:
    project.write_module(SQUARES.format(ids=["a/b", "c"]))
    project.update()
    assert [name for name in project.files if name.endswith("png")] == [
        "test_square[a_b].png",
        "test_square[c].png",
    ]
    project.run().assert_outcomes(passed=2)


def test_names_that_differ_only_in_signs_do_not_share_a_baseline(project: Project) -> None:
    project.write_module(SQUARES.format(ids=["a/b", "a b"]))
    result = project.run("--frames-update")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*share the baseline test_square[[]a_b[]]: rename one"])


def test_every_section_of_a_scene_has_a_picture(project: Project) -> None:
    scene = """
class Two(mn.Scene):
    def construct(self):
        self.next_section("run")
        self.play(mn.FadeIn(Node()))
        self.next_section("resume")
        self.play(mn.FadeIn(Node(badge={badge}).shift(mn.UP)))

def test_scene(frame_snapshot):
    frame_snapshot.scene(Two)
"""
    project.write_module(scene.format(badge=0.1))
    project.update()
    assert "test_scene-run.png" in project.files
    assert "test_scene-resume.json" in project.files
    project.write_module(scene.format(badge=0))
    result = project.run()
    result.stdout.fnmatch_lines(
        ["*test_scene-resume.png: * pixels differ*", "frames: 2 compared, 1 failed, *"]
    )


def test_a_fact_that_is_no_data_is_refused_by_name(project: Project) -> None:
    project.write("frame_snapshot(Node(state=object()))")
    result = project.run("--frames-update")
    result.stdout.fnmatch_lines(["*TypeError: Node.__snapshot__()[[]'state'[]] is a object: give strings*"])


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pictures: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.pictures.append(dict(attrs)["alt"] or "")
            assert (dict(attrs)["src"] or "").startswith("data:image/png;base64,iVBOR")
        elif tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_report_shows_expected_got_and_difference(project: Project, drawn: Drawn) -> None:
    result = drawn(NODE, "frame_snapshot(Node(state='<b>', badge=0))")
    result.stdout.fnmatch_lines([f"report: {project.report}"])
    text = project.report.read_text()
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert page.pictures == ["expected", "got", "difference"]
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    project.run()
    assert project.report.read_text() == text


def test_no_report_of_an_earlier_run_stays(project: Project, drawn: Drawn) -> None:
    drawn(NODE, "frame_snapshot(Node(badge=0))")
    assert project.report.exists()
    project.write(NODE)
    assert project.run().ret == 0
    assert not project.report.exists()


def test_a_long_structural_difference_is_cut_in_the_terminal(drawn: Drawn) -> None:
    many = "frame_snapshot(mn.VGroup(*(Label(0.3).shift(i * {step} * mn.RIGHT) for i in range(30))))"
    result = drawn(many.format(step=0.1), many.format(step=0.2))
    result.stdout.fnmatch_lines(["*more lines, see the report*"])


def test_processes_side_by_side_find_a_stale_baseline(project: Project) -> None:
    """With pytest-xdist; a module that runs in part has none."""
    project.write(NODE, test_other=NODE, test_stale=NODE)
    project.update()
    project.write(NODE, test_other=NODE)
    stale = "stale baseline __snapshots__/test_node/test_stale.png"
    whole = project.run("-n", "2", "--dist", "loadfile")
    assert whole.ret == 1
    assert stale in whole.stdout.str()
    partly = project.run("-n", "2", "--dist", "loadfile", "-k", "not other")
    assert partly.ret == 0
    assert stale not in partly.stdout.str()

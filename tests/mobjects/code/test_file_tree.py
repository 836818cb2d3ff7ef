"""Project layouts and notebooks as pictures."""

from __future__ import annotations

import pytest
from manim import Scene

from manim_metaflow.code import FileTree, NotebookPanel
from manim_metaflow.errors import UsageError
from manim_metaflow.testing import check_frame

FILES = ["flows/train.py", "flows/deep/score.py", "data/", "requirements.txt"]


def test_folders_stand_above_what_they_hold():
    tree = FileTree(FILES, root="project")
    assert [row.path for row in tree.rows] == [
        "project/",
        "flows/",
        "flows/train.py",
        "flows/deep/",
        "flows/deep/score.py",
        "data/",
        "requirements.txt",
    ]
    lefts = {row.path: row.label.get_left()[0] for row in tree.rows}
    assert lefts["project/"] < lefts["flows/"] == pytest.approx(lefts["requirements.txt"], abs=0.05)
    assert lefts["flows/"] < lefts["flows/train.py"] < lefts["flows/deep/score.py"]
    assert tree["project/"].branch is None


def test_a_line_joins_each_row_to_its_folder():
    tree = FileTree(FILES, root="project")
    branch = tree["requirements.txt"].branch
    assert branch.get_top()[1] == pytest.approx(tree["data/"].branch.get_bottom()[1])
    assert branch.get_right()[0] < tree["requirements.txt"].label.get_left()[0]


def test_a_folder_on_disk_is_listed_without_what_is_hidden(tmp_path):
    for name in ("b.py", "a/c.py", ".git/config", "a/__pycache__/c.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert [row.path for row in FileTree(tmp_path, root="").rows] == ["a/", "a/c.py", "b.py"]
    with pytest.raises(UsageError, match="no such folder"):
        FileTree(tmp_path / "gone")


def test_a_long_list_is_counted():
    tree = FileTree([f"{n}.py" for n in range(40)], rows=10)
    assert len(tree.rows) == 10
    assert tree.rows[-1].label.text == "and 31 more"


def test_notes_and_names_must_be_of_the_tree():
    with pytest.raises(UsageError, match=r"no 'x\.py' to note anything at"):
        FileTree(FILES, notes={"x.py": "?"})
    with pytest.raises(UsageError, match=r"shows no 'x\.py'"):
        FileTree(FILES)["x.py"]
    with pytest.raises(UsageError, match="at least one file"):
        FileTree([])


def test_tree_and_notebook_look_as_they_did(frame_snapshot):
    scene = Scene()
    tree = FileTree(FILES, root="project", notes={"flows/train.py": "the flow"}).move_to((-4, 0, 0))
    scene.add(tree, NotebookPanel("scenes/flows/coffee/coffee.ipynb").move_to((3, 0, 0)))
    assert [str(problem) for problem in check_frame(scene)] == []
    frame_snapshot(scene)


def test_a_cell_shows_its_lines_its_count_and_what_it_printed():
    panel = NotebookPanel("scenes/flows/coffee/coffee.ipynb")
    last = panel.cells[-1]
    assert [line.text for line in last.lines] == last.cell.source.splitlines()
    assert last.prompt.text == "[3]:"
    assert [label.text for label in last.output] == ["18 °C: 161 cups"]
    assert not len(NotebookPanel("scenes/flows/coffee/coffee.ipynb", output=False).cells[-1].output)

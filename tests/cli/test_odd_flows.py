"""What ``draw`` and ``show`` say of flows that cannot be read, and of those that are only unusual."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from manim_metaflow.cli import main

FLOWS = Path(__file__).parents[1] / "flows"
END = "    @step\n    def end(self):\n        pass\n"
ONLY = "    @step(start=True, end=True)\n    def only(self):\n        pass\n"


def run(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def steps(*ways: str) -> str:
    """Steps as ``name: body``, and the end."""
    texts = []
    for way in ways:
        name, _, body = way.partition(": ")
        inputs = ", inputs" if name.startswith("join") else ""
        texts.append(f"    @step\n    def {name}(self{inputs}):\n        {body}\n")
    return "".join(texts) + END


BAD = {
    "cyclic": (
        "class Bad(FlowSpec):\n"
        + steps("start: self.next(self.a)", "a: self.next(self.b)", "b: self.next(self.a)"),
        "loop in your flow",
    ),
    "duplicate targets": (
        "class Bad(FlowSpec):\n"
        + steps("start: self.next(self.a, self.a)", "a: self.next(self.join)", "join: self.next(self.end)"),
        "bad.py:10: Metaflow rejects the graph of Bad: Step join seems like a join step",
    ),
    "an unknown target": (
        "class Bad(FlowSpec):\n" + steps("start: self.next(self.nowhere)"),
        "bad.py:5: Metaflow rejects the graph of Bad: Step start specifies a self.next() transition "
        "to an unknown step, nowhere.",
    ),
    "a step named by a keyword": (
        "class Bad(FlowSpec):\n" + steps("start: self.next(self.end)", "lambda: pass"),
        "bad.py:7: SyntaxError",
    ),
    "a step named by a word of Metaflow": (
        "class Bad(FlowSpec):\n" + steps("start: self.next(self.index)", "index: self.next(self.end)"),
        "bad.py:7: Metaflow rejects the graph of Bad: Step name index is a reserved word",
    ),
    "a foreach straight into a join": (
        "class Bad(FlowSpec):\n"
        + steps("start: self.next(self.join, foreach='xs')", "join: self.next(self.end)"),
        "put a step between them",
    ),
    "no flow": ("x = 1\n", "no FlowSpec in it"),
    "no steps": ("class Bad(FlowSpec):\n    pass\n", "a flow without steps"),
    "two flows": (f"class One(FlowSpec):\n{ONLY}class Two(FlowSpec):\n{ONLY}", "One, Two"),
    "syntax": ("def f(:\n", "bad.py:2: SyntaxError"),
    "import": ("import nothing_of_that_name\n", "nothing_of_that_name"),
    "exit": ("raise SystemExit(3)\n", "bad.py:2: the file exits while it is imported"),
    "a mutator that raises": (
        "class Broken(FlowMutator):\n    def __init__(self, *args):\n        raise ValueError('no good')\n"
        f"@Broken()\nclass Bad(FlowSpec):\n{ONLY}",
        "bad.py:4: cannot be imported: ValueError: no good",
    ),
}


def write_flow(folder: Path, source: str, name: str = "bad.py") -> Path:
    path = folder / name
    path.write_text("from metaflow import *\n" + source)
    return path


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["draw", "show"])
def test_a_bad_flow_is_one_message_without_traceback(tmp_path, monkeypatch, command, name):
    monkeypatch.chdir(tmp_path)
    source, said = BAD[name]
    result = run(command, write_flow(tmp_path, source))
    # A file that is there, but in which the argument names no single flow, is a wrong argument.
    code = 2 if name in ("no flow", "two flows") else 1
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert result.stderr.startswith("manim-metaflow: ")
    assert result.stderr.count("\n") == 1
    assert [path.suffix for path in tmp_path.iterdir() if path.is_file()] == [".py"]


@pytest.mark.parametrize("output", ["flow.mp4", "flow.gif"])
def test_a_bad_flow_leaves_no_film(tmp_path, monkeypatch, output):
    monkeypatch.chdir(tmp_path)
    path = write_flow(tmp_path, BAD["cyclic"][0])
    assert run("draw", path, "-o", output).exit_code == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.py", "nowhere.py: no such file"),
        (".", "a directory. Name the file of the flow in it"),
        ("notes.txt", "not a Python file"),
        ("book.ipynb", "JSON, but not a notebook"),
        ("no_such_module:Flow", "cannot import no_such_module"),
        ("json:Flow", "json has no Flow"),
    ],
)
@pytest.mark.parametrize("command", ["draw", "show"])
def test_what_is_no_flow_at_all_is_one_message(tmp_path, monkeypatch, command, name, said):
    monkeypatch.chdir(tmp_path)
    for file in ("notes.txt", "book.ipynb"):
        Path(file).write_text("{}")
    result = run(command, name)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert result.stderr.count("\n") == 1


def test_a_flow_of_a_file_that_has_several_is_asked_for_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write_flow(tmp_path, BAD["two flows"][0])
    assert run("draw", f"{path}:Two", "-q", "l").stdout == "Two.png\n"
    assert f"'{path}:One'" in run("draw", path).stderr
    assert "no flow named Three. It has One, Two." in run("draw", f"{path}:Three").stderr


def test_a_config_without_its_file_is_named_and_the_graph_is_drawn(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = f"class Bad(FlowSpec):\n    cfg = Config('cfg', default='missing.json')\n{ONLY}"
    result = run("draw", write_flow(tmp_path, source), "-q", "l")
    assert (result.exit_code, result.stdout) == (0, "Bad.png\n")
    assert "Bad: Config cfg has its default in missing.json, and there is no such file" in result.stderr
    assert result.stderr.count("\n") == 1
    Path("missing.json").write_text("{}")
    assert run("show", "bad.py").stderr == ""


def test_a_mutator_is_not_called_by_a_drawing(tmp_path):
    """Metaflow calls it when the flow is run; what the author wrote is known before."""
    source = (
        "class Broken(FlowMutator):\n    def pre_mutate(self, flow):\n        raise ValueError('no good')\n"
        f"@Broken()\nclass Bad(FlowSpec):\n{ONLY}"
    )
    result = run("show", write_flow(tmp_path, source))
    assert (result.exit_code, "@Broken()" in result.stdout) == (0, True)


def test_a_bare_mutator_in_place_of_the_class_is_seen_through(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = f"class Quiet(FlowMutator):\n    pass\n@Quiet\nclass Fine(FlowSpec):\n{ONLY}"
    assert run("draw", write_flow(tmp_path, source), "-q", "l").stdout == "Fine.png\n"


@pytest.mark.parametrize("name", ["flow.png", "flow.mp4"])
def test_a_folder_that_cannot_be_written_is_one_message(name):
    """Not even root may write to /proc."""
    result = run("draw", FLOWS / "linear.py", "-o", f"/proc/{name}", "-q", "l")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"manim-metaflow: Cannot write /proc/{name}: ")
    assert result.stderr.count("\n") == 1


def test_a_flow_subclassed_five_times_is_drawn_whole(tmp_path):
    source = "class F0(FlowSpec):\n    @step\n    def start(self):\n        self.next(self.s1)\n"
    for level in range(1, 6):
        following = f"s{level + 1}" if level < 5 else "end"
        source += (
            f"class F{level}(F{level - 1}):\n    @step\n    def s{level}(self):\n"
            f"        self.next(self.{following})\n"
        )
    source += "    @step\n    def end(self):\n        pass\n"
    path = write_flow(tmp_path, source)
    result = run("show", f"{path}:F5", "--json")
    steps = [step["name"] for step in json.loads(result.stdout)["record"]["steps"]]
    assert steps == ["start", "s1", "s2", "s3", "s4", "s5", "end"]


NAMES = [
    "match",
    "type",
    "points",
    "submobjects",
    "animate",
    "color",
    "lambda_",
    "none",
    "self_",
    "x" * 80,
    "a",
]


def test_steps_may_be_named_like_attributes_of_manim_s_mobjects(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["start", *NAMES, "end"]
    source = "class Named(FlowSpec):\n"
    for name, following in zip(names, [*names[1:], ""], strict=True):
        body = f"self.next(self.{following})" if following else "pass"
        source += f"    @step\n    def {name}(self):\n        {body}\n"
    result = run("draw", write_flow(tmp_path, source), "-q", "l")
    assert (result.exit_code, result.stdout) == (0, "Named.png\n")


def test_texts_in_any_script_and_direction_are_drawn(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = (
        'class Fluß(FlowSpec):\n    """שלום עולם, 你好, Καλημέρα."""\n'
        "    @step\n    def start(self):\n"
        '        """مرحبا بالعالم"""\n'
        "        self.lang = 'עברית'\n"
        "        self.next({'עברית': self.a, '日本語': self.end}, condition='lang')\n"
        "    @step\n    def a(self):\n        self.next(self.end)\n"
        "    @step\n    def end(self):\n        pass\n"
    )
    result = run("draw", write_flow(tmp_path, source), "-q", "l", "--detail", "full")
    assert (result.exit_code, result.stdout) == (0, "Fluß.png\n")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["Fluß.png", "bad.py"]

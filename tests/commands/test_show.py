"""``manim-metaflow show``, and what all commands say of flows that cannot be drawn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from manim_metaflow.cli import COMMANDS, main
from manim_metaflow.facts import FlowInfo, load_flow

FLOWS = Path(__file__).parents[1] / "flows"


def run(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_tree_nests_what_a_step_fans_out_to():
    lines = run("show", FLOWS / "nested_foreach.py").stdout.splitlines()
    indent = {line.split("─ ")[-1].split()[0]: line.index("─ ") for line in lines if "─ " in line}
    info = load_flow(FLOWS / "nested_foreach.py")
    for step in info.steps:
        around = step.split_parents[:-1] if step.kind == "join" else step.split_parents
        assert indent[step.name] == 2 + 4 * len(around), step.name


def test_the_tree_names_kinds_cases_parameters_and_decorators():
    said = " ".join(run("show", FLOWS / "deco_flow.py").stdout.split())
    for text in (
        "DecoFlow deco_flow.py",
        "@schedule(daily=True)",
        "Parameter learning-rate = 0.1",
        "Config cfg",
        "@resources(memory=2048, cpu=2)",
    ):
        assert text in said
    assert '-> "fast": fast_path' in run("show", FLOWS / "switch.py").stdout


def test_json_is_the_record_itself():
    result = run("show", FLOWS / "switch.py", "--json")
    assert FlowInfo.from_json(result.stdout) == load_flow(FLOWS / "switch.py")
    record = json.loads(result.stdout)["record"]
    assert {"name", "steps", "edges"} <= set(record)
    assert {"source", "target", "kind", "labels"} <= set(record["edges"][0])


def test_a_flow_of_a_module_is_found_from_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").touch()
    (tmp_path / "pkg" / "drawn.py").write_text((FLOWS / "linear.py").read_text())
    monkeypatch.chdir(tmp_path)
    assert run("show", "pkg.drawn:LinearFlow").stdout.startswith("LinearFlow")


def test_help_lists_every_command_on_one_line_with_examples():
    said = run("--help").stdout
    for name in COMMANDS:
        [line] = [line for line in said.splitlines() if line.startswith(f"  {name} ")]
        assert len(line.split(maxsplit=1)[1]) > 10
        assert "Examples:" in run(name, "--help").stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_documented_completion_is_what_the_shell_gets(shell):
    line = next(line for line in run("--help").stdout.splitlines() if line.strip().startswith(shell))
    assert f"_MANIM_METAFLOW_COMPLETE={shell}_source manim-metaflow" in line


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("manim-metaflow dr", "plain,draw"),
        ("manim-metaflow draw --th", "plain,--theme"),
        ("manim-metaflow draw x.py --theme li", "plain,light"),
        ("manim-metaflow draw fl", "file,fl"),
    ],
)
def test_completion_offers_commands_options_choices_and_files(words, offered):
    environment = {
        **os.environ,
        "_MANIM_METAFLOW_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    code = "from manim_metaflow.cli import main; main(prog_name='manim-metaflow')"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [offered]


BAD = {
    "cyclic": (
        "class Bad(FlowSpec):\n    @step\n    def start(self):\n        self.next(self.a)\n"
        "    @step\n    def a(self):\n        self.next(self.b)\n"
        "    @step\n    def b(self):\n        self.next(self.a)\n"
        "    @step\n    def end(self):\n        pass\n",
        "loop in your flow",
    ),
    "no flow": ("x = 1\n", "no FlowSpec in it"),
    "two flows": (
        "class One(FlowSpec):\n    @step(start=True, end=True)\n    def only(self):\n        pass\n"
        "class Two(FlowSpec):\n    @step(start=True, end=True)\n    def only(self):\n        pass\n",
        "One, Two",
    ),
    "syntax": ("def f(:\n", "bad.py:2: SyntaxError"),
    "import": ("import nothing_of_that_name\n", "nothing_of_that_name"),
    "config file": (
        "class Bad(FlowSpec):\n    cfg = Config('cfg', default='missing.json')\n"
        "    @step(start=True, end=True)\n    def only(self):\n        pass\n",
        "missing.json",
    ),
    "mutator": (
        "class Broken(FlowMutator):\n    def pre_mutate(self, flow):\n        raise ValueError('no good')\n"
        "@Broken()\nclass Bad(FlowSpec):\n    @step(start=True, end=True)\n"
        "    def only(self):\n        pass\n",
        "@Broken()",
    ),
}


def write_flow(folder: Path, source: str) -> Path:
    path = folder / "bad.py"
    path.write_text("from metaflow import *\n" + source)
    return path


@pytest.mark.parametrize("name", [name for name in BAD if name not in ("config file", "mutator")])
@pytest.mark.parametrize("command", ["draw", "show"])
def test_a_bad_flow_is_one_message_without_traceback(tmp_path, monkeypatch, command, name):
    monkeypatch.chdir(tmp_path)
    source, said = BAD[name]
    result = run(command, write_flow(tmp_path, source))
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert [path.suffix for path in tmp_path.iterdir() if path.is_file()] == [".py"]


@pytest.mark.parametrize("name", ["config file", "mutator"])
def test_what_only_a_run_would_do_does_not_hinder_a_drawing(tmp_path, name):
    """Configs are read and mutators called when a flow is run; its graph is known before."""
    source, said = BAD[name]
    result = run("show", write_flow(tmp_path, source))
    assert result.exit_code == 0
    assert said in result.stdout


def test_a_missing_file_and_a_missing_module():
    assert "no such file" in run("show", "nowhere.py").stderr.lower()
    result = run("draw", "no_such_module:Flow")
    assert (result.exit_code, "cannot import no_such_module" in result.stderr) == (1, True)


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

"""``manim-metaflow show``, and what all commands say of flows that cannot be drawn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from recorded import recorded

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


def test_the_row_of_a_task_that_was_tried_again_names_its_last_attempt_as_metaflow_counts():
    record = recorded("retries")
    lines = run("show", record.recording).stdout.splitlines()
    tried = {task.step: len(task.attempts) for task in record.tasks if len(task.attempts) > 1}
    said = {line.split()[1]: line for line in lines if "  attempt " in line}
    assert tried
    assert {step: f"  attempt {count - 1}  " in said[step] for step, count in tried.items()} == dict.fromkeys(
        tried, True
    )
    assert said.keys() == tried.keys()


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

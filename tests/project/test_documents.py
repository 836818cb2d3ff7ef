"""What README.md and CONTRIBUTING.md show is what happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from documented import (
    ROOT,
    SHELL,
    BrokenExampleError,
    Example,
    check_command,
    fenced,
    run_python,
    shell_commands,
)

EXAMPLES = [
    example
    for name in ("README.md", "CONTRIBUTING.md")
    for example in fenced((ROOT / name).read_text(), name)
]
PYTHON = [example for example in EXAMPLES if example.language == "python"]
COMMANDS = [
    pytest.param(words, id=f"{example}-{' '.join(words)}")
    for example in EXAMPLES
    if example.language in SHELL
    for words in shell_commands(example.code)
]


@pytest.mark.parametrize("example", PYTHON, ids=str)
def test_python_example_runs(example: Example, tmp_path: Path) -> None:
    run_python(example, tmp_path)


@pytest.mark.parametrize("words", COMMANDS)
def test_documented_command_exists(words: list[str]) -> None:
    check_command(words)


def test_every_block_says_its_language() -> None:
    assert [str(example) for example in EXAMPLES if not example.language] == []


def test_readme_shows_a_scene() -> None:
    assert any("Scene" in example.code for example in PYTHON if example.where.startswith("README"))


def test_blocks_are_found_in_lists_and_named_by_line() -> None:
    text = "Text\n\n- item\n\n  ```python\n  if True:\n      x = 1\n  ```\n\n```sh\nmake test\n```\n"
    first, second = fenced(text, "DOC")
    assert first == Example("DOC:5", "python", "if True:\n    x = 1\n")
    assert second == Example("DOC:10", "sh", "make test\n")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("raise ValueError", id="plain"),
        pytest.param("import no_such_module", id="import"),
        pytest.param(
            "from manim import *\nclass Bad(Scene):\n    def construct(self):\n        self.play(Nope())",
            id="scene",
        ),
        pytest.param("def test_nothing():\n    assert False", id="test"),
    ],
)
def test_broken_python_example_is_caught(code: str, tmp_path: Path) -> None:
    with pytest.raises(BrokenExampleError):
        run_python(Example("here", "python", code), tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        "make no-such-target",
        "make video SCENE=scenes/no_such_scene.py",
        "uv run manim render --no-such-option scenes/resume.py",
        "uv run manim render scenes/no_such_scene.py",
        "manim-metaflow no-such-command",
        "pip install another-project",
        "pytest tests/no_such_test.py",
        "no-such-program",
    ],
)
def test_broken_command_is_caught(command: str) -> None:
    (words,) = shell_commands(command)
    with pytest.raises(BrokenExampleError):
        check_command(words)


def test_shell_blocks_are_split_into_commands() -> None:
    code = "# first\n$ make setup && make test\nuv run \\\n  pytest  # all\n"
    assert shell_commands(code) == [["make", "setup"], ["make", "test"], ["uv", "run", "pytest"]]

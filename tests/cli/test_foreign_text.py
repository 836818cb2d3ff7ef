"""What others wrote is printed, and never obeyed: no name, value or message can write to a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_origin, get_type_hints

import pytest
from click.testing import CliRunner
from rich.text import Text
from rich.tree import Tree

from manim_metaflow.cli import main
from manim_metaflow.facts import RunRecord, load_recording
from manim_metaflow.utils.terminal import Terminal

RECORDINGS = Path(__file__).parents[1] / "recordings"
EVIL = "\x1b]0;title\x07\x1b[2J\x9b31m\x08\r\u202e\u2028"
"""Changes the title, clears the screen, colours, overwrites, turns the direction of text, ends a line."""
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def with_every_text(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text of a record that may be anything: no key, and no word of a fixed list."""
    if isinstance(value, tuple):
        return tuple(with_every_text(item, change) for item in value)
    if is_dataclass(value):
        hints = get_type_hints(type(value))
        free = [
            field.name
            for field in fields(value)
            if field.metadata.get("stored", True) and get_origin(hints[field.name]) is not Literal
        ]
        return replace(value, **{name: with_every_text(getattr(value, name), change) for name in free})
    return change(value) if isinstance(value, str) and not re.fullmatch("[0-9a-f]{40}", value) else value


def hostile(text: str) -> str:
    """Put the same into every part of a path, so that tasks still name their parents and steps."""
    return "/".join(part + EVIL for part in text.split("/")) if text else text


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("hostile")
    made = []
    for number, file in enumerate(sorted(RECORDINGS.glob("ResumeFlow-*.json"))):
        record: RunRecord = with_every_text(load_recording(file), hostile)
        made.append(folder / f"{number}.json")
        made[-1].write_text(record.to_json())
    return made


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "0"],
        ["show", "0", "--all"],
        ["show", "0", "--artifacts"],
        ["show", "0", "--json"],
        ["show", "0", "--artifacts", "--json"],
        ["compare", "1", "0"],
        ["compare", "1", "0", "--json"],
        ["show", "0", "--artifacts", "--values"],
        ["show", f"No{EVIL}Flow/1"],
        ["show", f"no{EVIL}.json"],
        ["compare", f"no{EVIL}.json", "0"],
    ],
    ids=" ".join,
)
def test_no_text_of_a_record_reaches_the_terminal_as_a_command(
    pair: list[Path], arguments: list[str]
) -> None:
    named = [str(pair[int(each)]) if each.isdigit() else each for each in arguments]
    result = CliRunner().invoke(main, named)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert OBEYED.findall(result.output) == []
    assert "[2J" in result.output, "it is shown"


def test_a_record_holds_every_text_as_it_was(pair: list[Path]) -> None:
    assert EVIL in load_recording(pair[0]).tasks[0].step
    assert OBEYED.findall(pair[0].read_text()) == []


def test_a_coloured_terminal_is_given_colours_and_nothing_else() -> None:
    file = io.StringIO()
    terminal = Terminal(file=file, force_terminal=True, color_system="standard", width=100)
    tree = Tree(Text(f"run{EVIL}", style="bold"))
    tree.add(Text(f"two\nlines{EVIL}", style="red"))
    terminal.print(tree)
    terminal.print(f"[link=http://x]{EVIL}")
    colourless = re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue())
    assert OBEYED.findall(colourless) == []
    assert "[link=http://x]" in colourless
    assert colourless != file.getvalue()

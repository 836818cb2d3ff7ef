"""What others wrote is printed, and never obeyed: no name, value or message can write to a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_origin, get_type_hints

import manimpango
import pytest
import srt  # type: ignore[import-untyped]
import uharfbuzz
from click.testing import CliRunner
from manim import tempconfig
from rich.text import Text
from rich.tree import Tree

from manim_metaflow.cli import main
from manim_metaflow.facts import RunRecord, load_recording
from manim_metaflow.scene import DeepDive
from manim_metaflow.utils.foreign import caption_as_written, file_name
from manim_metaflow.utils.terminal import Terminal

RECORDINGS = Path(__file__).parents[1] / "recordings"
EVIL = "\x1b]0;title\x07\x1b[2J\x9b31m\x08\r\u202e\u2028\u200f\ufeff"
"""Changes the title, clears the screen, colours, overwrites, turns the direction of text, ends a line."""
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
MARKUP = "<b>&amp;</b></script>]]>--> {\\an8} '\" \u0448\u6f22\u0416"
"""Tags, entities and styles, the end of several things, quotes, and letters that the fonts lack."""


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


def written_like(folder: Path, added: str) -> list[str]:
    """Write records in which every text has something added; return their paths.

    It is added to every part of a path, so that tasks still name their parents and steps.
    """
    paths, add = [], added.replace("/", "|")
    for number, file in enumerate(sorted(RECORDINGS.glob("ResumeFlow-*.json"))):
        record: RunRecord = with_every_text(
            load_recording(file),
            lambda text: "/".join(part + add for part in text.split("/")) if text else "",
        )
        paths.append(folder / f"{number}.json")
        paths[-1].write_text(record.to_json())
    return [str(path) for path in paths]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect every text that is handed to HarfBuzz, and to Pango where a font lacks letters."""
    texts: list[str] = []

    class Buffer(uharfbuzz.Buffer):
        def add_str(self, text: str, **where: int) -> None:
            texts.append(text)
            super().add_str(text, **where)

    make = manimpango.text2svg

    def text2svg(settings: Any, *arguments: Any, **options: Any) -> Any:
        texts.append(next(each for each in arguments[4:] if isinstance(each, str)))
        return make(settings, *arguments, **options)

    monkeypatch.setattr(uharfbuzz, "Buffer", Buffer)
    monkeypatch.setattr(manimpango, "text2svg", text2svg)
    return texts


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [Path(path) for path in written_like(tmp_path_factory.mktemp("hostile"), EVIL)]


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


PICTURES = {
    "draw": ["draw", "0", "-o", "all.png", "--detail", "full"],
    "compare": ["compare", "1", "0", "-o", "table.png"],
    "replay": ["replay", "0", "-o", "graph.png"],
    "lanes": ["replay", "0", "-o", "lanes.png", "--view", "timeline"],
}


@pytest.mark.parametrize(
    ("what", "added"),
    [*((what, EVIL + MARKUP) for what in PICTURES), ("compare", "x" * 10_000)],
    ids=lambda each: each[:9].strip("\x1b\x07"),
)
def test_no_text_of_a_record_is_obeyed_by_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn: list[str], what: str, added: str
) -> None:
    monkeypatch.chdir(tmp_path)
    records = written_like(tmp_path, added)
    named = [records[int(each)] if each.isdigit() else each for each in PICTURES[what]]
    result = CliRunner().invoke(main, [*named, "-q", "l"])
    assert (result.exit_code, OBEYED.findall(result.output)) == (0, []), result.output
    assert OBEYED.findall("".join(drawn)) == []
    assert any(added[:3] in text or "\\x1b" in text for text in drawn), "it is seen"


@pytest.mark.parametrize("name", ["../../out", "/tmp/out", "-o", ".hidden", "a" * 10_000, "\0", "", EVIL])
def test_no_name_leads_a_file_elsewhere(name: str, tmp_path: Path) -> None:
    file = tmp_path / file_name(name, ".png")
    file.touch()
    assert file.parent.samefile(tmp_path)
    assert OBEYED.findall(file.name) == []
    assert file.name[0] not in ".-"


def test_a_run_of_a_flow_that_is_called_a_path_is_drawn_into_the_folder_of_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = load_recording(next(RECORDINGS.glob("ResumeFlow-run-*.json")))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("run.json").write_text(replace(record, flow=replace(record.flow, name="../out")).to_json())
    result = CliRunner().invoke(main, ["draw", "run.json", "-q", "l"])
    assert result.output == "_out.png\n"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["_out.png", "here", "run.json"]


def test_captions_are_read_letter_by_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"{MARKUP}\n\n2\n00:00:00,000 --> 00:00:09,000\nof another{EVIL}"

    class Told(DeepDive):
        def construct(self) -> None:
            with self.beat(text):
                self.wait(0.1)

    with tempconfig({"dry_run": True, "media_dir": str(tmp_path), "verbosity": "ERROR"}):
        scene = Told()
        scene.render()
        written = srt.compose(scene.renderer.file_writer.subcaptions)
    [caption] = srt.parse(written)
    assert OBEYED.findall(caption.content) == []
    assert re.findall(r"<[/a-z]|-->|&\w+;|\{\\", caption.content) == []
    assert "<b>&amp;</b></script>" in caption_as_written(caption.content), "it is seen"

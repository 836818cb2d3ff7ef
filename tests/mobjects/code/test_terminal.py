"""The terminal: what was typed and printed, the last lines of it."""

from __future__ import annotations

import numpy as np
import pytest
from playing import play_out

from manim_metaflow import record_run
from manim_metaflow.code import RunCommand, TerminalPanel
from manim_metaflow.errors import UsageError
from manim_metaflow.testing import structure_of


def texts(terminal):
    return [line.text for line in terminal.lines]


def test_it_shows_the_last_lines():
    terminal = TerminalPanel(rows=3).type_command("python flow.py run").print_lines(["a", "b"])
    assert texts(terminal) == ["$ python flow.py run", "a", "b"]
    terminal.print_lines(["c"])
    assert texts(terminal) == ["a", "b", "c"]
    assert terminal.every_line[0].text == "$ python flow.py run"


def test_a_command_that_was_run_looks_as_one_that_was_put_there():
    played = TerminalPanel(rows=4).scale(0.8).shift([1, 1, 0])
    play_out(RunCommand(played, "python flow.py run", ["one", "two"]), 0.2, 0.5, 0.9)
    put = TerminalPanel(rows=4).scale(0.8).shift([1, 1, 0])
    put.type_command("python flow.py run").print_lines(["one", "two"])
    assert structure_of(played) == structure_of(put)


def test_it_is_typed_letter_by_letter():
    terminal = TerminalPanel()
    command = RunCommand(terminal, "run")
    command.interpolate(0.5)
    shown = terminal.lines[0].inks[1]
    half = len(shown.points)
    command.interpolate(1.0)
    assert 0 < half < len(shown.points)


def test_frames_between_leave_no_trace():
    ends = []
    for moments in ((), (0.1, 0.4, 0.6, 0.8)):
        terminal = TerminalPanel(width=3, rows=3)
        for _ in range(2):
            play_out(RunCommand(terminal, "python flow.py run", list("abcdefg")), *moments)
        ends.append([part.points.tobytes() for line in terminal.every_line for part in line.get_family()])
    assert ends[0] == ends[1]


def test_long_lines_go_on_in_the_next_row():
    terminal = TerminalPanel(width=3).print_lines(["x" * 30 + "漢字" * 5])
    assert len(texts(terminal)) > 1
    assert "".join(texts(terminal)) == "x" * 30 + "漢字" * 5
    assert terminal.lines.get_right()[0] < terminal.panel.get_right()[0]


def test_a_long_command_is_typed_over_several_rows():
    command = RunCommand(terminal := TerminalPanel(width=3), "python flow.py run --with retry --tag one")
    command.interpolate(0.2)
    assert len(terminal.lines) == 1
    command.interpolate(1.0)
    assert " ".join(texts(terminal)) == "$ python flow.py run --with retry --tag one"


def test_lines_are_broken_between_words_and_ids_are_short():
    printed = ["[1795635655262878/start/1] Task finished successfully.", "    indented words stay so"]
    terminal = TerminalPanel(width=5).print_lines(printed)
    assert texts(terminal) == ["[…2878/start/1] Task finished", "successfully.", "    indented words stay so"]
    typed = TerminalPanel().type_command("python flow.py resume --origin-run-id 1795635655262878")
    assert texts(typed) == ["$ python flow.py resume --origin-run-id …2878"]


def test_what_scrolls_is_never_seen_outside_of_its_window():
    terminal = TerminalPanel(rows=3, width=5).scale(0.8).shift([1, 1, 0])
    terminal.print_lines([f"{number} gjÅ|" for number in range(6)])
    frame, (top, bottom) = terminal.panel, terminal.mask
    seen = set()
    for scrolled in np.linspace(0, 1, 21):
        terminal.show_lines(terminal.every_line, scrolled=scrolled)
        for line in terminal.lines:
            for ink in (each for each in line.inks if len(each.points)):
                assert ink.get_top()[1] < frame.get_top()[1]
                assert ink.get_bottom()[1] > frame.get_bottom()[1]
                seen.add((ink.get_top()[1] > top.get_bottom()[1], ink.get_bottom()[1] < bottom.get_top()[1]))
    # Both strips really hide something.
    assert {(True, False), (False, True)} <= seen
    order = terminal.submobjects
    assert order.index(terminal.lines) < order.index(terminal.mask) < order.index(terminal.title)


def test_what_went_wrong_has_its_color(tmp_path):
    record = record_run("tests/flows/linear.py", recordings=tmp_path)
    terminal = TerminalPanel(rows=40, width=13).print_lines(record.console)
    roles = {line.text.strip(): line.inks[0].role for line in terminal.lines if line.inks}
    assert roles["Done!"] == "done"
    assert any(role == "running" for role in roles.values())
    assert TerminalPanel().print_lines(["ValueError: no"]).lines[0].inks[0].role == "failed"


def test_a_terminal_needs_room():
    with pytest.raises(UsageError, match="no room for a line"):
        TerminalPanel(rows=0)

"""Every flow that cannot be read is met with one message that says where and what to do."""

import re

import pytest

from manim_metaflow.errors import FlowError
from manim_metaflow.facts import load_flow

HEAD = "from metaflow import FlowSpec, step\n"
TINY = """
class {name}(FlowSpec):
    @step
    def start(self):
        self.next(self.end)
    @step
    def end(self):
        pass
"""


def message_of(source) -> str:
    with pytest.raises(FlowError) as caught:
        load_flow(source)
    message = str(caught.value)
    assert "Traceback" not in message
    return message


def test_no_such_file(tmp_path):
    assert message_of(tmp_path / "nowhere.py") == f"{tmp_path}/nowhere.py: no such file."
    assert message_of(f"{tmp_path}/nowhere.py:Flow") == f"{tmp_path}/nowhere.py: no such file."


def test_a_directory(tmp_path):
    assert message_of(tmp_path).startswith(f"{tmp_path}: a directory.")


def test_not_a_python_file(write):
    assert "not a Python file" in message_of(write("hello", "notes.txt"))


def test_not_text(write):
    path = write("")
    path.write_bytes(b"x = '\xff\xfe'")
    assert message_of(path) == f"{path}: not UTF-8 text (byte 5)."


def test_the_encoding_is_the_one_that_the_file_names(write):
    path = write("")
    text = f"# -*- coding: latin-1 -*-\n{HEAD}VALUE = 'ü'\n{TINY.format(name='F')}"
    path.write_bytes(text.encode("latin-1"))
    assert load_flow(path).source == text
    path.write_bytes(text.replace("latin-1", "ascii").encode("latin-1"))
    assert (
        message_of(path)
        == f"{path}: not ASCII text (byte {text.index('ü') - len('latin-1') + len('ascii')})."
    )


def test_a_file_without_a_flow(write):
    path = write("x = 1")
    assert message_of(path) == f"{path}: no FlowSpec in it. A flow is a class derived from metaflow.FlowSpec."


def test_two_flows_and_no_name_lists_both(write):
    path = write(HEAD + TINY.format(name="One") + TINY.format(name="Two"))
    assert message_of(path) == f"{path}: more than one flow: One, Two. Say which: '{path}:One'."
    assert load_flow(f"{path}:Two").name == "Two"


def test_an_absent_name_lists_what_there_is(write):
    path = write(HEAD + TINY.format(name="One") + TINY.format(name="Two"))
    assert message_of(f"{path}:Three") == f"{path}: no flow named Three. It has One, Two."


def test_a_syntax_error_shows_the_users_line(write):
    path = write(HEAD + "class F(FlowSpec:\n    pass\n")
    assert re.match(rf"{re.escape(str(path))}:2: SyntaxError: ", message_of(path))


def test_a_syntax_error_in_a_sibling_names_the_sibling(write):
    sibling = write("x = = 1", "helper.py")
    assert message_of(write("import helper\n")).startswith(f"{sibling}:1: SyntaxError: ")


def test_an_import_error_shows_the_users_line(write):
    path = write(HEAD + "\nimport not_a_module_at_all\n")
    message = message_of(path)
    assert (
        message == f"{path}:3: cannot be imported: ModuleNotFoundError: No module named 'not_a_module_at_all'"
    )


def test_any_exception_shows_the_users_line_and_keeps_its_cause(write):
    path = write("def f():\n    return 1 / 0\nf()\n")
    with pytest.raises(FlowError) as caught:
        load_flow(path)
    assert str(caught.value) == f"{path}:2: cannot be imported: ZeroDivisionError: division by zero"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_file_that_exits_says_how_to_guard_it(write):
    path = write("import sys\nsys.exit(3)\n")
    assert message_of(path).startswith(f"{path}:2: the file exits while it is imported.")


def test_the_linters_own_message_with_file_and_line(write):
    path = write(HEAD + TINY.format(name="F").replace("self.next(self.end)", "self.next(self.nowhere)"))
    message = message_of(path)
    assert re.match(r"my_flow\.py:\d+: Metaflow rejects the graph of F: Step start .*nowhere", message)
    assert "*" not in message


def test_a_graph_without_a_start(write):
    path = write(HEAD + TINY.format(name="F").replace("start", "begin"))
    assert re.match(r"my_flow\.py:\d+: Metaflow rejects the graph of F: .*start", message_of(path))


def test_a_crash_of_the_linter_names_the_step(write):
    path = write(
        HEAD
        + """
class F(FlowSpec):
    @step
    def start(self):
        self.xs = [1]
        self.next(self.join, foreach="xs")
    @step
    def join(self, inputs):
        self.next(self.end)
    @step
    def end(self):
        pass
"""
    )
    message = message_of(path)
    assert message == (
        "my_flow.py:7: the graph of F is not valid at step start: it fans out straight into the join join; "
        "put a step between them."
    )


def test_a_flow_without_steps(write):
    path = write(HEAD + "class F(FlowSpec):\n    pass\n")
    assert "F: a flow without steps" in message_of(path)


@pytest.mark.parametrize("thing", [int, 3, object()])
def test_what_is_no_flow_at_all(thing):
    assert "not a flow" in message_of(thing)


def test_a_module_that_is_not_there():
    assert "cannot import no_such_module" in message_of("no_such_module:Flow")
    assert message_of("json:Flow") == "json:Flow: json has no Flow."

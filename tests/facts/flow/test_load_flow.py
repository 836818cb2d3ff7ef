"""``load_flow`` says what Metaflow's own graph says, in the order the author wrote it."""

import inspect
import sys
import textwrap
from pathlib import Path

import metaflow
import pytest
from metaflow import FlowSpec, step

from manim_metaflow.errors import FlowError
from manim_metaflow.facts import FlowInfo, load_flow
from manim_metaflow.facts.flow.importing import imported_file
from manim_metaflow.facts.run.lineage import closing_foreach

FLOWS = sorted((Path(__file__).parents[2] / "flows").glob("*.py"))
TUTORIALS = sorted((Path(metaflow.__file__).parent / "tutorials").glob("*/*.py"))
REAL = [*FLOWS, *TUTORIALS]
TYPES = {"split": "split-static", "foreach": "split-foreach"}
"""What Metaflow calls kinds where it describes a graph."""
TINY = """
from metaflow import FlowSpec, step

class {name}(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


class InThisFile(FlowSpec):
    """Stands in a file that also holds other things."""

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


def class_in(path, flow):
    """The flow's class, imported for itself."""
    with imported_file(path) as module:
        cls = vars(module)[flow.name]
        return getattr(cls, "_flow_cls", cls)


def test_the_tutorials_are_there():
    assert len(TUTORIALS) >= 6


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_field_agrees_with_metaflows_graph(path):
    flow = load_flow(path)
    cls = class_in(path, flow)
    graph = cls._graph
    assert {s.name for s in flow.steps} == set(graph.nodes)
    assert (flow.name, flow.start, flow.end) == (cls.__name__, graph.start_step, graph.end_step)
    assert flow.doc == inspect.cleandoc(cls.__dict__["__doc__"] or "")
    assert flow.file == path.name
    assert flow.source == path.read_text()
    for node in graph:
        found = flow[node.name]
        assert found.kind == node.type
        assert found.targets == tuple(dict.fromkeys(node.out_funcs))
        assert found.foreach_param == node.foreach_param
        assert found.parallel == bool(node.parallel_foreach)
        assert found.num_parallel == (node.num_parallel or None)
        assert found.parallel_step == node.parallel_step
        assert found.condition == node.condition
        assert [target for _, target in found.cases] == list(node.switch_cases.values())
        assert found.split_parents == tuple(node.split_parents)
        assert found.matching_join == node.matching_join
        source, first = inspect.getsourcelines(getattr(cls, node.name))
        assert found.source == textwrap.dedent("".join(source)).rstrip() + "\n"
        assert (found.first_line, found.last_line) == (
            first,
            first + len("".join(source).rstrip().split("\n")) - 1,
        )
    arrows = {(e.source, e.target) for e in flow.edges}
    assert arrows == {(node.name, target) for node in graph for target in node.out_funcs}


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_field_agrees_with_what_metaflow_stores_of_a_graph(path):
    flow = load_flow(path)
    said, _ = class_in(path, flow)._graph.output_steps()
    assert set(said) == {step.name for step in flow.steps}
    for found in flow.steps:
        told = said[found.name]
        kind = "split-parallel" if found.parallel else TYPES.get(found.kind, found.kind)
        assert told["type"] == kind
        assert tuple(dict.fromkeys(told["next"])) == found.targets
        assert told["doc"].strip("\n") == found.doc
        assert Path(told["source_file"]).name == found.file
        assert found.first_line <= told["line"] <= found.last_line
        assert told.get("foreach_artifact") == found.foreach_param
        assert (told.get("num_parallel") or None) == found.num_parallel
        assert told.get("condition") == found.condition
        assert tuple(told.get("switch_cases", {}).values()) == tuple(target for _, target in found.cases)
        assert told.get("matching_join") == found.matching_join
        written = [each["name"] for each in told["decorators"] if each["statically_defined"]]
        assert {name.rpartition(".")[2] for name in written} == {
            each.name for each in found.decorators if not each.added_by
        }


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_steps_come_in_the_order_of_the_source(path):
    lines = [step.first_line for step in load_flow(path).steps]
    assert lines == sorted(lines)


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_path_of_this_machine_is_in_the_record(path):
    assert str(path.parent) not in load_flow(path).to_json()


def test_each_join_that_closes_a_foreach_is_known(write):
    path = write("""
from metaflow import FlowSpec, step
class Two(FlowSpec):
    @step
    def start(self):
        self.next(self.a, foreach="xs")
    @step
    def a(self):
        self.next({"x": self.b, "y": self.c}, condition="mode")
    @step
    def b(self):
        self.next(self.left)
    @step
    def c(self):
        self.next(self.right)
    @step
    def left(self, inputs):
        self.next(self.end)
    @step
    def right(self, inputs):
        self.next(self.end)
    @step
    def end(self):
        pass
""")
    assert closing_foreach(load_flow(path)) == {"left", "right"}
    assert closing_foreach(_flow("nested_foreach")) == {"join_inner", "join_outer"}
    assert closing_foreach(_flow("branch")) == frozenset()


def test_edges_are_named_for_what_they_do(write):
    kinds = {
        (e.source, e.target): (e.kind, e.labels)
        for name in ("switch", "recursion")
        for e in _flow(name).edges
    }
    assert kinds["start", "fast_path"] == ("case", ('"fast"',))
    assert kinds["loop", "loop"] == ("loop", ('"again"',))
    assert kinds["loop", "after"] == ("case", ('"done"',))
    assert _kinds("branch") == ["branch", "branch", "next", "next", "next"]
    assert _kinds("parallel") == ["foreach", "next", "next"]


def test_two_cases_to_one_step_are_one_edge_with_both_labels(write):
    path = write("""
from metaflow import FlowSpec, step
class Two(FlowSpec):
    @step
    def start(self):
        self.n = 1
        self.next({1: self.a, 2: self.a, True: self.a, "x": self.end}, condition="n")
    @step
    def a(self):
        self.next(self.end)
    @step
    def end(self):
        pass
""")
    edges = load_flow(path).edges[:2]
    assert [(e.target, e.kind) for e in edges] == [("a", "case"), ("end", "case")]
    assert edges[0].labels == tuple(
        label for label, target in load_flow(path)["start"].cases if target == "a"
    )
    assert edges[0].labels[-1:] == ("2",)
    assert edges[1].labels == ('"x"',)


def test_decorators_read_as_the_author_wrote_them():
    flow = _flow("deco_flow")
    assert [d.text for d in flow.decorators] == [
        "@EverythingCarded",
        '@trigger(event="data_updated")',
        "@schedule(daily=True)",
        '@project(name="demo_project")',
    ]
    assert [d.text for d in flow["start"].decorators] == [
        "@timing",
        "@retry(times=3, minutes_between_retries=0)",
    ]
    assert [d.name for d in flow["middle"].decorators if not d.added_by] == [
        "AddRetry",
        "catch",
        "timeout",
        "resources",
        "environment",
    ]


def test_a_decorator_over_several_lines_becomes_one_and_keeps_its_strings(write):
    path = write("""
import metaflow
from metaflow import FlowSpec, retry as again, step
class Long(FlowSpec):
    @again(
        times=2,  # twice
        minutes_between_retries=0
    )
    @metaflow.environment(vars={
        "A": "two  blanks ä",
    })
    @step
    def start(self):
        self.next(self.end)
    @metaflow.step
    def end(self):
        pass
""")
    flow = load_flow(path)
    assert [d.text for d in flow["start"].decorators] == [
        "@again(times=2, minutes_between_retries=0)",
        '@metaflow.environment(vars={"A": "two  blanks ä"})',
    ]
    assert [d.name for d in flow["start"].decorators] == ["retry", "environment"]
    assert flow["end"].decorators == ()


def test_parameters_keep_the_authors_order_names_and_defaults():
    held = [(p.name, p.variable, p.kind, p.default, p.help) for p in _flow("deco_flow").parameters]
    assert held == [
        ("learning-rate", "lr", "Parameter", "0.1", "rate"),
        ("cfg", "cfg", "Config", "{'a': {'b': 7}}", None),
        ("opts", "opts", "Parameter", "{'k': 1}", None),
    ]


def test_a_default_beside_the_flow_is_named_from_there(write):
    path = write(
        TINY.format(name="P")
        .replace("FlowSpec, step\n", "FlowSpec, IncludeFile, step\nimport os\n")
        .replace(
            "    @step\n    def start",
            "    rows = IncludeFile('rows', default=os.path.join(os.path.dirname(__file__), 'rows.csv'))\n\n"
            "    @step\n    def start",
        )
    )
    assert load_flow(path).parameters[0].default == "'rows.csv'"


def test_a_default_that_is_computed_is_named_not_addressed(write):
    path = write(
        TINY.format(name="P").replace(
            "FlowSpec, step\n", "FlowSpec, Parameter, step\n\ndef today(ctx):\n    return 1\n"
        )
    )
    path.write_text(
        path.read_text().replace(
            "    @step\n    def start", '    p = Parameter("p", default=today)\n\n    @step\n    def start'
        )
    )
    assert load_flow(path).parameters[0].default_text == "today()"


def test_a_bare_mutator_that_replaced_the_class_still_gives_the_flow():
    with imported_file(Path(__file__).parents[2] / "flows" / "deco_flow.py") as module:
        assert not isinstance(module.DecoFlow, type)
        assert load_flow(module.DecoFlow).name == "DecoFlow"


def test_inherited_steps_come_first_and_overridden_ones_keep_their_place(write):
    write(
        """
from metaflow import FlowSpec, step
class Base(FlowSpec):
    @step
    def start(self):
        self.next(self.middle)
    @step
    def middle(self):
        self.next(self.end)
    @step
    def end(self):
        pass
""",
        "base_flow.py",
    )
    path = write("""
from metaflow import step
from base_flow import Base
class Child(Base):
    @step
    def extra(self):
        self.next(self.end)
    @step
    def middle(self):
        self.mine = 1
        self.next(self.extra)
""")
    flow = load_flow(path)
    assert flow.name == "Child"
    assert [s.name for s in flow.steps] == ["start", "middle", "end", "extra"]
    assert "self.mine" in flow["middle"].source
    assert (flow["start"].file, flow["middle"].file, flow.file) == (
        "base_flow.py",
        "my_flow.py",
        "my_flow.py",
    )


def test_a_mixin_of_middle_steps_follows_the_class_that_starts(write):
    path = write("""
from metaflow import FlowSpec, step
class Mixin(FlowSpec):
    @step
    def train(self):
        self.next(self.end)
class Whole(Mixin):
    @step
    def start(self):
        self.next(self.train)
    @step
    def end(self):
        pass
""")
    assert [s.name for s in load_flow(f"{path}:Whole").steps] == ["start", "end", "train"]


def test_one_step_and_custom_ends_are_legal(write):
    path = write("""
from metaflow import FlowSpec, step
class One(FlowSpec):
    @step
    def only(self):
        pass
class Custom(FlowSpec):
    @step(start=True)
    def first(self):
        self.next(self.last)
    @step(end=True)
    def last(self):
        pass
""")
    one, custom = load_flow(f"{path}:One"), load_flow(f"{path}:Custom")
    assert (one.start, one.end, one["only"].kind) == ("only", "only", "end")
    assert (custom.start, custom.end, custom["first"].decorators) == ("first", "last", ())


def test_a_class_a_module_path_and_a_record_all_do(write):
    flow = load_flow(InThisFile)
    assert flow.name == "InThisFile"
    assert load_flow(flow) is flow
    assert load_flow(str(Path(__file__)) + ":InThisFile").steps == flow.steps
    sys.path.insert(0, str(write(TINY.format(name="Far"), "far_away.py").parent))
    try:
        assert load_flow("far_away:Far").name == "Far"
    finally:
        sys.path.pop(0)
        sys.modules.pop("far_away", None)


def test_an_edited_file_and_an_edited_sibling_are_read_anew(write):
    write("WORD = 'one'", "sibling.py")
    path = write("from sibling import WORD\n" + TINY.format(name="F") + "\nF.__doc__ = WORD\n")
    assert load_flow(path).doc == "one"
    write("WORD = 'two'", "sibling.py")
    assert load_flow(path).doc == "two"
    path.write_text(path.read_text().replace("start", "begin").replace("def begin", "def start"))
    path.write_text(path.read_text().replace("class F", "class G").replace("F.__doc__", "G.__doc__"))
    assert load_flow(path).name == "G"


def test_two_files_with_one_class_name_do_not_mix(write):
    first = write(TINY.format(name="Same"), "a/flow.py")
    second = write(TINY.format(name="Same").replace("pass", "print(2)"), "b/flow.py")
    assert "print(2)" not in load_flow(first)["end"].source
    assert "print(2)" in load_flow(second)["end"].source
    assert "print(2)" not in load_flow(first)["end"].source


def test_importing_leaves_the_process_as_it_was(write):
    write("VALUE = 1", "sibling_of_flow.py")
    path = write("import sibling_of_flow\n" + TINY.format(name="F"))
    load_flow(path)
    before = (set(sys.modules), list(sys.path), list(sys.argv))
    load_flow(path)
    assert (set(sys.modules), list(sys.path), list(sys.argv)) == before
    assert "sibling_of_flow" not in sys.modules
    assert not list(path.parent.rglob("__pycache__"))


def test_an_imported_flow_is_no_candidate_beside_the_files_own(write):
    write(TINY.format(name="Elsewhere"), "elsewhere.py")
    path = write("from elsewhere import Elsewhere\n" + TINY.format(name="Mine"))
    assert load_flow(path).name == "Mine"
    only = write("from elsewhere import Elsewhere\n", "only.py")
    assert load_flow(only).name == "Elsewhere"


def test_a_notebook_like_cell_is_read_from_its_text():
    import linecache

    text = TINY.format(name="Cell")
    linecache.cache["<cell 1>"] = (len(text), None, text.splitlines(True), "<cell 1>")
    names = {"__name__": "__main__"}
    exec(compile(text, "<cell 1>", "exec"), names)
    flow = load_flow(names["Cell"])
    assert (flow.file, flow.source) == ("", text)
    assert [s.name for s in flow.steps] == ["start", "end"]


def test_the_error_for_a_class_without_source_says_what_to_do():
    import linecache

    text = TINY.format(name="Gone")
    linecache.cache["<gone>"] = (len(text), None, text.splitlines(True), "<gone>")
    names = {"__name__": "__main__"}
    exec(compile(text, "<gone>", "exec"), names)
    del linecache.cache["<gone>"]
    with pytest.raises(
        FlowError, match=r"Gone.start: its source cannot be found. Keep the flow in a .py file"
    ):
        load_flow(names["Gone"])


def _flow(name: str) -> FlowInfo:
    return load_flow(Path(__file__).parents[2] / "flows" / f"{name}.py")


def _kinds(name: str) -> list[str]:
    return [edge.kind for edge in _flow(name).edges]

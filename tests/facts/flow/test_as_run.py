"""What mutators and configs make of a flow is read as Metaflow has it, and the class stays as it was."""

import subprocess
import sys
import warnings

import pytest

from manim_metaflow.errors import FlowWarning
from manim_metaflow.facts import load_flow
from manim_metaflow.facts.flow.importing import imported_file
from manim_metaflow.facts.records import FlowInfo

MUTATED = """
from metaflow import Config, FlowMutator, FlowSpec, Parameter, StepMutator, project, retry, step, timeout


class Sturdy(FlowMutator):
    def pre_mutate(self, flow):
        flow.add_parameter("level", Parameter("level", default=3))
        flow.remove_parameter("old")
        flow.add_decorator(project, deco_kwargs={"name": "demo"})
        for _, one in flow.steps:
            one.add_decorator(retry, deco_kwargs={"times": dict(flow.configs)["cfg"].times})

    def mutate(self, flow):
        for name, one in flow.steps:
            if name == "end":
                one.remove_decorator("timeout")


class quick(StepMutator):
    def mutate(self, one):
        one.add_decorator("timeout", deco_kwargs={"seconds": 9}, duplicates=one.OVERRIDE)


@Sturdy
class Mutated(FlowSpec):
    cfg = Config("cfg", default_value={"times": 2})
    old = Parameter("old", default=1)

    @quick
    @timeout(seconds=5)
    @step
    def start(self):
        self.next(self.end)

    @timeout(seconds=5)
    @step
    def end(self):
        pass


if __name__ == "__main__":
    Mutated()
"""


def decorators(flow: FlowInfo, step: str) -> list[tuple[str, str]]:
    return [(decorator.text, decorator.added_by) for decorator in flow[step].decorators]


def test_mutators_add_and_remove_and_are_named(write):
    flow = load_flow(write(MUTATED))
    assert decorators(flow, "start") == [
        ("@quick", ""),
        ("@retry(times=2)", "Sturdy"),
        ("@timeout(seconds=9)", "quick"),
    ]
    assert decorators(flow, "end") == [("@retry(times=2)", "Sturdy")]
    assert [(one.text, one.added_by) for one in flow.decorators] == [
        ("@Sturdy", ""),
        ("@project(name='demo')", "Sturdy"),
    ]
    assert [(one.name, one.added_by) for one in flow.parameters] == [("cfg", ""), ("level", "Sturdy")]


def test_metaflow_shows_the_same_decorators_and_parameters(write, tmp_path):
    path = write(MUTATED)
    flow = load_flow(path)

    def said(*arguments: str) -> str:
        command = [sys.executable, str(path), *arguments]
        env = {"METAFLOW_USER": "tester", "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(tmp_path), "PATH": "/bin"}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    shown = said("show")
    for step in ("start", "end"):
        above = shown.partition(f"Step {step}")[0].rpartition("=>")[2].split()
        ours = {f"@{one.name}" for one in flow[step].decorators} - {"@quick"}
        assert ours == {word for word in above if word.startswith("@")}
    helped = said("run", "--help")
    assert "--level" in helped
    assert "--old" not in helped


def test_the_class_is_afterwards_as_before(write):
    with imported_file(write(MUTATED)) as module:
        cls = vars(module)["Mutated"]._flow_cls
        first = load_flow(cls)
        assert [decorator.name for decorator in cls.start.decorators] == ["timeout"]
        assert not hasattr(cls, "level")
        assert "old" in vars(cls)
        assert not cls._configs_processed
        assert load_flow(cls) == first


def test_a_mutator_that_raises_leaves_the_flow_as_written(write):
    path = write(MUTATED.replace('["cfg"].times', '["cfg"].nothing'))
    with pytest.warns(FlowWarning, match="Mutated: its mutators cannot be applied .*nothing"):
        flow = load_flow(path)
    assert decorators(flow, "start") == [("@quick", ""), ("@timeout(seconds=5)", "")]
    assert [one.name for one in flow.parameters] == ["cfg", "old"]


CONFIGS = """
import functools, json
from metaflow import Config, FlowSpec, Parameter, config_expr, step
def limit(ctx, k): return 3
class Late(FlowSpec):
    cfg = Config("cfg", default="settings.json", parser=lambda text: dict(json.loads(text), more=7))
    epochs = Parameter("epochs", default=cfg.epochs, help=cfg.text)
    deep = Parameter("deep", default=cfg.a.b)
    nowhere = Parameter("nowhere", default=cfg.nothing, help=cfg.nothing)
    other = Parameter("other", default=config_expr("cfg.more + 1"))
    part = Parameter("part", default=functools.partial(limit, k=3))
    computed = Parameter("computed", default=lambda ctx: 3)
    named = Parameter("named", default=limit)
    @step
    def start(self):
        self.next(self.end)
    @step
    def end(self):
        pass
"""


def test_a_default_that_is_computed_later_has_its_expression_and_its_value_if_known(write):
    write('{"epochs": 5, "text": "how long", "a": {"b": [1]}}', "settings.json")
    flow = load_flow(write(CONFIGS))
    assert {one.name: one.default_text for one in flow.parameters if one.name != "cfg"} == {
        "epochs": "5 (cfg.epochs)",
        "deep": "[1] (cfg.a.b)",
        "nowhere": "cfg.nothing",
        "other": '8 (config_expr("cfg.more + 1"))',
        "part": "functools.partial(limit, k=3)",
        "computed": "lambda ctx: 3",
        "named": "limit()",
    }
    assert [one.help for one in flow.parameters][1:4] == ["how long", None, "cfg.nothing"]


def test_without_the_configs_file_the_expressions_are_there(write):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FlowWarning)
        flow = load_flow(write(CONFIGS))
    assert [one.default_text for one in flow.parameters][1:3] == ["cfg.epochs", "cfg.a.b"]
    assert flow.parameters[1].help == "cfg.text"

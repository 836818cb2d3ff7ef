"""Flows of every style are recorded, and what a mutator or a base class adds is in the record."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from manim_metaflow.cli import main
from manim_metaflow.facts import RunRecord, load_run, record_run

BASE = """
from metaflow import FlowSpec, step
class Steps(FlowSpec):
    @step(start=True, end=True)
    def only(self):
        pass
"""

INHERITED = """
from metaflow import Parameter, project
from base_flow import Steps
@project(name="demo")
class Child(Steps):
    alpha = Parameter("alpha", default=1)
if __name__ == "__main__":
    Child()
"""

UNGUARDED = BASE + "Steps()\n"

MUTATED = """
from metaflow import FlowMutator, FlowSpec, Parameter, environment, retry, step
class Sturdy(FlowMutator):
    def pre_mutate(self, flow):
        flow.add_parameter("level", Parameter("level", default=3))
        for _, one in flow.steps:
            one.add_decorator(retry, deco_kwargs={"times": 1})
    def mutate(self, flow):
        for _, one in flow.steps:
            one.add_decorator(environment, deco_kwargs={"vars": {"A": "b"}})
@Sturdy
class Mutated(FlowSpec):
    @step(start=True, end=True)
    def only(self):
        print(self.level)
if __name__ == "__main__":
    Mutated()
"""

DELAYED = """
import functools
from metaflow import Config, FlowSpec, Parameter, config_expr, step
def limit(ctx, k):
    return k
class Delayed(FlowSpec):
    cfg = Config("cfg", default_value={"epochs": 5})
    epochs = Parameter("epochs", default=cfg.epochs)
    other = Parameter("other", default=config_expr("cfg.epochs"))
    part = Parameter("part", type=int, default=functools.partial(limit, k=3))
    lam = Parameter("lam", type=int, default=lambda ctx: 4)
    @step(start=True, end=True)
    def only(self):
        print(self.epochs + self.other + self.part + self.lam)
Delayed() if __name__ == "__main__" else None
"""

KINDS = {
    "inherited": (INHERITED, "Child", ["alpha"], [], ['@project(name="demo")']),
    "unguarded": (UNGUARDED, "Steps", [], [], []),
    "mutated": (
        MUTATED,
        "Mutated",
        ["level"],
        ["+ @retry(times=1)", "+ @environment(vars={'A': 'b'})"],
        ["@Sturdy"],
    ),
    "delayed": (DELAYED, "Delayed", ["cfg", "epochs", "lam", "other", "part"], [], []),
}


@pytest.mark.parametrize(("text", "name", "parameters", "above_step", "above"), KINDS.values(), ids=KINDS)
def test_a_flow_is_recorded_and_shown_as_metaflow_runs_it(
    write: Callable[..., Path], text, name, parameters, above_step, above
):
    write(BASE, "base_flow.py")
    record = record_run(write(text))
    assert (record.flow.name, record.status, record.notes) == (name, "successful", ())
    assert [note.note for note in record.flow["only"].decorators] == above_step
    assert [note.note for note in record.flow.decorators] == above
    assert [one.name for one in record.parameters] == parameters
    stored = _as_metaflow_stored_it(record)
    assert {one.name for one in stored.flow.parameters} == {one.name for one in record.flow.parameters}
    assert {one.name for one in stored.flow["only"].decorators} == {
        one.name for one in record.flow["only"].decorators
    }
    shown = CliRunner().invoke(main, ["show", str(record.recording)])
    assert (shown.exit_code, shown.output.split()[:2]) == (0, [f"{name}/{record.run_id}", "successful"])


def _as_metaflow_stored_it(record: RunRecord) -> RunRecord:
    assert record.recording is not None
    return load_run(f"{record.flow.name}/{record.run_id}", root=record.recording.with_suffix(".store"))

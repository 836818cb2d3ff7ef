"""Decorators read alike however they are spaced, and mean what they meant."""

import ast

import pytest

from manim_metaflow.facts import load_flow
from manim_metaflow.mobjects.graph.region import region_text

CALLS = {
    "retry(times=2,minutes_between_retries=0)": "@retry(times=2, minutes_between_retries=0)",
    "kubernetes(\n    cpu=4,\n    memory=16_000,\n)": "@kubernetes(cpu=4, memory=16_000)",
    'environment( vars = {"a": "1",\n  "b": "x,  )",}, )': '@environment(vars={"a": "1", "b": "x,  )"})',
    'pypi(packages={"a":"1"}, # why\n python="3.11")': '@pypi(packages={"a":"1"}, python="3.11")',
    'card(options={"one": (1,)})': '@card(options={"one": (1,)})',
    'card(options={"two": (1, 2,)})': '@card(options={"two": (1, 2)})',
    'card(options={"call": dict(a=1,), "b": [1,]})': '@card(options={"call": dict(a=1), "b": [1]})',
    'card(options={"f": (lambda x: -x + 1)(3,)})': '@card(options={"f": (lambda x: -x + 1)(3)})',
}


@pytest.mark.parametrize(("written", "shown"), CALLS.items())
def test_arguments_are_spaced_alike_and_a_last_comma_goes(write, written, shown):
    path = write(
        "from metaflow import FlowSpec, card, environment, kubernetes, pypi, retry, step\n"
        f"class F(FlowSpec):\n    @{written}\n    @step\n    def start(self):\n        self.next(self.end)\n"
        "    @step\n    def end(self):\n        pass\n"
    )
    assert [decorator.text for decorator in load_flow(path)["start"].decorators] == [shown]
    assert ast.dump(ast.parse(shown[1:])) == ast.dump(ast.parse(written))


def test_a_num_parallel_that_is_computed_shows_its_expression(write):
    path = write(
        "from metaflow import FlowSpec, parallel, step\nclass F(FlowSpec):\n    size = 2\n"
        "    @step\n    def start(self):\n        self.next(self.fit, num_parallel=self.size * 2)\n"
        "    @parallel\n    @step\n    def fit(self):\n        self.next(self.join)\n"
        "    @step\n    def join(self, inputs):\n        self.next(self.end)\n"
        "    @step\n    def end(self):\n        pass\n"
    )
    start = load_flow(path)["start"]
    assert region_text(start, 0) == "num_parallel=self.size * 2"
    assert region_text(start, 4) == "num_parallel=4"

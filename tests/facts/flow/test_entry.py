"""Of several flows in a file, the one that it runs is read, and never run."""

import pytest

from manim_metaflow.facts import load_flow

FLOWS = """
from metaflow import FlowSpec, Parameter, project, step
class Steps(FlowSpec):
    @step
    def start(self):
        self.next(self.end)
    @step
    def end(self):
        raise SystemExit("it was run")
@project(name="demo")
class Child(Steps):
    alpha = Parameter("alpha", default=1)
"""

GUARDS = {
    "an if": 'if __name__ == "__main__":\n    Child()',
    "the other way round": 'if "__main__" == __name__: Child()',
    "an expression": 'Child() if __name__ == "__main__" else None',
    "an and": '__name__ == "__main__" and Child()',
    "a function": 'def main():\n    flow = Child()\n\nif __name__ == "__main__":\n    main()',
    "another name": 'Flow = Child\nif __name__ == "__main__":\n    print("hi")\n    Flow()',
    "no guard": "Child()",
    "no guard, and more behind it": "Child()\n1 / 0",
}


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
def test_the_class_that_the_file_runs_is_read_but_not_run(write, capfd, guard):
    flow = load_flow(write(FLOWS + guard))
    assert flow.name == "Child"
    assert [decorator.text for decorator in flow.decorators] == ['@project(name="demo")']
    assert [parameter.name for parameter in flow.parameters] == ["alpha"]
    assert capfd.readouterr() == ("", "")


def test_another_class_can_be_asked_for(write):
    path = write(FLOWS + "Child()")
    assert load_flow(f"{path}:Steps").name == "Steps"


def test_a_class_without_a_method_is_found_in_its_own_file(write):
    write(FLOWS, "shared_steps.py")
    path = write(
        "from metaflow import schedule\nfrom shared_steps import Steps\n"
        "@schedule(daily=True)\nclass Nightly(Steps):\n    pass\n"
        "if __name__ == '__main__':\n    Nightly()\n"
    )
    flow = load_flow(path)
    assert [decorator.text for decorator in flow.decorators] == ["@schedule(daily=True)"]
    assert (flow.file, flow.source) == ("my_flow.py", path.read_text())
    assert flow["start"].file == "shared_steps.py"

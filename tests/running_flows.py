"""Source code of flows of any graph that can really be run: choices, widths and failures by a seed."""

from __future__ import annotations

from manim_metaflow.facts.records import FlowInfo, StepInfo

HEAD = '''"""A flow made for a test."""

import zlib

from metaflow import FlowSpec, catch, current, parallel, retry, step

SEED = {seed}
TROUBLE = {trouble}


def dice(self, sides):
    """Throw a number that hangs on the task's place alone, and on how often its step came round."""
    rounds = dict(getattr(self, "rounds", {{}}))
    rounds[current.step_name] = rounds.get(current.step_name, 0) + 1
    self.rounds = rounds
    place = [SEED, current.step_name, [frame[0] for frame in self.foreach_stack() or ()], rounds, sides]
    return zlib.crc32(repr(place).encode()) % sides


def work(self, forgiven):
    if dice(self, 100) < TROUBLE * (3 if forgiven else 1) and not (forgiven and current.retry_count):
        raise ValueError("no luck in " + current.step_name)
    self.made = [current.step_name, dice(self, 1000)]


class {name}(FlowSpec):
'''


def running_source(flow: FlowInfo, seed: int, trouble: int) -> str:
    """Write a flow with this graph; ``trouble`` is how many tasks of a hundred raise."""
    bodies = {step.targets[0] for step in flow.steps if step.parallel}
    lines = [HEAD.format(seed=seed, trouble=trouble, name=flow.name)]
    for index, step in enumerate(flow.steps):
        forgiven = step.kind == "linear" and step.name not in bodies and index % 3 == seed % 3
        if step.name in bodies:
            lines.append("    @parallel")
        elif forgiven:
            lines.append(
                '    @catch(var="problem")' if index % 2 else "    @retry(times=1, minutes_between_retries=0)"
            )
        mark = "start=True" * (step.name == flow.start) or "end=True" * (step.name == flow.end)
        lines.append(f"    @step({mark})" if mark else "    @step")
        lines.append(f"    def {step.name}(self{', inputs' * (step.kind == 'join')}):")
        lines += [f"        {line}" for line in _body(flow, step, forgiven)]
        lines.append("")
    return "\n".join([*lines, "", 'if __name__ == "__main__":', f"    {flow.name}()", ""])


def _body(flow: FlowInfo, step: StepInfo, forgiven: bool) -> list[str]:
    targets = ", ".join(f"self.{target}" for target in step.targets)
    lines = [f"work(self, {forgiven})"]
    if not step.targets:
        return lines
    if step.kind == "foreach" and step.parallel:
        return [*lines, f"self.next({targets}, num_parallel=2)"]
    if step.kind == "foreach":
        items = "self.items = [f'item {n}' for n in range(1 + dice(self, 3))]"
        return [*lines, items, f"self.next({targets}, foreach='items')"]
    if step.kind == "split-switch":
        on = [f"case_{index}" for index, target in enumerate(step.targets) if target != step.name]
        again = [f"case_{index}" for index, target in enumerate(step.targets) if target == step.name]
        cases = ", ".join(f"'case_{index}': self.{target}" for index, target in enumerate(step.targets))
        lines.append(f"self.mode = {on}[dice(self, {len(on)})]")
        if again:
            lines.append(f"if self.rounds['{step.name}'] < 6:")
            lines.append(f"    self.mode = '{again[0]}'")
        return [*lines, f"self.next({{{cases}}}, condition='mode')"]
    return [*lines, f"self.next({targets})"]

"""A flow class as Metaflow has it when it runs: configs read, mutators applied. Then it is as before."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowWarning
from manim_metaflow.facts.flow.values import call_text
from manim_metaflow.facts.metaflow_internals import graph_of, is_config, parameters_of
from manim_metaflow.facts.metaflow_mutators import (
    apply_mutators,
    can_be_mutated,
    config_values,
    flow_decorators,
    has_mutators_to_apply,
    inserted_by,
    is_mutator,
    parameters_of_flow,
    parts_that_mutators_change,
    step_decorators,
)
from manim_metaflow.facts.records import DecoratorInfo

__all__ = ["ClassAsRun", "as_run"]


class ClassAsRun:
    """What the class has now, held against what its author wrote.

    Parameters
    ----------
    cls
        The flow class.

    Attributes
    ----------
    configs_known
        Whether the values of the flow's configs are known, and with them what is derived from them.
    """

    def __init__(self, cls: Any) -> None:
        self._cls = cls
        self.configs_known = False
        self._parameters = parameters_of(cls)
        self._written = {node.name: step_decorators(getattr(cls, node.name)) for node in graph_of(cls)}
        self._written_flow = flow_decorators(cls)

    def added_by(self, variable: str, parameter: Any) -> str:
        """Name the mutator that put a parameter there; empty if the author did."""
        if self._parameters.get(variable) is parameter:
            return ""
        # A parameter does not say who added it. Where there is one mutator, it can be no other.
        mutators = {_name(decorator) for decorator in flow_decorators(self._cls) if is_mutator(decorator)}
        return mutators.pop() if len(mutators) == 1 else "a mutator"

    def of_step(self, name: str, written: Sequence[DecoratorInfo]) -> tuple[DecoratorInfo, ...]:
        """List a step's decorators: those written that are still there, then those that were added."""
        return _merged(written, self._written.get(name, []), step_decorators(getattr(self._cls, name)))

    def of_flow(self, written: Sequence[DecoratorInfo]) -> tuple[DecoratorInfo, ...]:
        """List the flow's own decorators, likewise."""
        return _merged(written, self._written_flow, flow_decorators(self._cls))


@contextmanager
def as_run(cls: Any, folder: Path) -> Iterator[ClassAsRun]:
    """Let a class be what Metaflow makes of it before it runs it, for the ``with`` block.

    Metaflow's versions before 2.16 have other mutators: then the class stays as written.

    Parameters
    ----------
    cls
        The flow class.
    folder
        Where files are looked for that are not in the working folder: where the flow's file is.

    Warns
    -----
    FlowWarning
        If a mutator raises, or needs a config that is not there: then the class is as written.
    """
    now = ClassAsRun(cls)
    configs = [parameter for parameter in parameters_of(cls).values() if is_config(parameter)]
    mutates = has_mutators_to_apply(cls)
    if not can_be_mutated(cls) or not (configs or mutates):
        yield now
        return
    saved = _saved(cls)
    try:
        with parameters_of_flow(cls):
            try:
                values = config_values(cls, configs, folder)
                now.configs_known = True
                if mutates:
                    apply_mutators(cls, values)
            # Of any kind: a mutator is the user's own code, and so is the parser of a config.
            except Exception as error:
                # It may have changed half of the class by then.
                _restore(cls, saved)
                if mutates:
                    _warn(cls, error)
            yield now
    finally:
        # The class is the user's own, and may yet be run in this process, or be read again.
        _restore(cls, saved)


def _warn(cls: Any, error: Exception) -> None:
    warnings.warn(
        f"{cls.__name__}: its mutators cannot be applied ({type(error).__name__}: {error}): "
        "decorators and parameters are as written.",
        FlowWarning,
        stacklevel=8,
    )


def _saved(cls: Any) -> list[tuple[Any, dict[str, Any]]]:
    """Copy the attributes of all that applying mutators changes: they change it in place."""
    parts = ((part, _copied(dict(vars(part)))) for part in parts_that_mutators_change(cls))
    return [(cls, dict(vars(cls))), *parts]


def _copied(value: Any) -> Any:
    """Copy lists and dictionaries as deep as they go, and nothing that is in them."""
    if type(value) is list:
        return [_copied(item) for item in value]
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    return value


def _restore(cls: Any, saved: list[tuple[Any, dict[str, Any]]]) -> None:
    for part, attributes in saved:
        if part is cls:
            # The attributes of a class can be changed one by one only.
            for name in vars(cls).keys() - attributes.keys():
                delattr(cls, name)
            for name, value in attributes.items():
                if vars(cls).get(name) is not value:
                    setattr(cls, name, value)
        else:
            vars(part).clear()
            vars(part).update(_copied(attributes))


def _merged(
    written: Sequence[DecoratorInfo], before: Sequence[Any], after: Sequence[Any]
) -> tuple[DecoratorInfo, ...]:
    # By identity: two decorators of one name and the same arguments are still two.
    ids = {id(decorator) for decorator in after}
    # What was written has names, and what Metaflow has are objects: the two are held against each other by
    # how many there are of a name.
    removed = Counter(_name(decorator) for decorator in before if id(decorator) not in ids)
    kept = []
    for decorator in written:
        if removed[decorator.name]:
            removed[decorator.name] -= 1
        else:
            kept.append(decorator)
    shown = Counter(decorator.name for decorator in written)
    # Those applied by a call, or several by one function, have no line of their own above the step.
    hidden = len(before) > len(written)
    for decorator in after:
        name = _name(decorator)
        added_by = inserted_by(decorator)
        if added_by:
            kept.append(DecoratorInfo(name, call_text(decorator, name), added_by))
        elif shown[name]:
            shown[name] -= 1
        elif hidden:
            kept.append(DecoratorInfo(name, call_text(decorator, name)))
    return tuple(kept)


def _name(decorator: Any) -> str:
    return str(getattr(decorator, "name", None) or decorator.decorator_name).rpartition(".")[2]

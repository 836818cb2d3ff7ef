"""A flow class as Metaflow has it when it runs: configs read, mutators applied. Then it is as before."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowWarning
from manim_metaflow.facts.flow.values import call_text
from manim_metaflow.facts.metaflow_internals import graph_of, is_config, parameters_of
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
        mutators = {
            _name(decorator) for decorator in flow_decorators(self._cls) if hasattr(decorator, "mutate")
        }
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
    try:
        from metaflow.flowspec import FlowStateItems
        from metaflow.parameters import flow_context

        mutators = list(cls._flow_state[FlowStateItems.FLOW_MUTATORS])
    except (ImportError, AttributeError):
        yield now
        return
    configs = [parameter for parameter in parameters_of(cls).values() if is_config(parameter)]
    mutates = bool(mutators) or any(step.config_decorators for step in cls._steps)
    # Metaflow processes a class once. Where the Runner has, in this process, the mutators were applied.
    mutates = mutates and not cls._configs_processed
    if not configs and not mutates:
        yield now
        return
    saved = _saved(cls, mutators)
    try:
        with flow_context(cls):
            try:
                values = _config_values(cls, configs, folder)
                now.configs_known = True
                if mutates:
                    _mutate(cls, values)
            except Exception as error:
                _restore(cls, saved)
                if mutates:
                    _warn(cls, error)
            yield now
    finally:
        _restore(cls, saved)


def _warn(cls: Any, error: Exception) -> None:
    warnings.warn(
        f"{cls.__name__}: its mutators cannot be applied ({type(error).__name__}: {error}): "
        "decorators and parameters are as written.",
        FlowWarning,
        stacklevel=8,
    )


def _config_values(cls: Any, configs: Iterable[Any], folder: Path) -> dict[str, Any]:
    """Read the defaults of configs, as Metaflow does when its command line names no other file."""
    from metaflow.user_configs.config_options import ConfigInput

    defaults, parsers, required = {}, {}, []
    for config in configs:
        default, is_file = config.kwargs.get("default"), config._default_is_file
        if is_file and isinstance(default, str) and not Path(default).is_file():
            # A run starts in the working folder; what draws a flow is often called from elsewhere.
            default = str(folder / default)
        defaults[config.name] = (default, is_file)
        parsers[config.name] = (config.parser, config.kwargs["plain"])
        required += [config.name] if config.kwargs.get("required") else []
    if not defaults:
        return {}
    reader = ConfigInput(required, defaults, parsers)
    # The command line has two options, and Metaflow waits for both before it merges them with the defaults.
    reader.process_configs(cls.__name__, "config", {}, True, "local")
    values: dict[str, Any] = reader.process_configs(cls.__name__, "config_value", {}, True, "local")
    return {name.replace("-", "_").lower(): value for name, value in values.items()}


def _mutate(cls: Any, values: dict[str, Any]) -> None:
    """Do what Metaflow does before any command: first all ``pre_mutate``, then all ``mutate``."""
    from metaflow.flowspec import FlowStateItems
    from metaflow.user_decorators.mutable_flow import MutableFlow
    from metaflow.user_decorators.mutable_step import MutableStep

    cls._process_config_decorators(values)
    for mutator in list(cls._flow_state[FlowStateItems.FLOW_MUTATORS]):
        mutator.mutate(MutableFlow(cls, **_by(mutator)))
    for step in cls._steps:
        for mutator in list(step.config_decorators):
            mutator.mutate(MutableStep(cls, step, **_by(mutator)))
    cls._init_graph()


def _by(mutator: Any) -> dict[str, Any]:
    inserted_by = [mutator.decorator_name, *(mutator.inserted_by or [])]
    return {"statically_defined": mutator.statically_defined, "inserted_by": inserted_by}


def _saved(cls: Any, mutators: Iterable[Any]) -> list[tuple[Any, dict[str, Any]]]:
    """Copy the attributes of all that applying mutators changes, in place: the class is the user's own."""
    steps = list(cls._steps)
    parameters = parameters_of(cls).values()
    decorators = [decorator for step in steps for decorator in step_decorators(step)]
    parts = [cls._flow_state, *mutators, *parameters, *steps, *decorators, *flow_decorators(cls)]
    return [(cls, dict(vars(cls))), *((part, _copied(dict(vars(part)))) for part in parts)]


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


def step_decorators(step: Any) -> list[Any]:
    """List the objects that decorate a step, Metaflow's own and the user's, the one nearest to it first."""
    found = [*step.decorators, *getattr(step, "wrappers", ()), *getattr(step, "config_decorators", ())]
    return list({id(decorator): decorator for decorator in found}.values())


def flow_decorators(cls: Any) -> list[Any]:
    """List the objects that decorate a flow, those of its base classes included."""
    try:
        from metaflow.flowspec import FlowStateItems

        state = cls._flow_state
        named, mutators = state[FlowStateItems.FLOW_DECORATORS], state[FlowStateItems.FLOW_MUTATORS]
    except (ImportError, AttributeError):
        return []
    return [*(decorator for several in named.values() for decorator in several), *mutators]


def _merged(
    written: Sequence[DecoratorInfo], before: Sequence[Any], after: Sequence[Any]
) -> tuple[DecoratorInfo, ...]:
    ids = {id(decorator) for decorator in after}
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
        added_by = getattr(decorator, "inserted_by", None)
        if added_by:
            source = str(added_by[0]).rpartition(".")[2]
            kept.append(DecoratorInfo(name, call_text(decorator, name), source))
        elif shown[name]:
            shown[name] -= 1
        elif hidden:
            kept.append(DecoratorInfo(name, call_text(decorator, name)))
    return tuple(kept)


def _name(decorator: Any) -> str:
    return str(getattr(decorator, "name", None) or decorator.decorator_name).rpartition(".")[2]

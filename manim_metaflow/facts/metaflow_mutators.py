"""What is private to Metaflow about configs, mutators and decorators; the rest is in ``metaflow_internals``.

Flow and step mutators, and a state that a flow keeps its decorators in, came with Metaflow 2.16. Of an older
flow the functions below say that it has no mutators.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from manim_metaflow.facts.metaflow_internals import parameters_of

__all__ = [
    "apply_mutators",
    "can_be_mutated",
    "config_expression",
    "config_values",
    "decorator_arguments",
    "flow_decorators",
    "has_mutators_to_apply",
    "inserted_by",
    "is_config_expression",
    "is_mutator",
    "parameters_of_flow",
    "parts_that_mutators_change",
    "step_decorators",
]


def can_be_mutated(cls: Any) -> bool:
    """Return whether this Metaflow has the mutators that are known here."""
    return _state(cls) is not None


def has_mutators_to_apply(cls: Any) -> bool:
    """Return whether a flow has mutators that were not applied to it yet."""
    if not can_be_mutated(cls):
        return False
    mutates = bool(_mutators(cls)) or any(step.config_decorators for step in cls._steps)
    # Metaflow processes a class once. Where the Runner has, in this process, the mutators were applied.
    return mutates and not cls._configs_processed


def parameters_of_flow(cls: Any) -> AbstractContextManager[Any]:
    """Let a flow be the one whose configs are asked: an expression asks for "the" flow of the process."""
    from metaflow.parameters import flow_context

    context: AbstractContextManager[Any] = flow_context(cls)
    return context


def config_values(cls: Any, configs: Iterable[Any], folder: Path) -> dict[str, Any]:
    """Read the defaults of configs, as Metaflow does when its command line names no other file.

    Parameters
    ----------
    cls
        The flow.
    configs
        Its configs.
    folder
        Where files are looked for that are not in the working folder.
    """
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


def apply_mutators(cls: Any, values: dict[str, Any]) -> None:
    """Do what Metaflow does before any command: first all ``pre_mutate``, then all ``mutate``."""
    from metaflow.user_decorators.mutable_flow import MutableFlow
    from metaflow.user_decorators.mutable_step import MutableStep

    # This calls every pre_mutate, those of steps too. Only there can parameters be added, since they have to
    # be options by the time that the command line is read; mutate is called when it was.
    cls._process_config_decorators(values)
    for mutator in _mutators(cls):
        mutator.mutate(MutableFlow(cls, **_by(mutator)))
    for step in cls._steps:
        for mutator in list(step.config_decorators):
            mutator.mutate(MutableStep(cls, step, **_by(mutator)))
    # The graph notes which steps have @parallel when it is made.
    cls._init_graph()


def _by(mutator: Any) -> dict[str, Any]:
    inserted_by = [mutator.decorator_name, *(mutator.inserted_by or [])]
    return {"statically_defined": mutator.statically_defined, "inserted_by": inserted_by}


def parts_that_mutators_change(cls: Any) -> list[Any]:
    """List the objects besides the class itself whose attributes applying its mutators changes."""
    steps = list(cls._steps)
    decorators = [decorator for step in steps for decorator in step_decorators(step)]
    parameters = parameters_of(cls).values()
    return [_state(cls), *_mutators(cls), *parameters, *steps, *decorators, *flow_decorators(cls)]


def step_decorators(step: Any) -> list[Any]:
    """List the objects that decorate a step, Metaflow's own and the user's, the one nearest to it first."""
    found = [*step.decorators, *getattr(step, "wrappers", ()), *getattr(step, "config_decorators", ())]
    return list({id(decorator): decorator for decorator in found}.values())


def flow_decorators(cls: Any) -> list[Any]:
    """List the objects that decorate a flow, those of its base classes included."""
    state = _state(cls)
    if state is None:
        return []
    from metaflow.flowspec import FlowStateItems

    named = state[FlowStateItems.FLOW_DECORATORS]
    return [*(decorator for several in named.values() for decorator in several), *_mutators(cls)]


def is_config_expression(value: Any) -> bool:
    """Tell whether a value is an expression of a config, which Metaflow evaluates when a flow is run."""
    try:
        from metaflow.user_configs.config_parameters import DelayEvaluator
    except ImportError:  # Metaflow before 2.12.37 has no configs
        return False
    return isinstance(value, DelayEvaluator)


def config_expression(value: Any) -> list[Any]:
    """Return what an expression of a config consists of: ``cfg``, then what is asked of it, in order.

    A part that is asked for may be an expression itself: ``cfg[cfg.which]``.
    """
    # Any other attribute of it, asked for by name, is one more part of the expression.
    held = vars(value)
    return [held["_config_expr"], *(held.get("_access") or ())]


def decorator_arguments(decorator: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return what a decorator was given, by place and by name, without what is its default."""
    if hasattr(decorator, "attributes"):
        defaults = getattr(type(decorator), "defaults", {})
        # Metaflow merges what was given into its defaults by name: which of them stood without a name is
        # not known any more.
        return [], {key: value for key, value in decorator.attributes.items() if value != defaults.get(key)}
    # One of the user's own, of which Metaflow does not know the defaults.
    return list(decorator._args), dict(decorator._kwargs)


def is_mutator(decorator: Any) -> bool:
    """Return whether a decorator of a flow is a mutator of it."""
    return hasattr(decorator, "mutate")


def inserted_by(decorator: Any) -> str:
    """Name the mutator that added a decorator; empty if the author did."""
    by = getattr(decorator, "inserted_by", None)
    # A mutator may have been added by another one: the list goes from the nearest to the one of the source.
    return str(by[0]).rpartition(".")[2] if by else ""


def _state(cls: Any) -> Any:
    try:
        from metaflow.flowspec import FlowStateItems  # noqa: F401

        return cls._flow_state
    except (ImportError, AttributeError):
        return None


def _mutators(cls: Any) -> list[Any]:
    from metaflow.flowspec import FlowStateItems

    return list(cls._flow_state[FlowStateItems.FLOW_MUTATORS])

"""Parameters, configs and included files of a flow, with their defaults as far as they are known."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowWarning
from manim_metaflow.facts.flow.as_run import ClassAsRun
from manim_metaflow.facts.flow.source import parameter_argument
from manim_metaflow.facts.flow.values import delayed_text, value_text
from manim_metaflow.facts.metaflow_internals import default_file_of, parameter_options, parameters_of
from manim_metaflow.facts.metaflow_mutators import is_config_expression
from manim_metaflow.facts.records import ParameterInfo

__all__ = ["parameter_infos"]


def parameter_infos(cls: Any, folder: Path, now: ClassAsRun) -> tuple[ParameterInfo, ...]:
    """List the parameters in the order of the source, base classes first, those of mutators last.

    Parameters
    ----------
    cls
        The flow class.
    folder
        Where the flow's file is: a default beside it is named from there.
    now
        What mutators added, and whether values of configs are known.

    Warns
    -----
    FlowWarning
        If a config's default is in a file that is not there.
    """
    order = [name for base in reversed(cls.__mro__) for name in vars(base)]
    parameters = parameters_of(cls)
    names = [name for name in dict.fromkeys([*order, *parameters]) if name in parameters]
    for name in names:
        _warn_of_missing_file(cls.__name__, parameters[name], folder)
    return tuple(_parameter(cls, name, parameters[name], folder, now) for name in names)


def _parameter(cls: Any, variable: str, parameter: Any, folder: Path, now: ClassAsRun) -> ParameterInfo:
    given = parameter_options(parameter)
    default, about = given.get("default"), given.get("help")
    expression = ""
    if callable(default):  # an expression of a config can be called, too
        expression = parameter_argument(cls, variable, "default", 1) or value_text(default)
        if not is_config_expression(default) and all(part.isidentifier() for part in expression.split(".")):
            expression += "()"  # a function by its name: Metaflow calls it when the flow is deployed or run
        default = _evaluated(default, now)
    if is_config_expression(about):
        value = _evaluated(about, now)
        about = delayed_text(about) if value is None else value
    return ParameterInfo(
        name=parameter.name,
        variable=variable,
        kind=type(parameter).__name__,
        default=None if default is None else _default_text(default, folder),
        help=None if about is None else str(about),
        expression=expression,
        added_by=now.added_by(variable, parameter),
    )


def _evaluated(value: Any, now: ClassAsRun) -> Any:
    """Ask a config; ``None`` where that is not known, and of functions, which are the flow's to call."""
    if not is_config_expression(value) or not now.configs_known:
        return None
    try:
        found = value()
    except Exception:
        # The config has no such entry: Metaflow will say so when the flow is run, with what was given then.
        return None
    return found.to_dict() if hasattr(found, "to_dict") else found


def _warn_of_missing_file(flow: str, parameter: Any, folder: Path) -> None:
    """Metaflow reads a config's file when the flow is run, from where it is run; a graph needs none."""
    file = default_file_of(parameter)
    if file is not None and not any((base / file).is_file() for base in (Path.cwd(), folder)):
        warnings.warn(
            f"{flow}: Config {parameter.name} has its default in {file}, and there is no such file: "
            f"the graph is as written, but without --config {parameter.name} FILE the flow will not run.",
            FlowWarning,
            stacklevel=5,
        )


def _default_text(default: Any, folder: Path) -> str:
    """Write a default as the author would; a file beside the flow by its name from there."""
    # Flows name such a file by the folder of their own, as Metaflow's tutorials do: on every machine it is
    # another one.
    if isinstance(default, str) and folder.is_absolute() and Path(default).is_relative_to(folder):
        default = str(Path(default).relative_to(folder))
    return value_text(default)

"""All that the library uses of Metaflow that is private, or differs between versions, in one place.

Metaflow's graph of a flow, its parameters and its switches have moved or appeared since 2.12, the oldest
version that is read. The rest of :mod:`manim_metaflow.facts` asks the functions below, so that only this
module has to follow a new release, and :mod:`~manim_metaflow.facts.metaflow_mutators`, which has what is
private of configs and mutators. (``facts/recording/driver.py`` runs inside a flow's own tasks, where
nothing of this package is imported, and says there itself what it needs.)
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from manim_metaflow.errors import FlowError, UsageError
from manim_metaflow.utils.versions import release

__all__ = [
    "OLDEST",
    "TESTED",
    "default_file_of",
    "flow_class_behind",
    "forget_flow_decorators",
    "graph_of",
    "is_config",
    "metaflow_version",
    "need_feature",
    "need_metaflow",
    "parameter_options",
    "parameters_of",
    "start_and_end",
    "switch_of",
    "with_newer_features",
]

OLDEST = "2.12"
"""The oldest version of Metaflow that is supported."""

TESTED = ("2.12.0", "2.12.39", "2.15.21", "2.18.13", "2.19.22", "2.19.39")
"""The versions with which reading, recording, resuming and showing were tested: ``make matrix-metaflow``.

Others are not refused: between these nothing that is used here changed.
"""

_FEATURES = {
    "Config": "2.12.37",
    "user_step_decorator": "2.16.0",
    "FlowMutator": "2.16.0",
    "StepMutator": "2.16.0",
    "a switch, self.next(..., condition=...)": "2.17.2",
    "spin": "2.19.0",
    "@step(start=True) and @step(end=True)": "2.19.23",
}
"""What not every supported Metaflow has, and the first version that has it."""

_SWITCH = next(name for name in _FEATURES if "condition" in name)
_ENDS = next(name for name in _FEATURES if "start=True" in name)


def need_metaflow() -> None:
    """Import Metaflow, or say what to install.

    It is no plain dependency of this package: ``metaflow`` and ``ob-metaflow`` are imported by the same name,
    and which of them is right is known to the user alone.

    Raises
    ------
    UsageError
        If there is no Metaflow here, or it is too old.
    """
    try:
        import_module("metaflow")
    except ModuleNotFoundError as error:
        # Some other module may be missing inside Metaflow: that is its own story, and is told as it is.
        if error.name != "metaflow":
            raise
        raise UsageError(
            'Metaflow is not installed here. Type: pip install "manim-metaflow[metaflow]" '
            "(with Outerbounds: pip install ob-metaflow)."
        ) from error
    if release(metaflow_version()) < release(OLDEST):
        raise UsageError(
            f"Metaflow {metaflow_version()} is installed here, and {OLDEST} is the oldest that can be read. "
            "Type: pip install --upgrade metaflow."
        )


def metaflow_version() -> str:
    """Return the version of the Metaflow that is installed; ob-metaflow follows Metaflow's numbers."""
    return str(import_module("metaflow.version").metaflow_version)


def _is_missing(feature: str) -> bool:
    return release(metaflow_version()) < release(_FEATURES[feature])


def need_feature(feature: str) -> None:
    """Raise a :class:`.UsageError` if the Metaflow that is installed is too old for a feature, ``"spin"``."""
    need_metaflow()
    if _is_missing(feature):
        raise UsageError(
            f"{feature} came with Metaflow {_FEATURES[feature]}, and {metaflow_version()} is installed. "
            "Type: pip install --upgrade metaflow."
        )


def with_newer_features(message: str, source: str) -> str:
    """Add to an error's message which features a flow's source uses that this Metaflow does not have yet.

    An old Metaflow does not know the new words, so its own message is about something else: it finds no
    valid ``self.next`` in a step that ends with a switch.
    """
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return message
    used = dict.fromkeys(feature for node in nodes for feature in _features_in(node))
    missing = [f"{feature} came with {_FEATURES[feature]}" for feature in used if _is_missing(feature)]
    if not missing:
        return message
    return (
        f"{message.rstrip('.')}. The flow needs a newer Metaflow than {metaflow_version()}, "
        f"which is installed: {', '.join(missing)}."
    )


def _features_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and node.module == "metaflow":
        yield from (alias.name for alias in node.names if alias.name in _FEATURES)
    elif isinstance(node, ast.Call):
        keywords = {keyword.arg for keyword in node.keywords}
        called = ast.unparse(node.func)
        if called == "self.next" and "condition" in keywords:
            yield _SWITCH
        elif called.rpartition(".")[2] == "step" and keywords & {"start", "end"}:
            yield _ENDS


def flow_class_behind(value: Any) -> type | None:
    """Find the flow class behind a name: a bare ``@Mutator`` leaves its own instance there."""
    need_metaflow()
    from metaflow.flowspec import FlowSpec

    inner = value if isinstance(value, type) else getattr(value, "__dict__", {}).get("_flow_cls")
    if isinstance(inner, type) and issubclass(inner, FlowSpec) and inner is not FlowSpec:
        return inner
    return None


def forget_flow_decorators() -> None:
    """Let a flow be decorated as in a process of its own.

    Before 2.12.10 the decorators of all flows of a process are in one dictionary, and the second flow with
    ``@conda_base`` is refused as decorated twice.
    """
    from metaflow.flowspec import FlowSpec

    shared = vars(FlowSpec).get("_flow_decorators")
    if isinstance(shared, dict):
        shared.clear()


def graph_of(cls: Any) -> Any:
    """Return Metaflow's graph of a flow class.

    Raises
    ------
    FlowError
        If this Metaflow cannot read the class where it stands.
    """
    if "_graph" in vars(cls):
        return cls._graph
    # Before 2.13 a flow has its graph only once it is created, which the command line does.
    from metaflow.graph import FlowGraph

    try:
        with _importable_by_one_name(cls):
            graph = FlowGraph(cls)  # type: ignore[no-untyped-call]
    except (IndexError, ImportError, OSError) as error:
        raise FlowError(
            f"{cls.__name__}: Metaflow {metaflow_version()} reads only classes at the top of a module; "
            "since 2.13 they may stand anywhere."
        ) from error
    # The steps are those of the class statement, and say their lines but not their file.
    for node in graph:
        node.source_file = inspect.getsourcefile(cls)
    cls._graph = graph
    return graph


@contextmanager
def _importable_by_one_name(cls: Any) -> Iterator[None]:
    """Let ``__import__``, which 2.12 calls, return the module of a class: of ``a.b`` it gives ``a``."""
    name = cls.__module__
    alias = f"_flow_module_{id(cls)}"
    sys.modules[alias] = sys.modules[name]
    cls.__module__ = alias
    try:
        yield
    finally:
        cls.__module__ = name
        del sys.modules[alias]


def start_and_end(graph: Any) -> tuple[str, str]:
    """Name the first and the last step: before 2.19.23 they are always called ``start`` and ``end``."""
    return getattr(graph, "start_step", "start"), getattr(graph, "end_step", "end")


def switch_of(node: Any) -> tuple[str | None, dict[Any, str]]:
    """Return the condition and the cases of a step that ends with a switch; before 2.17.2 there are none."""
    return getattr(node, "condition", None), getattr(node, "switch_cases", {})


def parameters_of(cls: Any) -> dict[str, Any]:
    """Return a flow's parameters and configs by the name of their variable."""
    method: Callable[..., Any] = cls._get_parameters
    # In the first releases of 2.12 it is a method of an instance, of which it reads the attributes only.
    return dict(method() if hasattr(method, "__self__") else method(cls))


def parameter_options(parameter: Any) -> dict[str, Any]:
    """Return what the author gave a parameter: its default, its type, its help.

    Since 2.12.37 the constructor keeps these aside, and they become the parameter's own when a run begins.
    """
    given = {
        key: value for key, value in getattr(parameter, "_override_kwargs", {}).items() if value is not None
    }
    options = {**parameter.kwargs, **given}
    # Before that, and since then once a run begins, a function is wrapped. (An expression of a config has
    # every attribute that it is asked for, so it is asked what it is.)
    if type(options.get("default")).__name__ == "DeployTimeField":
        options["default"] = options["default"].fun
    return options


def is_config(parameter: Any) -> bool:
    """Return whether a parameter is a ``Config``; before 2.12.37 there are none."""
    return getattr(parameter, "IS_CONFIG_PARAMETER", False)


def default_file_of(parameter: Any) -> str | None:
    """Return the file that a config reads if a run names no other; ``None`` if there is none."""
    if not is_config(parameter) or not getattr(parameter, "_default_is_file", False):
        return None
    file = parameter_options(parameter).get("default")
    return file if isinstance(file, str) else None

"""Values of decorators and parameters as text: what the author would write, no addresses."""

from __future__ import annotations

from typing import Any

__all__ = ["call_text", "delayed", "delayed_text", "value_text"]


def value_text(value: Any) -> str:
    """Write a value as code, an expression of a config as an expression.

    >>> value_text({"a": [1, "b"]}), value_text(len)
    ("{'a': [1, 'b']}", 'len()')
    """
    if delayed(value):
        return delayed_text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {value_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(value_text, value))}]"
    if callable(value):
        # What a partial calls has a name where the partial itself has none.
        return f"{getattr(getattr(value, 'func', value), '__name__', 'function')}()"
    return repr(value)


def delayed(value: Any) -> bool:
    """Tell whether a value is an expression of a config, which Metaflow evaluates when a flow is run."""
    try:
        from metaflow.user_configs.config_parameters import DelayEvaluator
    except ImportError:  # Metaflow before 2.13 has no configs
        return False
    return isinstance(value, DelayEvaluator)


def delayed_text(value: Any) -> str:
    """Write an expression of a config: ``cfg.epochs``."""
    # Any other attribute of it, asked for by name, is one more part of the expression.
    access = vars(value).get("_access") or ()
    parts = (delayed_text(part) if delayed(part) else str(part) for part in access)
    return ".".join([vars(value)["_config_expr"], *parts])


def call_text(decorator: Any, name: str) -> str:
    """Write a decorator object as it would be written above a step, without what is its default.

    >>> class Retry:
    ...     defaults = {"times": 3, "minutes_between_retries": 2}
    ...     attributes = {"times": 1, "minutes_between_retries": 2}
    >>> call_text(Retry(), "retry")
    '@retry(times=1)'
    """
    if hasattr(decorator, "attributes"):
        defaults = getattr(type(decorator), "defaults", {})
        named = {key: value for key, value in decorator.attributes.items() if value != defaults.get(key)}
        # Metaflow merges what was given into its defaults by name: which of them stood without a name is
        # not known any more.
        given: list[Any] = []
    else:
        given, named = list(decorator._args), dict(decorator._kwargs)
    texts = [*map(value_text, given), *(f"{key}={value_text(value)}" for key, value in named.items())]
    return f"@{name}({', '.join(texts)})" if texts else f"@{name}"

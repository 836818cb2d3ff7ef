"""Values of decorators and parameters as text: what the author would write, no addresses."""

from __future__ import annotations

from typing import Any

from manim_metaflow.facts.metaflow_mutators import (
    config_expression,
    decorator_arguments,
    is_config_expression,
)

__all__ = ["call_text", "delayed_text", "value_text"]


def value_text(value: Any) -> str:
    """Write a value as code, an expression of a config as an expression.

    >>> value_text({"a": [1, "b"]}), value_text(len)
    ("{'a': [1, 'b']}", 'len()')
    """
    if is_config_expression(value):
        return delayed_text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {value_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(value_text, value))}]"
    if callable(value):
        # What a partial calls has a name where the partial itself has none.
        return f"{getattr(getattr(value, 'func', value), '__name__', 'function')}()"
    return repr(value)


def delayed_text(value: Any) -> str:
    """Write an expression of a config: ``cfg.epochs``."""
    first, *access = config_expression(value)
    parts = (delayed_text(part) if is_config_expression(part) else str(part) for part in access)
    return ".".join([first, *parts])


def call_text(decorator: Any, name: str) -> str:
    """Write a decorator object as it would be written above a step, without what is its default.

    >>> class Retry:
    ...     defaults = {"times": 3, "minutes_between_retries": 2}
    ...     attributes = {"times": 1, "minutes_between_retries": 2}
    >>> call_text(Retry(), "retry")
    '@retry(times=1)'
    """
    given, named = decorator_arguments(decorator)
    texts = [*map(value_text, given), *(f"{key}={value_text(value)}" for key, value in named.items())]
    return f"@{name}({', '.join(texts)})" if texts else f"@{name}"

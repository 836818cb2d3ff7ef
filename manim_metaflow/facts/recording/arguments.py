"""Sort the arguments of a run as Metaflow wants them: some of its options stand before the command."""

from __future__ import annotations

__all__ = ["top_level_first"]

_VALUES = {"--config": 2, "--config-value": 2, "--environment": 1, "--package-suffixes": 1}
"""How many values follow each option that Metaflow takes before the command only."""


def top_level_first(command: str, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Put the options that Metaflow takes before the command there, and the others after it.

    Parameters
    ----------
    command
        ``"run"`` or ``"resume"``.
    arguments
        As a user may give them, with the command among them or without it.

    Examples
    --------
    >>> top_level_first("run", ("--alpha", "3", "--config", "cfg", "prod.json"))
    ('--config', 'cfg', 'prod.json', 'run', '--alpha', '3')
    >>> top_level_first("run", ("--environment=pypi", "run", "--alpha", "3"))
    ('--environment=pypi', 'run', '--alpha', '3')
    """
    before: list[str] = []
    after: list[str] = []
    rest = list(arguments)
    while rest:
        name, equals, _ = rest[0].partition("=")
        into = before if name in _VALUES else after
        # With an equals sign the first of the values is part of the same word.
        count = 1 + _VALUES.get(name, 0) - bool(equals and name in _VALUES)
        into += rest[:count]
        rest = rest[count:]
    return (*before, command, *(after[1:] if after[:1] == [command] else after))

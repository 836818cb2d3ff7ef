"""What kinds of steps there are, and what each kind implies. A new kind is defined here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, cast

__all__ = ["KINDS", "FanOut", "KindTraits", "StepKind", "kind_stored_as", "kind_traits"]

StepKind = Literal["start", "linear", "split", "foreach", "split-switch", "join", "end"]
"""Metaflow's own ``DAGNode.type``. A start step that fans out has the kind of its fan-out."""

FanOut = Literal["split", "foreach", "switch"]
"""How one step leads to several: to all of them, to one many times, to one of them."""


@dataclass(frozen=True, slots=True)
class KindTraits:
    """What the kind of a step implies."""

    fan_out: FanOut | None = None
    """How it leads to several steps or tasks, if it does."""
    joins: bool = False
    """Whether it closes a split and takes several inputs."""
    ends: bool = False
    """Whether nothing follows it."""
    stored_as: tuple[str, ...] = ()
    """What Metaflow calls it in ``_graph_info``, if not by the name of the kind."""

    @property
    def opens_split(self) -> bool:
        """Whether a join has to close what it opens. Metaflow demands none after a switch."""
        return self.fan_out in ("split", "foreach")


KINDS: Mapping[str, KindTraits] = MappingProxyType(
    {
        "start": KindTraits(),
        "linear": KindTraits(),
        "split": KindTraits(fan_out="split", stored_as=("split-static",)),
        "foreach": KindTraits(fan_out="foreach", stored_as=("split-foreach", "split-parallel")),
        "split-switch": KindTraits(fan_out="switch"),
        "join": KindTraits(joins=True),
        "end": KindTraits(ends=True),
    }
)
"""Every kind of step."""

_PLAIN = KindTraits()
_STORED = {name: kind for kind, traits in KINDS.items() for name in traits.stored_as}


def kind_traits(kind: str | None) -> KindTraits:
    """Return what a kind implies: nothing, where Metaflow has no word for a step, or a new one.

    >>> kind_traits("foreach").opens_split, kind_traits(None).opens_split
    (True, False)
    """
    return _PLAIN if kind is None else KINDS.get(kind, _PLAIN)


def kind_stored_as(name: str) -> StepKind:
    """Return the kind of a step by the name that ``_graph_info`` has for it.

    >>> kind_stored_as("split-parallel"), kind_stored_as("join")
    ('foreach', 'join')
    """
    return cast("StepKind", _STORED.get(name, name))

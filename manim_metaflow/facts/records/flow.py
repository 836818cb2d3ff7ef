"""A flow as its class defines it, before any run: its steps, edges, parameters and decorators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from manim_metaflow.errors import UnknownNameError
from manim_metaflow.facts.records.codec import JsonRecord
from manim_metaflow.facts.records.faults import flow_faults
from manim_metaflow.facts.records.kinds import KindTraits, StepKind, kind_traits
from manim_metaflow.utils.text import known_names

__all__ = ["DecoratorInfo", "EdgeInfo", "EdgeKind", "FlowInfo", "ParameterInfo", "StepInfo"]

EdgeKind = Literal["next", "branch", "foreach", "case", "loop"]


@dataclass(frozen=True)
class DecoratorInfo:
    """A decorator as the author wrote it, or as a mutator added it.

    ``text`` is what the source has, ``@resources(gpu=1)``; ``name`` is Metaflow's name for it. ``added_by``
    names the mutator, if the source does not have it.
    """

    name: str
    text: str
    added_by: str = ""

    @property
    def note(self) -> str:
        """The text, with a mark where a mutator added it.

        >>> DecoratorInfo("retry", "@retry(times=1)", added_by="Sturdy").note
        '+ @retry(times=1)'
        """
        return f"+ {self.text}" if self.added_by else self.text


@dataclass(frozen=True)
class ParameterInfo:
    """A ``Parameter``, ``Config`` or ``IncludeFile`` of a flow.

    ``default`` is the ``repr`` of its default, if there is one. Where that is only computed when the flow
    is run, ``expression`` is what the source has, and ``default`` the value if it is known. ``added_by``
    names the mutator that added it.
    """

    name: str
    variable: str
    kind: str
    default: str | None = None
    help: str | None = None
    expression: str = ""
    added_by: str = ""

    @property
    def default_text(self) -> str:
        """The default's value, its expression, or both; empty where there is none.

        >>> ParameterInfo("epochs", "epochs", "Parameter", "5", expression="cfg.epochs").default_text
        '5 (cfg.epochs)'
        """
        if self.default is None or not self.expression:
            return self.default or self.expression
        return f"{self.default} ({self.expression})"


@dataclass(frozen=True)
class EdgeInfo:
    """One arrow of the graph. Two switch cases to one target are one edge with two labels."""

    source: str
    target: str
    kind: EdgeKind
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepInfo:
    """One step of a flow.

    ``source`` is the step's text with its decorators, ``first_line`` to ``last_line`` are its lines (1-based,
    inclusive) in ``file``, a bare file name. ``targets`` keeps the order of ``self.next`` without
    repeats; ``split_parents`` lists the open splits, outermost first, as Metaflow does (a join includes
    the split it closes); ``matching_join`` is set on splits and foreaches. Where ``num_parallel`` is only
    known in a run, ``parallel_expression`` is what the source has in its place.
    """

    name: str
    kind: StepKind
    doc: str = ""
    decorators: tuple[DecoratorInfo, ...] = ()
    source: str = ""
    file: str = ""
    first_line: int = 0
    last_line: int = 0
    targets: tuple[str, ...] = ()
    foreach_param: str | None = None
    parallel: bool = False
    num_parallel: int | None = None
    parallel_step: bool = False
    parallel_expression: str = ""
    condition: str | None = None
    cases: tuple[tuple[str, str], ...] = ()
    split_parents: tuple[str, ...] = ()
    matching_join: str | None = None

    @property
    def traits(self) -> KindTraits:
        """What the step's kind implies."""
        return kind_traits(self.kind)

    @property
    def is_foreach(self) -> bool:
        """Whether the step's only target has many tasks; ``num_parallel`` is a foreach, too."""
        return self.traits.fan_out == "foreach"

    @property
    def is_switch(self) -> bool:
        """Whether the run goes on with one of several targets."""
        return self.traits.fan_out == "switch"

    @property
    def opens_split(self) -> bool:
        """Whether a join has to close what the step opens."""
        return self.traits.opens_split

    @property
    def is_join(self) -> bool:
        """Whether the step closes a split."""
        return self.traits.joins

    @property
    def enclosing_splits(self) -> tuple[str, ...]:
        """The splits that the step is inside of, outermost first.

        Metaflow's ``split_parents`` of a join have the split it closes, but the join is outside of it.
        """
        return self.split_parents[:-1] if self.is_join else self.split_parents


@dataclass(frozen=True)
class FlowInfo(JsonRecord):
    """A flow as its class defines it: the input of every layout and of :class:`.FlowDAG`."""

    name: str
    steps: tuple[StepInfo, ...]
    edges: tuple[EdgeInfo, ...]
    start: str
    end: str
    doc: str = ""
    parameters: tuple[ParameterInfo, ...] = ()
    decorators: tuple[DecoratorInfo, ...] = ()
    file: str = ""
    source: str = ""
    """The whole text of the flow's file (or of the class, where there is no file)."""

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the record as a whole."""
        return flow_faults(self, "record")

    @cached_property
    def _by_name(self) -> dict[str, StepInfo]:
        return {step.name: step for step in self.steps}

    def __getitem__(self, name: str) -> StepInfo:
        if name not in self._by_name:
            raise UnknownNameError(
                f"{self.name} has no step {name!r}. {known_names(name, self._by_name, 'steps')}"
            )
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

"""What states a task can be in, and what each state implies. A new state is defined here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = [
    "ENDED",
    "FAILED",
    "STATES",
    "SUCCEEDED",
    "WAITING",
    "WORKING",
    "Phase",
    "ShownState",
    "StateTraits",
    "TaskState",
    "combined_state",
]

TaskState = Literal[
    "pending", "queued", "running", "done", "failed", "retrying", "caught", "cloned", "killed"
]
"""The states that records hold."""

ShownState = Literal[TaskState, "timed out", "unreached"]
"""The states that are shown. Two follow from more than the task's state: a task that failed because its
time was up has timed out, and a step that the run never came to is unreached."""

Phase = Literal["waiting", "working", "succeeded", "failed", "never"]
"""Where in its life a task is. It has succeeded if its artifacts are there for the steps after it."""


@dataclass(frozen=True, slots=True)
class StateTraits:
    """What the state of a task implies."""

    phase: Phase
    counted_as: str
    """The state that stands for it where tasks are counted: a killed task failed."""
    raised: bool = False
    """Whether the step's own code raised."""


STATES: Mapping[str, StateTraits] = MappingProxyType(
    {
        "pending": StateTraits("waiting", "pending"),
        "queued": StateTraits("waiting", "queued"),
        "running": StateTraits("working", "running"),
        "done": StateTraits("succeeded", "done"),
        "failed": StateTraits("failed", "failed", raised=True),
        "retrying": StateTraits("working", "running"),
        "caught": StateTraits("succeeded", "caught", raised=True),
        "timed out": StateTraits("failed", "failed", raised=True),
        "killed": StateTraits("failed", "failed"),
        "cloned": StateTraits("succeeded", "cloned"),
        "unreached": StateTraits("never", "unreached"),
    }
)
"""Every state that is shown, in Metaflow's words where it has one."""


def _in_phase(phase: Phase) -> tuple[str, ...]:
    return tuple(state for state, traits in STATES.items() if traits.phase == phase)


WAITING, WORKING = _in_phase("waiting"), _in_phase("working")
SUCCEEDED, FAILED = _in_phase("succeeded"), _in_phase("failed")
ENDED = (*SUCCEEDED, *FAILED)


def combined_state(states: Iterable[str]) -> str:
    """Return the one state that stands for several tasks.

    >>> combined_state(["done", "running", "pending"]), combined_state(["done", "failed"])
    ('running', 'failed')
    >>> combined_state(["done", "pending"]), combined_state(["cloned", "cloned"])
    ('running', 'cloned')
    """
    present = set(states)
    # What still runs may yet change everything, so it comes first; then a failure, which is what to look at.
    for state in (*WORKING, *FAILED):
        if state in present:
            return state
    ended = present.intersection(SUCCEEDED)
    if ended and ended == present:
        # One that raised is what to look at, though the run went on.
        if "caught" in ended:
            return "caught"
        # Only if all were taken over was nothing executed.
        return "cloned" if ended == {"cloned"} else "done"
    if ended:
        # Some have ended and the others wait: between two tasks the step as a whole is still at work.
        return "running"
    return "queued" if "queued" in present else "pending"

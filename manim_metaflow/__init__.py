"""Manim mobjects and animations that explain Metaflow, drawn from real flows and real runs.

What ten-line scenes need is here; the rest stands under its subject, :mod:`manim_metaflow.graph`,
:mod:`manim_metaflow.code`, :mod:`manim_metaflow.storage` and :mod:`manim_metaflow.runs`.

Manim loads every installed plugin with itself, so this module imports nothing: a name is looked up when
it is first used, and Metaflow is imported when a flow is first read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from manim_metaflow.utils.lazy import lazy_names

if TYPE_CHECKING:
    from manim_metaflow.code import (
        CodePanel as CodePanel,
        EvolveCode as EvolveCode,
        FlowStory as FlowStory,
        FocusCode as FocusCode,
    )
    from manim_metaflow.errors import ManimMetaflowError as ManimMetaflowError
    from manim_metaflow.facts import (
        FlowInfo as FlowInfo,
        RunRecord as RunRecord,
        load_flow as load_flow,
        load_run as load_run,
        load_storage as load_storage,
        record_resume as record_resume,
        record_run as record_run,
        record_spin as record_spin,
    )
    from manim_metaflow.graph import EvolveFlow as EvolveFlow, FlowDAG as FlowDAG, StepNode as StepNode
    from manim_metaflow.mobjects import TextBlock as TextBlock, TextLabel as TextLabel
    from manim_metaflow.runs import (
        ReplayRun as ReplayRun,
        ResumeRun as ResumeRun,
        RunClock as RunClock,
        RunHeading as RunHeading,
        RunTimeline as RunTimeline,
        SpinStep as SpinStep,
        UnfoldTasks as UnfoldTasks,
    )
    from manim_metaflow.scene import DeepDive as DeepDive
    from manim_metaflow.storage import (
        ArtifactChip as ArtifactChip,
        ContentStore as ContentStore,
        Face as Face,
        KeyMap as KeyMap,
    )
    from manim_metaflow.theme import (
        DARK_THEME as DARK_THEME,
        LIGHT_THEME as LIGHT_THEME,
        Theme as Theme,
        current_theme as current_theme,
        use_theme as use_theme,
    )

_HOMES = {
    "CodePanel": "code",
    "EvolveCode": "code",
    "FlowStory": "code",
    "FocusCode": "code",
    "ManimMetaflowError": "errors",
    "FlowInfo": "facts",
    "RunRecord": "facts",
    "load_flow": "facts",
    "load_run": "facts",
    "load_storage": "facts",
    "record_resume": "facts",
    "record_run": "facts",
    "record_spin": "facts",
    "EvolveFlow": "graph",
    "FlowDAG": "graph",
    "StepNode": "graph",
    "TextBlock": "mobjects",
    "TextLabel": "mobjects",
    "ReplayRun": "runs",
    "ResumeRun": "runs",
    "RunClock": "runs",
    "RunHeading": "runs",
    "RunTimeline": "runs",
    "SpinStep": "runs",
    "UnfoldTasks": "runs",
    "DeepDive": "scene",
    "ArtifactChip": "storage",
    "ContentStore": "storage",
    "Face": "storage",
    "KeyMap": "storage",
    "DARK_THEME": "theme",
    "LIGHT_THEME": "theme",
    "Theme": "theme",
    "current_theme": "theme",
    "use_theme": "theme",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - computed, so that a name is written once

__version__ = "0.1.0"

__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__

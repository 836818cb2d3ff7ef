"""Runs: replay, resume, spin, comparison, and what is shown of them beside a graph."""

from manim_metaflow.animations.runs import *
from manim_metaflow.facts.recording.command import (
    CommandRecord as CommandRecord,
    record_command as record_command,
)
from manim_metaflow.facts.recording.recordings import list_recordings as list_recordings
from manim_metaflow.facts.recording.runs import record_resume as record_resume, record_run as record_run
from manim_metaflow.facts.recording.spin import record_spin as record_spin
from manim_metaflow.facts.records import (
    ArtifactRecord as ArtifactRecord,
    AttemptRecord as AttemptRecord,
    ExceptionRecord as ExceptionRecord,
    PackageRecord as PackageRecord,
    RunRecord as RunRecord,
    TaskRecord as TaskRecord,
)
from manim_metaflow.facts.run.compare import (
    RunComparison as RunComparison,
    StepComparison as StepComparison,
    compare_runs as compare_runs,
)
from manim_metaflow.facts.run.load import load_run as load_run
from manim_metaflow.facts.run.record_file import load_recording as load_recording
from manim_metaflow.mobjects.runs import *

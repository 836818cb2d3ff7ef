"""What is shown of a run beside its graph: time, words, comparison, evidence."""

from manim_metaflow.mobjects.runs.clock import RunClock
from manim_metaflow.mobjects.runs.comparison import ActionPill, ComparisonGrid, HashPair
from manim_metaflow.mobjects.runs.evidence import EvidenceTable, Statement
from manim_metaflow.mobjects.runs.failure import FailureNote
from manim_metaflow.mobjects.runs.headings import ExceptionNote, KeyLine, RunHeading
from manim_metaflow.mobjects.runs.spin import SpinBench
from manim_metaflow.mobjects.runs.tally import RunTally
from manim_metaflow.mobjects.runs.timeline import RunTimeline

__all__ = [
    "ActionPill",
    "ComparisonGrid",
    "EvidenceTable",
    "ExceptionNote",
    "FailureNote",
    "HashPair",
    "KeyLine",
    "RunClock",
    "RunHeading",
    "RunTally",
    "RunTimeline",
    "SpinBench",
    "Statement",
]

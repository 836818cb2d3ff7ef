"""Geometry to pictures: Manim mobjects with Metaflow's names."""

from manim_metaflow.mobjects.blob import BlobCell
from manim_metaflow.mobjects.bytes import BytesStrip, HashLabel
from manim_metaflow.mobjects.chip import ArtifactChip
from manim_metaflow.mobjects.clock import RunClock
from manim_metaflow.mobjects.code import CodePanel
from manim_metaflow.mobjects.compare import ComparisonGrid, DeedPill, HashPair
from manim_metaflow.mobjects.counter import TaskCounter
from manim_metaflow.mobjects.dag import FlowDAG
from manim_metaflow.mobjects.edge import FlowEdge
from manim_metaflow.mobjects.evidence import EvidenceTable, Statement
from manim_metaflow.mobjects.face import Face
from manim_metaflow.mobjects.file_tree import FileTree
from manim_metaflow.mobjects.heading import FlowHeading
from manim_metaflow.mobjects.keys import KeyMap
from manim_metaflow.mobjects.label import TextBlock, TextLabel
from manim_metaflow.mobjects.lanes import RunTimeline
from manim_metaflow.mobjects.lifecycle import LifecycleTrack, StoragePanel
from manim_metaflow.mobjects.metadata import MetadataPanel
from manim_metaflow.mobjects.node import STATES, StepNode
from manim_metaflow.mobjects.notebook import NotebookPanel
from manim_metaflow.mobjects.path import Path
from manim_metaflow.mobjects.region import ForeachRegion
from manim_metaflow.mobjects.runs import ExceptionNote, KeyLine, RunHeading, RunTally
from manim_metaflow.mobjects.spin import SpinBench
from manim_metaflow.mobjects.stack import TaskStack
from manim_metaflow.mobjects.store import ContentStore
from manim_metaflow.mobjects.terminal import TerminalPanel

__all__ = [
    "STATES",
    "ArtifactChip",
    "BlobCell",
    "BytesStrip",
    "CodePanel",
    "ComparisonGrid",
    "ContentStore",
    "DeedPill",
    "EvidenceTable",
    "ExceptionNote",
    "Face",
    "FileTree",
    "FlowDAG",
    "FlowEdge",
    "FlowHeading",
    "ForeachRegion",
    "HashLabel",
    "HashPair",
    "KeyLine",
    "KeyMap",
    "LifecycleTrack",
    "MetadataPanel",
    "NotebookPanel",
    "Path",
    "RunClock",
    "RunHeading",
    "RunTally",
    "RunTimeline",
    "SpinBench",
    "Statement",
    "StepNode",
    "StoragePanel",
    "TaskCounter",
    "TaskStack",
    "TerminalPanel",
    "TextBlock",
    "TextLabel",
]

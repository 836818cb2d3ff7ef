"""Source code, notebooks, terminals and file trees, and how they move."""

from manim_metaflow.animations.code import *
from manim_metaflow.facts.flow.notebook import (
    NotebookCell as NotebookCell,
    NotebookRecord as NotebookRecord,
    load_notebook as load_notebook,
)
from manim_metaflow.facts.flow.versions import (
    FlowVersion as FlowVersion,
    git_versions as git_versions,
    load_version as load_version,
)
from manim_metaflow.facts.recording.console import console_story as console_story
from manim_metaflow.mobjects.code import *

"""Pictures to motion, driven by records."""

from manim_metaflow.animations.code import *
from manim_metaflow.animations.graph import *
from manim_metaflow.animations.motion import *
from manim_metaflow.animations.runs import *
from manim_metaflow.animations.storage import *

"""Geometry to pictures: Manim mobjects with Metaflow's names."""

from manim_metaflow.mobjects.code import *
from manim_metaflow.mobjects.graph import *
from manim_metaflow.mobjects.runs import *
from manim_metaflow.mobjects.shapes import Shape as Shape
from manim_metaflow.mobjects.storage import *
from manim_metaflow.mobjects.text import *

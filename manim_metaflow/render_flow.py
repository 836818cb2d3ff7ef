"""Render scenes on Metaflow: ``python -m manim_metaflow.render_flow run --scenes scenes/``.

Every scene is a task of its own; the films become artifacts.
"""
# mypy: ignore-errors

import os
import secrets
import sys
from pathlib import Path

# Metaflow starts a task with this file's path, and Python then looks for every module beside it first.
sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]

from manim_metaflow.errors import ManimMetaflowError  # noqa: E402
from manim_metaflow.facts.metaflow_internals import need_metaflow  # noqa: E402

try:
    need_metaflow()
except ManimMetaflowError as error:
    sys.exit(f"manim-metaflow: {error}")

import metaflow  # noqa: E402
from metaflow import FlowSpec, Parameter, card, current, step  # noqa: E402
from metaflow.cards import Image, Markdown  # noqa: E402

_PACKED = "scenes"
_SUFFIXES = "py json toml yaml yml cfg txt csv md svg png jpg jpeg gif wav mp3 ogg ttf otf npy npz"


def _scenes_folder(arguments):
    """Read which folder the command line names: what goes along is packed before parameters are read.

    For commands that have no ``--scenes``, such as ``argo-workflows create``, the environment names it.
    """
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, _, value = argument.partition("=")
        if name == "--scenes":
            return Path(value or following)
    return Path(os.environ.get("MANIM_METAFLOW_SCENES", _PACKED))


def _with_scenes(flow):
    """Let the scenes, what they read, and ``manim.cfg`` go to other machines with the flow's code."""
    folder, configuration = _scenes_folder(sys.argv), Path("manim.cfg")
    if not hasattr(metaflow, "package_sources") or not folder.is_dir():
        return flow
    sources = [(str(folder.resolve()), _PACKED)]
    if configuration.is_file():
        sources.append((str(configuration.resolve()), configuration.name))
    return metaflow.package_sources(sources, suffixes=_SUFFIXES.split())(flow)


@_with_scenes
class RenderFlow(FlowSpec):
    """Every scene is a task. The films become artifacts."""

    scenes = Parameter("scenes", default=_PACKED, help="A folder of scene files.")
    only = Parameter("only", default="", help="Scenes to render, with commas between; all by default.")
    quality = Parameter("quality", default="h", help="Manim's quality: l, m, h, p or k.")
    options = Parameter("options", default="", help="More options of manim render.")
    media_dir = Parameter("media_dir", default="", help="Where films go too; nowhere by default.")
    parts = Parameter("parts", default=1, help="Tasks for each scene: more than one for long films.")

    @step
    def start(self) -> None:
        """Find the scenes."""
        from manim_metaflow.films.flow_tasks import in_parts, list_scenes

        scenes = list_scenes(self.folder(), [name for name in self.only.split(",") if name])
        self.jobs = in_parts(scenes, self.parts)
        # All parts of a scene must draw the same random numbers.
        self.seed = secrets.randbits(32) if self.parts > 1 else 0
        self.next(self.render, foreach="jobs")

    @step
    def render(self) -> None:
        """Render one scene, or a part of it."""
        from manim_metaflow.films.flow_tasks import render_one

        options = [f"--quality={self.quality}", *self.options.split()]
        film = render_one(self.input, self.folder(), options, self.media_dir, self.seed)
        self.scene, self.file, self.film = film.scene, film.file, film.content
        self.captions, self.sheet, self.seconds = film.captions, film.sheet, film.seconds
        self.marks = film.marks
        self.next(self.gather)

    @card(type="blank")
    @step
    def gather(self, inputs: "list[RenderFlow]") -> None:
        """Put parts together, and the films side by side."""
        from manim_metaflow.films.flow_tasks import Film, card_entries, join_parts

        films = join_parts(Film.of(part) for part in inputs)
        # The same bytes have the same key: each film stays one blob in the datastore.
        for film in films:
            setattr(self, f"film_{film.scene.partition(':')[2]}", film.content)
        self.films = {film.scene: film.file for film in films}
        for text, sheet in card_entries(films):
            current.card.extend([Markdown(text), Image(sheet)])
        self.next(self.end)

    @step
    def end(self) -> None:
        """Say what there is."""
        for scene, file in self.films.items():
            film = getattr(self, f"film_{scene.partition(':')[2]}")
            print(f"{scene}: {file}, {len(film):,} bytes")

    def folder(self) -> Path:
        """Find the scenes where the user has them, or where they came with the code."""
        named = Path(self.scenes)
        return named if named.is_dir() else Path(_PACKED)


if __name__ == "__main__":
    RenderFlow()

"""Render scenes on Metaflow: ``python -m manim_metaflow.render_flow run --scenes scenes/``.

Every scene is a task of its own; the films become artifacts.
"""
# mypy: ignore-errors

import os
import sys
from pathlib import Path

# Metaflow starts a task with this file's path, and Python then looks for every module beside it first.
sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]

import metaflow  # noqa: E402
from metaflow import FlowSpec, Parameter, card, current, step  # noqa: E402
from metaflow.cards import Image, Markdown  # noqa: E402

_PACKED = "scenes"
_READ = "py json toml yaml yml cfg txt csv md svg png jpg jpeg gif wav mp3 ogg ttf otf npy npz"


def _asked_folder(arguments):
    """Read which folder the command line names: what goes along is packed before parameters are read.

    Commands that have no ``--scenes``, such as ``argo-workflows create``, are told by the environment.
    """
    for said, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, _, value = said.partition("=")
        if name == "--scenes":
            return Path(value or following)
    return Path(os.environ.get("MANIM_METAFLOW_SCENES", _PACKED))


def _with_scenes(flow):
    """Let the scenes, what they read, and ``manim.cfg`` go to other machines with the flow's code."""
    folder, configuration = _asked_folder(sys.argv), Path("manim.cfg")
    if not hasattr(metaflow, "package_sources") or not folder.is_dir():
        return flow
    sources = [(str(folder.resolve()), _PACKED)]
    if configuration.is_file():
        sources.append((str(configuration.resolve()), configuration.name))
    return metaflow.package_sources(sources, suffixes=_READ.split())(flow)


@_with_scenes
class RenderFlow(FlowSpec):
    """Every scene is a task. The films become artifacts."""

    scenes = Parameter("scenes", default=_PACKED, help="A folder of scene files.")
    only = Parameter("only", default="", help="Scenes to render, with commas between; all by default.")
    quality = Parameter("quality", default="h", help="Manim's quality: l, m, h, p or k.")
    options = Parameter("options", default="", help="More options of manim render.")
    media_dir = Parameter("media_dir", default="", help="Where films go too; nowhere by default.")

    @step
    def start(self) -> None:
        """Find the scenes."""
        from manim_metaflow.render.parcel import list_scenes

        self.found = list_scenes(self.folder(), [name for name in self.only.split(",") if name])
        self.next(self.render, foreach="found")

    @step
    def render(self) -> None:
        """Render one scene."""
        from manim_metaflow.render.parcel import render_one

        self.scene = self.input
        made = render_one(self.scene, self.folder(), self.asked(), self.media_dir)
        self.file, self.film, self.captions = made.file, made.content, made.captions
        self.sheet, self.seconds = made.sheet, made.seconds
        self.next(self.gather)

    @card(type="blank")
    @step
    def gather(self, inputs: "list[RenderFlow]") -> None:
        """Put the films side by side."""
        from manim_metaflow.render.parcel import Film, shown

        films = {
            part.scene: Film(part.file, part.film, part.captions, part.sheet, part.seconds) for part in inputs
        }
        # The same bytes have the same key: each film stays one blob in the datastore.
        for scene, film in films.items():
            setattr(self, f"film_{scene.partition(':')[2]}", film.content)
        self.films = {scene: film.file for scene, film in films.items()}
        for text, sheet in shown(films):
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

    def asked(self) -> list[str]:
        """Give the options of every render."""
        return [f"--quality={self.quality}", *self.options.split()]


if __name__ == "__main__":
    RenderFlow()

"""A film in which the graph of a flow builds itself."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Create, FadeIn, MovingCameraScene, Scene, VGroup, config, linear, smooth, tempconfig
from manim.constants import QUALITIES
from PIL import Image

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.graph.dag import FlowDAG

__all__ = ["film_flow", "film_length", "frames_per_second", "render_film"]

MARGIN = 0.55
PAUSE = 1.6
"""Seconds the finished graph stands still."""

STEP_TIME, SHORTEST_TOUR, LONGEST_TOUR = 0.55, 8.0, 60.0
"""Seconds a step takes in a tour, and what the whole takes."""

READING, ARRIVAL = 1.2, 1.2
HEADING_TIME = 1.0 + READING + ARRIVAL
"""Seconds of a tour before the graph begins to grow: the heading appears, is read, and is left."""

GIF_RATE = 20
"""Frames a second of a GIF, which counts time in hundredths."""

Points = npt.NDArray[np.float64]


def frames_per_second(quality: str, suffix: str) -> int:
    """Return the frame rate of one of Manim's qualities, given by its letter."""
    rate = int(_quality(quality)["frame_rate"])
    return min(rate, GIF_RATE) if suffix == ".gif" else rate


def film_length(dag: FlowDAG) -> float:
    """Return how many seconds the film of a graph lasts."""
    if not needs_tour(dag):
        return float(Create(dag).run_time) + PAUSE
    return tour_time(dag) + PAUSE + (HEADING_TIME if dag.heading is not None else 0.0)


def needs_tour(dag: FlowDAG) -> bool:
    """Tell whether a graph is too large for Manim's frame."""
    width, height = config.frame_width - 2 * MARGIN, config.frame_height - 2 * MARGIN
    return bool(dag.width > width + 1e-6 or dag.height > height + 1e-6)


def tour_time(dag: FlowDAG) -> float:
    """Return how many seconds the camera takes to follow a graph."""
    return min(LONGEST_TOUR, max(SHORTEST_TOUR, STEP_TIME * len(dag.nodes)))


def film_flow(
    dag: FlowDAG,
    draft: Path,
    *,
    quality: str,
    tell: Callable[[float], None],
) -> None:
    """Render the film to a file whose suffix says the format.

    Parameters
    ----------
    dag
        The graph. If it does not fit the frame, the camera follows as it grows.
    draft
        The file to write.
    quality
        Manim's letter: l m h p k.
    tell
        Called with the seconds rendered so far.
    """
    with tempfile.TemporaryDirectory(prefix="manim-metaflow-") as media:
        render_film(lambda: FlowFilm(dag, tell), draft, media, quality, dag.theme.background)


def render_film(
    make_scene: Callable[[], Scene], draft: Path, media: str | Path, quality: str, background: str
) -> None:
    """Render a scene, built under its film's settings, to a file whose suffix says the format."""
    with _settings(str(media), draft.suffix.lower(), quality, background):
        scene = make_scene()
        scene.render()
        writer: Any = scene.renderer.file_writer
        if draft.suffix.lower() == ".gif":
            _join_gif(sorted(writer.image_sequence_directory.glob("*.png")), draft)
        else:
            shutil.move(writer.movie_file_path, draft)


class FlowFilm(MovingCameraScene):
    """The graph builds itself in reading order."""

    def __init__(self, dag: FlowDAG, tell: Callable[[float], None]) -> None:
        super().__init__()
        self.dag, self.tell = dag, tell
        self._before = 0.0

    def construct(self) -> None:
        """Build the graph, in the frame or along the way of the camera."""
        if needs_tour(self.dag):
            self._tour()
        else:
            self.play(Create(self.dag))
        self.wait(PAUSE)

    def _tour(self) -> None:
        time = tour_time(self.dag)
        frame = self.camera.frame  # type: ignore[union-attr]
        way = camera_way(self.dag, np.array([frame.width, frame.height]))
        frame.move_to([*way[0], 0.0])
        if self.dag.heading is not None:
            heading = self.dag.heading
            frame.move_to([*_nearest(heading, frame), 0.0])
            self.play(FadeIn(heading))
            self.wait(READING)
            start = np.array(frame.get_center()[:2])
            arrival = move_camera(0.0, ARRIVAL, frame, np.array([start, way[0]]), smooth)
            self.play(Timeline([frame], [arrival]))
        self.play(Create(self.dag, run_time=time), Timeline([frame], [move_camera(0.0, time, frame, way)]))

    def update_to_time(self, t: float) -> None:
        """Say how far the film is."""
        super().update_to_time(t)
        self.tell(self._before + t)

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Play, and count the seconds."""
        super().play(*args, **kwargs)
        self._before += float(self.duration or 0.0)


def move_camera(
    start: float, end: float, frame: Any, path: Points, pace: Callable[[float], float] = linear
) -> Clip:
    """Let the middle of a camera's frame go along a path, points of shape ``(n, 2)`` at an equal pace."""
    rest = frame.points.copy()
    center = np.array(frame.get_center())

    def show(progress: float) -> None:
        at = pace(progress) * (len(path) - 1)
        index = np.arange(len(path))
        x, y = (float(np.interp(at, index, path[:, axis])) for axis in (0, 1))
        frame.points = rest + np.array([x, y, 0.0]) - center

    return Clip(start, end, show, touches=[frame])


def camera_way(dag: FlowDAG, frame: Points) -> Points:
    """Return where the camera looks while the graph grows, shape ``(n, 2)``.

    It follows the steps in reading order, as smoothly as they let it, and shows no more empty ground
    than the frame's margin.
    """
    centers = np.array([node.get_center()[:2] for node in dag.nodes.values()])
    fine = np.linspace(0, len(centers) - 1, 4 * len(centers))
    index = np.arange(len(centers))
    way = np.stack([np.interp(fine, index, centers[:, axis]) for axis in (0, 1)], axis=1)
    reach = 8
    kernel = np.hanning(2 * reach + 3)[1:-1]
    padded = np.concatenate([way[:1].repeat(reach, 0), way, way[-1:].repeat(reach, 0)])
    smoothed = [np.convolve(padded[:, axis], kernel / kernel.sum(), "valid") for axis in (0, 1)]
    low, high = _free(dag, frame)
    return np.asarray(np.clip(np.stack(smoothed, axis=1), low, high))


def _free(dag: VGroup, frame: Points) -> tuple[Points, Points]:
    """Lowest and highest centre of a camera that shows as little ground outside as it can."""
    middle = np.array(dag.get_center()[:2])
    size = np.array([dag.width, dag.height]) + 2 * MARGIN
    slack = np.maximum(0.0, (size - frame) / 2)
    return middle - slack, middle + slack


def _nearest(heading: VGroup, frame: Any) -> tuple[float, float]:
    """Centre of a camera that has the heading in its upper left corner."""
    left, top = float(heading.get_left()[0]), float(heading.get_top()[1])
    return left - MARGIN + frame.width / 2, top + MARGIN - frame.height / 2


def _join_gif(frames: list[Path], draft: Path) -> None:
    """Write frames as a GIF of plain colours: Manim's own are dithered, and a hundred times larger."""
    with Image.open(frames[-1]) as last:
        palette = last.convert("RGB").quantize(255)

    def pictures() -> Iterator[Image.Image]:
        for frame in frames:
            with Image.open(frame) as picture:
                yield picture.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)

    first, *rest = pictures()
    first.save(draft, save_all=True, append_images=rest, duration=1000 // GIF_RATE, loop=0)


def _quality(letter: str) -> Any:
    return next(preset for preset in QUALITIES.values() if preset["flag"] == letter)


@contextmanager
def _settings(media: str, suffix: str, quality: str, background: str) -> Iterator[None]:
    preset = _quality(quality)
    settings: dict[str, Any] = {
        "media_dir": media,
        "output_file": "film",
        "renderer": "cairo",
        "format": "png-sequence" if suffix == ".gif" else suffix[1:],
        "pixel_width": preset["pixel_width"],
        "pixel_height": preset["pixel_height"],
        "frame_rate": frames_per_second(quality, suffix),
        "background_color": background,
        "background_opacity": 0.0 if suffix == ".webm" else 1.0,
        "dry_run": False,
        "disable_caching": True,
        "save_sections": False,
        "save_last_frame": False,
        "from_animation_number": 0,
        "upto_animation_number": -1,
        "preview": False,
        "log_to_file": False,
        "verbosity": "ERROR",
        "progress_bar": "none",
    }
    with tempconfig(settings):
        yield

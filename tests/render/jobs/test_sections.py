"""Which sections of a scene are drawn, and where its sounds are in the films."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import av
import manim as mn
import numpy as np
import pytest
from source_frames import small

from manim_metaflow.render.drawing.accelerate import accelerate
from manim_metaflow.render.jobs.scene_manager import SceneManager
from manim_metaflow.render.jobs.sections import Sections


def sections(wanted: str, *names: str) -> Sections:
    """Play sections; an empty name stands for a section without a play, called ``empty``."""
    found = Sections(
        wanted, lambda number, name: Path(f"S_{number:04}_{name.strip('?').replace(' ', '-')}.mp4")
    )
    for name in names:
        found.begin(name or "empty", 0.0)
        found.current.plays += bool(name)
    return found


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ("why not?", [0, 3]),
        ("why-not", [0, 3]),
        ("S_0003_why-not", [3]),
        ("S_0003_why-not.mp4", [3]),
        ("2", [1]),
        ("3", [3]),
        ("0003", [3]),
        ("4", []),
        ("empty", []),
    ],
)
def test_section_is_named_by_its_name_its_number_or_its_file(wanted: str, numbers: list[int]) -> None:
    found = sections(wanted, "why not?", "2", "", "act", "why not?")
    assert [section.number for section in found.chosen()] == numbers


def test_message_lists_the_sections_or_tells_that_one_plays_nothing() -> None:
    assert sections("x", "a", "", "b").missing("Talk") == (
        "Talk has no section 'x'. Its sections are: 0 'a', 1 'b'."
    )
    assert "The section 'empty' of Talk plays nothing" in sections("empty", "a", "").missing("Talk")


RATE = 8000


class Noted:
    """Takes the inputs of a scene."""

    def add(self, path: str | Path) -> None:
        pass


class Beeps(mn.Scene):
    """A second is skipped, two are seen; it beeps where the first of these begins and the second ends."""

    beep: str

    def construct(self) -> None:
        dot = mn.Dot()
        self.next_section("skipped", skip_animations=True)
        self.play(dot.animate.shift(mn.UP))
        self.next_section("first")
        self.add_sound(self.beep)
        self.play(dot.animate.shift(mn.UP))
        self.next_section("second")
        self.play(dot.animate.shift(mn.UP), run_time=0.5)
        self.add_sound(self.beep)
        self.play(dot.animate.shift(mn.UP), run_time=0.5)


def beeps(film: Path) -> list[float]:
    """Return when a film begins to sound, in seconds, to tenths."""
    with av.open(str(film)) as container:
        [stream] = container.streams.audio
        heard = np.concatenate([abs(frame.to_ndarray()[0]) for frame in container.decode(audio=0)])
    tenths = heard[: len(heard) // (stream.rate // 10) * (stream.rate // 10)].reshape(-1, stream.rate // 10)
    loud = tenths.mean(axis=1) > 0.1 * heard.max()
    return [round(0.1 * at, 1) for at in np.flatnonzero(loud & ~np.append(False, loud[:-1]))]


@pytest.mark.parametrize(("fast", "suffix"), [(True, "mp4"), (False, "mp4"), (True, "webm")])
def test_sounds_stay_with_what_is_seen(tmp_path: Path, fast: bool, suffix: str) -> None:
    Beeps.beep = str(tmp_path / "beep.wav")
    with wave.open(Beeps.beep, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((20000 * np.sin(np.arange(RATE // 5))).astype(np.int16).tobytes())
    settings: Any = {"dry_run": False, "media_dir": str(tmp_path), "save_sections": True, "format": suffix}
    with small(**settings):
        scene = Beeps()
        if fast:
            accelerate(scene)
        SceneManager(scene, lambda _: None, pytest.fail, Noted(), None)  # type: ignore[arg-type]
        scene.render()
        plan: Any = scene.output_plan
    assert beeps(plan.primary_artifact) == [0.0, 1.5]
    assert beeps(plan.section_path(1, "first")) == [0.0]
    assert beeps(plan.section_path(2, "second")) == [0.5]

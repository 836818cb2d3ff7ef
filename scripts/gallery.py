"""Draw the pictures of README.md into ``media/gallery/``: ``python scripts/gallery.py``."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from manim_metaflow.films.scene_files import load_scene
from manim_metaflow.testing import beat_frames

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "media" / "gallery"

PICTURES = {"resume": ("resume", "Then what comes after it")}
"""Name of the picture: scene, and how the caption of the beat begins whose last frame it is."""


def main() -> None:
    """Draw them all."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    for name, (scene, caption) in PICTURES.items():
        beats = beat_frames(load_scene(ROOT / "scenes" / f"{scene}.py"), resolution=(1280, 720))
        frame = next(beat.frame for beat in beats if beat.caption.startswith(caption))
        Image.fromarray(frame).convert("RGB").save(GALLERY / f"{name}.png", optimize=True)
        print(GALLERY / f"{name}.png")


if __name__ == "__main__":
    main()

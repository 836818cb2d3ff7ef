"""What the tests of rendering share."""

from __future__ import annotations

from typing import Any

import numpy as np
import PIL.Image
import pytest
from manim.camera import camera


@pytest.fixture(autouse=True)
def images_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Manim 0.22 draw images also with a Pillow that no longer takes its empty picture of floats."""

    class Tolerant:
        def __getattr__(self, name: str) -> Any:
            return getattr(PIL.Image, name)

        def fromarray(self, array: Any, mode: str | None = None) -> PIL.Image.Image:
            if array.dtype == np.float64:
                assert not array.any()
                assert mode == "RGBA"
                return PIL.Image.new("RGBA", array.shape[1::-1])
            return PIL.Image.fromarray(array, mode=mode)

    monkeypatch.setattr(camera, "Image", Tolerant())

"""A canvas draws little, and shows what drawing everything would show."""

from __future__ import annotations

from typing import Any

import cairo
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from manim_metaflow.render.drawing.canvas import LARGE, MORE, WAIT, Canvas
from manim_metaflow.render.drawing.ops import Paint, Shape, Surface

HEIGHT, WIDTH = 300, 400
GROUND = np.broadcast_to(np.uint32(0xFF202020), (HEIGHT, WIDTH))


def blot(x: float, y: float, width: float, height: float, *, alpha: float = 0.7, red: float = 0.5) -> Shape:
    """Draw a rectangle that may end in the middle of pixels."""
    ctx = Surface(1, 1).ctx
    ctx.rectangle(x, y, width, height)
    box = max(0, int(x)), max(0, int(y)), min(WIDTH, int(x + width) + 1), min(HEIGHT, int(y + height) + 1)
    return Shape(ctx.copy_path(), cairo.Matrix(), [Paint((0.2, 0.4, red, alpha))], box)


def drawn_anew(things: list[Shape]) -> Any:
    canvas = Canvas(HEIGHT, WIDTH)
    canvas.show(GROUND, things)
    return canvas.pixels


places = st.tuples(
    st.floats(0, 350), st.floats(0, 250), st.floats(0.5, 300), st.floats(0.5, 200), st.floats(0.1, 1)
)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_frame_is_as_if_all_were_drawn(data: Any) -> None:
    shapes = [blot(x, y, w, h, red=red) for x, y, w, h, red in data.draw(st.lists(places, min_size=MORE + 4))]
    shapes += [blot(7 * i, 5 * i, 60, 40) for i in range(MORE)]
    canvas = Canvas(HEIGHT, WIDTH)
    canvas.show(GROUND, shapes)
    for back in data.draw(st.lists(st.sampled_from([1, 3, len(shapes) // 3, len(shapes)]), max_size=4)):
        for _ in range(WAIT + 1):
            at = len(shapes) - back
            x, y, w, h, red = data.draw(places)
            shapes = [*shapes[:at], blot(x, y, w, h, red=red), *shapes[at + data.draw(st.integers(0, 1)) :]]
            canvas.show(GROUND, shapes)
            assert np.array_equal(canvas.pixels, drawn_anew(shapes))


def test_what_stays_below_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    below = [blot(3 * i, 2 * i, 80, 50) for i in range(2 * MORE)]
    drawn: list[Shape] = []
    draw = Shape.draw
    monkeypatch.setattr(Shape, "draw", lambda self, surface: (drawn.append(self), draw(self, surface)))
    canvas = Canvas(HEIGHT, WIDTH)
    for step in range(3 * WAIT):
        drawn.clear()
        canvas.show(GROUND, [*below, blot(step, 0, 200, 200)])
    assert len(drawn) == 1


def test_only_changed_rows_are_returned() -> None:
    canvas = Canvas(HEIGHT, WIDTH)
    frame = blot(0, 0, WIDTH, HEIGHT, alpha=1)
    canvas.show(GROUND, [frame, blot(10, 100, 50, 9.5, red=1)])
    assert WIDTH * HEIGHT > LARGE
    # The same frame is another thing now, so that all of it is drawn; but for the bar it looks the same.
    told = canvas.show(GROUND, [blot(0, 0, WIDTH, HEIGHT, alpha=1), blot(10, 110, 50, 9.5, red=1)])
    assert [(top, bottom) for _, top, _, bottom in told] == [(100, 120)]

"""Looking at lines of code."""

import numpy as np
import pytest

from manim_metaflow import CodePanel, FocusCode
from manim_metaflow.errors import UsageError


def test_a_line_that_is_not_there_is_named() -> None:
    panel = CodePanel("@step\ndef start(self):\n    self.next(self.end)\n")
    with pytest.raises(UsageError, match=r"The panel has no line 999: its source has lines 1 to 3\."):
        FocusCode(panel, [2, 999])


def test_rows_that_scroll_are_never_seen_outside_of_the_panel():
    panel = CodePanel("\n".join(f"line_{number} = {number}" for number in range(40)), window=6, title="f.py")
    panel.scale(0.8).shift([1.0, 1.0, 0.0])
    focus = FocusCode(panel, [30])
    focus.begin()
    top, bottom = panel.mask
    behind = False
    for alpha in np.linspace(0, 1, 41):
        focus.interpolate(alpha)
        for line in panel.rows:
            if line.inks[0].get_fill_opacity() > 0:
                assert line.get_top()[1] <= panel.panel.get_top()[1]
                assert line.get_bottom()[1] >= panel.panel.get_bottom()[1]
                behind |= line.get_top()[1] > top.get_bottom()[1]
                # Between the strips nothing is faded: it is seen or behind the mask.
                assert line.inks[0].get_fill_opacity() == 1
    assert behind
    order = panel.submobjects
    assert order.index(panel.rows) < order.index(panel.mask) < order.index(panel.title)
    assert bottom.get_bottom()[1] > panel.panel.get_bottom()[1]
    assert CodePanel("x = 1").mask is None

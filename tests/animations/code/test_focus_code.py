"""Looking at lines of code."""

import pytest

from manim_metaflow import CodePanel, FocusCode
from manim_metaflow.errors import UsageError


def test_a_line_that_is_not_there_is_named() -> None:
    panel = CodePanel("@step\ndef start(self):\n    self.next(self.end)\n")
    with pytest.raises(UsageError, match=r"The panel has no line 999: its source has lines 1 to 3\."):
        FocusCode(panel, [2, 999])

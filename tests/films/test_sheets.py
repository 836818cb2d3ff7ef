from __future__ import annotations

import numpy as np
import pytest

from manim_metaflow.films.sheets import contact_sheet

FRAME = np.full((180, 320, 4), (200, 30, 30, 255), np.uint8)


def test_frames_fill_rows_from_the_left() -> None:
    sheet = contact_sheet([("", FRAME)] * 4, thumbnail=(320, 180))
    assert sheet.width == 24 + 3 * 344
    reds = [sheet.getpixel((24 + 344 * column + 160, top)) for top in (114, 114 + 240) for column in range(3)]
    assert [color == (200, 30, 30) for color in reds] == [True, True, True, True, False, False]
    assert sheet.getpixel((2, 2)) == (0x0E, 0x11, 0x17)


def test_a_long_caption_is_wrapped_not_cut() -> None:
    heights = [
        contact_sheet([(text, FRAME)], thumbnail=(320, 180)).height
        for text in ("short", "a caption of quite a few words that does not fit one line", "x" * 200)
    ]
    assert heights[0] < heights[1] < heights[2]


def test_numbers_and_captions_are_drawn() -> None:
    def ink(label: str) -> int:
        sheet = np.asarray(contact_sheet([(label, FRAME)], thumbnail=(320, 180)))
        return int((sheet[205:] > 100).any(axis=2).sum())

    assert 0 < ink("") < ink("i") < ink("a caption")


def test_a_sheet_is_the_same_twice() -> None:
    one, two = (contact_sheet([("caption", FRAME)]).tobytes() for _ in range(2))
    assert one == two


def test_no_frames_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        contact_sheet([])

r"""Text that others wrote, for each medium it is put into: it is seen there, and never obeyed.

Names of flows and steps, ids, values, messages and captions come from whoever made a run or a flow. Each has
to pass the function of the medium that it reaches:

========================  =========================================================================
Terminal                  :class:`.Terminal`, or :func:`.visible`
Picture                   :func:`drawn_text`, which :func:`.shape_text` and whatever else draws letters call
SRT, and with it WebVTT   :func:`caption_text`
HTML, SVG, Pango markup   :func:`markup_text`
File name                 :func:`file_name`
========================  =========================================================================
"""

from __future__ import annotations

import html
import re

from manim_metaflow.utils.text import ellipsis, visible

__all__ = ["caption_as_written", "caption_text", "drawn_text", "file_name", "markup_text"]

LONGEST_NAME = 80
"""Letters of a name that is made from text. File systems allow 255 bytes, and a letter may have four."""

_JOINER = "\u2060"
"""Unicode's word joiner, which is nothing to see and has no width."""

_ORDERS = re.compile(r"(?<=<)(?=[/!?a-zA-Z0-9])|(?<=\{)(?=[\\a-zA-Z])|(?<=--)(?=>)|(?<=&)(?=[#a-zA-Z])")
"""Within what players of captions obey: tags, styles in braces, the arrow between two times, entities."""


def drawn_text(text: str) -> str:
    r"""Return one line of text as it is drawn: white space is a space, and control characters are shown.

    Pango ends a text at the first NUL, and halves of letters cannot be handed to it nor to HarfBuzz.

    >>> drawn_text("a\tb" + chr(0))
    'a b\\x00'
    """
    return visible(text.replace("\t", " ").replace("\n", " "))


def caption_text(text: str) -> str:
    r"""Return text as one caption of an ``.srt`` or ``.vtt`` file, which shows it letter by letter.

    SRT has no way to quote: what a player would take for a tag or a time is broken by a character that is
    nothing to see. In a caption of several lines, one could begin the next caption.

    >>> caption_text("one\n\n2\n00:01 --> 00:02").replace(chr(0x2060), "|")
    'one 2 00:01 --|> 00:02'
    >>> caption_text("<b>2 < 3</b>").replace(chr(0x2060), "|")
    '<|b>2 < 3<|/b>'
    """
    return _ORDERS.sub(_JOINER, visible(" ".join(text.split())))


def caption_as_written(caption: str) -> str:
    """Return the text that a caption was made from, on one line.

    >>> caption_as_written(caption_text("<b>"))
    '<b>'
    """
    return caption.replace(_JOINER, "")


def markup_text(text: str) -> str:
    r"""Return text for HTML, SVG and Pango markup, between tags and in quoted attributes.

    >>> markup_text('<b title="x">&')
    '&lt;b title=&quot;x&quot;&gt;&amp;'
    """
    return html.escape(visible(text, keep="\n\t"))


def file_name(text: str, suffix: str) -> str:
    """Return the name of a file that is called after something: in this folder, not hidden, not too long.

    >>> file_name("TrainFlow", ".png"), file_name("../../etc/passwd", ".png"), file_name("-rf", ".mp4")
    ('TrainFlow.png', '_.._etc_passwd.png', 'rf.mp4')
    >>> file_name("..", ".mp4")
    'unnamed.mp4'
    """
    # `\\w` keeps the letters of all scripts, and none of the separators, quotes and control characters.
    name = re.sub(r"[^\w.+-]+", "_", text).lstrip(".-")
    return (ellipsis(name, LONGEST_NAME, mark="_") or "unnamed") + suffix

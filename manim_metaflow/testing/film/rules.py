"""The rules of a film that can be followed: how fast it is read, when it moves, what must not be.

Each rule is a function of a :class:`~manim_metaflow.testing.film.log.FilmLog` and yields what breaks it.
Numbers for captions are those of the subtitle guides of broadcasters (17 characters a second, 42 a line, two
lines, 1 to 7 seconds), the flashes those of WCAG 2.3.1.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from manim_metaflow.testing.film.log import Caption, FilmLog

__all__ = ["RULES", "Finding", "check_film"]

READING_SPEED = 17.0
"""Characters a second."""
CAPTION_SECONDS = (1.0, 7.0)
CAPTION_LENGTH = 70
LINE_LENGTH, MOST_LINES = 42, 2
"""Of a caption in a subtitle track, which a player wraps."""

FIRST_MOTION = 0.4
"""Seconds a caption is alone before something else moves: the eye cannot follow both."""
SETTLE = 0.9
"""Seconds the eye needs to find a caption before it is read."""
STILLNESS = 2.0
"""Seconds a frame may rest beyond the time to read its caption."""
LAST_REST = 0.3
"""Seconds of rest at a caption's end, in which what was shown can be taken in."""

FLASH = 2.0
"""Mean difference of a frame to both of its neighbours, of 255, from which it is a flash."""
FLASHES_A_SECOND = 3
FLASH_BRIGHTNESS = 0.1 * 255
"""Change of the whole frame's brightness that counts, up and down again, as a flash."""

FEWEST_CHAPTERS, CHAPTER_SECONDS = 3, 10.0
"""What video platforms ask of chapters."""
FILM_SECONDS = 360.0
HOOK_KIND, HOOK_BY = "hook", 3.0
"""The kind of section that asks the film's question, and the second by which it has begun."""
LAST_HOLD = 4.0
NAMED_WITHIN = 0.5
"""Seconds after a beat's first motion in which the thing that its caption names has to move or light up."""


class Finding(NamedTuple):
    """What breaks a rule, and when."""

    second: float
    rule: str
    message: str
    warning: bool = False
    """Whether it is worth a look and no error."""


def check_film(log: FilmLog) -> list[Finding]:
    """Hold a film against all rules.

    Returns
    -------
    list of Finding
        In the order of the film.

    Examples
    --------
    >>> [finding.rule for finding in check_film(FilmLog("Empty", 15))]
    ['chapters', 'end', 'hook']
    """
    found = [finding for rule in RULES.values() for finding in rule(log)]
    return sorted(found, key=lambda finding: (finding.second, finding.rule))


def captions(log: FilmLog) -> Iterator[Finding]:
    """Captions can be read in the time they are on screen, and fit a subtitle track."""
    shortest, longest = CAPTION_SECONDS
    for text, start, end, _ in log.captions:
        speed = len(text) / max(end - start, 1e-6)
        # Captions are timed in frames: a limit that is met but for a fraction of a frame is met.
        if speed > READING_SPEED + 0.05:
            yield Finding(
                start, "caption-speed", f"{speed:.1f} characters a second, at most {READING_SPEED:g}: {text}"
            )
        if not shortest - 0.05 <= end - start <= longest + 0.05:
            message = f"{end - start:.1f} s on screen, {shortest:g} to {longest:g}: {text}"
            yield Finding(start, "caption-time", message)
        if len(text) > CAPTION_LENGTH:
            yield Finding(
                start, "caption-length", f"{len(text)} characters, at most {CAPTION_LENGTH}: {text}"
            )
        if len(lines := textwrap.wrap(text, LINE_LENGTH)) > MOST_LINES:
            message = f"{len(lines)} lines of {LINE_LENGTH} characters, at most {MOST_LINES}: {text}"
            yield Finding(start, "caption-lines", message)


def motion(log: FilmLog) -> Iterator[Finding]:
    """Let a caption be read before things move, and let them rest before the next caption."""
    for caption in log.captions:
        times = _motion_of(caption, log)
        if not times:
            continue
        if times[0] - caption.start < FIRST_MOTION - 0.5 / log.frame_rate:
            message = (
                f"something moves {times[0] - caption.start:.1f} s after the caption came, "
                f"not before {FIRST_MOTION:g} s: {caption.text}"
            )
            yield Finding(times[0], "early-motion", message)
        if caption.end - times[-1] < LAST_REST - 0.5 / log.frame_rate:
            message = f"something moves in the last {LAST_REST:g} s of the caption: {caption.text}"
            yield Finding(times[-1], "late-motion", message)


def _motion_of(caption: Caption, log: FilmLog) -> list[float]:
    """Return when something other than the caption moves, from the caption's second frame on.

    The first frame of a play shows what the play before came to.
    """
    return log.moving(caption.start + 1 / log.frame_rate, caption.end, caption.area)


def stillness(log: FilmLog) -> Iterator[Finding]:
    """Nothing stands still longer than there is something to read."""
    for start, end, caption in _stretches(log):
        reading = SETTLE + len(caption.text) / READING_SPEED if caption else 0.0
        times = [start, *log.moving(start, end, caption.area if caption else None), end]
        for one, other in pairwise(times):
            # What is read is read from the start of the caption on.
            allowed = STILLNESS + max(0.0, reading - (one - start))
            # The last frame of a film is held on purpose: see the rule of its end.
            if other - one > allowed + 1 / log.frame_rate and other < log.seconds:
                message = f"nothing moves for {other - one:.1f} s, at most {allowed:.1f} here"
                yield Finding(one, "stillness", message)


def _stretches(log: FilmLog) -> Iterator[tuple[float, float, Caption | None]]:
    """Yield the captions and what lies between them."""
    at = 0.0
    for caption in sorted(log.captions, key=lambda each: each.start):
        if caption.start > at:
            yield at, caption.start, None
        yield caption.start, caption.end, caption
        at = max(at, caption.end)
    if at < log.seconds:
        yield at, log.seconds, None


def flashes(log: FilmLog) -> Iterator[Finding]:
    """No frame differs from both neighbours more than they differ; the whole does not flicker."""
    for number, ((before, _), (after, across)) in enumerate(pairwise(log.jumps)):
        if min(before, after) > FLASH and across < min(before, after):
            yield Finding(number / log.frame_rate, "flash", "a single frame differs from both its neighbours")
    turns = _turns(log.brightness)
    for number in turns:
        second = number / log.frame_rate
        close = [turn for turn in turns if 0 <= turn / log.frame_rate - second < 1]
        # A flash is two turns: bright, and dark again.
        if len(close) > 2 * FLASHES_A_SECOND:
            yield Finding(second, "flicker", f"more than {FLASHES_A_SECOND} flashes in a second")
            return


def _turns(brightness: list[float]) -> list[int]:
    """Return the frames at which the brightness has changed by enough, and the other way than before."""
    found: list[int] = []
    if not brightness:
        return found
    extreme, direction = brightness[0], 0
    for number, value in enumerate(brightness):
        if abs(value - extreme) >= FLASH_BRIGHTNESS and np.sign(value - extreme) != direction:
            direction = int(np.sign(value - extreme))
            found.append(number)
            extreme = value
        elif direction * (value - extreme) > 0:
            extreme = value
    return found


def frames(log: FilmLog) -> Iterator[Finding]:
    """Nothing on a frame overlaps, is cut off or too small, also while things move."""
    seen: set[tuple[str, str]] = set()
    for second, kind, message in log.flaws:
        if (kind, message) not in seen:
            seen.add((kind, message))
            yield Finding(second, kind, message)


def chapters(log: FilmLog) -> Iterator[Finding]:
    """Sections are chapters as video platforms have them, and the film is short."""
    starts = [chapter.start for chapter in log.chapters]
    if not starts or starts[0] > 0:
        yield Finding(0.0, "chapters", "no chapter begins at 0 s")
    if starts and len(starts) < FEWEST_CHAPTERS:
        yield Finding(0.0, "chapters", f"{len(starts)} chapters, at least {FEWEST_CHAPTERS}")
    for chapter, (start, end) in zip(log.chapters, pairwise([*starts, log.seconds]), strict=True):
        if end - start < CHAPTER_SECONDS - 0.05:
            message = f"chapter {chapter.name!r} is {end - start:.1f} s, at least {CHAPTER_SECONDS:g}"
            yield Finding(start, "chapters", message)
    if log.seconds > FILM_SECONDS:
        yield Finding(FILM_SECONDS, "length", f"{log.seconds:.0f} s, at most {FILM_SECONDS:g}")


def ends(log: FilmLog) -> Iterator[Finding]:
    """Begin with the film's question, and hold its answer."""
    if not any(chapter.kind == HOOK_KIND and chapter.start <= HOOK_BY for chapter in log.chapters):
        yield Finding(0.0, "hook", f"no act of kind {HOOK_KIND!r} begins within {HOOK_BY:g} s")
    last = max(log.moving(0, log.seconds), default=0.0)
    if log.seconds - last < LAST_HOLD - 1 / log.frame_rate:
        message = f"the last frame is held {log.seconds - last:.1f} s, at least {LAST_HOLD:g}"
        yield Finding(last, "end", message)


def named(log: FilmLog) -> Iterator[Finding]:
    """Light or move what a caption names as the beat's motion begins."""
    for caption in log.captions:
        times = _motion_of(caption, log)
        if not times:
            continue
        for name, areas in _named_in(caption, log).items():
            until = times[0] + NAMED_WITHIN
            if not any(log.moving(times[0], until, ~area) for area in areas):
                message = f"{name!r} is on the frame and named, and neither lit nor moved: {caption.text}"
                yield Finding(caption.start, "named", message, warning=True)


def _named_in(caption: Caption, log: FilmLog) -> dict[str, list[np.ndarray]]:
    found: dict[str, list[np.ndarray]] = {}
    for second, things in log.things:
        if caption.start <= second < caption.end:
            for name, area in things:
                if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", caption.text):
                    found.setdefault(name, []).append(area)
    return found


RULES: dict[str, Callable[[FilmLog], Iterable[Finding]]] = {
    "captions": captions,
    "motion": motion,
    "stillness": stillness,
    "flashes": flashes,
    "frames": frames,
    "chapters": chapters,
    "ends": ends,
    "named": named,
}
"""Groups of rules, by what they are about."""

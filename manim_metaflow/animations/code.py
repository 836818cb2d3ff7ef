"""Code changes before your eyes: what goes fades, what stays moves, what comes appears."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from manim import smooth

from manim_metaflow.animations.pose import Pose
from manim_metaflow.animations.timeline import Clip, Timeline
from manim_metaflow.mobjects.code import CodeLine, CodePanel
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.path import Path
from manim_metaflow.theme import current_theme

__all__ = ["EvolveCode"]

GO, MOVE, COME = 0.9, 0.7, 0.9
"""Seconds of the three movements."""


class EvolveCode(Timeline):
    r"""Turn a panel's code into another version of it, line by line.

    Lines both versions share are the same mobjects afterwards; they glide to their new place. Lines
    that go flare up in the colour of failure and fade; lines that come appear on a stripe in the colour
    of success, which stays, in :attr:`stripes`.

    Parameters
    ----------
    panel
        The panel. It keeps its size: give it room for the longer version.
    source
        The new text of the window.

    Attributes
    ----------
    stripes
        Behind the lines that came, part of the panel until :meth:`.CodePanel.clear` takes them away.

    Examples
    --------
    .. manim:: EvolveCodeExample

        class EvolveCodeExample(Scene):
            def construct(self):
                panel = CodePanel("total = 0\nprint(total)", width=6)
                self.add(panel)
                self.play(EvolveCode(panel, "total = 1\nprint(total)"))
    """

    def __init__(self, panel: CodePanel, source: str, **kwargs: Any) -> None:
        theme = current_theme()
        texts = source.expandtabs(4).rstrip("\n").split("\n")
        old = list(panel.lines)
        self.stripes: Parts[Path] = Parts()
        clips: list[Clip] = []
        lines: list[CodeLine] = []
        moved = any(a != b for a, b in zip((line.text for line in old), texts, strict=False)) or len(
            old
        ) != len(texts)
        come_at = GO + (MOVE if moved else 0.0)
        matcher = SequenceMatcher(a=[line.text for line in old], b=texts, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "equal":
                for line, index in zip(old[a:b], range(c, d), strict=True):
                    clips.append(_Move(GO, GO + MOVE, panel, line, index))
                    lines.append(line)
                continue
            clips += [_Go(0.0, GO, panel, line, theme.failed) for line in old[a:b]]
            for index in range(c, d):
                new = panel.make_line(panel.first_line + index, texts[index])
                panel.place(new, index)
                stripe = panel.stripe(index, theme.done)
                clips.append(_Come(come_at, come_at + COME, panel, new, stripe, self.stripes))
                lines.append(new)
        clips.append(_Settle(come_at + COME, come_at + COME, panel, lines, source))
        self.panel = panel
        super().__init__([panel], clips, **kwargs)


class _Go(Clip):
    def __init__(self, start: float, end: float, panel: CodePanel, line: CodeLine, color: str) -> None:
        super().__init__(start, end)
        self.panel, self.line, self.stripe = panel, line, panel.stripe_behind(line, color)
        self._strength = current_theme().stripe

    def show(self, progress: float) -> None:
        """Flare for the first half, then fade."""
        if progress >= 1:
            self.panel.lines.remove(self.line)
            self.panel.remove(self.stripe)
            return
        if self.stripe not in self.panel.submobjects:
            self.panel.submobjects.insert(1, self.stripe)
        fade = smooth(max(0.0, 2 * progress - 1))
        self.stripe.set_fill(opacity=self._strength * smooth(min(1.0, 3 * progress)) * (1 - fade))
        self.line.fade_to_opacity(1 - fade)


class _Move(Clip):
    def __init__(self, start: float, end: float, panel: CodePanel, line: CodeLine, index: int) -> None:
        super().__init__(start, end)
        self.panel, self.line, self.index = panel, line, index
        self._pose = Pose(line)
        self._way = panel.home(index) - line.origin

    def show(self, progress: float) -> None:
        """Glide; the number changes on arrival."""
        self._pose.show(shift=self._way * smooth(progress))
        if progress >= 1:
            self.line.renumber(self.panel.first_line + self.index)


class _Come(Clip):
    def __init__(
        self, start: float, end: float, panel: CodePanel, line: CodeLine, stripe: Path, stripes: Parts[Path]
    ) -> None:
        super().__init__(start, end)
        self.panel, self.line, self.stripe, self.stripes = panel, line, stripe, stripes
        self._pose = Pose(line)
        self._strength = current_theme().stripe

    def show(self, progress: float) -> None:
        """Slide in from the right, on its stripe."""
        if self.stripe not in self.panel.submobjects:
            self.panel.submobjects.insert(1, self.stripe)
            self.panel.lines.add(self.line)
            self.stripes.add(self.stripe)
        grown = smooth(progress)
        self.stripe.set_fill(opacity=self._strength * grown)
        self._pose.show(shift=[0.3 * (1 - grown), 0.0, 0.0], opacity=grown)


class _Settle(Clip):
    def __init__(
        self, start: float, end: float, panel: CodePanel, lines: list[CodeLine], source: str
    ) -> None:
        super().__init__(start, end)
        self.panel, self.lines, self.source = panel, lines, source

    def show(self, progress: float) -> None:
        """Put the lines in their order."""
        self.panel.lines.submobjects = list(self.lines)
        self.panel.source = self.source

"""A scene in acts and beats, and the words a talk repeats: title, swap, reveal, pulse, focus, end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from manim import (
    DOWN,
    LEFT,
    ORIGIN,
    UL,
    UP,
    Animation,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    Mobject,
    Restore,
    Scene,
    VGroup,
    VMobject,
    config,
    there_and_back,
)

from manim_metaflow.animations.code.terminal import RunCommand
from manim_metaflow.facts.recording.command import CommandRecord
from manim_metaflow.facts.recording.console import console_story
from manim_metaflow.facts.records import FlowInfo, RunRecord
from manim_metaflow.mobjects.code.panel import CodePanel
from manim_metaflow.mobjects.code.terminal import TerminalPanel
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.runs.headings import RunHeading
from manim_metaflow.mobjects.text.glyphs import EM
from manim_metaflow.mobjects.text.label import TextBlock
from manim_metaflow.theme import DARK_THEME, Theme, chosen_theme, theme_named, use_theme

__all__ = ["DeepDive"]

READING_SPEED = 17.0
"""Letters a second a caption is read at, a comfortable pace for subtitles."""

SETTLE = 0.9
"""Seconds the eye needs to find a caption before reading it."""

FADE = 0.5

CAPTION_RISE, CAPTION_SHARE, CAPTION_MARGIN = 0.5, 0.872, 0.2
"""Middle of a caption above the lower edge of the frame (units), the share of the frame's width that it may
have, and what stays free below it however many lines it has: for an upright frame as for a wide one."""

MARGIN, HEADING_PITCH, HEADING_LEADING = 0.45, 0.52, 1.25
"""From a heading to the frame's corner, from title to subtitle (units), and between lines of either (ems)."""

TITLE_SCALE, TITLE_SHIFT = 1.3, 0.2 * UP
"""How much larger the opening card is than a heading, and how it moves as it comes and goes."""

RISE = 0.15 * UP
"""How far a row rises as it comes: enough to draw the eye, too little to be followed."""

DARKNESS = 0.75
"""How much of its opacity a thing loses while another one has the focus."""

SHARED_SIZE, SHARED_SCALE = 22, 0.8
"""Font size of a graph that has the frame to itself, and how far it shrinks to share the frame."""

SHARED_X, COMMAND_AT = 1.75, (0.611, 1.5)
"""Middle of a graph that shares the frame, and the command's left end from the frame's upper left corner."""

NARROW = 1.2
"""Width of a frame, in heights, below which a graph and its command do not stand side by side."""


class DeepDive(Scene):
    """A :class:`~manim.scene.scene.Scene` with acts, beats, captions and a heading.

    An act is one of Manim's sections. A beat shows its caption at the foot of the frame, writes it to
    the ``.srt`` file too, and lasts at least as long as the caption takes to read. Between the opening
    :meth:`title` and the :meth:`end`, pictures :meth:`swap` places, rows are revealed one after the
    other (:meth:`reveal`), and the eye is led by :meth:`pulse` and :meth:`focus`.

    Attributes
    ----------
    theme
        The theme of everything in it, the background too. A scene says which by a class attribute,
        ``theme = LIGHT_THEME``; what :func:`.use_theme`, ``--theme`` or the environment variable
        ``MANIM_METAFLOW_THEME`` chose as it is rendered goes before, and without either it is dark.

    Examples
    --------
    .. manim:: DeepDiveExample

        class DeepDiveExample(DeepDive):
            def construct(self):
                self.title("A flow", "Boxes and arrows")
                self.act("a box")
                with self.beat("A step is a box."):
                    self.leave_title(StepNode("start"))
                with self.beat("Another step is another box."):
                    self.swap(self.shown, StepNode("train"))
                self.act("the end")
                self.end("A flow is made of steps.", [StepNode("start"), StepNode("end").shift(DOWN)])

    A film in another language needs one method:

    .. manim:: TranslatedExample

        GERMAN = {"A step is a box.": "Ein Schritt ist ein Kasten."}

        class TranslatedExample(DeepDive):
            def translate(self, text):
                return GERMAN.get(text, text)

            def construct(self):
                with self.beat("A step is a box."):
                    self.play(FadeIn(StepNode("start")))
    """

    theme: Theme

    def render(self, *args: Any, **kwargs: Any) -> Any:
        """Render in the scene's theme: from the first mobject that is built to the last frame."""
        with use_theme(self._own_theme()):
            return super().render(*args, **kwargs)

    def _own_theme(self) -> Theme | str:
        own: Theme | str = getattr(type(self), "theme", DARK_THEME)
        return chosen_theme() or own

    def setup(self) -> None:
        """Paint the theme's background and start without a caption."""
        # Scene.construct is also run by hand, without render.
        own = self._own_theme()
        self.theme = theme_named(own) if isinstance(own, str) else own
        self.camera.background_color = self.theme.background  # type: ignore[union-attr]
        self._clock = 0.0
        self._caption: TextBlock | None = None
        self._title: VGroup | None = None
        self._heading: VGroup | None = None

    def translate(self, text: str) -> str:
        """Return a text as the viewer shall read it; override it for captions in another language.

        Every caption, title, subtitle and heading passes through here, once, before it is drawn, timed
        and written to the ``.srt`` file.
        """
        return text

    # ------------------------------------------------------------------------------ acts and beats

    def act(self, name: str) -> None:
        """Begin an act: a section of that name."""
        self.next_section(name)

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Play, and keep a clock of run times.

        Manim's own clock counts drawn frames, and whole run times where a play comes from the cache: a
        pause that hung on it would differ from one render to the next.
        """
        super().play(*args, **kwargs)
        self._clock += self.duration

    @contextmanager
    def beat(self, caption: str) -> Iterator[None]:
        """Show a caption while the block's animations play, and long enough to read it."""
        caption = self.translate(caption)
        start, began = self.time, self._clock
        self._show_caption(caption)
        yield
        rest = round(SETTLE + len(caption) / READING_SPEED - (self._clock - began), 1)
        if rest > 0:
            self.wait(rest)
        spent = self.time - start
        self.add_subcaption(caption, duration=spent, offset=-spent)

    def _show_caption(self, text: str) -> None:
        new = TextBlock(text, width=CAPTION_SHARE * config.frame_width)
        for line in new:
            line.set_x(0)
        foot = -config.frame_height / 2
        new.move_to(UP * (foot + max(CAPTION_RISE, CAPTION_MARGIN + new.height / 2)))
        changes: list[Animation] = [FadeIn(new, shift=0.08 * UP)]
        if self._caption is not None:
            changes.insert(0, FadeOut(self._caption))
        self.play(LaggedStart(*changes, lag_ratio=0.8, run_time=FADE))
        self._caption = new

    # ------------------------------------------------------------------------------------- headings

    def heading(self, title: str, subtitle: str = "") -> VGroup:
        """Build a heading for the upper left corner, and remember it for :meth:`clear_heading`."""
        self._heading = self._head(title, subtitle).to_corner(UL, buff=MARGIN)
        return self._heading

    def _head(self, title: str, subtitle: str, scale: float = 1.0) -> VGroup:
        """Write a title over a subtitle, each broken where the frame is too narrow for it."""
        theme, room = self.theme, (config.frame_width - 2 * MARGIN) / scale
        blocks = [TextBlock(self.translate(title), width=room, weight=600, font_size=theme.title_size)]
        if subtitle:
            text = self.translate(subtitle)
            blocks.append(TextBlock(text, width=room, font_size=theme.label_size, color=theme.muted))
        lines, y = VGroup(), 0.0
        for block, size in zip(blocks, (theme.title_size, theme.label_size), strict=False):
            for index, line in enumerate(block):
                y -= HEADING_LEADING * EM * size if index else 0.0
                lines.add(line.left_at(0, y))
            y -= HEADING_PITCH
        return lines

    def clear_heading(self) -> None:
        """Take the heading away, to make room for what is drawn next."""
        if self._heading is not None:
            self.play(FadeOut(self._heading, run_time=0.4))
            self._heading = None

    def title(self, title: str, subtitle: str = "", *, hold: float = 1.5) -> None:
        """Open the film in an act of its own: show its name in the middle for ``hold`` seconds."""
        self.act("title")
        self._title = self._head(title, subtitle, TITLE_SCALE).center().scale(TITLE_SCALE)
        self.play(FadeIn(self._title, shift=TITLE_SHIFT))
        self.wait(hold)

    def leave_title(self, *new: Mobject, run_time: float | None = None) -> None:
        """Let the title give way to what comes: a :meth:`heading` in the corner, or a first picture."""
        changes: list[Animation] = [FadeOut(self._title, shift=TITLE_SHIFT)] if self._title else []
        self._title = None
        self._play_in(run_time, *changes, *([FadeIn(*new)] if new else []))

    # ----------------------------------------------------------------------------- leading the eye

    @property
    def shown(self) -> Group:
        """Everything on the frame except the caption."""
        return Group(*[mobject for mobject in self.mobjects if mobject is not self._caption])

    def swap(self, old: Mobject, *new: Mobject, rise: bool = False, run_time: float | None = None) -> None:
        """Let what is shown give way to what comes, in one play.

        Parameters
        ----------
        old
            What goes; ``self.shown`` for everything.
        *new
            What comes; nothing, to clear the frame.
        rise
            Whether what comes rises as it appears, as in :meth:`reveal`.
        run_time
            Seconds; as long as a fade takes by default.
        """
        shift = RISE if rise else ORIGIN
        self._play_in(run_time, FadeOut(old), *([FadeIn(*new, shift=shift)] if new else []))

    def reveal(self, *mobjects: Mobject, lag_ratio: float = 0.4, run_time: float | None = None) -> None:
        """Let things rise into view, one after the other: the rows of a table, or a single picture."""
        arrivals = [FadeIn(mobject, shift=RISE) for mobject in mobjects]
        self._play_in(run_time, LaggedStart(*arrivals, lag_ratio=lag_ratio))

    def pulse(
        self,
        *mobjects: VMobject,
        factor: float = 1.1,
        lag_ratio: float = 0.25,
        run_time: float | None = None,
    ) -> None:
        """Let things swell a little and sink back, one after the other, to say: these."""
        builders: list[Any] = [mobject.animate for mobject in mobjects]
        lifts = [builder(rate_func=there_and_back).scale(factor) for builder in builders]
        self._play_in(run_time, LaggedStart(*lifts, lag_ratio=lag_ratio))

    @contextmanager
    def focus(self, *things: Mobject, darkness: float = DARKNESS) -> Iterator[None]:
        """Dim all but a few things while the block's animations play.

        The dimmed parts are afterwards as they were before, so the block must leave them alone.

        Parameters
        ----------
        *things
            What stays as it is: mobjects on the frame, or parts of them.
        darkness
            How much of its opacity the rest loses, 0 to 1.

        Examples
        --------
        .. manim:: FocusExample

            class FocusExample(DeepDive):
                def construct(self):
                    dag = FlowDAG("tests/flows/branch.py")
                    self.add(dag)
                    with self.focus(dag["a"]):
                        self.wait()
        """
        lit = {part for thing in things for part in thing.get_family()}
        rest = list(_parts_beside(lit, self.shown))
        if rest:
            for part in rest:
                part.save_state()
            self.play(*[part.animate.fade(darkness) for part in rest], run_time=FADE)
        yield
        if rest:
            self.play(*[Restore(part) for part in rest], run_time=FADE)

    def end(
        self,
        caption: str,
        rows: Iterable[Mobject],
        *new: Mobject,
        hold: float = 1.0,
        lag_ratio: float = 0.4,
        run_time: float | None = None,
    ) -> None:
        """Close the film with one beat: the frame is cleared, and rows say what remains.

        Parameters
        ----------
        caption
            Of the beat.
        rows
            What is revealed row by row.
        *new
            What stands there before the first row, such as a :meth:`heading`.
        hold
            Seconds that the last frame stays, apart from the time to read the caption.
        lag_ratio, run_time
            As for :meth:`reveal`.
        """
        with self.beat(caption):
            self.swap(self.shown, *new)
            self.reveal(*rows, lag_ratio=lag_ratio, run_time=run_time)
            self.wait(hold)

    def _play_in(self, run_time: float | None, *animations: Animation) -> None:
        options = {} if run_time is None else {"run_time": run_time}
        self.play(*animations, **options)

    # ---------------------------------------------------------------------- code, commands and runs

    def step_code(self, flow: FlowInfo, step: str, *, font_size: float) -> CodePanel:
        """Build a panel of a step's source, with its line numbers, named ``Flow.step`` as in Python."""
        info = flow[step]
        title = f"{flow.name}.{step}"
        return CodePanel(info.source, first_line=info.first_line, title=title, font_size=font_size)

    def unmark(self, panel: CodePanel, stripes: VGroup, *, run_time: float = 0.4) -> None:
        """Fade the stripes behind lines of code, if there are any, and take them out of the panel."""
        if len(stripes):
            self.play(FadeOut(stripes), run_time=run_time)
            panel.clear(stripes)

    def run_command(
        self,
        terminal: TerminalPanel,
        file: str,
        record: RunRecord | CommandRecord,
        printed: Sequence[str] | None = None,
    ) -> None:
        """Type the command that made a record, and print what it printed, or the lines given."""
        command = f"python {file} {' '.join(record.command)}"
        lines = console_story(record.console) if printed is None else printed
        self.play(RunCommand(terminal, command, lines))

    def graph_above(self, command: str, record: RunRecord) -> tuple[FlowDAG, RunHeading]:
        """Build a run's graph for the upper part of the frame, and the command for its left.

        Where the frame is too narrow for both, the command is above the graph, which runs down.
        """
        heading = RunHeading(command, record)
        if config.frame_width < NARROW * config.frame_height:
            return self._graph_below(heading.to_corner(UL, buff=MARGIN), record), heading
        dag = FlowDAG(record.flow, run=record, font_size=SHARED_SIZE, captions="above").scale(SHARED_SCALE)
        dag.to_edge(UP, buff=0.3).set_x(SHARED_X)
        left, top = -config.frame_width / 2, config.frame_height / 2
        return dag, heading.move_to((left + COMMAND_AT[0], top - COMMAND_AT[1], 0.0), LEFT)

    def _graph_below(self, heading: RunHeading, record: RunRecord) -> FlowDAG:
        # A flow that runs down is as wide as its widest step, not as all of them.
        dag = FlowDAG(record.flow, run=record, font_size=SHARED_SIZE, direction="down")
        wide = config.frame_width - 2 * MARGIN
        high = float(heading.get_bottom()[1]) + config.frame_height / 2 - 2 * MARGIN - 2 * CAPTION_RISE
        dag.scale(min(SHARED_SCALE, wide / float(dag.width), high / float(dag.height)))
        return dag.next_to(heading, DOWN, buff=MARGIN).set_x(0)


def _parts_beside(lit: set[Mobject], mobject: Mobject) -> Iterator[VMobject]:
    """Yield the largest parts of a mobject that have nothing of what is lit in them."""
    if mobject in lit:
        return
    if isinstance(mobject, VMobject) and lit.isdisjoint(mobject.get_family()):
        yield mobject
        return
    for part in mobject.submobjects:
        yield from _parts_beside(lit, part)

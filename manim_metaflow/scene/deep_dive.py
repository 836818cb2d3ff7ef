"""A film in acts and beats: a question, a title, what answers it, and the opening picture with its answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from manim import UL, UP, Animation, FadeIn, FadeOut, Group, Mobject, VGroup, VMobject, config

from manim_metaflow.mobjects.text.glyphs import EM
from manim_metaflow.mobjects.text.label import TextBlock
from manim_metaflow.scene.flow_talk import MARGIN, FlowTalk
from manim_metaflow.scene.pace import FADE, HOOK_KIND, LAST_HOLD, LEAD

__all__ = ["DeepDive"]

HEADING_PITCH, HEADING_LEADING = 0.52, 1.25
"""From title to subtitle (units), and between lines of either (ems)."""

TITLE_SCALE, TITLE_SHIFT = 1.3, 0.2 * UP
"""How much larger the opening card is than a heading, and how it moves as it comes and goes."""

ARRIVAL = 0.8
"""Seconds in which the opening picture comes: its question has to be on screen within three."""

ASKED = 6.8
"""Seconds of the question's beat. With the title, the opening is as long as a chapter has to be."""

PULSE_AT = 0.62
"""Share of the question's beat after which the eye is led back to the picture."""

TITLE_HOLD, TITLE_TIME = 1.9, 0.7
"""Seconds that the title stays after a question, and in which it comes. It has no caption to be read, so it
must not stay for two."""

ASKED_AGAIN = 5.0
"""Seconds of the question's beat at the end, in which the opening picture comes back. With the answer and its
hold the ending is as long as a chapter has to be."""


class DeepDive(FlowTalk):
    """A film that asks a question, answers it in acts and beats, and ends where it began.

    :meth:`hook` shows a picture and asks, :meth:`title` names the film, an :meth:`act` is one of Manim's
    sections, and :meth:`end` shows the opening picture again, with its answer. A :meth:`beat` shows its
    caption at the foot of the frame, lets it be read before anything moves, and writes it to the
    ``.srt`` file. Between them pictures :meth:`swap` places, rows come one after the other
    (:meth:`reveal`), and the eye is led by :meth:`pulse`, :meth:`focus` and :meth:`close_up`.
    A film that is told in these words keeps the rules of ``manim-metaflow check`` if each act has beats
    enough for ten seconds: two long ones.

    Attributes
    ----------
    theme
        The theme of everything in it, the background too. A scene says which by a class attribute,
        ``theme = LIGHT_THEME``; what :func:`.use_theme`, ``--theme`` or the environment variable
        ``MANIM_METAFLOW_THEME`` chose as it is rendered goes before, and without either it is dark.
    language
        The code of its captions' language, chosen in the same ways: ``language = "de"``, ``--language`` or
        ``MANIM_METAFLOW_LANGUAGE``; English by default.
    opening
        The picture that :meth:`hook` showed, as it was then; :meth:`end` brings it back.

    Notes
    -----
    Where a folder ``captions`` beside the scene's file holds ``talk.en.toml`` for ``talk.py``, beats, titles
    and questions name keys of that file instead of texts: ``self.beat("fix")``. Another language is another
    file, ``talk.de.toml``, and no code.

    Examples
    --------
    A talk of two acts:

    .. manim:: DeepDiveExample

        class DeepDiveExample(DeepDive):
            def construct(self):
                dag = FlowDAG("tests/flows/branch.py")
                self.hook("Two steps run side by side. How do their results come together?", dag)
                self.title("Branches", "and the step that joins them")
                self.act("the split")
                with self.beat("start names two steps, so both of them run, each as a task of its own."):
                    self.leave_title(dag)
                    self.play(dag.highlight("start"))
                with self.beat("Neither needs the other one, so they run at the same time."):
                    self.pulse(dag["a"], dag["b"], run_time=4)
                self.act("the join")
                with self.beat("The join begins when both of them have ended, and not before that."):
                    self.play(dag.highlight("join"))
                with self.beat("It gets what they made, and says what goes on to the next step."):
                    self.pulse(dag["a"], dag["b"], dag["join"], run_time=4)
                self.end("How do their results come together?", "In the join, which waits for all of them.")

    A film in another language without captions' files needs one method:

    .. manim:: TranslatedExample

        GERMAN = {"A step is a box.": "Ein Schritt ist ein Kasten."}

        class TranslatedExample(DeepDive):
            def translate(self, text):
                return GERMAN.get(text, text)

            def construct(self):
                with self.beat("A step is a box."):
                    self.play(FadeIn(StepNode("start")))
    """

    opening: Group

    def setup(self) -> None:
        """Start without a heading, and without an opening."""
        super().setup()
        self.opening = Group()
        self._title: VGroup | None = None
        self._heading: VGroup | None = None

    # --------------------------------------------------------------------------- opening and ending

    def hook(
        self,
        question: str,
        *picture: Mobject,
        light: Sequence[VMobject] = (),
        name: str = "the question",
        seconds: float = ASKED,
        **values: object,
    ) -> None:
        """Open the film: show a picture, and ask the question that the film answers.

        Parameters
        ----------
        question
            The caption, or its key. It is on screen after a second.
        *picture
            What is at stake: a failure, a surprise, a number. :meth:`end` shows it again.
        light
            The parts of it to which the eye is led; all of it by default.
        name
            Of the act, which has the kind ``"hook"``.
        seconds
            How long the question is asked. By default the act is, with a title after it, as long as a chapter
            has to be; a film whose first beats belong to the same act may ask for less.
        **values
            What is put into the braces of the question.
        """
        self.act(name, kind=HOOK_KIND)
        self.opening = Group(*[mobject.copy() for mobject in picture])
        if picture:
            self.play(FadeIn(*picture), run_time=ARRIVAL)
        with self._told(self._words(question, values), least=seconds):
            # Past half of it, or the frame would be still for longer than the question takes to read.
            self.wait(round(PULSE_AT * seconds, 1) - FADE - LEAD)
            self.pulse(*(light or [each for each in picture if isinstance(each, VMobject)]), factor=1.05)

    def end(
        self,
        question: str,
        answer: str,
        *new: Mobject,
        change: Sequence[Animation] = (),
        light: Sequence[VMobject] = (),
        name: str = "the answer",
        hold: float = LAST_HOLD,
        **values: object,
    ) -> None:
        """Close the film: ask again, show the opening picture, and what has become of it.

        Parameters
        ----------
        question, answer
            Two captions, or their keys.
        *new
            What comes beside the opening picture with the answer: numbers, bars.
        change
            Animations that turn the opening picture, ``self.opening``, into its answer.
        light
            The parts that the answer is about, where nothing else moves; all of the picture by default.
        name
            Of the act.
        hold
            Seconds that the last frame stays.
        **values
            What is put into the braces of both captions.
        """
        self.act(name)
        with self._told(self._words(question, values), least=ASKED_AGAIN):
            self._bring_back_opening()
        words = self._words(answer, values)
        # The subtitle goes before it gets too long; the picture stays, with the answer on it.
        with self._told(words, last=True):
            if change:
                self.play(*change)
            if new:
                self.reveal(*new)
            if not change and not new:
                self.pulse(*(light or [each for each in self.opening if isinstance(each, VMobject)]))
            self.wait(hold)

    def _bring_back_opening(self) -> None:
        """Let the opening picture take the frame; what of it never left stays where it is."""
        drawn = self.get_mobject_family_members()
        staying = [each for each in self.opening if each in drawn]
        # Out of the groups in which they came: a group of some that stay and some that go is neither.
        self.add(*staying)
        leaving = [each for each in self.shown if each not in staying]
        coming = [each for each in self.opening if each not in staying]
        if len(self.opening) and (leaving or coming):
            self.swap(Group(*leaving), *coming, run_time=2.0)

    def title(self, title: str, subtitle: str = "", *, hold: float | None = None, **values: object) -> None:
        """Show the film's name in the middle: in an act of its own, or after the question in its act.

        Parameters
        ----------
        title, subtitle
            The texts, or their keys.
        hold
            Seconds that it stays.
        **values
            What is put into their braces.
        """
        texts = [self.text(each, **values) if each else "" for each in (title, subtitle)]
        self._title = self._head(texts[0], texts[1], TITLE_SCALE).center().scale(TITLE_SCALE)
        if not len(self.opening):
            self.act("title")
            self.play(FadeIn(self._title, shift=TITLE_SHIFT))
            self.wait(1.5 if hold is None else hold)
            return
        self.play(FadeOut(self.shown), *self._drop_caption(), run_time=FADE)
        self.play(FadeIn(self._title, shift=TITLE_SHIFT), run_time=TITLE_TIME)
        self.wait(TITLE_HOLD if hold is None else hold)

    def leave_title(self, *new: Mobject, run_time: float | None = None) -> None:
        """Let the title give way to what comes: a :meth:`heading` in the corner, or a first picture."""
        title, self._title = self._title, None
        leaving = [FadeOut(title, shift=TITLE_SHIFT)] if title is not None else []
        self._change(leaving, [FadeIn(*new)] if new else [], run_time)

    # ------------------------------------------------------------------------ headings and sums

    def heading(self, title: str, subtitle: str = "") -> VGroup:
        """Build a heading for the upper left corner, and remember it for :meth:`clear_heading`."""
        self._heading = self._head(
            self.translate(title), self.translate(subtitle) if subtitle else ""
        ).to_corner(UL, buff=MARGIN)
        return self._heading

    def _head(self, title: str, subtitle: str, scale: float = 1.0) -> VGroup:
        """Write a title over a subtitle, each broken where the frame is too narrow for it."""
        theme, room = self.theme, (config.frame_width - 2 * MARGIN) / scale
        blocks = [TextBlock(title, width=room, weight=600, font_size=theme.title_size)]
        if subtitle:
            blocks.append(TextBlock(subtitle, width=room, font_size=theme.label_size, color=theme.muted))
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

    def summary(
        self,
        caption: str,
        rows: Iterable[Mobject],
        *new: Mobject,
        hold: float = 1.0,
        lag_ratio: float = 0.4,
        run_time: float | None = None,
    ) -> None:
        """Say what remains in one beat: the frame is cleared, and rows come one after the other.

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

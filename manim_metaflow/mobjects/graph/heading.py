"""What a graph is headed with: the flow's name, docstring, decorators, parameters and configs."""

from __future__ import annotations

from typing import Any, Literal

from manim_metaflow.facts.records import FlowInfo, ParameterInfo
from manim_metaflow.mobjects.graph.decorators import short_decorator
from manim_metaflow.mobjects.graph.notes import Detail, one_line
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.text.glyphs import EM, text_width
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.text import first_sentence, wrap

__all__ = ["FlowHeading"]

MOST_PARAMETERS = 12
LETTERS = 72
DOC_LINES = 4
"""Lines of the docstring at most: a heading that is taller leaves too little room for the graph."""
LEAST_HELP = 5
"""Ems below which there is no room for a help text that makes sense."""


class FlowHeading(Drawing):
    """What a flow is, in words, above its graph.

    Parameters
    ----------
    flow
        The flow.
    detail
        ``"names"``: the flow's name. ``"badges"``: its decorators and what it is for, too. ``"full"``:
        the docstring's first paragraph, parameters and configs, too.
    width
        Units a line may be wide.

    Examples
    --------
    .. manim:: FlowHeadingExample
        :save_last_frame:

        class FlowHeadingExample(Scene):
            def construct(self):
                from metaflow import FlowSpec, Parameter, step

                class TinyFlow(FlowSpec):
                    "As small as a flow can be."

                    alpha = Parameter("alpha", default=0.5, help="How fast it learns")

                    @step(start=True, end=True)
                    def only(self):
                        pass

                self.add(FlowHeading(load_flow(TinyFlow), "full"))
    """

    def __init__(self, flow: FlowInfo, detail: Detail = "badges", *, width: float = 12.0) -> None:
        theme = current_theme()
        self._y = 0.0
        self._width = width
        super().__init__(name=flow.name)
        for line in self._wrap(flow.name, theme.title_size * 0.8, 600):
            self._put(line, theme.title_size * 0.8, theme.text, "prose", weight=600)
        if detail != "names":
            self._add_details(flow, detail)
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "heading", "name": self.name}

    def _add_details(self, flow: FlowInfo, detail: Detail) -> None:
        theme = current_theme()
        size = theme.label_size
        about = flow.doc.strip().partition("\n\n")[0] if detail == "full" else first_sentence(flow.doc)
        for line in self._wrap(about, size, 400, max_lines=DOC_LINES):
            self._put(line, size, theme.muted, "prose")
        self._skip(0.06)
        for decorator in flow.decorators:
            text = short_decorator(decorator, LETTERS) if detail == "badges" else decorator.note
            for line in self._wrap(text, theme.small_size, 400, "mono"):
                self._put(line, theme.small_size, theme.accent)
        if detail == "full" and flow.parameters:
            self._skip(0.06)
            self._list(flow.parameters)

    def _list(self, parameters: tuple[ParameterInfo, ...]) -> None:
        theme = current_theme()
        shown = parameters[:MOST_PARAMETERS]
        texts = [parameter_text(parameter) for parameter in shown]
        labels = [TextLabel(text, font_size=theme.small_size) for text in texts]
        column = max(label.width for label in labels) + 0.3
        room = (self._width - column) / (EM * theme.small_size)
        for label, parameter in zip(labels, shown, strict=True):
            baseline = self._advance(theme.small_size)
            self.add(label.left_at(0, baseline))
            about = parameter.help or "" if room > LEAST_HELP else ""
            for line in wrap(about, room, text_width((theme.prose, 400)), max_lines=1):
                help_text = TextLabel(line, font="prose", font_size=theme.small_size, color=theme.muted)
                self.add(help_text.left_at(column, baseline))
        if len(parameters) > len(shown):
            more = f"{len(parameters) - len(shown)} more"
            self._put(more, theme.small_size, theme.muted, "prose")

    def _wrap(
        self,
        text: str,
        size: float,
        weight: int,
        font: Literal["mono", "prose"] = "prose",
        *,
        max_lines: int | None = None,
    ) -> list[str]:
        theme = current_theme()
        key = (theme.prose if font == "prose" else theme.mono, weight)
        return wrap(text, self._width / (EM * size), text_width(key), max_lines=max_lines)

    def _put(
        self,
        text: str,
        size: float,
        color: str,
        font: Literal["mono", "prose"] = "mono",
        *,
        weight: int = 400,
    ) -> None:
        label = TextLabel(text, font=font, font_size=size, color=color, weight=weight)
        self.add(label.left_at(0, self._advance(size)))

    def _advance(self, size: float) -> float:
        """Go down by a line and return its middle."""
        self._y -= 1.45 * EM * size
        return self._y + 0.725 * EM * size

    def _skip(self, room: float) -> None:
        self._y -= room


def _default(parameter: ParameterInfo) -> str:
    """Write a default, of a file only its name: where it lies is the business of one machine."""
    default = parameter.default_text
    if parameter.kind == "IncludeFile" and "/" in default:
        return default[:1] + default.rpartition("/")[2]
    return default


def parameter_text(parameter: ParameterInfo) -> str:
    """Write a parameter as one gives it, with its default.

    >>> parameter_text(ParameterInfo("alpha", "alpha", "Parameter", "0.5"))
    'alpha = 0.5'
    >>> parameter_text(ParameterInfo("cfg", "cfg", "Config"))
    'Config cfg'
    """
    default = f" = {_default(parameter)}" if parameter.default_text else ""
    kind = "" if parameter.kind == "Parameter" else f"{parameter.kind} "
    return one_line(f"{kind}{parameter.name}{default}", 44)

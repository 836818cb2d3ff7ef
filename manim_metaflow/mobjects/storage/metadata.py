"""What the metadata service holds: an index of paths, not the bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim import UL

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.storage.panel import StoragePanel
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.run_ids import short_run_ids

__all__ = ["MetadataPanel"]

LINE = 0.36


class MetadataPanel(Drawing):
    """Artifacts as the metadata service lists them: flow, run, step, task, name.

    Parameters
    ----------
    flow_name, run_id, task
        Whose artifacts; ``task`` is ``"step/task_id"``.
    names
        The artifacts. Their lines are built, but are on the panel only once they are registered.
    width, height
        Units; as high as its lines need by default.
    columns
        How many columns of lines there are.
    title
        Written in its corner.

    Attributes
    ----------
    background
        The :class:`.StoragePanel` it is drawn on.
    lines
        The lines registered so far.

    Examples
    --------
    .. manim:: MetadataPanelExample
        :save_last_frame:

        class MetadataPanelExample(Scene):
            def construct(self):
                panel = MetadataPanel("TinyFlow", "1763700154", "start/1", ["raw", "seed"])
                self.add(panel.register("raw", "seed"))
    """

    def __init__(
        self,
        flow_name: str,
        run_id: str,
        task: str,
        names: Sequence[str],
        *,
        width: float = 9.0,
        height: float | None = None,
        columns: int = 1,
        title: str = "metadata",
    ) -> None:
        theme = current_theme()
        rows = max(1, -(-len(names) // columns))
        height = height or 0.62 + LINE * rows
        self.background = StoragePanel(title, width=width, height=height)
        self._lines: dict[str, TextLabel] = {}
        self._places: dict[str, tuple[float, float]] = {}
        self._zooms: dict[str, float] = {}
        self._width = width
        for index, name in enumerate(names):
            parts = [flow_name, short_run_ids(run_id), *task.split("/"), name]
            column, row = divmod(index, rows)
            self._lines[name] = TextLabel("/".join(parts), font_size=theme.small_size, color=theme.text)
            self._places[name] = (0.2 + column * (width - 0.2) / columns, 0.62 + row * LINE)
        self.lines: Parts[TextLabel] = Parts()
        super().__init__(self.background, self.lines)

    def line(self, name: str) -> TextLabel:
        """Return an artifact's line, where it is or will be.

        Raises
        ------
        UsageError
            The panel was built without that name.
        """
        if name not in self._lines:
            raise UsageError(
                f"The panel has no line for {name!r}. It has lines for: {', '.join(self._lines)}."
            )
        line = self._lines[name]
        if line not in self.lines.submobjects:
            # A line that is not written has not moved or grown with the panel.
            x, y = (float(c) for c in self.background.panel.get_corner(UL)[:2])
            zoom = float(self.background.panel.width) / self._width
            right, down = self._places[name]
            line.scale(zoom / self._zooms.get(name, 1.0)).left_at(x + zoom * right, y - zoom * down)
            self._zooms[name] = zoom
        return line

    @animated
    def register(self, *names: str) -> MetadataPanel:
        """Show lines at once."""
        for name in names:
            if self.line(name) not in self.lines.submobjects:
                self.lines.add(self.line(name))
        return self

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "metadata", "names": [line.text.rpartition("/")[2] for line in self.lines]}

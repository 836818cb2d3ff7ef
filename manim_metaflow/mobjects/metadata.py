"""What the metadata service knows: an index of paths, not the bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim import VGroup

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.label import TextLabel
from manim_metaflow.mobjects.lifecycle import StoragePanel
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.theme import current_theme

__all__ = ["MetadataPanel"]

LINE = 0.36


class MetadataPanel(VGroup):
    """Artifacts as the metadata knows them: flow, run, step, task, name.

    Parameters
    ----------
    flow_name, run_id, task
        Whose artifacts; ``task`` is ``"step/task_id"``.
    names
        The artifacts. Their lines are built, but stand on the panel only once they are registered.
    width, height
        Units; as high as its lines need by default.
    title
        What stands in its corner.

    Attributes
    ----------
    ground
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
        title: str = "metadata",
    ) -> None:
        theme = current_theme()
        height = height or 0.62 + LINE * len(names)
        self.ground = StoragePanel(title, width=width, height=height)
        self._lines: dict[str, TextLabel] = {}
        for index, name in enumerate(names):
            parts = [flow_name, run_id, *task.split("/"), name]
            line = TextLabel(" / ".join(parts), font_size=theme.small_size + 1, color=theme.text)
            line.left_at(-width / 2 + 0.2, height / 2 - 0.62 - index * LINE)
            self._lines[name] = line
        self.lines: Parts[TextLabel] = Parts()
        super().__init__(self.ground, self.lines)

    def line(self, name: str) -> TextLabel:
        """Return an artifact's line, where it stands or will stand.

        Raises
        ------
        UsageError
            The panel was built without that name.
        """
        if name not in self._lines:
            raise UsageError(f"The panel knows no {name!r}. It knows: {', '.join(self._lines)}.")
        line = self._lines[name]
        if line not in self.lines.submobjects:
            corner = self.ground.panel.get_corner((-1, 1, 0))
            index = list(self._lines).index(name)
            line.left_at(float(corner[0]) + 0.2, float(corner[1]) - 0.62 - index * LINE)
        return line

    def register(self, *names: str) -> MetadataPanel:
        """Show lines at once."""
        for name in names:
            if self.line(name) not in self.lines.submobjects:
                self.lines.add(self.line(name))
        return self

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "metadata", "names": [line.text.split(" / ")[-1] for line in self.lines]}

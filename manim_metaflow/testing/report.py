"""One page that shows what was expected, what was drawn, and where they differ."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from manim_metaflow.testing.outcome import Outcome
from manim_metaflow.utils.foreign import markup_text
from manim_metaflow.utils.units import counted

__all__ = ["html_report"]

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Frame snapshots</title>
<style>
body {{ background: #0E1117; color: #E9EDF5; font: 15px/1.5 system-ui, sans-serif; margin: 2rem; }}
h2 {{ border-top: 1px solid #5F6C87; padding-top: 1rem; overflow-wrap: anywhere; }}
pre {{ background: #171C26; padding: 1rem; overflow-x: auto; }}
.row {{ display: flex; flex-wrap: wrap; gap: 1rem; }}
figure {{ margin: 0; }}
img {{ border: 1px solid #5F6C87; max-width: 100%; }}
figcaption {{ color: #8C97AB; }}
</style>
</head>
<body>
<h1>{title}</h1>
{sections}
</body>
</html>
"""


def html_report(failed: Sequence[Outcome], root: Path) -> str:
    """Make a page without any other file.

    Parameters
    ----------
    failed
        The pictures to show.
    root
        Baselines are named relative to it.

    Examples
    --------
    >>> outcome = Outcome(nodeid="test_a.py::test_a[<>]", module="", file="a", failures=["3 pixels differ"])
    >>> "test_a[&lt;&gt;]" in html_report([outcome], Path("/"))
    True
    """
    ordered = sorted(failed, key=lambda outcome: (outcome.nodeid, outcome.file))
    title = f"{counted(len(ordered), 'frame snapshot')} failed"
    return _PAGE.format(title=title, sections="\n".join(_section(outcome, root) for outcome in ordered))


def _section(outcome: Outcome, root: Path) -> str:
    file = Path(outcome.file)
    name = file.relative_to(root) if file.is_relative_to(root) else file
    pictures = (("expected", outcome.expected), ("got", outcome.got), ("difference", outcome.difference))
    parts = [
        f"<h2>{markup_text(outcome.nodeid)}</h2>",
        f"<p>{markup_text(str(name))}</p>",
        *(f"<pre>{markup_text(message)}</pre>" for message in _messages(outcome)),
        '<div class="row">',
        *(_figure(label, png) for label, png in pictures if png),
        "</div>",
    ]
    return "<section>\n" + "\n".join(parts) + "\n</section>"


def _messages(outcome: Outcome) -> list[str]:
    return [*outcome.failures, outcome.structure_diff] if outcome.structure_diff else outcome.failures


def _figure(label: str, png: bytes) -> str:
    data = b64encode(png).decode("ascii")
    return (
        f'<figure><img alt="{label}" src="data:image/png;base64,{data}">'
        f"<figcaption>{label}</figcaption></figure>"
    )

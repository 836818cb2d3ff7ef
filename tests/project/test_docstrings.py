"""The examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from documented import Example, directives, docstrings, furnish, modules

DOCSTRINGS = [
    (name, text) for module, path in modules().items() for name, text in docstrings(path.read_text(), module)
]
SCENES = [example for name, text in DOCSTRINGS for example in directives(text, name)]
DOCTESTS = [(name, text) for name, text in DOCSTRINGS if re.search(r"^\s*>>> ", text, re.M)]


@pytest.fixture(scope="module", autouse=True)
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what examples record: several of them show runs of one flow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MANIM_METAFLOW_RECORDINGS", str(tmp_path_factory.mktemp("recordings")))
        yield


def render(example: Example, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Render each scene of an example in this process, without a movie."""
    from manim import Scene, tempconfig

    monkeypatch.chdir(furnish(folder))
    monkeypatch.syspath_prepend(folder)
    file = folder / "docstring_example.py"
    file.write_text(example.code)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Metaflow looks a flow's source up by its module's name.
    monkeypatch.setitem(sys.modules, file.stem, module)
    quick = {
        "pixel_width": 320,
        "pixel_height": 180,
        "frame_rate": 2,
        "dry_run": True,
        "progress_bar": "none",
    }
    try:
        with tempconfig({**quick, "media_dir": str(folder / "media"), "disable_caching": True}):
            spec.loader.exec_module(module)
            scenes = [each for each in vars(module).values() if getattr(each, "__module__", "") == file.stem]
            scenes = [each for each in scenes if isinstance(each, type) and issubclass(each, Scene)]
            assert scenes, f"{example.where}: the example defines no scene"
            for scene in scenes:
                scene().render()
    finally:
        sys.modules.pop("my_flow", None)


@pytest.mark.parametrize("example", SCENES, ids=str)
def test_scene_in_docstring_renders(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    render(example, tmp_path, monkeypatch)


def doctest_report(text: str, name: str, namespace: dict[str, object]) -> str:
    """Run the prompts of a docstring in a namespace and return what doctest says about those that fail."""
    test = doctest.DocTestParser().get_doctest(text, dict(namespace), name, None, None)
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False).run(test, out=report.append)
    return "".join(report)


@pytest.mark.parametrize(("name", "text"), DOCTESTS, ids=[name for name, _ in DOCTESTS])
def test_prompt_in_docstring_answers_as_shown(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(furnish(tmp_path))
    module = next(each for each in sorted(modules(), reverse=True) if f"{name}.".startswith(f"{each}."))
    report = doctest_report(text, name, vars(importlib.import_module(module)))
    assert not report, report


def test_every_public_mobject_and_animation_shows_a_scene() -> None:
    from manim import Animation, Mobject

    import manim_metaflow

    shown = {example.where.rpartition(".")[2] for example in SCENES}
    drawn = [
        name
        for name in manim_metaflow.__all__
        if isinstance(value := getattr(manim_metaflow, name), type) and issubclass(value, Mobject | Animation)
    ]
    assert drawn
    assert sorted(set(drawn) - shown) == []


def test_directives_are_found_with_their_options_left_out() -> None:
    text = """Draw it.

    Examples
    --------
    .. manim:: Example
        :save_last_frame:

        class Example(Scene):
            def construct(self):

                self.add(Dot())

    Text after it.
    """
    (found,) = directives(text, "here")
    assert found.code.endswith("class Example(Scene):\n    def construct(self):\n\n        self.add(Dot())\n")
    assert "save_last_frame" not in found.code


def test_docstrings_of_nested_definitions_are_found() -> None:
    source = '"""m"""\nclass A:\n    """a"""\n    def f(self):\n        """f"""\n'
    assert sorted(docstrings(source, "mod")) == [("mod", "m"), ("mod.A", "a"), ("mod.A.f", "f")]


def test_broken_scene_in_docstring_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = directives(
        "Draw.\n\n.. manim:: Bad\n\n    class Bad(Scene):\n        def construct(self):\n            1 / 0\n",
        "here",
    )
    with pytest.raises(ZeroDivisionError):
        render(example, tmp_path, monkeypatch)


def test_broken_prompt_in_docstring_is_caught() -> None:
    assert "Expected:\n    3\nGot:\n    2\n" in doctest_report(">>> 1 + 1\n3\n", "here", {})

"""Find the examples that documents and docstrings promise, and run them.

The folder they run in holds ``my_flow.py``, as the documents name the reader's own flow, and the flows of the
tests, as docstrings name flows of a certain shape.
"""

from __future__ import annotations

import ast
import inspect
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]
SHELL = {"sh", "bash", "shell", "console"}
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=indent)```\s*$", re.M | re.S
)
DIRECTIVE = re.compile(r"^(?P<indent> *)\.\. manim::[^\n]*\n(?P<body>(?:(?:(?P=indent) +[^\n]*)?\n)*)", re.M)
# What the examples in docstrings begin with, as the introduction of the reference says.
SUBJECTS = ("graph", "code", "storage", "runs")
SCENE_PREAMBLE = "from manim import *\nfrom manim_metaflow import *\n"
SCENE_PREAMBLE += "".join(f"from manim_metaflow.{subject} import *\n" for subject in SUBJECTS) + "\n\n"

# Commands that only fetch or move: what they would do is the reader's machine's business.
UNCHECKED = {"git", "cd", "export", "apt-get", "brew", "sudo", "pipx", "open", "xdg-open"}

# Commands that the locked environment brings.
IN_ENVIRONMENT = {"manim", "manim-metaflow", "pre-commit", "pytest", "python"}


class BrokenExampleError(AssertionError):
    """An example does not do what a reader would expect of it."""


@dataclass(frozen=True)
class Example:
    """A piece of code that a document shows."""

    where: str
    language: str
    code: str

    def __str__(self) -> str:
        return self.where


def fenced(text: str, name: str) -> list[Example]:
    """Return every fenced block of a Markdown text, named by document and line."""
    return [
        Example(
            where=f"{name}:{text.count(chr(10), 0, match.start()) + 1}",
            language=match["language"],
            code=dedent(match["body"]),
        )
        for match in FENCE.finditer(text)
    ]


def directives(docstring: str, where: str) -> list[Example]:
    """Return the scene of every ``.. manim::`` directive in a docstring."""
    found = []
    for match in DIRECTIVE.finditer(inspect.cleandoc(docstring) + "\n"):
        lines = dedent(match["body"]).splitlines()
        code = "\n".join(line for line in lines if not re.match(r":\w+:", line))
        found.append(Example(where, "manim", SCENE_PREAMBLE + code.strip() + "\n"))
    return found


def docstrings(source: str, module: str) -> Iterator[tuple[str, str]]:
    """Yield the name and text of every docstring in a module's source."""
    tree = ast.parse(source)
    pending: list[tuple[str, ast.AST]] = [(module, tree)]
    while pending:
        name, node = pending.pop()
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if text := ast.get_docstring(node, clean=False):
                yield name, text
            pending += [(f"{name}.{getattr(child, 'name', '')}", child) for child in node.body]


@cache
def modules() -> dict[str, Path]:
    """Return the source file of every module of the package, by dotted name."""
    package = ROOT / "manim_metaflow"
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def furnish(folder: Path) -> Path:
    """Give a folder what every example may count on, and return it."""
    for name in ("my_flow.py", "my_notebook.ipynb"):
        shutil.copy(Path(__file__).with_name(name), folder / name)
    (folder / "tests").mkdir()
    (folder / "tests" / "flows").symlink_to(ROOT / "tests" / "flows")
    return folder


def run_python(example: Example, folder: Path) -> None:
    """Run an example as the file of a stranger: import it, then render each scene in it without a movie.

    Tests in it are run too, once to write their baselines and once against them.
    """
    file = furnish(folder) / "example.py"
    file.write_text(example.code)
    names = [node.name for node in ast.parse(example.code).body if isinstance(node, ast.FunctionDef)]
    defines_scene = re.search(r"^class \w+\(.*Scene\b.*\):", example.code, re.M)
    if defines_scene:
        quick = ["-ql", "--fps", "5", "--dry_run", "--progress_bar", "none", "-v", "WARNING"]
        _succeed([sys.executable, "-m", "manim", "render", *quick, "-a", file.name], folder, example)
    elif any(name.startswith("test_") for name in names):
        for update in (["--frames-update"], []):
            _succeed([sys.executable, "-m", "pytest", "-q", *update, file.name], folder, example)
    else:
        _succeed([sys.executable, file.name], folder, example)


def _succeed(command: list[str], folder: Path, example: Example) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    # Manim ends with 0 on some errors that it only logs.
    if done.returncode or "Traceback" in done.stderr + done.stdout:
        raise BrokenExampleError(f"{example.where} exits with {done.returncode}:\n{done.stdout}{done.stderr}")


def shell_commands(code: str) -> list[list[str]]:
    """Return the commands of a shell block, each split into words; prompts and comments are left out."""
    lines = [line.removeprefix("$ ") for line in code.replace("\\\n", " ").splitlines()]
    words = [shlex.split(line, comments=True) for line in lines]
    return [each for line in words if line for each in _split(line)]


def _split(words: list[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in [*words, "&&"]:
        if word in {"&&", ";", "|"}:
            yield command
            command = []
        else:
            command.append(word)


def check_command(words: list[str]) -> None:
    """Raise if a documented command names a target, option, file or package that is not there."""
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if words[:2] == ["uv", "run"]:
        words = words[2:]
    if not words or words[0] in UNCHECKED:
        return
    checks = {
        "make": _check_make,
        "manim": _check_manim,
        "manim-metaflow": _check_cli,
        "pip": _check_install,
        "uv": _check_install,
        "python": _check_script,
        "pytest": _check_paths,
        "pre-commit": _check_paths,
    }
    if words[0] not in checks:
        raise BrokenExampleError(f"no check knows the command {words[0]!r}: {shlex.join(words)}")
    if words[0] in IN_ENVIRONMENT and not Path(sys.executable).with_name(words[0]).exists():
        raise BrokenExampleError(f"the environment has no {words[0]}")
    checks[words[0]](words[1:])


def _check_make(words: list[str]) -> None:
    done = subprocess.run(
        ["make", "--dry-run", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BrokenExampleError(f"make {shlex.join(words)}: {done.stderr}")
    _check_paths([word.partition("=")[2] for word in words if "=" in word])


def _check_manim(words: list[str]) -> None:
    from manim.__main__ import main

    _parse(main, words)


def _check_cli(words: list[str]) -> None:
    from manim_metaflow.cli import main

    _parse(main, words)


def _parse(group: object, words: list[str]) -> None:
    """Let click parse a command line, as far as the call of the command it names."""
    import click

    assert isinstance(group, click.Group), group
    try:
        with click.Context(group) as context:
            name, command, rest = group.resolve_command(context, list(words))
            assert command is not None
            command.make_context(name, rest, parent=context)
    except click.exceptions.Exit:
        return
    except click.ClickException as error:
        raise BrokenExampleError(f"{shlex.join(words)}: {error.format_message()}") from error
    _check_paths(words)


def _check_install(words: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]
    if words[:1] == ["pip"]:
        words = words[1:]
    ours = {project, f"{project}[testing]"}
    if words[:1] not in (["install"], ["add"], ["sync"]) or not set(words[1:]) <= ours | {
        "--dev",
        "--locked",
    }:
        raise BrokenExampleError(f"not a way to install {project}: {shlex.join(words)}")


def _check_script(words: list[str]) -> None:
    if words[:1] == ["-m"] and words[1] in modules():
        return  # a flow has no command of its own
    if words[:1] == ["-m"]:
        raise BrokenExampleError(f"show the command, not the module: python {shlex.join(words)}")
    _check_paths(words)


def _check_paths(words: list[str]) -> None:
    """Files that a command reads must be there; ``my_flow.py`` stands for the reader's own."""
    for word in words:
        path = word.partition("::")[0].partition(":")[0]
        if not path.endswith(".py") or path in {"my_flow.py", "scenes/x.py"}:
            continue
        if not (ROOT / path).exists():
            raise BrokenExampleError(f"there is no {path}")

"""Install the project beside other versions of Manim, Metaflow and Python, and test it there.

``python scripts/matrix.py manim|metaflow|python|install`` makes one environment a row, prints what is in it,
runs the tests below in it, and ends with a table of what was run. A word after it, ``matrix.py manim 0.20``,
chooses the rows that have it in their names.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "matrix"
TESTS = ("tests/versions",)
"""Every row runs these: reading, running, recording, resuming, showing and drawing, in a minute or two."""

MOBJECTS = ("tests/mobjects", "-n", "logical", "--dist", "loadfile")
"""The rows of Manim run these, too: a release may measure, place or paint in another way."""

# Other versions draw other pixels: only CI's first job compares them.
_ENVIRONMENT = {**os.environ, "CI": "false"}

SHOWN = ("manim", "metaflow", "ob-metaflow", "numpy", "pillow")


@dataclass(frozen=True)
class Row:
    """One environment: what goes into it, whether it gets the wheel, as users do, and what runs in it."""

    name: str
    requirements: tuple[str, ...]
    python: str = "3.11"
    wheel: bool = False
    further: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the environment is."""
        return CACHE / self.name.replace(" ", "-")


def _metaflow(version: str) -> Row:
    return Row(f"metaflow {version}", (f"metaflow=={version}",))


def _manim(name: str, requirement: str) -> Row:
    return Row(f"manim {name}", (requirement, "metaflow"), further=MOBJECTS)


# The last of each group before something changed that is read: see facts/metaflow_internals.py.
MATRICES = {
    "metaflow": (
        *map(_metaflow, ("2.12.0", "2.12.39", "2.15.21", "2.18.13", "2.19.22")),
        Row("metaflow newest", ("metaflow",)),
    ),
    "manim": (
        *(_manim(version, f"manim=={version}") for version in ("0.20.0", "0.21.0")),
        _manim("newest", "manim"),
    ),
    "python": tuple(
        Row(f"python {version}", ("metaflow",), python=version)
        for version in ("3.11", "3.12", "3.13", "3.14")
    ),
    # As users install it: the wheel into an environment that has Metaflow, Outerbounds' Metaflow, or neither.
    "install": (
        Row("install with metaflow", ("metaflow",), wheel=True),
        Row("install with ob-metaflow", ("ob-metaflow",), wheel=True),
        Row("install alone", (), wheel=True),
    ),
}


def main(matrix: str, word: str = "") -> int:
    """Make and test the rows of a matrix with ``word`` in their names; return how many failed."""
    results = [(row, *_try(row)) for row in MATRICES[matrix] if word in row.name]
    width = max(len(row.name) for row, *_ in results)
    print(f"\n{matrix}: {' '.join((*TESTS, *MATRICES[matrix][0].further))}")
    for row, versions, result in results:
        print(f"  {row.name:{width}}  {result:44}  {versions}")
    return sum(result.startswith("failed") for _, _, result in results)


def _try(row: Row) -> tuple[str, str]:
    """Return which versions a row has, and how its tests ended."""
    print(f"\n== {row.name}", flush=True)
    uv = ["uv", "--quiet"]
    # An interpreter that is not to be had here is reported as such: CI has every one of them.
    if _run([*uv, "venv", "--clear", "--no-python-downloads", "--python", row.python, str(row.folder)]):
        return "", f"not run: no Python {row.python} here"
    install = [*uv, "pip", "install", "--python", str(row.folder)]
    if row.wheel:
        wheels = CACHE / "wheels"
        _run([*uv, "build", "--wheel", "--clear", "--out-dir", str(wheels)])
        # First what the user has, then this package: an installer must leave the first as it is.
        steps = [row.requirements, (str(next(wheels.glob("*.whl"))), "pytest")]
    else:
        steps = [("--editable", ".", "--group", "dev", *row.requirements)]
    for step in steps:
        if step and _run([*install, *step]):
            return "", "failed: cannot be installed"
    python = str(row.folder / "bin" / "python")
    versions = _versions(python)
    print(versions, flush=True)
    code, counts = _test(python, (*TESTS, *row.further))
    return versions, counts if code == 0 else f"failed: {counts}"


def _test(python: str, tests: tuple[str, ...]) -> tuple[int, str]:
    """Run the tests in an environment; return pytest's exit code and its last line, which counts them."""
    # -P: else the package would come from this folder, and the wheel would not be tested at all.
    command = [python, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    last = ""
    with subprocess.Popen(command, cwd=ROOT, env=_ENVIRONMENT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        # Line by line: a row takes minutes, and who waits wants to see how far it is.
        for line in run.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return run.returncode, last


def _run(command: list[str]) -> int:
    """Run a command in the project's folder and return its exit code."""
    return subprocess.run(command, cwd=ROOT, env=_ENVIRONMENT, check=False).returncode


def _versions(python: str) -> str:
    """Ask an environment what is in it."""
    script = (
        "import sys, importlib.metadata as m\n"
        "has = {d.metadata['Name'].lower(): d.version for d in m.distributions()}\n"
        "print('python', sys.version.split()[0], *(f'{n} {has[n]}' for n in sys.argv[1:] if n in has))"
    )
    asked = subprocess.run([python, "-c", script, *SHOWN], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

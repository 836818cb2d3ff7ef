"""Import a user's flow file as it is on disk, and leave no trace of it in this process."""

from __future__ import annotations

import importlib
import io
import linecache
import sys
import threading
import tokenize
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from manim_metaflow.errors import FlowError, FlowNotFoundError
from manim_metaflow.facts.metaflow_internals import forget_flow_decorators, with_newer_features
from manim_metaflow.utils.files import working_folder_kept

__all__ = ["FlowModule", "imported_file", "read_source", "where_it_broke"]

# Imports change the process as a whole, so one at a time.
_LOCK = threading.RLock()
# Never forgotten between two imports: a second Manim or Metaflow would not know the classes of the first.
_OURS = frozenset({"manim", "manim_metaflow", "metaflow", *sys.stdlib_module_names})


class FlowModule(ModuleType):
    """The module of a flow file. ``started`` is the flow class that the file itself runs, without a guard."""

    # A slot, because any other attribute of a module is a global of its code.
    __slots__ = ("started",)

    started: type | None


class _FlowStartedError(SystemExit):
    """``MyFlow()`` was called: in place of Metaflow's command line, which ends the process, too."""

    def __init__(self, flow: type) -> None:
        super().__init__("a flow was started")
        self.flow = flow


def read_source(path: Path) -> str:
    """Return the file's text, or raise a :class:`.FlowError` whose message has the reason."""
    if not path.exists():
        raise FlowNotFoundError(f"{path}: no such file.")
    if path.is_dir():
        raise FlowNotFoundError(f"{path}: a directory. Name the file of the flow in it.")
    if path.suffix == ".ipynb":
        raise FlowNotFoundError(
            f"{path}: a notebook. Its flow can be drawn and shown; to be run it has to be in a .py file."
        )
    if path.suffix != ".py":
        raise FlowNotFoundError(f"{path}: not a Python file. A flow is read from a .py file.")
    try:
        raw = path.read_bytes()
        return raw.decode(_encoding(raw))
    except UnicodeDecodeError as error:
        raise FlowError(f"{path}: not {error.encoding.upper()} text (byte {error.start}).") from error
    except OSError as error:
        raise FlowError(f"{path}: cannot be read: {error.strerror}.") from error


def _encoding(raw: bytes) -> str:
    """Name the encoding of a source as Python finds it: a byte order mark, a cookie in the first lines."""
    try:
        return tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
    except SyntaxError:
        # It is none that Python knows, or no text in the first lines: decoding says at which byte.
        return "utf-8"


@contextmanager
def imported_file(path: Path) -> Iterator[FlowModule]:
    """Run ``path`` as a module that exists only inside the ``with`` block.

    Modules beside the file can be imported by it, and are read afresh each time. A file that runs its flow
    without ``if __name__ == "__main__":`` is run up to there, and the flow is not: its class exists by then.

    Raises
    ------
    FlowError
        If the file is missing, does not parse, or raises while it is imported.
    """
    text = read_source(path)
    absolute = path.resolve()
    module = FlowModule(f"_flow_file_{absolute.stem}")
    module.started = None
    module.__file__ = str(absolute)
    # Sources of steps come from linecache, which may have the file as it was before an edit.
    linecache.checkcache(str(absolute))
    with _LOCK, _isolated(absolute.parent, module):
        with working_folder_kept():
            _execute(module, text, path)
        yield module


def _execute(module: FlowModule, text: str, path: Path) -> None:
    try:
        # Not inherited: this file's `from __future__` imports are not the user's.
        exec(compile(text, str(module.__file__), "exec", dont_inherit=True), module.__dict__)
    except SyntaxError as error:
        file = _shown(error.filename or str(path), path)
        raise FlowError(f"{file}:{error.lineno}: {type(error).__name__}: {error.msg}") from error
    except _FlowStartedError as start:
        module.started = start.flow
    except SystemExit as error:
        raise FlowError(
            f"{where_it_broke(error, path)}: the file exits while it is imported. "
            'Put what runs the flow under `if __name__ == "__main__":`.'
        ) from error
    except Exception as error:
        what = "".join(traceback.format_exception_only(error)).strip()
        message = with_newer_features(f"cannot be imported: {what}", text)
        raise FlowError(f"{where_it_broke(error, path)}: {message}") from error


def where_it_broke(error: BaseException, path: Path) -> str:
    """Return ``file:line`` of the innermost frame that lies in the user's own files."""
    folder = path.resolve().parent
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if Path(frame.filename).parent == folder]
    return f"{_shown(mine[-1].filename, path)}:{mine[-1].lineno}" if mine else str(path)


def _shown(filename: str, path: Path) -> str:
    """Write the path as the user did, where it is that file."""
    file = Path(filename)
    return str(path) if file == path.resolve() else str(path.parent / file.name)


@contextmanager
def _isolated(folder: Path, module: ModuleType) -> Iterator[None]:
    beside = {module.__name__, *_modules_in(folder)} - _OURS
    before = {name: loaded for name, loaded in sys.modules.items() if _top(name) in beside}
    path, argv, bytecode = list(sys.path), list(sys.argv), sys.dont_write_bytecode
    # What another flow imported under the same name must not be taken for this one's module.
    for name in before:
        del sys.modules[name]
    sys.modules[module.__name__] = module
    sys.path.insert(0, str(folder))
    sys.argv[:] = [str(module.__file__)]
    # A user who only has a flow drawn finds no __pycache__ beside it.
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        with _no_command_line():
            yield
    finally:
        sys.path[:], sys.argv[:], sys.dont_write_bytecode = path, argv, bytecode
        for name in [name for name in sys.modules if _top(name) in beside]:
            del sys.modules[name]
        sys.modules.update(before)


@contextmanager
def _no_command_line() -> Iterator[None]:
    """Keep ``MyFlow()`` at the end of an unguarded file from running the flow.

    It would parse the options of this process, make folders, and run what they say.
    """
    from metaflow.flowspec import FlowSpec

    forget_flow_decorators()
    original = FlowSpec.__init__

    # Metaflow itself makes flows with `use_cli=False`, to read parameters: these go through.
    def create(self: Any, use_cli: bool = True) -> None:
        if use_cli:
            raise _FlowStartedError(type(self))
        original(self, use_cli=False)  # type: ignore[no-untyped-call]

    FlowSpec.__init__ = create  # type: ignore[method-assign]
    try:
        yield
    finally:
        FlowSpec.__init__ = original  # type: ignore[method-assign]


def _modules_in(folder: Path) -> set[str]:
    packages = {entry.parent.name for entry in folder.glob("*/__init__.py")}
    return packages | {entry.stem for entry in folder.glob("*.py")}


def _top(name: str) -> str:
    return name.partition(".")[0]

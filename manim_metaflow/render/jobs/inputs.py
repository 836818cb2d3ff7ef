"""Record what a render reads, while it reads it.

Python calls an audit hook for every file that is opened, every folder that is listed and every process that
is started; :mod:`.probes` tells of what is asked without such an event. What cannot be followed, such as the
clock, makes the recorder say why nobody can know whether the scene is up to date.

A package says with ``sys.audit("manim_metaflow.reads", path)`` what it reads by way of another program, and
with ``sys.audit("manim_metaflow.unwatched", reason)`` that what it reads cannot be watched.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from manim_metaflow.render.jobs.cache import CacheEntry, value_digest
from manim_metaflow.render.jobs.callers import (
    asking,
    by_import,
    is_foreign,
    site_folders,
    standard_library,
)
from manim_metaflow.render.jobs.chance import Chance, unrepeatable
from manim_metaflow.render.jobs.digests import (
    full_state,
    glob_digest,
    identity,
    listing_digest,
    modules_digest,
    probe,
)
from manim_metaflow.render.jobs.own_files import OwnFiles
from manim_metaflow.render.jobs.packages import (
    drawing_libraries,
    imported_versions,
    module_files,
)
from manim_metaflow.render.jobs.probes import ModuleNames, watch_environment, watch_probes

__all__ = ["InputRecorder"]

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT

_PROCESSES = (
    "subprocess.Popen",
    "os.system",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "os.exec",
    "os.spawn",
)
_CONNECTIONS = ("socket.connect", "socket.sendto", "socket.getaddrinfo")
_FOREIGN_READS = {
    "sqlite3.connect": "it opens a database",
    "ctypes.dlopen": "it loads a library of its own",
    "builtins.input": "it asks for input",
}
_ALWAYS = ("HOME", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
"""Variables that libraries written in C, and Python before its first line, read unseen."""

_TERMINAL = {
    "COLUMNS",
    "LINES",
    "TERM",
    "COLORTERM",
    "FORCE_COLOR",
    "NO_COLOR",
    "PATH",
    "TMPDIR",
    "TEMP",
    "TMP",
}
"""Variables that packages read for what they print and where: nothing of it is in a film."""


class InputRecorder:
    """What this process reads from now on. An audit hook cannot be removed: make one a process.

    Parameters
    ----------
    stage
        The folder that was made for the files of this render. Nothing in it was there before.
    """

    def __init__(self, stage: Path) -> None:
        self._files = OwnFiles(stage)
        self._unwatched = ""
        self._read: dict[str, tuple[int, ...] | None] = {}
        self._written: set[str] = set()
        self._kept: set[str] = set()
        self._probes: dict[tuple[str, str], str] = {}
        self._listings: dict[str, str] = {}
        self._globs: dict[tuple[str, str, str], str] = {}
        self._environment: dict[str, str | None] = {}
        self._chance = Chance()
        self._modules = ModuleNames()
        self._own = _OwnQuestions()
        watch_environment(self._own.left_out(self._asked))
        watch_probes(self._own.left_out(self._probed))
        # First in line: the finders after it end the search at the first that finds the module.
        sys.meta_path.insert(0, self._modules)
        sys.addaudithook(self._own.left_out(self._audit))

    def add(self, path: str | Path) -> None:
        """Record a file that is not opened by Python."""
        absolute = os.path.abspath(path)
        # As it was when it was first read: what has changed since must not pass for what was drawn.
        self._read.setdefault(absolute, full_state(Path(absolute)))

    def begin(self, *derived: str | Path, seed: int | None = None) -> None:
        """Begin with the scene's own code: from now on chance counts.

        Parameters
        ----------
        derived
            Folders in which Manim keeps what it derives from texts and formulas, under hashes of them.
        seed
            A seed that was drawn for this render alone: the scene has none.
        """
        with self._own:
            self._files.derived = tuple(f"{Path(folder).resolve()}{os.sep}" for folder in derived)
        self._chance.begin(seed)

    def unwatched(self) -> str:
        """Say why nobody can know whether what was rendered is up to date; empty if it can be known."""
        if self._unwatched:
            return self._unwatched
        if reason := self._chance.reason():
            return reason
        changed = next(
            (path for path, state in self._inputs().items() if full_state(Path(path)) != state), ""
        )
        return f"{changed} changed while it was rendered" if changed else ""

    def cache_entry(
        self, scene: str, plays: int = 0, seconds: float = 0.0, scenes: tuple[str, ...] = ()
    ) -> CacheEntry:
        """Return what the scene was made of."""
        with self._own:
            return self._entry(scene, plays, seconds, scenes)

    def _entry(self, scene: str, plays: int, seconds: float, scenes: tuple[str, ...]) -> CacheEntry:
        # What a scene has left beside its film may be wanted as much as the film.
        written = {path for path in self._kept if self._files.is_input(path) and os.path.isfile(path)}
        files = sorted(path for path in {*self._inputs(), *written} if not os.path.isdir(path))
        for name in _ALWAYS:
            self._environment.setdefault(name, value_digest(os.environ.get(name)))
        return CacheEntry(
            scene=scene,
            scenes=scenes,
            plays=plays,
            seconds=seconds,
            unwatched=self.unwatched(),
            files={path: identity(Path(path)) for path in files},
            probes=tuple(
                (path, how, answer)
                for (path, how), answer in sorted(self._probes.items())
                if self._files.is_input(path) and path not in self._written
            ),
            listings={
                folder: found
                for folder, found in sorted(self._listings.items())
                if self._files.is_input(os.path.join(folder, ""))
            },
            globs=tuple(
                (folder, pattern, how, found)
                for (folder, pattern, how), found in sorted(self._globs.items())
                if self._files.is_input(os.path.join(folder, ""))
            ),
            modules=tuple(
                (folder, names, modules_digest(folder, names)) for folder, names in self._searched_folders()
            ),
            environment=dict(self._environment),
            libraries=drawing_libraries(),
            versions=imported_versions(),
        )

    def _inputs(self) -> dict[str, tuple[int, ...] | None]:
        """List the files that were read, with their states when they were."""
        for path in module_files():
            # Imported before the hook was there, by which nothing of the scene had run.
            self._read.setdefault(path, full_state(Path(path)))
        return {
            path: state
            for path, state in self._read.items()
            if path not in self._written and self._files.is_input(path)
        }

    def _searched_folders(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        for folder, names in self._modules.searched():
            ours = folder in site_folders() or not f"{folder}{os.sep}".startswith(standard_library())
            if ours and self._files.is_input(folder, packages=True):
                yield folder, names

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        # These come by the thousand, and tell nothing about files: left out before a frame is looked for.
        if event.startswith(("object.", "sys._", "compile", "marshal", "cpython.")):
            return
        frame = _caller()
        if frame is None:
            return
        if event == "open":
            self._open(frame, *arguments)
        elif event == "exec" and isinstance(arguments[0], CodeType):
            self._executed(arguments[0])
        elif event in ("os.listdir", "os.scandir"):
            self._listed(arguments[0], frame)
        elif event in ("pathlib.Path.glob", "pathlib.Path.rglob"):
            deep = "**/" if event.endswith("rglob") else ""
            self._searched(os.path.abspath(arguments[0]), f"{deep}{arguments[1]}", "path")
        elif event == "glob.glob/2":
            pattern, recursive, root, *_ = arguments
            how = "recursive" if recursive else "names"
            self._searched(os.path.abspath(root or "."), os.fsdecode(pattern), how)
        else:
            self._acted(event, arguments, frame)

    def _acted(self, event: str, arguments: tuple[Any, ...], frame: FrameType) -> None:
        """Record what is written, and what nobody can follow."""
        if event == "os.rename" and not os.fsdecode(arguments[1]).endswith(".pyc"):
            self._writes(os.path.abspath(os.fsdecode(arguments[1])), frame)
        elif event == "os.mkdir":
            path = os.path.abspath(os.fsdecode(arguments[0]))
            # The event comes before the folder, and also if that is there already.
            if not os.path.lexists(path):
                self._files.made.add(path)
        elif event == "manim_metaflow.reads":
            self.add(arguments[0])
        elif event == "manim_metaflow.unwatched":
            self._unwatched = self._unwatched or str(arguments[0])
        elif event in _PROCESSES:
            self._doubt("it starts another program, which may read anything", frame)
        elif event in _CONNECTIONS:
            self._doubt("it reads from the network", frame, anybody=True)
        elif event in _FOREIGN_READS:
            self._doubt(_FOREIGN_READS[event], frame)

    def _doubt(self, reason: str, frame: FrameType | None, *, anybody: bool = False) -> None:
        """Note that what a scene does cannot be followed; packages know what they do, or say so."""
        asks = asking(frame)
        if self._unwatched or asks is None or (is_foreign(asks.f_code) and not anybody):
            return
        self._unwatched = f"{reason} ({os.path.basename(asks.f_code.co_filename)}:{asks.f_lineno})"

    def _executed(self, code: CodeType) -> None:
        if not is_foreign(code) and (found := unrepeatable(code)):
            reason, line = found
            where = f"{os.path.basename(code.co_filename)}:{line}"
            self._unwatched = self._unwatched or f"{reason} ({where})"

    def _open(self, frame: FrameType, path: Any, mode: str | None, flags: int) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.fsdecode(path)
        if mode is None and not os.path.isabs(name) and "rmtree" not in frame.f_code.co_name:
            # os.open may be given a folder to begin in, of which the event says nothing.
            self._doubt("it opens a file by os.open, perhaps in another folder", frame)
        path = os.path.abspath(name)
        # Compiled code stands for its source, which Python compares it with.
        if path.endswith(".pyc"):
            try:
                path = importlib.util.source_from_cache(path)
            except ValueError:
                return
        if flags & _WRITE_FLAGS:
            # Also a file that is read and written is an input: it is what the scene found.
            if flags & os.O_RDWR == os.O_RDWR and os.path.isfile(path):
                self.add(path)
            self._writes(path, frame)
        # What this render has written itself is no input, though it is read again.
        elif path not in self._written:
            self.add(path)

    def _writes(self, path: str, frame: FrameType) -> None:
        self._written.add(path)
        asks = asking(frame)
        if asks is not None and not is_foreign(asks.f_code):
            self._kept.add(path)

    def _listed(self, folder: Any, frame: FrameType) -> None:
        # An open folder, by its number: `shutil.rmtree` walks so. Its name is not known here.
        if isinstance(folder, int):
            return
        path = os.path.abspath(os.fsdecode(folder if folder is not None else "."))
        where, name = os.path.basename(frame.f_code.co_filename), frame.f_code.co_name
        searches = where == "glob.py" or (where.startswith("pathlib") and name not in ("iterdir", "walk"))
        # Searches by pattern are noted as such, and what import looks for by name.
        if not searches and not by_import(frame) and "rmtree" not in name and path not in self._listings:
            self._listings[path] = listing_digest(path)

    def _searched(self, folder: str, pattern: str, how: str) -> None:
        search = folder, pattern, how
        if search not in self._globs:
            self._globs[search] = glob_digest(*search)

    def _probed(self, path: Any, how: str, frame: FrameType) -> None:
        if isinstance(path, int) or by_import(frame):
            return
        asks = asking(frame)
        if asks is None:
            return
        # The times of a file matter to a scene that asks for them, not to what looks for a file to open.
        if how == "all" and is_foreign(asks.f_code):
            how = "kind"
        key = os.path.abspath(os.fsdecode(path)), how
        # The first answer counts: later ones may be of what the render has made since.
        if key not in self._probes:
            self._probes[key] = probe(*key)

    def _asked(self, name: str, value: str | None, frame: FrameType) -> None:
        if name in self._environment:
            return
        asks = asking(frame)
        if name not in _TERMINAL or (asks is not None and not is_foreign(asks.f_code)):
            self._environment[name] = value_digest(value)


class _OwnQuestions(threading.local):
    """What the recorder asks itself, in whichever thread, is nothing that a scene reads."""

    busy = False

    def __enter__(self) -> None:
        self.busy = True

    def __exit__(self, *_: object) -> None:
        self.busy = False

    def left_out(self, told: Callable[..., None]) -> Callable[..., None]:
        """Wrap a function that is told of questions."""

        def filtered(*arguments: Any) -> None:
            if not self.busy:
                with self:
                    told(*arguments)

        return filtered


def _caller() -> FrameType | None:
    """Find who has caused an event; nobody, where Python itself begins and ends."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame

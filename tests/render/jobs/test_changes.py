"""Whatever a scene was made from: a change of it is noticed, or a line says why it cannot be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from manim_metaflow.render.jobs import digests, inputs
from manim_metaflow.render.jobs.cache import CacheEntry, read_entry
from manim_metaflow.render.jobs.digests import clear_digests
from manim_metaflow.render.jobs.packages import package_names

Change = Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """Code of a scene, and how what it reads may change."""

    code: str
    change: Change = lambda folder: None
    files: dict[str, str] = field(default_factory=dict)
    folder: str = "."


def write(name: str, text: str = "2") -> Change:
    """Make, or overwrite, a file."""

    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    return change


def older(name: str, text: str) -> Change:
    """Put an older file in the place of one: moving keeps its times."""

    def change(folder: Path) -> None:
        other = folder.parent / "older"
        other.write_text(text)
        state = (folder / name).stat()
        os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns - 10**12))
        os.replace(other, folder / name)

    return change


def set_variable(name: str, value: str | None) -> Change:
    def change(folder: Path) -> None:
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

    return change


def link(folder: Path) -> None:
    (folder / "data").unlink()
    (folder / "data").symlink_to("other", target_is_directory=True)


def commit(folder: Path) -> None:
    """Commit all files, into a repository that is made first."""
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "flow.py"], ["commit", "-q", "--allow-empty", "-m", "one"]):
        subprocess.run([*git, *arguments], check=True)


A = {"data/a.txt": "1"}
CASES = {
    "its own file": Case("x = 1", write("scene.py")),
    "its own file in the media folder": Case("x = 1", write("media/scene.py"), folder="media"),
    "its own file in a folder of films": Case(
        "x = 1", write("media/videos/x/scene.py"), folder="media/videos/x"
    ),
    "a module": Case("import helper", write("helper.py"), {"helper.py": "x = 1"}),
    "a module replaced by an older one": Case(
        "import helper", older("helper.py", "y = 1"), {"helper.py": "x = 1"}
    ),
    "a module of a package": Case(
        "import pack.one", write("pack/one.py"), {"pack/one.py": "", "pack/__init__.py": ""}
    ),
    "a file": Case("open('data/a.txt').read()", write("data/a.txt"), A),
    "a file replaced by an older one": Case("open('data/a.txt').read()", older("data/a.txt", "3"), A),
    "a file of the same length": Case("open('data/a.txt').read()", write("data/a.txt", "9"), A),
    "a file in the media folder": Case(
        "open('media/data.txt').read()", write("media/data.txt"), {"media/data.txt": ""}
    ),
    "a file among Manim's texts": Case(
        "open('media/texts/logo.svg').read()", write("media/texts/logo.svg"), {"media/texts/logo.svg": ""}
    ),
    "a file looked for in vain": Case("try: open('no.txt')\nexcept OSError: pass", write("no.txt")),
    "a file by way of a link": Case("open('data/a.txt')", link, {**A, "other/a.txt": "2"}, "."),
    "a file it read and wrote": Case(
        "f = open('data/a.txt', 'r+'); f.write(f.read() + '1'); f.close()", write("data/a.txt"), A
    ),
    "numbers": Case("import numpy; numpy.loadtxt('data/a.txt')", write("data/a.txt"), A),
    "os.path.exists": Case("import os; os.path.exists('no')", write("no")),
    "Path.exists": Case("from pathlib import Path; Path('no').exists()", write("no")),
    "Path.is_file of a folder": Case("from pathlib import Path; Path('no').is_file()", write("no/x")),
    "os.path.isdir": Case("import os; os.path.isdir('no')", write("no/x")),
    "os.access": Case("import os; os.access('no', os.R_OK)", write("no")),
    "a file that is gone": Case(
        "import os; os.path.exists('data/a.txt')", lambda f: shutil.rmtree(f / "data"), A
    ),
    "os.stat": Case(
        "import os; os.stat('data/a.txt').st_mtime", lambda f: os.utime(f / "data/a.txt", (1, 1)), A
    ),
    "getmtime": Case(
        "import os; os.path.getmtime('data/a.txt')", lambda f: os.utime(f / "data/a.txt", (1, 1)), A
    ),
    "Path.stat": Case(
        "from pathlib import Path; Path('data/a.txt').stat()", lambda f: os.utime(f / "data/a.txt", (1, 1)), A
    ),
    "os.path.getsize": Case("import os; os.path.getsize('data/a.txt')", write("data/a.txt", "123"), A),
    "os.listdir": Case("import os; os.listdir('data')", write("data/b"), A),
    "os.listdir of the working folder": Case("import os; os.listdir()", write("b")),
    "os.scandir": Case("import os; list(os.scandir('data'))", write("data/b"), A),
    "Path.iterdir": Case("from pathlib import Path; list(Path('data').iterdir())", write("data/b"), A),
    "os.walk": Case("import os; list(os.walk('data'))", write("data/b/c"), A),
    "os.walk deeper": Case("import os; list(os.walk('data'))", write("data/b/c"), {"data/b/a": ""}),
    "Path.glob": Case("from pathlib import Path; list(Path('data').glob('*.txt'))", write("data/b.txt"), A),
    "Path.rglob": Case(
        "from pathlib import Path; list(Path('data').rglob('*.txt'))", write("data/b/c.txt"), A
    ),
    "glob.glob": Case("import glob; glob.glob('data/*.txt')", write("data/b.txt"), A),
    "glob.glob below": Case("import glob; glob.glob('data/**', recursive=True)", write("data/b/c.txt"), A),
    "glob.iglob": Case("import glob; list(glob.iglob('data/*.txt'))", write("data/b.txt"), A),
    "a failed import": Case("try: import nothere\nexcept ImportError: pass", write("nothere.py")),
    "a failed import in a package": Case(
        "try: import pack.no\nexcept ImportError: pass", write("pack/no.py"), {"pack/__init__.py": ""}
    ),
    "a module that hides another": Case(
        "import sys; sys.path.append('later'); import helper", write("helper.py"), {"later/helper.py": ""}
    ),
    "a module that hides Python's": Case(
        "import sndhdr_like", write("sndhdr_like/__init__.py"), {"sndhdr_like.py": ""}
    ),
    "os.environ": Case("import os; os.environ.get('FILM_LANG')", set_variable("FILM_LANG", "de")),
    "os.getenv": Case("import os; os.getenv('FILM_LANG', 'en')", set_variable("FILM_LANG", "de")),
    "a name in os.environ": Case("import os; 'FILM_LANG' in os.environ", set_variable("FILM_LANG", "de")),
    "a variable that is gone": Case("import os; os.environ['FILM_SET']", set_variable("FILM_SET", None)),
    "all of the environment": Case("import os; dict(os.environ)", set_variable("FILM_SET", "x")),
    "expanduser": Case("import os; os.path.expanduser('~')", set_variable("HOME", "/nowhere")),
    "the home folder": Case("x = 1", set_variable("HOME", "/nowhere")),
    "the time zone": Case("x = 1", set_variable("TZ", "Asia/Tokyo")),
    "PYTHONPATH": Case("x = 1", set_variable("PYTHONPATH", "/nowhere")),
    "the commit that HEAD names": Case(
        "from manim_metaflow.facts.flow.versions import load_version; load_version('flow.py@HEAD')",
        commit,
        {"flow.py": "x = 1"},
    ),
    "the newest run in a datastore": Case(
        "from manim_metaflow.facts import load_run\ntry: load_run('F', root='data')\nexcept Exception: pass",
        write("data/.metaflow/F/1763700000000002/_meta/_self.json", "{}"),
        {"data/.metaflow/F/1763700000000001/_meta/_self.json": "{}"},
    ),
    "what a package says that it reads": Case(
        "import sys; sys.audit('manim_metaflow.reads', '.git/HEAD')", write(".git/HEAD"), {".git/HEAD": "1"}
    ),
}

UNWATCHED = {
    "time.time": ("import time\ntime.time()", "time (scene.py:2)"),
    "datetime.now": ("from datetime import datetime as d\nd.now()", "time (scene.py:2)"),
    "date.today": ("import datetime\ndatetime.date.today()", "time (scene.py:2)"),
    "time in code from text": ("import time\nexec('time.time()')", "time (scene.py:2)"),
    "time under another name": ("from time import time as lot\nlot()", "time (scene.py:2)"),
    "a clock handed on": (
        "import time\nprint(*map(lambda ask: ask(), [time.monotonic_ns]))",
        "time (scene.py:2)",
    ),
    "strftime": ("import time\ndef f():\n    return time.strftime('%Y')\nf()", "time (scene.py:3)"),
    "random": ("import random\nrandom.random()", "random numbers"),
    "numpy.random": ("import numpy as np\nnp.random.rand()", "random numbers"),
    "seeded with nothing": ("import random\nrandom.seed()\nrandom.choice([1, 2])", "random numbers"),
    "seeded too late": ("import random\nrandom.random()\nrandom.seed(1)", "random numbers"),
    "uuid4": ("import uuid\nuuid.uuid4()", "numbers (scene.py:2)"),
    "uuid4 under another name": ("from uuid import uuid4 as u\nu()", "numbers (scene.py:2)"),
    "secrets": ("from secrets import choice as pick\npick('ab')", "numbers (scene.py:2)"),
    "token_hex": ("import secrets\nsecrets.token_hex()", "numbers (scene.py:2)"),
    "os.urandom": ("from os import urandom\nurandom(4)", "numbers (scene.py:2)"),
    "SystemRandom": ("import random\nrandom.SystemRandom().random()", "numbers (scene.py:2)"),
    "a generator of Python's": (
        "from random import Random\nRandom().random()",
        "without a seed (scene.py:2)",
    ),
    "a generator of NumPy's": ("import numpy\nnumpy.random.default_rng()", "numbers (scene.py:2)"),
    "an old one of NumPy's": ("from numpy.random import RandomState\nRandomState()", "numbers (scene.py:2)"),
    "the bits of one of NumPy's": ("from numpy.random import PCG64\nPCG64()", "numbers (scene.py:2)"),
    "another program": (
        "import subprocess\nsubprocess.run(['true'])",
        "program, which may read anything (scene.py:2)",
    ),
    "os.system": ("import os\nos.system('true')", "program"),
    "sqlite": ("import sqlite3\nsqlite3.connect(':memory:')", "database (scene.py:2)"),
    "cairo's own open": (
        "import cairo\ntry: cairo.ImageSurface.create_from_png('no')\nexcept Exception: pass",
        "library in C",
    ),
    "av's own open": ("import av\ntry: av.open('no')\nexcept OSError: pass", "library in C"),
    "a library of its own": ("import ctypes\nctypes.CDLL(None)", "library of its own"),
    "dir_fd": ("import os\nd = os.open(os.getcwd(), 0)\nos.open('scene.py', 0, dir_fd=d)", "os.open"),
    "the network": (
        "import socket\ntry: socket.create_connection(('127.0.0.1', 1))\nexcept OSError: pass",
        "network",
    ),
    "changed while it was read": (
        "import os\nopen('a', 'w').close(); open(__file__).read()\nos.utime(__file__, (1, 1))",
        "changed while",
    ),
    "what a package says": (
        "import sys\nsys.audit('manim_metaflow.unwatched', 'the run is going')",
        "the run is going",
    ),
}

FREE = {
    "random numbers with a seed": "import random; random.seed(4); random.random()",
    "numpy's with a seed": "import numpy as np; np.random.seed(4); np.random.rand()",
    "generators with seeds": (
        "import random, numpy; random.Random(4).random(); numpy.random.default_rng(4).random()"
    ),
    "a time that is given": "import time; time.strftime('%Y', time.gmtime(0)); time.localtime(9)",
    "a clock that nobody asks": "from time import time, monotonic; import secrets, uuid",
    "a word for now": "class S:\n    now = 1\nS().now; uuid4 = today = 5; today",
    "a log, which has times": "import logging; logging.getLogger('film').warning('begun')",
    "a time of its own": "class S:\n    time = 1\nS().time",
    "a temporary folder": (
        "import tempfile\nwith tempfile.TemporaryDirectory() as t:\n"
        "    open(t + '/x', 'w').close(); open(t + '/x')"
    ),
    "a flow that asks for the time when it runs": (
        "def step(f): return f\nclass F:\n    @step\n    def start(self):\n        import time; time.time()"
    ),
    "a variable of its own": "import os; os.environ['MINE'] = '1'; os.environ['MINE']",
    "devices": "open('/dev/null').read(); open('/proc/self/stat').read()",
}


def made_of(folder: Path, code: str) -> CacheEntry:
    """Run code as a scene's file is run, in a process of its own, and return what was recorded."""
    package_names()  # Looked up once, and not in each process.
    folder.mkdir(parents=True, exist_ok=True)
    scene, answer = folder / "scene.py", folder.parent / "entry.json"
    scene.write_text(code)
    if (child := os.fork()) == 0:
        try:
            _record(folder, scene, answer)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    entry = read_entry(answer)
    assert entry is not None
    clear_digests()
    return entry


def _record(folder: Path, scene: Path, answer: Path) -> None:
    stage = folder.parent / "stage"
    stage.mkdir()
    sys.path.insert(0, str(scene.parent))
    recorder = inputs.InputRecorder(stage)
    recorder.begin(Path("media/texts"))
    recorder.add(scene)
    exec(compile(scene.read_text(), str(scene), "exec"), {"__file__": str(scene)})
    entry = recorder.cache_entry("S")
    answer.write_text(json.dumps(asdict(entry)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    there = tmp_path / "film"
    there.mkdir()
    monkeypatch.chdir(there)
    for name, value in {"FILM_SET": "1", "HOME": str(tmp_path), "TZ": "UTC", "PYTHONPATH": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FILM_LANG", "")
    monkeypatch.delenv("FILM_LANG")
    return there


@pytest.mark.parametrize("what", CASES)
def test_change_of_what_a_scene_asked_for_is_noticed(folder: Path, what: str) -> None:
    case = CASES[what]
    for name, text in case.files.items():
        write(name, text)(folder)
    if what.endswith("link"):
        (folder / "data").rename(folder / "first")
        (folder / "data").symlink_to("first", target_is_directory=True)
    if case.change is commit:
        commit(folder)
    made = _made_in(folder, case)
    assert made.unwatched == ""
    assert made.is_current()
    case.change(folder)
    clear_digests()
    assert not made.is_current()


def _made_in(folder: Path, case: Case) -> CacheEntry:
    if case.folder == ".":
        return made_of(folder, case.code)
    return made_of(folder / case.folder, case.code)


@pytest.mark.parametrize("what", UNWATCHED)
def test_what_cannot_be_watched_is_said(folder: Path, what: str) -> None:
    code, reason = UNWATCHED[what]
    made = made_of(folder, code)
    assert reason in made.unwatched
    assert not made.is_current()


@pytest.mark.parametrize("what", FREE)
def test_what_stays_the_same_costs_nothing(folder: Path, what: str) -> None:
    made = made_of(folder, FREE[what])
    assert made.unwatched == ""
    write("notes.txt", "nobody reads this")(folder)
    assert made.is_current()


def test_files_in_memory_are_files() -> None:
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        pytest.skip("there is no folder in memory here")
    folder = memory / f"film-{os.getpid()}" / "film"
    try:
        made = made_of(folder, "x = 1")
        assert made.is_current()
        write("scene.py", "x = 2")(folder)
        clear_digests()
        assert not made.is_current()
    finally:
        shutil.rmtree(folder.parent)


def test_another_version_in_a_folder_of_packages_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As `pip install --user` does: its folder is one of those that packages are looked for in.
    monkeypatch.setattr(digests, "site_folders", lambda: (str(tmp_path),))
    (tmp_path / "manim-1.0.dist-info").mkdir()
    clear_digests()
    made = CacheEntry("S", versions=digests.versions(["manim"]))
    assert made.is_current()
    (tmp_path / "manim-1.0.dist-info").rename(tmp_path / "manim-1.1.dist-info")
    clear_digests()
    assert not made.is_current()
    clear_digests()

"""A datastore that was made to trick its reader: nothing outside it is opened, and nothing has no end."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import pickle
import shutil
import sys
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from fact_runs import Runs

from manim_metaflow.facts import RunRecord, StorageRecord, load_run, load_storage
from manim_metaflow.facts.store.files import LocalFiles

SECRET = "the value of another store"


class Store:
    """A copy of a real run's store, to be changed."""

    def __init__(self, runs: Runs, folder: Path) -> None:
        self.root = folder / "project" / ".metaflow"
        shutil.copytree(runs.store("linear"), self.root, copy_function=os.link)
        self.run_id = runs["linear"].run_id
        self.data = self.root / "LinearFlow" / "data"
        self.task = self.root / "LinearFlow" / self.run_id / "end" / "4"

    def change(self, edit: Callable[[dict], None], file: str = "0.data.json") -> None:
        """Edit a JSON file of the last task."""
        content = json.loads((self.task / file).read_text())
        edit(content)
        self.write(self.task / file, json.dumps(content).encode())

    def write(self, file: Path, content: bytes) -> None:
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)  # the copy is of hard links, and the run is that of other tests, too
        file.write_bytes(content)

    def point(self, name: str, key: object, size: object = 30) -> None:
        """Put a key under a name of the last task."""

        def edit(content: dict) -> None:
            content["objects"][name] = key
            content["info"][name] = {"size": size, "type": "<class 'str'>", "encoding": "pickle-v4"}

        self.change(edit)

    def plant(self, name: str, blob: bytes, size: int = 30) -> Path:
        """Put a blob under a name of the last task; return its file."""
        key = hashlib.sha1(blob).hexdigest()
        self.write(self.data / key[:2] / key, gzip.compress(blob))
        self.point(name, key, size)
        return self.data / key[:2] / key

    def storage(self) -> StorageRecord:
        return load_storage(f"LinearFlow/{self.run_id}", root=self.root, values=True, head=16)

    def record(self) -> RunRecord:
        return load_run(f"LinearFlow/{self.run_id}", root=self.root)


@pytest.fixture
def store(runs: Runs, tmp_path: Path) -> Store:
    return Store(runs, tmp_path)


@pytest.mark.parametrize(
    "key",
    ["../../../x.gz", "/dev/zero", "..", "", "AB" * 20, "é" * 40, "0" * 39, "0" * 40 + "\n", 7, None, [], {}],
    ids=repr,
)
def test_a_key_that_is_no_hash_is_damage_and_never_a_path(store: Store, tmp_path: Path, key: object) -> None:
    for place in (tmp_path, tmp_path / "project", store.root, store.data.parent):
        (place / "x.gz").write_bytes(gzip.compress(pickle.dumps(SECRET)))
    store.point("raw", key)
    storage = store.storage()
    assert "raw" not in storage["end/4"].last
    assert "total" in storage["end/4"].last, "the other names are still there"
    assert "end/4, attempt 0: 0.data.json is damaged: 'raw' is no name, or its key no hash" in storage.notes
    assert SECRET not in storage.to_json()
    assert "raw" not in {artifact.name for artifact in store.record()["end/4"].artifacts}


@pytest.mark.parametrize("name", ["", "\0", "a\ud800"])
def test_an_artifact_without_a_name_is_damage(store: Store, name: str) -> None:
    store.point(name, "0" * 40)
    assert any("0.data.json is damaged" in note for note in store.storage().notes)
    assert all(artifact.name for artifact in store.record()["end/4"].artifacts)


@pytest.mark.parametrize("key", ["../../../../x.gz", "/dev/zero", 5])
def test_a_package_that_is_named_by_no_hash_is_not_looked_for(store: Store, key: object) -> None:
    store.change(lambda content: content.update(code_package_sha=key), "0.attempt.json")
    assert store.storage().packages == ()


@pytest.mark.parametrize("size", ["big", [], -5, 10**400, 1e308, None, True])
def test_a_size_that_is_none_is_not_believed(store: Store, size: object) -> None:
    store.point("raw", "0" * 40, size)
    assert store.storage()["end/4"].last["raw"].size == 0
    store.record()


@pytest.mark.parametrize(
    "text",
    ["[" * 10_000, '{"objects": ' * 10_000, '{"objects": {"a": NaN}}', '{"objects": 5}', "\ufeff{}", "5"],
)
def test_a_key_map_that_is_none_is_named(store: Store, text: str) -> None:
    store.write(store.task / "0.data.json", text.encode())
    assert any("end/4, attempt 0: 0.data.json " in note for note in store.storage().notes)
    assert any("end/4, attempt 0: 0.data.json " in note for note in store.record().notes)


def test_a_pipe_is_not_waited_for(store: Store) -> None:
    file = store.plant("raw", pickle.dumps(SECRET))
    file.unlink()
    os.mkfifo(file)
    (store.task / "0.runtime_stdout.log").unlink()
    os.mkfifo(store.task / "0.runtime_stdout.log")
    assert store.storage()["end/4"].last["raw"].damage
    assert store.record()["end/4"].attempts[0].stdout == ()


@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "../../../../outside.gz", "loop"])
def test_a_link_is_not_followed_out_of_the_store(store: Store, tmp_path: Path, target: str) -> None:
    (tmp_path / "project" / "outside.gz").write_bytes(gzip.compress(pickle.dumps(SECRET)))
    file = store.plant("raw", pickle.dumps(SECRET))
    file.unlink()
    file.symlink_to(file if target == "loop" else target)
    storage = store.storage()
    assert storage["end/4"].last["raw"].damage == "its blob is missing from the store"
    assert SECRET not in storage.to_json()


def test_a_folder_that_is_a_link_out_of_the_store_is_not_read(store: Store, tmp_path: Path) -> None:
    shutil.move(store.task.parent, tmp_path / "end")
    store.task.parent.symlink_to(tmp_path / "end")
    assert any("a link that leads out of the datastore" in note for note in store.storage().notes)


def test_links_inside_the_store_are_followed(store: Store) -> None:
    before = store.storage()
    shutil.move(store.data, store.root / "shared")
    store.data.symlink_to(store.root / "shared")
    assert store.storage() == before


def test_only_files_of_the_store_are_opened(store: Store, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    store.point("raw", "../../../../outside/x.gz")
    store.plant("link", b"abc").unlink()
    opened = opened_while(lambda: (store.storage(), store.record()))
    mine = [path for path in opened if path.startswith(str(tmp_path))]
    assert len(mine) > 20
    assert all(Path(path).resolve().is_relative_to(store.root) for path in mine)


def opened_while(read: Callable[[], object]) -> list[str]:
    """Return which files and folders are opened. A hook cannot be removed, so it is switched off again."""
    opened: list[str] = []
    on = True

    def hook(event: str, arguments: tuple) -> None:
        if on and event in ("open", "os.listdir", "os.scandir"):
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)
    try:
        read()
    finally:
        on = False
    return opened


def peak_of_reading(store: Store) -> int:
    """Read all of a store, and return how many bytes Python held at most meanwhile."""
    tracemalloc.start()
    try:
        store.storage()
        store.record()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["raw", "_foreach_stack", "_transition", "_graph_info"])
def test_a_few_bytes_that_are_decompressed_to_many_are_not(store: Store, name: str) -> None:
    store.plant(name, pickle.dumps(b"\0" * 100_000_000))
    assert peak_of_reading(store) < 60_000_000


def endless() -> list:
    """Return a value of a few objects that takes a hundred million letters to write out."""
    value: list = ["laugh"]
    for _ in range(8):
        value = [value] * 10
    return value


RAISED = b"\x80\x04cmetaflow.exception\nMetaflowExceptionWrapper\n)\x81"
BOMBS = {
    "a memo of gigabytes": b"\x80\x04Nr\xff\xff\xff\x0f.",
    "a memo of gigabytes, as text": b"Np268435455\n.",
    "a frame of terabytes": b"\x80\x04\x95" + (2**42).to_bytes(8, "little") + b"N.",
    "a text of terabytes": b"\x80\x04\x8d" + (2**42).to_bytes(8, "little") + b"a.",
    "a list in itself": b"\x80\x04]\x94h\x00a.",
    "ten lists of ten": pickle.dumps(endless()),
    "an exception of ten lists of ten": RAISED
    + pickle.dumps({"type": endless(), "exception": endless()})[2:-1]
    + b"b.",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_few_bytes_that_are_unpickled_to_many_are_not(store: Store, bomb: str) -> None:
    for name in ("raw", "_foreach_stack", "_exception", "_transition"):
        store.plant(name, BOMBS[bomb])
    assert peak_of_reading(store) < 60_000_000


def test_of_a_large_log_only_the_end_is_read(store: Store) -> None:
    store.write(store.task / "0.runtime_stdout.log", b"x" * 99 + b"\n" + b"line\n" * 1_000_000 + b"last\n")
    [(held, problem)] = LocalFiles(str(store.task)).read(["0.runtime_stdout.log"])
    assert (len(held or b""), problem) == (1024 * 1024, "")
    assert store.record()["end/4"].attempts[0].stdout[-1] == "last"


@pytest.mark.parametrize(
    "value", [{"ts_epoch": "now"}, {"ts_epoch": 1e999}, {"system_tags": 5}, {"system_tags": [[], 1]}]
)
def test_metadata_of_a_run_with_other_types_is_left_out(store: Store, value: dict) -> None:
    file = store.task.parents[1] / "_meta" / "_self.json"
    store.write(file, json.dumps({**json.loads(file.read_text()), **value}).encode())
    record = store.record()
    assert record.status == "successful"
    assert record.started is None or "ts_epoch" not in value


def packed(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def link_to_itself() -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo("linear.py")
    member.type, member.linkname = tarfile.SYMTYPE, "linear.py"
    return member, b""


@pytest.mark.parametrize(
    "package",
    [
        packed(link_to_itself()),
        packed((tarfile.TarInfo("linear.py"), b"x = " + b"(" * 10_000 + b")" * 10_000)),
        packed((tarfile.TarInfo("linear.py"), b"x = " + b"-" * 100_000 + b"1")),
        packed((tarfile.TarInfo("linear.py"), b"x = 1" + b".real" * 100_000)),
        packed((tarfile.TarInfo("linear.py"), b"\xff\0")),
        packed((tarfile.TarInfo("linear.py"), b"")),
        gzip.compress(b"\0" * 300_000_000, 1),
        b"no package",
    ],
    ids=["link", "brackets", "signs", "dots", "bytes", "empty", "bomb", "text"],
)
def test_a_package_without_readable_source_leaves_the_flow_without_it(store: Store, package: bytes) -> None:
    key = hashlib.sha1(package).hexdigest()
    store.write(store.data / key[:2] / key, package)
    for name, value in (("code-package", json.dumps({"sha": key})), ("script-name", "linear.py")):
        text = json.dumps({"field_name": name, "value": value})
        (store.task / "_meta" / f"sysmeta_{name}_1763700000000.json").write_text(text)
    record = store.record()
    assert {step.source for step in record.flow.steps} <= {""}
    assert record.status == "successful"

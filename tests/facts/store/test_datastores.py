"""Every datastore Metaflow has is read by the same reader, and a new one needs no change to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import cloud_sdks
import metaflow.metaflow_config
import metaflow.plugins
import pytest
from fact_runs import Runs
from metaflow.plugins.datastores.azure_storage import AzureStorage
from metaflow.plugins.datastores.gs_storage import GSStorage
from metaflow.plugins.datastores.local_storage import LocalStorage

from manim_metaflow.errors import RunError
from manim_metaflow.facts import load_run, load_storage
from manim_metaflow.facts.store import storages
from manim_metaflow.facts.store.roots import local_datastore, open_datastore
from manim_metaflow.facts.store.storages import StorageFiles


def assert_told_the_same(runs: Runs, name: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a real run through an address and from its folder; its metadata is in the folder either way."""
    record, folder = runs[name], runs.store(name)
    monkeypatch.setattr(LocalStorage, "datastore_root", str(folder))
    run = f"{record.flow.name}/{record.run_id}"
    assert load_run(run, root=address) == load_run(run, root=folder)
    stored = load_storage(run, root=address, values=True, head=16)
    assert stored.kind == address.partition("://")[0]
    assert replace(stored, kind="local") == load_storage(run, root=folder, values=True, head=16)
    assert (
        open_datastore(address, record.flow.name).keys() == local_datastore(folder, record.flow.name).keys()
    )


@pytest.mark.parametrize("name", ["nested foreach", "retries"])
def test_a_storage_that_an_extension_adds_to_metaflow_is_read(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    class BoxStorage(LocalStorage):
        TYPE = "box"

        def __init__(self, root: str) -> None:
            super().__init__(root.removeprefix("box:"))

    monkeypatch.setattr(metaflow.plugins, "DATASTORES", [*metaflow.plugins.DATASTORES, BoxStorage])
    assert_told_the_same(runs, name, f"box://{runs.store(name)}", monkeypatch)


def test_one_class_is_enough_for_a_datastore_whose_root_is_written_otherwise(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CrateStorage(LocalStorage):
        TYPE = "crate"

    class CrateFiles(StorageFiles):
        def storage_root(self, address: str) -> str:
            return str(runs.folder / address.removeprefix("crate://"))

    monkeypatch.setattr(metaflow.plugins, "DATASTORES", [*metaflow.plugins.DATASTORES, CrateStorage])
    monkeypatch.setitem(storages.READERS, "crate", CrateFiles)
    inside = runs.store("linear").relative_to(runs.folder)
    assert_told_the_same(runs, "linear", f"crate://{inside}", monkeypatch)


@pytest.mark.parametrize(
    ("scheme", "install"), [("azure", cloud_sdks.azure), ("gs", cloud_sdks.google)], ids=["azure", "gs"]
)
def test_metaflows_code_for_azure_and_google_is_used_as_it_is(
    runs: Runs,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    scheme: str,
    install: Callable[[pytest.MonkeyPatch, Path], None],
) -> None:
    install(monkeypatch, tmp_path)
    shutil.copytree(runs.store("retries"), tmp_path / "bucket" / "some" / "path")
    assert_told_the_same(runs, "retries", f"{scheme}://bucket/some/path", monkeypatch)


@pytest.mark.parametrize(
    ("address", "sdk", "packages"),
    [
        ("azure://container/path", "azure", "azure-storage-blob"),
        ("gs://bucket/path", "google.cloud", "google-cloud-storage"),
    ],
)
def test_a_missing_sdk_is_named(address: str, sdk: str, packages: str) -> None:
    if _installed(sdk):
        pytest.skip(f"{sdk} is installed here")
    with pytest.raises(RunError, match=rf"^{address}: cannot be opened \(Missing required .*{packages}"):
        load_run("LinearFlow/1", root=address)


def test_an_unknown_scheme_lists_those_metaflow_knows() -> None:
    with pytest.raises(RunError, match=r"^hdfs://: .* one of azure://, gs://, s3://\.$"):
        load_storage("LinearFlow/1", root="hdfs://host/path")


@pytest.mark.parametrize(
    ("kind", "storage", "root", "address"),
    [
        ("azure", AzureStorage, "container/path", "azure://container/path"),
        ("gs", GSStorage, "gs://bucket/path", "gs://bucket/path"),
    ],
)
def test_the_configured_root_of_each_kind_is_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, storage: type, root: str, address: str
) -> None:
    {"azure": cloud_sdks.azure, "gs": cloud_sdks.google}[kind](monkeypatch, tmp_path)
    monkeypatch.setattr(metaflow.metaflow_config, "DEFAULT_DATASTORE", kind)
    monkeypatch.setattr(storage, "get_datastore_root_from_config", classmethod(lambda *_, **__: root))
    assert open_datastore(None, "LinearFlow").root == address
    monkeypatch.setattr(storage, "get_datastore_root_from_config", classmethod(lambda *_, **__: None))
    with pytest.raises(RunError, match=f"METAFLOW_DATASTORE_SYSROOT_{kind.upper()} is not set"):
        open_datastore(None, "LinearFlow")


def test_what_a_storage_raises_becomes_one_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class DownStorage(LocalStorage):
        TYPE = "down"

        def list_content(self, paths: list[str]) -> list[object]:
            raise ConnectionError("no route to host")

    monkeypatch.setattr(metaflow.plugins, "DATASTORES", [*metaflow.plugins.DATASTORES, DownStorage])
    with pytest.raises(RunError, match=r"^down://x: cannot be read \(no route to host\)\.$"):
        load_storage("LinearFlow", root="down://x")


def test_a_copied_store_keeps_the_order_of_its_runs(tmp_path: Path) -> None:
    """The age of a copied folder tells nothing: ids and what is registered of a chosen id do."""
    for run_id, created in (("1795613165212443", None), ("mine", 1795613170000), ("1795613160000000", None)):
        folder = tmp_path / "F" / run_id / "_meta"
        folder.mkdir(parents=True)
        (folder / "_self.json").write_text(f'{{"ts_epoch": {created or 0}}}')
    assert local_datastore(tmp_path, "F").run_ids() == ["mine", "1795613165212443", "1795613160000000"]


def test_a_folder_that_cannot_be_read_is_noted_not_fatal(runs: Runs, tmp_path: Path) -> None:
    record = runs["linear"]
    shutil.copytree(runs.store("linear"), tmp_path / ".metaflow")
    folder = tmp_path / ".metaflow" / "LinearFlow" / record.run_id / "use" / "3"
    shutil.rmtree(folder)
    folder.symlink_to(folder)  # a loop: no way in, even for root
    read = load_run("LinearFlow", root=tmp_path)
    assert any(note.startswith("use/3, attempt 0: its folder cannot be read (") for note in read.notes)
    assert read["end/4"].artifacts != ()


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False

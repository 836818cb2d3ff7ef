"""Fixtures for what is read from real flows and real runs."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fact_runs import RESUMES, RUNS, Runs


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        folder = tmp_path_factory.getbasetemp() / "runs"
        if hasattr(request.config, "workerinput"):
            folder = folder.parent.parent / "runs"  # the same for all processes that test side by side
        folder.mkdir(exist_ok=True)
        made = Runs(folder, pool)
        wanted = {part for item in request.session.items for part in item.path.parts}
        alone = not hasattr(request.config, "workerinput")
        if alone and "facts" in wanted and len(request.session.items) > 20:
            for name in [*RUNS, *RESUMES]:
                made.start(name)
        yield made


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of source into ``tmp_path``."""

    def write(text: str, name: str = "my_flow.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write

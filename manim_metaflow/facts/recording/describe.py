"""Read a flow, and which packages it imports, in a process of its own, as the run that follows will.

A user's file may do anything while it is imported: wait, change the working folder, start processes, end the
interpreter. Here it does that to a child process, within the time that the run has.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from manim_metaflow import errors
from manim_metaflow.errors import FlowError, FlowWarning, ManimMetaflowError, RunError
from manim_metaflow.facts.flow.importing import read_source
from manim_metaflow.facts.flow.load import load_flow
from manim_metaflow.facts.recording.child import Place, run_child
from manim_metaflow.facts.recording.packages import installed_packages
from manim_metaflow.facts.records import FlowInfo, PackageRecord
from manim_metaflow.utils.files import write_text

__all__ = ["describe", "main"]


def describe(
    path: Path, class_name: str | None, place: Place, timeout: float | None
) -> tuple[FlowInfo, tuple[PackageRecord, ...]]:
    """Read a flow where it will run.

    Parameters
    ----------
    path, class_name
        The flow's file, and its class where the file has several.
    place
        Where the flow will run.
    timeout
        Seconds after which the process is stopped.

    Raises
    ------
    FlowError
        There is no such flow, or its file cannot be imported.
    subprocess.TimeoutExpired
        The import takes longer than ``timeout``.
    RunError
        There is no room to write down what was found.
    """
    answer = place.store / "flow.json"
    file = path.resolve()
    source = f"{file}:{class_name}" if class_name else str(file)
    command = [sys.executable, "-P", "-m", __name__, source, str(place.folder), str(answer)]
    # In the datastore's folder: from above the working folder Metaflow would read this user's settings.
    ended = run_child(command, replace(place, cwd=None), timeout)
    if not answer.is_file() and ended.returncode == os.EX_IOERR:
        reason = ended.output or "nothing can be written"
        raise RunError(f"{place.store.parent}: cannot keep recordings here: {reason}.")
    if not answer.is_file():
        raise FlowError(
            f"{path}: cannot be imported: it ends Python (exit code {ended.returncode}).\n{ended.output}"
        )
    told = json.loads(answer.read_bytes())
    answer.unlink()
    for message in told["warnings"]:
        warnings.warn(message.replace(str(file), str(path)), FlowWarning, stacklevel=4)
    if "error" in told:
        kind, message = told["error"]
        raise getattr(errors, kind)(message.replace(str(file), str(path)))
    packages = tuple(PackageRecord(name, version) for name, version in told["packages"])
    return FlowInfo.from_json(told["flow"]), packages


def main() -> None:
    """Describe the flow that the first argument names, in the folder of the second, into the third."""
    import metaflow  # noqa: F401  # before the folder is changed

    source, folder, answer = sys.argv[1:]
    os.chdir(folder)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", FlowWarning)
        told = _told(source)
    told["warnings"] = [str(each.message) for each in caught if issubclass(each.category, FlowWarning)]
    code = os.EX_OK
    try:
        write_text(Path(answer), json.dumps(told))
    except OSError as error:
        with suppress(OSError):  # What is printed goes to the same disk.
            print(error.strerror, flush=True)
        code = os.EX_IOERR
    sys.stdout.flush()
    # Not the interpreter's own end, which waits for threads that the file may have started.
    os._exit(code)


def _told(source: str) -> dict[str, Any]:
    try:
        flow = load_flow(source)
        path = Path(source if source.endswith(".py") else source.rpartition(":")[0])
        packages = installed_packages(read_source(path))
    except ManimMetaflowError as error:
        return {"error": (type(error).__name__, str(error))}
    return {"flow": flow.to_json(), "packages": [(each.name, each.version) for each in packages]}


if __name__ == "__main__":
    main()

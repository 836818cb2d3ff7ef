"""Versions of one flow: from files, from Git, or from text."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from manim_metaflow.errors import FlowError, UsageError
from manim_metaflow.facts.flow.load import load_flow
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.utils.own_folders import scratch_folder

__all__ = ["FlowVersion", "git_versions", "load_version"]


@dataclass(frozen=True)
class FlowVersion:
    """A flow's file as it was once.

    ``flow`` is ``None`` where it holds no flow that Metaflow accepts; ``problem`` is then the reason.
    """

    label: str
    source: str
    flow: FlowInfo | None = None
    problem: str = ""


def load_version(source: str | Path, *, label: str | None = None) -> FlowVersion:
    r"""Read one version of a flow.

    Parameters
    ----------
    source
        ``"path.py"``, ``"path.py@REVISION"`` for a file as Git knows it, or the text itself, which
        differs from a path by its line breaks.
    label
        What to call it; the file's name, or the revision, by default.

    Raises
    ------
    UsageError
        There is no such file or revision, or the file is in no repository.

    Examples
    --------
    >>> load_version("tests/flows/linear.py").flow.name
    'LinearFlow'
    >>> load_version("def start(:\n    pass\n").problem
    'line 1: invalid syntax'
    """
    text = str(source)
    if "\n" in text:
        return _version(text, label or "", Path("flow.py"), Path.cwd())
    path, at, revision = text.rpartition("@")
    if at and path.endswith(".py"):
        file = Path(path)
        return _version(_git_show(file, revision), label or revision, file, file.resolve().parent)
    file = Path(text)
    if not file.is_file():
        raise UsageError(f"{file}: no such file.")
    try:
        content = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not a text file that can be read ({error}).") from error
    return _version(content, label or file.name, file, file.resolve().parent)


def git_versions(file: str | Path, revisions: str) -> list[FlowVersion]:
    """Read a flow at every commit of a range that changed it, oldest first.

    Parameters
    ----------
    file
        The flow's file.
    revisions
        A range, ``"HEAD~5..HEAD"``: the version before it comes first. Or one revision alone.

    Raises
    ------
    UsageError
        There is no such revision, or the file is in no repository or was never in it.
    """
    file = Path(file)
    if ".." not in revisions:
        return [load_version(f"{file}@{revisions}")]
    first = revisions.partition("..")[0] or "HEAD"
    log = _git(file, "log", "--reverse", "--format=%h %s", revisions, "--", file.name)
    versions = []
    # A file that was added within the range was not there before it: then the first commit is the first
    # version.
    if _git(file, "ls-tree", "--name-only", first, "--", file.name).strip():
        versions.append(load_version(f"{file}@{first}", label=first))
    for line in log.splitlines():
        commit, _, subject = line.partition(" ")
        versions.append(load_version(f"{file}@{commit}", label=f"{commit} {subject}"))
    if not versions:
        raise UsageError(f"{file}: no commit of {revisions} has it.")
    return versions


def _version(text: str, label: str, file: Path, folder: Path) -> FlowVersion:
    # Git may have checked the file out with other line ends than it has in the repository.
    text = text.replace("\r\n", "\n")
    try:
        compile(text, file.name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = f"line {error.lineno}: " if isinstance(error, SyntaxError) and error.lineno else ""
        return FlowVersion(label, text, problem=f"{line}{getattr(error, 'msg', error)}")
    with scratch_folder() as scratch:
        copy = scratch / file.name
        copy.write_text(text, encoding="utf-8")
        # The copy is in a folder of its own, but the modules beside the file have to be found.
        sys.path.insert(0, str(folder))
        try:
            return FlowVersion(label, text, flow=load_flow(copy))
        except FlowError as error:
            message = str(error).replace(str(copy), file.name)
            return FlowVersion(label, text, problem=message.splitlines()[0])
        finally:
            sys.path.remove(str(folder))


def _git_show(file: Path, revision: str) -> str:
    # `./` is the folder that Git is called in; without it a path counts from the top of the repository.
    return _git(file, "show", f"{revision}:./{file.name}")


def _git(file: Path, *arguments: str) -> str:
    folder = file.resolve().parent
    if not folder.is_dir():
        raise UsageError(f"{file}: there is no folder {folder}.")
    _tell_of_references(folder)
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise UsageError("Git is not installed: give the versions as files.") from error
    if done.returncode == 0:
        return done.stdout
    message = done.stderr.strip().splitlines()[0] if done.stderr.strip() else "Git gave no reason"
    if "not a git repository" in message:
        raise UsageError(f"{file}: in no Git repository. Give the versions as files.")
    raise UsageError(f"{file}: {message.removeprefix('fatal: ')}.")


def _tell_of_references(folder: Path) -> None:
    """Tell who watches what a film is made from that Git reads HEAD and all branches and tags.

    It reads them in a process of its own, which nobody can watch. What a commit has never changes.
    """
    marker = next((path / ".git" for path in (folder, *folder.parents) if (path / ".git").exists()), None)
    if marker is None:
        return
    # In a second work tree `.git` is a file that names a folder, and that one names the common folder.
    own = marker if marker.is_dir() else folder / marker.read_text().removeprefix("gitdir:").strip()
    common = own / (own / "commondir").read_text().strip() if (own / "commondir").is_file() else own
    for path in (own / "HEAD", common / "packed-refs", *(common / "refs").rglob("*")):
        if not path.is_dir():
            sys.audit("manim_metaflow.reads", str(path))

"""``scripts/setup.sh`` installs what is missing, and says what it cannot install."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from documented import ROOT

# What the script may find of this machine; everything else it asks for is a stub of the test.
TOOLS = ("bash", "cat", "cut", "dirname", "env", "mktemp", "printf", "rm", "tail", "uname")
YES, NO = "exit 0", "exit 1"


class Machine:
    """A machine that has only the given commands, each a line of shell that is logged when called."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.project = folder / "project"
        self.bin.mkdir()
        (self.project / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "setup.sh", self.project / "scripts" / "setup.sh")
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.bin / tool).symlink_to(found)
        self.has("uname", "echo Linux")
        self.has("id", "echo 0")
        self.has("apt-get", "exit 0")

    def has(self, name: str, body: str) -> None:
        """Put a command on the machine."""
        file = self.bin / name
        file.unlink(missing_ok=True)
        file.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.log}"\n{body}\n')
        file.chmod(0o755)

    def has_everything(self) -> None:
        """Put there what a machine that is set up has."""
        self.has("cc", YES)
        self.has("pkg-config", YES)
        self.has("python3", YES)
        self.has("uv", f'[ "$1" = python ] && echo "{self.bin}/python3"; exit 0')

    def set_up(self) -> subprocess.CompletedProcess[str]:
        """Run the script there."""
        variables = {"PATH": str(self.bin), "HOME": str(self.project), "PIPX_BIN_DIR": str(self.bin)}
        return subprocess.run(
            [shutil.which("bash") or "bash", "scripts/setup.sh"],
            cwd=self.project,
            env={**variables, "TMPDIR": os.environ.get("TMPDIR", "/tmp")},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )

    @property
    def calls(self) -> str:
        """What was called, a line each."""
        return self.log.read_text()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_machine_that_has_everything_is_left_alone(machine: Machine) -> None:
    machine.has_everything()
    done = machine.set_up()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "apt-get" not in machine.calls
    assert "uv sync --locked --check" in machine.calls


def test_environment_that_is_behind_the_lock_is_synced(machine: Machine) -> None:
    machine.has_everything()
    machine.has("uv", f'case "$*" in python*) echo "{machine.bin}/python3";; *--check*) exit 1;; esac')
    done = machine.set_up()
    assert (done.returncode, done.stdout) == (0, "setup: uv sync --locked ... done\n")


def test_missing_libraries_are_installed_by_name(machine: Machine) -> None:
    machine.has_everything()
    machine.has("pkg-config", '[ "$2" != pangocairo ]')
    done = machine.set_up()
    assert done.returncode == 0
    assert "install -y --no-install-recommends libpango1.0-dev\n" in machine.calls
    assert "libcairo2-dev" not in machine.calls


def test_fresh_machine_gets_uv_by_pipx(machine: Machine) -> None:
    machine.has("python3", YES)
    uv = machine.bin / "uv"
    body = f'#!/bin/sh\\n[ "$1" = python ] && echo {machine.bin}/python3; exit 0\\n'
    machine.has("pipx", f"printf '{body}' >{uv}; /bin/chmod +x {uv}")
    done = machine.set_up()
    assert done.returncode == 0, done.stderr
    assert "gcc libc6-dev pkg-config libcairo2-dev libpango1.0-dev\n" in machine.calls
    assert "setup: pipx install uv ... done\n" in done.stdout


def test_old_python_is_refused_before_anything_is_installed(machine: Machine) -> None:
    machine.has("python3", NO)
    done = machine.set_up()
    assert done.returncode == 1
    assert "no Python 3.11 or newer was found" in done.stderr
    assert "apt-get" not in machine.calls


def test_user_who_cannot_become_root_is_told_what_to_install(machine: Machine) -> None:
    machine.has_everything()
    machine.has("id", "echo 1000")
    machine.has("pkg-config", NO)
    done = machine.set_up()
    assert done.returncode == 1
    assert "apt-get install libcairo2-dev libpango1.0-dev" in done.stderr
    assert "apt-get" not in machine.calls


def test_user_with_sudo_installs_through_it(machine: Machine) -> None:
    machine.has_everything()
    machine.has("id", "echo 1000")
    machine.has("sudo", YES)
    machine.has("pkg-config", NO)
    done = machine.set_up()
    assert done.returncode == 0
    assert "sudo env DEBIAN_FRONTEND=noninteractive apt-get" in machine.calls


def test_failed_install_shows_how_it_ended(machine: Machine) -> None:
    machine.has_everything()
    machine.has("pkg-config", NO)
    machine.has("apt-get", "echo the disk is full; exit 100")
    done = machine.set_up()
    assert done.returncode == 1
    assert "the disk is full" in done.stderr
    assert "this failed: env DEBIAN_FRONTEND=noninteractive apt-get" in done.stderr


def test_unknown_system_is_told_what_is_missing(machine: Machine) -> None:
    machine.has_everything()
    (machine.bin / "apt-get").unlink()
    machine.has("pkg-config", NO)
    done = machine.set_up()
    assert done.returncode == 1
    assert "pango with its headers" in done.stderr


def test_macos_uses_homebrew(machine: Machine) -> None:
    machine.has_everything()
    machine.has("uname", "echo Darwin")
    machine.has("pkg-config", NO)
    machine.has("brew", YES)
    done = machine.set_up()
    assert done.returncode == 0
    assert "brew install cairo pango\n" in machine.calls

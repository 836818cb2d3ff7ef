#!/usr/bin/env bash
# Installs what is missing and nothing else: system libraries, uv, the locked environment.
# Safe to run again: when everything is there it says nothing and takes under a second.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp "${TMPDIR:-/tmp}/manim-metaflow-setup.XXXXXX")
trap 'rm -f "$log"' EXIT

die() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# stage TITLE COMMAND...: one line on success, the end of the command's output on failure.
stage() {
    local title=$1
    shift
    printf 'setup: %s ... ' "$title"
    if "$@" >"$log" 2>&1 </dev/null; then
        echo 'done'
    else
        echo failed
        tail -n 40 "$log" >&2
        die "this failed: $*"
    fi
}

if [ "$(id -u)" -eq 0 ]; then
    # Where pipx itself puts what is meant for every user, so that uv is on PATH afterwards.
    export PIPX_HOME=${PIPX_HOME:-/opt/pipx} PIPX_BIN_DIR=${PIPX_BIN_DIR:-/usr/local/bin}
fi

# The uv on PATH, else one where a fresh user's PATH does not look yet.
find_uv() { command -v uv || PATH="${PIPX_BIN_DIR:-}:$HOME/.local/bin" command -v uv; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# The Python the environment will be made with.
find_python() {
    local uv name
    if uv=$(find_uv); then
        "$uv" python find --no-python-downloads 2>/dev/null
        return
    fi
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if has "$name" && is_new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

compiles_c() { has cc && cc -E -x c - <<<'#include <stdio.h>' >/dev/null 2>&1; }

has_library() { has pkg-config && pkg-config --exists "$1"; }

# pycairo and ManimPango are compiled against the headers of the very Python that will load them.
has_headers() {
    "$1" -c 'import os, sysconfig as s; raise SystemExit(not os.path.exists(os.path.join(s.get_path("include"), "Python.h")))'
}

apt() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        has sudo || die "these packages are missing and installing them needs root (there is no sudo here):" \
            "  apt-get install $*"
        as_root=(sudo)
        sudo -n true 2>/dev/null || echo "setup: sudo may ask for your password, to install: $*"
    fi
    # A fresh machine is often busy upgrading itself: wait for its lock. One dead third-party source
    # must not stop us either: what is really missing is told by the install that follows.
    local get=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
    "${as_root[@]+"${as_root[@]}"}" "${get[@]}" update >"$log" 2>&1 </dev/null || tail -n 3 "$log" >&2
    stage "apt-get install $*" \
        "${as_root[@]+"${as_root[@]}"}" "${get[@]}" install -y --no-install-recommends "$@"
}

install_system_debian() {
    local missing=()
    compiles_c || missing+=(gcc libc6-dev)
    has pkg-config || missing+=(pkg-config)
    has_library cairo || missing+=(libcairo2-dev)
    has_library pangocairo || missing+=(libpango1.0-dev)
    if ! has_headers "$python"; then
        case $python in
            /usr/bin/*) missing+=("python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-dev") ;;
            *) die "$python comes without its C headers (Python.h), which pycairo and ManimPango are built with." \
                "Install them, or name another Python with UV_PYTHON=/path/to/python3." ;;
        esac
    fi
    find_uv >/dev/null || has pipx || missing+=(pipx)
    [ ${#missing[@]} -eq 0 ] || apt "${missing[@]}"
}

install_system_macos() {
    local missing=()
    compiles_c || die "there is no C compiler: run xcode-select --install, then try again."
    has pkg-config || missing+=(pkg-config)
    has_library cairo || missing+=(cairo)
    has_library pangocairo || missing+=(pango)
    find_uv >/dev/null || missing+=(uv)
    [ ${#missing[@]} -eq 0 ] && return
    has brew || die "these are missing and Homebrew is not here to install them: ${missing[*]}"
    stage "brew install ${missing[*]}" brew install "${missing[@]}"
}

check_system_other() {
    local missing=()
    compiles_c || missing+=("a C compiler")
    has_library cairo || missing+=("cairo with its headers")
    has_library pangocairo || missing+=("pango with its headers")
    has_headers "$python" || missing+=("the headers of $python")
    find_uv >/dev/null || has pipx || missing+=("uv, or pipx to install it with")
    [ ${#missing[@]} -eq 0 ] || die "this system has neither apt-get nor brew. Please install:" "${missing[@]/#/  }"
}

install_uv() {
    stage "pipx install uv" pipx install uv
    find_uv >/dev/null || die "pipx installed uv, but not where it was expected; put its folder on PATH."
    has uv || echo "setup: uv is at $(find_uv); to have it on your PATH: pipx ensurepath, then open a new shell"
}

python=$(find_python) || die "no Python 3.11 or newer was found." \
    "Install one (Debian 12, Ubuntu 24.04 and newer: apt-get install python3), then run this again."

case $(uname -s) in
    Darwin) install_system_macos ;;
    *) if has apt-get; then install_system_debian; else check_system_other; fi ;;
esac
if ! uv=$(find_uv); then
    install_uv
    # uv may choose another Python than the one looked at above: look again.
    exec bash scripts/setup.sh
fi
"$uv" sync --locked --check >/dev/null 2>&1 || stage "uv sync --locked" "$uv" sync --locked

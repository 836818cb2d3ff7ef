"""What a film costs drawn by Manim, drawn fast, and written by hand in plain Manim.

Each film is drawn in a process of its own, one directly after the other, at 1080p30 and with the same
encoder settings; CPU seconds (user and system) and peak memory are those of the process. ``import`` is what
importing takes in each of them, and the share after ``or`` the one without it. ``encoder`` is what the fast
film's encoder took, conversion to YUV included: with the import, the part that drawing cannot save.

Ends with 1 if a target is missed, imports included:
``python benchmarks/rendering.py [--only "graph 25" ...] [--films l|h] [--json FILE]``. For a quick look,
``BENCH_SECONDS`` (9.5) and ``BENCH_HEIGHT`` (1080) make the films shorter and smaller.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np

HERE = Path(__file__).parent
SCENES = HERE.parent / "scenes"
PRESET = "superfast"
Cost = dict[str, float]


class Work(NamedTuple):
    """A film of ours, what it is compared with, and the share of the CPU it may take."""

    name: str
    ours: str
    hand: str
    same: float | None
    by_hand: float


WORKS = (
    Work("graph 25", "Replay", "ByHand", 0.45, 0.40),
    Work("graph 100", "Replay100", "ByHand100", 0.30, 0.22),
    Work("graph 400", "Replay400", "ByHand400", 0.20, 0.14),
    Work("code 30", "Panel", "PanelByHand", 0.50, 0.40),
    Work("DiGraph 25", "Replay", "Digraph", None, 0.15),
    Work("DiGraph 100", "Replay100", "Digraph100", None, 0.15),
)
ALL, UNCHANGED = 0.30, 1.5
"""Shares asked for all films with ``--jobs 2``, and for all again of the time of ``import manim``."""


def draw(film: str, how: str, out: Path, preset: str = "") -> Cost:
    command = [sys.executable, str(HERE / "films" / "draw.py"), film, how, str(out), preset]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{film} ({how}) cannot be drawn:\n{done.stderr}")
    found: Cost = json.loads(done.stdout.splitlines()[-1])
    return found


def psnr(one: Path, other: Path) -> float:
    """Compare the brightness of two films of the same frames, in dB."""
    total, count = 0.0, 0
    with av.open(one) as first, av.open(other) as second:
        for a, b in zip(first.decode(video=0), second.decode(video=0), strict=True):
            mine, theirs = (frame.to_ndarray(format="gray").astype(np.int16) for frame in (a, b))
            total += float(np.square(mine - theirs).mean())
            count += 1
    error = total / count
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def measure(work: Work, folder: Path, drawn: dict[str, Cost]) -> dict[str, Any]:
    """Draw what has not been drawn yet, and compare."""

    def cost(film: str, how: str, preset: str = "") -> Cost:
        key = f"{film} {how} {preset}".strip()
        if key not in drawn:
            drawn[key] = draw(film, how, folder / f"{film}-{how}{preset}.mp4", preset)
        return drawn[key]

    found: dict[str, Any] = {"name": work.name}
    if work.same is not None:
        found["plain"] = cost(work.ours, "plain")
    found |= {"fast": cost(work.ours, "fast"), "hand": cost(work.hand, "plain")}
    found["preset"] = cost(work.ours, "fast", PRESET)
    found["psnr"] = psnr(folder / f"{work.ours}-fast.mp4", folder / f"{work.ours}-fast{PRESET}.mp4")
    return found


def row(work: Work, found: dict[str, Any], base: float) -> str:
    fast, hand, preset = found["fast"], found["hand"], found["preset"]
    same = "" if work.same is None else shares(fast, found["plain"], work.same, base)
    return (
        f"{work.name:12}{fast['cpu']:7.1f}s {same:27} {shares(fast, hand, work.by_hand, base)}"
        f" {fast['encoder']:7.1f}s {base:6.1f}s {fast['memory']:6.0f} MB"
        f" {preset['cpu']:6.1f}s {preset['bytes'] / fast['bytes']:5.2f} x {found['psnr']:5.1f} dB"
    )


def shares(fast: Cost, other: Cost, limit: float, base: float) -> str:
    share, drawing = fast["cpu"] / other["cpu"], (fast["cpu"] - base) / (other["cpu"] - base)
    return f"{other['cpu']:7.1f}s {share:5.2f} or {drawing:.2f}<{limit:.2f}"


HEAD = (
    f"{'':12}{'fast':>8} {'same by Manim':>27} {'by hand':>27} {'encoder':>8} {'import':>7} "
    f"{'memory':>9} {PRESET:>7} {'bytes':>5}   {'PSNR':>6}"
)


def missed(work: Work, found: dict[str, Any]) -> Iterator[str]:
    fast = found["fast"]
    pairs = [("by hand", found["hand"], work.by_hand)]
    if work.same is not None:
        pairs.append(("drawn by Manim", found["plain"], work.same))
        if fast["memory"] > found["plain"]["memory"]:
            yield f"{work.name} takes {fast['memory']:.0f} MB, Manim {found['plain']['memory']:.0f}"
    for name, other, limit in pairs:
        share = fast["cpu"] / other["cpu"]
        if share > limit:
            yield f"{work.name} takes {share:.2f} of the CPU of the same {name}, not {limit}"


def spent(command: list[str], folder: Path) -> Cost:
    """Run a command and say what it and its children took."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return {"wall": wall, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def all_films(quality: str, folder: Path) -> dict[str, Cost]:
    """Render all scenes by Manim one after the other, by our command, and again."""
    python = sys.executable
    command = [
        str(Path(python).with_name("manim-metaflow")),
        "render",
        str(SCENES),
        f"-q{quality}",
        "-j",
        "2",
    ]
    command += ["--media_dir", str(folder / "fast")]
    found = {"fast": spent(command, folder)}
    again = [spent(command, folder) for _ in range(3)]
    found["again"] = min(again, key=lambda cost: cost["wall"])
    alone = [spent([python, "-c", "import manim"], folder) for _ in range(3)]
    found["import manim"] = min(alone, key=lambda cost: cost["wall"])
    plain: Cost = {"wall": 0.0, "cpu": 0.0}
    for scene in sorted(path for path in SCENES.glob("*.py") if path.stem != "record"):
        options = [f"-q{quality}", "--disable_caching", "-a", "--media_dir", str(folder / "plain")]
        each = spent([python, "-m", "manim", "render", *options, str(scene)], folder)
        plain = {name: plain[name] + each[name] for name in plain}
    return found | {"plain": plain}


def machine() -> dict[str, str]:
    cpu = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        models = [line for line in about.read_text().splitlines() if line.startswith("model name")]
        cpu = models[0].partition(":")[2].strip() if models else cpu
    load = f"{os.getloadavg()[0]:.1f}"
    return {"cpu": cpu, "cores": str(os.cpu_count()), "python": platform.python_version(), "load": load}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[*(work.name for work in WORKS), "films"])
    parser.add_argument("--films", default="l", choices="lmhpk", help="quality of all films; h is 1080p60")
    parser.add_argument("--json", type=Path, help="write everything measured there")
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": machine(), "works": []}
    print(", ".join(f"{name} {value}" for name, value in result["machine"].items()), HEAD, sep="\n")
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        drawn: dict[str, Cost] = {}
        base = draw("", "nothing", folder / "none")["cpu"]
        for work in WORKS:
            if options.only is None or work.name in options.only:
                found = measure(work, folder, drawn)
                result["works"].append(found)
                failed += missed(work, found)
                print(row(work, found, base), flush=True)
        if options.only is None or "films" in options.only:
            result["films"] = found = all_films(options.films, folder)
            failed += films_missed(found)
    if options.json:
        options.json.write_text(json.dumps(result | {"import": base, "missed": failed}, indent=2) + "\n")
    for reason in failed:
        print(f"MISSED: {reason}")
    return 1 if failed else 0


def films_missed(found: dict[str, Cost]) -> Iterator[str]:
    for name, cost in found.items():
        print(f"all films: {name:12} {cost['wall']:7.2f}s of time, {cost['cpu']:7.2f}s of CPU")
    share = found["fast"]["wall"] / found["plain"]["wall"]
    if share > ALL:
        yield f"all films take {share:.2f} of the time Manim takes, not {ALL}"
    again = found["again"]["wall"] / found["import manim"]["wall"]
    if again > UNCHANGED:
        yield f"all films unchanged take {again:.2f} of the time of import manim, not {UNCHANGED}"


if __name__ == "__main__":
    sys.exit(main())

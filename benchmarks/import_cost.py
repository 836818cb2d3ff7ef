"""Print what `import manim_metaflow` costs on top of `import manim`, in CPU seconds.

Each figure is the median of fresh interpreters. Manim loads every installed plugin, this package too, so
it is hidden where Manim alone is measured. Ends with 1 if the package costs a third of Manim or more, or if
it imports Metaflow.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

HIDE_PLUGIN = """
import importlib.metadata as metadata
every = metadata.entry_points
metadata.entry_points = lambda **names: metadata.EntryPoints(
    point for point in every(**names) if point.name != "manim_metaflow"
)
"""
REPORT = """
import resource, sys
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, "metaflow" in sys.modules)
"""
CASES = {
    "python": "",
    "import manim": HIDE_PLUGIN + "import manim",
    "import manim, manim_metaflow": "import manim, manim_metaflow",
    "from manim import *; from manim_metaflow import *": "from manim import *\nfrom manim_metaflow import *",
}


def measure(code: str) -> tuple[float, bool]:
    """Return the CPU seconds of a fresh interpreter that runs code, and whether Metaflow was imported."""
    command = [sys.executable, "-c", code + REPORT]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, metaflow = done.stdout.split()
    return float(seconds), metaflow == "True"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    samples: dict[str, list[tuple[float, bool]]] = {name: [] for name in CASES}
    for _ in range(repeat):
        for name, code in CASES.items():
            samples[name].append(measure(code))
    seconds = {name: statistics.median(each for each, _ in values) for name, values in samples.items()}
    for name, values in samples.items():
        imported = "Metaflow imported" if any(metaflow for _, metaflow in values) else "Metaflow not imported"
        print(f"{seconds[name]:7.3f} s  {name}  ({imported})")

    _, alone, plugin, everything = seconds.values()
    manim = alone - seconds["python"]
    print(f"manim_metaflow: {(plugin - alone) / manim:+.1%} of Manim")
    print(f"every public name of it: {(everything - alone) / manim:+.1%} of Manim")
    lazy = not any(metaflow for _, metaflow in samples["import manim, manim_metaflow"])
    return 0 if lazy and plugin - alone < manim / 3 else 1


if __name__ == "__main__":
    sys.exit(main())

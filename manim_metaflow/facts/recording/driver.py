"""Start a flow whose file does not start it itself, such as a class in a Manim scene file.

Run as a script, once for the run and once for each of its tasks; ``MANIM_METAFLOW_FLOW`` names the flow
as ``path.py:Class``. It imports nothing of this package: a task is not a place to import Manim.
"""

import importlib.util
import os
import sys
from contextlib import nullcontext
from pathlib import Path


def main() -> None:
    """Load the flow's file and hand its class to Metaflow's command line."""
    # When it is imported Metaflow reads settings from above the working folder. They are the user's, so it
    # is imported where there are none.
    folder = os.getcwd()
    os.chdir(os.environ["METAFLOW_DATASTORE_SYSROOT_LOCAL"])
    import metaflow  # noqa: F401

    os.chdir(folder)
    path, _, name = os.environ["MANIM_METAFLOW_FLOW"].rpartition(":")
    file = Path(path)
    # The folder of this script holds modules with common names, which the flow must not find.
    sys.path[0] = str(file.parent)
    script, sys.argv[0] = sys.argv[0], path
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)

    from metaflow import parameters

    found = getattr(module, name)
    # A bare @Mutator leaves its own instance in the place of the class that it changes.
    cls = found if isinstance(found, type) else found._flow_cls
    # The first releases of 2.12 have one list of parameters for the process, and no contexts.
    with getattr(parameters, "flow_context", nullcontext)(cls):
        # Only here: when it is imported it makes an option of each config of the flow in this context.
        from metaflow import cli

        cli.main(  # type: ignore[no-untyped-call]
            cls(use_cli=False), entrypoint=[sys.executable, script]
        )


if __name__ == "__main__":
    main()

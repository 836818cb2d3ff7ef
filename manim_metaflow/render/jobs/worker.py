"""Render one scene in a process of its own: ``python -m manim_metaflow.render.jobs.worker CHANNEL``.

The job comes as a line on standard input. What happens goes as lines to the channel, a file descriptor.
When standard input ends, whoever asked is gone, and so is the worker.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from typing import IO

from manim_metaflow.render.jobs.inputs import Notes
from manim_metaflow.render.jobs.job import Job, Said, say

__all__ = ["main"]

_LAST_WORDS = 1.0


def main() -> None:
    """Do one job."""
    channel_number = int(sys.argv[1])
    os.set_inheritable(channel_number, False)
    job = Job.from_json(sys.stdin.readline())
    random.seed(job.chance)
    notes = Notes(job.media)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with os.fdopen(channel_number, "w", encoding="utf-8") as channel:
        _work(job, notes, channel)


def _work(job: Job, notes: Notes, channel: IO[str]) -> None:
    from manim_metaflow.render.jobs.scene_job import Failed, Wrong, render_scene

    try:
        for said in render_scene(job, notes, lambda said: say(channel, said)):
            say(channel, said)
    except Wrong as error:
        say(channel, Said("usage", job.scene, text=str(error)))
    except Failed as error:
        say(channel, Said("failed", error.scene, text=error.text, files=error.files))


def _end_with_parent() -> None:
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(_LAST_WORDS)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)

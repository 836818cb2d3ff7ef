"""Render one scene in a process of its own: ``python -m manim_metaflow.render.jobs.worker CHANNEL``.

The job comes as a line on standard input; events go as lines to the channel, a file descriptor. When
standard input ends, the process that started the worker is gone, and the worker ends too.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from functools import partial
from typing import IO

from manim_metaflow.render.jobs.inputs import InputRecorder
from manim_metaflow.render.jobs.job import Event, Job, send
from manim_metaflow.utils.processes import adopt_orphans, descendants, kill, kill_children

__all__ = ["main"]

_GRACE = 1.0
"""Seconds in which a worker without a parent may clean up."""


def main() -> None:
    """Do one job."""
    channel_number = int(sys.argv[1])
    # A program that the scene starts would hold the channel open after the worker's end.
    os.set_inheritable(channel_number, False)
    job = Job.from_json(sys.stdin.readline())
    random.seed(job.seed)
    # Before Manim is imported: whatever is read from here on counts.
    inputs = InputRecorder(job.stage)
    adopt_orphans()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with os.fdopen(channel_number, "w", encoding="utf-8") as channel:
        _work(job, inputs, channel)


def _work(job: Job, inputs: InputRecorder, channel: IO[str]) -> None:
    from manim_metaflow.render.jobs.scene_job import JobError, SceneFailedError, render_scene

    try:
        for event in render_scene(job, inputs, partial(send, channel)):
            send(channel, event)
    except JobError as error:
        send(channel, Event("usage", job.scene, text=str(error)))
    except SceneFailedError as error:
        send(channel, Event("failed", error.scene, text=error.text, files=error.files))


def _end_with_parent() -> None:
    # Nothing is ever sent after the job: the read ends when the other end of the pipe is closed, also by a
    # crash.
    while os.read(0, 64):
        pass
    # There is nobody left who would end what the scene has started.
    kill(descendants([os.getpid()]))
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(_GRACE)
    kill(descendants([os.getpid()]))
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        kill_children()
        sys.exit(130)

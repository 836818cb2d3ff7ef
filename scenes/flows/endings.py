"""End badly, in one of two ways: ENDING=raise or ENDING=kill."""

import os
import signal

from metaflow import FlowSpec, step


class EndingFlow(FlowSpec):
    """Assign something, then end badly."""

    @step
    def start(self):
        self.half = [1, 2, 3]
        if os.environ["ENDING"] == "raise":
            raise ValueError("no more numbers")
        os.kill(os.getpid(), signal.SIGKILL)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    EndingFlow()

"""Recursion: a step that leads to itself until it is content."""

import time

from metaflow import FlowSpec, step


class RootFlow(FlowSpec):
    """Find the square root of 2 by Newton's way, a round a task."""

    @step
    def start(self):
        self.guess = 1.0
        self.next(self.improve)

    @step
    def improve(self):
        time.sleep(0.3)
        self.guess = (self.guess + 2 / self.guess) / 2
        self.good = abs(self.guess**2 - 2) < 1e-6
        self.next({True: self.end, False: self.improve}, condition="good")

    @step
    def end(self):
        print(self.guess)


if __name__ == "__main__":
    RootFlow()

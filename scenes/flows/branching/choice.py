"""A switch: a value decides which way to go."""

import time

from metaflow import FlowSpec, step


class ReviewFlow(FlowSpec):
    """Send a large order to a person, and a small one straight on."""

    @step
    def start(self):
        self.units = 1200
        self.size = "large" if self.units > 1000 else "small"
        self.next({"small": self.accept, "large": self.review}, condition="size")

    @step
    def accept(self):
        self.by = "rule"
        self.next(self.ship)

    @step
    def review(self):
        time.sleep(0.8)
        self.by = "person"
        self.next(self.ship)

    @step
    def ship(self):
        self.note = f"{self.units} units, accepted by {self.by}"
        self.next(self.end)

    @step
    def end(self):
        print(self.note)


if __name__ == "__main__":
    ReviewFlow()

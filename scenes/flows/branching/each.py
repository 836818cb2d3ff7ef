"""A foreach: one task for every city."""

import time

from metaflow import FlowSpec, step


class CitiesFlow(FlowSpec):
    """Count the rainy days of every city, then add them up."""

    @step
    def start(self):
        self.cities = ["Austin", "Berlin", "Lima", "Oslo"]
        self.next(self.count, foreach="cities")

    @step
    def count(self):
        time.sleep(0.4 * len(self.input) - 1.4)
        self.days = sum(ord(letter) for letter in self.input) % 200
        self.next(self.add)

    @step
    def add(self, inputs):
        self.total = sum(task.days for task in inputs)
        self.next(self.end)

    @step
    def end(self):
        print(self.total)


if __name__ == "__main__":
    CitiesFlow()

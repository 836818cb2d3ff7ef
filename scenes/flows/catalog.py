"""Clean some readings and fit a model to them; SEED is the seed of the fit."""

import os

from metaflow import FlowSpec, step


class CatalogFlow(FlowSpec):
    """Clean some readings and fit a model."""

    @step
    def start(self):
        self.raw = [day * 37 % 1009 for day in range(200_000)]
        self.seed = int(os.environ.get("SEED", "5"))
        self.next(self.clean)

    @step
    def clean(self):
        self.table = [reading for reading in self.raw if reading % 3]
        self.next(self.end)

    @step
    def end(self):
        self.model = [self.seed * reading % 97 for reading in self.table[:40_000]]


if __name__ == "__main__":
    CatalogFlow()

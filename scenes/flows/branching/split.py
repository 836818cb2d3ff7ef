"""A static branch: two models of the same sales, the better one is kept."""

import time

from metaflow import FlowSpec, step


class ModelsFlow(FlowSpec):
    """Fit two models side by side and keep the better one."""

    @step
    def start(self):
        self.sales = [12, 14, 19, 21, 26, 28, 33]
        self.next(self.mean, self.trend)

    @step
    def mean(self):
        time.sleep(0.6)
        level = sum(self.sales) / len(self.sales)
        self.error = sum(abs(units - level) for units in self.sales)
        self.next(self.choose)

    @step
    def trend(self):
        time.sleep(1.2)
        self.error = sum(abs(units - 12 - 3.5 * day) for day, units in enumerate(self.sales))
        self.next(self.choose)

    @step
    def choose(self, inputs):
        mean, trend = inputs.mean.error, inputs.trend.error
        self.best = "mean" if mean < trend else "trend"
        self.next(self.end)

    @step
    def end(self):
        print(self.best)


if __name__ == "__main__":
    ModelsFlow()

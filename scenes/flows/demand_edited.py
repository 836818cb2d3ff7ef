"""Order next week's stock, store by store: the fixed flow, and an edit in a step that had succeeded."""

import random
from statistics import median

from metaflow import FlowSpec, step

OPENED_ON = {"Austin": 0, "Berlin": 0, "Lima": 0, "Oslo": 60}


class DemandFlow(FlowSpec):
    """Forecast next week's demand of every store and order it."""

    @step
    def start(self):
        """Load three years of daily sales; -1 where a day was not reported."""
        dice = random.Random(7)
        self.sales = {
            store: [0 if day < opened else dice.choice([-1, *range(20, 60)]) for day in range(1095)]
            for store, opened in OPENED_ON.items()
        }
        self.next(self.clean)

    @step
    def clean(self):
        """Fill each gap with the median of the days around it."""
        window = 30
        self.table = filled(self.sales, window)
        self.stores = sorted(self.table)
        self.next(self.forecast, foreach="stores")

    @step
    def forecast(self):
        """Find one store's growth and what it will need next week."""
        self.store = self.input
        history = [day for day in self.table[self.store] if day]
        self.growth = sum(history[-28:]) / sum(history[:28])
        self.units = round(7 * best_level(history))
        self.next(self.combine)

    @step
    def combine(self, inputs):
        """Bring the forecasts of all stores together."""
        self.orders = {task.store: task.units for task in inputs}
        self.next(self.end)

    @step
    def end(self):
        """Say what to order."""
        self.report = f"{sum(self.orders.values())} units for {len(self.orders)} stores"
        print(self.report)


def filled(sales, window):
    """Replace -1 by the median of the days before and after, store by store."""
    return {store: smooth(days, window) for store, days in sales.items()}


def smooth(days, window):
    """Replace -1 by the median of the days before and after."""
    around = [sorted(days[max(0, day - window) : day + window]) for day in range(len(days))]
    return [units if units >= 0 else round(median(near)) for units, near in zip(days, around)]


def best_level(history, candidates=1600):
    """Search the smoothing factor with the smallest error, the slow and honest way."""
    best = (float("inf"), 0.0)
    for candidate in range(1, candidates):
        alpha, level, error = candidate / candidates, history[0], 0.0
        for units in history[1:]:
            error += (units - level) ** 2
            level += alpha * (units - level)
        best = min(best, (error, level))
    return best[1]


if __name__ == "__main__":
    DemandFlow()

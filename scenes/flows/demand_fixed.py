"""Plan next week's stock, store by store: the flow with its bug fixed."""

import random
from statistics import mean

from metaflow import FlowSpec, step

STORES = {"Austin": (45, 3650), "Berlin": (62, 3650), "Lima": (28, 3650), "Oslo": (36, 150)}
"""What each store usually sells in a day, and for how many days it has been open."""


class DemandFlow(FlowSpec):
    """Plan what every store needs next week, and add it up."""

    @step
    def start(self):
        """Load the daily sales of each store; now and then someone typed a wrong number."""
        dice = random.Random(70)
        self.sales = {
            store: [dice.randint(usual - 9, usual + 9) * dice.choice([1] * 99 + [8]) for _ in range(days)]
            for store, (usual, days) in STORES.items()
        }
        self.next(self.clean)

    @step
    def clean(self):
        """Correct the days that sold far more than usual."""
        limit = 20  # times the usual
        self.table = without_typos(self.sales, limit)
        self.stores = sorted(self.table)
        self.next(self.forecast, foreach="stores")

    @step
    def forecast(self):
        """Let one store grow once more as it did since last year."""
        days = self.table[self.input]
        week, last_year = days[-7:], days[-371:-364]
        growth = sum(week) / sum(last_year) if last_year else 1
        self.units = round(growth * sum(week))
        self.next(self.combine)

    @step
    def combine(self, inputs):
        """Add up the forecasts of all stores."""
        self.total = sum(task.units for task in inputs)
        self.next(self.end)

    @step
    def end(self):
        """Say what to order."""
        print(f"Order {self.total} units")


def without_typos(sales, limit):
    """Replace what is beyond the limit by the mean of the days around, store by store."""
    return {store: plausible(days, limit) for store, days in sales.items()}


def plausible(days, limit):
    """Replace a day that sold so many times the usual by the mean of the days around it."""
    usual = [mean(days[max(0, day - 1500) : day + 1500]) for day in range(len(days))]
    return [round(near) if units > limit * near else units for units, near in zip(days, usual, strict=True)]


if __name__ == "__main__":
    DemandFlow()

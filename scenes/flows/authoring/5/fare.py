from statistics import linear_regression

from metaflow import FlowSpec, step


class FareFlow(FlowSpec):
    """Learn what a taxi ride costs."""

    @step
    def start(self):
        self.rides = [(2, 7), (5, 13), (9, 22)]
        self.next(self.fit)

    @step
    def fit(self):
        kms = [km for km, _ in self.rides]
        fares = [fare for _, fare in self.rides]
        line = linear_regression(kms, fares)
        self.rate, self.base = line
        self.next(self.quote)

    @step
    def quote(self):
        self.trips = {}
        for km in (3, 10, 20):
            fare = self.base + self.rate * km
            self.trips[km] = fare
        self.next(self.end)

    @step
    def end(self):
        for km, fare in self.trips.items():
            print(f"{km} km: {fare:.2f}")


if __name__ == "__main__":
    FareFlow()

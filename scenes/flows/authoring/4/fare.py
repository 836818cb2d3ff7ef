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
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    FareFlow()

"""The reader's own flow, as the examples in the documents name it."""

from metaflow import FlowSpec, step


class MyFlow(FlowSpec):
    """Square a few numbers."""

    @step
    def start(self):
        self.numbers = [1, 2, 3]
        self.next(self.square, foreach="numbers")

    @step
    def square(self):
        self.result = self.input**2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.results = [each.result for each in inputs]
        self.next(self.end)

    @step
    def end(self):
        self.total = sum(self.results)


if __name__ == "__main__":
    MyFlow()

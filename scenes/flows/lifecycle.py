"""Double some numbers and add them up: what one artifact goes through."""

from metaflow import FlowSpec, step


class LifecycleFlow(FlowSpec):
    """Double some numbers and add them up."""

    @step
    def start(self):
        self.numbers = [1, 2, 3, 5, 8]
        self.unit = "kg"
        self.next(self.double)

    @step
    def double(self):
        self.doubled = [2, 4]
        self.doubled = [2 * n for n in self.numbers]
        self.spare = [1, 2, 3, 5, 8]
        self.next(self.add)

    @step
    def add(self):
        self.total = sum(self.doubled)
        self.next(self.end)

    @step
    def end(self):
        print(self.total, self.unit)


if __name__ == "__main__":
    LifecycleFlow()

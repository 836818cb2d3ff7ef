from metaflow import FlowSpec, step


class TwoJoinsFlow(FlowSpec):
    """Switches lead the branches of one split to one join or to the other."""

    @step
    def start(self):
        self.mode = "quick"
        self.next(self.a, self.b)

    @step
    def a(self):
        self.next({"quick": self.a_quick, "full": self.a_full}, condition="mode")

    @step
    def b(self):
        self.next({"quick": self.b_quick, "full": self.b_full}, condition="mode")

    @step
    def a_quick(self):
        self.next(self.join_quick)

    @step
    def a_full(self):
        self.next(self.join_full)

    @step
    def b_quick(self):
        self.next(self.join_quick)

    @step
    def b_full(self):
        self.next(self.join_full)

    @step
    def join_quick(self, inputs):
        self.next(self.end)

    @step
    def join_full(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    TwoJoinsFlow()

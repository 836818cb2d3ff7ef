from metaflow import FlowSpec, Parameter, step


class SharedForeachFlow(FlowSpec):
    """A switch chooses what the same steps are repeated for."""

    mode = Parameter("mode", default="train")

    @step
    def start(self):
        self.next({"train": self.list_train, "test": self.list_test}, condition="mode")

    @step
    def list_train(self):
        self.months = ["May", "June"]
        self.next(self.process, foreach="months")

    @step
    def list_test(self):
        self.weeks = [27, 28, 29]
        self.next(self.process, foreach="weeks")

    @step
    def process(self):
        self.seen = self.input
        self.next(self.gather)

    @step
    def gather(self, inputs):
        self.all_seen = [each.seen for each in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SharedForeachFlow()

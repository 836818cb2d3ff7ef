from metaflow import FlowSpec, step, unbounded_test_foreach_internal
from metaflow.plugins import InternalTestUnboundedForeachInput


class UnboundedFlow(FlowSpec):
    @step
    def start(self):
        self.xs = InternalTestUnboundedForeachInput("ab")
        self.next(self.body, foreach="xs")

    @unbounded_test_foreach_internal
    @step
    def body(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    UnboundedFlow()

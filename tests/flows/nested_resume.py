from metaflow import FlowSpec, step
import os


class NestedResume(FlowSpec):
    @step
    def start(self):
        self.xs = ["a", "b"]
        self.next(self.outer, foreach="xs")

    @step
    def outer(self):
        self.x = self.input
        self.ys = [10, 20]
        self.next(self.inner, foreach="ys")

    @step
    def inner(self):
        if os.environ.get("FAIL") and (self.x, self.input) == ("b", 10):
            import time
            time.sleep(2)
            raise RuntimeError("no b-10")
        self.out = "%s-%d" % (self.x, self.input)
        self.next(self.join_inner)

    @step
    def join_inner(self, inputs):
        self.outs = [i.out for i in inputs]
        self.next(self.join_outer)

    @step
    def join_outer(self, inputs):
        self.all = [i.outs for i in inputs]
        self.next(self.end)

    @step
    def end(self):
        print(self.all)


if __name__ == "__main__":
    NestedResume()

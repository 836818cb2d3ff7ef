from metaflow import FlowSpec, step, Parameter, current
import os, uuid


class ResumeFlow(FlowSpec):
    alpha = Parameter("alpha", default=1)

    @step
    def start(self):
        self.a = "A-v2"
        self.nonce = uuid.uuid4().hex
        self.next(self.middle)

    @step
    def middle(self):
        self.b = self.a + "/B-v1"
        self.next(self.risky)

    @step
    def risky(self):
        self.partial = "written before the crash"
        if os.environ.get("FAIL"):
            raise RuntimeError("risky failed")
        self.c = self.b + "/C-v1"
        self.next(self.end)

    @step
    def end(self):
        print("origin", current.origin_run_id, "alpha", self.alpha, self.c)


if __name__ == "__main__":
    ResumeFlow()

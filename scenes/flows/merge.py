"""Two branches, and a join that merges what they made."""

from metaflow import FlowSpec, step


class MergeFlow(FlowSpec):
    """Two branches and a join."""

    @step
    def start(self):
        self.data = [4, 8, 15]
        self.rate = 0.5
        self.next(self.left, self.right)

    @step
    def left(self):
        self.score = 17
        self.labels = {"low", "mid", "high", "none", "some", "all"}
        self.next(self.join)

    @step
    def right(self):
        self.data.append(23)
        self.error = 2
        self.labels = {"low", "mid", "high", "none", "some", "all"}
        self.next(self.join)

    @step
    def join(self, inputs):
        self.merge_artifacts(inputs)
        self.next(self.end)

    @step
    def end(self):
        print(self.score, self.error)


if __name__ == "__main__":
    MergeFlow()

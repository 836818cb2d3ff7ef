from metaflow import FlowSpec, Parameter, step


class SharedTargetsFlow(FlowSpec):
    """Two switches lead to the same steps, and several cases to one of them."""

    size = Parameter("size", default="small")

    @step
    def start(self):
        self.kind = "text" if self.size == "small" else "image"
        self.next({"text": self.words, "image": self.pixels}, condition="kind")

    @step
    def words(self):
        self.next({"small": self.local, "large": self.cloud}, condition="size")

    @step
    def pixels(self):
        self.next({"small": self.local, "large": self.cloud, "huge": self.cloud}, condition="size")

    @step
    def local(self):
        self.next(self.end)

    @step
    def cloud(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SharedTargetsFlow()

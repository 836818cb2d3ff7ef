from metaflow import FlowSpec, step


class BikesFlow(FlowSpec):
    @step
    def start(self):
        self.rides = [(120, 180), (90, 175)]
        self.next(self.train, foreach="rides")

    @step
    def train(self):
        first, last = self.input
        self.growth = last - first
        self.next(self.join)

    @step
    def join(self, inputs):
        self.most = max(i.growth for i in inputs)
        self.next(self.end)

    @step
    def end(self):
        print(f"{self.most} more rides")


if __name__ == "__main__":
    BikesFlow()

from metaflow import FlowSpec, step


class BikesFlow(FlowSpec):
    @step
    def start(self):
        self.rides = (120, 180)
        self.next(self.train)

    @step
    def train(self):
        first, last = self.rides
        self.growth = last - first
        self.next(self.end)

    @step
    def end(self):
        print(f"{self.growth} more rides")


if __name__ == "__main__":
    BikesFlow()

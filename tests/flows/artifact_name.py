from metaflow import FlowSpec, step


class NamedFlow(FlowSpec):
    @step
    def start(self):
        self.name = "alice"
        self.city = "paris"
        self.next(self.end)

    @step
    def end(self):
        print(self.name)


if __name__ == "__main__":
    NamedFlow()

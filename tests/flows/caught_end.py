from metaflow import FlowSpec, catch, step


class CaughtEnd(FlowSpec):
    @catch
    @step
    def start(self):
        self.kept = 1
        self.next(self.end)

    @catch
    @step
    def end(self):
        raise ValueError("nobody catches this by a name")


if __name__ == "__main__":
    CaughtEnd()

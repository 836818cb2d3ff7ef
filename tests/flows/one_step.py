from metaflow import FlowSpec, step


class OneStepFlow(FlowSpec):
    """Start and end at once."""

    @step(start=True, end=True)
    def only(self):
        self.answer = 42


if __name__ == "__main__":
    OneStepFlow()

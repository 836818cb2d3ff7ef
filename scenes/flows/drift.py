"""Values that are alike, and bytes that are not."""

from metaflow import FlowSpec, step


class DriftFlow(FlowSpec):
    """Look at the same values again and again."""

    @step
    def start(self):
        self.dose = [1, 2, 3, 4]
        self.other = [1, 2, 3, 5]
        self.tags = {"red", "green", "blue", "amber", "cyan", "gray"}
        unit = "/".join(["mg", "ml"])
        self.shared = [unit, unit]
        self.apart = [unit, "/".join(["mg", "ml"])]
        self.next(self.look)

    @step
    def look(self):
        self.count = len(self.tags)
        self.dose.append(5)
        self.next(self.end)

    @step
    def end(self):
        self.count = len(self.tags)


if __name__ == "__main__":
    DriftFlow()

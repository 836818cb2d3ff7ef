"""A foreach in a foreach: every product in every shop."""

from metaflow import FlowSpec, step


class ShopsFlow(FlowSpec):
    """Price every product of every shop."""

    @step
    def start(self):
        self.shops = ["north", "south"]
        self.next(self.shop, foreach="shops")

    @step
    def shop(self):
        self.products = ["tea", "rice", "soap"] if self.input == "north" else ["tea", "rice"]
        self.next(self.price, foreach="products")

    @step
    def price(self):
        self.cents = 90 + 10 * len(self.input)
        self.next(self.list)

    @step
    def list(self, inputs):
        self.prices = [task.cents for task in inputs]
        self.next(self.catalog)

    @step
    def catalog(self, inputs):
        self.count = sum(len(task.prices) for task in inputs)
        self.next(self.end)

    @step
    def end(self):
        print(self.count)


if __name__ == "__main__":
    ShopsFlow()

"""A flow in trouble three times: a retry, a catch and a timeout."""

import time

from metaflow import FlowSpec, catch, current, retry, step, timeout


class WeatherFlow(FlowSpec):
    """Fetch the readings of a station, average and plot them."""

    @step
    def start(self):
        self.station = "Oslo"
        self.next(self.fetch)

    @retry(times=3, minutes_between_retries=0)
    @step
    def fetch(self):
        self.tried = current.retry_count + 1
        time.sleep(0.6)
        if self.tried < 3:
            raise ConnectionError("the station does not answer")
        self.readings = [14.5, 15.0, None, 16.5]
        self.next(self.average)

    @catch(var="problem")
    @step
    def average(self):
        self.unit = "celsius"
        self.mean = sum(self.readings) / len(self.readings)
        self.next(self.plot)

    @timeout(seconds=3)
    @step
    def plot(self):
        self.size = (1280, 720)
        time.sleep(60)
        self.next(self.end)

    @step
    def end(self):
        print(self.size)


if __name__ == "__main__":
    WeatherFlow()

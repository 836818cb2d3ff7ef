"""Real time to screen time: order and overlap kept, waiting shortened."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

__all__ = ["TimeScale"]

FLOOR = 0.16
"""Screen seconds that lie between any two different moments, however close."""

STRETCH = 0.7
"""Screen seconds for the first real second; each further doubling adds about as much again."""

SHORTEST, LONGEST = 1.5, 30.0


class TimeScale:
    """A monotone, bounded map from a run's clock to seconds on screen.

    Between two neighbouring moments lie ``FLOOR`` seconds and a share that grows with the logarithm of
    the real gap, so that what took longer looks longer and a step of three hours does not take three
    hours.

    Parameters
    ----------
    moments
        Real times, seconds since the epoch, in any order.
    run_time
        Screen seconds for the whole; what the moments ask for, within bounds, by default.

    Examples
    --------
    >>> scale = TimeScale([100.0, 100.5, 3700.0])
    >>> scale(100.0) < scale(100.5) < scale(3700.0) < 15
    True
    """

    def __init__(self, moments: Iterable[float], *, run_time: float | None = None) -> None:
        self._real = np.unique(np.array(list(moments), dtype=float))
        gaps = np.diff(self._real)
        screen = np.concatenate([[0.0], np.cumsum(FLOOR + STRETCH * np.log2(1.0 + gaps))])
        natural = float(screen[-1])
        self.run_time = float(np.clip(natural, SHORTEST, LONGEST)) if run_time is None else run_time
        """Screen seconds of the whole."""
        # With a single moment there is no gap to stretch.
        self._screen = screen * (self.run_time / natural if natural else 0.0)

    def __call__(self, moment: float) -> float:
        """Return the screen time of a real one; moments outside the record are clamped."""
        return float(np.interp(moment, self._real, self._screen))

    def inverse(self, seconds: float) -> float:
        """Return the real time of a moment on screen.

        >>> scale = TimeScale([10.0, 12.0, 20.0])
        >>> round(scale.inverse(scale(13.5)), 3)
        13.5
        """
        return float(np.interp(seconds, self._screen, self._real))

    @property
    def real_ends(self) -> tuple[float, float]:
        """First and last real moment."""
        return float(self._real[0]), float(self._real[-1])

"""SIGTERM and SIGHUP end a block as Ctrl-C does; what is ignored stays ignored."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from manim_metaflow.utils.signals import interrupts_held, terminate_as_interrupt

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_ends_the_block_and_waits_where_it_must(number: signal.Signals) -> None:
    steps = []

    def interrupted() -> None:
        with interrupts_held():
            signal.raise_signal(number)
            steps.append("held")
        steps.append("not reached")

    with pytest.raises(KeyboardInterrupt), terminate_as_interrupt():
        interrupted()
    assert steps == ["held"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_an_ignored_signal_stays_ignored(number: signal.Signals) -> None:
    signal.signal(number, signal.SIG_IGN)
    with terminate_as_interrupt(), interrupts_held():
        signal.raise_signal(number)
    assert signal.getsignal(number) is signal.SIG_IGN

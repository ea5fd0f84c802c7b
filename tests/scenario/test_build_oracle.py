"""The way of reporters' txs to the chain."""

from typing import Any, cast

import attrs

from sim.chain.chain import Chain
from sim.commands import PostPriceCall, SendTx
from sim.kernel import Kernel
from sim.latency import Constant, LatencyModel
from sim.scenario.build_oracle import ReporterLine
from sim.streams import Stream, Streams
from sim.units import Nanos

SLOW, QUICK, OTHER = 500, 3, 10


@attrs.define
class Quickening:
    """Slow once, quick ever after."""

    travels: list[Nanos] = attrs.field(factory=lambda: [SLOW])
    is_steady = False

    def block(self, stream: Stream) -> list[Nanos]:
        return []

    def draw(self, stream: Stream, now: Nanos) -> Nanos:
        return self.travels.pop() if self.travels else QUICK

    @property
    def longest(self) -> Nanos:
        return SLOW


@attrs.define
class Counter:
    """Notes who arrives, and when."""

    kernel: Kernel
    arrived: list[tuple[Nanos, int, int]] = attrs.field(factory=list)

    def arrive(self, message: tuple[int, int, SendTx]) -> None:
        self.arrived.append((self.kernel.now, message[0], message[1]))


def post() -> SendTx:
    return SendTx(1, PostPriceCall(()), 1, 1, 100_000)


def test_a_reporters_tx_never_overtakes_its_earlier_one():
    kernel = Kernel()
    counter = Counter(kernel)
    latencies: dict[int, tuple[LatencyModel, str]] = {1: (Quickening(), "one"), 2: (Constant(OTHER), "two")}
    line = ReporterLine(kernel, cast(Chain, cast(Any, counter)), Streams(1), latencies)

    line.submit(1, 101, post())
    line.submit(1, 102, post())
    line.submit(2, 103, post())
    kernel.run_until(SLOW + QUICK)

    assert counter.arrived == [(OTHER, 2, 103), (SLOW, 1, 101), (SLOW, 1, 102)]

"""Who is told what, when: subscriptions, filters, and channels that never overtake.

The courier listens to the tape. For each entry of a kind that somebody asked for it finds the subscribers of its place, applies
their filter, draws their latency to that place and hands the news to the runner at its arrival. Cost follows the subscribers of
that kind and place; an entry nobody asked for costs one list look-up in the tape.
"""

from collections.abc import Callable
from typing import Any

import attrs

from sim.agents.strategy import News, On
from sim.kernel import DELIVER, Kernel
from sim.latency import LatencyModel, ahead
from sim.records import OutsideMoved, PricePosted, QuoteChanged, Traded
from sim.streams import Stream
from sim.tape import Row
from sim.units import BPS_ONE, Bps, Nanos, Party, Place, Seq

_QUOTED, _TRADED, _POSTED, _OUTSIDE = QuoteChanged.kind, Traded.kind, PricePosted.kind, OutsideMoved.kind


@attrs.define(eq=False, repr=False)
class Subscription:
    """One agent's wish to hear of one kind of record from one place."""

    slot: int
    """The agent's number with the runner."""
    latency: LatencyModel
    stream: Stream
    moved_bps: Bps = 0
    last_told: int = 0
    last_arrival: Nanos = 0
    ahead: list[Nanos] = attrs.field(factory=list)
    """Latencies of news to come, last first."""

    def wants(self, row: Row) -> bool:
        """The filter: the price moved far enough since the last news that was sent."""
        if not self.moved_bps:
            return True
        price = _price_of(row)
        if price and abs(price - self.last_told) * BPS_ONE < self.moved_bps * self.last_told:
            return False
        if price == self.last_told:
            return False
        self.last_told = price
        return True


def _price_of(row: Row) -> int:
    """Return the price a filter compares: half ticks of a quote, else the first field."""
    if row[0] == _QUOTED:
        return row[1] + row[3] if row[1] and row[3] else 0
    return row[1] if row[0] == _OUTSIDE else row[2]


@attrs.define(eq=False, repr=False)
class Courier:
    """Carries news from the tape to desks."""

    kernel: Kernel
    deliver: Callable[[tuple[int, News]], None]
    _public: dict[tuple[int, Place], list[Subscription]] = attrs.field(factory=dict)
    _own: dict[tuple[int, Place, Party], list[Subscription]] = attrs.field(factory=dict)

    def subscribe(self, on: On, place: Place, subscription: Subscription) -> None:
        """Tell a subscriber of every record of a kind from a place."""
        self._public.setdefault((on.record.kind, place), []).append(subscription)

    def subscribe_own(self, on: On, party: Party, place: Place, subscription: Subscription) -> None:
        """Tell a subscriber of every record of a kind from a place that concerns a party of its own."""
        self._own.setdefault((on.record.kind, place, party), []).append(subscription)

    def kinds(self) -> list[int]:
        """Return the kinds somebody asked for, each once, in sequence of asking."""
        return list(dict.fromkeys([kind for kind, _ in self._public] + [kind for kind, _, _ in self._own]))

    def carry(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Send an entry to whoever asked for it. Called by the tape."""
        kind = row[0]
        public = self._public.get((kind, place))
        if public:
            self._send(public, seq, at, place, party, row)
        if self._own:
            own = self._own.get((kind, place, party))
            if own:
                self._send(own, seq, at, place, party, row)
            if kind == _TRADED and row[4] != party:
                own = self._own.get((kind, place, row[4]))
                if own:
                    self._send(own, seq, at, place, party, row)

    def carry_own(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Send an entry that is nobody else's business to its own party, if it asked for it."""
        own = self._own.get((row[0], place, party))
        if own:
            self._send(own, seq, at, place, party, row)

    def _send(self, listeners: list[Subscription], seq: Seq, at: Nanos, place: Place, party: Party, row: Row) -> None:
        news: Any = None
        for each in listeners:
            if each.wants(row):
                if not each.ahead:
                    each.ahead = ahead(each.latency, each.stream, at)
                arrival = max(at + each.ahead.pop(), each.last_arrival)
                each.last_arrival = arrival
                news = news or News(seq, at, place, party, row)
                self.kernel.call_at(arrival, DELIVER, self.deliver, (each.slot, news))

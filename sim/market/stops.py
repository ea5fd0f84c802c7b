"""Stop orders: they wait beside the book and become orders when the price has come to their trigger.

A pure machine: it knows owners, triggers and a price in half ticks, no money and no clock. A sell stop is due at its trigger or below, a
buy stop at its trigger or above. Those due at one price come nearest trigger first, and of one trigger the oldest first.
Cost: O(log stops) to place, cancel and trigger. Left out: what an order does once it is one, and funds, which are looked at then.
"""

from typing import Any, NamedTuple

import attrs
from sortedcontainers import SortedList

from sim.units import HalfTicks, Lots, Party, Ticks
from sim.vocabulary import Side


class Stop(NamedTuple):
    """A stop order that waits."""

    order: int
    owner: Party
    account: int
    side: int
    lots: Lots
    trigger: Ticks
    limit: Ticks | None
    """Of the order that it becomes; None: a market order."""


@attrs.define(eq=False, repr=False)
class StopOrders:
    """The stops of one venue."""

    stops: dict[int, tuple[int, Stop]] = attrs.field(factory=dict, init=False)
    """By order: its place in the sequence of arrival, and what it is."""
    _sells: Any = attrs.field(factory=SortedList, init=False)
    """(minus the trigger, arrival, order): the highest trigger first."""
    _buys: Any = attrs.field(factory=SortedList, init=False)
    """(trigger, arrival, order): the lowest first."""
    _arrivals: int = attrs.field(default=0, init=False)

    def place(self, stop: Stop) -> None:
        """Let a stop wait; its number must be free."""
        assert stop.order not in self.stops, f"stop {stop.order} waits already"
        self._arrivals += 1
        self.stops[stop.order] = (self._arrivals, stop)
        self._line(stop).add(_key(stop, self._arrivals))

    def cancel(self, order: int) -> Stop | None:
        """Take a stop away; None when there is none of this number."""
        found = self.stops.pop(order, None)
        if found is None:
            return None
        arrival, stop = found
        self._line(stop).remove(_key(stop, arrival))
        return stop

    def due(self, price: HalfTicks) -> list[Stop]:
        """Take away and return the stops that a price triggers, sell stops first, each side nearest trigger first."""
        found = []
        for line, bound in ((self._sells, -price), (self._buys, price)):
            while line and 2 * line[0][0] <= bound:
                found.append(self.stops.pop(line.pop(0)[2])[1])
        return found

    def is_due(self, price: HalfTicks) -> bool:
        """Tell whether a price triggers any."""
        return any(line and 2 * line[0][0] <= bound for line, bound in ((self._sells, -price), (self._buys, price)))

    def _line(self, stop: Stop) -> Any:
        return self._sells if stop.side == Side.SELL else self._buys

    def _check(self) -> None:
        """Assert every invariant."""
        sells = sorted(_key(stop, arrival) for arrival, stop in self.stops.values() if stop.side == Side.SELL)
        buys = sorted(_key(stop, arrival) for arrival, stop in self.stops.values() if stop.side == Side.BUY)
        assert (sells, buys) == (list(self._sells), list(self._buys)), "lines and stops are the same orders"
        assert all(stop.lots > 0 and stop.trigger > 0 and order == stop.order for order, (_, stop) in self.stops.items())


def _key(stop: Stop, arrival: int) -> tuple[int, int, int]:
    return (-stop.trigger if stop.side == Side.SELL else stop.trigger), arrival, stop.order

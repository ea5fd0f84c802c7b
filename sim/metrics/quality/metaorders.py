"""What large orders, worked off in many small ones, did to the price: their impact, how it grows with size, how much of it stayed.

A *metaorder* is all that one whale (an agent of the strategy ``Whale``: also who carries out a scenario's metaorder) traded on a venue.
Impact is the log move of the mid, with the order's sign, from just before its first trade to the end of the second of its last, its
*peak* that at the furthest second between; what is left is the same to the instant three times its duration after its beginning. Beside
both stands what the square-root law expects of the size (``sim.metrics.impact``). Of one run this is the move *during* the order,
whatever else moved the price then; the outside price's own move is told so that it can be taken off. What the order *caused* is the
difference to a twin without it. Over three metaorders or more there is a line of log impact over log size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from sim.facts import Facts
from sim.metrics.fold import Figures, Floats, bps
from sim.metrics.impact import Closes
from sim.metrics.quality.line import line
from sim.metrics.quality.reading import Look
from sim.units import DAY, SECOND, Lots, Nanos, Party

STRATEGY = "Whale"
COLUMNS = (
    "venue",
    "agent",
    "amount",
    "began_at_ns",
    "ended_at_ns",
    "impact_bps",
    "peak_bps",
    "outside_bps",
    "expected_bps",
    "left_bps",
    "left_share",
)


@attrs.define
class Metaorder:
    """One whale's trades."""

    began: Nanos
    before: float
    """Mid before its first trade; 0 if there was none."""
    ended: Nanos = 0
    bought: Lots = 0
    """Less sold."""
    lots: Lots = 0


@attrs.define
class Metaorders:
    """One venue's."""

    facts: Facts
    whole: float
    """Whole base units in a lot."""
    orders: dict[Party, Metaorder] = attrs.field(factory=dict)
    _owners: dict[Party, str] = attrs.field(init=False)
    _lots: Lots = 0
    _mid: float = 0.0
    _closes: Closes = attrs.field(factory=Closes)
    _outside_closes: Closes = attrs.field(factory=Closes)

    def __attrs_post_init__(self) -> None:
        """Know the whales."""
        whales = [agent for agent in self.facts.agents if agent.strategy == STRATEGY]
        self._owners = {each: agent.name for agent in whales for each in range(agent.party, agent.party + agent.accounts)}

    def take(self, look: Look) -> None:
        """Read the next trades."""
        if not self._owners:
            return
        trades = look.trades
        self._lots += int(trades.lots.sum())
        owners = np.array(list(self._owners), np.int64)
        for parties, signs in ((trades.takers, trades.signs), (trades.makers, -trades.signs)):
            for each in np.flatnonzero(np.isin(parties, owners)).tolist():
                self._count(
                    int(parties[each]), int(trades.instants[each]), int(signs[each]) * int(trades.lots[each]), int(trades.seqs[each]), look
                )
        self._mid = look.mids.last(self._mid)
        self._closes.take(look.mids)
        self._outside_closes.take(look.outside)

    def rows(self, mids: Floats, outside: Floats) -> list[tuple[Any, ...]]:
        """Return every metaorder's figures, as in ``COLUMNS`` but for the venue. Prices are by the second."""
        return [self._row(party, order, mids, outside) for party, order in self.orders.items()]

    def _count(self, party: Party, at: Nanos, lots: Lots, seq: int, look: Look) -> None:
        order = self.orders.get(party)
        if order is None:
            order = self.orders[party] = Metaorder(at, float(look.mids.at(np.array([seq]), self._mid)[0]))
        order.ended = max(order.ended, at)
        order.bought += lots
        order.lots += abs(lots)

    def _row(self, party: Party, order: Metaorder, mids: Floats, outside: Floats) -> tuple[Any, ...]:
        sign = 1 if order.bought >= 0 else -1
        end, later = -(-order.ended // SECOND), -(-(order.began + 3 * (order.ended - order.began)) // SECOND)
        impact, left = (_moved(order.before, _at(mids, point), sign) for point in (end, later))
        peak = self._peak(order, mids, end, sign)
        beside = _moved(_at(outside, max(0, order.began - 1) // SECOND), _at(outside, end), sign)
        share = round(left / impact, 4) if left is not None and impact is not None and impact > 0 and order.ended > order.began else None
        told = [None if each is None else bps(each) for each in (impact, peak, beside, self._expected(order, len(mids)), left)]
        return (self._owners[party], order.lots * self.whole, order.began, order.ended, *told, share)

    def _peak(self, order: Metaorder, mids: Floats, end: int, sign: int) -> float | None:
        """Return the furthest that the mid was moved at any second of it."""
        meanwhile = mids[order.began // SECOND + 1 : end + 1]
        moves = [_moved(order.before, float(price), sign) for price in (meanwhile.min(), meanwhile.max())] if len(meanwhile) else []
        return max((move for move in moves if move is not None), default=None)

    def _expected(self, order: Metaorder, seconds: int) -> float | None:
        """Return what the square-root law says, from a day's volume of others at the rate of the run."""
        sigma = self._outside_closes.daily_volatility() or self._closes.daily_volatility(order.began)
        volume = (self._lots - order.lots) * (DAY // SECOND) / max(1, seconds)
        return sigma * math.sqrt(order.lots / volume) if sigma and volume > 0 else None


def growth(rows: Sequence[tuple[Any, ...]]) -> Figures:
    """Return the line of log impact over log size through metaorders that moved the price their own way; Nones through fewer than three."""
    places = COLUMNS.index("amount"), COLUMNS.index("impact_bps")
    points = [(row[places[0]], row[places[1]]) for row in rows if row[places[1]] is not None and row[places[1]] > 0]
    found = line(np.log([size for size, _ in points]), np.log([impact for _, impact in points])) if points else None
    figures = found.figures() if found else dict.fromkeys(("slope", "standard_error", "r_squared"), None) | {"points": len(points)}
    shares = [row[-1] for row in rows if row[-1] is not None]
    return {"metaorders": len(rows), **figures, "left_share_mean": round(sum(shares) / len(shares), 4) if shares else None}


def _at(prices: Floats, point: int) -> float:
    return float(prices[point]) if point < len(prices) else 0.0


def _moved(before: float, after: float, sign: int) -> float | None:
    return sign * math.log(after / before) if before and after else None

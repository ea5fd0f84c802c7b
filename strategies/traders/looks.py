"""What every trader reads off its desk: a mid even when half the book is gone, the outside price in the venue's scale, own fills.

Prices here are floats in half ticks (bid plus ask): they decide, and become ticks by a named rounding. Sizes are whole lots.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sim.agents.desk import ORDER_SPACE, Desk
from sim.agents.strategy import News
from sim.assets import Instrument
from sim.fixed import nearest_int
from sim.records import Traded
from sim.units import Lots, Party, Place, Units
from sim.views import Quote
from sim.vocabulary import Side

QUOTE: Mapping[str, str | int] = MappingProxyType({"asset": "quote", "decimals": 6})
"""Says of a parameter that its units are the quote asset's, and that its default is written for one of six decimals."""


class Fill(NamedTuple):
    """Own lots that traded."""

    order: int
    side: Side
    lots: Lots
    price: int
    """Ticks."""
    was_resting: bool
    """Somebody came to it; otherwise it came to somebody."""


def instrument_of(desk: Desk, venue: Place) -> Instrument:
    """Return what a venue trades."""
    return desk.connections.terms[venue].instrument


def reference_mid(quote: Quote, last: float) -> float:
    """Return the mid in half ticks; with one side gone, the last mid as far as the other side allows; 0 when nothing is known."""
    if quote.bid and quote.ask:
        return float(quote.bid + quote.ask)
    if quote.ask:
        return min(last, 2.0 * quote.ask) if last else 2.0 * quote.ask
    return max(last, 2.0 * quote.bid)


def outside_mid(desk: Desk, instrument: Instrument) -> float:
    """Return the outside price in half ticks of an instrument; 0 when none was heard yet."""
    return 2 * desk.outside().price * instrument.quote.unit / (instrument.tick * 10**8)


def lots_worth(units: float, mid: float, instrument: Instrument) -> Lots:
    """Return how many lots so many quote units buy at a mid in half ticks, to the nearest lot."""
    return nearest_int(2 * units / (mid * instrument.step))


def worth_of(lots: Lots, mid: float, instrument: Instrument) -> float:
    """Return what lots are worth in quote units at a mid in half ticks."""
    return lots * mid * instrument.step / 2


def affordable(desk: Desk, venue: Place, side: int, mid: float, lots: Lots) -> Lots:
    """Return at most so many lots as one's free funds, as last heard, pay for; a purchase leaves 1 % for fees and a moving price."""
    instrument = instrument_of(desk, venue)
    if side:
        return min(lots, desk.balance(venue, instrument.base.id).free // instrument.lot)
    free: Units = desk.balance(venue, instrument.quote.id).free
    return min(lots, nearest_int(free * 0.99 / (mid * instrument.step / 2)))


def fills_of(news: News, me: Party) -> tuple[Fill, ...]:
    """Return which of one's own orders traded in this news: none, one, or both sides of a trade with oneself."""
    if not news.is_a(Traded):
        return ()
    _, price, lots, aggressor, _, maker_order, taker_order, _, _ = news.row
    fills = []
    if maker_order >> ORDER_SPACE == me:
        fills.append(Fill(maker_order, Side(1 - aggressor), lots, price, True))
    if taker_order >> ORDER_SPACE == me:
        fills.append(Fill(taker_order, Side(aggressor), lots, price, False))
    return tuple(fills)

"""What a learner observes unless it says otherwise: a few numbers every keeper can work out from its desk, each within fixed bounds.

Floats, for eyes and function approximators: nothing here moves money. Sums of money and counts are told as natural logarithms of one plus
them, relations in percent, all clipped to their bounds. What a desk has not seen yet is 0.
"""

import math
from collections.abc import Iterator

import attrs

from sim.agents.desk import Desk
from sim.learning.worth import first_venue
from sim.units import GWEI, Nanos, Units

FEATURES: dict[str, tuple[float, float]] = {
    "elapsed": (0.0, 1.0),
    "unhealthy": (0.0, 16.0),
    "largest_debt": (0.0, 32.0),
    "all_debt": (0.0, 32.0),
    "base_fee": (0.0, 16.0),
    "gas_price": (0.0, 16.0),
    "waiting_gas": (0.0, 16.0),
    "oracle_gap": (-16.0, 16.0),
    "spread": (0.0, 16.0),
    "gained": (-16.0, 16.0),
}
"""Names and bounds, in the sequence of the observation:

- ``elapsed``: the part of the run that is over;
- ``unhealthy``: the logarithm of the number of positions that can be liquidated, over all pools;
- ``largest_debt``, ``all_debt``: the logarithm of the largest of their debts and of all, in the pools' money (0 where a family tells none);
- ``base_fee``, ``gas_price``: the logarithm of gwei, of the block to come and as last paid;
- ``waiting_gas``: the logarithm of millions of gas that waited;
- ``oracle_gap``: the first feed's price less the first venue's mid, in percent of the mid;
- ``spread``: of the first venue, in percent of its mid;
- ``gained``: the change of what one is worth since one's first decision, in percent of what one was worth then.
"""
VALUE_UNIT = 10**8
"""Pools tell values with 8 decimals."""


@attrs.frozen
class Start:
    """What an agent's numbers are measured against."""

    duration: Nanos
    worth: Units


def observed(desk: Desk, start: Start, worth: Units) -> list[float]:
    """Return the features of what a desk shows, in their sequence."""
    found = (*_time(desk, start), *_debts(desk), *_gas(desk), *_prices(desk), 100 * (worth - start.worth) / max(1, start.worth))
    return [min(max(value, low), high) for value, (low, high) in zip(found, FEATURES.values(), strict=True)]


def _time(desk: Desk, start: Start) -> Iterator[float]:
    yield desk.now / start.duration


def _debts(desk: Desk) -> Iterator[float]:
    unhealthy = [each for pool in desk.connections.pools for each in desk.unhealthy(pool)]
    debts = [getattr(each, "debt_value", 0) / VALUE_UNIT for each in unhealthy]
    yield math.log1p(len(unhealthy))
    yield math.log1p(max(debts, default=0))
    yield math.log1p(sum(debts))


def _gas(desk: Desk) -> Iterator[float]:
    block = desk.block()
    yield math.log1p(block.base_fee / GWEI)
    yield math.log1p(block.gas_price / GWEI)
    yield math.log1p(block.waiting_gas / 10**6)


def _prices(desk: Desk) -> Iterator[float]:
    venue = first_venue(desk)
    quote = desk.quote(venue)
    mid = desk.connections.terms[venue].instrument.price_8(quote.mid)
    posted = desk.posted(desk.connections.feeds[0]).price if desk.connections.feeds else 0
    yield 100 * (posted - mid) / mid if posted and mid else 0.0
    yield 200 * (quote.ask - quote.bid) / quote.mid if quote.mid else 0.0

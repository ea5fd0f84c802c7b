"""How one reporter makes its answer: a weighted mean of what it sees, late, of several sources.

Promised: the answer can be worked out again, to the last digit, from the prices in view and the weights that travel with it
(``PriceObserved``); that is what attribution does. Left out: which entries are in view (the desk's matter) and when to answer
(the strategy's).

``pass_through`` is the share of the index that our own venues stand for; the rest is the outside price. A source without a
price (an empty book, nothing seen yet) leaves its weight to the others.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sim.fixed import mul_div_down, mul_div_half_up
from sim.units import BPS_ONE, Bps, Nanos, Place, Price, Seq

Observed = tuple[tuple[Place, Seq, Nanos, int], ...]
"""Per source: place, entry in view, its instant, weight in bps. The weights sum to 10,000."""


class Sight(NamedTuple):
    """What a reporter sees of one source."""

    place: Place
    price: Price
    """The mid (``Instrument.price_8``) or the outside price; 0 when there is none."""
    seen: Seq
    seen_at: Nanos
    weight: int
    """In any unit that the reporter's sources share: bps, or lots traded lately."""


def shares_of(weights: Sequence[int]) -> tuple[Bps, ...]:
    """Return weights as basis points that sum to 10,000 exactly: rounded down, the largest remainders rounded up.

    Equal remainders go to the earlier source. Refuses weights that are negative or all zero.
    """
    total = sum(weights)
    assert total > 0 and min(weights) >= 0
    shares = [mul_div_down(weight, BPS_ONE, total) for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda each: (-(weights[each] * BPS_ONE % total), each))
    for each in by_remainder[: BPS_ONE - sum(shares)]:
        shares[each] += 1
    return tuple(shares)


def with_pass_through(venues: Sequence[Sight], outside: Sight, pass_through_bps: Bps) -> tuple[Sight, ...]:
    """Return all sources weighted so that the venues together stand for ``pass_through_bps`` of the index.

    Venues without a price or a weight are left out; if that leaves none, the outside price is the whole index, and the other way round.
    """
    assert 0 <= pass_through_bps <= BPS_ONE
    priced = [venue for venue in venues if venue.price > 0 and venue.weight > 0]
    total = sum(venue.weight for venue in priced)
    own = [venue._replace(weight=venue.weight * pass_through_bps) for venue in priced]
    rest = outside._replace(weight=(total or 1) * (BPS_ONE - pass_through_bps))
    if not own or outside.price <= 0:
        own, rest = list(priced), outside._replace(weight=0 if own else 1)
    return tuple(each for each in (*own, rest) if each.price > 0 and each.weight > 0)


def answer_of(sights: Sequence[Sight], offset_bps: Bps = 0) -> tuple[Price, Observed] | None:
    """Return a reporter's answer and what it rests on; None when no source has a price.

    The mean rounds down once; ``offset_bps``, the reporter's own habit, is applied to it and rounds half up.
    """
    priced = [sight for sight in sights if sight.price > 0 and sight.weight > 0]
    if not priced:
        return None
    shares = shares_of([sight.weight for sight in priced])
    mean = mean_of([sight.price for sight in priced], shares)
    observed = tuple((sight.place, sight.seen, sight.seen_at, share) for sight, share in zip(priced, shares, strict=True))
    return with_offset(mean, offset_bps), observed


def mean_of(prices: Sequence[Price], shares: Sequence[Bps]) -> Price:
    """Return the mean of prices weighted by shares that sum to 10,000, rounded down."""
    return mul_div_down(sum(price * share for price, share in zip(prices, shares, strict=True)), 1, BPS_ONE)


def with_offset(price: Price, offset_bps: Bps) -> Price:
    """Return a price moved by a reporter's own offset, half up."""
    return mul_div_half_up(price, BPS_ONE + offset_bps, BPS_ONE)

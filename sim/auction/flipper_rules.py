"""When an English auction may be bid in, settled or rearmed, and what a bid must be: plain sums of whole numbers.

As Flipper [makerdao/dss fa4f663, flip.sol]. Two deadlines run: ``expires`` (of the last bid; 0 while there is none) and ``ends`` (of
the auction). All comparisons are strict: in the very second of a deadline one can neither bid nor settle, nor rearm.
"""

from sim.fixed import div_up
from sim.units import WAD, Rad, Seconds, Units, Wad


def is_open(expires: Seconds, ends: Seconds, now: Seconds) -> bool:
    """Say whether bids are taken: neither deadline has come."""
    return (not expires or expires > now) and ends > now


def can_settle(expires: Seconds, ends: Seconds, now: Seconds) -> bool:
    """Say whether the winner can be given the lot: there is a bid, and a deadline has passed."""
    return expires != 0 and (expires < now or ends < now)


def can_rearm(expires: Seconds, ends: Seconds, now: Seconds) -> bool:
    """Say whether the auction can begin anew: it ended without a bid."""
    return not expires and ends < now


def is_raise_enough(last_bid: Rad, owed: Rad, increment: Wad, bid: Rad) -> bool:
    """Say whether a bid betters the last by the increment; the bid that covers all that is owed need not, but must be higher."""
    return bid > last_bid and (bid * WAD >= increment * last_bid or bid == owed)


def is_lot_less_enough(last_lot: Units, increment: Wad, lot: Units) -> bool:
    """Say whether a lot is less than the last by the increment."""
    return 0 <= lot < last_lot and increment * lot <= last_lot * WAD


def least_raise(last_bid: Rad, owed: Rad, increment: Wad) -> Rad:
    """Return the least bid that is enough; 0 when what is owed is covered and no bid is."""
    if last_bid >= owed:
        return 0
    return min(owed, max(last_bid + 1, div_up(increment * last_bid, WAD)))


def most_lot_less(last_lot: Units, increment: Wad) -> Units:
    """Return the largest lot that is less enough; 0 when there is none."""
    return max(0, min(last_lot - 1, last_lot * WAD // increment))


def raise_funds(last_bid: Rad, bid: Rad, is_own: bool, repays_oneself: bool) -> Rad:
    """Return the free money that raising takes for a moment, beside what stands already.

    It is the whole bid, for the outbid is paid back out of it. Who betters an own bid pays the difference only, except where the house
    ``repays_oneself``: then the last bid goes out and comes back first, and must be there a second time.
    """
    if not is_own:
        return bid
    return max(last_bid, bid - last_bid) if repays_oneself else bid - last_bid


def lower_funds(bid: Rad, is_own: bool, repays_oneself: bool) -> Rad:
    """Return the free money that accepting less takes for a moment: the whole bid, nothing for who holds it already (see above)."""
    return 0 if is_own and not repays_oneself else bid

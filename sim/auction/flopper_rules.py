"""What is particular to auctions of governance units: how the offer grows, and what a first bid clears.

When bids are taken, settled and rearmed, and how much less a bid must accept, are the English auction's rules (``flipper_rules``), to
the letter. Source: makerdao/dss fa4f663, flop.sol.
"""

from sim.fixed import div_up, mul_div_down
from sim.units import WAD, Rad, Ray, Units, Wad


def rearmed_lot(lot: Units, pad: Wad) -> Units:
    """Return what is offered after an auction ended without a bid: more by the pad, rounded down."""
    return mul_div_down(lot, pad, WAD)


def cleared_by_first_bid(bid: Rad, on_auction: Rad) -> Rad:
    """Return the debt on auction that a first bid cancels: the later ones only pay the bidder before."""
    return min(bid, on_auction)


def least_lot_for(bid: Rad, price: Ray) -> Units:
    """Return the fewest units worth a sum at a price (internal money per unit), rounded up: a bidder does not overpay by it."""
    return div_up(bid, price) if price > 0 else 0

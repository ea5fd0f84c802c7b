"""What the lot of an English auction is worth to a bidder, and what it bids for it: plain sums over what its desk shows.

A lot is worth what selling it into the late published book would fetch, behind all that the bidder has still to sell itself. Its
price is that less a margin: the whole profit, out of which gas is paid. Money and the venue's quote count as one and the same.
"""

from typing import NamedTuple

import attrs

from sim.auction.english_views import EnglishSaleView, EnglishView
from sim.commands import BidCall, BidDownCall
from sim.fixed import div_up, mul_div_down, mul_div_up
from sim.units import BPS_ONE, RAD, Bps, Lots, Rad, Units
from strategies.keepers.profit import Stall


class Price(NamedTuple):
    """The call that a bidder would make, and what it would gain by it."""

    call: BidCall | BidDownCall
    cost: Rad
    """What winning it so takes."""
    gain: int
    """Quote units that the lot would fetch, less the cost; gas not yet paid."""
    worth: Units
    """What the whole lot would fetch."""


@attrs.define
class Appraiser:
    """Values lots at one instant."""

    stall: Stall
    margin_bps: Bps
    _known: dict[Units, Units] = attrs.field(factory=dict)

    def fetches(self, units: Units) -> Units:
        """Return quote units for which collateral would sell, taker fee off, rounded down; what the book does not take fetches nothing."""
        found = self._known.get(units)
        if found is None:
            ticks_lots, _ = self.stall.depth.sale(self.stall.instrument.lots_down(units))
            found = self._known[units] = _after_fee(self.stall, ticks_lots)
        return found

    def is_absorbed(self, units: Units) -> bool:
        """The published book takes all of so much collateral."""
        lots = self.stall.instrument.lots_down(units)
        return self.stall.depth.sale(lots)[1] == lots

    def price(self, view: EnglishView, sale: EnglishSaleView) -> Price | None:
        """Return the bid at a bidder's own price; None where the house would not take it."""
        return self._lower(view, sale) if sale.is_covered else self._raise(view, sale)

    def gain(self, call: BidCall | BidDownCall) -> int:
        """Return quote units that winning by a call would gain; gas not yet paid."""
        return self.fetches(call.lot) - self.quote_of(call.bid)

    def quote_of(self, money: Rad) -> Units:
        """Return internal money as quote units, rounded up: it is a cost."""
        return mul_div_up(money, self.stall.instrument.quote.unit, RAD)

    def _raise(self, view: EnglishView, sale: EnglishSaleView) -> Price | None:
        """Bid what the lot is worth less the margin, at most what is owed."""
        worth = self.fetches(sale.lot)
        price = mul_div_down(mul_div_down(worth, BPS_ONE - self.margin_bps, BPS_ONE), RAD, self.stall.instrument.quote.unit)
        bid = min(sale.owed, price)
        if bid < view.least_bid(sale) or not bid:
            return None
        return Price(BidCall(sale.sale, sale.lot, bid), bid, worth - self.quote_of(bid), worth)

    def _lower(self, view: EnglishView, sale: EnglishSaleView) -> Price | None:
        """Accept the smallest lot that is worth what is owed and the margin."""
        cost = mul_div_up(self.quote_of(sale.bid), BPS_ONE, BPS_ONE - self.margin_bps)
        lots = self._lots_for(cost)
        lot = 0 if lots is None else min(lots * self.stall.instrument.lot, view.most_lot(sale))
        if not lots or not lot or lots * self.stall.instrument.lot > lot:
            return None
        gain = self.fetches(lot) - self.quote_of(sale.bid)
        return Price(BidDownCall(sale.sale, lot, sale.bid), sale.bid, gain, self.fetches(sale.lot))

    def _lots_for(self, wanted: Units) -> Lots | None:
        """Return the fewest lots that fetch so much; None where the book does not pay it. Costs a walk of the book."""
        stall = self.stall
        needed = div_up(wanted * 10**6, stall.instrument.step * (10**6 - stall.taker_fee_ppm))
        ticks_lots, lots = 0, 0
        for price, resting in stall.depth.bids:
            if ticks_lots + price * resting >= needed:
                return lots + div_up(needed - ticks_lots, price)
            ticks_lots += price * resting
            lots += resting
        return None


def _after_fee(stall: Stall, ticks_lots: int) -> Units:
    return mul_div_down(ticks_lots * stall.instrument.step, 10**6 - stall.taker_fee_ppm, 10**6)

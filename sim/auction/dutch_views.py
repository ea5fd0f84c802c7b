"""What a desk may know of a house of Dutch auctions, per block, and the sums a keeper does with it off the chain.

The price of an auction is a matter of arithmetic: whoever has the view knows it at any instant to come, through the house's own
code. A sale's view is also how the house keeps it: at each change it is replaced whole. So is the tuple of all, and a block in which
nothing happened costs the same with one auction as with a thousand.
"""

import attrs

from sim.auction.clipper_rules import (
    NO_KICKS,
    NO_TAKES,
    ClipperTerms,
    Purchase,
    needs_redo,
    redo_reward,
    reference_price,
    reward,
    take_amounts,
)
from sim.auction.curves import PriceCurve
from sim.auction.dog_rules import Seizure, bark_amounts
from sim.errors import Revert
from sim.units import RAY, UINT256_MAX, WAD, Party, Price, Rad, Ray, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal

_TO_WAD = 10**10
"""From a price of 8 decimals."""


@attrs.frozen(eq=False)
class DutchSaleView:
    """One Dutch auction as it stands."""

    sale: int
    started: Seq
    """Its ``AuctionStarted``."""
    account: Party
    """Whose vault it was."""
    offered: Units
    owed: Rad
    start_price: Ray
    started_at: Seconds
    """When it began, or was restarted last."""
    debt: Rad
    """At the start, without the penalty."""
    offered_at_start: Units
    owed_at_start: Rad

    @property
    def sold(self) -> Units:
        """What takers have bought so far."""
        return self.offered_at_start - self.offered

    @property
    def raised(self) -> Rad:
        """What they have paid."""
        return self.owed_at_start - self.owed


@attrs.frozen
class DutchView:
    """A house of Dutch auctions at a block."""

    timestamp: Seconds
    sales: tuple[DutchSaleView, ...]
    """Those that run, by number."""
    terms: ClipperTerms
    least_left: Rad
    """Least that a partial take may leave owed (chost)."""
    stopped: int
    par: Ray = RAY
    """What a unit of the money is to be worth."""
    penalty: Wad = WAD
    """Factor on the debt of vaults that are seized."""
    room: Rad = UINT256_MAX
    """How much more may be owed in the pool's auctions; 0: no bark goes through."""

    @property
    def curve(self) -> PriceCurve:
        """How prices fall."""
        return self.terms.curve

    @property
    def expiry(self) -> Seconds:
        """Age beyond which an auction must be restarted."""
        return self.terms.expiry

    @property
    def floor(self) -> Ray:
        """Share of the start price below which it must be restarted."""
        return self.terms.floor

    def price_at(self, sale: DutchSaleView, timestamp: Seconds) -> Ray:
        """Return an auction's price at an instant, as if nobody restarted it by then."""
        return self.terms.curve.price(sale.start_price, timestamp - sale.started_at)

    def needs_redo(self, sale: DutchSaleView, timestamp: Seconds) -> bool:
        """Say whether an auction will have to be restarted at an instant: until then takes of it revert."""
        age, price = timestamp - sale.started_at, self.price_at(sale, timestamp)
        return needs_redo(price, sale.start_price, age, self.terms.expiry, self.terms.floor)

    def quote_take(self, sale: DutchSaleView, amount: Units, timestamp: Seconds) -> Purchase:
        """Return what a take would buy and pay at an instant. Raises ``Revert`` where the house would."""
        if self.stopped >= NO_TAKES:
            raise Revert(Refusal.STOPPED)
        if self.needs_redo(sale, timestamp):
            raise Revert(Refusal.NEEDS_REDO)
        return take_amounts(sale.offered, sale.owed, amount, self.price_at(sale, timestamp), self.least_left)

    def largest_take(self, sale: DutchSaleView, funds: Rad, timestamp: Seconds) -> Purchase | None:
        """Return the largest take at an instant that funds pay for; None where there is none.

        Where the whole is too dear, the funds may leave dust owed; then less than they would pay for is bought, or nothing.
        """
        price = self.price_at(sale, timestamp)
        amount = sale.offered if funds >= min(sale.owed, sale.offered * price) else funds // price
        try:
            found = self.quote_take(sale, amount, timestamp) if amount else None
        except Revert:
            return None  # The house would refuse it too.
        return found if found is not None and found.bought and found.paid <= funds else None

    def quote_bark(self, collateral: Units, shares: int, index: Ray, min_debt: Rad) -> Seizure:
        """Return what a bark would take out of an unhealthy vault. Raises ``Revert`` where the dog, or a stopped house, would."""
        if not self.room:
            raise Revert(Refusal.LIMIT_HIT)
        seizure = bark_amounts(collateral, shares, index, min_debt, self.penalty, self.room)
        if self.stopped >= NO_KICKS:
            raise Revert(Refusal.STOPPED)
        return seizure

    def bark_reward(self, owed: Rad) -> Rad:
        """Return what starting an auction of so much is paid."""
        return reward(owed, self.terms.reward_flat, self.terms.reward_share)

    def redo_reward(self, sale: DutchSaleView, price: Price) -> Rad:
        """Return what a restart would be paid while the feed says so much (8 decimals)."""
        terms, reference = self.terms, reference_price(price * _TO_WAD, price > 0, self.par)
        return redo_reward(sale.owed, sale.offered, reference, self.least_left, terms.reward_flat, terms.reward_share)

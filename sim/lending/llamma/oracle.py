"""A price source that remembers: the exponential moving average of what feeds post.

The average moves towards the posted price as it stands when somebody asks; what it was is kept when a swap asks. So it moves with time
alone, and a price that is posted in a swap's own block does not count yet. Its changes are bounded further by the bands' own limit
(``rules.limited``). Source: the market oracles' ``ema_price`` [curvefi/curve-stablecoin, CryptoWithStablePrice.vy and its successors,
which weigh the posted price by one less alpha]. Model choices: posted prices stand for the pools the real ones read, without a bound
against a second feed; a span of nothing follows the feeds at once.
"""

import attrs

from sim.errors import Revert
from sim.journal import Journal
from sim.lending.llamma.powers import exponential
from sim.lending.prices import PriceReader
from sim.units import WAD, AssetId, Price, Seconds, Wad
from sim.vocabulary import Refusal

WAD_PER_PRICE = 10**10


@attrs.define(eq=False, repr=False)
class MovingAverage:
    """The price of collateral in money."""

    prices: PriceReader
    collateral: AssetId
    money: AssetId
    span: Seconds
    """After so long the old price weighs 1/e."""
    journal: Journal
    last: Wad = 0
    last_at: Seconds = 0

    def posted(self) -> Wad:
        """Return money per collateral as posted. Reverts with NOTHING_POSTED where either price is missing."""
        collateral, money = self.prices.price(self.collateral), self.prices.price(self.money)
        if min(collateral, money) <= 0:
            raise Revert(Refusal.NOTHING_POSTED)
        return collateral * WAD // money

    def price(self, timestamp: Seconds) -> Wad:
        """Return the average at an instant. Reverts with NOTHING_POSTED."""
        if not self.span or not self.last:
            return self.posted()
        if timestamp <= self.last_at:
            return self.last
        alpha = exponential(-((timestamp - self.last_at) * WAD // self.span))
        return (self.posted() * (WAD - alpha) + self.last * alpha) // WAD

    def write(self, timestamp: Seconds) -> Wad:
        """Return the average and keep it."""
        price = self.price(timestamp)
        if timestamp > self.last_at:
            self.journal.put(self, "last", price)
            self.journal.put(self, "last_at", timestamp)
        return price

    def price_of(self, asset: AssetId) -> Price:
        """Return an asset's posted price, 8 decimals; 0 where there is none."""
        return self.prices.price(asset)

    def money_price(self) -> Wad:
        """Return what a whole of money is worth. Reverts with NOTHING_POSTED."""
        price = self.prices.price(self.money)
        if price <= 0:
            raise Revert(Refusal.NOTHING_POSTED)
        return price * WAD_PER_PRICE

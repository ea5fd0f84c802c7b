"""What is fixed for a Liquity system for ever; and the price it goes by."""

from typing import NamedTuple, Protocol

import attrs

from sim.assets import Asset
from sim.errors import InputError, Revert
from sim.journal import Journal
from sim.lending.liquity.rules import PRICE_SCALE
from sim.lending.prices import PriceReader
from sim.units import NO_SEQ, NOBODY, AssetId, Party, Price, Seconds, Seq, Wad
from sim.vocabulary import Refusal

DECIMALS = 18
BOOTSTRAP: Seconds = 14 * 86_400
"""No redemptions in so long after the deployment."""
FROZEN_AFTER: Seconds = 14_400
"""A post older than this is not believed."""


@attrs.frozen
class LiquityTerms:
    """What is fixed when the contracts are deployed."""

    collateral: Asset
    money: Asset
    """Its own; counted at one each."""
    staking: Party = NOBODY
    """Who gets all fees: the stakers of its governance units, as one purse."""
    no_redemption_until: Seconds = 0

    def __attrs_post_init__(self) -> None:
        """Refuse what the contracts could not hold."""
        for asset in (self.collateral, self.money):
            if asset.decimals != DECIMALS:
                raise InputError(f"{asset.symbol} has {asset.decimals} decimals; collateral and money of a Liquity system have {DECIMALS}")
        if self.collateral.id == self.money.id:
            raise InputError(f"{self.money.symbol} cannot be collateral for itself; take two assets")


class PriceFeed(Protocol):
    """Where a system reads its price."""

    def fetch(self, timestamp: Seconds) -> Wad:
        """Return the price of a whole of collateral in money. Reverts with NOTHING_POSTED where there is none."""
        ...

    def last(self) -> Wad:
        """Return the price that was last gone by; 0 for none."""
        ...


class Round(NamedTuple):
    """One post as the guard saw it."""

    price: Price = 0
    at: Seconds = 0
    posted: Seq = NO_SEQ


@attrs.define(eq=False, repr=False)
class PriceGuard:
    """Believes a feed unless its post is too old or half away from the one before; goes by the last good price meanwhile.

    Source: PriceFeed.sol [liquity/dev 39f1f7f]. Model choices: a fallback is asked only while the feed is not believed, and is believed
    itself while its post is no older; the feed is believed again from the first round on that is good. Rounds are those the guard has
    seen: it looks at every call and every screening, and there is one after every post. Left out: the five states by which the real
    one remembers which of its two oracles it distrusts, and the fallback's dispute rules.
    """

    reader: PriceReader
    asset: AssetId
    journal: Journal
    fallback: PriceReader | None = None
    latest: Round = Round()  # noqa: RUF009 - a value
    before: Round = Round()  # noqa: RUF009 - a value
    last_good: Price = 0

    def fetch(self, timestamp: Seconds) -> Wad:
        """Return the price of a whole of collateral and remember it. Reverts with NOTHING_POSTED before the first good one."""
        self._look()
        price = self._believed(timestamp)
        if price and price != self.last_good:
            self.journal.put(self, "last_good", price)
        if not self.last_good:
            raise Revert(Refusal.NOTHING_POSTED)
        return self.last_good * PRICE_SCALE

    def last(self) -> Wad:
        """Return the last good price."""
        return self.last_good * PRICE_SCALE

    @property
    def is_trusted(self) -> bool:
        """Say whether the last round is no more than half away from the one before."""
        low, high = sorted((self.before.price, self.latest.price))
        return not low or 2 * (high - low) <= high

    def _look(self) -> None:
        seen = Round(*self.reader.posted(self.asset))
        if seen != self.latest:
            self.journal.put(self, "before", self.latest)
            self.journal.put(self, "latest", seen)

    def _believed(self, timestamp: Seconds) -> Price:
        """Return the price to go by now, 0 for the last good one."""
        if self.latest.price > 0 and timestamp - self.latest.at <= FROZEN_AFTER and self.is_trusted:
            return self.latest.price
        if self.fallback is None:
            return 0
        price, at, _ = self.fallback.posted(self.asset)
        return price if price > 0 and timestamp - at <= FROZEN_AFTER else 0

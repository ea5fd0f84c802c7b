"""Formulae over automated market makers: the price of the moment, and two kinds of mean over time.

``Spot`` is what an attacker moves with a flash loan. ``TickMean`` reads the ring of a concentrated amm and needs nobody.
``CumulativeMean`` reads the sums of a constant product, which keep no history: somebody must take a checkpoint once every window,
and the price is that of the last whole window [ExampleOracleSimple.sol, Uniswap/v2-periphery].
"""

import attrs

from sim.amm.amm import Amm
from sim.amm.concentrated.contract import ConcentratedAmm
from sim.amm.concentrated.log_ticks import sqrt_price_at
from sim.amm.constant_product.contract import ConstantProductAmm
from sim.assets import Asset
from sim.errors import Revert
from sim.journal import Journal
from sim.oracle.derived.feed import Worked
from sim.oracle.derived.rules import mean_price, price_of_reserves, price_of_sqrt, price_of_wad
from sim.units import BPS_ONE, Gas, Price, Seconds
from sim.vocabulary import Refusal

CHECKPOINT: Gas = 70_000
"""Our estimate of an ``update()``: two sums read, three slots written."""


@attrs.frozen(eq=False)
class Pair:
    """Two assets of an amm, seen from one of them."""

    amm: Amm
    base: Asset
    quote: Asset

    @property
    def is_base_first(self) -> bool:
        """The base stands before the quote in the amm's sequence."""
        return self.amm.assets.index(self.base) < self.amm.assets.index(self.quote)


@attrs.define(eq=False, repr=False)
class Spot:
    """What the amm trades at, fees aside, at this very moment."""

    pair: Pair

    def work_out(self, now: Seconds) -> Worked:
        """Return the price. Reverts with NOTHING_POSTED where there is nothing to trade against."""
        return Worked(spot_price(self.pair, now), ((self.pair.amm.place, BPS_ONE),))

    def updated_at(self, now: Seconds) -> Seconds:
        """It is of now."""
        return now

    def poke(self, now: Seconds) -> Gas:
        """There is nothing to take up."""
        raise Revert(Refusal.UNKNOWN_CALL)


def spot_price(pair: Pair, now: Seconds) -> Price:
    """Return what an amm trades at; 0 where there is nothing to trade against. Cost: constant, but for a stableswap's solver."""
    amm, base, quote = pair.amm, pair.base, pair.quote
    if isinstance(amm, ConstantProductAmm):
        first, second = amm.reserves
        of_base, of_quote = (first, second) if pair.is_base_first else (second, first)
        return price_of_reserves(of_base, of_quote, base, quote)
    if isinstance(amm, ConcentratedAmm):
        return price_of_sqrt(amm.book.sqrt_price, pair.is_base_first, base, quote)
    return price_of_wad(amm.view(now).price(base.id, quote.id))


@attrs.define(eq=False, repr=False)
class TickMean:
    """The geometric mean over a window: the mean log tick as a price.

    Where the ring does not reach back so far, the mean since its oldest observation, as Euler v1 read it [RiskManager.sol,
    euler-xyz/euler-contracts]; an amm observed for no time is read at its tick.
    """

    pair: Pair
    amm: ConcentratedAmm
    window: Seconds

    def work_out(self, now: Seconds) -> Worked:
        """Return the price at the mean tick."""
        tick = mean_tick_over(self.amm, now, self.window)
        price = price_of_sqrt(sqrt_price_at(tick), self.pair.is_base_first, self.pair.base, self.pair.quote)
        return Worked(price, ((self.amm.place, BPS_ONE),))

    def updated_at(self, now: Seconds) -> Seconds:
        """It reaches up to now."""
        return now

    def poke(self, now: Seconds) -> Gas:
        """The amm keeps its own observations."""
        raise Revert(Refusal.UNKNOWN_CALL)


def mean_tick_over(amm: ConcentratedAmm, now: Seconds, window: Seconds) -> int:
    """Return the mean log tick of a window, or of as much of it as was observed; the tick itself where none was."""
    span = min(window, now - amm.book.observations.oldest_at)
    return amm.mean_tick(now, span) if span > 0 else amm.book.tick


@attrs.define(eq=False, repr=False)
class CumulativeMean:
    """The arithmetic mean over the last whole window, from one checkpoint to the next."""

    pair: Pair
    amm: ConstantProductAmm
    window: Seconds
    journal: Journal
    mean: Price
    """Of the window that the last checkpoint closed; at first the opening price."""
    taken: int
    """The sum at the last checkpoint."""
    taken_at: Seconds

    @classmethod
    def opened(cls, pair: Pair, amm: ConstantProductAmm, window: Seconds, journal: Journal, now: Seconds) -> "CumulativeMean":
        """Return a mean that begins with the price of the moment and a checkpoint."""
        return cls(pair, amm, window, journal, spot_price(pair, now), _sum_of(pair, amm, now), now)

    @property
    def due(self) -> Seconds:
        """From when the next checkpoint may be taken."""
        return self.taken_at + self.window

    def work_out(self, now: Seconds) -> Worked:
        """Return the mean of the last window."""
        return Worked(self.mean, ((self.amm.place, BPS_ONE),))

    def updated_at(self, now: Seconds) -> Seconds:
        """As old as the last checkpoint."""
        return self.taken_at

    def poke(self, now: Seconds) -> Gas:
        """Close the window. Reverts with TOO_EARLY before it is whole; a longer one is taken as it is."""
        if now < self.due:
            raise Revert(Refusal.TOO_EARLY)
        total = _sum_of(self.pair, self.amm, now)
        self.journal.put(self, "mean", mean_price(self.taken, total, now - self.taken_at, self.pair.base, self.pair.quote))
        self.journal.put(self, "taken", total)
        self.journal.put(self, "taken_at", now)
        return CHECKPOINT


def _sum_of(pair: Pair, amm: ConstantProductAmm, now: Seconds) -> int:
    return amm.cumulative_at(now)[0 if pair.is_base_first else 1]

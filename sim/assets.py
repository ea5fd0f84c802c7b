"""Assets and instruments: what has balances, and what a venue trades.

An instrument's tick and lot are chosen so that one lot moving one tick is a whole number of quote units: notional is then exact
by construction, for every trade, without rounding.
"""

import attrs

from sim.errors import InputError
from sim.units import AssetId, Lots, Ticks, Units


@attrs.frozen
class Asset:
    """A thing with balances."""

    id: AssetId
    symbol: str
    decimals: int

    @property
    def unit(self) -> Units:
        """Units in one whole of the asset."""
        return int(10**self.decimals)

    def amount(self, units: Units) -> str:
        """Return units as an exact decimal string with the symbol: ``1500.5 USDC``."""
        whole, part = divmod(abs(units), self.unit)
        decimals = f"{part:0{self.decimals}d}".rstrip("0") if self.decimals else ""
        return f"{'-' if units < 0 else ''}{whole}{'.' + decimals if decimals else ''} {self.symbol}"


FEE_DECIMALS = 9
"""The most decimals a venue keeps of a fee, so that any fee fits the tape's narrow columns."""


@attrs.frozen
class Instrument:
    """What a venue trades: base against quote."""

    base: Asset
    quote: Asset
    lot: Units
    """Base units in one lot."""
    tick: Units
    """Quote units per whole base in one tick."""

    def __attrs_post_init__(self) -> None:
        """Refuse a tick and lot whose product is not a whole number of quote units."""
        if self.tick <= 0 or self.lot <= 0 or (self.tick * self.lot) % self.base.unit:
            raise InputError(
                f"{self.symbol}: one lot ({self.base.amount(self.lot)}) times one tick ({self.quote.amount(self.tick)}) is not a whole"
                f" number of {self.quote.symbol} units; make the lot or the tick larger"
            )

    @property
    def symbol(self) -> str:
        """``BASE/QUOTE``."""
        return f"{self.base.symbol}/{self.quote.symbol}"

    @property
    def step(self) -> Units:
        """Quote units in one lot times one tick."""
        return self.tick * self.lot // self.base.unit

    @property
    def fee_unit(self) -> Units:
        """Quote units that fees are whole numbers of: one, or a billionth of a whole where the asset is finer (as DAI's 18 decimals)."""
        return int(10 ** max(0, self.quote.decimals - FEE_DECIMALS))

    def notional(self, price: Ticks, lots: Lots) -> Units:
        """Return price times lots in quote units, exactly."""
        return price * lots * self.step

    def lots_down(self, units: Units) -> Lots:
        """Return how many whole lots are in base units."""
        return units // self.lot

    def ticks_down(self, price_units: Units) -> Ticks:
        """Return quote units per whole base as ticks, rounded down."""
        return price_units // self.tick

    def price_8(self, half_ticks: int) -> int:
        """Return a mid in half ticks as quote per base with 8 decimals, rounded down."""
        return half_ticks * self.tick * 10**8 // (2 * self.quote.unit)

    def ticks_of_price_8(self, price: int) -> Ticks:
        """Return a price with 8 decimals as ticks, rounded down."""
        return price * self.quote.unit // (self.tick * 10**8)

"""What governance fixes for one kind of vault, what it reads its price from, and what one vault is."""

from typing import NamedTuple, Protocol

import attrs

from sim.assets import Asset
from sim.errors import InputError
from sim.units import BPS_ONE, RAY, UINT256_MAX, Bps, Place, Rad, Ray, Seq, Units, Wad


class PriceSource(Protocol):
    """A feed as a pool of vaults reads it."""

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        ...

    @property
    def posted(self) -> Seq:
        """The entry that made the price it shows; 0 for none."""
        ...

    def peek(self) -> tuple[Wad, bool]:
        """Return the price of a whole of collateral in money, and whether there is one."""
        ...


@attrs.frozen
class VaultTerms:
    """What governance fixes for one kind of vault."""

    collateral: Asset
    ratio: Ray
    """Least value of collateral over debt."""
    min_debt: Rad = 0
    """Of a vault that owes anything."""
    ceiling: Rad = UINT256_MAX
    """Most debt of all its vaults."""
    fee_per_second: Ray = RAY
    """Factor by which debt grows in a second; RAY: no fee."""
    par: Ray = RAY
    """What a whole of money is meant to be worth."""

    def __attrs_post_init__(self) -> None:
        """Refuse what the contracts could not hold."""
        if self.collateral.decimals != 18:
            raise InputError(f"{self.collateral.symbol} has {self.collateral.decimals} decimals; collateral of vaults has 18")
        if self.ratio <= 0 or self.par <= 0 or self.fee_per_second < RAY or min(self.min_debt, self.ceiling) < 0:
            raise InputError(f"{self.collateral.symbol}: ratio and par are above 0, the fee is RAY or more, min_debt and ceiling 0 or more")

    @property
    def threshold(self) -> Bps:
        """Debt over collateral at which a vault may be liquidated, rounded down."""
        return min(BPS_ONE * RAY // self.ratio, BPS_ONE)


class Vault(NamedTuple):
    """What somebody has locked and owes."""

    collateral: Units
    shares: int

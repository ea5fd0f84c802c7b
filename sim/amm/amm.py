"""What every amm has in common: the seam through which a world shows it, and what its views answer.

A family is a folder of a contract with this shape and a view of its own. Prices are wholes of one asset per whole of another in wad,
for very little and fees aside.
"""

from typing import Any, ClassVar, NamedTuple, Protocol

from sim.assets import Asset
from sim.chain.contract import CallContext
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import WAD, AssetId, Gas, Party, Place, Seconds, Units, Wad
from sim.vocabulary import Refusal


class Swap(NamedTuple):
    """What one swap does, or would do."""

    amount_in: Units
    """Fee included."""
    amount_out: Units
    fee: Units
    """Of the asset in; of the asset out where the amm takes it there."""
    price: Wad
    """Wholes out per whole in afterwards."""


class AmmView(Protocol):
    """An amm as desks see it at a block: frozen, so that every sum made on it is of that block."""

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        ...

    @property
    def timestamp(self) -> Seconds:
        """Of the block."""
        ...

    @property
    def assets(self) -> tuple[Asset, ...]:
        """What it trades, in its own sequence."""
        ...

    @property
    def reserves(self) -> tuple[Units, ...]:
        """What it has of each, without the protocol's part of the fees."""
        ...

    def price(self, asset_in: AssetId, asset_out: AssetId = 0) -> Wad:
        """Return wholes out per whole in, for very little and fees aside; 0 where there is nothing to trade against.

        Reverts with UNKNOWN_ASSET for an asset that it does not trade.
        """
        ...

    def swap_of(self, asset_in: AssetId, amount_in: Units, asset_out: AssetId = 0) -> Swap | None:
        """Return what a ``SwapCall`` would do; None if it would be refused. By the contract's own sums."""
        ...

    def swap_for(self, asset_out: AssetId, amount_out: Units, asset_in: AssetId = 0) -> Swap | None:
        """Return what a ``SwapForCall`` would do; None if it would be refused. By the contract's own sums."""
        ...


class Amm(Protocol):
    """A contract that trades against reserves by an invariant."""

    calls: ClassVar[tuple[type[Any], ...]]

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        ...

    @property
    def assets(self) -> tuple[Asset, ...]:
        """What it trades, in its own sequence."""
        ...

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        ...

    def view(self, timestamp: Seconds) -> AmmView:
        """Return what desks see at a block."""
        ...

    @property
    def is_reconciled(self) -> bool:
        """Its purse covers its reserves and whatever it owes besides. Cost: its assets."""
        ...

    def _check(self) -> None:
        """Assert every invariant. Cost: all that it keeps."""
        ...


def index_of(assets: tuple[Asset, ...], asset: AssetId) -> int:
    """Return an asset's place in an amm's sequence. Reverts with UNKNOWN_ASSET."""
    for index, each in enumerate(assets):
        if each.id == asset:
            return index
    raise Revert(Refusal.UNKNOWN_ASSET)


def pair_of(assets: tuple[Asset, ...], named: AssetId, other: AssetId) -> tuple[int, int]:
    """Return the places of two different assets; of a pair the second need not be named. Reverts with UNKNOWN_ASSET."""
    first = index_of(assets, named)
    if not other and len(assets) == 2:
        return first, 1 - first
    second = index_of(assets, other)
    if first == second:
        raise Revert(Refusal.UNKNOWN_ASSET)
    return first, second


def guard_amounts(assets: tuple[Asset, ...], amounts: tuple[Units, ...]) -> None:
    """Refuse a list of amounts that is not one for each asset (UNKNOWN_ASSET), or has one below zero (ZERO_AMOUNT)."""
    if len(amounts) != len(assets):
        raise Revert(Refusal.UNKNOWN_ASSET)
    if min(amounts) < 0:
        raise Revert(Refusal.ZERO_AMOUNT)


def guard_least(amounts: tuple[Units, ...], least: tuple[Units, ...]) -> None:
    """Refuse amounts below the least that the sender allows; an empty list allows all. Reverts: SLIPPAGE, UNKNOWN_ASSET."""
    if least and len(least) != len(amounts):
        raise Revert(Refusal.UNKNOWN_ASSET)
    if any(amount < bound for amount, bound in zip(amounts, least, strict=False)):
        raise Revert(Refusal.SLIPPAGE)


def whole_price(units_out: int, units_in: int, asset_out: Asset, asset_in: Asset) -> Wad:
    """Return so many units per so many units as wholes per whole in wad, rounded down; 0 where nothing is paid in."""
    if not units_in:
        return 0
    return mul_div_down(units_out * asset_in.unit, WAD, units_in * asset_out.unit)


def four(amounts: tuple[Units, ...]) -> tuple[Units, Units, Units, Units]:
    """Return amounts with zeros behind, as records list them."""
    a, b, c, d = (*amounts, 0, 0, 0, 0)[:4]
    return a, b, c, d


def receiver_of(named: Party, sender: Party) -> Party:
    """Return who gets what comes out: the sender unless another is named."""
    return named or sender

"""What an amm may be asked for. Amounts are listed by asset in the amm's own sequence; a receiver of 0 is the sender.

``SwapCall``, ``SwapForCall``, ``AddLiquidityCall`` and ``RemoveLiquidityCall`` do what a router does for a user in one tx: they fetch what
is owed from the sender, and refuse a price worse than told. The rest are doors of one family. Flash loans of concentrated liquidity
are asked for by ``FlashLoanCall``.
"""

from typing import NamedTuple

from sim.composites import Step
from sim.units import AssetId, Party, Units


class SwapCall(NamedTuple):
    """A call: give an exact amount, get what it brings."""

    asset_in: AssetId
    amount_in: Units
    """Where a price limit stops the swap, less is taken."""
    least_out: Units
    receiver: Party = 0
    asset_out: AssetId = 0
    """May be 0 where there are but two assets."""
    price_limit: int = 0
    """Of concentrated liquidity: the sqrt price (Q64.96) at which to stop; 0 for none."""


class SwapForCall(NamedTuple):
    """A call: get an exact amount, give what it takes."""

    asset_out: AssetId
    amount_out: Units
    """Where a price limit stops the swap, less is got."""
    most_in: Units
    receiver: Party = 0
    asset_in: AssetId = 0
    """May be 0 where there are but two assets."""
    price_limit: int = 0
    """As of ``SwapCall``."""


class AddLiquidityCall(NamedTuple):
    """A call: put assets into the reserves."""

    amounts: tuple[Units, ...]
    """Most of each; stableswap takes them all."""
    least_amounts: tuple[Units, ...] = ()
    """Least of each to be taken; empty for whatever."""
    least_shares: Units = 0
    receiver: Party = 0
    """Whose the shares or the liquidity are."""
    lower: int = 0
    """Of concentrated liquidity: the range, in log ticks."""
    upper: int = 0


class RemoveLiquidityCall(NamedTuple):
    """A call: take one's part of every asset out of the reserves."""

    shares: Units
    """Shares to give back, or liquidity of the range."""
    least_amounts: tuple[Units, ...] = ()
    receiver: Party = 0
    lower: int = 0
    upper: int = 0


class RemoveInOneCall(NamedTuple):
    """A call: give shares of a stableswap back and take all of it in one asset."""

    shares: Units
    asset: AssetId
    least_out: Units
    receiver: Party = 0


class RemoveAmountsCall(NamedTuple):
    """A call: take exact amounts out of a stableswap for as few shares as they cost."""

    amounts: tuple[Units, ...]
    most_shares: Units
    receiver: Party = 0


class AddRangeCall(NamedTuple):
    """A call: put an exact liquidity into a range of log ticks, for what it costs."""

    lower: int
    upper: int
    liquidity: int
    receiver: Party = 0


class CollectFeesCall(NamedTuple):
    """A call: be paid what one's range has earned."""

    lower: int
    upper: int
    receiver: Party = 0


class CollectProtocolFeesCall(NamedTuple):
    """A call: pay out the protocol's part of the fees; only whoever is owed them may ask."""

    receiver: Party = 0


class WidenObservationsCall(NamedTuple):
    """A call: make room for more observations of the log tick."""

    slots: int


class PairSwapCall(NamedTuple):
    """A call: the constant product's own door. What was sent to it before, or is sent in the calls between, pays for what goes out."""

    amounts_out: tuple[Units, Units]
    receiver: Party = 0
    calls: tuple[Step, ...] = ()
    """Of the sender's own code, made once it has what goes out: a flash swap. ``owed`` stands for what will do in either asset (of two
    that go out, in its own); send it to the amm."""


class SyncCall(NamedTuple):
    """A call: take over as reserves whatever units the constant product has."""


class SkimCall(NamedTuple):
    """A call: take out what the constant product has beyond its reserves."""

    receiver: Party = 0

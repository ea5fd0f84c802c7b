"""Fee markets: what a tx pays per gas, who is served first, what is burned.

A seam of five small questions with two answers. ``FirstPrice`` is Ethereum before 5 August 2021: one gas price, nothing burned.
``Eip1559`` is what came after: a base fee that follows fullness and is burned, and a tip. The formulae are free functions of
integers, exact as in execution-specs (london/fork.py); the chain holds the base fee itself. Left out: blob gas.
"""

from typing import Protocol

import attrs

from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import BPS_ONE, Bps, Gas, WeiPerGas
from sim.vocabulary import Refusal

ELASTICITY = 2
"""A block's gas limit over its target."""
BASE_FEE_CHANGE_DENOMINATOR = 8
"""A full block raises the base fee by one part in this many."""
GAS_LIMIT_CHANGE_DENOMINATOR = 1024
"""From block to block the gas limit moves by less than one part in this many."""
LEAST_GAS_LIMIT: Gas = 5_000


def next_base_fee(base_fee: WeiPerGas, gas_limit: Gas, gas_used: Gas) -> WeiPerGas:
    """Return the base fee of the block after one with these figures.

    Rises by at least 1 above the target, may stand still below it; every division rounds down. The target is half the limit,
    rounded down.
    """
    target = gas_limit // ELASTICITY
    if gas_used == target:
        return base_fee
    change = base_fee * abs(gas_used - target) // target // BASE_FEE_CHANGE_DENOMINATOR
    return base_fee + max(change, 1) if gas_used > target else base_fee - change


def base_fee_path(base_fee: WeiPerGas, gas_limit: Gas, gas_used: Gas, blocks: int) -> list[WeiPerGas]:
    """Return the base fees of the blocks that follow when each of them uses the same gas."""
    path = []
    for _ in range(blocks):
        base_fee = next_base_fee(base_fee, gas_limit, gas_used)
        path.append(base_fee)
    return path


def is_gas_limit_reachable(parent_gas_limit: Gas, gas_limit: Gas) -> bool:
    """A block may have this gas limit after its parent's: less than 1/1024 away, and at least 5,000."""
    return abs(gas_limit - parent_gas_limit) < parent_gas_limit // GAS_LIMIT_CHANGE_DENOMINATOR and gas_limit >= LEAST_GAS_LIMIT


def gas_limit_towards(parent_gas_limit: Gas, wanted: Gas) -> Gas:
    """Return the gas limit nearest to the wanted one that may follow the parent's."""
    step = max(0, parent_gas_limit // GAS_LIMIT_CHANGE_DENOMINATOR - 1)
    return max(LEAST_GAS_LIMIT, parent_gas_limit - step, min(parent_gas_limit + step, wanted))


def effective_tip(max_fee: WeiPerGas, tip: WeiPerGas, base_fee: WeiPerGas) -> WeiPerGas:
    """Return what a tx gives the builder per gas. Reverts with BAD_PRICE when its max fee is below the base fee."""
    if max_fee < base_fee:
        raise Revert(Refusal.BAD_PRICE)
    return min(tip, max_fee - base_fee)


def effective_price(max_fee: WeiPerGas, tip: WeiPerGas, base_fee: WeiPerGas) -> WeiPerGas:
    """Return what a tx pays per gas, burned part included. Reverts when its max fee is below the base fee."""
    return base_fee + effective_tip(max_fee, tip, base_fee)


class FeeMarket(Protocol):
    """How block space is priced. Stateless; the base fee is handed in."""

    def bid(self, max_fee: WeiPerGas, tip: WeiPerGas) -> tuple[WeiPerGas, WeiPerGas]:
        """Return the two fee fields as this market reads them."""
        ...

    def tip(self, max_fee: WeiPerGas, tip: WeiPerGas, base_fee: WeiPerGas) -> WeiPerGas:
        """Return what the builder gets per gas, negative when the tx cannot be included now."""
        ...

    def next_base_fee(self, base_fee: WeiPerGas, gas_limit: Gas, gas_used: Gas) -> WeiPerGas:
        """Return the next block's base fee."""
        ...

    def gas_target(self, gas_limit: Gas) -> Gas:
        """Return the gas per block at which the price stands still."""
        ...

    def settled_base_fee(self, lowest: WeiPerGas) -> WeiPerGas:
        """Return the base fee where the cheapest background sender included pays ``lowest``."""
        ...

    def willingness(self, price: WeiPerGas, settled: WeiPerGas, tip_share: Bps) -> WeiPerGas:
        """Return the max fee of a background sender who pays this price when the base fee is ``settled``."""
        ...

    def background_tip(self, max_fee: WeiPerGas, settled: WeiPerGas, tip_share: Bps) -> WeiPerGas:
        """Return the tip of a background sender with this max fee who expects this base fee."""
        ...


@attrs.frozen
class FirstPrice:
    """One gas price, paid as bid, all of it to the builder; ``tip`` is not read."""

    is_free: bool = False
    """Gas costs nothing: whatever is bid counts as 0."""

    def bid(self, max_fee: WeiPerGas, tip: WeiPerGas) -> tuple[WeiPerGas, WeiPerGas]:
        """Both fields are the gas price."""
        return (0, 0) if self.is_free else (max_fee, max_fee)

    def tip(self, max_fee: WeiPerGas, tip: WeiPerGas, base_fee: WeiPerGas) -> WeiPerGas:
        """Return the gas price."""
        return max_fee

    def next_base_fee(self, base_fee: WeiPerGas, gas_limit: Gas, gas_used: Gas) -> WeiPerGas:
        """Return 0: there is none."""
        return 0

    def gas_target(self, gas_limit: Gas) -> Gas:
        """Return the limit: only a full block has a price."""
        return gas_limit

    def settled_base_fee(self, lowest: WeiPerGas) -> WeiPerGas:
        """Return 0: there is none."""
        return 0

    def willingness(self, price: WeiPerGas, settled: WeiPerGas, tip_share: Bps) -> WeiPerGas:
        """Return the price: senders pay what they bid."""
        return price

    def background_tip(self, max_fee: WeiPerGas, settled: WeiPerGas, tip_share: Bps) -> WeiPerGas:
        """Return the gas price."""
        return max_fee


@attrs.frozen
class Eip1559:
    """A base fee, burned, that moves by up to an eighth a block; and a tip, to the builder."""

    def bid(self, max_fee: WeiPerGas, tip: WeiPerGas) -> tuple[WeiPerGas, WeiPerGas]:
        """A tip never exceeds the max fee."""
        return max_fee, min(tip, max_fee)

    def tip(self, max_fee: WeiPerGas, tip: WeiPerGas, base_fee: WeiPerGas) -> WeiPerGas:
        """Return the effective tip, or -1 when the max fee is below the base fee."""
        return effective_tip(max_fee, tip, base_fee) if max_fee >= base_fee else -1

    def next_base_fee(self, base_fee: WeiPerGas, gas_limit: Gas, gas_used: Gas) -> WeiPerGas:
        """Return the EIP-1559 update."""
        return next_base_fee(base_fee, gas_limit, gas_used)

    def gas_target(self, gas_limit: Gas) -> Gas:
        """Return half the limit."""
        return gas_limit // ELASTICITY

    def settled_base_fee(self, lowest: WeiPerGas) -> WeiPerGas:
        """Return ``lowest``: the sender at the margin has nothing left to tip."""
        return lowest

    def willingness(self, price: WeiPerGas, settled: WeiPerGas, tip_share: Bps) -> WeiPerGas:
        """Return settled + (price - settled) / share, rounded down: the inverse of base fee plus background tip."""
        return settled + mul_div_down(price - settled, BPS_ONE, tip_share)

    def background_tip(self, max_fee: WeiPerGas, settled: WeiPerGas, tip_share: Bps) -> WeiPerGas:
        """Return a share of what the max fee leaves above the expected base fee, rounded down and at least 0."""
        return max(0, mul_div_down(max_fee - settled, tip_share, BPS_ONE))


def fee_market(name: str) -> FeeMarket:
    """Return the fee market of this name: ``first_price``, ``eip1559``, or ``free`` for a twin. KeyError for another."""
    markets: dict[str, FeeMarket] = {"first_price": FirstPrice(), "eip1559": Eip1559(), "free": FirstPrice(is_free=True)}
    return markets[name]

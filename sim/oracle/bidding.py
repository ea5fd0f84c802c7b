"""What a reporter bids for block space: a multiple of what blocks lately took, raised when it is stuck.

Promised: pure; a raise is always enough for a replacement. A bid is ``(max_fee, tip)`` per gas; under ``first_price`` (no base
fee) both are the one gas price. Left out: forecasts; real nodes have none either, which is why feeds lag in a gas surge.
"""

from typing import NamedTuple

import attrs

from sim.fixed import mul_div_up, share_up
from sim.units import BPS_ONE, GWEI, Bps, WeiPerGas

LEAST_BUMP_BPS: Bps = 1_000
"""As geth: a replacement pays at least a tenth more."""


class Bid(NamedTuple):
    """What a tx pays per gas."""

    max_fee: WeiPerGas
    tip: WeiPerGas


@attrs.frozen
class GasPolicy:
    """How a reporter chooses its bid."""

    multiple_bps: Bps = 12_000
    """Of the median, over recent blocks, of each block's 60th percentile."""
    blocks: int = 5
    """How many blocks are recent."""
    bump_bps: Bps = attrs.field(default=2_000, validator=attrs.validators.ge(LEAST_BUMP_BPS))
    """Raise of a replacement."""
    opening: WeiPerGas = 10 * GWEI
    """Taken for the gas price before the first block."""
    least: WeiPerGas = GWEI
    most: WeiPerGas = 5_000 * GWEI
    """No bid is higher: a real node has such a ceiling, and in a surge it binds."""

    def bid(self, recent_p60: tuple[WeiPerGas, ...], base_fee: WeiPerGas) -> Bid:
        """Return a first bid; empty blocks (a percentile of 0) say nothing. Rounds up."""
        told = sorted(price for price in recent_p60[-self.blocks :] if price)
        middle = told[len(told) // 2] if told else self.opening
        price = self._within(share_up(middle, self.multiple_bps))
        if not base_fee:
            return Bid(price, price)
        tip = max(price - base_fee, self.least)
        # Twice the base fee lives through six full blocks, as wallets have it.
        return Bid(min(2 * base_fee + tip, max(self.most, tip)), tip)

    def raised(self, bid: Bid, fresh: Bid) -> Bid | None:
        """Return the bid of a replacement: the old one raised, or today's if that is more; None at the ceiling. Rounds up."""
        max_fee = max(self._bumped(bid.max_fee), fresh.max_fee)
        tip = max(self._bumped(bid.tip), fresh.tip)
        return Bid(max_fee, tip) if max_fee <= self.most else None

    def _bumped(self, price: WeiPerGas) -> WeiPerGas:
        return max(mul_div_up(price, BPS_ONE + self.bump_bps, BPS_ONE), price + 1)

    def _within(self, price: WeiPerGas) -> WeiPerGas:
        return max(self.least, min(price, self.most))

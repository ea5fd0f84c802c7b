"""How a keeper chooses what to pay for block space.

Under ``first_price`` a price is the whole gas price; under ``eip1559`` it is the tip on top of a max fee that leaves room for
the base fee to double. Each policy names a price per gas for an expected profit; the keeper raises it for a tx that is stuck.
Sources: fixed, the defaults of keeper software in 2020; share of profit, searchers' bids since Flashbots (80 to 99 % in calm);
escalating, the priority gas auctions of Daian et al. 2019 (Flash Boys 2.0).
"""

from typing import NamedTuple

from sim.fixed import mul_div_down
from sim.units import BPS_ONE, GWEI, Bps, Gas, Units, WeiPerGas
from sim.views import Block

REPLACEMENT_NUMERATOR = 9
REPLACEMENT_DENOMINATOR = 8
"""A replacement pays an eighth more: the mempool asks for a tenth."""


class Bid(NamedTuple):
    """What a tx offers per gas."""

    max_fee: WeiPerGas
    tip: WeiPerGas

    def price(self, block: Block) -> WeiPerGas:
        """Return what a unit of gas costs if it is included at a block's base fee; under ``first_price`` the bid."""
        return min(self.max_fee, block.base_fee + self.tip)


def going_price(block: Block) -> WeiPerGas:
    """Return what space costs as of a block seen: the 60th percentile it paid, at least its base fee and 1 gwei."""
    return max(block.gas_price, block.base_fee, GWEI)


def fixed_bid(block: Block, price: WeiPerGas) -> Bid:
    """Offer the same always, whatever the market does."""
    return Bid(price + 2 * block.base_fee if block.base_fee else price, price)


def market_bid(block: Block, multiple_bps: Bps) -> Bid:
    """Offer a multiple of the going price."""
    price = mul_div_down(going_price(block), multiple_bps, BPS_ONE)
    if not block.base_fee:
        return Bid(price, price)
    tip = max(GWEI, price - block.base_fee)
    return Bid(2 * block.base_fee + tip, tip)


def share_bid(block: Block, profit_in_gas_asset: Units, share_bps: Bps, gas_limit: Gas) -> Bid:
    """Offer a share of the expected profit, at least the going price."""
    price = mul_div_down(max(profit_in_gas_asset, 0), share_bps, BPS_ONE * gas_limit)
    floor = market_bid(block, BPS_ONE)
    if not block.base_fee:
        best = max(price, floor.tip)
        return Bid(best, best)
    tip = max(price - block.base_fee, floor.tip)
    return Bid(2 * block.base_fee + tip, tip)


def bid_behind(max_fee: WeiPerGas, tip: WeiPerGas, base_fee: WeiPerGas) -> Bid | None:
    """Offer a wei less than another tx pays, whatever the base fee; None where it pays nothing at this one: equals go by lot."""
    return Bid(max_fee - 1, tip - 1) if min(tip, max_fee - base_fee) > 0 else None


def raised(bid: Bid) -> Bid:
    """Return the least bid that may replace one that is stuck."""
    return Bid(
        bid.max_fee * REPLACEMENT_NUMERATOR // REPLACEMENT_DENOMINATOR + 1,
        bid.tip * REPLACEMENT_NUMERATOR // REPLACEMENT_DENOMINATOR + 1,
    )

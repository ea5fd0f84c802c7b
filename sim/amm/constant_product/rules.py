"""The arithmetic of a constant product. Pure, exact.

Sources: UniswapV2Pair.sol [Uniswap/v2-core ee547b1]; the quotes of UniswapV2Library.sol and UniswapV2Router02.sol [Uniswap/v2-periphery].
"""

from math import isqrt

from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.units import UINT256_MAX, Seconds, Units
from sim.vocabulary import Refusal

FEE = 3
"""Thousandths of what comes in that do not trade."""
THOUSAND = 1_000
LOCKED_SHARES: Units = 1_000
"""Of the first shares, what nobody may ever give back."""
MOST_RESERVE: Units = 2**112 - 1
PRICE_ONE = 2**112
"""One, in the fixed point of cumulative prices."""

Pair = tuple[Units, Units]


def amount_out(amount_in: Units, reserve_in: Units, reserve_out: Units) -> Units:
    """Return what an amount brings, rounded down. Reverts: ZERO_AMOUNT, INSUFFICIENT_LIQUIDITY."""
    if amount_in <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    if not reserve_in or not reserve_out:
        raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
    trading = amount_in * (THOUSAND - FEE)
    return mul_div_down(trading, reserve_out, reserve_in * THOUSAND + trading)


def amount_in(amount_out: Units, reserve_in: Units, reserve_out: Units) -> Units:
    """Return what an amount costs: rounded down, and one unit more whatever the rest. Reverts: ZERO_AMOUNT, INSUFFICIENT_LIQUIDITY."""
    if amount_out <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    if not reserve_in or amount_out >= reserve_out:
        raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
    return mul_div_down(reserve_in * THOUSAND, amount_out, (reserve_out - amount_out) * (THOUSAND - FEE)) + 1


def same_asset_back(amount_out: Units) -> Units:
    """Return what of an asset pays for a flash swap of it, rounded up."""
    return mul_div_up(amount_out, THOUSAND, THOUSAND - FEE)


def keeps_product(before: Pair, after: Pair, paid_in: Pair) -> bool:
    """Say whether reserves less the fee on what was paid in are worth no less than before."""
    first, second = (balance * THOUSAND - paid * FEE for balance, paid in zip(after, paid_in, strict=True))
    return first >= 0 and second >= 0 and first * second >= before[0] * before[1] * THOUSAND**2


def matching(amounts: Pair, reserves: Pair) -> Pair:
    """Return how much of both amounts keeps the price: all of one, and of the other no more than is given.

    Reverts: ZERO_AMOUNT; INSUFFICIENT_LIQUIDITY where only one of the reserves is empty.
    """
    if reserves == (0, 0):
        return amounts
    second = worth(amounts[0], reserves[0], reserves[1])
    if second <= amounts[1]:
        return amounts[0], second
    return worth(amounts[1], reserves[1], reserves[0]), amounts[1]


def worth(amount: Units, reserve: Units, other: Units) -> Units:
    """Return what of the other asset keeps the price with an amount, rounded down. Reverts: ZERO_AMOUNT, INSUFFICIENT_LIQUIDITY."""
    if amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    if not reserve or not other:
        raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
    return mul_div_down(amount, other, reserve)


def shares_for(paid_in: Pair, reserves: Pair, issued: Units) -> Units:
    """Return the shares that amounts are worth: rounded down, of the asset of which there is less. The first lose ``LOCKED_SHARES``."""
    if not issued:
        return isqrt(paid_in[0] * paid_in[1]) - LOCKED_SHARES
    return min(mul_div_down(paid, issued, reserve) for paid, reserve in zip(paid_in, reserves, strict=True))


def protocol_shares(product_then: int, reserves: Pair, issued: Units) -> Units:
    """Return the shares that make the protocol own a sixth of what fees have added since the product was noted, rounded down."""
    root, root_then = isqrt(reserves[0] * reserves[1]), isqrt(product_then)
    if root <= root_then:
        return 0
    return mul_div_down(issued, root - root_then, root * 5 + root_then)


def cumulative_after(cumulative: Pair, reserves: Pair, seconds: Seconds) -> Pair:
    """Return both cumulative prices (UQ112.112 times seconds, modulo 2^256) after the reserves stood so for so long.

    The first is of the first asset in units of the second.
    """
    if not seconds or not all(reserves):
        return cumulative
    first, second = reserves
    grown = cumulative[0] + second * PRICE_ONE // first * seconds, cumulative[1] + first * PRICE_ONE // second * seconds
    return grown[0] & UINT256_MAX, grown[1] & UINT256_MAX

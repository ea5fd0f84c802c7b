"""What moves along a range of constant liquidity: amounts between two sqrt prices, and the sqrt price an amount leads to.

Each rounding favours the reserves: amounts that come in round up, amounts that go out round down, a price stops short of what would
favour the trader. Prices are Q64.96. Source: SqrtPriceMath.sol [Uniswap/v3-core d8b1c63], where words overflow included.
"""

from sim.amm.concentrated.log_ticks import Q96
from sim.errors import Revert
from sim.fixed import div_up, mul_div_down, mul_div_up
from sim.units import UINT256_MAX, Units
from sim.vocabulary import Refusal

MOST_SQRT_WORD = 2**160 - 1


def first_between(one: int, other: int, liquidity: int, rounds_up: bool) -> Units:
    """Return the units of the first asset between two sqrt prices. Reverts with ARITHMETIC at a price of nothing."""
    low, high = min(one, other), max(one, other)
    if low <= 0:
        raise Revert(Refusal.ARITHMETIC)
    if rounds_up:
        return div_up(mul_div_up(liquidity * Q96, high - low, high), low)
    return mul_div_down(liquidity * Q96, high - low, high) // low


def second_between(one: int, other: int, liquidity: int, rounds_up: bool) -> Units:
    """Return the units of the second asset between two sqrt prices."""
    span = abs(one - other)
    return mul_div_up(liquidity, span, Q96) if rounds_up else mul_div_down(liquidity, span, Q96)


def after_input(sqrt_price: int, liquidity: int, amount: Units, is_first: bool) -> int:
    """Return the sqrt price once an amount of the first (or second) asset has come in. Reverts with ARITHMETIC where there is none."""
    _guard(sqrt_price, liquidity)
    return _after_first(sqrt_price, liquidity, amount) if is_first else _within(sqrt_price + mul_div_down(amount, Q96, liquidity))


def after_output(sqrt_price: int, liquidity: int, amount: Units, is_first: bool) -> int:
    """Return the sqrt price once an amount of the first (or second) asset has gone out. Reverts with ARITHMETIC where there is less."""
    _guard(sqrt_price, liquidity)
    if is_first:
        return _after_first_went(sqrt_price, liquidity, amount)
    fall = mul_div_up(amount, Q96, liquidity)
    if fall >= sqrt_price:
        raise Revert(Refusal.ARITHMETIC)
    return sqrt_price - fall


def _after_first(sqrt_price: int, liquidity: int, amount: Units) -> int:
    """Return liquidity over (liquidity over price, plus amount), rounded up; less exactly where a word would overflow."""
    if not amount:
        return sqrt_price
    deep, product = liquidity * Q96, amount * sqrt_price
    if deep + product <= UINT256_MAX:
        return mul_div_up(deep, sqrt_price, deep + product)
    return div_up(deep, deep // sqrt_price + amount)


def _after_first_went(sqrt_price: int, liquidity: int, amount: Units) -> int:
    if not amount:
        return sqrt_price
    deep, product = liquidity * Q96, amount * sqrt_price
    if product > UINT256_MAX or deep <= product:
        raise Revert(Refusal.ARITHMETIC)
    return _within(mul_div_up(deep, sqrt_price, deep - product))


def _guard(sqrt_price: int, liquidity: int) -> None:
    if sqrt_price <= 0 or liquidity <= 0:
        raise Revert(Refusal.ARITHMETIC)


def _within(sqrt_price: int) -> int:
    if sqrt_price > MOST_SQRT_WORD:
        raise Revert(Refusal.ARITHMETIC)
    return sqrt_price

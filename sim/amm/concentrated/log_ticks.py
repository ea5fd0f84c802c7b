"""Log ticks and sqrt prices: 1.0001^tick is the price of the first asset in units of the second; its root travels as Q64.96.

Exact: a root is a product of constants, one for each set bit of the tick's size, cut after each. The constants are roots of 1.0001
rounded to the nearest of 128 bits, as deployed; cut instead, they give another root at one tick in ninety. The way back finds the
largest tick whose root is not above a given one: a float makes the first guess and the exact roots decide. Within this folder a tick
is a log tick. Sources: TickMath.sol [Uniswap/v3-core d8b1c63]; ``amount_at`` is getQuoteAtTick of OracleLibrary.sol [v3-periphery].
"""

from decimal import Context, Decimal
from math import log

from sim.errors import Revert
from sim.fixed import floor_to_int, mul_div_down
from sim.units import UINT256_MAX, Units
from sim.vocabulary import Refusal

LEAST_TICK = -887_272
MOST_TICK = 887_272
Q96 = 2**96
"""One, as a sqrt price."""
LEAST_SQRT_PRICE = 4_295_128_739
MOST_SQRT_PRICE = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342
"""The first that is too large."""
_DIGITS = Context(prec=100)
"""Far more than 128 bits need, even after twenty squarings."""
_HALF_LOG_TICK = log(1.0001) / 2


def _roots() -> tuple[int, ...]:
    """Return 2^128 over the square root of 1.0001^(2^k), rounded to the nearest, for each bit k of a tick."""
    root = _DIGITS.divide(Decimal(1), _DIGITS.sqrt(Decimal("1.0001")))
    roots = []
    for _ in range(MOST_TICK.bit_length()):
        roots.append(int(_DIGITS.fma(root, Decimal(2**128), Decimal("0.5"))))
        root = _DIGITS.multiply(root, root)
    return tuple(roots)


_ROOTS = _roots()


def sqrt_price_at(tick: int) -> int:
    """Return the sqrt price of a tick, rounded up. Reverts with BAD_RANGE beyond the bounds. Cost: its set bits."""
    size = abs(tick)
    if size > MOST_TICK:
        raise Revert(Refusal.BAD_RANGE)
    ratio = 2**128
    for bit, root in enumerate(_ROOTS):
        if size >> bit & 1:
            ratio = ratio * root >> 128
    if tick > 0:
        ratio = UINT256_MAX // ratio
    return -(-ratio >> 32)


def tick_at(sqrt_price: int) -> int:
    """Return the largest tick whose sqrt price is not above a given one. Reverts with PRICE_LIMIT beyond the bounds."""
    if not LEAST_SQRT_PRICE <= sqrt_price < MOST_SQRT_PRICE:
        raise Revert(Refusal.PRICE_LIMIT)
    # A float may be a tick or two off, never more: its error is some 1e-15 of a number below 45.
    guess = floor_to_int((log(sqrt_price) - log(Q96)) / _HALF_LOG_TICK)
    tick = max(LEAST_TICK, min(MOST_TICK - 1, guess))
    while sqrt_price_at(tick) > sqrt_price:
        tick -= 1
    while sqrt_price_at(tick + 1) <= sqrt_price:
        tick += 1
    return tick


def amount_at(tick: int, amount: Units, is_first: bool) -> Units:
    """Return what an amount of the first asset (or of the second) is worth in the other at a tick's price, rounded down."""
    root = sqrt_price_at(tick)
    square, scale = (root * root, 2**192) if root < 2**128 else (root * root >> 64, 2**128)
    return mul_div_down(square, amount, scale) if is_first else mul_div_down(scale, amount, square)

"""What is kept of a log tick and of a position, and what a range has earned. Pure; fee growth counts modulo 2^256.

Fee growth is units of an asset per unit of liquidity, Q128. A tick keeps the growth on its other side, seen from where the price is.
Sources: Tick.sol, Position.sol and LiquidityMath.sol [Uniswap/v3-core d8b1c63]; ``liquidity_of`` is LiquidityAmounts.sol [v3-periphery].
Left out of a tick: seconds and observations on its other side, which nothing here reads.
"""

from typing import NamedTuple

from sim.amm.concentrated.log_ticks import MOST_TICK, Q96, sqrt_price_at
from sim.amm.concentrated.sqrt_prices import first_between, second_between
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import UINT256_MAX, Units
from sim.vocabulary import Refusal

Q128 = 2**128
MOST_LIQUIDITY = 2**128 - 1

Pair = tuple[int, int]


class TickInfo(NamedTuple):
    """What is kept of an initialised tick."""

    gross: int = 0
    """Liquidity of all ranges that begin or end here."""
    net: int = 0
    """What liquidity grows by when the price rises over it."""
    outside: Pair = (0, 0)
    """Fee growth on its other side."""


class Position(NamedTuple):
    """One owner's liquidity in one range."""

    liquidity: int = 0
    inside: Pair = (0, 0)
    """Fee growth within the range when the position was last touched."""
    owed: Pair = (0, 0)
    """What may be collected."""


def liquidity_after(liquidity: int, change: int) -> int:
    """Return liquidity after a change. Reverts with INSUFFICIENT_LIQUIDITY below nothing, TOO_MUCH_LIQUIDITY above 128 bits."""
    after = liquidity + change
    if after < 0:
        raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
    if after > MOST_LIQUIDITY:
        raise Revert(Refusal.TOO_MUCH_LIQUIDITY)
    return after


def most_per_tick(spacing: int) -> int:
    """Return the most liquidity that may begin or end at one tick: so much that all together fit 128 bits."""
    ticks = 2 * (MOST_TICK // spacing) + 1
    return MOST_LIQUIDITY // ticks


def tick_after(info: TickInfo, change: int, is_upper: bool, is_below: bool, growth: Pair, most: int) -> TickInfo:
    """Return a tick once a range that begins (or, ``is_upper``, ends) there has changed. Reverts as ``liquidity_after``.

    By convention all growth so far happened below a tick that is initialised now: it is outside where the tick is at or below the price.
    """
    gross = liquidity_after(info.gross, change)
    if gross > most:
        raise Revert(Refusal.TOO_MUCH_LIQUIDITY)
    outside = info.outside if info.gross else (growth if is_below else (0, 0))
    return TickInfo(gross, info.net - change if is_upper else info.net + change, outside)


def crossed(info: TickInfo, growth: Pair) -> TickInfo:
    """Return a tick once the price has crossed it: what was outside is inside."""
    return info._replace(outside=minus(growth, info.outside))


def inside(lower: TickInfo, upper: TickInfo, is_above_lower: bool, is_below_upper: bool, growth: Pair) -> Pair:
    """Return the fee growth within a range."""
    below = lower.outside if is_above_lower else minus(growth, lower.outside)
    above = upper.outside if is_below_upper else minus(growth, upper.outside)
    return minus(minus(growth, below), above)


def position_after(position: Position, change: int, within: Pair) -> Position:
    """Return a position once its liquidity has changed and what it earned meanwhile is owed to it, rounded down.

    Reverts with TOO_LITTLE_LIQUIDITY where there is neither liquidity nor a change.
    """
    if not change and not position.liquidity:
        raise Revert(Refusal.TOO_LITTLE_LIQUIDITY)
    grown = minus(within, position.inside)
    earned = [mul_div_down(each, position.liquidity, Q128) for each in grown]
    return Position(liquidity_after(position.liquidity, change), within, plus(position.owed, (earned[0], earned[1])))


def plus(one: Pair, other: Pair) -> Pair:
    """Return sums of what a position is owed, modulo 2^128 as the contract counts it."""
    return (one[0] + other[0]) & MOST_LIQUIDITY, (one[1] + other[1]) & MOST_LIQUIDITY


def minus(one: Pair, other: Pair) -> Pair:
    """Return differences of fee growth, modulo 2^256."""
    return (one[0] - other[0]) & UINT256_MAX, (one[1] - other[1]) & UINT256_MAX


def amounts_of(sqrt_price: int, tick: int, lower: int, upper: int, liquidity: int, rounds_up: bool) -> Pair:
    """Return the units of both assets that liquidity in a range is: of the first above the price, of the second below."""
    low, high = sqrt_price_at(lower), sqrt_price_at(upper)
    if tick < lower:
        return first_between(low, high, liquidity, rounds_up), 0
    if tick >= upper:
        return 0, second_between(low, high, liquidity, rounds_up)
    return first_between(sqrt_price, high, liquidity, rounds_up), second_between(low, sqrt_price, liquidity, rounds_up)


def liquidity_of(sqrt_price: int, lower: int, upper: int, amounts: tuple[Units, Units]) -> int:
    """Return the most liquidity of a range that amounts pay for, rounded down. Reverts with TOO_MUCH_LIQUIDITY above 128 bits."""
    low, high = sqrt_price_at(lower), sqrt_price_at(upper)
    if sqrt_price <= low:
        found = _of_first(low, high, amounts[0])
    elif sqrt_price >= high:
        found = _of_second(low, high, amounts[1])
    else:
        found = min(_of_first(sqrt_price, high, amounts[0]), _of_second(low, sqrt_price, amounts[1]))
    return liquidity_after(found, 0)


def _of_first(low: int, high: int, amount: Units) -> int:
    return mul_div_down(amount, mul_div_down(low, high, Q96), high - low)


def _of_second(low: int, high: int, amount: Units) -> int:
    return mul_div_down(amount, Q96, high - low)

"""One step of a swap: from a sqrt price towards another, through constant liquidity, until there or until the amount is spent.

Source: SwapMath.sol [Uniswap/v3-core d8b1c63].
"""

from typing import NamedTuple

from sim.amm.concentrated.sqrt_prices import after_input, after_output, first_between, second_between
from sim.fixed import mul_div_down, mul_div_up
from sim.units import Ppm, Units

PIPS = 10**6
"""One, as a fee."""


class Step(NamedTuple):
    """What a step did."""

    sqrt_price: int
    amount_in: Units
    """Without the fee."""
    amount_out: Units
    fee: Units
    """Of the asset in."""


def step(sqrt_price: int, target: int, liquidity: int, remaining: int, fee: Ppm) -> Step:
    """Return a step of a swap; a remaining amount below zero is one still to go out. Downwards where the target is not above.

    Fee: of a step that spends the last of an amount in, whatever that leaves; else what the amount in needs, rounded up.
    """
    is_down = sqrt_price >= target
    reached = _price_of_input(sqrt_price, target, liquidity, remaining, fee, is_down)
    if remaining < 0:
        reached = _price_of_output(sqrt_price, target, liquidity, -remaining, is_down)
    taken, given = (first_between, second_between) if is_down else (second_between, first_between)
    amount_in, amount_out = taken(sqrt_price, reached, liquidity, True), given(sqrt_price, reached, liquidity, False)
    if remaining < 0:
        amount_out = min(amount_out, -remaining)
    if remaining >= 0 and reached != target:
        return Step(reached, amount_in, amount_out, remaining - amount_in)
    return Step(reached, amount_in, amount_out, mul_div_up(amount_in, fee, PIPS - fee))


def _price_of_input(sqrt_price: int, target: int, liquidity: int, remaining: Units, fee: Ppm, is_down: bool) -> int:
    if remaining < 0:
        return target
    spendable = mul_div_down(remaining, PIPS - fee, PIPS)
    needed = (first_between if is_down else second_between)(sqrt_price, target, liquidity, True)
    return target if spendable >= needed else after_input(sqrt_price, liquidity, spendable, is_first=is_down)


def _price_of_output(sqrt_price: int, target: int, liquidity: int, wanted: Units, is_down: bool) -> int:
    there = (second_between if is_down else first_between)(sqrt_price, target, liquidity, False)
    return target if wanted >= there else after_output(sqrt_price, liquidity, wanted, is_first=not is_down)

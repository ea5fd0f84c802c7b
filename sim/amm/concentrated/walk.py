"""A swap through concentrated liquidity: step by step to the next stop, until the amount is spent or the price limit reached.

Pure: it reads a state and says what would become of it. The contract writes that down; a view shows it. Source: ``swap`` of
UniswapV3Pool.sol [Uniswap/v3-core d8b1c63].
"""

from collections.abc import Mapping
from typing import NamedTuple

from sim.amm.concentrated.log_ticks import (
    LEAST_SQRT_PRICE,
    LEAST_TICK,
    MOST_SQRT_PRICE,
    MOST_TICK,
    sqrt_price_at,
    tick_at,
)
from sim.amm.concentrated.ranges import Q128, TickInfo, liquidity_after
from sim.amm.concentrated.steps import Step, step
from sim.amm.concentrated.words import Stop, next_stop
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import UINT256_MAX, Ppm, Units
from sim.vocabulary import Refusal

MOST_AMOUNT = 2**255 - 1
"""As an amount: no limit."""


class Scene(NamedTuple):
    """What a swap starts from."""

    sqrt_price: int
    tick: int
    liquidity: int
    """Of the ranges that the price is in."""
    fee: Ppm
    spacing: int
    words: Mapping[int, int]
    ticks: Mapping[int, TickInfo]


class Walk(NamedTuple):
    """What a swap leads to."""

    sqrt_price: int
    tick: int
    liquidity: int
    amount_in: Units
    """Fee included."""
    amount_out: Units
    fee: Units
    protocol_fee: Units
    """The protocol's part of the fee."""
    growth: int
    """Fee growth of the asset in, modulo 2^256."""
    crossed: tuple[tuple[int, int], ...]
    """Initialised ticks crossed, each with the fee growth of the asset in by then."""
    steps: int


def walk(scene: Scene, is_down: bool, amount: int, limit: int, growth: int = 0, protocol_part: int = 0) -> Walk:
    """Return a swap of the first asset in (down) or the second; an amount below zero is one to come out.

    Of each step's fee one part in ``protocol_part`` is the protocol's (0: none). Reverts: ZERO_AMOUNT; PRICE_LIMIT where the limit is
    on the wrong side or out of bounds. Cost: the words and initialised ticks between.
    """
    _guard(scene, is_down, amount, limit)
    remaining, found = amount, Walk(scene.sqrt_price, scene.tick, scene.liquidity, 0, 0, 0, 0, growth, (), 0)
    while remaining and found.sqrt_price != limit:
        stop, edge = _next(scene, found.tick, is_down)
        target = max(edge, limit) if is_down else min(edge, limit)
        made = step(found.sqrt_price, target, found.liquidity, remaining, scene.fee)
        remaining += made.amount_out if amount < 0 else -(made.amount_in + made.fee)
        found = _landed(scene, _paid(found, made, protocol_part), made.sqrt_price, stop, edge, is_down)
    return found


def limit_of(is_down: bool) -> int:
    """Return the price limit that is none: the last price there is in that direction."""
    return LEAST_SQRT_PRICE + 1 if is_down else MOST_SQRT_PRICE - 1


def _guard(scene: Scene, is_down: bool, amount: int, limit: int) -> None:
    if not amount:
        raise Revert(Refusal.ZERO_AMOUNT)
    if abs(amount) > MOST_AMOUNT:
        raise Revert(Refusal.ARITHMETIC)
    if is_down and not LEAST_SQRT_PRICE < limit < scene.sqrt_price:
        raise Revert(Refusal.PRICE_LIMIT)
    if not is_down and not scene.sqrt_price < limit < MOST_SQRT_PRICE:
        raise Revert(Refusal.PRICE_LIMIT)


def _next(scene: Scene, tick: int, is_down: bool) -> tuple[Stop, int]:
    """Return the next stop, kept within the bounds that words do not know of, and its sqrt price."""
    stop = next_stop(scene.words, tick, scene.spacing, is_down)
    stop = stop._replace(tick=max(LEAST_TICK, min(MOST_TICK, stop.tick)))
    return stop, sqrt_price_at(stop.tick)


def _paid(found: Walk, made: Step, protocol_part: int) -> Walk:
    """Return a walk with a step's amounts in it, and its fee shared out among the liquidity it went through."""
    protocol_fee = made.fee // protocol_part if protocol_part else 0
    growth = found.growth
    if found.liquidity:
        growth = (growth + mul_div_down(made.fee - protocol_fee, Q128, found.liquidity)) & UINT256_MAX
    return found._replace(
        amount_in=found.amount_in + made.amount_in + made.fee,
        amount_out=found.amount_out + made.amount_out,
        fee=found.fee + made.fee,
        protocol_fee=found.protocol_fee + protocol_fee,
        growth=growth,
        steps=found.steps + 1,
    )


def _landed(scene: Scene, found: Walk, reached: int, stop: Stop, edge: int, is_down: bool) -> Walk:
    """Return a walk where a step has led it: across the stop, or somewhere before it."""
    if reached != edge:
        # A price that has not moved leaves the tick: it may stand at the upper end of a tick that was just crossed downwards.
        tick = tick_at(reached) if reached != found.sqrt_price else found.tick
        return found._replace(sqrt_price=reached, tick=tick)
    found = found._replace(sqrt_price=reached, tick=stop.tick - 1 if is_down else stop.tick)
    if not stop.is_initialised:
        return found
    net = scene.ticks[stop.tick].net
    liquidity = liquidity_after(found.liquidity, -net if is_down else net)
    return found._replace(liquidity=liquidity, crossed=(*found.crossed, (stop.tick, found.growth)))

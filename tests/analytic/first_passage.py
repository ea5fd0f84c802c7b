"""Whether an isolated account is ever called, against the first-passage probability of geometric Brownian motion.

The price is drawn by ``path_drawn``, as ``world.price.random`` draws it; accounts are those of an Aave pool, whose own screening says at
which price each is unhealthy and who is called along a path. Nothing is sold and nothing is late: accounts do not touch one another, so
all stand along every path. A path is looked at after each step, while the formula looks always; Broadie, Glasserman and Kou (1997) move
the barrier away by 0.5826 deviations of a step to make up for that.
"""

import math
from collections.abc import Iterator
from functools import cache

import attrs
import numpy as np
from numpy.typing import NDArray

from sim.lending.aave.opening import open_account, open_supply
from sim.lending.aave.versions import VERSIONS
from sim.records.lending import HealthFell
from sim.streams import Stream
from sim.units import DAY, MINUTE, SECOND, YEAR_SECONDS, Nanos, Party, Price
from sim.world.paths import JumpDiffusion, path_drawn
from tests.lending.world import LENDER, USDC, WETH, World, build

OPENING: Price = 2_000 * 10**8
FALLS = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.10, 0.12)
"""Of the price, until an account is unhealthy."""
THRESHOLD = 0.825
Floats = NDArray[np.float64]
BETA = 0.5826
"""Minus zeta(1/2) over the root of two pi."""
FIRST: Party = 1_000


@attrs.frozen
class Case:
    """A price's law, and how long and how often one looks."""

    volatility: float = 0.8
    drift: float = 0.0
    """Of the logarithm, per year."""
    length: Nanos = DAY
    step: Nanos = 15 * MINUTE

    def probability(self, fall: float, looks_always: bool = False) -> float:
        """Return how likely the price is ever lower by a share (reflection principle; corrected for looking now and then)."""
        sigma, mean = (self.volatility * math.sqrt(_years(self.length)), self.drift * _years(self.length))
        barrier = math.log1p(-fall) - (0.0 if looks_always else BETA * self.volatility * math.sqrt(_years(self.step)))
        reflected = math.exp(2 * mean * barrier / sigma**2) * _normal((barrier + mean) / sigma)
        return _normal((barrier - mean) / sigma) + reflected

    def paths(self, count: int, seed: int) -> Iterator[list[Price]]:
        """Yield prices after each step, path by path."""
        law, stream = JumpDiffusion(self.volatility, self.drift), Stream(seed, "world/price")
        for _ in range(count):
            yield [knot.price for knot in path_drawn(law, OPENING, self.length, self.step, stream).knots]

    def shares(self, count: int, seed: int) -> Floats:
        """Return for each of ``FALLS`` the share of paths along which its account is called."""
        lowest = np.array([min(path) for path in self.paths(count, seed)])
        shares: Floats = (lowest[:, None] < np.array(triggers())[None, :]).mean(axis=0)
        return shares


def pool() -> World:
    """Return a pool with one account for each of ``FALLS``, all of them with ten ether; no time goes by in it."""
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, USDC.id, 10**6 * 10**6)
    for number, fall in enumerate(FALLS):
        debt = round(10 * 2_000 * THRESHOLD * (1 - fall) * 10**6)
        open_account(world.pool, FIRST + number, {WETH.id: 10 * 10**18}, {USDC.id: debt})
    world.screen()
    return world


def called(world: World, path: list[Price]) -> set[int]:
    """Return which of ``FALLS`` are called along a path; the price is back where it began afterwards."""
    found: set[int] = set()
    for price in (*path, OPENING):
        world.prices.prices[WETH.id] = price
        found |= {party - FIRST for party, row in world.screen(1, WETH.id, price) if row[0] == HealthFell.kind}
    return found


@cache
def triggers() -> tuple[Price, ...]:
    """Return the lowest price at which each account is healthy, as the pool's screening has it."""
    return tuple(_lowest_healthy(pool(), number) for number in range(len(FALLS)))


def _lowest_healthy(world: World, number: int) -> Price:
    low, high = 1, OPENING
    while low < high:
        middle = (low + high) // 2
        if number in called(world, [middle]):
            low = middle + 1
        else:
            high = middle
    return low


def _years(span: Nanos) -> float:
    return span / (YEAR_SECONDS * SECOND)


def _normal(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2

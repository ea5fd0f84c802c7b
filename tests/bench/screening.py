"""What a post costs in a pool of ten thousand accounts and in one of a million, nobody near the threshold.

``python -m tests.bench.screening`` prints both; ``measure`` returns them under the names of the benchmark report.
"""

import gc
import json
from statistics import median
from time import perf_counter

import numpy as np

from sim.lending.aave.opening import open_population, open_supply
from sim.lending.aave.versions import VERSIONS
from sim.lending.positions import Column
from tests.lending.world import DAI, DOLLAR, LENDER, USDC, WBTC, WETH, World, build

FIRST = 1_000
GWEI = 10**9


def crowded_world(count: int, least_health: float = 1.05, seed: int = 1) -> World:
    """Return a pool with a mixed population whose health starts at a bound; sizes are heavy-tailed."""
    dice = np.random.Generator(np.random.PCG64(seed))
    debt = np.exp(dice.normal(8.0, 1.5, count)).clip(10, 10**7)
    health = least_health + dice.exponential(0.6, count)
    on_bitcoin, in_dai = dice.random(count) < 0.3, dice.random(count) < 0.25
    both = dice.random(count) < 0.1
    worth = debt * health
    ether = np.where(both, worth / 2 / 0.825, np.where(on_bitcoin, 0, worth / 0.825)) / 2_000
    bitcoin = np.where(both, worth / 2 / 0.75, np.where(on_bitcoin, worth / 0.75, 0)) / 40_000
    columns = (
        Column(WETH.id, False, np.ceil(ether * 1e9).astype(np.int64), GWEI),
        Column(WBTC.id, False, np.ceil(bitcoin * 1e8).astype(np.int64)),
        Column(USDC.id, True, np.where(in_dai, 0, debt * 1e6).astype(np.int64)),
        Column(DAI.id, True, np.where(in_dai, debt * 1e9, 0).astype(np.int64), GWEI),
    )
    world = build(VERSIONS["v3_7"])
    for asset, column in ((USDC, columns[2]), (DAI, columns[3])):
        open_supply(world.pool, LENDER, asset.id, 2 * int(column.amounts.sum(dtype=np.float64)) * column.quantum + 10**6)
    open_population(world.pool, FIRST, columns, count)
    return world


def post_cost_us(world: World, posts: int = 400) -> float:
    """Return the median cost of screening a post in microseconds, prices moving by up to 2 % and time by a block."""
    spent = []
    for number in range(posts):
        world.now += 12
        world.prices.prices[WETH.id] = (2_000 + (number * 7) % 41 - 20) * DOLLAR
        begun = perf_counter()
        world.screen(post=number + 1, asset=WETH.id, price=world.prices.prices[WETH.id])
        spent.append(perf_counter() - begun)
    return median(spent[10:]) * 1e6


def crash_cost_ms(world: World, posts: int = 240, fall: float = 0.37) -> float:
    """Return the mean cost of a post in milliseconds while both collaterals fall; nobody liquidates anybody."""
    begun = perf_counter()
    for number in range(posts):
        world.now += 12
        left = 1 - fall * (number + 1) / posts
        world.prices.prices[WETH.id] = int(2_000 * DOLLAR * left)
        world.prices.prices[WBTC.id] = int(40_000 * DOLLAR * (left**1.1))
        world.screen(post=number + 1)
    return (perf_counter() - begun) / posts * 1e3


def measure(repeats: int = 5) -> dict[str, float]:
    """Return ``screen_post_us_10k`` and ``screen_post_us_1m``: medians of interleaved repeats."""
    small, large = crowded_world(10_000), crowded_world(1_000_000)
    gc.collect()
    costs = [(post_cost_us(small), post_cost_us(large)) for _ in range(repeats)]
    return {
        "screen_post_us_10k": round(median(cost for cost, _ in costs), 1),
        "screen_post_us_1m": round(median(cost for _, cost in costs), 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))

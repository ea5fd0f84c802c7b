"""What a refreshed price costs in a pool of a thousand vaults and in one of a hundred thousand, nobody near the margin.

``python -m tests.bench.vaults`` prints both; ``measure`` returns them under the names of the benchmark report.
"""

import gc
import json
from statistics import median
from time import perf_counter

from sim.commands import RefreshPriceCall
from sim.lending.population import LognormalHealth, LognormalSizes
from sim.lending.vault.opening import open_vault_population
from sim.streams import Stream
from sim.units import WAD
from tests.lending.vault.world import KEEPER, World, build

FIRST = 1_000


def crowded_vaults(count: int, least_health: float = 1.05, seed: int = 1) -> World:
    """Return a system with one population of vaults whose health starts at a bound; sizes are heavy-tailed."""
    world = build()
    sizes, health = LognormalSizes(5_000, 1.5, 10**7), LognormalHealth(least_health, 0.6, 0.8)
    open_vault_population(world.pool, FIRST, count, sizes, health, Stream(seed, "vaults/population"))
    return world


def post_cost_us(world: World, posts: int = 400) -> float:
    """Return the median cost of screening a refreshed price in microseconds, prices moving by up to 2 % and time by an hour."""
    spent = []
    for number in range(posts):
        world.now += 3_600
        world.feed.price = (2_000 + (number * 7) % 41 - 20) * WAD // 10
        world.done(KEEPER, RefreshPriceCall())
        begun = perf_counter()
        world.screen(post=number + 1, price=world.feed.price // 10**10)
        spent.append(perf_counter() - begun)
    return median(spent[10:]) * 1e6


def measure(repeats: int = 5) -> dict[str, float]:
    """Return ``screen_post_us_vault_1k`` and ``screen_post_us_vault_100k``: medians of interleaved repeats."""
    small, large = crowded_vaults(1_000), crowded_vaults(100_000)
    gc.collect()
    costs = [(post_cost_us(small), post_cost_us(large)) for _ in range(repeats)]
    return {
        "screen_post_us_vault_1k": round(median(cost for cost, _ in costs), 1),
        "screen_post_us_vault_100k": round(median(cost for _, cost in costs), 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))

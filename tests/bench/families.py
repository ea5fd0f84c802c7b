"""What a block costs in a lender of a thousand accounts and in one of fifty thousand, family by family, nobody near the threshold.

A block here: the price of the collateral moves by up to 1 %, one account is written to by a call, the pool is screened twice and shown to
desks. CPU time, not the wall's. ``python -m tests.bench.families`` prints the medians; ``measure`` returns them under the names of the
benchmark report. Loans against bands are slow to open, so that family has ten thousand.
"""

import gc
import json
from collections.abc import Callable, Iterator
from statistics import median
from time import process_time_ns
from typing import Any

import attrs
import numpy as np

from sim.assets import Asset
from sim.commands import SupplyCall
from sim.lending.comet.opening import open_account as open_comet
from sim.lending.comet.opening import open_supply as supply_comet
from sim.lending.compound.opening import open_account as open_compound
from sim.lending.compound.opening import open_supply as supply_compound
from sim.lending.euler.opening import open_account as open_euler
from sim.lending.euler.opening import open_supply as supply_euler
from sim.lending.liquity.opening import open_account as open_trove
from sim.lending.llamma.opening import open_loan, open_money
from sim.lending.morpho.opening import open_account as open_morpho
from sim.lending.morpho.opening import open_supply as supply_morpho
from sim.units import WAD
from tests.lending.comet import world as comet
from tests.lending.compound import world as compound
from tests.lending.euler import world as euler
from tests.lending.liquity import world as liquity
from tests.lending.llamma import world as llamma
from tests.lending.morpho import world as morpho
from tests.lending.small_chain import DOLLAR, SmallChain

FIRST, LENDER = 1_000, 900
USD = 10**6
ETHER = 2_000
SMALL, LARGE, LARGE_IN_BANDS = 1_000, 50_000, 10_000
A_LITTLE = 10**16


@attrs.frozen
class Crowd:
    """A world with many accounts, its lender, and what they have locked."""

    world: Any
    lender: Any
    gem: Asset


def drawn(count: int, counts_for: float) -> Iterator[tuple[int, int, int]]:
    """Yield accounts: id, debt in dollars (heavy-tailed), collateral; health begins at 1.06."""
    dice = np.random.Generator(np.random.PCG64(1))
    debts = np.exp(dice.normal(9.0, 1.0, count)).clip(2_500, 10**6).astype(int).tolist()
    for number, (debt, health) in enumerate(zip(debts, (1.06 + dice.exponential(0.6, count)).tolist(), strict=True)):
        yield FIRST + number, debt, int(debt * health / counts_for / ETHER * WAD)


def of_compound(count: int) -> Crowd:
    """Return a Compound v2 pool."""
    world = compound.build()
    supply_compound(world.pool, LENDER, compound.USDC.id, count * 10**6 * USD)
    for party, debt, ether in drawn(count, 0.8):
        open_compound(world.pool, party, {compound.WETH.id: ether}, {compound.USDC.id: debt * USD})
    return Crowd(world, world.pool, compound.WETH)


def of_comet(count: int) -> Crowd:
    """Return a Comet."""
    world = comet.build(collaterals=(attrs.evolve(comet.ETHER_TERMS, supply_cap=None),))
    supply_comet(world.pool, LENDER, count * 10**6 * USD)
    for party, debt, ether in drawn(count, 0.895):
        open_comet(world.pool, party, {compound.WETH.id: ether}, debt * USD)
    return Crowd(world, world.pool, compound.WETH)


def of_euler(build: Callable[[], Any], factor: float) -> Callable[[int], Crowd]:
    """Return what makes an Euler pool of a version."""

    def crowd(count: int) -> Crowd:
        world = build()
        supply_euler(world.pool, LENDER, euler.USDC.id, count * 10**6 * USD)
        for party, debt, ether in drawn(count, factor):
            open_euler(world.pool, party, {euler.WETH.id: ether}, {euler.USDC.id: debt * USD})
        return Crowd(world, world.pool, euler.WETH)

    return crowd


def of_morpho(count: int) -> Crowd:
    """Return a Morpho Blue market."""
    world = morpho.build()
    supply_morpho(world.market, LENDER, count * 10**6 * USD)
    for party, debt, ether in drawn(count, 0.8):
        open_morpho(world.market, party, ether, debt * USD)
    return Crowd(world, world.market, morpho.WETH)


def of_liquity(count: int) -> Crowd:
    """Return a Liquity system, at a ratio that keeps it in normal mode."""
    world = liquity.build()
    for party, debt, ether in drawn(count, 0.5):
        open_trove(world.system, party, ether, debt * WAD)
    return Crowd(world, world.system, liquity.ETH)


def of_llamma(count: int) -> Crowd:
    """Return a crvUSD market."""
    world = llamma.build()
    open_money(world.market, count * 10**6 * WAD)
    for party, debt, ether in drawn(count, 0.7):
        open_loan(world.market, party, ether, debt * WAD, 10, world.now)
    return Crowd(world, world.market, llamma.WETH)


FAMILIES: dict[str, Callable[[int], Crowd]] = {
    "compound": of_compound,
    "comet": of_comet,
    "euler_v1": of_euler(euler.build_v1, 0.72),
    "euler_v2": of_euler(euler.build_v2, 0.78),
    "morpho": of_morpho,
    "liquity": of_liquity,
    "llamma": of_llamma,
}


def block_cost_us(crowd: Crowd, blocks: int = 100) -> float:
    """Return the median cost of a block in microseconds."""
    world, spent = crowd.world, []
    for number in range(blocks + 10):
        party = FIRST + (number * 37) % SMALL
        world.give(party, crowd.gem, A_LITTLE)
        world.now += 12
        cents = ETHER * (1_000 + (number * 7) % 21 - 10) // 10
        if hasattr(world, "price"):
            world.price.value = cents * WAD // 100
        else:
            world.prices.prices[crowd.gem.id] = cents * DOLLAR // 100
        begun = process_time_ns()
        world.screen(post=number + 1)
        done = SmallChain.execute(world, party, SupplyCall(crowd.gem.id, A_LITTLE))
        world.screen()
        crowd.lender.view(world.now)
        spent.append(process_time_ns() - begun)
        assert done > 0
    return median(spent[10:]) / 1_000


def measure(names: tuple[str, ...] = tuple(FAMILIES)) -> dict[str, float]:
    """Return ``block_us_FAMILY_small`` and ``block_us_FAMILY_large`` of some families."""
    found = {}
    for name in names:
        for size, count in (("small", SMALL), ("large", LARGE_IN_BANDS if name == "llamma" else LARGE)):
            crowd = FAMILIES[name](count)
            gc.collect()
            found[f"block_us_{name}_{size}"] = round(block_cost_us(crowd), 1)
    return found


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))

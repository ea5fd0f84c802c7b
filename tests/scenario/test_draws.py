"""Populations that name the same dice are the same accounts, within one world too."""

import attrs

from sim.scenario.build import build
from tests.worlds.pocket_vaults import vaults


def two_pools(second):
    """Return the pocket world with another pool beside the first, whose population names the dice ``second``; the first's are a's."""
    scenario = vaults()
    (system,) = scenario.vaults
    (pool,) = system.pools
    assert pool.population is not None
    pools = [
        attrs.evolve(pool, name=name, accounts=(), population=attrs.evolve(pool.population, draws=draws))
        for name, draws in (("eth_a", "a"), ("eth_b", second))
    ]
    return attrs.evolve(scenario, vaults=(attrs.evolve(system, pools=tuple(pools)),))


def test_populations_with_the_same_dice_are_the_same_accounts():
    first, second = build(two_pools("a")).populations.values()

    assert first == second


def test_populations_with_dice_of_their_own_are_not():
    first, second = build(two_pools("b")).populations.values()

    assert first != second

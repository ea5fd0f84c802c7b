"""Whose vaults there are at the start: backed to the last digit, safe, above the dust; and the ladder that tells of them."""

import pytest

from sim.errors import InputError
from sim.lending.population import HealthQuantiles, LognormalHealth, LognormalSizes
from sim.lending.summary import Rung, vault_ladder
from sim.lending.vault.opening import QUANTUM, open_vault, open_vault_population
from sim.streams import Stream
from sim.units import RAD, RAY, WAD
from tests.bench.vaults import FIRST, crowded_vaults
from tests.lending.vault.world import ALICE, BOB, DAI, ENGINE, KEEPER, WETH, build


def test_a_vaults_money_was_spent_before_the_run():
    world = build()
    open_vault(world.pool, ALICE, 3 * WAD, 300 * WAD)

    assert world.pool.vault(ALICE) == (3 * WAD, 300 * WAD)
    assert (world.engine.debt, world.engine.internal_of(ENGINE), world.held(ALICE, DAI)) == (300 * RAD, 300 * RAD, 0)
    assert world.engine.free_collateral(WETH.id, ENGINE) == 3 * WAD == world.pool.locked()
    world._check()


def test_opened_at_an_index_above_one_a_vault_owes_what_was_asked_and_less_than_a_share_more():
    world = build()
    world.pool.index = RAY * 12 // 10 + 7
    open_vault(world.pool, ALICE, 3 * WAD, 300 * WAD)

    assert 0 <= world.engine.debt - 300 * RAD < world.pool.index
    world._check()


def test_a_population_is_backed_safe_and_above_the_dust_and_nobody_is_an_object():
    world = crowded_vaults(2_000)
    world._check()
    pool = world.pool
    vaults = [pool.vault(party) for party in range(FIRST, FIRST + 2_000)]

    assert pool.positions.accounts == {}
    assert world.screen() == []
    assert pool.locked() == sum(vault.collateral for vault in vaults) == world.engine.free_collateral(WETH.id, ENGINE)
    assert pool.total_shares == sum(vault.shares for vault in vaults)
    assert min(vault.shares for vault in vaults) >= 20 * WAD
    assert all(vault.collateral * pool.margin_price >= vault.shares * pool.index for vault in vaults)


def test_columns_for_the_file_are_those_of_the_accounts():
    world = build()
    columns = open_vault_population(world.pool, FIRST, 5, LognormalSizes(500, 1.0), LognormalHealth(1.2, 0.3, 0.5), Stream(3, "x"))

    assert list(columns) == [f"WETH_collateral_{QUANTUM}", f"DAI_debt_{QUANTUM}"]
    rows = zip(*columns.values(), strict=True)
    assert [tuple(each * QUANTUM for each in row) for row in rows] == [world.pool.vault(FIRST + number) for number in range(5)]


def test_sizes_below_the_dust_are_raised_to_it_exactly():
    world = build(min_debt=20 * RAD)
    open_vault_population(world.pool, FIRST, 3, LognormalSizes(1, 0.0), HealthQuantiles(((0, 2.0), (1, 2.0))), Stream(1, "x"))

    assert [world.pool.vault(FIRST + number).shares for number in range(3)] == [20 * WAD] * 3


def test_whoever_is_drawn_at_the_margin_itself_is_safe():
    world = build(price=197 * WAD + 3)
    open_vault_population(world.pool, FIRST, 500, LognormalSizes(5_000, 2.0), HealthQuantiles(((0, 1.0), (1, 1.0))), Stream(1, "x"))

    assert world.screen() == []
    assert not any(world.pool.is_unsafe(FIRST + number) for number in range(500))


def test_what_cannot_be_drawn_is_refused():
    world = build()
    world.pool.margin_price = 0
    with pytest.raises(InputError, match="before their feed has a price"):
        open_vault_population(world.pool, FIRST, 3, LognormalSizes(1, 0.0), LognormalHealth(1.2, 0.3, 0.5), Stream(1, "x"))
    with pytest.raises(InputError, match="bound sizes by `most`"):
        open_vault_population(build().pool, FIRST, 3, LognormalSizes(1e12, 0.0), LognormalHealth(1.2, 0.3, 0.5), Stream(1, "x"))


def test_the_same_dice_draw_the_same_vaults():
    drawn = [crowded_vaults(50).pool.positions.populations[0].columns for _ in range(2)]

    assert [column.amounts.tolist() for column in drawn[0]] == [column.amounts.tolist() for column in drawn[1]]


def test_the_ladder_tells_whose_debt_a_fall_makes_unsafe():
    """At 200 and 150 %: Alice's three ether carry 400 and she owes 381, so 5 % are too much; Bob owes 300; the keeper is unsafe."""
    world = build()
    open_vault(world.pool, ALICE, 3 * WAD, 381 * WAD)
    open_vault(world.pool, BOB, 3 * WAD, 300 * WAD)
    open_vault(world.pool, KEEPER, 3 * WAD, 500 * WAD)

    ladder = vault_ladder(world.pool, (4, 5, 24, 26))

    assert ladder == (Rung(4, 0, 0), Rung(5, 381 * 10**8, 1), Rung(24, 381 * 10**8, 1), Rung(26, 681 * 10**8, 2))


def test_the_ladder_counts_crowds_and_those_who_were_touched_alike():
    world = crowded_vaults(500)
    before = vault_ladder(world.pool, (30,))
    for party in range(FIRST, FIRST + 100):
        world.pool.positions.touch(party)

    [rung] = vault_ladder(world.pool, (30,))

    price = world.pool.margin_price * 7 // 10
    fallen = [vault.shares for vault in map(world.pool.vault, range(FIRST, FIRST + 500)) if vault.collateral * price < vault.shares * RAY]
    assert (rung,) == before
    assert rung.accounts == len(fallen) > 10
    assert abs(rung.debt - sum(fallen) // 10**10) <= 500


def test_there_is_no_ladder_without_a_price():
    world = build()
    open_vault(world.pool, ALICE, 3 * WAD, 381 * WAD)
    world.pool.margin_price = 0

    assert vault_ladder(world.pool, (50,)) == (Rung(50, 0, 0),)

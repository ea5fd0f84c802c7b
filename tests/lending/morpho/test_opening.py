"""What a market holds at the start: backed to the last unit; and populations that are healthy, found in time, and no objects."""

import random

import pytest

from sim.errors import InputError
from sim.lending.morpho.opening import open_account, open_population, open_supply
from sim.lending.morpho.rates import FixedRate
from sim.lending.population import HealthQuantiles, LognormalHealth, LognormalSizes
from sim.streams import Stream
from sim.units import WAD
from tests.lending.morpho.world import ALICE, DOLLAR, LENDER, USD, USDC, WETH, YEAR, World, build

FIRST = 1_000


def crowded(count: int, health=None, seed: int = 1, **changes) -> World:
    world = build(**changes)
    open_supply(world.market, LENDER, 10**9 * USD)
    sizes = LognormalSizes(5_000, 1.5, 10**6)
    open_population(world.market, FIRST, count, sizes, health or LognormalHealth(1.02, 0.3, 0.8), Stream(seed, "m/population"))
    return world


def unhealthy_by_full_scan(world: World) -> list[int]:
    return [party for party in world.market.positions.parties() if world.health(party) < WAD]


def test_a_population_is_backed_and_healthy_and_nobody_is_an_object():
    world = crowded(500)

    assert world.screen() == []
    assert list(world.market.positions.accounts) == [LENDER]
    assert unhealthy_by_full_scan(world) == []
    world._check()


@pytest.mark.parametrize("ether", [1, 1_997, 123_457])
def test_whoever_is_drawn_at_the_limit_is_healthy(ether):
    world = crowded(300, HealthQuantiles(((0, 1.0), (1, 1.0))), ether=ether)

    assert unhealthy_by_full_scan(world) == []
    # And stands near it: a few units off on sizes of thousands of dollars.
    assert max(world.health(FIRST + number) for number in range(300)) < WAD * 1_000_01 // 1_000_00


def test_a_crowd_through_a_crash_and_back_is_never_missed():
    world = crowded(400)
    for dollars in (1_900, 1_500, 1_000, 400, 40, 900, 1_400, 1_990):
        world.set_ether(dollars)
        world.now += 3_600
        world.screen(post=1, price=dollars * DOLLAR)

        assert sorted(world.market.fell) == unhealthy_by_full_scan(world)
    world._check()


def test_a_post_looks_at_those_near_their_limit_and_at_nobody_else():
    world = crowded(5_000, LognormalHealth(1.2, 0.3, 0.8))
    world.screen()
    before = world.market.watch.screening.exact
    world.set_ether(1_900)

    assert world.screen(post=1) == []
    assert world.market.watch.screening.exact == before


def test_exactly_at_the_limit_nobody_is_called_whatever_the_size():
    """Debts from a unit to ten million dollars, each exactly what its collateral carries: floats cannot tell, the screening must."""
    world = build()
    open_supply(world.market, LENDER, 10**9 * USD)
    for digits in range(14):
        open_account(world.market, FIRST + digits, 10 ** (digits + 12) // 16 * 10 // 1_000, 10**digits)
    world.screen()
    healthy = [FIRST + digits for digits in range(14) if world.health(FIRST + digits) >= WAD]

    assert [party for party in range(FIRST, FIRST + 14) if party not in world.market.fell] == healthy
    assert len(healthy) > 5


@pytest.mark.parametrize("seed", range(3))
def test_a_crowd_of_a_few_units_each_is_never_missed(seed):
    """Where every rounding matters: debts of some units, near the limit, sorted in groups."""
    dice, world = random.Random(seed), build(rate=FixedRate(WAD // 3 // YEAR))
    open_supply(world.market, LENDER, 10**9 * USD)
    for number in range(250):
        debt = dice.randrange(1, 40)
        open_account(world.market, FIRST + number, (debt + dice.randrange(4)) * 10**12 // 1_600 + dice.randrange(10**9), debt)
    for step in range(60):
        world.prices.prices[WETH.id] = 2_200 * DOLLAR + dice.randrange(-500, 500) * DOLLAR * (step % 3)
        world.now += dice.randrange(10**6)
        world.screen()

        assert sorted(world.market.fell) == unhealthy_by_full_scan(world)
    assert len(world.market.watch.screening.groups) > 0


def test_the_same_dice_draw_the_same_accounts():
    drawn = [crowded(50).market.positions.populations[0].columns for _ in range(2)]

    assert [column.amounts.tolist() for column in drawn[0]] == [column.amounts.tolist() for column in drawn[1]]


def test_what_cannot_be_opened_is_refused():
    world = build()
    with pytest.raises(InputError, match="open more supply of it first"):
        open_account(world.market, ALICE, WAD, 1)
    sizes, health, stream = LognormalSizes(1, 0.0), LognormalHealth(1.1, 0.1, 0.1), Stream(1, "x")
    world = build(ether=0)
    with pytest.raises(InputError, match="before both have a price"):
        open_population(world.market, FIRST, 1, sizes, health, stream)
    with pytest.raises(InputError, match="bound sizes by `most`"):
        open_population(build().market, FIRST, 1, LognormalSizes(1e15, 0.0), health, stream)


def test_columns_for_the_file_are_those_of_the_accounts():
    world = build()
    open_supply(world.market, LENDER, 10**6 * USD)
    columns = open_population(world.market, FIRST, 3, LognormalSizes(500, 0.5), LognormalHealth(1.2, 0.3, 0.5), Stream(3, "x"))

    assert list(columns) == ["WETH_collateral_1000000000", "USDC_debt_1"]
    for number, (held, owed) in enumerate(zip(*columns.values(), strict=True)):
        debtor = world.market.debtor(FIRST + number, 0)
        assert (debtor.collateral, debtor.shares) == (held * 10**9, owed * 10**6)
    assert world.held(LENDER, USDC) == 0 == world.held(LENDER, WETH)

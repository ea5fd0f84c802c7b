"""What a pool holds at the start: backed to the last unit; populations that are healthy, found in time, and no objects."""

import random

import pytest

from sim.commands import BorrowCall, SupplyCall
from sim.errors import InputError
from sim.lending.euler import v1, v2
from sim.lending.euler.opening import Loan, open_account, open_population, open_supply
from sim.lending.euler.rates import LinearKink, per_second, yearly
from sim.lending.euler.terms import AssetTerms, EulerTerms, Ltv
from sim.lending.population import HealthQuantiles, LognormalHealth, LognormalSizes
from sim.streams import Stream
from sim.units import RAY, WAD
from tests.lending.euler.world import ALICE, DAI, DOLLAR, ETHER, LENDER, RATE, USD, USDC, WETH, YEAR, World, build_v1, build_v2

FIRST = 1_000
BUILD = {"v1": build_v1, "v2": build_v2}
LOANS = (Loan(3, WETH.id, USDC.id), Loan(1, USDC.id, WETH.id))
VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


def crowded(version: str, count: int, health=None, ether: int = 2_000, **changes) -> World:
    world = BUILD[version](**changes)
    world.set_ether(ether)
    open_supply(world.pool, LENDER, USDC.id, 10**9 * USD)
    open_supply(world.pool, LENDER, WETH.id, 10**8 * ETHER)
    sizes = LognormalSizes(5_000, 1.5, 10**6)
    open_population(world.pool, FIRST, count, sizes, health or LognormalHealth(1.02, 0.3, 0.8), LOANS, Stream(1, "e/population"))
    return world


def unhealthy_by_full_scan(world: World) -> list[int]:
    return [party for party in world.pool.state.positions.parties() if world.health(party) < WAD]


@VERSIONS
def test_a_population_is_backed_and_healthy_and_nobody_is_an_object(version):
    world = crowded(version, 300)

    assert world.screen() == []
    assert list(world.pool.state.positions.accounts) == [LENDER]
    assert unhealthy_by_full_scan(world) == []
    world._check()


@VERSIONS
@pytest.mark.parametrize("ether", [3, 1_997, 123_457])
def test_whoever_is_drawn_at_the_limit_is_healthy(version, ether):
    world = crowded(version, 200, HealthQuantiles(((0, 1.0), (1, 1.0))), ether)

    assert unhealthy_by_full_scan(world) == []
    assert max(world.health(FIRST + number) for number in range(200)) < WAD * 101 // 100


@VERSIONS
def test_a_crowd_through_a_crash_and_back_is_never_missed(version):
    world = crowded(version, 300, WETH={"rate": RATE}, USDC={"rate": RATE})
    for dollars in (1_900, 1_500, 1_000, 400, 3_000, 9_000, 1_400, 1_990):
        world.set_ether(dollars)
        world.now += 86_400
        world.screen(post=1, price=dollars * DOLLAR)

        assert sorted(world.pool.fell) == unhealthy_by_full_scan(world)
    world._check()


@VERSIONS
def test_a_post_looks_at_those_near_their_limit_and_at_nobody_else(version):
    world = crowded(version, 3_000, LognormalHealth(1.2, 0.3, 0.8))
    world.screen()
    before = world.pool.watch.screening.exact
    world.set_ether(1_900)

    assert world.screen(post=1) == []
    assert world.pool.watch.screening.exact == before


@VERSIONS
@pytest.mark.parametrize("seed", range(2))
def test_a_crowd_that_came_at_different_times_is_never_missed(version, seed):
    """A hundred people who borrow one after the other while interest runs: each debt has its own beginning."""
    dice, world = random.Random(seed), BUILD[version](USDC={"rate": RATE})
    open_supply(world.pool, LENDER, USDC.id, 500_000 * USD)
    for party in range(FIRST, FIRST + 100):
        world.now += 86_400 * 4
        world.give(party, WETH, ETHER)
        world.done(party, SupplyCall(WETH.id, ETHER))
        world.done(party, BorrowCall(USDC.id, dice.randrange(1_300, 1_430) * USD))
    for _ in range(40):
        world.set_ether(dice.randrange(1_500, 3_500))
        world.now += 3_600
        world.screen()

        assert sorted(world.pool.fell) == unhealthy_by_full_scan(world)
    assert len(world.pool.watch.screening.groups) > 0


def test_a_crowd_with_an_asset_on_both_sides_is_never_missed():
    """With factors of one a straight line would take whoever owes up to all of it for healthy; the rule is 95 %."""
    world = build_v1(USDC={"rate": RATE, "collateral_factor": 10_000, "borrow_factor": 10_000})
    open_supply(world.pool, LENDER, USDC.id, 1_000 * USD)
    for number in range(100):
        open_account(world.pool, FIRST + number, {USDC.id: 1_000 * USD}, {USDC.id: (850 + number) * USD})
    for _ in range(40):
        world.now += 86_400 * 10
        world.screen()

        assert sorted(world.pool.fell) == unhealthy_by_full_scan(world)
    assert 20 < len(world.pool.fell) < 100


def test_what_cannot_be_opened_is_refused():
    sizes, health, stream = LognormalSizes(1, 0.0), LognormalHealth(1.1, 0.1, 0.1), Stream(1, "x")
    with pytest.raises(InputError, match="open more supply of it first"):
        open_account(build_v1().pool, ALICE, {WETH.id: ETHER}, {USDC.id: 1})
    with pytest.raises(InputError, match="owes one asset only"):
        open_account(build_v2().pool, ALICE, {}, {USDC.id: 1, WETH.id: 1})
    with pytest.raises(InputError, match="DAI carries no debt of WETH"):
        open_population(build_v2().pool, FIRST, 1, sizes, health, (Loan(1, DAI.id, WETH.id),), stream)
    world = build_v1()
    world.set_ether(0)
    with pytest.raises(InputError, match="before both have a price"):
        open_population(world.pool, FIRST, 1, sizes, health, LOANS, stream)
    with pytest.raises(InputError, match="no loans"):
        open_population(build_v1().pool, FIRST, 1, sizes, health, (), stream)
    with pytest.raises(InputError, match="bound sizes by `most`"):
        open_population(build_v1().pool, FIRST, 1, LognormalSizes(1e15, 0.0), health, LOANS, stream)


def test_terms_that_cannot_be_are_refused_all_at_once():
    with pytest.raises(InputError) as refused:
        EulerTerms(v1.RULES, (AssetTerms(WETH, supply_cap=1, fee=20_000),), (Ltv(1, 2, 1, 1),))
    assert [line.split(":")[0].split(" ")[0] for line in str(refused.value).splitlines()] == ["WETH", "WETH", "v1"]
    with pytest.raises(InputError, match="knows no cool-off"):
        EulerTerms(v1.RULES, (AssetTerms(WETH, cool_off=1),))
    with pytest.raises(InputError, match="leave collateral_factor and is_isolated away"):
        EulerTerms(v2.RULES, (AssetTerms(WETH, collateral_factor=1),))
    with pytest.raises(InputError, match="two different assets"):
        EulerTerms(v2.RULES, (AssetTerms(WETH),), (Ltv(1, 1, 1, 1),))
    with pytest.raises(InputError, match="must rise"):
        EulerTerms(v2.RULES, (AssetTerms(WETH), AssetTerms(USDC)), (Ltv(1, 2, 9_000, 8_000),))


# Rates.


def test_a_rate_makes_the_yields_it_was_asked_for():
    rate = yearly(100, 400, 10_000, 8_000)

    for lent, wanted in ((0, 1.01), (800, 1.04), (1_000, 2.0)):
        assert (1 + rate.rate(lent, 1_000) / RAY) ** YEAR == pytest.approx(wanted, rel=1e-6)
    assert rate.rate(0, 0) == rate.base == per_second(100)
    assert LinearKink().rate(5, 5) == 0


def test_the_stable_class_of_2022_is_what_its_contract_says():
    """No base, 4 % at 80 %, 100 % at all: slopes 361718388 and 24123704987 [IRMClassStable]."""
    rate = yearly(0, 400, 10_000, 8_000)

    assert (rate.base, rate.kink) == (0, 3_435_973_836)
    assert rate.slope == pytest.approx(361_718_388, abs=1)
    assert rate.steep_slope == pytest.approx(24_123_704_987, rel=1e-6)


def test_rates_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="give a kink within"):
        yearly(0, 100, 50, 8_000)
    with pytest.raises(InputError, match="give a kink from 0"):
        LinearKink(kink=2**32)

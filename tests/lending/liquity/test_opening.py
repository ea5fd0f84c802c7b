"""What a system holds at the start, populations that are healthy and never missed in a crash, and what a keeper is offered."""

import copy

import pytest

from sim.errors import InputError
from sim.lending.liquity.opening import open_population
from sim.lending.population import HealthQuantiles, LognormalHealth, LognormalSizes
from sim.streams import Stream
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.liquity.world import ALICE, BOB, CAROL, ETH, KEEPER, LUSD, World, build

FIRST = 1_000


def crowded(count: int, health=None, deposit: int = 0, ether: int = 2_000) -> World:
    world = build(ether)
    sizes = LognormalSizes(8_000, 1.2, 10**6)
    open_population(world.system, FIRST, count, sizes, health or LognormalHealth(1.02, 0.6, 0.8), Stream(1, "m/population"), world.now)
    if deposit:
        world.deposit(CAROL, deposit)
    return world


def test_a_population_owes_the_least_at_least_and_is_healthy_and_backed():
    world = crowded(300)

    assert world.screen() == []
    assert all(world.system.book.holding(party).debt >= 2_000 * WAD for party in world.system.book.order)
    world._check()


@pytest.mark.parametrize("ether", [1, 1_997, 123_457])
def test_whoever_is_drawn_at_the_limit_is_healthy(ether):
    world = crowded(200, HealthQuantiles(((0, 1.0), (1, 1.0))), ether=ether)

    ratios = [world.system.book.ratio(party, world.price.value) for party in world.system.book.order]
    assert 11 * WAD // 10 <= min(ratios) <= max(ratios) < 11 * WAD // 10 * 1_000_01 // 1_000_00


@pytest.mark.parametrize("deposit", [0, 60_000])
def test_a_crowd_through_a_crash_and_back_is_never_missed(deposit):
    """Some are liquidated on the way, so that everybody has taken debt over; the sequence by risk must still find all."""
    world = crowded(250, deposit=deposit)
    for dollars in (1_900, 1_500, 1_200, 1_000, 400, 900, 1_400, 1_990):
        world.set_ether(dollars)
        world.screen(post=1, price=dollars * 10**8)
        for party in sorted(world.system.fell)[:6]:
            world.liquidate(party)
        world.screen()

        assert sorted(world.system.fell) == [party for party in sorted(world.system.book.troves) if world.health(party) < WAD]
    world._check()


def test_below_the_limit_is_exactly_what_a_liquidation_takes():
    world = crowded(60, deposit=30_000)
    for dollars in (1_700, 1_300):
        world.set_ether(dollars)
        for party in world.system.book.order:
            fresh = copy.deepcopy(world)
            assert (world.health(party) < WAD) == (not isinstance(fresh.liquidate(party), Refusal))


def test_a_system_copied_in_the_middle_goes_its_own_way():
    world = crowded(20)
    other = copy.deepcopy(world)
    other.set_ether(1_000)
    other.liquidate(other.system.book.order[-1])

    assert len(world.system.book.order) == 20
    world._check()
    other._check()


def test_drawing_without_a_price_and_opening_twice_are_refused_in_words():
    with pytest.raises(InputError, match="give it one at the start"):
        crowded(1, ether=0)
    world = build()
    world.trove(ALICE, 10, 5_000)
    with pytest.raises(InputError, match="has a trove already"):
        world.trove(ALICE, 1, 1)
    with pytest.raises(InputError, match="give it a debt"):
        world.trove(BOB, 1, 0)


def test_what_a_keeper_is_offered_is_what_a_liquidation_pays():
    world = build()
    world.trove(ALICE, 10, 10_000)
    world.trove(BOB, 5_000, 2_000_000)
    world.trove(CAROL, 30_000, 1_000_000)
    world.set_ether(1_050)
    world.screen()
    view = world.system.view(world.now)
    (alice,) = view.unhealthy
    (offer,) = view.seizures(alice, {})

    assert (offer.pays, offer.paid, offer.gets, offer.got) == (0, 0, ETH.id, WAD // 20)
    assert (offer.besides, offer.besides_got) == (LUSD.id, 200 * WAD)
    assert offer.call.amount == UINT256_MAX
    world.done(KEEPER, offer.call)
    assert (world.held(KEEPER, ETH), world.held(KEEPER, LUSD)) == (offer.got, offer.besides_got)


def test_nothing_is_offered_of_a_trove_that_is_left_alone():
    world = crowded(10)
    view = world.system.view(world.now)

    assert view.seizures(world.system.position(FIRST, world.now), {}) == ()
    assert view.is_recovery == (view.total_ratio < 3 * WAD // 2)

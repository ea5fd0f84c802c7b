"""The screening of vaults must never miss, and its cost must not follow the size of the world."""

import copy

import hypothesis.strategies as st
from hypothesis import given, settings

from sim.commands import AccrueCall, RefreshPriceCall, SupplyCall
from sim.lending.vault.opening import open_vault
from sim.records.lending import HealthFell, HealthRecovered
from sim.units import RAD, WAD
from tests.bench.vaults import FIRST, crowded_vaults
from tests.lending.vault.world import FEE, KEEPER, VOW, WETH, World, build

HOUSE = 301


def unsafe_by_full_scan(world: World) -> list[int]:
    return sorted(party for party in world.pool.positions.parties() if world.pool.is_unsafe(party))


def screened(world: World) -> list[int]:
    world.screen()
    world.pool._check()
    return sorted(world.pool.fell)


def fall_to(world: World, price: int) -> None:
    world.feed.price = price
    world.done(KEEPER, RefreshPriceCall())


SIZES = st.one_of(st.floats(min_value=-18, max_value=8).map(lambda digits: int(10.0 ** (18 + digits))), st.integers(1, 9))
"""From a single unit to a hundred million."""
VAULTS = st.lists(st.tuples(SIZES, st.floats(min_value=0.95, max_value=3)), min_size=1, max_size=12)
MOVES = st.lists(
    st.tuples(
        st.one_of(st.integers(60, 400).map(lambda price: price * WAD + price), st.integers(1, 10**22)),
        st.sampled_from([0, 13, 86_400 * 30]),
        st.integers(0, 11),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(VAULTS, MOVES)
def test_nobody_is_missed(vaults, moves):
    world = build(min_debt=0, fee=FEE)
    for number, (debt, health) in enumerate(vaults):
        open_vault(world.pool, FIRST + number, int(debt * health) * 3 // 400 + 1, debt)

    assert screened(world) == unsafe_by_full_scan(world)
    for price, wait, touched in moves:
        world.now += wait
        world.done(KEEPER, AccrueCall())
        fall_to(world, price)
        party = FIRST + touched % len(vaults)
        ink, art = world.pool.vault(party)
        world.within(lambda: world.engine.grab(world.pool, party, HOUSE, VOW, ink // 3, art // 2))  # noqa: B023 - called at once

        assert screened(world) == unsafe_by_full_scan(world)


def test_exactly_at_the_margin_nobody_is_called_whatever_the_size():
    """Debts from one unit to ten million, each exactly what the collateral carries at 150: floats cannot tell, the screening must."""
    world = build(min_debt=0)
    for number in range(25):
        open_vault(world.pool, FIRST + number, 10**number, 10**number)

    fall_to(world, 150 * WAD)
    # An ether carries a hundred: all are far from it. Fall until it carries one.
    fall_to(world, 3 * WAD // 2)
    assert screened(world) == []
    fall_to(world, 3 * WAD // 2 - 2)
    assert screened(world) == list(range(FIRST, FIRST + 25))


def test_a_refreshed_price_looks_at_those_near_it_and_at_nobody_else():
    world = crowded_vaults(20_000)
    world.screen()
    fall_to(world, 192 * WAD)

    world.screen(post=1)

    assert (world.pool.screening.exact, world.pool.fell, world.pool.positions.accounts) == (0, {}, {})


def test_what_is_decided_exactly_is_what_changed_sides():
    world = crowded_vaults(20_000)
    world.screen()
    for price in (180, 160, 140, 150, 120, 190):
        fall_to(world, price * WAD)
        before = world.pool.screening.exact

        said = world.screen(post=1)

        assert len(said) == world.pool.screening.exact - before > 50
        assert sorted(world.pool.fell) == unsafe_by_full_scan(world)


def test_a_block_in_which_nothing_moved_looks_at_nobody():
    world = crowded_vaults(100)
    open_vault(world.pool, KEEPER, 3 * WAD, 399 * WAD)
    world.screen()
    before = world.pool.screening.exact

    for _ in range(5):
        world.now += 13
        assert world.screen() == []

    assert world.pool.screening.exact == before


def test_a_vault_seized_in_parts_falls_once_and_recovers_once():
    world = build()
    open_vault(world.pool, KEEPER, 100 * WAD, 10_000 * WAD)
    fall_to(world, 140 * WAD)
    [(_, row)] = world.screen(post=9, price=140 * 10**8)
    assert row[0] == HealthFell.kind

    world.within(lambda: world.engine.grab(world.pool, KEEPER, HOUSE, VOW, 50 * WAD, 5_000 * WAD))
    assert world.screen() == []
    world.within(lambda: world.engine.grab(world.pool, KEEPER, HOUSE, VOW, 50 * WAD, 5_000 * WAD))
    assert [row for _, row in world.screen()] == [(HealthRecovered.kind, 2**255 - 1)]
    assert world.engine.unbacked == 10_000 * RAD


def test_collateral_alone_is_nothing_to_watch():
    world = build()
    world.give(KEEPER, WETH, WAD)
    world.done(KEEPER, SupplyCall(WETH.id, WAD))
    world.screen()

    assert (world.pool.screening.side, world.pool.screening.groups) == ({}, {})


def test_a_crowd_through_a_crash_and_back_is_never_missed():
    world = crowded_vaults(3_000)
    world.pool.screening.small = 64
    for price in (170, 140, 110, 84, 60, 30, 84, 130, 199):
        fall_to(world, price * WAD)

        assert screened(world) == unsafe_by_full_scan(world)


def test_a_copied_screening_goes_its_own_way():
    world = crowded_vaults(500)
    fork = copy.deepcopy(world)
    fall_to(fork, 120 * WAD)

    assert screened(fork) == unsafe_by_full_scan(fork) != []
    assert screened(world) == []

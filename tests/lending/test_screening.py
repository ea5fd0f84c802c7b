"""The screening must never miss, whoever else is there, and its cost must not follow the size of the world."""

import copy

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from sim.assets import Asset
from sim.commands import LiquidateCall, RepayCall, SupplyCall
from sim.lending.aave.opening import open_account, open_population, open_supply
from sim.lending.aave.rules import is_liquidatable
from sim.lending.aave.versions import VERSIONS
from sim.lending.positions import Column
from sim.lending.screening import FLUSH
from sim.records.lending import HealthFell, HealthRecovered
from sim.units import UINT256_MAX, WAD
from tests.bench.screening import FIRST, crowded_world
from tests.lending.world import ALICE, ASSETS, DAI, DOLLAR, KEEPER, LENDER, USDC, WBTC, WETH, World, build

FIRST_PRICE = {WETH.id: 2_000, WBTC.id: 40_000, USDC.id: 1, DAI.id: 1}


def unhealthy_by_full_scan(world: World) -> list[int]:
    parties = world.pool.state.positions.parties()
    return sorted(party for party in parties if is_liquidatable(world.pool.standing(party, world.now).health))


def screened(world: World) -> list[int]:
    world.screen()
    world.pool._check()
    return sorted(world.pool.fell)


def whole(asset, dollars: float) -> int:
    """Return so many dollars' worth of an asset at its first price, in units; at least one unit."""
    return max(int(dollars * asset.unit) // FIRST_PRICE[asset.id], 1)


DOLLARS = st.floats(min_value=-4, max_value=7).map(lambda digits: 10.0**digits)
"""From a hundredth of a cent to ten million: sizes at which rounding matters, and at which it does not."""
ACCOUNTS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(ASSETS), min_size=0, max_size=3, unique_by=lambda asset: asset.id),
        st.lists(st.sampled_from(ASSETS), min_size=1, max_size=2, unique_by=lambda asset: asset.id),
        DOLLARS,
        st.floats(min_value=0.9, max_value=2.0),
    ),
    min_size=1,
    max_size=12,
)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(ASSETS),
        st.one_of(st.floats(min_value=0.7, max_value=1.4), st.floats(min_value=0.002, max_value=500)),
        st.sampled_from([0, 12, 86_400 * 100]),
        st.integers(min_value=0, max_value=11),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=60)
@given(st.sampled_from(sorted(VERSIONS)), ACCOUNTS, MOVES, st.booleans())
def test_nobody_is_missed(version, accounts, moves, in_bulk):
    world = build(VERSIONS[version])
    for asset in ASSETS:
        open_supply(world.pool, LENDER, asset.id, whole(asset, 10**9))
    (open_in_bulk if in_bulk else open_one_by_one)(world, accounts)

    assert screened(world) == unhealthy_by_full_scan(world)
    for asset, factor, wait, touched in moves:
        world.now += wait
        world.prices.prices[asset.id] = max(int(FIRST_PRICE[asset.id] * DOLLAR * factor), 1)
        touch(world, FIRST + touched % len(accounts))

        assert screened(world) == unhealthy_by_full_scan(world)


def amounts(account) -> list[tuple[Asset, bool, int]]:
    """Return (asset, is debt, units) of an account described by its assets, its size and its health."""
    collaterals, debts, dollars, health = account
    worth = dollars * health / 0.78 / max(len(collaterals), 1)
    owed = [(asset, True, whole(asset, dollars / len(debts))) for asset in debts]
    return [*owed, *((asset, False, whole(asset, worth)) for asset in collaterals)]


def open_one_by_one(world: World, accounts) -> None:
    for number, account in enumerate(accounts):
        sides = amounts(account)
        collaterals = {asset.id: units for asset, is_debt, units in sides if not is_debt}
        open_account(world.pool, FIRST + number, collaterals, {asset.id: units for asset, is_debt, units in sides if is_debt})


def open_in_bulk(world: World, accounts) -> None:
    columns = {(asset.id, is_debt): np.zeros(len(accounts), np.int64) for asset in ASSETS for is_debt in (False, True)}
    for number, account in enumerate(accounts):
        for asset, is_debt, units in amounts(account):
            columns[asset.id, is_debt][number] = -(-units // 10 ** max(asset.decimals - 9, 0))
    quanta = {asset.id: 10 ** max(asset.decimals - 9, 0) for asset in ASSETS}
    open_population(world.pool, FIRST, tuple(Column(key, debt, each, quanta[key]) for (key, debt), each in columns.items()), len(accounts))


def touch(world: World, party: int) -> None:
    """Change an account a little: pay some of its first debt back, or liquidate it when that may be."""
    debts = world.pool.state.positions.peek(party).debts
    for asset, shares in list(debts.items())[:1]:
        world.ledger.mint(asset, world.ledger.open(KEEPER, 100), 2 * shares)
        world.execute(KEEPER, RepayCall(asset, shares // 7 + 1, party))
        for collateral in list(world.pool.state.positions.peek(party).collaterals)[:1]:
            world.execute(KEEPER, LiquidateCall(party, asset, collateral, UINT256_MAX))


def test_a_post_looks_at_those_near_it_and_at_nobody_else():
    """Of twenty thousand accounts from a health of 1.05 on, a fall of four percent concerns nobody."""
    world = crowded_world(20_000)
    world.screen()
    assert world.pool.screening.exact == 1  # The lender, looked at once.
    world.prices.prices[WETH.id] = world.prices.prices[WETH.id] * 96 // 100

    world.screen(post=1)

    assert world.pool.screening.exact == 1
    assert len(world.pool.screening.groups) <= 128
    assert list(world.pool.state.positions.accounts) == [LENDER]


def test_what_is_decided_exactly_is_what_changed_sides():
    world = crowded_world(20_000)
    world.screen()
    for price in (1_900, 1_800, 1_700, 1_750, 1_600, 1_900):
        world.prices.prices[WETH.id] = price * DOLLAR
        before = world.pool.screening.exact

        said = world.screen(post=1)

        assert 50 < len(said) == world.pool.screening.exact - before


def test_a_crowd_through_a_crash_is_never_missed():
    """Prices part company, so that groups must be sorted anew on the way."""
    world, sorted_anew = crowded_world(6_000), 0
    world.pool.screening.small = 64
    for step in range(12):
        world.now += 12
        world.prices.prices[WETH.id] = (2_000 - 60 * step) * DOLLAR
        world.prices.prices[WBTC.id] = (40_000 + 3_000 * step) * DOLLAR
        references = [group.references for group in world.pool.screening.groups.values()]
        found = screened(world)
        now = [group.references for group in world.pool.screening.groups.values()]
        sorted_anew += sum(all(each is not old for old in references) for each in now)
        if step % 4 == 3:
            assert found == unhealthy_by_full_scan(world)

    assert sorted_anew > 0


def test_many_changes_become_groups_and_groups_become_larger_ones():
    world = crowded_world(5_000)
    for number in range(12 * FLUSH):
        party = FIRST + number
        debt, shares = next(iter(world.pool.state.positions.peek(party).debts.items()))
        world.ledger.mint(debt, world.ledger.open(KEEPER, 100), shares)
        world.execute(KEEPER, RepayCall(debt, shares // 50 + 1, party))
        if number % 16 == 0:
            world.screen()
    screening = world.pool.screening

    assert len(screening.side) <= FLUSH
    assert len(screening.groups) <= 128
    world.prices.prices[WETH.id] = 1_700 * DOLLAR
    assert screened(world) == unhealthy_by_full_scan(world)


def test_those_who_recover_in_the_block_that_makes_them_a_group_are_said_to():
    world, crowd = build(VERSIONS["v3_7"]), range(FIRST, FIRST + FLUSH + 1)
    open_supply(world.pool, LENDER, USDC.id, 10**15)
    for party in crowd:
        open_account(world.pool, party, {WETH.id: 10**18}, {USDC.id: 1_000 * 10**6})
    world.screen()
    world.prices.prices[WETH.id] = 1_150 * DOLLAR
    assert screened(world) == list(crowd)
    for party in crowd:
        world.ledger.mint(USDC.id, world.ledger.open(KEEPER, 100), 500 * 10**6)
        world.execute(KEEPER, RepayCall(USDC.id, 500 * 10**6, party))

    said = world.screen()

    assert [(party, row[0]) for party, row in said] == [(party, HealthRecovered.kind) for party in crowd]
    assert not world.pool.fell


def test_thousands_of_single_accounts_are_put_into_groups_too():
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, USDC.id, 10**15)
    for number in range(4_200):
        collateral = {WETH.id: (10 + number % 7) * 10**17} if number % 3 else {WBTC.id: 5 * 10**6 + number}
        open_account(world.pool, FIRST + number, collateral, {USDC.id: 1_000 * 10**6 + number})

    world.screen()

    assert not world.pool.screening.side
    world.prices.prices[WETH.id] = 1_150 * DOLLAR
    assert screened(world) == unhealthy_by_full_scan(world)


def test_interest_alone_makes_an_account_fall():
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, USDC.id, 20_000 * 10**6)
    open_account(world.pool, ALICE, {WETH.id: 10**19}, {USDC.id: 16_499 * 10**6})
    world.execute(KEEPER, SupplyCall(USDC.id, 0))

    assert world.screen() == []
    world.now += 86_400
    [(party, row)] = world.screen()
    assert (party, row[0], row[1:3]) == (ALICE, HealthFell.kind, (0, 0))


def test_an_account_that_recovers_is_told_once():
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, USDC.id, 20_000 * 10**6)
    open_account(world.pool, ALICE, {WETH.id: 10**19}, {USDC.id: 15_000 * 10**6})
    world.prices.prices[WETH.id] = 1_500 * DOLLAR
    world.screen()

    world.prices.prices[WETH.id] = 2_000 * DOLLAR

    assert world.screen() == [(ALICE, (HealthRecovered.kind, 11 * WAD // 10))]
    assert (world.screen(), world.pool.fell) == ([], {})


def test_nothing_is_said_while_a_price_is_missing():
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, USDC.id, 20_000 * 10**6)
    open_account(world.pool, ALICE, {WETH.id: 10**19}, {USDC.id: 15_000 * 10**6})
    world.prices.prices.update({WETH.id: 1_000 * DOLLAR, DAI.id: 0})

    assert world.screen() == []
    world.prices.prices[DAI.id] = DOLLAR
    assert [party for party, _ in world.screen()] == [ALICE]


def test_a_copied_screening_goes_its_own_way():
    world = crowded_world(500)
    fork = copy.deepcopy(world)
    fork.prices.prices[WETH.id] = 1_500 * DOLLAR

    assert screened(fork) == unhealthy_by_full_scan(fork) != []
    assert screened(world) == []


@pytest.mark.parametrize("side", [False, True])
def test_the_grouping_changes_no_answer(side):
    """Everybody in groups, or everybody touched first: the same rows in the same sequence."""
    worlds = [crowded_world(300), crowded_world(300)]
    if side:
        for party in range(FIRST, FIRST + 300):
            worlds[1].pool.state.positions.touch(party)
    for world in worlds:
        world.prices.prices[WETH.id] = 1_600 * DOLLAR

    assert worlds[0].screen(post=3) == worlds[1].screen(post=3)

"""Stories of suppliers and borrowers of a Comet."""

import copy

import attrs
import pytest

from sim.commands import BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import InputError
from sim.lending.aave.rules import NO_DEBT
from sim.lending.comet.opening import open_account, open_reserves, open_supply
from sim.records import Borrowed, HealthFell, HealthRecovered, Repaid, Supplied, Withdrawn
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.comet.world import ETHER_TERMS, TERMS, build
from tests.lending.compound.world import ALICE, BOB, DOLLAR, ETHER, LENDER, MILLION, USDC, WBTC, WETH, World

EDGE = 16_500 * 10**6
"""What ten ether may borrow, at 82.5 % of 2,000 each."""


def with_a_borrower(**changes: object) -> World:
    """A million dollars to lend; Alice has ten ether inside and owes nothing."""
    world = build(**changes)
    open_supply(world.pool, LENDER, MILLION)
    world.give(ALICE, WETH, 20 * ETHER)
    world.done(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    return world


def test_one_may_borrow_to_the_very_edge_and_not_a_unit_more():
    world = with_a_borrower()

    refused = world.execute(ALICE, BorrowCall(USDC.id, EDGE + 1))
    world.done(ALICE, BorrowCall(USDC.id, EDGE))

    assert refused is Refusal.INSUFFICIENT_COLLATERAL
    assert world.rows(Borrowed) == [Borrowed(ALICE, USDC.id, EDGE)]
    assert world.pool.standing(ALICE, world.now).health == 895 * WAD // 825


def test_a_debt_has_a_least_size_when_it_is_made_and_none_when_it_is_repaid():
    world = with_a_borrower()

    refused = world.execute(ALICE, BorrowCall(USDC.id, 100 * 10**6 - 1))
    world.done(ALICE, BorrowCall(USDC.id, 100 * 10**6))
    world.done(ALICE, RepayCall(USDC.id, 100 * 10**6 - 1))

    assert refused is Refusal.BORROW_TOO_SMALL
    assert world.pool.state.balance(ALICE) == -1


def test_withdrawing_beyond_ones_balance_is_borrowing_and_told_as_both():
    world = with_a_borrower()
    world.give(ALICE, USDC, 500 * 10**6)
    world.done(ALICE, SupplyCall(USDC.id, 500 * 10**6))

    world.done(ALICE, WithdrawCall(USDC.id, 800 * 10**6))

    assert world.rows(Withdrawn) == [Withdrawn(ALICE, USDC.id, 500 * 10**6)]
    assert world.rows(Borrowed) == [Borrowed(ALICE, USDC.id, 300 * 10**6)]


def test_supplying_beyond_ones_debt_is_lending_and_told_as_both():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 1_000 * 10**6))
    world.give(BOB, USDC, 2_000 * 10**6)

    world.done(BOB, SupplyCall(USDC.id, 1_500 * 10**6, ALICE))

    assert world.rows(Repaid) == [Repaid(ALICE, USDC.id, 1_000 * 10**6)]
    assert world.rows(Supplied) == [Supplied(ALICE, USDC.id, 500 * 10**6)]
    assert world.pool.state.balance(ALICE) == 500 * 10**6


def test_repaying_stops_at_the_debt():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 1_000 * 10**6))
    world.give(ALICE, USDC, 2_000 * 10**6)

    world.done(ALICE, RepayCall(USDC.id, 3_000 * 10**6))

    assert world.rows(Repaid) == [Repaid(ALICE, USDC.id, 1_000 * 10**6)]
    assert world.held(ALICE, USDC) == 2_000 * 10**6
    assert world.execute(ALICE, RepayCall(USDC.id, 1)) is Refusal.NOTHING_OWED


def test_the_largest_number_is_all_of_the_base_and_no_amount_of_collateral():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 1_000 * 10**6))

    world.done(ALICE, SupplyCall(USDC.id, UINT256_MAX))
    world.done(LENDER, WithdrawCall(USDC.id, UINT256_MAX))

    assert world.pool.standing(ALICE, world.now).health == NO_DEBT
    assert world.held(LENDER, USDC) == MILLION
    assert world.execute(ALICE, WithdrawCall(WETH.id, UINT256_MAX)) is Refusal.ARITHMETIC
    assert world.execute(LENDER, WithdrawCall(USDC.id, UINT256_MAX)) is Refusal.ZERO_AMOUNT


def test_collateral_that_a_debt_needs_stays_by_the_factor_for_borrowing():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, EDGE // 2))

    refused = world.execute(ALICE, WithdrawCall(WETH.id, 5 * ETHER + 10**10))
    world.done(ALICE, WithdrawCall(WETH.id, 5 * ETHER))

    assert refused is Refusal.UNHEALTHY
    assert world.execute(ALICE, WithdrawCall(WETH.id, 6 * ETHER)) is Refusal.INSUFFICIENT_BALANCE


def test_withdrawing_collateral_adds_no_interest_first():
    """A year later the stored debt still lets the same collateral go; the debt as it is would not."""
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, EDGE // 2))
    world.now += 31_536_000

    world.done(ALICE, WithdrawCall(WETH.id, 5 * ETHER))

    assert world.execute(ALICE, BorrowCall(USDC.id, 1)) is Refusal.INSUFFICIENT_COLLATERAL


def test_the_supply_cap_may_be_reached():
    terms = (attrs.evolve(ETHER_TERMS, supply_cap=15 * ETHER), TERMS.collaterals[1])
    world = with_a_borrower(collaterals=terms)

    refused = world.execute(ALICE, SupplyCall(WETH.id, 5 * ETHER + 1))
    world.done(ALICE, SupplyCall(WETH.id, 5 * ETHER))

    assert refused is Refusal.SUPPLY_CAP


def test_a_lender_run_ends_where_the_cash_does_reserves_included():
    world = build()
    open_supply(world.pool, LENDER, MILLION)
    open_reserves(world.pool, 1_000 * 10**6)
    open_account(world.pool, ALICE, {WETH.id: 1_000 * ETHER}, 9 * MILLION // 10)

    refused = world.execute(LENDER, WithdrawCall(USDC.id, MILLION // 10 + 1_000 * 10**6 + 1))
    world.done(LENDER, WithdrawCall(USDC.id, MILLION // 10 + 1_000 * 10**6))

    assert refused is Refusal.INSUFFICIENT_LIQUIDITY
    assert world.pool.state.reserves(world.now) == 1_000 * 10**6
    world._check()


def test_what_is_refused_is_refused_with_its_reason():
    world = with_a_borrower()

    assert world.execute(ALICE, SupplyCall(99, 1)) is Refusal.UNKNOWN_ASSET
    assert world.execute(ALICE, WithdrawCall(99, 1)) is Refusal.UNKNOWN_ASSET
    assert world.execute(ALICE, BorrowCall(WETH.id, 1)) is Refusal.UNKNOWN_ASSET
    assert world.execute(ALICE, RepayCall(WETH.id, 1)) is Refusal.UNKNOWN_ASSET
    assert world.execute(ALICE, SupplyCall(WETH.id, 0)) is Refusal.ZERO_AMOUNT
    assert world.execute(ALICE, SupplyCall(WETH.id, 11 * ETHER)) is Refusal.INSUFFICIENT_BALANCE


def test_prices_are_read_only_as_far_as_they_matter():
    """The contract stops at the first collateral that is enough: whoever has another without a price need not care."""
    world = with_a_borrower()
    world.give(ALICE, WBTC, 10**8)
    world.done(ALICE, SupplyCall(WBTC.id, 10**8))
    world.prices.prices[WBTC.id] = 0

    needed = world.execute(ALICE, BorrowCall(USDC.id, EDGE + 1))
    world.done(ALICE, BorrowCall(USDC.id, EDGE))

    assert needed is Refusal.NOTHING_POSTED
    assert world.screen() == []


def test_health_falls_with_a_post_and_recovers_with_the_next():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, EDGE))
    world.screen()

    world.prices.prices[WETH.id] = 1_800 * DOLLAR
    fell = world.screen(post=7, asset=WETH.id, price=1_800 * DOLLAR)
    world.pool.note_fell(ALICE, 8)
    shown = world.pool.view(world.now).unhealthy
    world.prices.prices[WETH.id] = 2_000 * DOLLAR
    recovered = world.screen(post=9, asset=WETH.id, price=2_000 * DOLLAR)

    health = 16_110 * WAD // 16_500
    assert fell == [(ALICE, (HealthFell.kind, 7, 1_800 * DOLLAR, health, 16_500 * DOLLAR, 18_000 * DOLLAR))]
    assert [(each.account, each.health, each.fell) for each in shown] == [(ALICE, health, 8)]
    assert recovered == [(ALICE, (HealthRecovered.kind, 895 * WAD // 825))]


def test_a_pool_copied_goes_its_own_way():
    world = with_a_borrower()

    fork = copy.deepcopy(world)
    fork.done(ALICE, BorrowCall(USDC.id, EDGE))
    fork.screen()

    assert world.pool.state.principal(ALICE) == 0
    fork._check()


def test_borrowers_cannot_owe_at_the_opening_what_nobody_lends():
    with pytest.raises(InputError, match="open more supply first"):
        open_account(build().pool, ALICE, {WETH.id: ETHER}, 1)


def test_terms_that_the_contract_would_not_take_are_refused_at_once():
    with pytest.raises(InputError, match=r"(?s)storefront.*WETH: the borrow factor"):
        attrs.evolve(TERMS, store_front_factor=2 * WAD, collaterals=(attrs.evolve(ETHER_TERMS, borrow_factor=WAD),))


def test_views_read_as_of_any_lending_pool():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 8_000 * 10**6))

    view, position = world.pool.view(world.now), world.pool.position(ALICE, world.now)

    reserve = view.reserves[WETH.id]
    assert (reserve.price, reserve.max_ltv, reserve.threshold, reserve.liquidity) == (2_000 * DOLLAR, 8_250, 8_950, 10 * ETHER)
    assert (position.collaterals[0].units, position.debts[0].units) == (10 * ETHER, 8_000 * 10**6)
    assert (position.collateral_value, position.debt_value) == (20_000 * DOLLAR, 8_000 * DOLLAR)
    assert view.utilisation == 8 * WAD // 1_000

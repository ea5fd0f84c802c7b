"""Stories of suppliers and borrowers of Compound v2."""

import copy

import pytest

from sim.commands import AccrueCall, BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import InputError
from sim.lending.aave.rules import NO_DEBT
from sim.lending.compound.calls import EnterMarketCall, LeaveMarketCall
from sim.lending.compound.opening import open_account, open_supply
from sim.lending.compound.terms import CompoundTerms
from sim.records import Borrowed, HealthFell, HealthRecovered, InterestAccrued, MarketEntered, MarketLeft, Repaid, Supplied, Withdrawn
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.compound.world import (
    ALICE,
    BOB,
    DOLLAR,
    ETHER,
    LENDER,
    MILLION,
    OPENED,
    USDC,
    WETH,
    World,
    build,
    market,
)

YEAR = 31_536_000


def with_a_borrower(**changes: object) -> World:
    """A million dollars to lend; Alice has ten ether inside that count for 16,000 dollars, and owes nothing."""
    world = build(**changes)  # type: ignore[arg-type] # Parametrized by key.
    open_supply(world.pool, LENDER, USDC.id, MILLION)
    world.give(ALICE, WETH, 20 * ETHER)
    world.done(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    world.done(ALICE, EnterMarketCall(WETH.id))
    return world


def test_fifty_shares_are_an_ether_at_first():
    world = build()
    world.give(ALICE, WETH, ETHER)

    world.done(ALICE, SupplyCall(WETH.id, ETHER))

    assert world.pool.state.shares_of(ALICE, WETH.id) == 50 * 10**8
    assert world.rows(Supplied) == [Supplied(ALICE, WETH.id, ETHER)]
    assert world.held(ALICE, WETH) == 0


def test_supply_counts_only_once_its_market_is_entered():
    world = build()
    open_supply(world.pool, LENDER, USDC.id, MILLION)
    world.give(ALICE, WETH, ETHER)
    world.done(ALICE, SupplyCall(WETH.id, ETHER))

    too_early = world.execute(ALICE, BorrowCall(USDC.id, 1))
    world.done(ALICE, EnterMarketCall(WETH.id))
    entered = world.rows(MarketEntered)
    world.done(ALICE, BorrowCall(USDC.id, 1_600 * 10**6))

    assert too_early is Refusal.INSUFFICIENT_COLLATERAL
    assert entered == [MarketEntered(WETH.id)]
    assert world.rows(Borrowed) == [Borrowed(ALICE, USDC.id, 1_600 * 10**6)]


def test_one_may_borrow_to_the_very_edge_and_not_a_unit_more():
    world = with_a_borrower()

    refused = world.execute(ALICE, BorrowCall(USDC.id, 16_000 * 10**6 + 1))
    world.done(ALICE, BorrowCall(USDC.id, 16_000 * 10**6))

    assert refused is Refusal.INSUFFICIENT_COLLATERAL
    assert world.pool.standing(ALICE, world.now).health == WAD
    assert world.screen() == []


def test_there_is_no_gap_between_borrowing_and_liquidation_so_interest_alone_makes_unhealthy():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 16_000 * 10**6))
    before = world.screen()

    world.now += 3_600
    (fell,) = world.screen()

    assert before == []
    assert (fell[0], fell[1][0]) == (ALICE, HealthFell.kind)
    assert world.pool.position(ALICE, world.now).health < WAD


def test_borrowing_enters_the_market_and_what_is_supplied_there_later_counts():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 16_000 * 10**6))

    world.done(ALICE, SupplyCall(USDC.id, 10_000 * 10**6))

    assert world.pool.state.sums(ALICE, world.pool.state.stored()).collateral == (16_000 + 8_500) * WAD


def test_a_year_at_a_tenth_use():
    """Ten percent used: 2 % base and a tenth of 0.2 over 0.8 come to 4.5 % of the debt in simple interest; a tenth of it is kept."""
    world = build()
    open_supply(world.pool, LENDER, USDC.id, MILLION)
    open_account(world.pool, ALICE, {WETH.id: 100 * ETHER}, {USDC.id: MILLION // 10})

    world.now += YEAR
    world.done(BOB, AccrueCall())

    state = world.pool.state
    (told,) = [each for each in world.rows(InterestAccrued) if each.asset == USDC.id]
    owed = state.debt(ALICE, state.positions.peek(ALICE), USDC.id, state.markets[USDC.id].debt_index)
    assert 0 <= 104_500 * 10**6 - owed <= 10
    assert 0 <= 450 * 10**6 - state.markets[USDC.id].reserves <= 10
    assert told.debt_index == state.markets[USDC.id].debt_index * 10**9
    assert told.supply_index == state.snapshot(USDC.id).exchange_rate * 10**9
    world._check()


def test_suppliers_get_the_interest_when_they_leave():
    world = build()
    open_supply(world.pool, LENDER, USDC.id, MILLION)
    open_account(world.pool, ALICE, {WETH.id: 100 * ETHER}, {USDC.id: MILLION // 10})
    world.now += YEAR
    world.give(ALICE, USDC, MILLION)

    world.done(ALICE, RepayCall(USDC.id, UINT256_MAX))
    repaid = world.rows(Repaid)[0].amount
    world.done(LENDER, WithdrawCall(USDC.id, UINT256_MAX))

    (got,) = world.rows(Withdrawn)
    kept = world.pool.state.markets[USDC.id].reserves
    assert 0 <= MILLION - MILLION // 10 + repaid - kept - got.amount <= 1
    world._check()


def test_a_lender_run_ends_where_the_cash_does():
    world = build()
    open_supply(world.pool, LENDER, USDC.id, MILLION)
    open_account(world.pool, ALICE, {WETH.id: 1_000 * ETHER}, {USDC.id: 9 * MILLION // 10})

    refused = world.execute(LENDER, WithdrawCall(USDC.id, MILLION // 10 + 1))
    world.done(LENDER, WithdrawCall(USDC.id, MILLION // 10))
    nothing_left = world.execute(LENDER, WithdrawCall(USDC.id, 10**6))

    assert (refused, nothing_left) == (Refusal.INSUFFICIENT_LIQUIDITY, Refusal.INSUFFICIENT_LIQUIDITY)
    world._check()


def test_collateral_that_a_debt_needs_stays():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 8_000 * 10**6))

    refused = world.execute(ALICE, WithdrawCall(WETH.id, 5 * ETHER + 10**9))
    world.done(ALICE, WithdrawCall(WETH.id, 5 * ETHER))

    assert refused is Refusal.UNHEALTHY
    assert world.pool.standing(ALICE, world.now).health == WAD


def test_a_withdrawal_burns_too_few_shares_where_it_is_no_whole_number_of_them():
    """The contract rounds the shares down: units of almost a share more go for nothing."""
    world = with_a_borrower()
    a_share = 2 * 10**8

    world.done(ALICE, WithdrawCall(WETH.id, 3 * a_share - 1))
    left = world.pool.state.shares_of(ALICE, WETH.id)
    less_than_a_share = world.execute(ALICE, WithdrawCall(WETH.id, a_share // 2))

    assert left == 500 * 10**8 - 2
    assert less_than_a_share is Refusal.ZERO_AMOUNT


def test_units_sent_without_a_call_are_the_suppliers():
    world = with_a_borrower()
    ledger, state = world.ledger, world.pool.state
    world.give(BOB, WETH, 10 * ETHER)

    ledger.move(WETH.id, ledger.open(BOB, 100), state.purse.own(), 10 * ETHER)

    assert state.snapshot(WETH.id).exchange_rate == 2 * (2 * 10**26)
    assert state.sums(ALICE, state.stored()).collateral == 32_000 * WAD
    world._check()


def test_a_market_one_owes_in_cannot_be_left_nor_one_that_a_debt_needs():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 8_000 * 10**6))

    owing, needed = world.execute(ALICE, LeaveMarketCall(USDC.id)), world.execute(ALICE, LeaveMarketCall(WETH.id))
    world.done(ALICE, RepayCall(USDC.id, UINT256_MAX))
    world.done(ALICE, LeaveMarketCall(WETH.id))
    left = world.rows(MarketLeft)

    assert (owing, needed) == (Refusal.STILL_OWES, Refusal.UNHEALTHY)
    assert left == [MarketLeft(WETH.id)]
    assert world.execute(ALICE, BorrowCall(USDC.id, 1)) is Refusal.INSUFFICIENT_COLLATERAL


def test_the_borrow_cap_is_itself_too_much():
    world = with_a_borrower(USDC={"borrow_cap": 1_000 * 10**6})

    refused = world.execute(ALICE, BorrowCall(USDC.id, 1_000 * 10**6))
    world.done(ALICE, BorrowCall(USDC.id, 1_000 * 10**6 - 1))

    assert refused is Refusal.BORROW_CAP


def test_what_is_refused_is_refused_with_its_reason():
    world = with_a_borrower(WBTC={"can_borrow": False})

    assert world.execute(ALICE, SupplyCall(99, 1)) is Refusal.UNKNOWN_ASSET
    assert world.execute(ALICE, SupplyCall(WETH.id, 0)) is Refusal.ZERO_AMOUNT
    assert world.execute(ALICE, SupplyCall(WETH.id, UINT256_MAX + 1)) is Refusal.ARITHMETIC
    assert world.execute(ALICE, SupplyCall(WETH.id, 1, BOB)) is Refusal.NOT_OWNER
    assert world.execute(ALICE, SupplyCall(WETH.id, 11 * ETHER)) is Refusal.INSUFFICIENT_BALANCE
    assert world.execute(ALICE, BorrowCall(2, 1)) is Refusal.BORROWING_DISABLED
    assert world.execute(ALICE, RepayCall(USDC.id, 1)) is Refusal.NOTHING_OWED
    assert world.execute(ALICE, LeaveMarketCall(99)) is Refusal.UNKNOWN_ASSET
    assert world.execute(ALICE, EnterMarketCall(99)) is Refusal.UNKNOWN_ASSET


def test_somebody_else_may_repay_and_more_than_is_owed_is_all_of_it():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 1_000 * 10**6))
    world.give(BOB, USDC, 5_000 * 10**6)

    world.done(BOB, RepayCall(USDC.id, 2_000 * 10**6, ALICE))

    assert world.rows(Repaid) == [Repaid(ALICE, USDC.id, 1_000 * 10**6)]
    assert world.held(BOB, USDC) == 4_000 * 10**6
    assert world.pool.standing(ALICE, world.now).health == NO_DEBT


def test_without_a_price_nobody_borrows_and_nothing_is_said():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 16_000 * 10**6))
    world.prices.prices[WETH.id] = 0

    assert world.execute(ALICE, BorrowCall(USDC.id, 1)) is Refusal.NOTHING_POSTED
    assert world.execute(BOB, LiquidateCall(ALICE, USDC.id, WETH.id, 1)) is Refusal.NOTHING_POSTED
    assert world.screen() == []
    assert world.pool.view(world.now).unhealthy == ()


def test_health_falls_with_a_post_and_recovers_with_the_next():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 16_000 * 10**6))
    world.screen()

    world.prices.prices[WETH.id] = 1_900 * DOLLAR
    fell = world.screen(post=7, asset=WETH.id, price=1_900 * DOLLAR)
    world.pool.note_fell(ALICE, 8)
    shown = world.pool.view(world.now).unhealthy
    world.prices.prices[WETH.id] = 2_000 * DOLLAR
    recovered = world.screen(post=9, asset=WETH.id, price=2_000 * DOLLAR)

    health = 95 * WAD // 100
    assert fell == [(ALICE, (HealthFell.kind, 7, 1_900 * DOLLAR, health, 16_000 * DOLLAR, 19_000 * DOLLAR))]
    assert [(each.account, each.health, each.fell) for each in shown] == [(ALICE, health, 8)]
    assert recovered == [(ALICE, (HealthRecovered.kind, WAD))]


def test_a_pool_copied_goes_its_own_way():
    world = with_a_borrower()

    fork = copy.deepcopy(world)
    fork.done(ALICE, BorrowCall(USDC.id, 16_000 * 10**6))
    fork.screen()

    assert not world.pool.state.positions.peek(ALICE).debts
    fork._check()


def test_borrowers_cannot_owe_at_the_opening_what_nobody_lends():
    world = build()

    with pytest.raises(InputError, match="open more supply first"):
        open_account(world.pool, ALICE, {WETH.id: ETHER}, {USDC.id: 1})


def test_terms_that_the_contracts_would_not_take_are_refused_at_once():
    with pytest.raises(InputError, match=r"(?s)95%.*close_factor") as refused:
        CompoundTerms((market(WETH, factor=95 * WAD // 100),), close_factor=WAD)
    assert "90 %" in str(refused.value)


def test_views_read_as_of_any_lending_pool():
    world = with_a_borrower()
    world.done(ALICE, BorrowCall(USDC.id, 8_000 * 10**6))

    view, position = world.pool.view(OPENED), world.pool.position(ALICE, OPENED)

    reserve = view.reserves[WETH.id]
    assert (reserve.price, reserve.threshold, reserve.bonus, reserve.liquidity) == (2_000 * DOLLAR, 8_000, 800, 10 * ETHER)
    assert (position.collaterals[0].units, position.debts[0].units) == (10 * ETHER, 8_000 * 10**6)
    assert (position.collateral_value, position.debt_value, position.health) == (20_000 * DOLLAR, 8_000 * DOLLAR, 2 * WAD)

"""Loans against bands: opened, changed, paid back, sold softly, liquidated hard; and that a refused call leaves no trace."""

import math

import pytest

from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.llamma.calls import CreateLoanCall, LiquidateBandsCall
from sim.lending.llamma.terms import MOST_RATE, FixedRate, PegRate
from sim.records.lending import Borrowed, InterestAccrued, Liquidated, Repaid, Supplied, Withdrawn
from sim.records.llamma import BandsLiquidated, LoanChanged
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.llamma.loans import DEBT, sunk, world_with_loan, worn_out
from tests.lending.llamma.world import ALICE, BOB, CRVUSD, DOLLAR, KEEPER, WETH, YEAR, build


def test_a_loan_puts_its_collateral_evenly_into_bands_below_the_price():
    world = build()

    world.lend(ALICE, 10 * WAD, DEBT, 10)

    first, last = world.bands_of(ALICE)
    assert last - first == 9
    assert world.amm.edge(first, world.now) < 2_000 * WAD
    assert [world.amm.bands.y[n] for n in range(first, last + 1)] == [WAD] * 10
    assert world.held(ALICE, CRVUSD) == DEBT
    assert [(ALICE, WETH.id, 10 * WAD)] == [(each.account, each.asset, each.amount) for each in world.rows(Supplied)]
    assert [(ALICE, CRVUSD.id, DEBT)] == [(each.account, each.asset, each.amount) for each in world.rows(Borrowed)]
    changed = world.rows(LoanChanged)[0]
    # Dead shares keep a unit of each band that nobody will ever get.
    assert (first, last, 0, DEBT) == (changed.first, changed.last, changed.money, changed.debt)
    assert 0 <= 10 * WAD - changed.collateral <= 10 * 1_001


def test_more_debt_means_higher_bands():
    world = build()
    world.lend(ALICE, 10 * WAD, 10_000 * WAD)
    world.lend(BOB, 10 * WAD, 16_000 * WAD)

    assert world.bands_of(BOB)[0] < world.bands_of(ALICE)[0]


def test_wider_loans_borrow_less():
    world = build()
    world.give(ALICE, WETH, 10 * WAD)

    assert world.execute(ALICE, CreateLoanCall(10 * WAD, 17_200 * WAD, 50)) == Refusal.DEBT_TOO_HIGH
    world.done(ALICE, CreateLoanCall(10 * WAD, 17_200 * WAD, 4))


def test_debt_is_found_to_be_too_high_at_the_price_of_the_oracle():
    world = build()
    world.give(ALICE, WETH, 10 * WAD)
    world.set_price(1_500, 600)
    before = world.state()

    assert world.execute(ALICE, CreateLoanCall(10 * WAD, DEBT, 10)) == Refusal.DEBT_TOO_HIGH
    assert before == world.state()


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (CreateLoanCall(WAD, WAD, 3), Refusal.BAND_COUNT),
        (CreateLoanCall(WAD, WAD, 51), Refusal.BAND_COUNT),
        (CreateLoanCall(-WAD, WAD, 5), Refusal.ZERO_AMOUNT),
        (CreateLoanCall(WAD, 0, 5), Refusal.NOTHING_OWED),
        (CreateLoanCall(0, WAD, 5), Refusal.AMOUNT_TOO_LOW),
        (CreateLoanCall(300, 1, 5), Refusal.AMOUNT_TOO_LOW),
        (CreateLoanCall(WAD, 100 * WAD, 5), Refusal.INSUFFICIENT_BALANCE),
        (SupplyCall(WETH.id, WAD), Refusal.NO_LOAN),
        (SupplyCall(CRVUSD.id, WAD), Refusal.UNKNOWN_ASSET),
        (SupplyCall(WETH.id, 0), Refusal.ZERO_AMOUNT),
        (SupplyCall(WETH.id, WAD, ALICE), Refusal.NOT_ALLOWED),
        (WithdrawCall(WETH.id, WAD), Refusal.NO_LOAN),
        (BorrowCall(CRVUSD.id, WAD), Refusal.NO_LOAN),
        (BorrowCall(WETH.id, WAD), Refusal.UNKNOWN_ASSET),
        (RepayCall(CRVUSD.id, WAD), Refusal.NO_LOAN),
        (RepayCall(CRVUSD.id, WAD, ALICE), Refusal.INSUFFICIENT_BALANCE),
        (LiquidateBandsCall(BOB), Refusal.NO_LOAN),
        (LiquidateBandsCall(ALICE), Refusal.HEALTHY),
    ],
)
def test_a_refused_call_leaves_no_trace(call, refusal):
    world = world_with_loan()
    for asset in (CRVUSD, WETH):
        world.give(BOB, asset, WAD // 2)
    before = world.state()

    assert world.execute(BOB, call) == refusal
    assert before == world.state()


def test_there_is_one_loan_to_an_account():
    world = world_with_loan()

    assert world.execute(ALICE, CreateLoanCall(WAD, WAD, 5)) == Refusal.LOAN_EXISTS


def test_no_more_is_lent_than_there_is():
    world = build()
    world.give(ALICE, WETH, 10**6 * WAD)

    assert world.execute(ALICE, CreateLoanCall(10**6 * WAD, 10**8 * WAD + 1, 10)) == Refusal.INSUFFICIENT_LIQUIDITY
    world.done(ALICE, CreateLoanCall(10**6 * WAD, 10**8 * WAD, 10))


def test_more_collateral_moves_a_loan_down_and_more_debt_moves_it_up():
    world = world_with_loan()
    start = world.bands_of(ALICE)
    world.give(ALICE, WETH, 2 * WAD)

    world.done(ALICE, SupplyCall(WETH.id, 2 * WAD))
    lower = world.bands_of(ALICE)
    world.done(ALICE, BorrowCall(CRVUSD.id, 3_000 * WAD))
    higher = world.bands_of(ALICE)
    world._check()

    assert start[0] < lower[0]
    assert higher[0] < lower[0]
    assert world.market.debt(ALICE, world.now) == DEBT + 3_000 * WAD


def test_collateral_can_be_taken_out_as_far_as_the_debt_allows():
    world = world_with_loan()
    before = world.state()

    assert world.execute(ALICE, WithdrawCall(WETH.id, 3 * WAD)) == Refusal.DEBT_TOO_HIGH
    assert world.execute(ALICE, WithdrawCall(WETH.id, 30 * WAD)) == Refusal.INSUFFICIENT_BALANCE
    assert before == world.state()
    world.done(ALICE, WithdrawCall(WETH.id, WAD // 2))
    assert [each.amount for each in world.rows(Withdrawn)] == [WAD // 2]
    assert world.held(ALICE, WETH) == WAD // 2


def test_a_loan_paid_back_in_part_moves_down_and_in_full_is_gone():
    world = world_with_loan()
    start = world.bands_of(ALICE)

    world.done(ALICE, RepayCall(CRVUSD.id, 5_000 * WAD))
    lower = world.bands_of(ALICE)
    world.done(ALICE, RepayCall(CRVUSD.id, UINT256_MAX))

    assert start[0] < lower[0]
    assert world.rows(Repaid)[0].amount == 10_000 * WAD
    assert world.market.loans == {}
    # What is left behind is dust: a unit a band and roundings.
    assert 0 <= 10 * WAD - world.held(ALICE, WETH) <= 30_000
    world._check()


def test_a_loan_that_is_being_sold_cannot_move():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()
    before = world.state()
    world.give(ALICE, WETH, WAD)
    bands = world.bands_of(ALICE)

    for call in (SupplyCall(WETH.id, WAD), BorrowCall(CRVUSD.id, WAD), WithdrawCall(WETH.id, WAD)):
        assert world.execute(ALICE, call) == Refusal.SOFT_LIQUIDATION
    assert before[1:] == world.state()[1:]
    world.done(ALICE, RepayCall(CRVUSD.id, 1_000 * WAD))
    assert bands == world.bands_of(ALICE)
    assert world.health(ALICE) > WAD


def test_an_unhealthy_owner_may_repay_less_than_it_takes_and_what_is_enough_ends_the_danger():
    """As the contract: health is asked for only where somebody else repays."""
    world = worn_out()
    before, owed = world.health(ALICE), world.market.debt(ALICE, world.now)

    world.done(ALICE, RepayCall(CRVUSD.id, owed // 10**6))
    a_little = world.health(ALICE)
    world.done(ALICE, RepayCall(CRVUSD.id, owed // 20))

    assert before < a_little < WAD < world.health(ALICE)
    assert world.liquidate(ALICE) == Refusal.HEALTHY
    world._check()


def test_a_friend_must_repay_enough_and_cannot_close_a_loan_whose_bands_have_money():
    world = worn_out()
    owed, before = world.market.debt(ALICE, world.now), world.state()

    too_little = world.execute(KEEPER, RepayCall(CRVUSD.id, owed // 10**6, ALICE))
    not_his = world.execute(KEEPER, RepayCall(CRVUSD.id, owed, ALICE))
    assert before == world.state()
    world.done(KEEPER, RepayCall(CRVUSD.id, owed // 20, ALICE))

    assert (too_little, not_his) == (Refusal.UNHEALTHY, Refusal.NOT_ALLOWED)
    assert world.rows(Repaid)[0].account == ALICE
    assert world.health(ALICE) > WAD
    world._check()


def test_a_friend_who_pays_all_gets_nothing_of_it():
    world = world_with_loan()
    had = world.held(KEEPER, CRVUSD)

    world.done(KEEPER, RepayCall(CRVUSD.id, UINT256_MAX, ALICE))

    assert (had - world.held(KEEPER, CRVUSD), world.held(ALICE, WETH)) == (DEBT, 10 * WAD)
    assert world.market.loans == {}
    world._check()


def test_the_money_in_the_bands_helps_to_pay_a_loan_back_in_full():
    world = world_with_loan()
    world.set_price(1_620, 600)
    world.arbitrage()
    money, collateral = world.amm.sums(ALICE)

    world.done(ALICE, RepayCall(CRVUSD.id, DEBT))

    assert money > 10_000 * WAD
    assert world.held(ALICE, CRVUSD) == money
    assert world.held(ALICE, WETH) == collateral
    world._check()


def test_new_collateral_does_not_go_where_money_is():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()
    active = world.amm.bands.active

    world.lend(BOB, 10 * WAD, 13_000 * WAD, 4)

    assert world.bands_of(BOB)[0] > active
    world._check()


def test_soft_liquidation_spares_whom_a_hard_one_would_end():
    world = world_with_loan()

    world.set_price(1_500, 600)
    before = world.health(ALICE)
    world.arbitrage()

    # Nobody sold on the way, so the whole loss of the leap is there; but what is sold now no longer falls.
    assert before < WAD
    sold = world.amm.sums(ALICE)[0]
    world.set_price(1_000, 600)
    world.arbitrage()
    assert sold == world.amm.sums(ALICE)[0]


def test_a_slow_fall_through_all_bands_keeps_a_loan_healthy():
    world = world_with_loan()

    for price in range(1_740, 1_500, -10):
        world.set_price(price, 600)
        world.arbitrage()
    world.set_price(500, 600)

    assert world.health(ALICE) > WAD
    assert world.amm.sums(ALICE)[1] <= 1


def test_whoever_is_unhealthy_can_be_liquidated_by_anybody():
    world = sunk()
    owed, (money, collateral) = world.market.debt(ALICE, world.now), world.amm.sums(ALICE)
    health = world.health(ALICE)
    before = world.held(KEEPER, CRVUSD), world.held(KEEPER, WETH)

    assert not isinstance(world.liquidate(ALICE), Refusal)

    assert health < WAD
    assert before[0] - owed + money == world.held(KEEPER, CRVUSD)
    assert before[1] + collateral == world.held(KEEPER, WETH)
    done, split = world.rows(Liquidated)[0], world.rows(BandsLiquidated)[0]
    assert (ALICE, owed, collateral, health) == (done.account, done.repaid, done.seized, done.health)
    assert (done.collateral_price, done.debt_price) == (1_300 * DOLLAR, DOLLAR)
    assert (money, owed - money, 0) == (split.from_bands, split.from_sender, split.surplus)
    assert world.market.loans == {}
    world._check()


def test_a_worn_out_loan_is_paid_by_its_own_money_first():
    world = worn_out()
    owed, (money, _) = world.market.debt(ALICE, world.now), world.amm.sums(ALICE)
    before = world.held(KEEPER, CRVUSD)

    world.liquidate(ALICE)

    assert 0 < money < owed
    assert before - (owed - money) == world.held(KEEPER, CRVUSD)


def test_money_beyond_the_debt_goes_to_the_liquidator():
    world = world_with_loan(rate=FixedRate(0))
    for price in range(1_740, 1_500, -10):
        world.set_price(price, 600)
        world.arbitrage()
    money = world.amm.sums(ALICE)[0]
    world.market.loans[ALICE] = world.market.loans[ALICE]._replace(discount=WAD // 2)
    before = world.held(KEEPER, CRVUSD)

    world.liquidate(ALICE)

    assert money > DEBT
    assert before + money - DEBT == world.held(KEEPER, CRVUSD)
    assert money - DEBT == world.rows(BandsLiquidated)[0].surplus


def test_a_part_costs_its_share_of_the_debt_and_gets_less_than_its_share_of_the_bands():
    world = sunk()
    owed, collateral = world.market.debt(ALICE, world.now), world.amm.sums(ALICE)[1]

    world.liquidate(ALICE, WAD // 4)

    done = world.rows(Liquidated)[0]
    h = 0.06
    assert owed // 4 == done.repaid
    assert math.isclose(done.seized / collateral, ((1 + h / 2) / (1 + h) * 0.75 + 0.25) * 0.25, rel_tol=1e-9)
    assert world.market.debt(ALICE, world.now) == owed - owed // 4


def test_ones_own_loan_can_be_liquidated_at_any_health():
    world = world_with_loan()
    world.give(ALICE, CRVUSD, DEBT)

    world.done(ALICE, LiquidateBandsCall(ALICE, WAD // 2))
    half = world.health(ALICE)
    world.done(ALICE, LiquidateBandsCall(ALICE))

    assert half > WAD
    assert world.market.loans == {}
    world._check()


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (LiquidateBandsCall(ALICE, WAD + 1), Refusal.ARITHMETIC),
        (LiquidateBandsCall(ALICE, 0), Refusal.ZERO_AMOUNT),
        (LiquidateBandsCall(ALICE, WAD, 10**30), Refusal.SLIPPAGE),
    ],
)
def test_a_refused_liquidation_leaves_no_trace(call, refusal):
    world = sunk()
    before = world.state()

    assert world.execute(KEEPER, call) == refusal
    assert before == world.state()


def test_a_liquidator_without_money_is_refused():
    world = sunk()
    for asset in (CRVUSD, WETH):
        world.give(BOB, asset, 1)
    before = world.state()

    assert world.liquidate(ALICE, sender=BOB) == Refusal.INSUFFICIENT_BALANCE
    assert before == world.state()


def test_twins_without_liquidations_refuse_them():
    world = sunk()
    world.market.allows_liquidations = False

    assert world.liquidate(ALICE) == Refusal.PAUSED


def test_interest_grows_debts_and_is_the_markets_own():
    world = world_with_loan(rate=FixedRate(10 * WAD // 100 // YEAR))
    world.now += YEAR

    world.done(KEEPER, AccrueCall())

    grown = world.market.debt(ALICE, world.now)
    assert math.isclose(grown / DEBT, 1.1, rel_tol=1e-4)
    assert 0 <= grown - world.market.total.initial <= 1
    assert world.market.total.fees == world.market.total.initial - DEBT
    assert world.rows(InterestAccrued)[0].debt_index == world.amm.multiplier_at(world.now) * 10**9
    world._check()


def test_interest_alone_makes_nobody_in_bands_ahead_unhealthy():
    world = world_with_loan(rate=FixedRate(MOST_RATE))
    before = world.health(ALICE, full=False)

    world.now += YEAR // 20

    assert math.isclose(before, world.health(ALICE, full=False), rel_tol=1e-12)


def test_the_rate_follows_the_price_of_the_money():
    model = PegRate(10**9)

    assert model.rate(WAD) == 10**9
    assert math.isclose(model.rate(98 * WAD // 100), 10**9 * math.e, rel_tol=1e-8)
    assert (model.rate(WAD // 2), PegRate(10**9, WAD // 10_000).rate(0)) == (10**12, 10**12)
    world = world_with_loan(rate=model)
    world.prices.prices[CRVUSD.id] = DOLLAR // 2
    world.done(KEEPER, AccrueCall())
    assert world.amm.rate == MOST_RATE

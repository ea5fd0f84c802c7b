"""Stories of the vault kit: equality is liquidatable, the price drives the discount, one debt an account, losses are shared."""

import copy

import pytest

from sim.commands import BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.euler import v2
from sim.lending.euler.calls import TakeOverCall, TrackLiquidityCall
from sim.lending.euler.opening import open_account, open_supply
from sim.records.euler import DebtTakenOver
from sim.records.lending import BadDebt, HealthFell, Liquidated
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.euler.world import ALICE, BOB, DAI, DOLLAR, ETHER, KEEPER, LENDER, RATE, USD, USDC, WETH, YEAR, World, build_v2


def lent(**changes) -> World:
    """A hundred thousand dollars to lend; Alice has ten ether and owes 15,600: all she may borrow, 78 %; at 80 % she is liquidated."""
    world = build_v2(**changes)
    open_supply(world.pool, LENDER, USDC.id, 100_000 * USD)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, {USDC.id: 15_600 * USD})
    world.give(KEEPER, USDC, 50_000 * USD)
    return world


def take_all(account: int = ALICE) -> LiquidateCall:
    return LiquidateCall(account, USDC.id, WETH.id, UINT256_MAX)


def test_at_equality_an_account_is_liquidatable_at_no_discount():
    world = lent()
    world.set_ether(1_950)

    assert world.health(ALICE) == WAD - 1
    [(party, row)] = world.screen()
    assert (party, row[0]) == (ALICE, HealthFell.kind)
    world.done(KEEPER, take_all())
    [moved], [said] = world.rows(DebtTakenOver), world.rows(Liquidated)
    assert (moved.discount, moved.fee, said.repaid) == (0, 0, 15_600 * USD)
    assert said.seized == pytest.approx(8 * ETHER, abs=10**7)
    assert said.seized * 1_950 <= 15_600 * ETHER


def test_a_cent_above_nobody_may_be_liquidated():
    world = lent()
    world.prices.prices[WETH.id] = 1_950 * DOLLAR + 1

    assert world.health(ALICE) >= WAD
    assert world.screen() == []
    assert world.execute(KEEPER, take_all()) is Refusal.HEALTHY


def test_an_owner_must_stay_strictly_above_the_limit():
    world = lent()
    world.give(BOB, WETH, ETHER)
    world.done(BOB, SupplyCall(WETH.id, ETHER))

    assert world.execute(BOB, BorrowCall(USDC.id, 1_560 * USD)) is Refusal.UNHEALTHY
    world.done(BOB, BorrowCall(USDC.id, 1_560 * USD - 1))


@pytest.mark.parametrize("price", [1_949, 1_945, 1_900, 1_750])
def test_the_discount_is_what_health_lacks(price):
    """Health is the price over 1,950; the bonus grows from nothing as it falls."""
    world = lent()
    world.set_ether(price)

    world.done(KEEPER, take_all())

    [moved], [said] = world.rows(DebtTakenOver), world.rows(Liquidated)
    assert moved.discount == WAD - price * WAD // 1_950
    assert said.repaid == 15_600 * USD
    assert said.seized == pytest.approx(15_600 / price / (price / 1_950) * ETHER, rel=1e-9)


def test_the_discount_is_bounded_and_then_collateral_runs_out():
    """At 1,500 health is 0.769, so 15 %: all ten ether, 15,000, are had for 12,750."""
    world = lent()
    world.set_ether(1_500)

    world.done(KEEPER, take_all())

    [moved], [said] = world.rows(DebtTakenOver), world.rows(Liquidated)
    assert moved.discount == 15 * WAD // 100
    assert (said.seized, said.repaid) == (10 * ETHER, pytest.approx(12_750 * USD, abs=1))


def test_what_no_collateral_is_left_for_is_the_suppliers_loss():
    world = lent()
    world.set_ether(1_500)

    world.done(KEEPER, take_all())

    [lost] = world.rows(BadDebt)
    assert lost.amount == pytest.approx(2_850 * USD, abs=1)
    assert world.debt(ALICE, USDC) == 0
    rules, state = v2.RULES, world.pool.state
    worth = rules.assets_down(state.reading(USDC.id, world.now), state.books[USDC.id].precision, 100_000 * USD)
    # The virtual deposit of a dollar beside a hundred thousand bears its part of it.
    assert worth - 97_150 * USD == pytest.approx(2_850 * 10, abs=10)
    world._check()


def test_one_unit_of_collateral_left_puts_the_loss_off():
    world = lent()
    world.set_ether(1_500)
    world.screen()
    view = world.pool.view(world.now)
    most = view.opportunity(view.unhealthy[0], USDC.id, WETH.id).repay

    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, most - 1))

    assert world.rows(BadDebt) == []
    assert world.debt(ALICE, USDC) > 2_850 * USD


def test_debt_stays_where_the_vault_does_not_socialise():
    world = lent(USDC={"socialises": False})
    world.set_ether(1_500)

    world.done(KEEPER, take_all())

    assert world.rows(BadDebt) == []
    assert world.debt(ALICE, USDC) == pytest.approx(2_850 * USD, abs=1)
    assert world.execute(KEEPER, take_all()) is Refusal.NOT_COLLATERAL


def test_collateral_that_does_not_count_for_the_debt_does_not_put_the_loss_off():
    world = lent()
    open_supply(world.pool, ALICE, USDC.id, 5 * USD)
    world.set_ether(1_500)
    world.done(KEEPER, take_all())

    assert len(world.rows(BadDebt)) == 1
    world = lent()
    open_supply(world.pool, ALICE, DAI.id, 5 * ETHER)
    world.set_ether(1_500)
    world.done(KEEPER, take_all())
    assert world.rows(BadDebt) == []


def test_worthless_collateral_may_be_had_for_nothing():
    world = lent()
    open_account(world.pool, BOB, {WETH.id: 10**9}, {USDC.id: 1})
    world.prices.prices[WETH.id] = 1
    world.screen()

    # Ten to the minus nine ether at ten to the minus eight dollars are worth ten units; not nothing yet.
    assert world.health(BOB) < WAD
    world = lent()
    open_account(world.pool, BOB, {WETH.id: 10**7}, {USDC.id: 1})
    world.prices.prices[WETH.id] = 1
    world.done(KEEPER, LiquidateCall(BOB, USDC.id, WETH.id, UINT256_MAX))
    [said] = world.rows(Liquidated)
    assert (said.repaid, said.seized) == (0, 10**7)
    # A millionth of a dollar has a value above a million units of account: it is written off.
    assert [each.amount for each in world.rows(BadDebt)] == [1]


def test_a_part_of_the_debt_takes_its_part_of_the_collateral():
    world = lent()
    world.set_ether(1_900)

    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 15_600 * USD + 1)) is Refusal.EXCESSIVE_REPAY
    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 3_900 * USD))

    [said] = world.rows(Liquidated)
    assert said.seized == pytest.approx(3_900 / 1_900 / (1_900 / 1_950) * ETHER, rel=1e-9)
    assert world.debt(ALICE, USDC) == 11_700 * USD
    # A quarter was enough.
    assert world.execute(KEEPER, take_all()) is Refusal.HEALTHY


def test_the_debt_moves_with_whoever_takes_it_over():
    world = lent()
    world.give(KEEPER, WETH, 20 * ETHER)
    world.done(KEEPER, SupplyCall(WETH.id, 20 * ETHER))
    world.set_ether(1_900)
    owed = world.pool.state.books[USDC.id].owed

    world.done(KEEPER, TakeOverCall(ALICE, USDC.id, WETH.id, UINT256_MAX))

    assert (world.debt(ALICE, USDC), world.debt(KEEPER, USDC)) == (0, 15_600 * USD)
    assert world.pool.state.books[USDC.id].owed == owed
    assert world.pool.state.shares(KEEPER, WETH.id) == pytest.approx((20 + 15_600 / 1_900 / (1_900 / 1_950)) * ETHER, rel=1e-9)
    assert world.held(KEEPER, USDC) == 50_000 * USD


def test_an_account_owes_one_asset_only():
    world = lent()
    open_supply(world.pool, LENDER, DAI.id, 10**6 * ETHER)
    world.set_ether(4_000)

    assert world.execute(ALICE, BorrowCall(DAI.id, 1)) is Refusal.OTHER_DEBT
    world.give(ALICE, USDC, 20_000 * USD)
    world.done(ALICE, RepayCall(USDC.id, UINT256_MAX))
    # Ether carries no new debt of DAI, though what is there would be liquidated at 70 % only.
    assert world.execute(ALICE, BorrowCall(DAI.id, 1)) is Refusal.UNHEALTHY
    world.done(ALICE, BorrowCall(USDC.id, USD))


def test_who_owes_another_asset_cannot_take_a_debt_over():
    world = lent()
    open_supply(world.pool, LENDER, WETH.id, 100 * ETHER)
    open_account(world.pool, KEEPER, {USDC.id: 10_000 * USD}, {WETH.id: ETHER})
    world.set_ether(1_900)

    assert world.execute(KEEPER, take_all()) is Refusal.OTHER_DEBT


def test_after_its_health_was_found_good_an_account_has_time():
    world = lent(USDC={"cool_off": 30})
    world.set_ether(2_000)
    world.give(ALICE, WETH, ETHER)
    world.done(ALICE, SupplyCall(WETH.id, ETHER))
    world.done(ALICE, BorrowCall(USDC.id, USD))
    world.set_ether(1_600)
    world.now += 29
    world.screen()

    assert world.execute(KEEPER, take_all()) is Refusal.COOLING_OFF
    view = world.pool.view(world.now)
    assert (view.cooling, view.seizures(view.unhealthy[0], {})) == ((ALICE,), ())
    world.now += 1
    view = world.pool.view(world.now)
    assert (view.cooling, len(view.seizures(view.unhealthy[0], {}))) == ((), 1)
    world.done(KEEPER, take_all())


def test_caps_bound_what_is_supplied_and_borrowed():
    world = lent(USDC={"supply_cap": 120_000 * USD, "borrow_cap": 16_000 * USD})
    world.set_ether(3_000)

    assert world.execute(KEEPER, SupplyCall(USDC.id, 20_000 * USD + 1)) is Refusal.SUPPLY_CAP
    world.done(KEEPER, SupplyCall(USDC.id, 20_000 * USD))
    assert world.execute(ALICE, BorrowCall(USDC.id, 400 * USD + 1)) is Refusal.BORROW_CAP
    world.done(ALICE, BorrowCall(USDC.id, 400 * USD))


def test_anybody_may_supply_and_repay_for_anybody():
    world = lent()
    world.done(KEEPER, SupplyCall(USDC.id, 100 * USD, BOB))
    world.done(KEEPER, RepayCall(USDC.id, 100 * USD, ALICE))

    assert world.pool.position(BOB, world.now).collaterals[0].units == 100 * USD
    assert world.debt(ALICE, USDC) == 15_500 * USD
    assert world.execute(KEEPER, TrackLiquidityCall()) is Refusal.UNKNOWN_CALL


def test_interest_is_compounded_by_the_second_and_shared_with_the_reserves():
    world = lent(USDC={"rate": RATE, "fee": 1_000})
    world.now += YEAR
    world.done(KEEPER, SupplyCall(USDC.id, 1_000_000))

    state = world.pool.state
    grown = 1.04 ** (0.156 / 0.8)
    assert world.debt(ALICE, USDC) == pytest.approx(15_600 * grown * USD, rel=1e-6)
    book = state.books[USDC.id]
    fee = v2.RULES.assets_down(state.reading(USDC.id, world.now), book.precision, book.fee_shares)
    assert fee == pytest.approx(15_600 * (grown - 1) / 10 * USD, rel=1e-4)
    world._check()


def test_what_is_sent_without_a_call_is_nobodys():
    world = lent()
    world.give(BOB, USDC, 500 * USD)
    world.ledger.move(USDC.id, world.ledger.open(BOB, 100), world.pool.state.purse, 500 * USD)

    assert world.pool.state.cash(USDC.id) == 84_400 * USD
    assert world.execute(LENDER, WithdrawCall(USDC.id, 84_400 * USD + 1)) is Refusal.INSUFFICIENT_LIQUIDITY
    sheet = world.pool.state.balance_sheet(USDC.id)
    assert sheet.is_reconciled
    assert sheet.equity >= 500 * USD * 2**31


def test_a_supply_too_small_for_a_share_is_refused():
    world = lent(USDC={"rate": RATE})
    open_account(world.pool, BOB, {WETH.id: 100 * ETHER}, {USDC.id: 80_000 * USD})
    world.now += 20 * YEAR

    assert world.execute(KEEPER, SupplyCall(USDC.id, 1)) is Refusal.ZERO_AMOUNT


def test_a_balance_sheet_can_be_wrong():
    world = lent()
    assert world.pool.balance_sheet().is_reconciled
    world.pool.state.books[USDC.id].owed += 1

    assert not world.pool.balance_sheet().is_reconciled


def test_views_show_pairs_as_they_count():
    world = lent()
    world.set_ether(1_900)
    world.screen()
    view = world.pool.view(world.now)

    [account] = view.unhealthy
    assert (account.collaterals[0].threshold, account.collaterals[0].bonus) == (8_000, 263)
    assert (account.collateral_value, account.debt_value) == (19_000 * DOLLAR, 15_600 * DOLLAR)
    assert (view.reserves[WETH.id].max_ltv, view.reserves[WETH.id].threshold, view.reserves[DAI.id].threshold) == (7_800, 8_000, 9_200)
    assert world.pool.standing(ALICE, world.now).max_ltv == 7_800


def test_a_deep_copy_goes_its_own_way():
    world = lent()
    fork = copy.deepcopy(world)
    fork.set_ether(1_500)
    fork.done(KEEPER, take_all())

    assert world.debt(ALICE, USDC) == 15_600 * USD
    world._check()
    fork._check()

"""Stories of v1: factors on both sides, a discount that grows, a repayment up to 1.25, and debt that nobody pays."""

from fractions import Fraction

import pytest

from sim.commands import BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.euler import v1
from sim.lending.euler.calls import TakeOverCall, TrackLiquidityCall
from sim.lending.euler.opening import open_account, open_supply
from sim.records.euler import DebtTakenOver
from sim.records.lending import HealthFell, HealthRecovered, InterestAccrued, Liquidated
from sim.units import RAY, UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.euler.world import ALICE, BOB, DAI, DOLLAR, ETHER, KEEPER, LENDER, RATE, USD, USDC, WETH, YEAR, World, build_v1


def lent(**changes) -> World:
    """A hundred thousand dollars to lend; Alice has ten ether and owes 14,400: exactly all she may (0.8 times 0.9)."""
    world = build_v1(**changes)
    open_supply(world.pool, LENDER, USDC.id, 100_000 * USD)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, {USDC.id: 14_400 * USD})
    world.give(KEEPER, USDC, 50_000 * USD)
    return world


def test_at_a_health_of_exactly_one_nobody_may_be_liquidated_and_a_cent_below_anybody():
    world = lent()

    assert world.health(ALICE) == WAD
    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX)) is Refusal.HEALTHY
    world.prices.prices[WETH.id] -= 1
    assert world.health(ALICE) < WAD
    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX))


def test_the_discount_is_two_percent_and_what_health_lacks():
    """At 1,900 health is 0.95, so the discount 7 %. To 1.25: (20,000 - 15,200) / (1.25/0.9 - 0.8/0.93) = 9,080.04 are repaid."""
    world = lent()
    world.set_ether(1_900)
    [(party, fell)] = world.screen(post=5, price=1_900 * DOLLAR)
    world.pool.note_fell(party, 6)

    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX))

    [moved], [said] = world.rows(DebtTakenOver), world.rows(Liquidated)
    missing, per_debt = Fraction(16_000 * 125, 100) - 15_200, Fraction(125, 90) - Fraction(80, 93)
    assert (fell[0], fell[3], moved.health, moved.discount) == (HealthFell.kind, 95 * WAD // 100, 95 * WAD // 100, 7 * WAD // 100)
    assert said.fell == 6
    assert moved.moved + moved.fee == said.repaid
    assert said.repaid == pytest.approx(float(missing / per_debt) * 1.02 * USD, rel=1e-6)
    assert said.seized == pytest.approx(float(missing / per_debt) / 1_900 / 0.93 * ETHER, rel=1e-6)
    # And so she is where she should be.
    assert world.health(ALICE) == pytest.approx(125 * WAD // 100, rel=1e-6)
    assert [row[0] for _, row in world.screen()] == [HealthRecovered.kind]
    world._check()


def test_a_keeper_that_keeps_nothing_has_paid_with_its_purse_and_got_the_collateral():
    world = lent()
    world.set_ether(1_900)

    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX))

    [said] = world.rows(Liquidated)
    assert (50_000 * USD - world.held(KEEPER, USDC), world.held(KEEPER, WETH)) == (said.repaid, said.seized)
    assert world.debt(KEEPER, USDC) == 0
    # What is left of the claims after whole units were taken out is less than a unit.
    assert world.pool.state.shares(KEEPER, WETH.id) <= 1


def test_two_percent_of_the_repayment_are_the_reserves():
    world = lent()
    world.set_ether(1_900)

    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 1_020 * USD))

    [moved] = world.rows(DebtTakenOver)
    book = world.pool.state.books[USDC.id]
    # The fee is what a rounded-down payment leaves, so a unit more.
    assert (moved.moved, moved.fee) == (1_000 * USD - 1, 20 * USD + 1)
    reserves = v1.RULES.assets_down(world.pool.state.reading(USDC.id, world.now), book.precision, book.fee_shares)
    assert reserves == pytest.approx(20 * WAD, rel=1e-9)
    assert world.debt(ALICE, USDC) == 13_400 * USD + 1
    world._check()


def test_a_debt_that_is_taken_over_is_owed_by_who_took_it():
    world = lent()
    world.give(KEEPER, WETH, 3 * ETHER)
    world.done(KEEPER, SupplyCall(WETH.id, 3 * ETHER))
    world.set_ether(1_900)

    world.done(KEEPER, TakeOverCall(ALICE, USDC.id, WETH.id, 1_020 * USD))

    [said] = world.rows(Liquidated)
    assert (said.repaid, world.debt(KEEPER, USDC)) == (1_020 * USD, 1_020 * USD)
    assert world.held(KEEPER, USDC) == 50_000 * USD
    assert world.pool.state.shares(KEEPER, WETH.id) == pytest.approx(3 * ETHER + 1_000 / 1_900 / 0.93 * ETHER, rel=1e-9)


def test_who_cannot_bear_a_debt_cannot_take_it():
    world = lent()
    world.set_ether(1_900)
    before = world.state()

    assert world.execute(KEEPER, TakeOverCall(ALICE, USDC.id, WETH.id, 1_020 * USD)) is Refusal.UNHEALTHY
    assert world.state() == before


def test_more_than_restores_health_is_refused():
    world = lent()
    world.set_ether(1_900)
    view = _seen(world)
    most = -(-view.opportunity(view.unhealthy[0], USDC.id, WETH.id).repay // 10**12)

    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, most)) is Refusal.EXCESSIVE_REPAY
    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, most - 1))


def test_a_least_yield_guards_whoever_takes_over():
    world = lent()
    world.give(KEEPER, WETH, 3 * ETHER)
    world.done(KEEPER, SupplyCall(WETH.id, 3 * ETHER))
    world.set_ether(1_900)

    assert world.execute(KEEPER, TakeOverCall(ALICE, USDC.id, WETH.id, 1_020 * USD, ETHER)) is Refusal.LOW_YIELD
    world.done(KEEPER, TakeOverCall(ALICE, USDC.id, WETH.id, 1_020 * USD, ETHER // 2))


@pytest.mark.parametrize(
    ("base", "covered", "expected"),
    [(2, 0, 2), (2, 50, 3), (2, 100, 4), (2, 999, 4), (6, 10, 6.6), (6, 100, 8.5), (19, 100, 20), (40, 0, 20), (40, 100, 20)],
)
def test_free_liquidity_betters_the_discount_by_as_much_as_it_covers(base, covered, expected):
    """All in percent: at most doubled, at most 2.5 points more, never more than 20."""
    assert v1.boosted(base * WAD // 100, covered * 10, 1_000) * 100 == expected * WAD


def test_a_liquidators_average_grows_over_a_day_from_nothing():
    world = lent()
    open_account(world.pool, KEEPER, {USDC.id: 100_000 * USD}, {})
    world.done(KEEPER, TrackLiquidityCall())
    state = world.pool.state

    assert state.average(KEEPER, world.now) == 0
    assert state.average(KEEPER, world.now + 21_600) == 90_000 * WAD // 4
    assert state.average(KEEPER, world.now + 86_400) == state.average(KEEPER, world.now + 10**6) == 90_000 * WAD
    assert state.average(BOB, world.now) == 0
    world.now += 86_400
    world.set_ether(1_900)
    world.done(KEEPER, TakeOverCall(ALICE, USDC.id, WETH.id, 1_020 * USD))
    # 7 %, doubled would be 14, but 2.5 points are the most.
    assert world.rows(DebtTakenOver)[0].discount == 95 * WAD // 1_000


def test_where_all_collateral_is_gone_the_debt_stays_and_nobody_writes_it_off():
    world = lent()
    world.set_ether(1_000)

    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX))

    [said] = world.rows(Liquidated)
    assert (said.seized, world.rows(DebtTakenOver)[0].discount) == (10 * ETHER, 20 * WAD // 100)
    assert said.repaid == pytest.approx(8_000 * 1.02 * USD, rel=1e-9)
    assert world.debt(ALICE, USDC) == pytest.approx(6_400 * USD, abs=1)
    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX)) is Refusal.NOT_COLLATERAL
    world.screen()
    assert world.pool.view(world.now).unhealthy == ()
    assert list(world.pool.fell) == [ALICE]
    sheet = world.pool.state.balance_sheet(USDC.id)
    assert (sheet.bad_debt, sheet.is_reconciled) == (0, True)


@pytest.mark.parametrize("price", [1_999, 1_950, 1_900, 1_850, 1_800])
def test_a_repayment_to_the_target_is_the_over_liquidation_formula(price):
    """It is (T D - C) / (T - t (1 + b)), all in units of collateral's counting: what brings health to the target, no more."""
    world = lent()
    world.set_ether(price)
    health = Fraction(price, 2_000)
    discount = min(Fraction(2, 100) + 1 - health, Fraction(1, 5))
    counted, liability = Fraction(8, 10) * 10 * price, Fraction(14_400 * 10, 9)
    repaid = (Fraction(5, 4) * liability - counted) / (Fraction(5, 4) / Fraction(9, 10) - Fraction(8, 10) / (1 - discount))

    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX))

    assert world.rows(DebtTakenOver)[0].moved == pytest.approx(float(repaid) * USD, abs=2)
    after = (counted - Fraction(8, 10) * repaid / (1 - discount)) / (liability - repaid / Fraction(9, 10))
    assert after == Fraction(5, 4)
    assert world.health(ALICE) == pytest.approx(float(after) * WAD, rel=1e-8)


def test_an_isolated_debt_stands_beside_no_other():
    world = lent()
    open_supply(world.pool, LENDER, DAI.id, 10**6 * ETHER)
    world.set_ether(4_000)

    assert world.execute(ALICE, BorrowCall(DAI.id, ETHER)) is Refusal.ISOLATED_DEBT
    world.give(BOB, WETH, ETHER)
    world.done(BOB, SupplyCall(WETH.id, ETHER))
    world.done(BOB, BorrowCall(DAI.id, ETHER))
    assert world.execute(BOB, BorrowCall(USDC.id, USD)) is Refusal.ISOLATED_DEBT


def test_a_supply_of_what_is_owed_covers_95_percent_of_itself():
    """A thousand dollars carry 950 of their own debt, whatever the factors; that debt is then isolated."""
    world = lent()
    world.give(BOB, USDC, 1_000 * USD)
    world.done(BOB, SupplyCall(USDC.id, 1_000 * USD))

    assert world.execute(BOB, BorrowCall(USDC.id, 950 * USD + 2)) is Refusal.UNHEALTHY
    world.done(BOB, BorrowCall(USDC.id, 950 * USD))
    assert world.health(BOB) == WAD
    assert world.screen() == []
    world.now += 1
    assert list(world.pool.doubled) == [BOB]


def test_whose_asset_is_on_both_sides_is_never_missed():
    world = lent(USDC={"rate": RATE})
    world.give(BOB, USDC, 1_000 * USD)
    world.done(BOB, SupplyCall(USDC.id, 1_000 * USD))
    world.done(BOB, BorrowCall(USDC.id, 949 * USD))
    world.screen()
    for _ in range(40):
        world.now += 86_400 * 5
        world.screen()
        assert (BOB in world.pool.fell) == (world.health(BOB) < WAD)
    assert BOB in world.pool.fell


def test_borrowers_pay_suppliers_and_reserves():
    """A seventh is lent; the rate to the kink is linear in the second's rate, so compounds to less than a seventh of 4 %."""
    world = lent(USDC={"rate": RATE, "fee": 2_300})
    world.now += YEAR
    world.done(KEEPER, SupplyCall(USDC.id, 1))

    [accrued] = world.rows(InterestAccrued)
    grown = 1.04 ** (0.144 / 0.8)
    assert accrued.debt_index == pytest.approx(grown * RAY, rel=1e-6)
    assert accrued.supply_index == pytest.approx((1 + 0.144 * (grown - 1) * 0.77) * RAY, rel=1e-6)
    assert world.debt(ALICE, USDC) == pytest.approx(14_400 * grown * USD, rel=1e-6)
    world._check()


def test_all_that_is_not_lent_may_be_taken_out_and_no_more():
    world = lent()

    assert world.execute(LENDER, WithdrawCall(USDC.id, UINT256_MAX)) is Refusal.INSUFFICIENT_LIQUIDITY
    world.done(LENDER, WithdrawCall(USDC.id, 85_600 * USD))
    assert world.pool.state.cash(USDC.id) == 0
    world.set_ether(1_900)
    # Collateral that nobody borrowed still leaves.
    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX))


def test_collateral_that_is_lent_out_cannot_be_taken_out_by_a_keeper():
    world = lent()
    open_account(world.pool, BOB, {USDC.id: 100_000 * USD}, {WETH.id: 10 * ETHER})
    world.set_ether(1_900)

    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX)) is Refusal.INSUFFICIENT_LIQUIDITY
    world.give(KEEPER, USDC, 10**6 * USD)
    world.done(KEEPER, SupplyCall(USDC.id, 10**6 * USD))
    world.done(KEEPER, TakeOverCall(ALICE, USDC.id, WETH.id, 1_020 * USD))


def test_a_deposit_by_mere_transfer_is_everybodys_with_a_claim():
    world = lent()
    world.give(BOB, USDC, 100_000 * USD)
    world.ledger.move(USDC.id, world.ledger.open(BOB, 100), world.pool.state.purse, 100_000 * USD)

    world.done(LENDER, WithdrawCall(USDC.id, 185_600 * USD))
    assert world.held(LENDER, USDC) == 185_600 * USD
    world._check()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (SupplyCall(99, 1), Refusal.UNKNOWN_ASSET),
        (SupplyCall(USDC.id, 0), Refusal.ZERO_AMOUNT),
        (SupplyCall(USDC.id, 1, BOB), Refusal.NOT_OWNER),
        (RepayCall(USDC.id, 1, ALICE), Refusal.NOT_OWNER),
        (RepayCall(USDC.id, 1), Refusal.NOTHING_OWED),
        (WithdrawCall(USDC.id, 1), Refusal.INSUFFICIENT_BALANCE),
        (WithdrawCall(USDC.id, UINT256_MAX), Refusal.ZERO_AMOUNT),
        (BorrowCall(USDC.id, 2**112), Refusal.ARITHMETIC),
        (LiquidateCall(KEEPER, USDC.id, WETH.id, 1), Refusal.SELF_LIQUIDATION),
        (LiquidateCall(LENDER, USDC.id, WETH.id, 1), Refusal.NOTHING_OWED),
        (LiquidateCall(ALICE, USDC.id, DAI.id, 1), Refusal.NOT_COLLATERAL),
        (LiquidateCall(ALICE, 99, WETH.id, 1), Refusal.UNKNOWN_ASSET),
    ],
)
def test_what_makes_no_sense_is_refused(call, reason):
    world = lent()
    before = world.state()

    assert world.execute(KEEPER, call) is reason
    assert world.state() == before


def test_a_twin_without_liquidations_has_none():
    world = lent()
    world.set_ether(1_900)
    world.pool.state.allows_liquidations = False

    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 1)) is Refusal.PAUSED


def test_without_a_price_nobody_is_called_and_nobody_may_borrow():
    world = lent()
    world.set_ether(0)

    assert world.screen() == []
    assert world.execute(ALICE, BorrowCall(USDC.id, 1)) is Refusal.NOTHING_POSTED
    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 1)) is Refusal.NOTHING_POSTED
    assert world.pool.view(world.now).unhealthy == ()


def _seen(world: World):
    world.screen()
    return world.pool.view(world.now)

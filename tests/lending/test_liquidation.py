"""Liquidations: who, how much, for what, and what is left; each rule works, refuses, and does both at the edge."""

from fractions import Fraction

import pytest

from sim.commands import LiquidateCall, SupplyCall
from sim.lending.aave.opening import open_account, open_supply
from sim.lending.aave.terms import EMode
from sim.lending.aave.versions import VERSIONS
from sim.records.lending import BadDebt, HealthFell, Liquidated
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.world import ALICE, DAI, DOLLAR, KEEPER, LENDER, USDC, WBTC, WETH, World, build

ALL = pytest.mark.parametrize("rules", VERSIONS.values(), ids=VERSIONS)
V2, V3_0, V3_7 = VERSIONS.values()
ETHER, DOLLARS = 10**18, 10**6
EVERYTHING = UINT256_MAX


def indebted(rules, ether: int = 10, debt: int = 15_000, e_mode: int = 0, e_modes=(), **changes) -> World:
    """Alice owes so many dollars against so many ether at 2,000; a keeper has a million dollars."""
    world = build(rules, e_modes, **changes)
    open_supply(world.pool, LENDER, USDC.id, 1_000_000 * DOLLARS)
    open_account(world.pool, ALICE, {WETH.id: ether * ETHER}, {USDC.id: debt * DOLLARS}, e_mode)
    world.give(KEEPER, USDC, 1_000_000 * DOLLARS)
    return world


def fallen(world: World, price: int) -> World:
    """Ether is posted at so many dollars."""
    world.prices.prices[WETH.id] = price * DOLLAR
    return world


def on_ether(amount: int = EVERYTHING) -> LiquidateCall:
    return LiquidateCall(ALICE, USDC.id, WETH.id, amount)


@ALL
def test_at_a_health_of_exactly_one_nobody_may_be_liquidated_and_a_base_unit_below_anybody(rules):
    world = indebted(rules, debt=8_250, ether=10)
    world.prices.prices[WETH.id] = 1_000 * DOLLAR

    assert world.health(ALICE) == WAD
    assert world.execute(KEEPER, on_ether()) is Refusal.HEALTHY
    world.prices.prices[WETH.id] -= 1
    assert world.health(ALICE) < WAD
    assert world.execute(KEEPER, on_ether(1_000 * DOLLARS)) == 340_429


@pytest.mark.parametrize(("rules", "repaid"), [(V2, 7_500), (V3_0, 7_500), (V3_7, 7_500)], ids=VERSIONS)
def test_above_095_half_of_one_debt_may_be_repaid(rules, repaid):
    world = fallen(indebted(rules), 1_780)  # 17,800 * 0.825 / 15,000 = 0.979

    assert world.execute(KEEPER, on_ether()) == 340_429
    assert world.rows(Liquidated)[0].repaid == repaid * DOLLARS


@pytest.mark.parametrize(("rules", "repaid"), [(V2, 7_500), (V3_0, 15_000), (V3_7, 15_000)], ids=VERSIONS)
def test_at_095_or_below_all_of_it_may_be_repaid_but_in_v2(rules, repaid):
    world = fallen(indebted(rules), 1_727)  # 0.94985

    gas = world.execute(KEEPER, on_ether())

    assert world.rows(Liquidated)[0].repaid == repaid * DOLLARS
    assert gas == (349_519 if repaid == 15_000 else 340_429)


def test_seized_is_the_debts_worth_and_the_bonus_less_the_fee():
    world = fallen(indebted(V3_7, WETH={"protocol_fee": 1_000}), 1_600)
    world.screen(post=77, asset=WETH.id, price=1_600 * DOLLAR)
    world.pool.note_fell(ALICE, 78)

    world.execute(KEEPER, on_ether(1_600 * DOLLARS))

    # 1,600 dollars are one ether; five percent on top, a tenth of those for the protocol.
    row = world.rows(Liquidated)[0]
    assert (row.repaid, row.seized, row.protocol_fee) == (1_600 * DOLLARS, 1_045 * 10**15, 5 * 10**15)
    assert (row.account, row.fell, row.health) == (ALICE, 78, 88 * WAD // 100)
    assert (row.debt_price, row.collateral_price) == (DOLLAR, 1_600 * DOLLAR)
    assert world.held(KEEPER, WETH) == 1_045 * 10**15
    assert world.pool.state.reserves[WETH.id].treasury_shares == 5 * 10**15
    world.pool._check()
    world.ledger.check()


def test_in_v3_7_a_small_position_may_be_closed_whole_above_095():
    world = fallen(indebted(V3_7, ether=1, debt=1_500), 1_780)

    world.execute(KEEPER, on_ether())

    assert world.rows(Liquidated)[0].repaid == 1_500 * DOLLARS


def test_in_v3_7_half_is_half_of_all_debts_together():
    """Three equal debts at a health of 0.97: any one of them may be closed whole."""
    world = build(V3_7)
    for asset, unit in ((USDC, DOLLARS), (DAI, ETHER), (WBTC, 10**8)):
        open_supply(world.pool, LENDER, asset.id, 10**6 * unit)
    open_account(world.pool, ALICE, {WETH.id: 18 * ETHER}, {USDC.id: 8_000 * DOLLARS, DAI.id: 8_000 * ETHER, WBTC.id: 20_000_000})
    world.give(KEEPER, USDC, 10_000 * DOLLARS)
    world.prices.prices[WETH.id] = 1_570 * DOLLAR  # 28,260 * 0.825 / 24,000 = 0.9714

    world.execute(KEEPER, on_ether())

    assert world.rows(Liquidated)[0].repaid == 8_000 * DOLLARS


@pytest.mark.parametrize(("cover", "outcome"), [(14_001, Refusal.MUST_NOT_LEAVE_DUST), (14_000, 340_429), (15_000, 349_519)])
def test_less_than_a_thousand_must_not_be_left(cover, outcome):
    world = fallen(indebted(V3_7), 1_700)  # 0.935: all may be repaid, 10 ether cover 15,000 and five percent

    assert world.execute(KEEPER, on_ether(cover * DOLLARS)) == outcome


@pytest.mark.parametrize("rules", [V2, V3_0], ids=["v2", "v3_0"])
def test_older_versions_know_no_dust(rules):
    world = fallen(indebted(rules), 1_400)

    assert world.execute(KEEPER, on_ether(7_499 * DOLLARS)) == 340_429


def test_debt_without_collateral_becomes_a_deficit_at_once():
    world = fallen(indebted(V3_7), 1_000)  # 10,000 of collateral, 15,000 of debt
    world.screen()

    gas = world.execute(KEEPER, on_ether())

    reserve = world.pool.state.reserves[USDC.id]
    paid = 9_523_809_524  # 10,000 / 1.05, rounded up
    assert world.rows(Liquidated)[0].repaid == paid
    assert reserve.deficit == 15_000 * DOLLARS - paid
    assert world.rows(BadDebt) == [BadDebt(USDC.id, world.told - 1, reserve.deficit)]
    assert (reserve.debt_shares, world.pool.state.positions.peek(ALICE).debts) == (0, {})
    assert gas == 349_519
    world.pool._check()


def test_every_other_debt_is_written_off_with_it():
    world = build(V3_7)
    for asset, unit in ((USDC, DOLLARS), (DAI, ETHER)):
        open_supply(world.pool, LENDER, asset.id, 10**6 * unit)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, {USDC.id: 9_000 * DOLLARS, DAI.id: 5_000 * ETHER})
    world.give(KEEPER, USDC, 10_000 * DOLLARS)
    fallen(world, 600)

    gas = world.execute(KEEPER, on_ether())

    assert gas == 435_143
    assert [(row.asset, row.amount) for row in world.rows(BadDebt)] == [
        (DAI.id, 5_000 * ETHER),
        (USDC.id, 9_000 * DOLLARS - 5_714_285_715),
    ]
    assert world.pool.state.reserves[DAI.id].deficit == 5_000 * ETHER
    world.pool._check()


def test_other_collateral_keeps_the_debt_alive():
    world = build(V3_7)
    open_supply(world.pool, LENDER, USDC.id, 10**6 * DOLLARS)
    open_account(world.pool, ALICE, {WETH.id: 5 * ETHER, WBTC.id: 5 * 10**6}, {USDC.id: 8_000 * DOLLARS})
    world.give(KEEPER, USDC, 10_000 * DOLLARS)
    fallen(world, 1_000)

    world.execute(KEEPER, on_ether())

    assert (world.rows(BadDebt), world.pool.state.reserves[USDC.id].deficit) == ([], 0)
    assert world.pool.state.positions.peek(ALICE).collaterals == {WBTC.id: 5 * 10**6}


@pytest.mark.parametrize("rules", [V2, V3_0], ids=["v2", "v3_0"])
def test_older_versions_leave_bad_debt_standing(rules):
    world = fallen(indebted(rules, ether=1, debt=1_500), 200)

    outcomes = [world.execute(KEEPER, on_ether()) for _ in range(3)]

    account = world.pool.state.positions.peek(ALICE)
    assert (account.collaterals, world.pool.state.reserves[USDC.id].deficit) == ({}, 0)
    assert account.debts[USDC.id] > 1_200 * DOLLARS
    assert outcomes == [349_519, Refusal.NOT_COLLATERAL, Refusal.NOT_COLLATERAL]


def test_what_is_not_owed_or_not_collateral_cannot_be_liquidated():
    world = fallen(indebted(V3_7), 1_600)

    assert world.execute(KEEPER, LiquidateCall(ALICE, DAI.id, WETH.id, 1)) is Refusal.NOTHING_OWED
    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WBTC.id, 1)) is Refusal.NOT_COLLATERAL
    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, 9, 1)) is Refusal.UNKNOWN_ASSET
    assert world.execute(KEEPER, LiquidateCall(LENDER, USDC.id, WETH.id, 1)) is Refusal.HEALTHY


@pytest.mark.parametrize("cover", [0, -5])
def test_nothing_is_too_little_to_liquidate_with(cover):
    assert fallen(indebted(V3_7), 1_600).execute(KEEPER, on_ether(cover)) is Refusal.ZERO_AMOUNT


def test_collateral_that_is_lent_out_cannot_be_seized():
    world = indebted(V3_7)
    borrower = 300
    open_account(world.pool, borrower, {WBTC.id: 10**9}, {WETH.id: 9 * ETHER})
    fallen(world, 1_600)

    assert world.execute(KEEPER, on_ether(8_000 * DOLLARS)) is Refusal.INSUFFICIENT_LIQUIDITY
    assert world.execute(KEEPER, on_ether(1_500 * DOLLARS)) == 340_429


def test_a_keeper_needs_the_units_it_repays():
    world = fallen(indebted(V3_7), 1_600)
    poor = 400
    world.give(poor, USDC, 999 * DOLLARS)

    assert world.execute(poor, on_ether(1_000 * DOLLARS)) is Refusal.INSUFFICIENT_BALANCE
    assert world.held(poor, WETH) == 0


@ALL
def test_only_before_the_last_version_does_a_borrower_save_the_bonus_by_liquidating_itself(rules):
    world = fallen(indebted(rules), 1_600)
    world.give(ALICE, USDC, 8_000 * DOLLARS)

    outcome = world.execute(ALICE, on_ether(7_000 * DOLLARS))

    assert (outcome is Refusal.SELF_LIQUIDATION) == (rules is V3_7)
    assert (world.held(ALICE, WETH) > 4 * ETHER) == (rules is not V3_7)


def test_a_twin_without_liquidations_refuses_them_all():
    world = fallen(indebted(V3_7), 1_600)
    world.pool.state.allows_liquidations = False

    assert world.execute(KEEPER, on_ether()) is Refusal.PAUSED


def test_a_category_has_its_own_threshold_and_bonus():
    category = EMode(1, (WETH.id,), (USDC.id,), max_ltv=9_300, threshold=9_500, bonus=100)
    world = fallen(indebted(V3_7, debt=18_500, e_mode=1, e_modes=(category,)), 1_900)

    world.execute(KEEPER, on_ether(1_900 * DOLLARS))

    assert world.rows(Liquidated)[0].seized == 101 * 10**16


@pytest.mark.parametrize("rules", [V3_0, V3_7], ids=["v3_0", "v3_7"])
@pytest.mark.parametrize(("price", "is_toxic"), [(1_700, False), (1_576, False), (1_574, True), (1_500, True)])
def test_a_liquidation_raises_ltv_exactly_above_one_over_one_plus_bonus(rules, price, is_toxic):
    """Debt of 15,000 on ten ether: LTV passes 1 / 1.05 where ether falls below 1,575."""
    world = fallen(indebted(rules), price)
    before = world.pool.standing(ALICE, world.now)

    world.execute(KEEPER, on_ether(1_000 * DOLLARS))

    after = world.pool.standing(ALICE, world.now)
    rises = Fraction(after.debt, after.collateral) > Fraction(before.debt, before.collateral)
    assert rises == is_toxic == (Fraction(before.debt, before.collateral) > Fraction(100, 105))


def test_idle_supply_is_not_seized():
    world = indebted(V3_7, WETH={"max_ltv": 0})
    world.give(ALICE, WETH, ETHER)
    world.execute(ALICE, SupplyCall(WETH.id, ETHER))
    fallen(world, 1_000)

    world.execute(KEEPER, on_ether())

    # Opened collateral of an asset that may back nothing lies idle from the start.
    assert world.pool.state.positions.peek(ALICE).idle == {WETH.id: 11 * ETHER}


def test_the_margin_call_names_the_post():
    world = fallen(indebted(V3_7), 1_780)

    [(party, row)] = world.screen(post=41, asset=WETH.id, price=1_780 * DOLLAR)

    assert party == ALICE
    assert HealthFell(*row[1:]) == HealthFell(41, 1_780 * DOLLAR, 979 * WAD // 1_000, 15_000 * DOLLAR, 17_800 * DOLLAR)
    assert world.screen(post=42, asset=WETH.id, price=1_780 * DOLLAR) == []

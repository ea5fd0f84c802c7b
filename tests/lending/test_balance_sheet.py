"""A pool's balance sheet: claims are what there is and what is missing, whatever happened; and it can be wrong."""

from sim.commands import BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.aave.opening import open_account, open_supply
from sim.lending.aave.versions import VERSIONS
from sim.lending.balance_sheet import BalanceSheet
from sim.units import RAD, RAY, UINT256_MAX, YEAR_SECONDS
from tests.bench.screening import crowded_world
from tests.lending.world import ALICE, BOB, CHAIN, DOLLAR, KEEPER, LENDER, POOL, USDC, WETH, World, build


def sheet_of(world: World, asset) -> BalanceSheet:
    return world.pool.state.balance_sheet(asset.id)


def test_what_lenders_put_in_is_owed_to_them():
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, USDC.id, 1_000)

    assert sheet_of(world, USDC) == BalanceSheet(1_000 * RAY, 1_000 * RAY, 0, 0)
    assert world.pool.balance_sheet().is_reconciled


def test_the_whole_is_told_in_rad_at_posted_prices():
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, WETH.id, 10**18)
    open_supply(world.pool, LENDER, USDC.id, 5 * 10**6)

    sheet = world.pool.balance_sheet()

    assert (sheet.assets, sheet.liabilities, sheet.equity, sheet.bad_debt) == (2_005 * RAD, 2_005 * RAD, 0, 0)


def test_a_year_of_everything_leaves_claims_and_cover_equal_to_the_last_digit():
    for rules in VERSIONS.values():
        world = build(rules)
        open_supply(world.pool, LENDER, USDC.id, 1_000_000 * 10**6)
        open_account(world.pool, BOB, {WETH.id: 10**20}, {USDC.id: 120_000 * 10**6})
        world.give(ALICE, WETH, 10**19)
        world.give(KEEPER, USDC, 10**12)
        world.execute(ALICE, SupplyCall(WETH.id, 10**19))
        world.execute(ALICE, BorrowCall(USDC.id, 12_345_678_901))
        world.now += YEAR_SECONDS // 3
        world.execute(ALICE, RepayCall(USDC.id, 2_345_678_903))
        world.execute(ALICE, WithdrawCall(WETH.id, 10**18 + 1))
        world.now += YEAR_SECONDS // 7
        world.prices.prices[WETH.id] = 1_200 * DOLLAR
        world.execute(KEEPER, LiquidateCall(BOB, USDC.id, WETH.id, UINT256_MAX))

        assert world.pool.balance_sheet().is_reconciled
        assert sheet_of(world, USDC).equity > 0
        world.pool._check()


def test_bad_debt_covers_claims_that_nothing_else_does():
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, USDC.id, 10_000 * 10**6)
    open_account(world.pool, BOB, {WETH.id: 10**18}, {USDC.id: 1_600 * 10**6})
    world.give(KEEPER, USDC, 10**10)
    world.prices.prices[WETH.id] = 1_000 * DOLLAR

    world.execute(KEEPER, LiquidateCall(BOB, USDC.id, WETH.id, UINT256_MAX))

    sheet = sheet_of(world, USDC)
    assert sheet.bad_debt == world.pool.state.reserves[USDC.id].deficit * RAY > 600 * 10**6 * RAY
    assert sheet.assets == sheet.liabilities + sheet.equity - sheet.bad_debt


def test_crowds_are_booked_too():
    world = crowded_world(300)

    assert world.pool.balance_sheet().is_reconciled


def test_units_that_go_astray_are_seen():
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, USDC.id, 1_000)
    ledger = world.ledger
    ledger.move(USDC.id, ledger.open(POOL, CHAIN), ledger.open(KEEPER, CHAIN), 1)

    assert not world.pool.balance_sheet().is_reconciled
    assert sheet_of(world, USDC).gap == -RAY


def test_shares_out_of_nowhere_are_seen():
    world = build(VERSIONS["v3_7"])
    open_supply(world.pool, LENDER, USDC.id, 1_000)
    world.pool.state.reserves[USDC.id].supply_shares += 1

    assert not world.pool.balance_sheet().is_reconciled

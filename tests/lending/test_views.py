"""What desks see of a pool, and whether a keeper's sums are the contract's."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sim.commands import LiquidateCall
from sim.errors import Revert
from sim.lending.aave.opening import open_account, open_supply
from sim.lending.aave.versions import VERSIONS
from sim.lending.aave.views import largest_liquidation, quote_liquidation
from sim.records.lending import Liquidated
from sim.units import UINT256_MAX, WAD
from tests.lending.world import ALICE, BOB, DOLLAR, KEEPER, LENDER, USDC, WBTC, WETH, World, build

ETHER, DOLLARS = 10**18, 10**6


def indebted(version: str = "v3_7", ether: int = 10 * ETHER, debt: int = 15_000 * DOLLARS, price: int = 1_700, **changes) -> World:
    world = build(VERSIONS[version], **changes)
    open_supply(world.pool, LENDER, USDC.id, 10**6 * DOLLARS)
    open_account(world.pool, ALICE, {WETH.id: ether}, {USDC.id: debt})
    world.give(KEEPER, USDC, 10**6 * DOLLARS)
    world.prices.prices[WETH.id] = price * DOLLAR
    world.screen()
    return world


def test_a_view_lists_who_can_be_liquidated():
    world = indebted(price=1_780)
    open_account(world.pool, BOB, {WETH.id: ETHER}, {USDC.id: 100 * DOLLARS})
    world.screen()
    world.pool.note_fell(ALICE, 12)

    view = world.pool.view(world.now)

    [alice] = view.unhealthy
    assert (alice.account, alice.fell, alice.health) == (ALICE, 12, 979 * WAD // 1_000)
    assert [(each.asset, each.units, each.threshold, each.bonus) for each in alice.collaterals] == [(WETH.id, 10 * ETHER, 8_250, 500)]
    assert [(each.asset, each.units) for each in alice.debts] == [(USDC.id, 15_000 * DOLLARS)]
    assert (alice.collateral_value, alice.debt_value) == (17_800 * DOLLAR, 15_000 * DOLLAR)
    assert view.reserves[USDC.id].liquidity == (10**6 - 15_100) * DOLLARS


def test_a_calm_view_lists_nobody():
    world = indebted(price=2_000)

    assert world.pool.view(world.now).unhealthy == ()


def test_an_owner_sees_its_own_position():
    world = indebted(price=2_000)

    mine = world.pool.position(ALICE, world.now)

    assert (mine.health, mine.fell) == (11 * WAD // 10, 0)


def test_bad_debt_without_collateral_is_not_listed():
    world = indebted("v2", price=100)
    world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX))
    world.screen()

    assert (world.pool.view(world.now).unhealthy, list(world.pool.fell)) == ((), [ALICE])


def executed(world: World, amount: int) -> tuple[int, int, int]:
    world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, amount))
    row = world.rows(Liquidated)[0]
    return row.repaid, row.seized, row.protocol_fee


@pytest.mark.parametrize("version", VERSIONS)
def test_a_quote_is_what_the_contract_does(version):
    fee = 0 if version == "v2" else 1_000
    world = indebted(version, price=1_780, WETH={"protocol_fee": fee})
    world.now += 86_400
    view = world.pool.view(world.now)

    quote = quote_liquidation(view, view.unhealthy[0], USDC.id, WETH.id, 3_000 * DOLLARS + 7)

    assert quote[:3] == executed(world, 3_000 * DOLLARS + 7)


def test_a_quote_refuses_what_the_contract_refuses():
    view = (world := indebted(price=1_700)).pool.view(world.now)

    with pytest.raises(Revert, match="MUST_NOT_LEAVE_DUST"):
        quote_liquidation(view, view.unhealthy[0], USDC.id, WETH.id, 14_500 * DOLLARS)
    with pytest.raises(Revert, match="NOT_COLLATERAL"):
        quote_liquidation(view, view.unhealthy[0], USDC.id, WBTC.id, 1)
    assert largest_liquidation(view, view.unhealthy[0], WBTC.id, WETH.id) is None


def test_the_largest_is_everything_where_everything_may_be_taken():
    view = (world := indebted(price=1_700)).pool.view(world.now)

    quote = largest_liquidation(view, view.unhealthy[0], USDC.id, WETH.id)

    assert quote is not None
    assert quote.repaid == 15_000 * DOLLARS


def test_a_purse_that_would_leave_dust_repays_less():
    view = (world := indebted(price=1_700)).pool.view(world.now)

    quote = largest_liquidation(view, view.unhealthy[0], USDC.id, WETH.id, purse=14_500 * DOLLARS)

    assert quote is not None
    assert quote.repaid == 14_000 * DOLLARS


def test_half_of_a_debt_that_would_leave_dust_is_made_smaller():
    """Debts of 2,500 here and 1,500 elsewhere at 0.97: half of all is 2,000 and would leave 500."""
    world = build(VERSIONS["v3_7"])
    for asset in (USDC, WBTC):
        open_supply(world.pool, LENDER, asset.id, 10**6 * asset.unit)
    open_account(world.pool, ALICE, {WETH.id: 3 * ETHER}, {USDC.id: 2_500 * DOLLARS, WBTC.id: 3_750_000})
    world.prices.prices[WETH.id] = 1_570 * DOLLAR
    world.screen()
    view = world.pool.view(world.now)

    quote = largest_liquidation(view, view.unhealthy[0], USDC.id, WETH.id)

    assert quote is not None
    assert quote.repaid == 1_500 * DOLLARS


def test_only_what_the_pool_can_pay_out_is_asked_for():
    world = indebted(price=2_000)
    open_account(world.pool, BOB, {WBTC.id: 10**9}, {WETH.id: 9 * ETHER})
    world.prices.prices[WETH.id] = 1_600 * DOLLAR
    world.screen()
    view = world.pool.view(world.now)

    quote = largest_liquidation(view, view.unhealthy[0], USDC.id, WETH.id)

    assert quote is not None
    assert quote.seized <= ETHER < quote.seized + 10**13
    assert executed(world, quote.cover) == quote[:3]


def test_an_empty_purse_liquidates_nothing():
    view = (world := indebted(price=1_700)).pool.view(world.now)

    assert largest_liquidation(view, view.unhealthy[0], USDC.id, WETH.id, purse=0) is None


@given(
    st.sampled_from(sorted(VERSIONS)),
    st.integers(min_value=1, max_value=30 * DOLLARS * 1_000),
    st.integers(min_value=60, max_value=99),
    st.integers(min_value=1, max_value=40 * DOLLARS * 1_000),
)
def test_what_is_called_the_largest_fits_the_purse_and_goes_through_as_quoted(version, debt, health, purse):
    price = 2_000 * health // 100
    world = indebted(version, ether=debt * 10**12 * 10_000 // 8_250 // 2_000, debt=debt, price=price)
    view = world.pool.view(world.now)
    if not view.unhealthy:
        return

    quote = largest_liquidation(view, view.unhealthy[0], USDC.id, WETH.id, purse)

    if quote is not None:
        assert quote.repaid <= purse
        assert executed(world, quote.cover) == quote[:3]

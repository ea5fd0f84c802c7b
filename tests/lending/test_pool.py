"""The pool's calls: each works, refuses, and does both at the very edge."""

import copy

import pytest

from sim.commands import BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.aave.opening import open_account, open_supply
from sim.lending.aave.terms import EMode
from sim.lending.aave.versions import VERSIONS
from sim.records.lending import Borrowed, InterestAccrued, Repaid, Supplied, Withdrawn
from sim.units import RAY, UINT256_MAX, WAD, YEAR_SECONDS
from sim.vocabulary import Refusal
from tests.lending.world import ALICE, BOB, DOLLAR, LENDER, USDC, WBTC, WETH, World, build

V3_7 = VERSIONS["v3_7"]
ALL = pytest.mark.parametrize("rules", VERSIONS.values(), ids=VERSIONS)
ETHER, DOLLARS, BITCOIN = 10**18, 10**6, 10**8


def lending_world(rules=V3_7, e_modes=(), **changes) -> World:
    """A pool in which a million dollars and five hundred ether wait; Alice has ten ether."""
    world = build(rules, e_modes, **changes)
    open_supply(world.pool, LENDER, USDC.id, 1_000_000 * DOLLARS)
    open_supply(world.pool, LENDER, WETH.id, 500 * ETHER)
    world.give(ALICE, WETH, 10 * ETHER)
    return world


@ALL
def test_supplied_ether_lets_one_borrow_to_the_max_ltv_and_not_a_unit_more(rules):
    world = lending_world(rules)
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))

    # Ten ether at 2,000 and a max LTV of 80 %; a unit of USDC is a hundred base units, so one more is too much.
    assert world.execute(ALICE, BorrowCall(USDC.id, 16_000 * DOLLARS + 1)) is Refusal.INSUFFICIENT_COLLATERAL
    assert world.execute(ALICE, BorrowCall(USDC.id, 16_000 * DOLLARS)) == 256_480
    assert world.held(ALICE, USDC) == 16_000 * DOLLARS
    assert world.rows(Borrowed) == [Borrowed(ALICE, USDC.id, 16_000 * DOLLARS)]


def test_what_happens_is_said():
    world = lending_world()

    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    assert world.rows(Supplied) == [Supplied(ALICE, WETH.id, 10 * ETHER)]
    world.execute(ALICE, BorrowCall(USDC.id, 1_000 * DOLLARS))
    world.execute(ALICE, RepayCall(USDC.id, 400 * DOLLARS))
    assert world.rows(Repaid) == [Repaid(ALICE, USDC.id, 400 * DOLLARS)]
    world.execute(ALICE, WithdrawCall(WETH.id, ETHER))
    assert world.rows(Withdrawn) == [Withdrawn(ALICE, WETH.id, ETHER)]


@ALL
def test_all_that_was_put_in_comes_out_again(rules):
    world = lending_world(rules)
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))

    assert world.execute(ALICE, WithdrawCall(WETH.id, UINT256_MAX)) == 181_916
    assert world.held(ALICE, WETH) == 10 * ETHER
    assert world.execute(ALICE, WithdrawCall(WETH.id, 1)) is Refusal.INSUFFICIENT_BALANCE
    assert world.execute(ALICE, WithdrawCall(WETH.id, UINT256_MAX)) is Refusal.ZERO_AMOUNT


@ALL
def test_one_may_withdraw_down_to_a_health_of_exactly_one(rules):
    world = lending_world(rules)
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    world.execute(ALICE, BorrowCall(USDC.id, 8_250 * DOLLARS))

    # Five ether times 2,000 times 82.5 % is 8,250: health one. A unit of value less and it is below.
    assert world.execute(ALICE, WithdrawCall(WETH.id, 5 * ETHER + 10**8)) is Refusal.UNHEALTHY
    assert world.held(ALICE, WETH) == 0
    assert world.execute(ALICE, WithdrawCall(WETH.id, 5 * ETHER)) == 239_471
    assert world.health(ALICE) == WAD


def test_debt_is_paid_back_by_the_owner_or_by_another():
    world = lending_world()
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    world.execute(ALICE, BorrowCall(USDC.id, 1_000 * DOLLARS))
    world.give(BOB, USDC, 300 * DOLLARS)

    assert world.execute(BOB, RepayCall(USDC.id, UINT256_MAX, ALICE)) is Refusal.NOT_OWNER
    assert world.execute(BOB, RepayCall(USDC.id, 301 * DOLLARS, ALICE)) is Refusal.INSUFFICIENT_BALANCE
    assert world.execute(BOB, RepayCall(USDC.id, 300 * DOLLARS, ALICE)) == 189_949
    assert world.execute(ALICE, RepayCall(USDC.id, UINT256_MAX)) == 176_521
    assert world.held(ALICE, USDC) == 300 * DOLLARS
    assert world.execute(ALICE, RepayCall(USDC.id, 1)) is Refusal.NOTHING_OWED


def test_more_than_is_owed_pays_what_is_owed():
    world = lending_world()
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    world.execute(ALICE, BorrowCall(USDC.id, 1_000 * DOLLARS))

    world.execute(ALICE, RepayCall(USDC.id, 5_000 * DOLLARS))

    assert world.rows(Repaid)[0].amount == 1_000 * DOLLARS


@pytest.mark.parametrize("call", [SupplyCall(9, 1), WithdrawCall(9, 1), BorrowCall(9, 1), RepayCall(9, 1)])
def test_an_asset_the_pool_does_not_know_is_refused(call):
    assert lending_world().execute(ALICE, call) is Refusal.UNKNOWN_ASSET


@pytest.mark.parametrize("call", [SupplyCall(WETH.id, 0), BorrowCall(USDC.id, 0), SupplyCall(WETH.id, -1), BorrowCall(USDC.id, -5)])
def test_nothing_is_too_little(call):
    assert lending_world().execute(ALICE, call) is Refusal.ZERO_AMOUNT


def test_supply_stops_at_the_cap():
    world = lending_world(WETH={"supply_cap": 505 * ETHER})

    assert world.execute(ALICE, SupplyCall(WETH.id, 5 * ETHER + 1)) is Refusal.SUPPLY_CAP
    assert world.execute(ALICE, SupplyCall(WETH.id, 5 * ETHER)) == 176_366
    assert world.execute(ALICE, SupplyCall(WETH.id, 1)) is Refusal.SUPPLY_CAP


def test_borrowing_stops_at_the_cap():
    world = lending_world(USDC={"borrow_cap": 500 * DOLLARS})
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))

    assert world.execute(ALICE, BorrowCall(USDC.id, 500 * DOLLARS + 1)) is Refusal.BORROW_CAP
    assert world.execute(ALICE, BorrowCall(USDC.id, 500 * DOLLARS)) == 256_480


def test_what_is_lent_out_cannot_be_lent_or_withdrawn():
    world = build(V3_7)
    open_supply(world.pool, LENDER, USDC.id, 1_000 * DOLLARS)
    world.give(ALICE, WETH, 10 * ETHER)
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))

    assert world.execute(ALICE, BorrowCall(USDC.id, 1_001 * DOLLARS)) is Refusal.INSUFFICIENT_LIQUIDITY
    assert world.execute(ALICE, BorrowCall(USDC.id, 1_000 * DOLLARS)) == 256_480
    assert world.execute(LENDER, WithdrawCall(USDC.id, 1)) is Refusal.INSUFFICIENT_LIQUIDITY


def test_an_asset_not_for_lending_is_not_lent():
    world = lending_world(USDC={"can_borrow": False})
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))

    assert world.execute(ALICE, BorrowCall(USDC.id, 1)) is Refusal.BORROWING_DISABLED


def test_an_asset_without_max_ltv_lies_idle():
    world = lending_world(WETH={"max_ltv": 0})
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))

    assert world.pool.state.positions.peek(ALICE).idle == {WETH.id: 10 * ETHER}
    assert world.execute(ALICE, BorrowCall(USDC.id, 1)) is Refusal.INSUFFICIENT_COLLATERAL


def test_without_a_price_there_is_no_borrowing():
    world = lending_world()
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    world.prices.prices[WETH.id] = 0

    assert world.execute(ALICE, BorrowCall(USDC.id, DOLLARS)) is Refusal.NOTHING_POSTED


def test_a_category_gives_better_terms_among_its_own_and_forbids_the_rest():
    category = EMode(1, (WETH.id,), (WBTC.id,), max_ltv=9_300, threshold=9_500, bonus=100)
    world = lending_world(e_modes=(category,))
    open_supply(world.pool, LENDER, WBTC.id, 10 * BITCOIN)
    open_account(world.pool, ALICE, {WETH.id: 20 * ETHER}, {}, e_mode=1)

    # 40,000 of ether at 93 % borrow 0.93 bitcoin; outside the category the limit would be 0.8.
    assert world.execute(ALICE, BorrowCall(USDC.id, 1)) is Refusal.WRONG_E_MODE
    assert world.execute(ALICE, BorrowCall(WBTC.id, 93 * 10**6 + 1)) is Refusal.INSUFFICIENT_COLLATERAL
    assert world.execute(ALICE, BorrowCall(WBTC.id, 93 * 10**6)) == 256_480
    assert world.health(ALICE) == 9_500 * WAD // 9_300


def test_a_refused_call_leaves_no_trace():
    world = lending_world()
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    world.now += YEAR_SECONDS
    before = copy.deepcopy(world)

    world.execute(ALICE, BorrowCall(USDC.id, 900_000 * DOLLARS))

    state, as_it_was = world.pool.state, before.pool.state
    assert state.positions.accounts == as_it_was.positions.accounts
    for asset, reserve in state.reserves.items():
        ours = [getattr(reserve, name) for name in reserve.__slots__ if name != "__weakref__"]
        assert ours == [getattr(as_it_was.reserves[asset], name) for name in reserve.__slots__ if name != "__weakref__"]
    assert world.ledger.balances == before.ledger.balances
    world.pool._check()


def test_a_copied_world_goes_its_own_way():
    world = lending_world()
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    fork = copy.deepcopy(world)

    fork.execute(ALICE, BorrowCall(USDC.id, 1_000 * DOLLARS))

    assert (world.held(ALICE, USDC), fork.held(ALICE, USDC)) == (0, 1_000 * DOLLARS)
    assert world.pool.state.positions.peek(ALICE).debts == {}
    world.pool._check()
    fork.pool._check()


@ALL
def test_a_year_of_interest_goes_to_lenders_and_treasury(rules):
    """Half of a million is lent at one percent and half way up the slope: 1 % + 4 % * 0.5 / 0.8 = 3.5 %."""
    world = lending_world(rules)
    open_account(world.pool, BOB, {WETH.id: 1_000 * ETHER}, {USDC.id: 500_000 * DOLLARS})
    reserve = world.pool.state.reserves[USDC.id]
    assert (reserve.debt_rate, reserve.supply_rate) == (35 * RAY // 1_000, 35 * RAY // 1_000 // 2 * 9 // 10)
    world.now += YEAR_SECONDS
    world.give(BOB, USDC, DOLLARS)

    world.execute(BOB, RepayCall(USDC.id, DOLLARS))

    # 1 + x + x^2/2 + x^3/6 at 3.5 %. Before v3.5 the third term's rate cubed per second, 1.37 rays, is cut to 1.
    assert reserve.debt_index // 10**18 == (1_035_619_645 if rules.name == "v3.7" else 1_035_617_727)
    assert reserve.supply_index // 10**18 == 1_015_750_000
    assert world.rows(InterestAccrued) == [InterestAccrued(USDC.id, reserve.supply_index, reserve.debt_index)]
    # A tenth of 17,809.82 of interest, in shares.
    assert reserve.treasury_shares // DOLLARS == 1_753
    world.pool._check()


def test_nobody_is_paid_before_time_passes():
    world = lending_world()
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    world.execute(ALICE, BorrowCall(USDC.id, 1_000 * DOLLARS))

    world.execute(ALICE, RepayCall(USDC.id, 1))

    assert world.rows(InterestAccrued) == []
    assert world.pool.state.indices(world.now)[USDC.id] == (RAY, RAY)


def test_units_are_conserved_and_the_pool_can_pay_its_lenders():
    world = lending_world()
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    world.execute(ALICE, BorrowCall(USDC.id, 9_000 * DOLLARS))
    for _ in range(50):
        world.now += 86_400
        world.execute(ALICE, RepayCall(USDC.id, 7 * DOLLARS))
        world.ledger.check()

    state, rules = world.pool.state, world.pool.state.terms.rules
    reserve = state.reserves[USDC.id]
    owned = rules.collateral_units(reserve.supply_shares, reserve.supply_index)
    lent = rules.debt_units(reserve.debt_shares, reserve.debt_index)
    assert owned <= state.liquidity(USDC.id) + lent


def test_prices_are_in_the_pools_base_currency():
    world = lending_world()
    world.execute(ALICE, SupplyCall(WETH.id, 10 * ETHER))

    assert world.pool.standing(ALICE, world.now).collateral == 20_000 * DOLLAR

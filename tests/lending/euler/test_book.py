"""The books of one asset: what is paid, what moves, what a fee makes; and that whatever succeeded can be undone."""

import pytest

from sim.commands import AccrueCall, BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.lending.euler import v1, v2
from sim.lending.euler.book import Paid, paid_down, shares_for, steps_moved, units_up
from sim.lending.euler.calls import TakeOverCall, TrackLiquidityCall
from sim.lending.euler.opening import open_account, open_supply
from sim.units import UINT256_MAX
from tests.lending.euler.world import ALICE, ETHER, KEEPER, LENDER, RATE, USD, USDC, WETH, build_v1, build_v2

OLD, NEW = v1.RULES.precision(USDC), v2.RULES.precision(USDC)


def test_v1_counts_dollars_with_18_decimals_and_debt_with_27():
    assert (OLD.scaler, OLD.debt, OLD.per_unit) == (10**12, 10**9, 10**21)
    assert (NEW.scaler, NEW.debt, NEW.per_unit) == (1, 2**31, 2**31)


def test_a_debt_is_rounded_up_before_it_is_paid():
    """Five units and a step owed, three paid: three are left, and the sum has gained what was missing to six."""
    owed = 5 * 2**31 + 1

    assert units_up(owed, 2**31) == 6
    assert paid_down(owed, 100 * 2**31, 3, 2**31) == Paid(3 * 2**31, 100 * 2**31 - owed + 3 * 2**31, 2**31 - 1)
    assert paid_down(owed, 100 * 2**31, 6, 2**31).left == 0
    with pytest.raises(Revert, match="ARITHMETIC"):
        paid_down(owed, 100 * 2**31, 7, 2**31)


def test_a_sum_that_has_fallen_behind_an_account_ends_with_what_is_left():
    assert paid_down(10, 8, 0, 4) == Paid(12, 12, 4)


@pytest.mark.parametrize("precision", [OLD, NEW], ids=["v1", "v2"])
def test_debt_that_moves_takes_roundings_and_residues_with_it(precision):
    unit, owed = precision.per_unit, 7 * precision.per_unit + precision.residue // 2

    assert steps_moved(owed, 3 * unit, precision) == 3 * unit
    assert steps_moved(owed, 8 * unit, precision) == owed
    assert steps_moved(owed, 7 * unit, precision) == owed
    assert steps_moved(owed + precision.residue, 7 * unit, precision) == 7 * unit
    with pytest.raises(Revert, match="ARITHMETIC"):
        steps_moved(owed, 9 * unit, precision)


def test_a_fee_is_new_shares_out_of_what_is_there():
    assert shares_for(10, 110, 100) == 10
    assert shares_for(10, 220, 100) == 4


@pytest.mark.parametrize("build", [build_v1, build_v2])
def test_whatever_succeeded_can_be_undone_without_a_trace(build):
    world = build(USDC={"rate": RATE}, WETH={"rate": RATE})
    open_supply(world.pool, LENDER, USDC.id, 100_000 * USD)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, {USDC.id: 14_000 * USD})
    open_supply(world.pool, KEEPER, WETH.id, 20 * ETHER)
    for party in (ALICE, KEEPER):
        world.give(party, USDC, 20_000 * USD)
        world.give(party, WETH, ETHER)
    if build is build_v1:
        world.done(KEEPER, TrackLiquidityCall())
    world.now += 3_600
    calls = [
        (KEEPER, SupplyCall(USDC.id, 10 * USD)),
        (LENDER, WithdrawCall(USDC.id, USD)),
        (ALICE, WithdrawCall(WETH.id, 1)),
        (ALICE, BorrowCall(USDC.id, USD)),
        (ALICE, RepayCall(USDC.id, UINT256_MAX)),
        (KEEPER, AccrueCall()),
        (KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX)),
        (KEEPER, TakeOverCall(ALICE, USDC.id, WETH.id, UINT256_MAX)),
    ]
    for sender, call in calls:
        world.set_ether(1_500 if isinstance(call, LiquidateCall | TakeOverCall) else 2_100)
        before = world.state()
        world.undone(sender, call)

        assert world.state() == before, call
        world._check()

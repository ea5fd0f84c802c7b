"""Losses of a market: whose they are, when, and what puts them off; and when a liquidation makes things worse."""

from fractions import Fraction

import pytest

from sim.commands import SupplyCall, WithdrawCall
from sim.lending.morpho import rules
from sim.lending.morpho.calls import SeizeCall
from sim.records.lending import BadDebt, Liquidated
from sim.units import UINT256_MAX, WAD
from tests.lending.morpho.world import ALICE, BOB, KEEPER, LENDER, USD, USDC, lent


def test_the_last_unit_of_collateral_makes_the_rest_the_suppliers_loss_at_once():
    """At 1,000 ten ether buy 9,400 of the 16,000 owed; each rounding is a unit against the liquidator."""
    world = lent()
    world.set_ether(1_000)

    world.done(KEEPER, SeizeCall(ALICE, 10 * WAD, 0))

    [lost], [said] = world.rows(BadDebt), world.rows(Liquidated)
    assert said.repaid == 9_400 * USD + 1
    assert lost.amount == 6_600 * USD - 1
    assert world.market.totals.supply_assets == 93_400 * USD + 1
    assert world.market.totals.borrow_shares == 0
    world._check()


def test_one_unit_of_collateral_left_puts_the_loss_off():
    world = lent()
    world.set_ether(1_000)

    world.done(KEEPER, SeizeCall(ALICE, 10 * WAD - 1, 0))

    assert world.rows(BadDebt) == []
    assert world.market.totals.supply_assets == 100_000 * USD
    assert world.market.debtor(ALICE, 0).collateral == 1
    # Nobody is paid for what is left; whoever takes the unit pays at most a unit and brings the loss about.
    world.done(KEEPER, SeizeCall(ALICE, 1, 0))
    [lost] = world.rows(BadDebt)
    assert 6_600 * USD - 2 <= lost.amount <= 6_600 * USD
    world._check()


def test_a_supplier_who_leaves_before_the_loss_leaves_it_to_the_others():
    world = lent()
    world.give(BOB, USDC, 50_000 * USD)
    world.done(BOB, SupplyCall(USDC.id, 50_000 * USD))
    world.set_ether(1_000)
    world.done(KEEPER, SeizeCall(ALICE, 10 * WAD - 1, 0))
    world.done(BOB, WithdrawCall(USDC.id, UINT256_MAX))
    world.done(KEEPER, SeizeCall(ALICE, 1, 0))

    assert world.held(BOB, USDC) == 50_000 * USD
    assert world.market.totals.worth(world.market.positions.peek(LENDER).idle[USDC.id]) == 93_400 * USD + 2


@pytest.mark.parametrize("price", [1_990, 1_900, 1_889, 1_881, 1_880, 1_879, 1_870, 1_700, 1_500])
def test_a_liquidation_raises_loan_to_value_exactly_above_one_over_the_incentive(price):
    """1/1.063829... is 0.94: sixteen thousand on ten ether reach it at 1,702.13."""
    for ether in (price, price - 170, price - 180):
        world = lent()
        world.set_ether(ether)
        before = Fraction(16_000 * USD * 10**12, 10 * WAD * ether)
        world.done(KEEPER, SeizeCall(ALICE, WAD, 0))
        left = world.market.debtor(ALICE, 0)
        after = Fraction(world.market.totals.owed(left.shares) * 10**12, left.collateral * ether)

        assert (after > before) == (before > Fraction(WAD, rules.incentive(80 * WAD // 100)))

"""One liquidation as sums: who may, how much, what it takes, what stays, what is written off.

The pool, the views a keeper plans with and the outside cases all come through ``settle``. Pure: it changes nothing. Reverts:
HEALTHY, NOTHING_OWED, NOT_COLLATERAL, ZERO_AMOUNT, MUST_NOT_LEAVE_DUST. Left out: whether the pool has the units to pay with.
"""

from typing import NamedTuple

from sim.errors import Revert
from sim.lending.aave.rules import (
    Closable,
    CollateralShares,
    Gone,
    Pair,
    Rules,
    Taken,
    is_liquidatable,
)
from sim.units import Ray, Units, Wad
from sim.vocabulary import Refusal


class Target(NamedTuple):
    """One account's one collateral against one of its debts."""

    pair: Pair
    health: Wad
    total_collateral_value: Units
    total_debt_value: Units
    collateral_shares: int
    supply_index: Ray
    debt_shares: int
    debt_index: Ray


class Standing(NamedTuple):
    """What a target has, owes and may have repaid by one call: whatever is repaid then."""

    balance: Units
    debt: Units
    most: Units


class Settlement(NamedTuple):
    """What a liquidation does."""

    taken: Taken
    collateral_balance: Units
    """Before."""
    debt_balance: Units
    """Before."""
    closable: Units
    """The most that one call may repay."""
    seized_shares: int
    fee_shares: int
    debt_shares: int
    """Burnt; all of them when no collateral is left."""
    gone: Gone
    deficit: Units
    """Of this debt, written off; the account's other debts follow when ``gone.nothing_left``."""


def most_repaid(rules: Rules, case: Closable) -> Units:
    """Return the most of a debt that one liquidation may repay. Reverts with HEALTHY at a health of one or more."""
    if not is_liquidatable(case.health):
        raise Revert(Refusal.HEALTHY)
    return rules.closable(case)


def settle(rules: Rules, target: Target, cover: Units) -> Settlement:
    """Return what repaying ``cover`` (or as much as may be) does. Cost: a dozen integer operations."""
    stands = standing(rules, target)
    return _settled(rules, target, taken_for(rules, target.pair, stands, cover), stands.balance, stands.debt, stands.most)


def standing(rules: Rules, target: Target) -> Standing:
    """Return what a target has and owes. Reverts with HEALTHY, NOT_COLLATERAL, NOTHING_OWED."""
    balance = rules.collateral_units(target.collateral_shares, target.supply_index)
    debt = rules.debt_units(target.debt_shares, target.debt_index)
    most = most_repaid(rules, _closable(rules, target, balance, debt))
    if not balance:
        raise Revert(Refusal.NOT_COLLATERAL)
    if not debt:
        raise Revert(Refusal.NOTHING_OWED)
    return Standing(balance, debt, most)


def taken_for(rules: Rules, pair: Pair, stands: Standing, cover: Units) -> Taken:
    """Return what repaying ``cover`` (or as much as may be) takes. Reverts with ZERO_AMOUNT, MUST_NOT_LEAVE_DUST."""
    taken = rules.available(pair, min(cover, stands.most), stands.balance)
    if taken.repaid <= 0 or taken.seized <= 0:
        # As Aave: burning nothing reverts.
        raise Revert(Refusal.ZERO_AMOUNT)
    if leaves_dust(rules, pair, taken, stands.balance, stands.debt):
        raise Revert(Refusal.MUST_NOT_LEAVE_DUST)
    return taken


def leaves_dust(rules: Rules, pair: Pair, taken: Taken, balance: Units, debt: Units) -> bool:
    """Say whether too little would stay of a debt and a collateral of which both would stay."""
    debt_left, balance_left = debt - taken.repaid, balance - taken.seized - taken.protocol_fee
    if not rules.least_leftover or debt_left <= 0 or balance_left <= 0:
        return False
    debt_value = rules.debt_value(debt_left, pair.debt_price, pair.debt_unit)
    return min(debt_value, rules.collateral_value(balance_left, pair.collateral_price, pair.collateral_unit)) < rules.least_leftover


def _closable(rules: Rules, target: Target, balance: Units, debt: Units) -> Closable:
    pair = target.pair
    return Closable(
        health=target.health,
        debt=debt,
        debt_value=rules.debt_value(debt, pair.debt_price, pair.debt_unit),
        collateral_value=rules.collateral_value(balance, pair.collateral_price, pair.collateral_unit),
        total_debt_value=target.total_debt_value,
        debt_price=pair.debt_price,
        debt_unit=pair.debt_unit,
    )


def _settled(rules: Rules, target: Target, taken: Taken, balance: Units, debt: Units, most: Units) -> Settlement:
    pair, shares = target.pair, target.collateral_shares
    gone = rules.gone(
        CollateralShares(shares, balance, target.supply_index, pair.collateral_price, pair.collateral_unit, target.total_collateral_value),
        taken,
    )
    seized_shares = min(rules.withdraw_shares(taken.seized, target.supply_index), shares)
    fee_shares = min(rules.withdraw_shares(taken.protocol_fee, target.supply_index), shares - seized_shares)
    burnt = debt if gone.nothing_left else taken.repaid
    return Settlement(
        taken=taken,
        collateral_balance=balance,
        debt_balance=debt,
        closable=most,
        seized_shares=seized_shares,
        fee_shares=fee_shares,
        debt_shares=min(rules.repay_shares(burnt, target.debt_index), target.debt_shares),
        gone=gone,
        deficit=debt - taken.repaid if gone.nothing_left else 0,
    )

"""What a desk may know of a pool, per block, and the sums a keeper does with it off the chain.

The helpers at the end run the protocol's own ``settle`` on a view, so that a keeper's estimate is what the contract would do if
nothing changed. Views are frozen and carry no reference into the world.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, NoReturn

import attrs

from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.lending.aave.liquidation import Standing, Target, settle, standing, taken_for
from sim.lending.aave.rules import Pair, Rules, is_liquidatable
from sim.units import UINT256_MAX, WAD, AssetId, Bps, Party, Price, Ray, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal


class CollateralView(NamedTuple):
    """One collateral of an account."""

    asset: AssetId
    units: Units
    threshold: Bps
    bonus: Bps
    """Extra, above nothing."""
    shares: int


class DebtView(NamedTuple):
    """One debt of an account."""

    asset: AssetId
    units: Units
    shares: int
    least: Units = 0
    """What must be left of it unless all is repaid."""


@attrs.frozen
class AccountView:
    """One account as it stands."""

    account: Party
    health: Wad
    collateral_value: Units
    """8 decimals."""
    debt_value: Units
    collaterals: tuple[CollateralView, ...]
    debts: tuple[DebtView, ...]
    fell: Seq
    """Its last ``HealthFell`` while unhealthy; 0 otherwise."""


class ReserveView(NamedTuple):
    """One reserve."""

    asset: AssetId
    price: Price
    """0 when nothing is posted."""
    unit: Units
    liquidity: Units
    supply_index: Ray
    debt_index: Ray
    debt_rate: Ray
    max_ltv: Bps
    threshold: Bps
    bonus: Bps
    protocol_fee: Bps
    borrowed: Units = 0
    """Lent out, interest included; 0 where the family lends nothing of it."""
    supply_room: Units | None = None
    """What may still be put in below a cap; None where there is none, or the family does not show it."""
    borrow_room: Units | None = None
    """What may still be borrowed below a cap, likewise."""

    @property
    def supplied(self) -> Units:
        """Return what suppliers have put in, as far as it is there or owed."""
        return self.liquidity + self.borrowed

    @property
    def utilisation(self) -> Wad:
        """Return the part of it that is lent out, rounded down; 0 where there is none."""
        return mul_div_down(self.borrowed, WAD, self.supplied) if self.supplied else 0


class Reserves(dict[AssetId, ReserveView]):
    """A pool's reserves by asset, which nobody can write to: all desks look at one picture."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a view cannot be changed; copy it with dict(view.reserves) first")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> "Reserves":
        return self


@attrs.frozen
class PoolView:
    """A pool at a block."""

    timestamp: Seconds
    rules: Rules
    reserves: Reserves
    unhealthy: tuple[AccountView, ...]
    """Accounts that can be liquidated and have collateral, by id."""
    spared_from: Wad = 0
    """Whose health is at least this is spared for now, in the grace after an outage; 0: nobody is."""


class Quote(NamedTuple):
    """What a liquidation would repay and pay."""

    repaid: Units
    seized: Units
    protocol_fee: Units
    cover: Units
    """What to ask for. It exceeds ``repaid`` where all the collateral goes: asking for ``repaid`` would leave a rounding's dust."""


def quote_liquidation(view: PoolView, account: AccountView, debt_asset: AssetId, collateral_asset: AssetId, amount: Units) -> Quote:
    """Return what a liquidation would do at the view's block. Raises ``Revert`` where the contract would."""
    done = settle(view.rules, _target(view, account, debt_asset, collateral_asset), amount)
    return Quote(done.taken.repaid, done.taken.seized, done.taken.protocol_fee, amount)


def largest_liquidation(
    view: PoolView, account: AccountView, debt_asset: AssetId, collateral_asset: AssetId, purse: Units = UINT256_MAX
) -> Quote | None:
    """Return the largest liquidation that a purse can pay, that leaves no dust and that the pool's liquidity can pay out.

    None where there is none. Cost: one settlement as a rule and as long as nothing is free, half of some eighty where dust or liquidity
    bind: below the whole, what may be is a matter of more or less, so it is searched by halving.
    """
    try:
        target = _target(view, account, debt_asset, collateral_asset)
        stands, liquidity = standing(view.rules, target), view.reserves[collateral_asset].liquidity
        if not liquidity:
            return None  # Something is seized by every liquidation.
        fits, most = 0, min(purse, stands.debt)
        if _fits(view.rules, target, stands, most, liquidity):
            return quote_liquidation(view, account, debt_asset, collateral_asset, most)
        while most - fits > 1:
            middle = (fits + most) // 2
            if _fits(view.rules, target, stands, middle, liquidity):
                fits = middle
            else:
                most = middle
        return quote_liquidation(view, account, debt_asset, collateral_asset, fits)
    except Revert:
        return None  # The pool would refuse it too.


def at_price(view: PoolView, accounts: Iterable[AccountView], asset: AssetId, price: Price) -> PoolView:
    """Return a pool as it would be if an asset cost so much, with those of these accounts that could be liquidated then.

    By the protocol's own sums, at the view's block.
    """
    reserves = Reserves({**view.reserves, asset: view.reserves[asset]._replace(price=price)})
    shown = [_valued(view.rules, reserves, each) for each in accounts]
    return attrs.evolve(view, reserves=reserves, unhealthy=tuple(each for each in shown if is_liquidatable(each.health)))


def _valued(rules: Rules, reserves: Reserves, account: AccountView) -> AccountView:
    """Return an account at the prices of some reserves."""
    weighted = []
    for held in account.collaterals:
        of = reserves[held.asset]
        weighted.append((rules.collateral_value(held.units, of.price, of.unit), held.threshold))
    owed = sum(rules.debt_value(debt.units, reserves[debt.asset].price, reserves[debt.asset].unit) for debt in account.debts)
    worth = sum(value for value, _ in weighted)
    return attrs.evolve(account, health=rules.health(weighted, owed), collateral_value=worth, debt_value=owed)


def _fits(rules: Rules, target: Target, stands: Standing, amount: Units, liquidity: Units) -> bool:
    """Say whether an amount is not too large; one too small to be a liquidation is not too large."""
    try:
        return taken_for(rules, target.pair, stands, amount).seized <= liquidity
    except Revert as revert:
        if revert.reason is Refusal.MUST_NOT_LEAVE_DUST:
            return False
        if revert.reason is Refusal.ZERO_AMOUNT:
            return True
        raise


def _target(view: PoolView, account: AccountView, debt_asset: AssetId, collateral_asset: AssetId) -> Target:
    """Return what a liquidation is about. Reverts with NOT_COLLATERAL or NOTHING_OWED where the account has no such side."""
    collateral = next((each for each in account.collaterals if each.asset == collateral_asset), None)
    debt = next((each for each in account.debts if each.asset == debt_asset), None)
    if collateral is None:
        raise Revert(Refusal.NOT_COLLATERAL)
    if debt is None:
        raise Revert(Refusal.NOTHING_OWED)
    taken_from, owed_to = view.reserves[collateral_asset], view.reserves[debt_asset]
    pair = Pair(taken_from.price, taken_from.unit, owed_to.price, owed_to.unit, collateral.bonus, taken_from.protocol_fee)
    return Target(
        pair=pair,
        health=account.health,
        total_collateral_value=account.collateral_value,
        total_debt_value=account.debt_value,
        collateral_shares=collateral.shares,
        supply_index=taken_from.supply_index,
        debt_shares=debt.shares,
        debt_index=owed_to.debt_index,
    )

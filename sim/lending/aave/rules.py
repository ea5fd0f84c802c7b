"""The seam between the versions: what a pool asks its rule book.

A ``Rules`` is a value: free functions with plain arguments, one set a version (``v2``, ``v3_0``, ``v3_7``). The pool, the views and
the conformance cases all call these. Bonuses and fees are in bps *above* nothing: a bonus of 500 is five percent extra.

Words: *shares* are scaled balances; *units* what they are worth at an index; *value* is in the pool's base currency (8 decimals).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import attrs

from sim.units import UINT256_MAX, WAD, Bps, Price, Ray, Seconds, Units, Wad
from sim.vocabulary import Refusal

NO_DEBT: Wad = UINT256_MAX
"""The health of whoever owes nothing."""
HALF: Bps = 5_000
FULL_CLOSE_HEALTH: Wad = 95 * WAD // 100
"""At or below this health a liquidation may repay all of a debt (v3)."""


class Pair(NamedTuple):
    """A collateral and a debt at their prices, and what liquidating one for the other pays."""

    collateral_price: Price
    collateral_unit: Units
    """Units in one whole of the asset."""
    debt_price: Price
    debt_unit: Units
    bonus: Bps
    protocol_fee: Bps
    """Share of the bonus that the protocol keeps."""


class Closable(NamedTuple):
    """What decides how much of one debt a single liquidation may repay."""

    health: Wad
    debt: Units
    debt_value: Units
    collateral_value: Units
    """Of the one collateral asked for."""
    total_debt_value: Units
    debt_price: Price
    debt_unit: Units


class Taken(NamedTuple):
    """What a liquidation takes and pays."""

    seized: Units
    """To the liquidator."""
    repaid: Units
    protocol_fee: Units


class CollateralShares(NamedTuple):
    """What decides whether a collateral, and all collateral, is gone."""

    shares: int
    balance: Units
    supply_index: Ray
    price: Price
    unit: Units
    total_value: Units
    """Of all the account's collateral."""


class Borrowing(NamedTuple):
    """What decides whether an account may borrow."""

    collateral: Units
    """Value of all collateral."""
    max_ltv: Bps
    """Average over the collateral, in whole bps."""
    debt_before: Units
    health_before: Wad
    asked: Units
    """Value of what is asked for."""
    debt_after: Units
    health_after: Wad


class Gone(NamedTuple):
    """What is left after collateral was taken."""

    is_emptied: bool
    """This collateral counts no more."""
    nothing_left: bool
    """No collateral of any kind is left: the remaining debt is bad debt. Never, where the version knows no deficit."""


@attrs.frozen
class Rules:
    """One version's rule book."""

    name: str
    collateral_units: Callable[[int, Ray], Units]
    """(shares, supply index) -> units supplied."""
    debt_units: Callable[[int, Ray], Units]
    """(shares, debt index) -> units owed."""
    supply_shares: Callable[[Units, Ray], int]
    withdraw_shares: Callable[[Units, Ray], int]
    borrow_shares: Callable[[Units, Ray], int]
    repay_shares: Callable[[Units, Ray], int]
    collateral_value: Callable[[Units, Price, Units], Units]
    """(units, price, unit) -> value."""
    debt_value: Callable[[Units, Price, Units], Units]
    health: Callable[[Sequence[tuple[Units, Bps]], Units], Wad]
    """(value and threshold of each collateral, value of all debt) -> health factor."""
    borrow_refusal: Callable[[Borrowing], Refusal]
    """Why an account may not borrow; ``NONE`` if it may."""
    closable: Callable[[Closable], Units]
    available: Callable[[Pair, Units, Units], Taken]
    """(pair, debt to cover, collateral balance) -> what is taken; the debt shrinks to what the balance can pay."""
    least_leftover: Units
    """Value that must be left of debt and of collateral, where both are left; 0 where dust is allowed."""
    gone: Callable[[CollateralShares, Taken], Gone]
    debt_growth: Callable[[Ray, Seconds], Ray]
    """(yearly rate, seconds) -> factor by which the debt index grows."""
    floors_threshold: bool
    """The average threshold is cut to whole bps before health is taken."""
    new_debt: Callable[[int, Ray, Ray], Units]
    """(total debt shares, old index, new index) -> interest that the reserve factor applies to."""
    flash_fee: Callable[[Units, Bps], Units]
    """(amount, premium) -> what a flash loan costs."""
    flash_premium: Bps
    """What pools of this version take unless they say otherwise."""
    pays_suppliers_flash_fees: bool = True
    """Suppliers get what flash loans cost, at once, through their index; else the treasury does."""
    may_liquidate_oneself: bool = True
    """A borrower may be its own liquidator, and so keep its bonus."""
    counts_own_cash: bool = False
    """Liquidity is what was paid in and not paid out again; else what lies in the purse, whoever sent it there."""
    has_e_modes: bool = True
    has_caps: bool = True


def value_down(units: Units, price: Price, unit: Units) -> Units:
    """Return the value of units, rounded down."""
    return units * price // unit


def value_up(units: Units, price: Price, unit: Units) -> Units:
    """Return the value of units, rounded up."""
    return -(-units * price // unit)


def is_liquidatable(health: Wad) -> bool:
    """Say whether a position may be liquidated: health strictly below one."""
    return health < WAD

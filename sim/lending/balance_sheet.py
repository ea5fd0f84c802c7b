"""What a lending system owns and owes at one instant. Each figure is taken on its own, so that the sum can be wrong."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from sim.units import Price, Units

TO_RAD = 10**10
"""From 10^-27 units times a posted price to rad."""


@attrs.frozen
class BalanceSheet:
    """One system, or one asset of it; the maker says in which unit.

    Claims on the system are liabilities and equity. They are covered by its assets, and uncovered by its bad debt: so assets =
    liabilities + equity - bad debt, and what the system is really worth is equity less bad debt.
    """

    assets: int
    """What it has and what is owed to it, bad debt not included."""
    liabilities: int
    """What it owes to others."""
    equity: int
    """What is its own, bad debt not yet taken off."""
    bad_debt: int
    """What was lent or promised and nobody owes any more."""
    parts: tuple[BalanceSheet, ...] = ()
    """Sheets by asset that must be right each; empty where there is only one."""

    @property
    def is_reconciled(self) -> bool:
        """The claims are exactly what there is and what is missing."""
        if self.parts:
            return all(part.is_reconciled for part in self.parts)
        return self.assets + self.bad_debt == self.liabilities + self.equity

    @property
    def gap(self) -> int:
        """What there is and is missing, less the claims: 0 when reconciled."""
        return self.assets + self.bad_debt - self.liabilities - self.equity


def together(sheets: Iterable[tuple[BalanceSheet, Price, Units]]) -> BalanceSheet:
    """Return sheets by asset (in 10^-27 units; with price and units in a whole) as one in rad of what prices are in, rounded down."""
    listed = list(sheets)
    return BalanceSheet(
        assets=sum(_rad(sheet.assets, price, unit) for sheet, price, unit in listed),
        liabilities=sum(_rad(sheet.liabilities, price, unit) for sheet, price, unit in listed),
        equity=sum(_rad(sheet.equity, price, unit) for sheet, price, unit in listed),
        bad_debt=sum(_rad(sheet.bad_debt, price, unit) for sheet, price, unit in listed),
        parts=tuple(sheet for sheet, _, _ in listed),
    )


def _rad(amount: int, price: Price, unit: Units) -> int:
    return amount * price * TO_RAD // unit

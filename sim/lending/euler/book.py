"""One asset's books: what lies there, what is owed, whose claims it covers. What accounts hold of it stands in ``positions``.

Sums are in *inner* units (v1 counts every asset with 18 decimals, v2 as it is) and debt in *steps*, a fine fraction of an inner unit,
so that interest is not lost to rounding. An account's debt is kept as it was at its last touch, with the accumulator of then.

Sources: initAssetCache and the borrow functions of BaseLogic [euler-xyz/euler-contracts 24da0f2]; Cache.sol and BorrowUtils.sol
[euler-xyz/euler-vault-kit 5b98b42], which do the same in other precisions. Where compounding leaves 256 bits the accumulator stays.
"""

from typing import NamedTuple

import attrs

from sim.errors import Revert
from sim.fixed import div_up, mul_div_down
from sim.journal import Journal
from sim.lending.euler.terms import AssetTerms
from sim.lending.vault.ray_power import ray_power
from sim.units import BPS_ONE, RAY, Party, Ray, Seconds, Units
from sim.vocabulary import Refusal


class Precision(NamedTuple):
    """How finely an asset is counted."""

    scaler: int
    """Inner units in one unit."""
    debt: int
    """Steps in an inner unit."""
    residue: int
    """Fewer steps than this are not left behind when debt moves."""

    @property
    def per_unit(self) -> int:
        """Steps in one unit."""
        return self.scaler * self.debt


class Reading(NamedTuple):
    """An asset's books as of an instant."""

    cash: int
    """Inner units that are not lent."""
    shares: int
    """All claims, the reserves' included."""
    fee_shares: int
    owed: int
    """Steps."""
    accumulator: Ray


@attrs.define(eq=False, repr=False)
class Book:
    """The state of one asset."""

    terms: AssetTerms
    precision: Precision
    updated_at: Seconds
    shares: int = 0
    fee_shares: int = 0
    owed: int = 0
    accumulator: Ray = RAY
    rate: Ray = 0
    """Per second."""
    held: Units = 0
    """What calls have brought in and left."""
    claims: int = 0
    """What all shares together are promised, in steps: deposits and income, less withdrawals and losses."""
    snapshots: dict[Party, Ray] = attrs.field(factory=dict)
    """The accumulator at an account's last touch; RAY where it is not listed."""

    def at(self, cash: int, timestamp: Seconds) -> Reading:
        """Return the books with interest up to an instant not before the last touch."""
        seconds = timestamp - self.updated_at
        assert seconds >= 0
        if not seconds:
            return Reading(cash, self.shares, self.fee_shares, self.owed, self.accumulator)
        accumulator = _grown(self.accumulator, self.rate, seconds)
        owed = mul_div_down(self.owed, accumulator, self.accumulator)
        fee = (owed - self.owed) * self.terms.fee // (BPS_ONE * self.precision.debt)
        new = shares_for(fee, cash + owed // self.precision.debt, self.shares) if fee else 0
        return Reading(cash, self.shares + new, self.fee_shares + new, owed, accumulator)

    def accrue(self, journal: Journal, cash: int, timestamp: Seconds) -> bool:
        """Bring the books to an instant; say whether interest came of it. What debt grows by is promised to the shares."""
        if timestamp == self.updated_at:
            return False
        now = self.at(cash, timestamp)
        moved = now.accumulator != self.accumulator
        journal.put(self, "claims", self.claims + now.owed - self.owed)
        journal.put(self, "shares", now.shares)
        journal.put(self, "fee_shares", now.fee_shares)
        journal.put(self, "owed", now.owed)
        journal.put(self, "accumulator", now.accumulator)
        journal.put(self, "updated_at", timestamp)
        return moved

    def owed_by(self, party: Party, steps: int, accumulator: Ray) -> int:
        """Return what an account's steps have grown to, rounded down."""
        return mul_div_down(steps, accumulator, self.snapshots.get(party, RAY)) if steps else 0

    def count_fee(self, journal: Journal, cash: int, fee: int) -> None:
        """Give the reserves shares worth a fee (inner units) that somebody owes already."""
        new = shares_for(fee, cash + self.owed // self.precision.debt, self.shares)
        journal.put(self, "shares", self.shares + new)
        journal.put(self, "fee_shares", self.fee_shares + new)


class Paid(NamedTuple):
    """What a payment leaves."""

    left: int
    """Steps of the account."""
    total: int
    """Steps of all."""
    gained: int
    """Steps that rounding the debt up has made."""


def paid_down(owed: int, total: int, units: Units, per_unit: int) -> Paid:
    """Return what is left of a debt, rounded up to whole units before it is paid. Reverts with ARITHMETIC where more is paid."""
    rounded, counted = units_up(owed, per_unit) * per_unit, min(owed, total)
    left = rounded - units * per_unit
    if left < 0:
        raise Revert(Refusal.ARITHMETIC)
    return Paid(left, total - counted + left, rounded - counted)


def steps_moved(owed: int, steps: int, precision: Precision) -> int:
    """Return the steps that move when so many are to: all of the debt where the difference is rounding or dust.

    Reverts with ARITHMETIC where less is owed.
    """
    if steps > owed and steps - owed < precision.per_unit:
        steps = owed
    if steps > owed:
        raise Revert(Refusal.ARITHMETIC)
    return owed if owed - steps < precision.residue else steps


def units_up(steps: int, per_unit: int) -> Units:
    """Return a debt in units, rounded up."""
    return div_up(steps, per_unit)


def shares_for(fee: int, assets: int, shares: int) -> int:
    """Return the new shares that make a fee out of the assets, which include it already."""
    return mul_div_down(assets, shares, assets - fee) - shares


def _grown(accumulator: Ray, rate: Ray, seconds: Seconds) -> Ray:
    try:
        return mul_div_down(ray_power(RAY + rate, seconds), accumulator, RAY)
    except Revert:
        return accumulator

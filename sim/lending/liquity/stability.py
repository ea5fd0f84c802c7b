"""The stability pool: deposits of money that pay liquidated debts and get the collateral for it.

All deposits lose the same share and gain in proportion, in one step whatever their number: the *product* says what is left of a unit
deposited at the start, the *sum* what such a unit has gained. A product below 10^-9 is written larger by 10^9 (the next *scale*); a pool
emptied to the last unit starts over (the next *epoch*). Losses round up and gains down, and what was rounded is carried on.

Promised (``_check``): deposits add up to no more than the pool has, nor gains to more than it got, but for roundings: the carried ones may
give back a little more than they took, and then the last to leave must leave that behind, as on the chain. Source: StabilityPool.sol as
deployed [liquity/dev 14de1c1b]; later versions in the repository, which always leave a unit in the pool, are not what runs on the chain.
Left out: the governance units that depositors earn, and front ends.
"""

from typing import NamedTuple

import attrs

from sim.errors import Revert
from sim.journal import Journal
from sim.units import WAD, Party, Units
from sim.vocabulary import Refusal

SCALE_FACTOR = 10**9
LEAST_PART = 10**9
"""A deposit below one in so many of what it was is nothing."""
ROUNDINGS: Units = WAD // 10**6
"""What carried roundings may come to: some thousand liquidations of a pool of a thousand million."""


class Deposit(NamedTuple):
    """What somebody put in, and how the pool stood then."""

    amount: Units
    product: int
    sum: int
    scale: int
    epoch: int


@attrs.define(eq=False, repr=False)
class StabilityPool:
    """The deposits. The units themselves lie with the system."""

    journal: Journal
    deposits: dict[Party, Deposit] = attrs.field(factory=dict)
    total: Units = 0
    """Money in the pool."""
    collateral: Units = 0
    """Gained and not yet paid."""
    product: int = WAD
    scale: int = 0
    epoch: int = 0
    sums: dict[tuple[int, int], int] = attrs.field(factory=dict)
    """Collateral per unit, by epoch and scale."""
    collateral_error: int = 0
    loss_error: int = 0

    def sum_of(self, epoch: int, scale: int) -> int:
        """Return the sum of an epoch and scale."""
        return self.sums.get((epoch, scale), 0)

    def compounded(self, party: Party) -> Units:
        """Return what is left of somebody's deposit."""
        deposit = self.deposits.get(party)
        if deposit is None or deposit.epoch < self.epoch:
            return 0
        scales = self.scale - deposit.scale
        left = deposit.amount * self.product // deposit.product if scales <= 1 else 0
        if scales == 1:
            left //= SCALE_FACTOR
        return 0 if left < deposit.amount // LEAST_PART else left

    def gain(self, party: Party) -> Units:
        """Return the collateral somebody's deposit has gained since it was last touched: of its scale and the one after."""
        deposit = self.deposits.get(party)
        if deposit is None:
            return 0
        first = self.sum_of(deposit.epoch, deposit.scale) - deposit.sum
        second = self.sum_of(deposit.epoch, deposit.scale + 1) // SCALE_FACTOR
        return deposit.amount * (first + second) // deposit.product // WAD

    def set_deposit(self, party: Party, amount: Units) -> None:
        """Write down what somebody has in the pool from now on; its gain must have been taken."""
        if amount:
            here = Deposit(amount, self.product, self.sum_of(self.epoch, self.scale), self.scale, self.epoch)
            self.journal.write(self.deposits, party, here)
        elif party in self.deposits:
            self.journal.erase(self.deposits, party)

    def take_gain(self, party: Party) -> Units:
        """Return a gain and take it off what the pool has to pay. Reverts with ARITHMETIC where roundings have left less."""
        gain = self.gain(party)
        if gain > self.collateral:
            raise Revert(Refusal.ARITHMETIC)
        self._put("collateral", self.collateral - gain)
        return gain

    def add(self, units: Units) -> None:
        """Add money to the pool, or take it. Reverts with ARITHMETIC where roundings have left less."""
        if self.total + units < 0:
            raise Revert(Refusal.ARITHMETIC)
        self._put("total", self.total + units)

    def offset(self, debt: Units, collateral: Units) -> None:
        """Pay a debt, not above what is there, and take collateral for it. Reverts with ARITHMETIC where a carried rounding is more."""
        if not self.total or not debt:
            return
        assert debt <= self.total
        per_unit, collateral_error = divmod(collateral * WAD + self.collateral_error, self.total)
        loss, loss_error = self._loss(debt)
        self._put("collateral_error", collateral_error)
        self._put("loss_error", loss_error)
        self._note_gain(per_unit)
        self._shrink(WAD - loss)
        self._put("total", self.total - debt)
        self._put("collateral", self.collateral + collateral)

    def _loss(self, debt: Units) -> tuple[int, int]:
        """Return the loss per unit and what its rounding took too much."""
        if debt == self.total:
            return WAD, 0
        lost = debt * WAD - self.loss_error
        if lost < 0:
            raise Revert(Refusal.ARITHMETIC)
        per_unit = lost // self.total + 1
        return per_unit, per_unit * self.total - lost

    def _note_gain(self, per_unit: int) -> None:
        key = self.epoch, self.scale
        self.journal.write(self.sums, key, self.sum_of(*key) + per_unit * self.product)

    def _shrink(self, left: int) -> None:
        """Multiply the product by what is left of a unit."""
        if not left:
            self._put("epoch", self.epoch + 1)
            self._put("scale", 0)
            self._put("product", WAD)
        elif self.product * left // WAD < SCALE_FACTOR:
            self._put("product", self.product * left * SCALE_FACTOR // WAD)
            self._put("scale", self.scale + 1)
        else:
            self._put("product", self.product * left // WAD)

    def _put(self, field: str, value: int) -> None:
        self.journal.put(self, field, value)

    def _check(self) -> None:
        """Assert what the pool promises. Cost: all deposits."""
        assert self.product > 0
        assert sum(self.compounded(party) for party in self.deposits) <= self.total + ROUNDINGS
        assert sum(self.gain(party) for party in self.deposits) <= self.collateral + ROUNDINGS

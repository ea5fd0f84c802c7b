"""One keeper's profit and loss in one quote asset: exact parts, and the identity they obey."""

from __future__ import annotations

import math
from fractions import Fraction

import attrs

from sim.metrics.marks import Marks
from sim.units import AssetId, Units

PARTS = ("bonus", "oracle_gap", "slippage", "inventory_drift", "venue_fees", "gas", "tips", "reverted_gas", "rewards", "flash_fees")
"""What a profit is made of, in the order in which it is told; costs are negative."""
BURNED, BENEFICIARIES = "burned", "beneficiaries"
RECEIVERS = ("keepers", "builders", BENEFICIARIES, BURNED, "others")
"""Who may end up with a bonus: builders have gas, tips and bids, less what is burned or goes to the beneficiaries of feeds."""
_GAS = ("gas", "tips", "reverted_gas")


@attrs.define
class Profit:
    """An account in the making. Values are rationals in quote units."""

    quote: AssetId
    gas_asset: AssetId
    bonus: Fraction = Fraction(0)
    oracle_gap: Fraction = Fraction(0)
    slippage: Fraction = Fraction(0)
    venue_fees: Fraction = Fraction(0)
    gas: Fraction = Fraction(0)
    tips: Fraction = Fraction(0)
    reverted_gas: Fraction = Fraction(0)
    rewards: Fraction = Fraction(0)
    """For starting auctions."""
    flash_fees: Fraction = Fraction(0)
    cash: Fraction = Fraction(0)
    """Quote units that came in less those that went out, gas left out."""
    inventory: dict[AssetId, Units] = attrs.field(factory=dict)
    """Other assets that came in less those that went out, gas left out."""
    booked: dict[AssetId, Fraction] = attrs.field(factory=dict)
    """What that inventory was worth as it came and went."""
    liquidations: int = 0
    _unpriced: dict[str, Units] = attrs.field(factory=dict)
    _passed: dict[str, Fraction] = attrs.field(factory=dict)
    """Of gas, tips and bids: what is burned, what beneficiaries of feeds have."""
    _passed_unpriced: dict[str, Units] = attrs.field(factory=dict)

    def liquidated(self, bonus: Fraction, at_mid: Fraction) -> None:
        """Book what a liquidation brought: seized less repaid, at the posted prices and at the mid."""
        self.bonus += bonus
        self.oracle_gap += at_mid - bonus

    def bought(self, asset: AssetId, units: Units, paid: Fraction, posted: Fraction, at_mid: Fraction) -> None:
        """Book a purchase in an auction: units, money paid for them, their worth at the posted price and at the mid."""
        self.bonus += posted - paid
        self.oracle_gap += at_mid - posted
        self.cash -= paid
        self.move(asset, units, at_mid)

    def rewarded(self, paid: Fraction) -> None:
        """Book a reward."""
        self.rewards += paid
        self.cash += paid

    def swapped(self, given: tuple[AssetId, Units, Fraction], got: tuple[AssetId, Units, Fraction]) -> None:
        """Book a swap: asset, units and worth at the mid of what went and of what came."""
        self.slippage += got[2] - given[2]
        self.move(got[0], got[1], got[2])
        self.move(given[0], -given[1], -given[2])

    def paid_flash_fee(self, asset: AssetId, units: Units, value: Fraction) -> None:
        """Book what a loan for the length of a tx cost."""
        self.flash_fees -= value
        self.move(asset, -units, -value)

    def traded(self, asset: AssetId, units: Units, notional: Units, at_mid: Fraction, fee: Units) -> None:
        """Book a trade: units given away (negative: got), quote units got for them, their worth at the mid, the venue's fee."""
        self.slippage += notional - at_mid
        self.venue_fees -= fee
        self.cash += notional - fee
        self.move(asset, -units, -at_mid)

    def move(self, asset: AssetId, units: Units, value: Fraction) -> None:
        """Book units that came (negative: went) and what they were worth then."""
        if asset == self.quote:
            self.cash += units
        else:
            self.inventory[asset] = self.inventory.get(asset, 0) + units
            self.booked[asset] = self.booked.get(asset, Fraction(0)) + value

    def paid_gas(self, part: str, units: Units, value: Fraction | None) -> None:
        """Book gas under one of the three parts it may go to; without a mid yet, it waits for the first."""
        if value is None:
            self._unpriced[part] = self._unpriced.get(part, 0) + units
        else:
            setattr(self, part, getattr(self, part) - value)

    def passed_on(self, to: str, units: Units, value: Fraction | None) -> None:
        """Book who has some of the gas money that is booked in parts, if it is no builder; without a mid yet, it waits for the first."""
        if value is None:
            self._passed_unpriced[to] = self._passed_unpriced.get(to, 0) + units
        else:
            self._passed[to] = self._passed.get(to, Fraction(0)) + value

    def receivers(self, marks: Marks) -> dict[str, Fraction]:
        """Return who has what of the bonus, exactly: it sums to the bonus.

        Others are whoever was traded with or lent for the length of a tx, and the price; less rewards, which come from elsewhere.
        """
        parts, found = self.parts(marks), dict.fromkeys(RECEIVERS, Fraction(0))
        for to in (BURNED, BENEFICIARIES):
            waiting = marks.opening_value(self.gas_asset, self.quote, self._passed_unpriced.get(to, 0))
            found[to] = self._passed.get(to, Fraction(0)) + (waiting or 0)
        found["keepers"] = sum(parts.values(), Fraction(0))
        found["builders"] = -sum(parts[part] for part in _GAS) - found[BURNED] - found[BENEFICIARIES]
        found["others"] = parts["bonus"] - sum(found.values())
        return found

    def parts(self, marks: Marks) -> dict[str, Fraction]:
        """Return every part, exactly; unsold inventory is marked at the last mid (as booked, where no venue trades it)."""
        found = {part: getattr(self, part) for part in PARTS if part != "inventory_drift"}
        found["inventory_drift"] = self.marked(marks) - sum(self.booked.values(), Fraction(0))
        for part, units in self._unpriced.items():
            found[part] -= marks.opening_value(self.gas_asset, self.quote, units) or 0
        return {part: found[part] for part in PARTS}

    def in_units(self, marks: Marks) -> dict[str, Units]:
        """Return every part in whole quote units; their sum is the exact sum rounded down, so no unit is lost on the way."""
        told, exact, given = {}, Fraction(0), 0
        for part, value in self.parts(marks).items():
            exact += value
            told[part] = math.floor(exact) - given
            given = math.floor(exact)
        return told

    def marked(self, marks: Marks) -> Fraction:
        """Return the inventory at the last mid."""
        total = Fraction(0)
        for asset, units in self.inventory.items():
            value = marks.last_value(asset, self.quote, units) if units else Fraction(0)
            total += self.booked[asset] if value is None else value
        return total

    def unpriced_gas(self, marks: Marks) -> Units:
        """Return gas that no venue puts a price on."""
        units = sum(self._unpriced.values())
        return 0 if marks.opening_value(self.gas_asset, self.quote, units) is not None else units

    def _check(self, marks: Marks) -> None:
        """Assert the identity: the parts sum to cash, plus inventory at the last mid, less gas."""
        parts = self.parts(marks)
        gas = sum(parts[part] for part in _GAS)
        assert sum(parts.values()) == self.cash + self.marked(marks) + gas
        assert sum(self.receivers(marks).values()) == parts["bonus"]

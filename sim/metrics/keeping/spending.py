"""Every bonus followed to its end: what of it went to gas, tips, slippage, fees and the price, and what was kept.

The profit and loss of ``sim.metrics.keepers``, with each entry booked to the liquidation or purchase it belongs to: trades by the lots they
sell (``lots``), gas, tips and flash fees by the tx. What belongs to none (transfers, reverted txs, hedges, rewards) is the difference to
the keeper's whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

import attrs

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.metrics.keepers import KeepersMetric
from sim.metrics.keeping.lots import GAS, ZERO, Item, Lots, Shares
from sim.metrics.marks import Marks
from sim.metrics.profit import Profit
from sim.records.amm import ProtocolFeeTaken
from sim.records.auctions import AuctionClosed, AuctionTaken
from sim.records.comet import CollateralBought
from sim.records.lending import Liquidated
from sim.records.liquity import GainPaid, Redeemed
from sim.records.llamma import BandsLiquidated
from sim.units import AssetId, Nanos, Party, Seq, Units

KINDS = {
    Liquidated.kind: "liquidation",
    BandsLiquidated.kind: "liquidation",
    CollateralBought.kind: "purchase",
    AuctionTaken.kind: "purchase",
    AuctionClosed.kind: "purchase",
    Redeemed.kind: "redemption",
    GainPaid.kind: "gain",
    ProtocolFeeTaken.kind: "fee",
}
"""What an item is called, by the record that tells it."""


@attrs.define
class Now:
    """The entry that is being booked."""

    row: Row = ()


@attrs.define(eq=False, repr=False)
class ItemisedProfit(Profit):
    """An account whose entries are also booked to their items."""

    keeper: str = ""
    now: Now = attrs.field(factory=Now)
    lots: Lots = attrs.field(factory=Lots)
    items: list[Item] = attrs.field(factory=list)
    _shares: Shares = attrs.field(factory=list)
    """Whose the units were that moved last."""
    _told: Seq = 0
    """The entry that the last item is of."""

    def liquidated(self, bonus: Fraction, at_mid: Fraction) -> None:
        """Book what a liquidation brought."""
        super().liquidated(bonus, at_mid)
        item = self._current()
        if item is not None:
            item.add("bonus", bonus)
            item.add("oracle_gap", at_mid - bonus)

    def bought(self, asset: AssetId, units: Units, paid: Fraction, posted: Fraction, at_mid: Fraction) -> None:
        """Book a purchase in an auction."""
        item = self._current()
        if item is not None:
            item.add("bonus", posted - paid)
            item.add("oracle_gap", at_mid - posted)
            item.cash -= paid
        super().bought(asset, units, paid, posted, at_mid)

    def traded(self, asset: AssetId, units: Units, notional: Units, at_mid: Fraction, fee: Units) -> None:
        """Book a trade."""
        super().traded(asset, units, notional, at_mid, fee)
        self.allot("slippage", notional - at_mid)
        self.allot("venue_fees", Fraction(-fee))

    def swapped(self, given: tuple[AssetId, Units, Fraction], got: tuple[AssetId, Units, Fraction]) -> None:
        """Book a swap: its slippage is that of the units given, unless those were money."""
        super().swapped(given, got)
        self.allot("slippage", got[2] - given[2])

    def paid_flash_fee(self, asset: AssetId, units: Units, value: Fraction) -> None:
        """Book what a flash loan cost."""
        super().paid_flash_fee(asset, units, value)
        for item, share in self._of_tx():
            item.add("flash_fees", -value * share)
            item.cash -= value * share

    def paid_gas(self, part: str, units: Units, value: Fraction | None) -> None:
        """Book gas."""
        super().paid_gas(part, units, value)
        for item, share in self._of_tx():
            item.add(part, -(value or ZERO) * share)

    def move(self, asset: AssetId, units: Units, value: Fraction) -> None:
        """Book units that came (negative: went)."""
        super().move(asset, units, value)
        item = self._current()
        if asset != self.quote:
            self._shares = self.lots.move(item, asset, units, value) if units else []
        elif item is not None:
            item.cash += units

    def allot(self, part: str, value: Fraction) -> None:
        """Book a value to whom the units belonged that moved last."""
        for item, share in self._shares:
            if item is not None:
                item.add(part, value * share)
                item.cash += value * share

    def told(self, marks: Marks) -> Iterator[tuple[Item, dict[str, Fraction]]]:
        """Yield items with their parts as they stand, what is unsold at the last mid."""
        drifts = self.lots.drifts(marks, self.quote)
        for item in self.items:
            yield item, item.parts | {"inventory_drift": item.parts["inventory_drift"] + drifts.get(item.seq, ZERO)}

    def _current(self) -> Item | None:
        """Return the item that the entry at hand tells of, a new one if it is the first word of it."""
        row = self.now.row
        if not row or row[1] not in KINDS:
            return None
        is_more = row[1] == BandsLiquidated.kind and self.items
        if row[0] != self._told and not is_more:
            self.items.append(Item(row[0], row[1], row[2], row[4], row[3], self.keeper, self.quote))
        self._told = row[0]
        return self.items[-1]

    def _of_tx(self) -> list[tuple[Item, Fraction]]:
        """Return the items of the tx that the entry at hand is of, with equal shares."""
        cause, found = self.now.row[3] if self.now.row else 0, []
        for item in reversed(self.items):
            if not cause or item.cause != cause:
                break
            found.append(item)
        return [(item, Fraction(1, len(found))) for item in found]

    def _check_items(self, marks: Marks) -> None:
        """Assert that each item's parts are its cash, what is unsold of it, and gas; and that drifts sum to that of the inventory."""
        total = self.lots.drift_of_nobody + self.lots.drifts(marks, self.quote).get(0, ZERO)
        for item, parts in self.told(marks):
            gas = sum((parts[part] for part in GAS), ZERO)
            assert sum(parts.values()) == item.cash + self.lots.marked(item, marks) + gas, item
            total += parts["inventory_drift"]
        assert total == self.parts(marks)["inventory_drift"]


@attrs.define
class SpendingBooks(KeepersMetric):
    """All keepers' itemised accounts."""

    after: Callable[[ItemisedProfit, Nanos], None] | None = None
    """Told of every account after each entry that was booked to it."""
    now: Now = attrs.field(factory=Now, init=False)
    _touched: list[ItemisedProfit] = attrs.field(factory=list, init=False)

    def profit(self, party: Party, quote: AssetId) -> Profit:
        """Return the account of a keeper in a quote asset, opened at first asking."""
        key = (self._keepers[party], quote)
        if key not in self.profits:
            self.profits[key] = ItemisedProfit(quote, self.facts.gas_asset, keeper=key[0], now=self.now)
        found = self.profits[key]
        if isinstance(found, ItemisedProfit) and found not in self._touched:
            self._touched.append(found)
        return found

    def accounts(self) -> list[ItemisedProfit]:
        """Return every account, in the sequence in which they were opened."""
        return [each for each in self.profits.values() if isinstance(each, ItemisedProfit)]

    def _rows(self, stretch: Stretch) -> Iterable[Row]:
        for row in super()._rows(stretch):
            self.now.row, self._touched = row, []
            yield row  # It is booked before this goes on.
            if self.after is not None:
                for account in self._touched:
                    self.after(account, row[2])

    def _sold_outside(self, row: Row) -> None:
        profit = self.profit(row[5], self.marks.venues[row[4]].quote)
        before = profit.slippage
        super()._sold_outside(row)
        if isinstance(profit, ItemisedProfit):
            profit.allot("slippage", profit.slippage - before)

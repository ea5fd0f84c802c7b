"""What each attacker earned, where from, and with how much money of its own: sums of everything that came to it and went.

Of every agent with the role of an attacker, all its accounts together, in the quote asset of the first venue. Units that came less those
that went are followed asset by asset and marked at the last mid there was, so the parts sum to the profit to the unit:

* borrowed: what lenders handed out, less what was given back;
* supplied: what was put into lenders, less what was taken out; negative as a rule;
* left in lenders: what still stands there, collateral less debt; where the debt is larger, nothing, for nobody comes for it;
* trading: purchases and sales at venues and amms, fees included;
* liquidating: what was seized of others, less what was repaid for them;
* flash fees; gas, with what the builder was paid beside it.

A price that the attack has moved for good is in the marks: what is left in a book that never came back counts at what it stands at. Opening
funds are no profit, and what the price did to them is not counted. ``own_money_max`` is the most quote units that were out at once, looked
at between instants: a loan that is given back within its tx is none. Left out: what no venue trades for that quote (told as ``unpriced``);
auctions, stakes and stable coins' issuers, with which no attacker deals; what lies idle in a lender without being collateral.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.stretch import Row, rows_of
from sim.facts import Facts
from sim.metrics.accounts import READS, Accounts
from sim.metrics.fold import Figures, asset_of, money
from sim.metrics.marks import Marks
from sim.records.amm import Swapped
from sim.records.atomic import BuilderPaid, FlashLoaned
from sim.records.chain import GasPaid
from sim.records.lending import Borrowed, Liquidated, Repaid, Supplied, Withdrawn
from sim.records.market import Traded
from sim.units import AssetId, Nanos, Party, Place, Units
from sim.vocabulary import Side

ROLE = "attacker"
PARTS = ("borrowed", "supplied", "left_in_lenders", "trading", "liquidating", "flash_fees", "gas")
"""What an attacker's profit is made of."""
_LENT = {Borrowed.kind: ("borrowed", 1), Repaid.kind: ("borrowed", -1), Supplied.kind: ("supplied", -1), Withdrawn.kind: ("supplied", 1)}
_OWN = (Borrowed, Repaid, Supplied, Withdrawn, Liquidated, Swapped, FlashLoaned, GasPaid, BuilderPaid)


@attrs.define
class Takings:
    """What came to one attacker, less what went, by part and asset."""

    quote: AssetId
    flows: dict[tuple[str, AssetId], Units] = attrs.field(factory=dict)
    most_out: Units = 0
    """Of the quote asset, at once."""
    _cash: Units = 0
    _at: Nanos = -1

    def move(self, part: str, asset: AssetId, units: Units, at: Nanos) -> None:
        """Book units that came (negative: went) at an instant."""
        self.flows[part, asset] = self.flows.get((part, asset), 0) + units
        if asset != self.quote:
            return
        if at != self._at:
            self.most_out, self._at = self.own_money(), at
        self._cash += units

    def own_money(self) -> Units:
        """Return the most quote units that were out at once."""
        return max(self.most_out, -self._cash)

    def held(self) -> dict[AssetId, Units]:
        """Return what came less what went, by asset."""
        found: dict[AssetId, Units] = {}
        for (_, asset), units in self.flows.items():
            found[asset] = found.get(asset, 0) + units
        return found


@attrs.define
class AttackersMetric:
    """Every agent with the role of an attacker. A run without one has none of these figures."""

    facts: Facts
    takings: dict[str, Takings] = attrs.field(factory=dict)
    _parties: dict[Party, str] = attrs.field(factory=dict)
    _lenders: dict[Place, Accounts] = attrs.field(factory=dict)
    _marks: Marks = attrs.field(init=False)
    _quote: AssetId = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Find the attackers in the facts."""
        self._marks = Marks(self.facts)
        self._quote = self.facts.venues[0].quote if self.facts.venues else 0
        for agent in self.facts.agents:
            if agent.role == ROLE:
                self._parties |= {agent.party + account: agent.name for account in range(max(1, agent.accounts))}
                self.takings[agent.name] = Takings(self._quote)
        if self.takings:
            self._lenders = {sheet.place: Accounts(sheet) for sheet in self.facts.sheets}

    def take(self, stretch: Stretch) -> None:
        """Read the attackers' entries, and what lenders say."""
        if not self.takings:
            return
        self._marks.take(stretch)
        for row in stretch.rows(READS) if self._lenders else ():
            if row[4] in self._lenders:
                self._lenders[row[4]].take(row)
        for row in sorted(self._rows(stretch)):
            self._book(row)

    def figures(self) -> Figures:
        """Return what attackers earned in all, and each one's parts."""
        if not self.takings:
            return {}
        quote = asset_of(self.facts, self._quote)
        told: dict[str, Figures] = {}
        total = 0
        for name, takings in self.takings.items():
            parts, unpriced = self._parts(name, takings)
            total += sum(parts.values())
            told[name] = {part: quote.amount(units) for part, units in parts.items()}
            told[name] |= {"profit": quote.amount(sum(parts.values())), "own_money_max": quote.amount(takings.own_money())}
            if unpriced:
                told[name]["unpriced"] = money(unpriced, self.facts)
        return {"attacker_profit": quote.amount(total), "attackers": told}

    def _rows(self, stretch: Stretch) -> Iterator[Row]:
        mine = np.array(list(self._parties), np.int64)
        for record in _OWN:
            columns = stretch.columns(record)
            own = np.isin(columns["party"], mine)
            yield from rows_of(record, {name: values[own] for name, values in columns.items()})
        columns = stretch.columns(Traded)
        own = np.isin(columns["party"], mine) | np.isin(columns["maker"], mine)
        yield from rows_of(Traded, {name: values[own] for name, values in columns.items()})

    def _book(self, row: Row) -> None:
        kind, at = row[1], row[2]
        if kind == Traded.kind:
            self._traded(row)
            return
        takings, body = self.takings[self._parties[row[5]]], row[6:]
        if kind in _LENT:
            part, sign = _LENT[kind]
            takings.move(part, body[1], sign * body[2], at)
        elif kind == Liquidated.kind:
            takings.move("liquidating", body[1], -body[6], at)
            takings.move("liquidating", body[2], body[7], at)
        elif kind == Swapped.kind:
            takings.move("trading", body[1], -body[3], at)
            takings.move("trading", body[2], body[4], at)
        elif kind == FlashLoaned.kind:
            takings.move("flash_fees", body[0], -body[2], at)
        else:  # GasPaid and BuilderPaid begin alike: the tx, the amount.
            takings.move("gas", self.facts.gas_asset, -body[1], at)

    def _traded(self, row: Row) -> None:
        _, _, at, _, place, taker, price, lots, aggressor, maker, _, _, maker_fee, taker_fee = row
        venue = self._marks.venues[place]
        units, notional = lots * venue.lot, price * lots * self._marks.step(venue)
        for party, side, fee in ((taker, aggressor, taker_fee), (maker, 1 - aggressor, maker_fee)):
            if party in self._parties:
                sign = 1 if side == Side.BUY else -1
                takings = self.takings[self._parties[party]]
                takings.move("trading", venue.base, sign * units, at)
                takings.move("trading", venue.quote, -sign * notional - fee * venue.fee_unit, at)

    def _parts(self, name: str, takings: Takings) -> tuple[dict[str, Units], dict[AssetId, Units]]:
        """Return the parts in whole quote units, whose sum is the exact sum rounded down, and units that nothing puts a price on."""
        exact = dict.fromkeys(PARTS, Fraction(0))
        unpriced: dict[AssetId, Units] = {}
        for (part, asset), units in takings.flows.items():
            value = self._value(asset, units)
            if value is None:
                unpriced[asset] = unpriced.get(asset, 0) + units
            else:
                exact[part] += value
        exact["left_in_lenders"] = self._left(name)
        told, so_far, given = {}, Fraction(0), 0
        for part in PARTS:
            so_far += exact[part]
            told[part] = math.floor(so_far) - given
            given = math.floor(so_far)
        return told, {asset: units for asset, units in unpriced.items() if units}

    def _left(self, name: str) -> Fraction:
        """Return what an attacker's accounts still have in lenders, debts taken off, none below nothing."""
        total = Fraction(0)
        for accounts in self._lenders.values():
            for party in (party for party, whose in self._parties.items() if whose == name):
                held, owed = accounts.units(accounts.positions.peek(party))
                total += max(Fraction(0), self._sum(held) - self._sum(owed))
        return total

    def _sum(self, units: dict[AssetId, Units]) -> Fraction:
        return sum((self._value(asset, each) or Fraction(0) for asset, each in units.items()), Fraction(0))

    def _value(self, asset: AssetId, units: Units) -> Fraction | None:
        """Return what units are worth at the last mid; None where nothing puts a price on them."""
        return Fraction(units) if asset == self._quote else self._marks.last_value(asset, self._quote, units)

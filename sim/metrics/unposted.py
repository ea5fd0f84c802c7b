"""Accounts that were unhealthy at the market and never at a posted price: the oracle's clock that no post stopped.

Followed are accounts of Aave pools with one collateral that counts and one debt, of which one is priced by a feed with venues and the other
is not: their trigger is one price. *At the market* is that asset at the mid of the feed's venues, the other at what is posted. Interest
moves the market instead of every trigger. Each account is counted once, with the longest unbroken time in which the market was at or beyond
its trigger; that ended when the market came *back*, when the account *changed* (its own act) and no longer was, or it is *open* when the
tape ends. Accounts with a ``HealthFell`` anywhere on the tape are not in it, nor are times of no length. Of all others that owe it is not
known, and they are counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts, SheetFacts
from sim.lending.positions import Account
from sim.metrics.accounts import READS, Listed
from sim.metrics.fold import Floats, Integers, Prices
from sim.metrics.lender_tables import LenderTable, lender_tables
from sim.metrics.levels import Levels, Spell
from sim.metrics.trail import Moment
from sim.records.lending import HealthFell, InterestAccrued
from sim.records.oracle import PricePosted
from sim.units import AssetId, Party, Place, Seq

BACK, CHANGED, STILL = "back", "changed", "open"
_ROWS = tuple(dict.fromkeys((*READS, HealthFell, PricePosted)))


@attrs.define(eq=False, repr=False)
class Pair:
    """Accounts of one lender with the same collateral and the same debt."""

    lender: LenderTable
    held: AssetId
    owed: AssetId
    feed: Place
    is_rise: bool
    """A rise makes them unhealthy: the feed prices the debt."""
    opened: Levels = attrs.field(factory=Levels.nobody)
    """As they stood at the opening; many."""
    touched: Levels = attrs.field(factory=Levels.nobody)
    """Who has changed since; few."""
    market: float = float("inf")
    """Price of a share of the collateral in shares of the debt."""
    _mid: float = 0.0
    _read: int = 0

    def upto(self, seq: Seq | None, prices: Prices, blocks: Integers) -> None:
        """Follow the market up to an entry of this stretch; None: all of it."""
        end = len(prices.seqs) if seq is None else int(np.searchsorted(prices.seqs, seq))
        if end > self._read:
            here = slice(self._read, end)
            self._read, self._mid = end, float(prices.values[end - 1])
            self._follow(prices.instants[here], blocks[here], prices.values[here])
        if seq is None:
            self._read = 0

    def moved(self, now: Moment) -> None:
        """Take note that an index or the other price has changed."""
        if self._mid:
            self._follow(np.array([now[0]]), np.array([now[1]]), np.array([self._mid]))

    def _follow(self, instants: Integers, blocks: Integers, mids: Floats) -> None:
        held, owed = (self._per_share(asset, asset == self.owed) for asset in (self.held, self.owed))
        other = self.lender.posted[self.held if self.is_rise else self.owed]
        if not other:
            return
        if not len(self.opened) and not len(self.touched):
            instants, blocks, mids = instants[-1:], blocks[-1:], mids[-1:]
        prices = other * held / (mids * owed) if self.is_rise else mids * held / (other * owed)
        self.market = float(prices[-1])
        for each in (self.opened, self.touched):
            each.follow(instants, blocks, prices)

    def _per_share(self, asset: AssetId, is_debt: bool) -> float:
        return self.lender.accounts.per_share(asset, is_debt) / self.lender.units[asset]

    def value(self, owed: float) -> float:
        """Return what shares of the debt are worth as posted, in base currency with 8 decimals."""
        return owed * self._per_share(self.owed, True) * self.lender.posted[self.owed]


@attrs.define(eq=False, repr=False)
class Lender:
    """One pool's accounts."""

    table: LenderTable
    feeds: Mapping[AssetId, Place]
    """Of assets whose feed has venues."""
    pairs: dict[tuple[AssetId, AssetId], Pair] = attrs.field(factory=dict)
    called: dict[Party, None] = attrs.field(factory=dict)
    _pair_of: dict[Party, Pair | None] = attrs.field(factory=dict)
    """Of who has changed."""
    _kept: dict[Party, Spell] = attrs.field(factory=dict)
    """The longest times of who has changed, before that."""
    _unknown: Integers = attrs.field(factory=lambda: np.zeros(0, np.int64))
    _unknown_since: dict[Party, None] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Know the pairs of which just one asset has a market."""
        assets = [each.asset for each in self.table.accounts.sheet.terms]
        for held, owed in ((held, owed) for held in assets for owed in assets if (held in self.feeds) != (owed in self.feeds)):
            is_rise = owed in self.feeds
            self.pairs[held, owed] = Pair(self.table, held, owed, self.feeds[owed if is_rise else held], is_rise)

    def open(self, listed: Listed | None, symbols: Mapping[str, AssetId]) -> None:
        """Take in all accounts by what they have and owe."""
        self.table.open(listed, symbols)
        sheet, parties = self.table.sheet(), self.table.who_owes()
        held = {asset: (column > 0) for asset, column in sheet.held.items()}
        owed = {asset: (column > 0) for asset, column in sheet.owed.items()}
        is_single = (sum(held.values(), np.zeros(len(parties), int)) == 1) & (sum(owed.values(), np.zeros(len(parties), int)) == 1)
        known = np.zeros(len(parties), bool)
        for collateral in held:
            for debt in owed:
                chosen = is_single & held[collateral] & owed[debt]
                if chosen.any() and (pair := self.pairs.get((collateral, debt))) is not None:
                    known |= chosen
                    shares = [
                        column[chosen] / (self.table.accounts.per_share(asset, is_debt) / self.table.units[asset])
                        for column, asset, is_debt in ((sheet.held[collateral], collateral, False), (sheet.owed[debt], debt, True))
                    ]
                    levels = shares[1] / (shares[0] * sheet.limits[collateral][chosen])
                    values = sheet.owed[debt][chosen] * self.table.posted[debt]
                    pair.opened = Levels.of(levels, parties[chosen], values)
        self._unknown = parties[~known]

    def not_known(self) -> int:
        """Return how many accounts owed at some time without being followed, those whose list was not to be had with them."""
        new = np.setdiff1d(np.array(list(self._unknown_since), np.int64), self._unknown)
        return len(self._unknown) + len(new) + self.table.accounts.left_out

    def changed(self, now: Moment) -> None:
        """Take note of who has changed, the market having been followed up to now."""
        positions = self.table.accounts.positions
        for party in positions.changed:
            self._change(party, positions.peek(party), now)
        positions.changed.clear()

    def spells(self, now: Moment) -> dict[Party, Spell]:
        """Return the longest time of every account that was never called."""
        found = {party: spell for party, spell in self._kept.items() if spell.length}
        for pair in self.pairs.values():
            for levels in (pair.opened, pair.touched):
                for party, spell in levels.spells(now, BACK, STILL).items():
                    if party not in found or spell.length > found[party].length:
                        found[party] = spell
        return {party: found[party] for party in sorted(found) if party not in self.called}

    def _change(self, party: Party, account: Account, now: Moment) -> None:
        since, debt = self._take_out(party)
        held = {asset: limit for asset in account.collaterals if (limit := self.table.limit(asset, account))}
        pair = self.pairs.get((next(iter(held)), next(iter(account.debts)))) if len(held) == len(account.debts) == 1 else None
        self._pair_of[party] = pair
        is_beyond = False
        if pair is not None:
            owed = float(account.debts[pair.owed])
            level = owed / (account.collaterals[pair.held] * held[pair.held])
            is_beyond = level >= pair.market
            pair.touched.add(level, party, pair.value(owed), (since or now) if is_beyond else None)
        elif account.debts:
            self._unknown_since[party] = None
        if since is not None and not is_beyond:
            self._keep(party, Spell(since, now, CHANGED, debt))

    def _take_out(self, party: Party) -> tuple[Moment | None, float]:
        """Forget an account's level; return since when the market was beyond it, if it was, and what it owed."""
        has_changed = party in self._pair_of
        for pair in [self._pair_of[party]] if has_changed else self.pairs.values():
            if pair is None:
                continue
            levels = pair.touched if has_changed else pair.opened
            if (row := levels.row(party)) is not None:
                since, debt = levels.since(row), float(levels.debts[row])
                self._keep(party, levels.known(row, BACK))
                if levels is pair.touched:
                    levels.remove(row)
                else:
                    levels.leave(row)
                return since, debt
        return None, 0.0

    def _keep(self, party: Party, spell: Spell) -> None:
        if party not in self._kept or spell.length > self._kept[party].length:
            self._kept[party] = spell


@attrs.define(eq=False, repr=False)
class Unposted:
    """All pools."""

    facts: Facts
    feeds: Mapping[Place, bool]
    """Whether a feed has venues."""
    lenders: dict[Place, Lender] = attrs.field(factory=dict)
    others: int = 0
    """Accounts of lenders of other families at the opening."""
    _readers: dict[Place, list[tuple[Lender, AssetId]]] = attrs.field(factory=dict)

    def open(self, listed: Listed | None) -> None:
        """Take in who owes; without the lists of accounts in bulk those are not known."""
        symbols = {each.symbol: each.id for each in self.facts.assets}
        feeds = {pool.place: pool.feeds for pool in self.facts.pools}
        for table in lender_tables(self.facts):
            sheet = table.accounts.sheet
            if sheet.family != "pools":
                self.others += _owing(sheet)
                continue
            mine = feeds.get(sheet.place, {})
            lender = Lender(table, {asset: feed for asset, feed in mine.items() if self.feeds.get(feed)})
            lender.open(listed, symbols)
            self.lenders[sheet.place] = lender
            for asset, feed in mine.items():
                self._readers.setdefault(feed, []).append((lender, asset))

    def take(
        self, stretch: Stretch, moved: Mapping[Place, Prices], blocks: Mapping[Place, Integers], sealed: Integers, before: int
    ) -> None:
        """Read the next entries: the feeds' markets with their blocks, entries that sealed one, and how many were sealed before."""
        rows = stretch.rows(_ROWS) if self.lenders else []
        numbers = before + np.searchsorted(sealed, np.array([row[0] for row in rows], np.int64))
        for row, number in zip(rows, numbers.tolist(), strict=True):
            self._read(row, (row[2], number), moved, blocks)
        for lender in self.lenders.values():
            for pair in lender.pairs.values():
                pair.upto(None, moved[pair.feed], blocks[pair.feed])

    def not_known(self) -> int:
        """Return how many accounts that owe are not followed."""
        return self.others + sum(lender.not_known() for lender in self.lenders.values())

    def spells(self, now: Moment) -> list[tuple[Place, Party, Spell]]:
        """Return the longest time at the market of every account that was never called, by pool and account."""
        return [(place, party, spell) for place, lender in self.lenders.items() for party, spell in lender.spells(now).items()]

    def _read(self, row: Row, now: Moment, moved: Mapping[Place, Prices], blocks: Mapping[Place, Integers]) -> None:
        seq, kind, place = row[0], row[1], row[4]
        if kind == PricePosted.kind:
            for lender, asset in self._readers.get(place, ()):
                pairs = [pair for key, pair in lender.pairs.items() if asset in key and pair.feed != place]
                _follow(pairs, seq, moved, blocks)
                lender.table.posted[asset] = row[7]
                for pair in pairs:
                    pair.moved(now)
        elif (found := self.lenders.get(place)) is None:
            return
        elif kind == HealthFell.kind:
            found.called[row[5]] = None
        else:
            pairs = [pair for key, pair in found.pairs.items() if kind != InterestAccrued.kind or row[6] in key]
            _follow(pairs, seq, moved, blocks)
            found.table.accounts.take(row)
            if kind == InterestAccrued.kind:
                for pair in pairs:
                    pair.moved(now)
            found.changed(now)


def _follow(pairs: Sequence[Pair], seq: Seq, moved: Mapping[Place, Prices], blocks: Mapping[Place, Integers]) -> None:
    for pair in pairs:
        pair.upto(seq, moved[pair.feed], blocks[pair.feed])


def _owing(sheet: SheetFacts) -> int:
    return sum(each.count for each in sheet.populations) + sum(any(each.debt.values()) for each in sheet.accounts)

"""Solvency three ways in time: at the market's mid, at posted prices, and at what all collateral would fetch if it were sold at once.

Samples stand a second (half a step, if that is less) after the beginning, at ``samples`` equal steps of the run's stated duration, and at
the last entry. Each says, per lender and for all together, how many accounts owe, which are healthy or liquidatable (at what the lender
reads; thresholds in whole bps), which are insolvent at mark, at oracle and at liquidation value, what they owe, and what accounts have
less what they owe. *Mark* is the mean mid of the venues that trade an asset; *liquidation value* is that less what selling the whole
collateral of the lender (of all lenders, for all together) into the sampled books loses (``walking``); how much of that sale lies beyond
the sampled depth is told. Where nothing trades an asset, mark and liquidation value are what is posted. Debt is at mark for the first and
the last, at oracle for the second.

At the opening and at the worst sample (least collateral over debt of all together, at mark) there is a stress table over falls and
multiples of depth (``stress``), a ladder of positions, and slippage by size; slippage at the end too. What falls in a stress and on the
ladder are collaterals that a feed prices and that do not open within a tenth of one whole of base currency: that counts as money.
Debt and collateral that lie in auctions are nobody's account's: they are told apart, at mark, and so is bad debt so far.
Values are in whole base currency, and ``all`` supposes that it is the same one. Left out: Liquity's recovery mode, a crvUSD loan's health
by bands, delays of prices within a lender (what the feed says is taken for what it reads); vaults go by the price they have refreshed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts
from sim.metrics.accounts import READS, Listed
from sim.metrics.analysis import Names, Table
from sim.metrics.fold import Figures, asset_of, unraised
from sim.metrics.lender_tables import LenderTable, lender_tables
from sim.metrics.open_sales import READS as SALES
from sim.metrics.open_sales import OpenSales
from sim.metrics.sampled_books import SampledBooks
from sim.metrics.solvency_moment import BESIDES, Moment, line_of, nothing
from sim.metrics.solvency_tables import ALL, columns, finite, ladder, name_of, slippages, stressed, surface, times, told, top_share, whole
from sim.records.auctions import AuctionClosed, AuctionTaken, PriceRefreshed
from sim.records.lending import BadDebt
from sim.records.oracle import PricePosted
from sim.units import SECOND, AssetId, Nanos, Place

_ROWS = tuple(dict.fromkeys((*READS, *SALES, PricePosted, PriceRefreshed)))


@attrs.define
class SolvencyMetric:
    """All lenders."""

    facts: Facts
    samples: int = 60
    """Equal steps of the run at which it is looked at."""
    tables_of: dict[Place, LenderTable] = attrs.field(init=False)
    lines: list[tuple[Nanos, dict[Place, dict[str, float]]]] = attrs.field(factory=list, init=False)
    opening: Moment | None = attrs.field(default=None, init=False)
    worst: Moment | None = attrs.field(default=None, init=False)
    _books: SampledBooks = attrs.field(init=False)
    _next: int = attrs.field(default=0, init=False)
    _at: Nanos = attrs.field(default=0, init=False)
    _bad: dict[Place, float] = attrs.field(factory=dict, init=False)
    _readers: dict[Place, list[tuple[Place, AssetId]]] = attrs.field(factory=dict, init=False)
    """By feed: who reads it, for what."""
    _houses: dict[Place, Place] = attrs.field(init=False)
    _sales: OpenSales = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Open every sheet."""
        self.tables_of = {each.accounts.sheet.place: each for each in lender_tables(self.facts)}
        self._books = SampledBooks(self.facts)
        self._sales = OpenSales(self.facts)
        self._houses = {vault.house: vault.place for vault in self.facts.vaults}
        for pool in self.facts.pools:
            # A run of before sheets were told has none.
            for asset, feed in pool.feeds.items() if pool.place in self.tables_of else ():
                self._readers.setdefault(feed, []).append((pool.place, asset))

    def open(self, listed: Listed) -> None:
        """Take in the accounts that came in bulk; without it they are left out."""
        symbols = {each.symbol: each.id for each in self.facts.assets}
        for each in self.tables_of.values():
            each.open(listed, symbols)

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        self._books.take(stretch)
        rows = stretch.rows(_ROWS)
        ends = [int(stretch.columns(each)["at_ns"][-1]) for each in stretch.part.types() if len(stretch.columns(each)["seq"])]
        end = max([self._at, *ends])
        read = 0
        while (at := self._due()) < end:
            read = self._read_until(rows, read, at)
            self._sample(self._looked(at))
            self._next += 1
        self._read_until(rows, read, end)
        self._books.look(end)
        self._books.forget()
        self._at = end

    def figures(self) -> Figures:
        """Return how it stood at the opening, at the worst sample and at the end, and who owes most."""
        end, worst = self._looked(self._at), self._worst()
        opening = self.opening or end
        struck = stressed(self.facts, opening)
        return {
            "samples": len(self.lines) + 1,
            "left_out": sum(each.accounts.left_out for each in self.tables_of.values()),
            "opening": told(opening),
            "worst": told(worst),
            "end": told(end),
            "least_cover_at_mark": finite(worst.cover),
            "top_10_share_of_debt": {name_of(self.facts, place): top_share(opening, place) for place in opening.lines},
            "bad_debt_after_30_percent": {
                times(row["depth_times"]): row["bad_debt"] for row in struck if row["shock_percent"] == -30 and row["pool"] == 0
            },
        }

    def tables(self, name: Names) -> dict[str, Table]:
        """Return samples, stress as a table and as a surface, ladders and slippage."""
        end = self._looked(self._at)
        moments = {"opening": self.opening or end, "worst": self._worst(), "end": end}

        def named(place: Place) -> str:
            return name(place) if place else ALL

        points = [(at, place, line) for at, lines in (*self.lines, (end.at, end.lines)) for place, line in lines.items()]
        struck = {moment: stressed(self.facts, moments[moment]) for moment in ("opening", "worst")}
        return {
            "points": columns([{"at_ns": at, "pool": named(place), **whole(line)} for at, place, line in points]),
            "stress": columns(
                [
                    {
                        "moment": moment,
                        "at_ns": moments[moment].at,
                        **row,
                        "pool": named(row["pool"]),
                        "depth_times": times(row["depth_times"]),
                    }
                    for moment, rows in struck.items()
                    for row in rows
                ]
            ),
            "surface": columns([row for moment, rows in struck.items() for row in surface(moment, rows)]),
            "ladder": columns([row for moment in ("opening", "worst") for row in ladder(self.facts, moment, moments[moment], named)]),
            "slippage": columns([row for moment, found in moments.items() for row in slippages(self.facts, moment, found, name)]),
        }

    def _due(self) -> Nanos:
        """Return when the next sample is; never, where there is no more."""
        if self._next > self.samples or not self.facts.sheets:
            return 2**62
        step = max((self.facts.duration or 3_600 * SECOND) // max(self.samples, 1), 1)
        return self._next * step if self._next else min(step // 2, SECOND)

    def _read_until(self, rows: Sequence[Row], start: int, at: Nanos) -> int:
        while start < len(rows) and rows[start][2] <= at:
            self._read(rows[start])
            start += 1
        return start

    def _read(self, row: Row) -> None:
        kind: int = row[1]
        place: Place = row[4]
        if kind == PricePosted.kind:
            for lender, asset in self._readers.get(place, ()):
                self.tables_of[lender].posted[asset] = row[7]
        elif kind == PriceRefreshed.kind:
            self._refreshed(place, row[6])
        elif kind in (AuctionTaken.kind, AuctionClosed.kind):
            self._sales.take(row)
            self._unraised(row)
        else:
            self._sales.take(row)
            if kind == BadDebt.kind and place in self.tables_of:
                self._lost(place, row[6], row[8])
            speaker = self._houses.get(place, place)
            if speaker in self.tables_of:
                self.tables_of[speaker].accounts.take(row)

    def _refreshed(self, place: Place, price: int) -> None:
        for vault in self.facts.vaults:
            if vault.place == place and place in self.tables_of:
                self.tables_of[place].posted[vault.collateral] = price

    def _unraised(self, row: Row) -> None:
        pool = self._houses.get(row[4], 0)
        if row[1] == AuctionClosed.kind and pool in self.tables_of and row[14] > row[12]:
            money = next(each.money for each in self.facts.vaults if each.place == pool)
            self._lost(pool, money, unraised(row, asset_of(self.facts, money).unit))

    def _lost(self, place: Place, asset: AssetId, units: int) -> None:
        value = units / asset_of(self.facts, asset).unit * self.tables_of[place].prices.get(asset, 0.0)
        self._bad[place] = self._bad.get(place, 0.0) + value

    def _sample(self, moment: Moment) -> None:
        self.lines.append((moment.at, moment.lines))
        if self.opening is None or (len(self.lines) == 2 and len(moment.books) > len(self.opening.books)):
            self.opening = moment  # At the very beginning some venue may not have shown its book yet.
        if self.worst is None or moment.cover < self.worst.cover:
            self.worst = moment

    def _worst(self) -> Moment:
        end = self._looked(self._at)
        return end if self.worst is None or end.cover < self.worst.cover else self.worst

    def _looked(self, at: Nanos) -> Moment:
        """Return how everything stands at an instant."""
        self._books.look(at)
        bids = self._books.bids()
        sheets = {place: table.sheet() for place, table in self.tables_of.items()}
        oracles = {place: table.prices for place, table in self.tables_of.items()}
        marks = {place: {asset: self._books.mark(asset, prices) for asset in prices} for place, prices in oracles.items()}
        jointly = {asset: sum(each.total(asset) for each in sheets.values()) for asset in bids}
        lines, jointly_sold = {}, []
        for place, sheet in sheets.items():
            own, besides = {asset: sheet.total(asset) for asset in bids}, self._besides(place, marks[place])
            lines[place] = line_of(sheet, oracles[place], marks[place], own, bids, besides)
            jointly_sold.append(lines[place] if own == jointly else line_of(sheet, oracles[place], marks[place], jointly, bids, besides))
        together = {key: sum(each[key] for each in jointly_sold) for key in (jointly_sold or [nothing()])[0]}
        books = {place: (self._books.mids[place], *depths) for place, depths in self._books.depths.items() if place in self._books.mids}
        return Moment(at, {0: together, **lines}, sheets, marks, oracles, bids, books)

    def _besides(self, place: Place, marks: Mapping[AssetId, float]) -> dict[str, float]:
        """Return what accounts have no part in any more: bad debt so far, and what lies in auctions, at mark."""
        offered = self._sales.offered(place)
        money = next((each.money for each in self.facts.vaults if each.place == place), 0)
        worth_of = sum((units / asset_of(self.facts, asset).unit * marks.get(asset, 0.0) for asset, units in offered.items()), 0.0)
        due = self._sales.due(place) / 10**18 * marks.get(money, 0.0)
        return dict(zip(BESIDES, (self._bad.get(place, 0.0), due, worth_of), strict=True))

"""Solvency three ways in time: at the market's mid, at posted prices, and at what all collateral would fetch if it were sold at once.

Samples stand a second (half a step, if that is less) after the beginning, at ``samples`` equal steps of the run's stated duration, and at
the last entry. Each says, per lender and for all together, how many accounts owe, which are healthy or liquidatable (at what the lender
reads; thresholds in whole bps),
which are insolvent at mark, at oracle and at liquidation value, what they owe, and what accounts have less what they owe. *Mark* is the
mean mid of the venues that trade an asset; *liquidation value* is that less what selling the whole collateral of the lender (of all
lenders, for all together) into the sampled books loses (``walking``). Where nothing trades an asset, mark and liquidation value are what
is posted. Debt is at mark for the first and the last, at oracle for the second.

At the opening and at the worst sample (least collateral over debt of all together, at mark) there is a stress table over falls and
multiples of depth (``stress``), a ladder of positions, and slippage by size; slippage at the end too. What falls in a stress and on the
ladder are collaterals that a feed prices and that do not open within a tenth of one whole of base currency: that counts as money.
Debt and collateral that lie in auctions are nobody's account's: they are told apart, at mark, and so is bad debt so far.
Values are in whole base currency, and ``all`` supposes that it is the same one. Left out: Liquity's recovery mode, a crvUSD loan's health
by bands, delays of prices within a lender (what the feed says is taken for what it reads); vaults go by the price they have refreshed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts
from sim.metrics.accounts import READS, Listed
from sim.metrics.analysis import Names, Table
from sim.metrics.fold import Figures, asset_of
from sim.metrics.lender_tables import LenderTable, lender_tables
from sim.metrics.open_sales import READS as SALES
from sim.metrics.open_sales import OpenSales
from sim.metrics.sampled_books import SampledBooks
from sim.metrics.stress import DEPTHS, SHOCKS, Sheet, carried, sold, standing, stress, worth
from sim.metrics.walking import Depth, slippage
from sim.records.auctions import AuctionClosed, AuctionTaken, PriceRefreshed
from sim.records.lending import BadDebt
from sim.records.oracle import PricePosted
from sim.units import RAD, SECOND, AssetId, Nanos, Place

ALL = "all"
FALLS = (1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50)
"""Percent, of the ladder."""
SIZES = tuple(step * 10**power for power in range(3, 9) for step in (1, 3))
"""Whole quote, of the slippage curves."""
TOP = 10
BESIDES = ("bad_debt", "auction_debt", "auction_collateral")
_ROWS = tuple(dict.fromkeys((*READS, *SALES, PricePosted, PriceRefreshed)))


@attrs.frozen(eq=False, repr=False)
class Moment:
    """One sample."""

    at: Nanos
    lines: dict[Place, dict[str, float]]
    """By lender; 0 for all together."""
    sheets: dict[Place, Sheet]
    marks: dict[Place, dict[AssetId, float]]
    oracles: dict[Place, dict[AssetId, float]]
    bids: dict[AssetId, Depth]
    books: dict[Place, tuple[float, Depth, Depth]]
    """Venues: mid and both sides."""

    @property
    def cover(self) -> float:
        """Collateral over debt of all together, at mark."""
        line = self.lines[0]
        return line["collateral"] / line["debt"] if line["debt"] else float("inf")


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
        stressed = _stressed(self.facts, self._cushion(opening), opening)
        return {
            "samples": len(self.lines) + 1,
            "left_out": sum(each.accounts.left_out for each in self.tables_of.values()),
            "opening": _told(opening),
            "worst": _told(worst),
            "end": _told(end),
            "least_cover_at_mark": _finite(worst.cover),
            "top_10_share_of_debt": {self._name(place): _top_share(opening, place) for place in opening.lines},
            "bad_debt_after_30_percent": {
                _times(row["depth_times"]): row["bad_debt"] for row in stressed if row["shock_percent"] == -30 and row["pool"] == 0
            },
        }

    def tables(self, name: Names) -> dict[str, Table]:
        """Return samples, stress as a table and as a surface, ladders and slippage."""
        end = self._looked(self._at)
        moments = {"opening": self.opening or end, "worst": self._worst(), "end": end}

        def named(place: Place) -> str:
            return name(place) if place else ALL

        points = [(at, place, line) for at, lines in (*self.lines, (end.at, end.lines)) for place, line in lines.items()]
        stressed = {moment: _stressed(self.facts, self._cushion(moments[moment]), moments[moment]) for moment in ("opening", "worst")}
        return {
            "points": _columns([{"at_ns": at, "pool": named(place), **line} for at, place, line in points]),
            "stress": _columns(
                [
                    {
                        "moment": moment,
                        "at_ns": moments[moment].at,
                        **row,
                        "pool": named(row["pool"]),
                        "depth_times": _times(row["depth_times"]),
                    }
                    for moment, rows in stressed.items()
                    for row in rows
                ]
            ),
            "surface": _columns([row for moment, rows in stressed.items() for row in _surface(moment, rows)]),
            "ladder": _columns([row for moment in ("opening", "worst") for row in self._ladder(moment, moments[moment], named)]),
            "slippage": _columns([row for moment, found in moments.items() for row in _slippage(self.facts, moment, found, name)]),
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
            self._lost(pool, money, (row[14] - row[12]) * asset_of(self.facts, money).unit // RAD)

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
            line = _line(sheet, oracles[place], marks[place], sold(marks[place], own, bids), besides)
            if own != jointly:
                jointly_sold.append(_line(sheet, oracles[place], marks[place], sold(marks[place], jointly, bids), besides))
            else:
                jointly_sold.append(line)
            lines[place] = line
        together = {key: sum(each[key] for each in jointly_sold) for key in (jointly_sold or [_nothing()])[0]}
        books = {place: (self._books.mids[place], *depths) for place, depths in self._books.depths.items() if place in self._books.mids}
        return Moment(at, {0: together, **lines}, sheets, marks, oracles, bids, books)

    def _besides(self, place: Place, marks: Mapping[AssetId, float]) -> dict[str, float]:
        """Return what accounts have no part in any more: bad debt so far, and what lies in auctions, at mark."""
        offered = self._sales.offered(place)
        money = next((each.money for each in self.facts.vaults if each.place == place), 0)
        worth_of = sum((units / asset_of(self.facts, asset).unit * marks.get(asset, 0.0) for asset, units in offered.items()), 0.0)
        due = self._sales.due(place) / 10**18 * marks.get(money, 0.0)
        return dict(zip(BESIDES, (self._bad.get(place, 0.0), due, worth_of), strict=True))

    def _cushion(self, moment: Moment) -> dict[Place, float]:
        """Return what the reserves of each lender were at the opening, at prices of a moment."""
        found = {}
        for sheet in self.facts.sheets:
            prices = moment.oracles.get(sheet.place, {})
            found[sheet.place] = sum(
                each.cushion / asset_of(self.facts, each.asset).unit * prices.get(each.asset, 0.0) for each in sheet.terms if each.cushion
            )
        return found

    def _ladder(self, label: str, moment: Moment, named: Names) -> Iterator[dict[str, Any]]:
        """Yield the debt that a fall of collateral makes liquidatable, what already is left out; with the gain of that part of the fall."""
        for place, sheet in moment.sheets.items():
            prices = moment.oracles[place]
            owed = worth(sheet.owed, prices, len(sheet))
            near = carried(sheet, prices) >= owed
            gain = dict(self.facts.gain_curve.get(self._name(place), ()))
            for fall in FALLS:
                struck = {asset: price * (1 - fall / 100) if asset in _falling(self.facts) else price for asset, price in prices.items()}
                hit = near & (carried(sheet, struck) < worth(sheet.owed, struck, len(sheet)))
                yield {
                    "moment": label,
                    "pool": named(place),
                    "fall_percent": fall,
                    "debt": float(owed[hit].sum()),
                    "accounts": int(hit.sum()),
                    "top_10_share": _share(owed[hit], float(owed.sum())),
                    "gain": gain.get(fall),
                }

    def _name(self, place: Place) -> str:
        return next((each.name for each in self.facts.sheets if each.place == place), ALL)


def _line(
    sheet: Sheet,
    oracle: Mapping[AssetId, float],
    mark: Mapping[AssetId, float],
    fetched: Mapping[AssetId, float],
    besides: dict[str, float],
) -> dict[str, float]:
    count = len(sheet)
    owed, posted = worth(sheet.owed, mark, count), worth(sheet.owed, oracle, count)
    at_mark = standing(owed, worth(sheet.held, mark, count))
    at_oracle = standing(posted, worth(sheet.held, oracle, count))
    at_sale = standing(owed, worth(sheet.held, fetched, count))
    healthy = carried(sheet, oracle) >= posted
    return {
        "accounts": count,
        "healthy": int(healthy.sum()),
        "liquidatable": int((~healthy).sum()),
        "liquidatable_debt": float(posted[~healthy].sum()),
        "debt": at_mark["debt"],
        "collateral": at_mark["collateral"],
        **(besides or dict.fromkeys(BESIDES, 0.0)),
        **{
            f"{key}_{way}": found[key]
            for way, found in (("mark", at_mark), ("oracle", at_oracle), ("liquidation", at_sale))
            for key in ("net", "equity", "uncovered", "insolvent", "insolvent_debt")
        },
    }


def _nothing() -> dict[str, float]:
    return _line(Sheet({}, {}, {}), {}, {}, {}, {})


def _falling(facts: Facts) -> tuple[AssetId, ...]:
    """Return the collaterals that a stress lets fall."""
    fixed = {(each.place, asset) for each in facts.pools for asset in each.fixed_prices}
    found = {
        each.asset: None
        for sheet in facts.sheets
        for each in sheet.terms
        if each.threshold and (sheet.place, each.asset) not in fixed and not 9 * 10**7 <= each.price <= 11 * 10**7
    }
    return tuple(found)


def _stressed(facts: Facts, cushions: Mapping[Place, float], moment: Moment) -> list[dict[str, Any]]:
    falling = _falling(facts)
    rows = []
    for place, sheet in moment.sheets.items():
        found = stress([sheet], moment.marks[place], moment.bids, falling, cushions.get(place, 0.0))
        rows += [{"pool": place, **row} for row in found]
    if len(moment.sheets) == 1:
        return [*rows, *({**row, "pool": 0} for row in rows)]
    if moment.sheets:
        prices = {asset: price for marks in moment.marks.values() for asset, price in marks.items()}
        found = stress(list(moment.sheets.values()), prices, moment.bids, falling, _once(facts, cushions))
        rows += [{"pool": 0, **row} for row in found]
    return rows


def _once(facts: Facts, cushions: Mapping[Place, float]) -> float:
    """Return all cushions together; that of a vault system, which is told of each of its pools, once."""
    vows = {vault.place: vault.vow for vault in facts.vaults}
    return sum({vows.get(place, -place): cushion for place, cushion in cushions.items()}.values())


def _surface(moment: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the bad debt of all together, a line a shock and a column a multiple of depth."""
    for shock in SHOCKS:
        here = {row["depth_times"]: row["bad_debt"] for row in rows if row["shock_percent"] == shock and row["pool"] == 0}
        if here:
            yield {"moment": moment, "shock_percent": shock, **{f"bad_debt_{_times(depth)}": here[depth] for depth in DEPTHS}}


def _slippage(facts: Facts, label: str, moment: Moment, name: Names) -> Iterator[dict[str, Any]]:
    for venue in facts.venues:
        if venue.place not in moment.books:
            continue
        mid, bids, asks = moment.books[venue.place]
        for side, depth in (("sell", bids), ("buy", asks)):
            for size in SIZES:
                part = slippage(depth, size / mid)
                yield {
                    "moment": label,
                    "venue": name(venue.place),
                    "side": side,
                    "size_quote": size,
                    "slippage_bps": None if part is None else round(part * 10_000, 4),
                }


def _told(moment: Moment) -> dict[str, Any]:
    return {"at_ns": moment.at, **moment.lines[0]}


def _top_share(moment: Moment, place: Place) -> float | None:
    """Return what the ten accounts that owe most owe of all debt."""
    sheets = [moment.sheets[place]] if place else list(moment.sheets.values())
    places = [place] if place else list(moment.sheets)
    owed = np.concatenate(
        [np.zeros(0), *(worth(sheet.owed, moment.marks[each], len(sheet)) for each, sheet in zip(places, sheets, strict=True))]
    )
    return _share(owed, float(owed.sum()))


def _share(owed: Any, total: float) -> float | None:
    return float(np.sort(owed)[-TOP:].sum()) / total if total > 0 else None


def _finite(value: float) -> float | None:
    return value if value < float("inf") else None


def _times(depth: float) -> str:
    return "infinite" if depth == float("inf") else f"{depth:g}"


def _columns(rows: Sequence[Mapping[str, Any]]) -> Table:
    return {key: [row[key] for row in rows] for key in (rows[0] if rows else {})}

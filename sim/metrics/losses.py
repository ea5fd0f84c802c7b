"""Bad debt by cause, and who bore it.

Bad debt is what ``BadDebt`` writes off, and of an auction what it raised less than the debt it was held for. Each amount has one cause, the
first of these that holds:

* ``auction_failure``: the market would have covered it. What the auction sold was worth the debt at the mid when it closed.
* ``oracle_error``: the lender's price was off the market by more than ``oracle_bps``, in either direction: that of the collateral in
  units of the debt when the account was first liquidated since it became unhealthy (when the auction began), or its whole collateral's when
  it last borrowed.
* ``toxic_spiral``: at one of its liquidations since then the account was covered at the mid, but owed more than 1 / (1 + bonus) of its
  collateral at the lender's prices: being liquidated left it worse off.
* ``gap``: the rest. The price had gone past the account's buffer before it was liquidated, or went past it before all was.

Amounts are exact in units; told in whole base currency, at the lender's price of the debt at that entry. Left out: what depositors and
other troves of a Liquity system lose when a trove is liquidated below its debt (who bore it is told), Compound's debts without collateral
that nobody ever touches, losses of keepers.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts
from sim.metrics import waterfalls as falls
from sim.metrics.accounts import READS, Listed
from sim.metrics.analysis import Names, Table
from sim.metrics.fold import Figures, asset_of, unraised
from sim.metrics.lender_tables import LenderTable, lender_tables
from sim.metrics.sampled_books import SampledBooks
from sim.records.auctions import AuctionClosed, AuctionStarted, PriceRefreshed
from sim.records.comet import Absorbed
from sim.records.lending import BadDebt, Borrowed, HealthRecovered, Liquidated
from sim.records.oracle import PricePosted
from sim.units import BPS_ONE, RAD, AssetId, Nanos, Party, Place, Seq, Units

CAUSES = ("auction_failure", "oracle_error", "toxic_spiral", "gap")
AUCTION_FAILURE, ORACLE_ERROR, TOXIC_SPIRAL, GAP = CAUSES
_ROWS = tuple(dict.fromkeys((*READS, *falls.READS, PricePosted, PriceRefreshed, HealthRecovered)))


@attrs.frozen
class Loss:
    """One amount that nobody paid."""

    seq: Seq
    at: Nanos
    pool: Place
    account: Party
    asset: AssetId
    amount: Units
    value: float
    """In whole base currency."""
    cause: str
    cover_at_mark: float | None
    """Collateral over debt, when the account was first liquidated; of an auction what was sold over the debt, when it closed."""
    price_off_bps: float
    """The lender's price over the market's, then."""


@attrs.frozen
class _First:
    """How an account stood when it was first liquidated."""

    cover_at_mark: float
    off: float
    is_toxic: bool = False
    """This liquidation, or a later one of an account that was still covered at mark, took more than it paid."""


@attrs.define
class LossesMetric:
    """All lenders."""

    facts: Facts
    oracle_bps: int = 1_000
    """How far off the market a lender's price may be before it is to blame; less is the lateness that any fall brings."""
    losses: list[Loss] = attrs.field(factory=list, init=False)
    falls: dict[Place, falls.Waterfall] = attrs.field(init=False)
    _tables: dict[Place, LenderTable] = attrs.field(init=False)
    _books: SampledBooks = attrs.field(init=False)
    _around: Mapping[Place, tuple[Place, ...]] = attrs.field(init=False)
    _readers: dict[Place, list[tuple[Place, AssetId]]] = attrs.field(factory=dict, init=False)
    _first: dict[tuple[Place, Party], _First] = attrs.field(factory=dict, init=False)
    _borrowed_off: dict[tuple[Place, Party], float] = attrs.field(factory=dict, init=False)
    """How far off prices were when an account last borrowed, where that was too far."""
    _started_off: dict[Seq, float] = attrs.field(factory=dict, init=False)
    """By open auction."""

    def __attrs_post_init__(self) -> None:
        """Open every sheet."""
        self.falls = falls.waterfalls(self.facts)
        self._tables = {each.accounts.sheet.place: each for each in lender_tables(self.facts)}
        self._books = SampledBooks(self.facts)
        self._around = falls.around(self.facts)
        for pool in self.facts.pools:
            # A run of before sheets were told has none.
            for asset, feed in pool.feeds.items() if pool.place in self._tables else ():
                self._readers.setdefault(feed, []).append((pool.place, asset))

    def open(self, listed: Listed) -> None:
        """Take in the accounts that came in bulk."""
        symbols = {each.symbol: each.id for each in self.facts.assets}
        for each in self._tables.values():
            each.open(listed, symbols)

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        self._books.take(stretch)
        for row in stretch.rows(_ROWS):
            self._read(row)
        ends = [int(stretch.columns(each)["at_ns"][-1]) for each in stretch.part.types() if len(stretch.columns(each)["seq"])]
        self._books.look(max(ends, default=0))
        self._books.forget()

    def figures(self) -> Figures:
        """Return bad debt by cause and lender, and who bore what was settled."""
        names = {sheet.place: sheet.name for sheet in self.facts.sheets}
        return {
            "bad_debt": sum(each.value for each in self.losses),
            "losses": len(self.losses),
            "by_cause": {cause: sum(each.value for each in self.losses if each.cause == cause) for cause in CAUSES},
            "by_lender": {name: sum(each.value for each in self.losses if each.pool == place) for place, name in names.items()},
            "borne_by": {
                bearer: sum(self._value(place, asset, units) for place, asset, who, units in self._borne() if who == bearer)
                for bearer in falls.BEARERS
            },
        }

    def tables(self, name: Names) -> dict[str, Table]:
        """Return every loss, and the waterfalls of debt and of collateral."""
        fields = ("seq", "at", "pool", "account", "asset", "amount", "value", "cause", "cover_at_mark", "price_off_bps")
        losses = [attrs.asdict(each) for each in self.losses]
        for each in losses:
            whole = asset_of(self.facts, each["asset"])
            each |= {
                "pool": name(each["pool"]),
                "account": name(each["account"]),
                "asset": whole.symbol,
                "amount": each["amount"] / whole.unit,
            }
        debt = [("debt", place, asset, who, units) for place, asset, who, units in self._borne()]
        seized = [
            ("collateral", place, asset, who, units)
            for place, each in self.falls.items()
            for (asset, who), units in each.got.items()
            if units
        ]
        rows = [
            (
                name(place),
                side,
                asset_of(self.facts, asset).symbol,
                who,
                units / asset_of(self.facts, asset).unit,
                self._value(place, asset, units),
            )
            for side, place, asset, who, units in (*debt, *seized)
        ]
        columns = ("pool", "side", "asset", "who", "amount", "value")
        return {
            "losses": {"at_ns" if key == "at" else key: [each[key] for each in losses] for key in fields},
            "waterfall": {key: [row[place] for row in rows] for place, key in enumerate(columns)},
        }

    def _borne(self) -> list[tuple[Place, AssetId, str, Units]]:
        return [(place, asset, who, units) for place, each in self.falls.items() for (asset, who), units in each.told().items()]

    def _value(self, place: Place, asset: AssetId, units: Units) -> float:
        return units / asset_of(self.facts, asset).unit * self._tables[place].prices.get(asset, 0.0)

    def _read(self, row: Row) -> None:
        kind: int = row[1]
        place: Place = row[4]
        if kind == PricePosted.kind:
            for lender, asset in self._readers.get(place, ()):
                self._tables[lender].posted[asset] = row[7]
            return
        for lender in self._around.get(place, ()):
            if lender in self._tables:
                self._of_lender(lender, kind, row)

    def _of_lender(self, lender: Place, kind: int, row: Row) -> None:
        table = self._tables[lender]
        if kind in (Liquidated.kind, Absorbed.kind):
            self._note_first(lender, row)
        elif kind == AuctionStarted.kind:
            self._started_off[row[0]] = self._off(lender, row[9], self._money(lender), row[0])
        elif kind == AuctionClosed.kind:
            self._closed(lender, row)
        elif kind == HealthRecovered.kind:
            self._first.pop((lender, row[5]), None)
        elif kind == PriceRefreshed.kind:
            table.posted[next(each.collateral for each in self.facts.vaults if each.place == lender)] = row[6]
        elif kind == BadDebt.kind:
            self._lost(row, lender, row[5], row[6], row[8], self._cause(lender, row[5]), self._first.get((lender, row[5])))
        table.accounts.take(row)
        self.falls[lender].take(row)
        if kind == Borrowed.kind:
            self._note_borrowed(lender, row[6], row[0])

    def _note_first(self, lender: Place, row: Row) -> None:
        """Remember how an account stands before its first liquidation since it was called, and whether any leaves it worse off."""
        key, account = (lender, row[6]), row[6]
        held = row[8] if row[1] == Liquidated.kind else 0
        mark, oracle, off = self._covers(lender, account, row[0])
        is_toxic = mark >= 1 and oracle < 1 + self._bonus(lender, account, held)
        first = self._first.get(key) or _First(mark, self._off(lender, held, row[7], row[0]) if held else off)
        self._first[key] = attrs.evolve(first, is_toxic=first.is_toxic or is_toxic)

    def _note_borrowed(self, lender: Place, account: Party, seq: Seq) -> None:
        off = self._covers(lender, account, seq)[2]
        self._borrowed_off.pop((lender, account), None)
        if abs(off) * BPS_ONE > self.oracle_bps:
            self._borrowed_off[lender, account] = off

    def _covers(self, lender: Place, account: Party, seq: Seq) -> tuple[float, float, float]:
        """Return an account's collateral over debt at mark and at the lender's prices, and how far off the mark the collateral counts."""
        table = self._tables[lender]
        position = table.accounts.positions.peek(account)
        held, owed = table.accounts.units(position)
        held = {asset: units for asset, units in held.items() if table.limit(asset, position)}
        posted, marks = self._prices(lender, seq)
        worth = [
            sum(units / asset_of(self.facts, each).unit * prices.get(each, 0.0) for each, units in held.items())
            for prices in (marks, posted)
        ]
        debts = [
            sum(units / asset_of(self.facts, each).unit * prices.get(each, 0.0) for each, units in owed.items())
            for prices in (marks, posted)
        ]
        covers = [got / due if due else float("inf") for got, due in zip(worth, debts, strict=True)]
        return covers[0], covers[1], worth[1] / worth[0] - 1 if worth[0] else 0.0

    def _off(self, lender: Place, held: AssetId, owed: AssetId, seq: Seq) -> float:
        """Return how far a lender's price of one asset in another is off the market's."""
        posted, marks = self._prices(lender, seq)
        if not all(prices.get(asset) for prices in (posted, marks) for asset in (held, owed)):
            return 0.0
        return posted[held] / posted[owed] / (marks[held] / marks[owed]) - 1

    def _prices(self, lender: Place, seq: Seq) -> tuple[Mapping[AssetId, float], Mapping[AssetId, float]]:
        self._books.look_at(seq)
        posted = self._tables[lender].prices
        return posted, {asset: self._books.mark(asset, posted) for asset in posted}

    def _bonus(self, lender: Place, account: Party, held: AssetId) -> float:
        """Return the bonus on a collateral, or the highest where all is taken."""
        table = self._tables[lender].accounts
        mode = table.positions.peek(account).e_mode
        better = [each.bonus for each in table.sheet.modes if each.mode == mode and held in each.assets]
        own = [each.bonus for each in table.sheet.terms if not held or each.asset == held]
        return (better or [max(own, default=0)])[0] / BPS_ONE

    def _cause(self, lender: Place, account: Party) -> str:
        first = self._first.get((lender, account))
        if (lender, account) in self._borrowed_off or (first is not None and abs(first.off) * BPS_ONE > self.oracle_bps):
            return ORACLE_ERROR
        return TOXIC_SPIRAL if first is not None and first.is_toxic else GAP

    def _closed(self, lender: Place, row: Row) -> None:
        """Judge an auction of collateral that is over."""
        _, started, account, asset, sold, _, raised, _, debt = row[6:]
        off = self._started_off.pop(started, 0.0)
        if row[4] == next((each.debt_house for each in self.facts.vaults if each.place == lender), 0) or raised >= debt:
            return
        money = self._money(lender)
        _, marks = self._prices(lender, row[0])
        due = debt / RAD * marks.get(money, 1.0)
        cover = sold / asset_of(self.facts, asset).unit * marks.get(asset, 0.0) / due
        cause = AUCTION_FAILURE if cover >= 1 else ORACLE_ERROR if abs(off) * BPS_ONE > self.oracle_bps else GAP
        self._lost(row, lender, account, money, unraised(row, asset_of(self.facts, money).unit), cause, _First(cover, off))

    def _money(self, lender: Place) -> AssetId:
        return next((each.money for each in self.facts.vaults if each.place == lender), 0)

    def _lost(self, row: Row, lender: Place, account: Party, asset: AssetId, amount: Units, cause: str, first: _First | None) -> None:
        cover = first.cover_at_mark if first is not None and first.cover_at_mark < float("inf") else None
        off = round(first.off * BPS_ONE, 2) if first is not None else 0.0
        self.losses.append(Loss(row[0], row[2], lender, account, asset, amount, self._value(lender, asset, amount), cause, cover, off))

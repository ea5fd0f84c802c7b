"""Time to liquidation on two clocks: the oracle's, from unhealthy at the market to unhealthy at the posted price, and the keepers'.

A *call* is a ``HealthFell``. **The oracle's clock** runs from the beginning of the unbroken time in which the mid of the feed's venues was
beyond the account's trigger, up to the post that made the call. The trigger is worked out of the call itself: where a falling post made it,
posted price over health; where a rising one did, posted price times health. That is exact where all collateral (all debt) follows that
price; other collateral only makes the true trigger lie further off. A post that came while the market was not beyond the trigger has no
such time: it is counted as *ahead* of the market. Calls that no post made (interest, the account's own act), or whose post is of a feed
without a venue, are counted and have no oracle's clock. Accounts that were unhealthy at the market and never at a posted price
(``unposted``) are censored where that ended: in the curves by Kaplan and Meier, in no other figure of that clock.

**The keepers' clock** runs from the call to the first liquidation that answers it, or the start of its auction. Calls that ended otherwise
are censored at that moment, not dropped: *recovered*, *written_off*, or *open* when the tape ends. The shares answered in time are by
Kaplan and Meier (``waits``), by count and by debt; beside them those of answered calls alone, which is what published counts show. Debt is
in the pools' base currency, so ``all`` supposes that it is the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts
from sim.metrics.accounts import Listed
from sim.metrics.analysis import Names, Table
from sim.metrics.fold import Figures, percentile
from sim.metrics.levels import Spell
from sim.metrics.market_price import MarketPrice
from sim.metrics.trail import Moment, Trail
from sim.metrics.unposted import BACK, CHANGED, STILL, Unposted
from sim.metrics.waits import BLOCKS, PUBLISHED, Wait, answered_by, answered_of_answered
from sim.records.auctions import AuctionStarted
from sim.records.chain import BlockSealed
from sim.records.comet import Absorbed
from sim.records.lending import BadDebt, HealthFell, HealthRecovered, Liquidated
from sim.records.oracle import PricePosted
from sim.units import WAD, Nanos, Party, Place, Price, Seq, Units

LIQUIDATED, RECOVERED, WRITTEN_OFF, OPEN = "liquidated", "recovered", "written_off", "open"
BEHIND, AHEAD, UNKNOWN = "behind", "ahead", "unknown"
_READS = (HealthFell, HealthRecovered, Liquidated, BadDebt, AuctionStarted, Absorbed, PricePosted)
Unanswered: TypeAlias = tuple[Place, Party, Spell]
"""Pool, account, and the oracle's clock that no post stopped."""
_ACCOUNT_AND_FELL = {Liquidated.kind: (6, 9), AuctionStarted.kind: (7, 8), Absorbed.kind: (6, 8)}


@attrs.define
class Call:
    """One margin call and what became of it."""

    seq: Seq
    pool: Place
    account: Party
    at: Moment
    debt: Units
    oracle: str
    """Whether the post was behind the market or ahead of it."""
    at_market: Moment | None
    end: str = OPEN
    ended: Moment = (0, 0)


@attrs.define
class ClocksMetric:
    """How long liquidations took: on the oracle's clock, from unhealthy at the market to unhealthy at the post, and on the keepers'."""

    facts: Facts
    calls: list[Call] = attrs.field(factory=list, init=False)
    _markets: dict[Place, MarketPrice] = attrs.field(init=False)
    """By feed."""
    _falls: dict[Place, Trail] = attrs.field(init=False)
    _rises: dict[Place, Trail] = attrs.field(init=False)
    _posts: dict[Place, tuple[Seq, Price, Price]] = attrs.field(factory=dict)
    """By feed, the last: which entry, its price, the one before."""
    _open: dict[Seq, Call] = attrs.field(factory=dict)
    _of_account: dict[tuple[Place, Party], Seq] = attrs.field(factory=dict)
    _pools: dict[Place, Place] = attrs.field(init=False)
    """By auction house."""
    _blocks: int = 0
    _at: Nanos = 0
    _unposted: Unposted = attrs.field(init=False)
    _listed: Listed | None = attrs.field(default=None, init=False)
    _is_open: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        """Watch every feed's market."""
        self._markets = {feed.place: MarketPrice(self.facts, feed) for feed in self.facts.feeds}
        self._falls = {place: Trail() for place in self._markets}
        self._rises = {place: Trail() for place in self._markets}
        self._pools = {vault.house: vault.place for vault in self.facts.vaults}
        self._unposted = Unposted(self.facts, {place: bool(market.venues) for place, market in self._markets.items()})

    def open(self, listed: Listed) -> None:
        """Take in accounts that came in bulk."""
        self._listed = listed

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        self._opened()
        sealed = stretch.columns(BlockSealed)
        moved = {place: market.take(stretch) for place, market in self._markets.items()}
        blocks = {place: self._blocks + np.searchsorted(sealed["seq"], each.seqs) for place, each in moved.items()}
        self._unposted.take(stretch, moved, blocks, sealed["seq"], self._blocks)
        rows = stretch.rows(_READS)
        at_rows = (self._blocks + np.searchsorted(sealed["seq"], np.array([row[0] for row in rows], np.int64))).tolist()
        read = dict.fromkeys(moved, 0)
        for row, number in zip(rows, at_rows, strict=True):
            if row[1] == HealthFell.kind:
                for place, prices in moved.items():
                    upto = int(np.searchsorted(prices.seqs, row[0]))
                    self._follow(
                        place, prices.instants[read[place] : upto], blocks[place][read[place] : upto], prices.values[read[place] : upto]
                    )
                    read[place] = upto
            self._read(row, number)
        for place, prices in moved.items():
            self._follow(place, prices.instants[read[place] :], blocks[place][read[place] :], prices.values[read[place] :])
        self._blocks += len(sealed["seq"])
        self._at = max(
            [self._at, *(int(stretch.columns(each)["at_ns"][-1]) for each in stretch.part.types() if len(stretch.columns(each)["seq"]))]
        )

    def figures(self) -> Figures:
        """Return counts, medians and the shares answered within some blocks."""
        calls, unposted = self._told(), self._never_posted()
        oracle = [(call.at[0] - call.at_market[0], call.at[1] - call.at_market[1]) for call in calls if call.at_market]
        keepers = [(call.ended[0] - call.at[0], call.ended[1] - call.at[1]) for call in calls if call.end == LIQUIDATED]
        return {
            "calls": len(calls),
            "ended": {end: sum(call.end == end for call in calls) for end in (LIQUIDATED, RECOVERED, WRITTEN_OFF, OPEN)},
            "oracle": {each: sum(call.oracle == each for call in calls) for each in (BEHIND, AHEAD, UNKNOWN)},
            "oracle_clock_ns_p50": percentile([ns for ns, _ in oracle], 50),
            "oracle_clock_ns_p95": percentile([ns for ns, _ in oracle], 95),
            "oracle_clock_blocks_p50": percentile([blocks for _, blocks in oracle], 50),
            "unposted": len(unposted),
            "unposted_ended": {end: sum(spell.end == end for _, _, spell in unposted) for end in (BACK, CHANGED, STILL)},
            "unposted_not_known": self._unposted.not_known(),
            "posted_within_blocks": [
                {
                    "blocks": blocks,
                    **{
                        key: answered_by(_oracle_waits(calls, unposted, by_debt), (blocks,))[0]
                        for key, by_debt in (("by_count", False), ("by_debt", True))
                    },
                }
                for blocks in BLOCKS
            ],
            "keepers_clock_ns_p50": percentile([ns for ns, _ in keepers], 50),
            "keepers_clock_ns_p95": percentile([ns for ns, _ in keepers], 95),
            "keepers_clock_blocks_p50": percentile([blocks for _, blocks in keepers], 50),
            "answered_within_blocks": [
                {"blocks": blocks, **_curve(calls, blocks), "published": PUBLISHED.get(blocks)} for blocks in BLOCKS
            ],
        }

    def tables(self, name: Names) -> dict[str, Table]:
        """Return every call, every account that never was one and was beyond its trigger at the market, and curves by clock and pool."""
        calls, unposted = self._told(), self._never_posted()
        return {"calls": _calls(calls, name), "unposted": _unposted(unposted, name), "waits": _waits(calls, unposted, name)}

    def _opened(self) -> None:
        """Open the sheets, once: before the first entry."""
        if not self._is_open:
            self._is_open = True
            self._unposted.open(self._listed)

    def _never_posted(self) -> list[Unanswered]:
        """Return accounts that were beyond their trigger at the market and never called."""
        self._opened()
        return self._unposted.spells((self._at, self._blocks))

    def _told(self) -> list[Call]:
        """Return all calls; those that are open are censored where the tape ends."""
        return [attrs.evolve(call, ended=(self._at, self._blocks)) if call.end == OPEN else call for call in self.calls]

    def _follow(self, place: Place, instants: np.ndarray, blocks: np.ndarray, values: np.ndarray) -> None:
        falls, rises = self._falls[place], self._rises[place]
        changed = np.flatnonzero(np.diff(values, prepend=falls.price or 0.0))
        for at, block, price in zip(instants[changed].tolist(), blocks[changed].tolist(), values[changed].tolist(), strict=True):
            falls.move(price, (at, block))
            rises.move(-price, (at, block))

    def _read(self, row: Row, block: int) -> None:
        seq, kind, at, _, place, party = row[:6]
        if kind == PricePosted.kind:
            self._posts[place] = seq, row[7], row[8]
        elif kind == HealthFell.kind:
            oracle, since = self._since(row)
            self._open[seq] = Call(seq, place, party, (at, block), row[9], oracle, since)
            self._of_account[place, party] = seq
            self.calls.append(self._open[seq])
        elif kind in _ACCOUNT_AND_FELL:
            self._end(row[_ACCOUNT_AND_FELL[kind][1]], LIQUIDATED, (at, block))
        else:
            self._end(self._of_account.get((place, party), 0), RECOVERED if kind == HealthRecovered.kind else WRITTEN_OFF, (at, block))

    def _end(self, fell: Seq, end: str, when: Moment) -> None:
        call = self._open.pop(fell, None)
        if call is not None:
            call.end, call.ended = end, when
            self._of_account.pop((call.pool, call.account), None)

    def _since(self, row: Row) -> tuple[str, Moment | None]:
        """Return how the post that made a call stood to the market, and since when the market was beyond the trigger."""
        post, health = row[6], row[8]
        feed = next((place for place, (seq, _, _) in self._posts.items() if seq == post), None) if post else None
        if feed is None or health <= 0 or feed not in self._falls or self._falls[feed].price is None:
            return UNKNOWN, None
        _, price, before = self._posts[feed]
        is_rise = before and price > before
        since = self._rises[feed].since(-price * (health / WAD)) if is_rise else self._falls[feed].since(price / (health / WAD))
        return (BEHIND, since) if since else (AHEAD, None)


def _curve(calls: Sequence[Call], blocks: int) -> dict[str, float | None]:
    found = {}
    for key, by_debt in (("by_count", False), ("by_debt", True)):
        waits = _keepers_waits(calls, by_debt)
        found[key] = answered_by(waits, (blocks,))[0]
        found[f"{key}_of_liquidated"] = answered_of_answered(waits, (blocks,))[0]
    return found


def _keepers_waits(calls: Sequence[Call], by_debt: bool) -> list[Wait]:
    return [Wait(call.ended[1] - call.at[1], call.end == LIQUIDATED, call.debt if by_debt else 1) for call in calls]


def _oracle_waits(calls: Sequence[Call], unposted: Sequence[Unanswered], by_debt: bool) -> list[Wait]:
    posted = [Wait(call.at[1] - call.at_market[1], True, call.debt if by_debt else 1) for call in calls if call.at_market]
    never = [Wait(spell.until[1] - spell.since[1], False, int(spell.debt) if by_debt else 1) for _, _, spell in unposted]
    return [*posted, *never]


def _calls(calls: Sequence[Call], name: Names) -> Table:
    return {
        "seq": [call.seq for call in calls],
        "pool": [name(call.pool) for call in calls],
        "account": [name(call.account) for call in calls],
        "called_at_ns": [call.at[0] for call in calls],
        "debt": [call.debt / 10**8 for call in calls],
        "oracle": [call.oracle for call in calls],
        "oracle_clock_ns": [call.at[0] - call.at_market[0] if call.at_market else None for call in calls],
        "oracle_clock_blocks": [call.at[1] - call.at_market[1] if call.at_market else None for call in calls],
        "end": [call.end for call in calls],
        "keepers_clock_ns": [call.ended[0] - call.at[0] for call in calls],
        "keepers_clock_blocks": [call.ended[1] - call.at[1] for call in calls],
    }


def _unposted(unposted: Sequence[Unanswered], name: Names) -> Table:
    return {
        "pool": [name(pool) for pool, _, _ in unposted],
        "account": [name(account) for _, account, _ in unposted],
        "debt": [spell.debt / 10**8 for _, _, spell in unposted],
        "at_market_ns": [spell.since[0] for _, _, spell in unposted],
        "end": [spell.end for _, _, spell in unposted],
        "oracle_clock_ns": [spell.length for _, _, spell in unposted],
        "oracle_clock_blocks": [spell.until[1] - spell.since[1] for _, _, spell in unposted],
    }


def _waits(calls: Sequence[Call], unposted: Sequence[Unanswered], name: Names) -> Table:
    rows = []
    pools = dict.fromkeys([*(call.pool for call in calls), *(pool for pool, _, _ in unposted)])
    groups = {"all": (calls, unposted)} | {
        name(pool): ([call for call in calls if call.pool == pool], [each for each in unposted if each[0] == pool]) for pool in pools
    }
    for pool, (here, never) in groups.items():
        for clock in ("oracle", "keepers"):
            waits = [_oracle_waits(here, never, by) if clock == "oracle" else _keepers_waits(here, by) for by in (False, True)]
            curves = [curve(each) for each in waits for curve in (answered_by, answered_of_answered)]
            for number, blocks in enumerate(BLOCKS):
                published = PUBLISHED.get(blocks) if clock == "keepers" else None
                rows.append((pool, clock, blocks, *(each[number] for each in curves), published))
    columns = ("pool", "clock", "blocks", "by_count", "by_count_of_liquidated", "by_debt", "by_debt_of_liquidated", "published")
    return {column: [row[place] for row in rows] for place, column in enumerate(columns)}

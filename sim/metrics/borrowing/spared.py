"""False liquidations: accounts that the price would have saved by itself within some time.

Of a call (``HealthFell``) that a post made and a liquidation, an absorption or an auction answered: whether the mid of the feed's venues
came back to the account's trigger within ten minutes, an hour, a day of that answer. The trigger is the posted price over health where a
falling post made the call, the posted price times health where a rising one did, as in ``clocks``; it is exact where all collateral (all
debt) follows that price. Where the tape ends before the price came back the spell is censored: shares are by Kaplan and Meier (``waits``).
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts
from sim.metrics.fold import Prices
from sim.metrics.market_price import MarketPrice
from sim.metrics.waits import Wait, answered_by
from sim.records.auctions import AuctionStarted
from sim.records.comet import Absorbed
from sim.records.lending import HealthFell, Liquidated
from sim.records.oracle import PricePosted
from sim.units import HOUR, MINUTE, WAD, Nanos, Party, Place, Price, Seq, Units

SPANS: dict[str, Nanos] = {"10_min": 10 * MINUTE, "1_h": HOUR, "24_h": 24 * HOUR}
_LONGEST = max(SPANS.values())
_READS = (HealthFell, Liquidated, Absorbed, AuctionStarted, PricePosted)
_FELL = {Liquidated.kind: 9, AuctionStarted.kind: 8, Absorbed.kind: 8}


@attrs.define
class Spell:
    """A liquidated account and the price at which it would have been healthy again."""

    fell: Seq
    pool: Place
    account: Party
    debt: Units
    feed: Place
    sign: int
    """1 where the price must rise to save it, -1 where it must fall."""
    trigger: float
    """Times the sign."""
    since: Nanos = 0
    """When it was liquidated."""
    since_seq: Seq = 0
    back: Nanos | None = None
    """When the price was back."""


@attrs.define
class Spared:
    """All calls that were answered."""

    facts: Facts
    spells: list[Spell] = attrs.field(factory=list)
    unknown: int = 0
    """Liquidations whose call no post made, or whose feed stands for no venue."""
    _markets: dict[Place, MarketPrice] = attrs.field(init=False)
    _posts: dict[Place, tuple[Seq, Price, Price]] = attrs.field(factory=dict)
    _called: dict[Seq, Spell | None] = attrs.field(factory=dict)
    """Calls that nobody answered yet, the last of each account."""
    _of_account: dict[tuple[Place, Party], Seq] = attrs.field(factory=dict)
    _waiting: list[Spell] = attrs.field(factory=list)
    _until: Nanos = 0

    def __attrs_post_init__(self) -> None:
        """Watch every feed's market."""
        self._markets = {feed.place: MarketPrice(self.facts, feed) for feed in self.facts.feeds}

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        moved = {place: market.take(stretch) for place, market in self._markets.items()}
        for spell in self._waiting:
            _look(spell, moved[spell.feed], 0)
        for row in stretch.rows(_READS):
            self._read(row, moved)
        ends = [int(stretch.columns(each)["at_ns"][-1]) for each in stretch.part.types() if len(stretch.columns(each)["seq"])]
        self._until = max([self._until, *ends])
        self._waiting = [spell for spell in self._waiting if spell.back is None and self._until - spell.since <= _LONGEST]

    def waits(self) -> list[Wait]:
        """Return how long it took until the price was back; censored where the tape ends."""
        return [Wait((self._until if spell.back is None else spell.back) - spell.since, spell.back is not None) for spell in self.spells]

    def shares(self) -> list[float | None]:
        """Return the share of liquidations that were false, by span; None where nobody was watched so long."""
        return answered_by(self.waits(), tuple(SPANS.values()))

    def is_false(self, spell: Spell, span: Nanos) -> bool | None:
        """Say whether the price was back within a span; None where the tape ends too early to say."""
        if spell.back is not None:
            return spell.back - spell.since <= span
        return None if self._until - spell.since < span else False

    def _read(self, row: Row, moved: dict[Place, Prices]) -> None:
        seq, kind, at, _, place, party = row[:6]
        if kind == PricePosted.kind:
            self._posts[place] = seq, row[7], row[8]
        elif kind == HealthFell.kind:
            self._called.pop(self._of_account.get((place, party), 0), None)
            self._of_account[place, party], self._called[seq] = seq, self._spell(row, place, party)
        elif row[_FELL[kind]] in self._called:
            spell = self._called.pop(row[_FELL[kind]])
            if spell is None:
                self.unknown += 1
                return
            spell.since, spell.since_seq = at, seq
            self.spells.append(spell)
            self._waiting.append(spell)
            _look(spell, moved[spell.feed], seq)

    def _spell(self, row: Row, pool: Place, account: Party) -> Spell | None:
        seq, post, health, debt = row[0], row[6], row[8], row[9]
        feed = next((place for place, (said, _, _) in self._posts.items() if said == post), None) if post else None
        if feed is None or health <= 0 or feed not in self._markets or not self._markets[feed].venues:
            return None
        _, price, before = self._posts[feed]
        is_rise = before and price > before
        trigger = -price * (health / WAD) if is_rise else price / (health / WAD)
        return Spell(seq, pool, account, debt, feed, -1 if is_rise else 1, trigger)


def _look(spell: Spell, prices: Prices, after: Seq) -> None:
    """Note when the price came back, if it did in a stretch, after an entry."""
    start = int(np.searchsorted(prices.seqs, after, side="right"))
    values = prices.values[start:]
    back = np.flatnonzero((values > 0) & (spell.sign * values >= spell.trigger))
    if spell.back is None and len(back):
        spell.back = int(prices.instants[start + back[0]])

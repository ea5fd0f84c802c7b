"""An oracle without delay, for twins: at every block, before its txs, each feed shows what its sources say at that instant.

No reporter looks, agrees, pays or waits for a block: there are none. What a reporter's answer would be made of is read from the
venues themselves, with the middle of the reporters' own offsets; a feed's bounds hold as ever. Delayed feeds show at once what their
source shows, and pools of vaults read it at once. Everything is told as any post is, without a tx, so attribution goes on. Left out:
what derived feeds make of feeds (they read them when they are asked), and gas that reporters would have taken out of blocks.
"""

import attrs

from sim.chain.contract import BlockHead
from sim.fixed import mul_div_down
from sim.oracle.delayed_feed import DelayedFeed, Queued
from sim.oracle.pull_feed import PullFeed
from sim.oracle.push_feed import WAD_PER_PRICE, PushFeed
from sim.oracle.sources import Sight, answer_of
from sim.records import PriceObserved, PricePosted, PriceRefreshed
from sim.scenario.build_oracle import offsets_of, sources_of
from sim.scenario.parts import Parts
from sim.scenario.wiring import Wiring
from sim.units import BPS_ONE, NOBODY, Bps, Place, Price, Seq


@attrs.define(eq=False, repr=False)
class InstantOracle:
    """A hook of the chain that takes the place of every reporter and poker."""

    parts: Parts
    wiring: Wiring
    sources: dict[Place, tuple[tuple[Place, Bps], ...]]
    """By feed: what it looks at, with weights."""
    offsets: dict[Place, Bps]
    """By feed: the middle of its reporters' own offsets."""

    def __call__(self, head: BlockHead) -> None:
        """Bring every feed up to date, then whoever reads feeds only when told to."""
        for place, sources in self.sources.items():
            feed = self.parts.feeds.get(place) or self.parts.pull_feeds[place]
            made = answer_of([self._sight(source, weight) for source, weight in sources], self.offsets[place])
            if made is not None and made[0] != feed.price and _allows(feed, made[0]):
                self._post(feed, *made, head)
        for delayed in self.parts.delayed_feeds.values():
            if delayed.source.posted != delayed.current.post:
                self._hand_on(delayed, head)
        self.parts.derivations.refresh_if_touched(head.at)
        self._refresh()
        self.wiring.tell_posts(head.timestamp)

    def _sight(self, place: Place, weight: Bps) -> Sight:
        """Return a source as it stands: no view, and no latency."""
        parts = self.parts
        if place == parts.outside.place:
            outside = parts.outside.history.last
            return Sight(place, outside.price, outside.seq, outside.at, weight) if outside else Sight(place, 0, 0, 0, weight)
        exchange = parts.exchanges[place]
        quote = exchange.quotes.last
        return Sight(place, exchange.instrument.price_8(quote.mid), quote.seq, quote.at, weight) if quote else Sight(place, 0, 0, 0, weight)

    def _post(self, feed: PushFeed | PullFeed, answer: int, observed: tuple[tuple[Place, Seq, int, int], ...], head: BlockHead) -> None:
        """Show a price; its cause is the newest entry that it rests on."""
        append, round = self.parts.tape.append, feed.round + 1
        cause = max(seen for _, seen, _, _ in observed)
        for source, seen, seen_at, weight in observed:
            append(head.at, cause, feed.place, NOBODY, (PriceObserved.kind, round, feed.place, answer, source, seen, seen_at, weight))
        newest = max(seen_at for _, _, seen_at, _ in observed)
        row = (PricePosted.kind, round, answer, feed.price, 1, NOBODY, newest)
        feed.round, feed.price, feed.updated_at, feed.posted_at = round, answer, head.timestamp, head.at
        feed.posted = append(head.at, cause, feed.place, NOBODY, row)

    def _hand_on(self, delayed: DelayedFeed, head: BlockHead) -> None:
        """Show and queue what the source shows."""
        value, has_value = delayed.source.peek()
        if not has_value:
            return
        source, append, round = delayed.source, self.parts.tape.append, delayed.round + 1
        price, before = mul_div_down(value, 1, WAD_PER_PRICE), delayed.price
        seen = (PriceObserved.kind, round, delayed.place, price, source.place, source.posted, source.posted_at, BPS_ONE)
        append(head.at, source.posted, delayed.place, NOBODY, seen)
        delayed.current = delayed.next = Queued(value, True, source.posted, source.posted_at, 0, head.at)
        delayed.round, delayed.updated_at, delayed.posted_at = round, head.timestamp, head.at
        row = (PricePosted.kind, round, price, before, 1, NOBODY, source.posted_at)
        delayed.posted = append(head.at, source.posted, delayed.place, NOBODY, row)

    def _refresh(self) -> None:
        """Have pools of vaults read what is new to them."""
        for place, vaults in self.parts.vault_pools.items():
            before = vaults.price
            vaults.read_feed()
            if vaults.price != before:
                row = (PriceRefreshed.kind, vaults.price, vaults.margin_price, vaults.feed.posted)
                self.parts.tape.append(self.parts.kernel.now, vaults.feed.posted, place, NOBODY, row)


def add_instant_oracle(parts: Parts, wiring: Wiring) -> None:
    """Put feeds under an oracle without delay, where the scenario asks for it and does not freeze them."""
    switches = parts.scenario.switches
    if not switches.instant_oracles or switches.frozen_price_offset is not None:
        return
    sources, offsets = {}, {}
    for spec in parts.scenario.reported():
        place = parts.id(spec.name)
        sources[place] = sources_of(parts, spec)
        every = sorted(offset for each in spec.reporters for offset in offsets_of(each))
        offsets[place] = every[len(every) // 2]
    parts.chain.on_block(InstantOracle(parts, wiring, sources, offsets))


def _allows(feed: PushFeed | PullFeed, answer: Price) -> bool:
    """A feed's bounds hold; a pull feed has none."""
    return isinstance(feed, PullFeed) or feed.terms.min_answer <= answer <= feed.terms.max_answer

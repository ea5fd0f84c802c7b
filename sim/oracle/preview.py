"""What a push feed would show if calls that wait were carried out, by the contract's own code on a copy of its state.

Whoever sees the mempool sees the oracle's tx before it is in a block, and can work out the price that it brings.
"""

from collections.abc import Iterable

import attrs

from sim.chain.contract import BlockHead, Buffer, CallContext
from sim.commands import PostPriceCall
from sim.errors import Revert
from sim.journal import Journal
from sim.oracle.push_feed import FeedTerms, PushFeed, Submission
from sim.units import Party, Place, Price, Seconds


@attrs.frozen
class FeedView:
    """A push feed at a block. Its dictionaries are replaced by the contract, never written to."""

    place: Place
    terms: FeedTerms
    round: int
    price: Price
    updated_at: Seconds
    submissions: dict[Party, Submission]
    gathering: dict[Party, Submission]

    @classmethod
    def of(cls, feed: PushFeed) -> "FeedView":
        """Return a feed as it is now."""
        return cls(feed.place, feed.terms, feed.round, feed.price, feed.updated_at, feed.submissions, feed.gathering)

    def stands_like(self, feed: PushFeed) -> bool:
        """Say whether nothing has happened to a feed since."""
        return self.gathering is feed.gathering and self.submissions is feed.submissions and self.round == feed.round

    def after(self, calls: Iterable[tuple[Party, PostPriceCall]], timestamp: Seconds) -> tuple[Price, ...]:
        """Return the price after each call (sender, call) in turn, in a block of this instant; one that reverts changes nothing."""
        feed = PushFeed(self.place, self.terms, Journal(), self.round, self.price, self.updated_at)
        feed.submissions, feed.gathering = self.submissions, self.gathering
        return tuple(_price_after(feed, sender, call, timestamp) for sender, call in calls)


def _price_after(feed: PushFeed, sender: Party, call: PostPriceCall, timestamp: Seconds) -> Price:
    journal = feed.journal
    mark = journal.begin()
    head = BlockHead(0, timestamp, 0, 0)
    try:
        feed.answer(call, CallContext(head, 0, sender, sender, feed.place, {feed.place: feed}, journal, Buffer(1)))
    except Revert:
        journal.rollback(mark)
    journal.commit()
    return feed.price

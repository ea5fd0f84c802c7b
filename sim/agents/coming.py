"""The price that is on its way to a feed, as whoever sees the mempool can work it out."""

from collections.abc import Sequence

from sim.commands import PostPriceCall
from sim.oracle.preview import FeedView
from sim.oracle.pull_feed import UpdatePriceCall
from sim.views import Block, ComingPrice, PendingTx, Posted, SignedPrice


def coming_price(feed: FeedView, waiting: Sequence[PendingTx], block: Block) -> ComingPrice | None:
    """Return the price that posts which wait will give a feed, carried out dearest first; None while they change nothing.

    Posts that the block to come cannot hold (their max fee is below its base fee) are left out.
    """
    posts = [each for each in waiting if type(each.call) is PostPriceCall and each.max_fee >= block.base_fee]
    posts.sort(key=lambda each: (-min(each.tip, each.max_fee - block.base_fee), each.party, each.nonce))
    prices = feed.after([(each.party, each.call) for each in posts], block.timestamp + 1)
    found, before = None, feed.price
    for post, price in zip(posts, prices, strict=True):
        if price != before:
            found, before = ComingPrice(post.seq, post.at, price, post.tx, post.tip, post.max_fee), price
    return found


def pulled_price(signed: Sequence[SignedPrice], waiting: Sequence[PendingTx], posted: Posted) -> ComingPrice | None:
    """Return the newest signed price that somebody brings to a pull feed; None where none is newer than what it has."""
    by_number = {each.number: each for each in signed}
    brought = [
        (by_number[each.call.number], each) for each in waiting if type(each.call) is UpdatePriceCall and each.call.number in by_number
    ]
    newer = [(price, tx) for price, tx in brought if price.published_at > posted.updated_at]
    if not newer:
        return None
    price, tx = max(newer, key=lambda each: (each[0].published_at, -each[1].tx))
    return ComingPrice(tx.seq, tx.at, price.price, tx.tx, tx.tip, tx.max_fee)

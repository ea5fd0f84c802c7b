"""Words for stories about books."""

from sim.market.book import Book
from sim.vocabulary import SelfTrade, Side

ALICE, BOB, CAROL = 1, 2, 3
BUY, SELL = Side.BUY, Side.SELL


def book_with(*orders, self_trade=SelfTrade.NONE):
    """Return a book in which orders (id, owner, side, lots, limit) were placed in turn."""
    book = Book(self_trade)
    for order_id, owner, side, lots, limit in orders:
        book.place(order_id, owner, side, lots, limit)
    return book


def rows(book):
    """Return (id, owner, side, limit, lots) of all that rests, bids first, each side as it would trade."""
    return [(order.id, order.owner, order.side, order.limit, order.lots) for side in (BUY, SELL) for order in book.resting(side)]

"""The order-book vectors, through the book the simulation trades in.

``lob-vectors/1``: limit, market, cancel, reduce, increase, reprice; an unknown id has no effect. ``lob-vectors/2``: limit with
``ioc``, cancel, modify; each message is answered ``ack`` or ``reject``. A modify is a reprice, also where the price stays.
"""

from typing import Any

from sim.conformance.cases import NotCovered
from sim.market.book import Book
from sim.market.order import Outcome
from sim.units import Lots, Party
from sim.vocabulary import Refusal, Side, TimeInForce

ANYONE: Party = 1
SIDES = {"buy": Side.BUY, "sell": Side.SELL}
Message = dict[str, Any]


def run_case(case: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return trades and results for each message, and the book at each prefix the case names."""
    book, trades, results, books = Book(), [], [], {}
    wanted = case["book_after"]
    for applied, message in enumerate(case["ops"], start=1):
        refusal, _, _, fills, _ = apply(book, message)
        trades.append([[maker_id, message["id"], price, lots] for maker_id, _, price, lots, _ in fills])
        results.append("reject" if refusal else "ack")
        if (prefix := str(applied)) in wanted:
            book._check()
            books[prefix] = {"bids": _levels(book, Side.BUY), "asks": _levels(book, Side.SELL)}
    return {"trades": trades, "result": results, "book_after": books}


def apply(book: Book, message: Message) -> Outcome:
    """Give a book one message and return what became of it."""
    kind, order_id = message["op"], message["id"]
    if kind == "limit":
        tif = TimeInForce.IOC if message.get("ioc") else TimeInForce.GTC
        return book.place(order_id, ANYONE, SIDES[message["side"]], message["qty"], message["price"], tif)
    if kind == "market":
        return book.place(order_id, ANYONE, SIDES[message["side"]], message["qty"], None)
    if kind == "cancel":
        return (book.cancel(order_id)[0], 0, 0, (), ())
    if kind == "reduce":
        return (book.reduce(order_id, message["qty"])[0], 0, 0, (), ())
    if kind == "increase":
        return _increase(book, order_id, message["qty"])
    if kind == "reprice":
        return book.reprice(order_id, message["price"])
    if kind == "modify":
        return book.reprice(order_id, message["price"], message["qty"])
    raise NotCovered(f"message {kind!r}")


def _increase(book: Book, order_id: int, lots: Lots) -> Outcome:
    """Enlarge an order where it stands, which a book knows as repricing it to its own limit."""
    resting = book.order(order_id)
    if resting is None:
        return (Refusal.UNKNOWN_ORDER, 0, 0, (), ())
    return book.reprice(order_id, resting.limit, lots)


def _levels(book: Book, side: Side) -> list[list[Any]]:
    """Return a side as the files write it: [price, [[id, lots], ...]], best level first, oldest order first."""
    levels: list[list[Any]] = []
    for order in book.resting(side):
        if not levels or levels[-1][0] != order.limit:
            levels.append([order.limit, []])
        levels[-1][1].append([order.id, order.lots])
    return levels

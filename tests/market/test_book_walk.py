"""The book against its naive twin, over random walks of every message it knows, under every self-trade rule."""

import copy

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sim.market.book import Book
from sim.market.order import Order
from sim.vocabulary import SelfTrade, Side, TimeInForce
from tests.support.naive_book import NaiveBook

sides = st.sampled_from(list(Side))
owners = st.integers(1, 3)
sizes = st.integers(0, 12)
limits = st.integers(0, 8)
tifs = st.sampled_from(list(TimeInForce))
# Ids are used again once their order is gone, and often name nobody.
ids = st.integers(1, 12)


def listed(outcome):
    """Return an outcome with lists for its sequences, as the twin has them."""
    refusal, rested, dropped, fills, releases = outcome
    return (refusal, rested, dropped, list(fills), list(releases))


class BookWalk(RuleBasedStateMachine):
    @initialize(self_trade=st.sampled_from(list(SelfTrade)))
    def open(self, self_trade):
        self.book, self.naive = Book(self_trade), NaiveBook(self_trade)

    @rule(order_id=ids, owner=owners, side=sides, lots=sizes, limit=limits, tif=tifs)
    def place(self, order_id, owner, side, lots, limit, tif):
        if self.naive.find(order_id):
            return
        expected = self.naive.place(order_id, owner, side, lots, limit, tif)

        assert expected == listed(self.book.place(order_id, owner, side, lots, limit, tif))

    @rule(order_id=ids, owner=owners, side=sides, lots=st.integers(1, 6), limit=st.integers(1, 8))
    def place_plainly(self, order_id, owner, side, lots, limit):
        self.place(order_id, owner, side, lots, limit, TimeInForce.GTC)

    @rule(order_id=ids, owner=owners, side=sides, lots=sizes, tif=tifs)
    def place_at_market(self, order_id, owner, side, lots, tif):
        self.place(order_id, owner, side, lots, None, tif)

    @rule(order_id=ids, owner=st.integers(0, 3))
    def cancel(self, order_id, owner):
        assert self.naive.cancel(order_id, owner) == self.book.cancel(order_id, owner)

    @rule(order_id=ids, lots=sizes, owner=st.integers(0, 3))
    def reduce(self, order_id, lots, owner):
        assert self.naive.reduce(order_id, lots, owner) == self.book.reduce(order_id, lots, owner)

    @rule(order_id=ids, limit=limits, lots=st.none() | sizes, tif=tifs, owner=st.integers(0, 3))
    def reprice(self, order_id, limit, lots, tif, owner):
        expected = self.naive.reprice(order_id, limit, lots, tif, owner)

        assert expected == listed(self.book.reprice(order_id, limit, lots, tif, owner))

    @rule()
    def go_on_with_a_fork(self):
        self.book = copy.deepcopy(self.book)

    @precondition(lambda self: self.book.self_trade == SelfTrade.NONE)
    @rule(side=sides, lots=st.integers(1, 40), limit=st.none() | st.integers(1, 8))
    def walk(self, side, lots, limit):
        tif = TimeInForce.IOC
        fills = copy.deepcopy(self.naive).place(0, 1, side, lots, limit, tif)[3]
        expected = (sum(price * met for _, _, price, met, _ in fills), sum(met for _, _, _, met, _ in fills))

        assert expected == self.book.walk(side, lots, limit)

    @rule(side=sides, limit=st.integers(1, 8))
    def lots_within(self, side, limit):
        better = [order.lots for order in self.naive.resting(side) if (order.limit - limit) * (1 if side == Side.SELL else -1) <= 0]

        assert sum(better) == self.book.lots_within(side, limit)

    @invariant()
    def promises_hold(self):
        self.book._check()

    @invariant()
    def both_hold_the_same_orders_in_the_same_sequence(self):
        for side in Side:
            expected = [Order(order.id, order.owner, order.side, order.limit, order.lots) for order in self.naive.resting(side)]

            assert expected == list(self.book.resting(side))

    @invariant()
    def both_show_the_same_quote_and_depth(self):
        bids, asks = (self.depth(side) for side in Side)

        assert (*(bids or [(0, 0)])[0], *(asks or [(0, 0)])[0]) == self.book.quote()
        assert bids[:3] == self.book.depth(Side.BUY, 3)
        assert asks[:3] == self.book.depth(Side.SELL, 3)

    def depth(self, side):
        sums: dict[int, int] = {}
        for order in self.naive.resting(side):
            sums[order.limit] = sums.get(order.limit, 0) + order.lots
        return list(sums.items())


TestBookWalk = BookWalk.TestCase

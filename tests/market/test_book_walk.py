"""The book against its naive twin, over random walks of every message it knows, under every self-trade rule."""

import copy
import itertools

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sim.market.book import Book
from sim.market.order import Order
from sim.vocabulary import SelfTrade, Side, TimeInForce
from tests.support.naive_book import NaiveBook

sides = st.sampled_from(list(Side))
owners = st.integers(1, 3)
anyone = st.integers(0, 3)
sizes = st.integers(1, 6)
limits = st.integers(1, 6)
tifs = st.sampled_from(list(TimeInForce))
places = st.integers(0, 30)
"""Which of the live orders is meant, counted round and round; see ``BookWalk.one_of``."""


def listed(outcome):
    """Return an outcome with lists for its sequences, as the twin has them."""
    refusal, rested, dropped, fills, releases = outcome
    return (refusal, rested, dropped, list(fills), list(releases))


class BookWalk(RuleBasedStateMachine):
    @initialize(self_trade=st.sampled_from(list(SelfTrade)))
    def open(self, self_trade):
        self.book, self.naive = Book(self_trade), NaiveBook(self_trade)

    def one_of(self, place):
        """Return the id of a live order, or for some places one that names nobody."""
        return self.naive.orders[place % len(self.naive.orders)].id if self.naive.orders and place else 99

    def place(self, owner, side, lots, limit, tif=TimeInForce.GTC):
        # The lowest free id: ids come back as soon as their order is gone.
        order_id = next(number for number in itertools.count(1) if self.naive.find(number) is None)
        expected = self.naive.place(order_id, owner, side, lots, limit, tif)

        assert listed(self.book.place(order_id, owner, side, lots, limit, tif)) == expected

    @rule(owner=owners, side=sides, lots=sizes, limit=limits)
    def place_plainly(self, owner, side, lots, limit):
        self.place(owner, side, lots, limit)

    @rule(owner=owners, side=sides, lots=sizes, place=places)
    def join_a_queue(self, owner, side, lots, place):
        order = self.naive.find(self.one_of(place))
        self.place(owner, side if order is None else order.side, lots, 3 if order is None else order.limit)

    @rule(owner=owners, side=sides, lots=st.integers(0, 25), limit=st.integers(0, 6), tif=tifs)
    def place_with_care(self, owner, side, lots, limit, tif):
        self.place(owner, side, lots, limit, tif)

    @rule(owner=owners, side=sides, lots=st.integers(1, 25), tif=tifs)
    def place_at_market(self, owner, side, lots, tif):
        self.place(owner, side, lots, None, tif)

    @rule(place=places, owner=anyone)
    def cancel(self, place, owner):
        order_id = self.one_of(place)

        assert self.book.cancel(order_id, owner) == self.naive.cancel(order_id, owner)

    @rule(place=places, lots=st.integers(0, 6), owner=anyone)
    def reduce(self, place, lots, owner):
        order_id = self.one_of(place)

        assert self.book.reduce(order_id, lots, owner) == self.naive.reduce(order_id, lots, owner)

    @rule(place=places, limit=st.integers(0, 6), lots=st.none() | st.integers(0, 8), tif=tifs, owner=anyone)
    def reprice(self, place, limit, lots, tif, owner):
        order_id = self.one_of(place)
        expected = self.naive.reprice(order_id, limit, lots, tif, owner)

        assert listed(self.book.reprice(order_id, limit, lots, tif, owner)) == expected

    @rule()
    def go_on_with_a_fork(self):
        self.book = copy.deepcopy(self.book)

    @precondition(lambda self: self.book.self_trade == SelfTrade.NONE)
    @rule(side=sides, lots=st.integers(1, 40), limit=st.none() | limits)
    def walk(self, side, lots, limit):
        tif = TimeInForce.IOC
        fills = copy.deepcopy(self.naive).place(0, 1, side, lots, limit, tif)[3]
        expected = (sum(price * met for _, _, price, met, _ in fills), sum(met for _, _, _, met, _ in fills))

        assert expected == self.book.walk(side, lots, limit)

    @rule(side=sides, limit=limits)
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
TestBookWalk.settings = settings(max_examples=2 * settings().max_examples, stateful_step_count=50)

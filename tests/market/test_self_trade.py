"""What becomes of an order that meets another of its owner, under each rule a venue may have."""

import pytest

from sim.market.order import ACCEPTED
from sim.vocabulary import Refusal, SelfTrade, TimeInForce
from tests.market.orders import ALICE, BOB, BUY, SELL, book_with, rows

BOBS, ALICES = (1, BOB, SELL, 2, 100), (2, ALICE, SELL, 3, 101)
LAST = (3, BOB, SELL, 4, 102)


def test_without_a_rule_an_owner_trades_with_itself():
    book = book_with(BOBS, ALICES)

    assert book.place(9, ALICE, BUY, 5, 101) == (ACCEPTED, 0, 0, [(1, BOB, 100, 2, 0), (2, ALICE, 101, 3, 0)], [])


def test_the_newest_is_cancelled_after_what_it_traded_before():
    book = book_with(BOBS, ALICES, self_trade=SelfTrade.CANCEL_NEWEST)

    outcome = book.place(9, ALICE, BUY, 6, 101)

    assert outcome == (ACCEPTED, 0, 0, [(1, BOB, 100, 2, 0)], [(9, ALICE, BUY, 101, 4, 0)])
    assert rows(book) == [(2, ALICE, SELL, 101, 3)]


def test_the_oldest_is_cancelled_and_matching_goes_on():
    book = book_with(BOBS, ALICES, LAST, self_trade=SelfTrade.CANCEL_OLDEST)

    _, _, _, fills, releases = book.place(9, ALICE, BUY, 5, 102)

    assert fills == [(1, BOB, 100, 2, 0), (3, BOB, 102, 3, 1)]
    assert releases == [(2, ALICE, SELL, 101, 3, 0)]
    assert rows(book) == [(3, BOB, SELL, 102, 1)]


def test_both_are_cancelled():
    book = book_with(BOBS, ALICES, LAST, self_trade=SelfTrade.CANCEL_BOTH)

    _, rested, dropped, fills, releases = book.place(9, ALICE, BUY, 5, 102)

    assert (fills, rested, dropped) == ([(1, BOB, 100, 2, 0)], 0, 0)
    assert releases == [(2, ALICE, SELL, 101, 3, 0), (9, ALICE, BUY, 102, 3, 0)]
    assert rows(book) == [(3, BOB, SELL, 102, 4)]


@pytest.mark.parametrize(
    ("lots", "releases", "left"),
    [
        (4, [(2, ALICE, SELL, 101, 2, 1), (9, ALICE, BUY, 102, 2, 0)], [(2, ALICE, SELL, 101, 1), (3, BOB, SELL, 102, 4)]),
        (5, [(2, ALICE, SELL, 101, 3, 0), (9, ALICE, BUY, 102, 3, 0)], [(3, BOB, SELL, 102, 4)]),
        (6, [(2, ALICE, SELL, 101, 3, 0), (9, ALICE, BUY, 102, 3, 1)], [(3, BOB, SELL, 102, 3)]),
    ],
)
def test_both_lose_the_smaller_size(lots, releases, left):
    book = book_with(BOBS, ALICES, LAST, self_trade=SelfTrade.DECREMENT)

    assert releases == book.place(9, ALICE, BUY, lots, 102)[4]
    assert left == rows(book)


def test_a_market_order_is_released_at_no_limit():
    book = book_with(ALICES, self_trade=SelfTrade.CANCEL_NEWEST)

    assert book.place(9, ALICE, BUY, 1, None)[4] == [(9, ALICE, BUY, 0, 1, 0)]


@pytest.mark.parametrize("self_trade", list(SelfTrade))
def test_strangers_trade_under_every_rule(self_trade):
    book = book_with(ALICES, self_trade=self_trade)

    assert book.place(9, BOB, BUY, 3, 101) == (ACCEPTED, 0, 0, [(2, ALICE, 101, 3, 0)], [])


@pytest.mark.parametrize("self_trade", list(SelfTrade))
def test_an_order_that_meets_its_owner_only_beyond_its_last_lot_is_not_touched(self_trade):
    book = book_with(BOBS, ALICES, self_trade=self_trade)

    assert book.place(9, ALICE, BUY, 2, 101) == (ACCEPTED, 0, 0, [(1, BOB, 100, 2, 0)], [])


@pytest.mark.parametrize(
    ("self_trade", "lots", "refusal"),
    [
        (SelfTrade.NONE, 9, ACCEPTED),
        (SelfTrade.NONE, 10, Refusal.CANNOT_FILL),
        (SelfTrade.CANCEL_OLDEST, 6, ACCEPTED),
        (SelfTrade.CANCEL_OLDEST, 7, Refusal.CANNOT_FILL),
        (SelfTrade.CANCEL_NEWEST, 2, ACCEPTED),
        (SelfTrade.CANCEL_NEWEST, 3, Refusal.CANNOT_FILL),
        (SelfTrade.CANCEL_BOTH, 2, ACCEPTED),
        (SelfTrade.CANCEL_BOTH, 3, Refusal.CANNOT_FILL),
        (SelfTrade.DECREMENT, 2, ACCEPTED),
        (SelfTrade.DECREMENT, 3, Refusal.CANNOT_FILL),
    ],
)
def test_a_fill_or_kill_counts_only_lots_it_may_trade_with(self_trade, lots, refusal):
    book = book_with(BOBS, ALICES, LAST, self_trade=self_trade)
    before = rows(book)

    outcome = book.place(9, ALICE, BUY, lots, 102, TimeInForce.FOK)

    assert refusal == outcome[0]
    assert (lots if refusal == ACCEPTED else 0) == sum(fill[3] for fill in outcome[3])
    assert refusal == ACCEPTED or before == rows(book)


@pytest.mark.parametrize("self_trade", list(SelfTrade))
def test_a_fill_or_kill_may_end_right_before_its_owners_order(self_trade):
    book = book_with(BOBS, (2, ALICE, SELL, 3, 100), self_trade=self_trade)

    assert book.place(9, ALICE, BUY, 2, 100, TimeInForce.FOK)[3] == [(1, BOB, 100, 2, 0)]


@pytest.mark.parametrize("self_trade", list(SelfTrade))
def test_a_post_only_order_is_refused_also_where_it_would_meet_its_owner(self_trade):
    book = book_with(ALICES, self_trade=self_trade)

    assert book.place(9, ALICE, BUY, 3, 101, TimeInForce.POST_ONLY)[0] == Refusal.WOULD_AGGRESS

"""Levels open and close in the right sequence, and a queue does not remember who left."""

import sys

import pytest

from sim.market.ladder import Ladder, Level
from sim.vocabulary import SelfTrade, Side
from tests.market.orders import ALICE, BOB, BUY, SELL, book_with


@pytest.mark.parametrize(("side", "best_first"), [(Side.BUY, [103, 101, 100, 99]), (Side.SELL, [99, 100, 101, 103])])
def test_the_best_level_is_on_top_whatever_opened_first(side, best_first):
    ladder = Ladder(side)
    for price in (101, 99, 103, 100):
        ladder.open(price)

    assert best_first == [level.price for level in ladder.best_first()]
    assert best_first[0] == ladder.top.price


def test_closing_the_top_uncovers_the_next_best():
    ladder = Ladder(Side.SELL)
    for price in (100, 101, 102):
        ladder.open(price)
    ladder.close(ladder.levels[101])
    ladder.close(ladder.levels[100])

    assert ladder.top.price == 102

    ladder.close(ladder.top)

    assert ladder.top.price == 0


def test_cancelled_orders_do_not_pile_up_in_a_level():
    book = book_with((0, ALICE, SELL, 1, 100))
    for number in range(1, 100_001):
        book.place(number, BOB, SELL, 1, 100)
        book.cancel(number)

    assert sys.getsizeof(book.asks.top.queue) < 2_000
    assert sys.getsizeof(book.orders) < 2_000


def test_emptied_levels_do_not_pile_up_in_a_book():
    book = book_with()
    for number in range(1, 1_001):
        book.place(number, BOB, SELL, 1, number)
        book.cancel(number)

    assert (book.asks.keys, book.asks.levels) == ([], {})


def test_a_queue_full_of_holes_is_rewritten_in_its_own_sequence():
    level = Level(Side.SELL, 100, -100, lots=3, queue=dict.fromkeys(range(1000), 1))
    for number in range(997):
        del level.queue[number]
    level.gaps = 997
    queue = level.queue

    level.tidy()

    assert list(level.queue) == [997, 998, 999]
    assert level.queue is not queue
    assert level.gaps == 0


def test_a_queue_with_few_holes_is_left_alone():
    level = Level(Side.SELL, 100, -100, lots=3, queue={1: 1, 2: 1, 3: 1}, gaps=64)
    queue = level.queue

    level.tidy()

    assert level.queue is queue


@pytest.mark.parametrize("self_trade", [SelfTrade.NONE, SelfTrade.CANCEL_OLDEST])
def test_a_long_queue_is_taken_lot_by_lot_in_its_sequence_and_forgets_who_left(self_trade):
    book = book_with(*[(number, ALICE, SELL, 1, 100) for number in range(1, 3_001)], self_trade=self_trade)
    for number in range(1, 1_001):
        book.cancel(number)

    taken = [book.place(10_000 + number, BOB, BUY, 1, 100)[3][0][0] for number in range(1_950)]

    assert taken == list(range(1_001, 2_951))
    assert 0 < book.asks.top.gaps < 100


@pytest.mark.parametrize(
    ("breakage", "words"),
    [
        (lambda book: book.asks.levels[100].queue.update({1: 9}), "does not add up"),
        (lambda book: book.asks.keys.reverse(), "not the levels' prices in sequence"),
        (lambda book: setattr(book.asks, "top", book.asks.levels[101]), "top is not the best level"),
        (lambda book: book.asks.levels[100].queue.clear(), "is empty and still there"),
        (lambda book: book.orders.pop(1), "do not name the same orders"),
        (lambda book: book.bids.open(200).queue.update({7: 0}), "holds an order of no lots"),
        (lambda book: book.orders.update({1: (book.asks.levels[101], ALICE)}), "is not in its level"),
        (lambda book: setattr(book.asks.empty, "lots", 1), "the empty level has been filled"),
    ],
)
def test_a_broken_promise_is_noticed(breakage, words):
    book = book_with((1, ALICE, SELL, 5, 100), (2, ALICE, SELL, 5, 101))
    book._check()

    breakage(book)

    with pytest.raises(AssertionError, match=words):
        book._check()


def test_a_crossed_book_is_noticed():
    book = book_with((1, ALICE, SELL, 5, 100))
    level = book.bids.open(100)
    level.queue[2] = level.lots = 5
    book.orders[2] = (level, BOB)

    with pytest.raises(AssertionError, match="crossed"):
        book._check()

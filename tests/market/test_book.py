"""What the book promises, rule by rule: it works, it refuses, it works at the very edge."""

import copy

import pytest

from sim.market.book import Book
from sim.market.order import ACCEPTED, Order
from sim.vocabulary import Refusal, TimeInForce
from tests.market.orders import ALICE, BOB, BUY, CAROL, SELL, book_with, rows

GTC, IOC, FOK, POST_ONLY = TimeInForce


# Matching.


def test_the_better_price_trades_first_whatever_came_first():
    book = book_with((1, ALICE, SELL, 5, 101), (2, ALICE, SELL, 1, 100))

    _, _, _, fills, _ = book.place(3, BOB, BUY, 3, 101)

    assert fills == [(2, ALICE, 100, 1, 0), (1, ALICE, 101, 2, 3)]


def test_the_older_order_trades_first_at_one_price():
    book = book_with((7, ALICE, BUY, 2, 100), (3, BOB, BUY, 2, 100))

    _, _, _, fills, _ = book.place(9, CAROL, SELL, 3, 100)

    assert fills == [(7, ALICE, 100, 2, 0), (3, BOB, 100, 1, 1)]


def test_a_trade_is_at_the_resting_orders_price():
    book = book_with((1, ALICE, BUY, 1, 105))

    assert book.place(2, BOB, SELL, 1, 90)[3] == [(1, ALICE, 105, 1, 0)]


def test_a_partly_filled_order_keeps_its_place():
    book = book_with((1, ALICE, SELL, 5, 100), (2, BOB, SELL, 5, 100))
    book.place(3, CAROL, BUY, 4, 100)

    assert book.place(4, CAROL, BUY, 2, 100)[3] == [(1, ALICE, 100, 1, 0), (2, BOB, 100, 1, 4)]


def test_an_order_that_ends_with_one_of_a_level_does_not_touch_the_next():
    book = book_with((1, ALICE, SELL, 2, 100), (2, BOB, SELL, 5, 100))

    assert book.place(3, CAROL, BUY, 2, 100) == (ACCEPTED, 0, 0, [(1, ALICE, 100, 2, 0)], [])
    assert rows(book) == [(2, BOB, SELL, 100, 5)]


def test_what_is_left_of_a_limit_order_rests_at_its_limit():
    book = book_with((1, ALICE, SELL, 2, 100))

    outcome = book.place(2, BOB, BUY, 5, 101)

    assert outcome == (ACCEPTED, 3, 0, [(1, ALICE, 100, 2, 0)], [])
    assert Order(2, BOB, BUY, 101, 3) == book.order(2)
    assert book.quote() == (101, 3, 0, 0)


def test_an_order_stops_at_its_own_limit():
    book = book_with((1, ALICE, SELL, 1, 100), (2, ALICE, SELL, 1, 101), (3, ALICE, SELL, 1, 102))

    _, rested, _, fills, _ = book.place(4, BOB, BUY, 3, 101)

    assert [price for _, _, price, _, _ in fills] == [100, 101]
    assert rested == 1


def test_an_order_one_tick_short_of_the_facing_price_rests():
    book = book_with((1, ALICE, SELL, 1, 100))

    assert book.place(2, BOB, BUY, 1, 99) == (ACCEPTED, 1, 0, (), ())
    assert book.quote() == (99, 1, 100, 1)


def test_the_last_lot_empties_a_side():
    book = book_with((1, ALICE, SELL, 2, 100), (2, ALICE, SELL, 2, 101))

    book.place(3, BOB, BUY, 4, 101)

    assert book.quote() == (0, 0, 0, 0)
    assert book.order(1) is None
    book._check()


def test_one_order_may_sweep_five_thousand():
    book = book_with(*[(number, ALICE, SELL, 1, 100 + number % 7) for number in range(1, 5_001)])

    assert len(book.place(6_000, BOB, BUY, 5_000, 200)[3]) == 5_000
    assert book.asks.top is book.asks.empty


# Market orders and times in force.


def test_the_rest_of_a_market_order_is_dropped():
    book = book_with((1, ALICE, BUY, 2, 100), (2, ALICE, BUY, 2, 1))

    assert book.place(3, BOB, SELL, 10, None) == (ACCEPTED, 0, 6, [(1, ALICE, 100, 2, 0), (2, ALICE, 1, 2, 0)], [])


def test_a_market_order_into_nothing_is_dropped_whole():
    assert Book().place(1, BOB, SELL, 10, None) == (ACCEPTED, 0, 10, [], [])


def test_what_is_immediate_or_cancelled_never_rests():
    book = book_with((1, ALICE, SELL, 2, 100))

    assert book.place(2, BOB, BUY, 5, 100, IOC) == (ACCEPTED, 0, 3, [(1, ALICE, 100, 2, 0)], [])
    assert book.orders == {}


@pytest.mark.parametrize(("lots", "refusal"), [(6, ACCEPTED), (7, Refusal.CANNOT_FILL)])
def test_a_fill_or_kill_trades_to_the_last_lot_or_not_at_all(lots, refusal):
    book = book_with((1, ALICE, SELL, 4, 100), (2, ALICE, SELL, 2, 101), (3, ALICE, SELL, 9, 102))
    before = rows(book)

    outcome = book.place(4, BOB, BUY, lots, 101, FOK)

    assert refusal == outcome[0]
    assert (refusal != ACCEPTED) == (before == rows(book))


def test_a_fill_or_kill_at_market_may_reach_the_last_level():
    book = book_with((1, ALICE, SELL, 4, 100), (2, ALICE, SELL, 2, 900))

    assert book.place(3, BOB, BUY, 7, None, FOK) == (Refusal.CANNOT_FILL, 0, 0, (), ())
    assert len(book.place(4, BOB, BUY, 6, None, FOK)[3]) == 2


@pytest.mark.parametrize(("limit", "outcome"), [(99, (ACCEPTED, 1, 0, [], [])), (100, (Refusal.WOULD_AGGRESS, 0, 0, (), ()))])
def test_a_post_only_order_rests_or_is_refused(limit, outcome):
    book = book_with((1, ALICE, SELL, 4, 100))

    assert outcome == book.place(2, BOB, BUY, 1, limit, POST_ONLY)


def test_a_post_only_order_needs_a_limit():
    assert Book().place(1, BOB, BUY, 1, None, POST_ONLY) == (Refusal.BAD_PRICE, 0, 0, (), ())


@pytest.mark.parametrize(("lots", "limit", "refusal"), [(0, 5, Refusal.BAD_SIZE), (-1, None, Refusal.BAD_SIZE), (1, 0, Refusal.BAD_PRICE)])
def test_what_is_less_than_one_lot_or_one_tick_is_refused(lots, limit, refusal):
    book = Book()

    assert refusal == book.place(1, BOB, BUY, lots, limit)[0]
    assert book.orders == {}


def test_one_lot_at_one_tick_is_enough():
    assert Book().place(1, BOB, SELL, 1, 1)[0] == ACCEPTED


def test_an_id_that_rests_is_not_taken_twice():
    book = book_with((1, ALICE, SELL, 4, 100))

    with pytest.raises(AssertionError, match="order 1 is resting already"):
        book.place(1, ALICE, SELL, 4, 101)


def test_an_id_may_be_used_again_once_its_order_is_gone():
    book = book_with((1, ALICE, SELL, 4, 100), (2, BOB, SELL, 4, 100))
    book.cancel(1)
    book.place(1, ALICE, SELL, 4, 100)

    assert book.place(3, CAROL, BUY, 5, 100)[3] == [(2, BOB, 100, 4, 0), (1, ALICE, 100, 1, 3)]


# Cancel, reduce, reprice.


def test_a_cancel_tells_what_it_released():
    book = book_with((1, ALICE, BUY, 4, 100))
    book.place(2, BOB, SELL, 1, 100)

    assert book.cancel(1) == (ACCEPTED, BUY, 100, 3)
    assert book.quote() == (0, 0, 0, 0)


def test_a_cancel_of_an_unknown_order_changes_nothing():
    book = book_with((1, ALICE, BUY, 4, 100))

    assert book.cancel(2)[0] == Refusal.UNKNOWN_ORDER
    assert rows(book) == [(1, ALICE, BUY, 100, 4)]


@pytest.mark.parametrize(("owner", "refusal"), [(ALICE, ACCEPTED), (BOB, Refusal.NOT_OWNER)])
def test_only_its_owner_touches_an_order(owner, refusal):
    assert refusal == book_with((1, ALICE, BUY, 4, 100)).cancel(1, owner)[0]
    assert refusal == book_with((1, ALICE, BUY, 4, 100)).reduce(1, 3, owner)[0]
    assert refusal == book_with((1, ALICE, BUY, 4, 100)).reprice(1, 99, owner=owner)[0]


def test_a_refused_owner_leaves_the_order_resting():
    book = book_with((1, ALICE, BUY, 4, 100))
    book.cancel(1, BOB)

    assert rows(book) == [(1, ALICE, BUY, 100, 4)]
    book._check()


def test_a_cancel_in_the_middle_keeps_the_others_in_sequence():
    book = book_with((1, ALICE, SELL, 1, 100), (2, BOB, SELL, 1, 100), (3, CAROL, SELL, 1, 100))
    book.cancel(2)

    assert [order_id for order_id, *_ in rows(book)] == [1, 3]


def test_a_reduced_order_keeps_its_place():
    book = book_with((1, ALICE, SELL, 5, 100), (2, BOB, SELL, 5, 100))

    assert book.reduce(1, 2) == (ACCEPTED, SELL, 100, 3)
    assert book.place(3, CAROL, BUY, 3, 100)[3] == [(1, ALICE, 100, 2, 0), (2, BOB, 100, 1, 4)]


def test_a_reduction_shows_in_the_quote():
    book = book_with((1, ALICE, SELL, 5, 100), (2, BOB, SELL, 5, 100))
    book.reduce(2, 1)

    assert book.quote() == (0, 0, 100, 6)


@pytest.mark.parametrize(("lots", "refusal"), [(4, ACCEPTED), (1, ACCEPTED), (5, Refusal.BAD_SIZE), (0, Refusal.BAD_SIZE)])
def test_a_reduction_is_strictly_smaller_and_leaves_at_least_one_lot(lots, refusal):
    assert refusal == book_with((1, ALICE, SELL, 5, 100)).reduce(1, lots)[0]


def test_a_reduction_of_an_unknown_order_is_refused():
    assert Book().reduce(1, 1)[0] == Refusal.UNKNOWN_ORDER


@pytest.mark.parametrize("lots", [6, 5, 4])
def test_a_repriced_order_goes_to_the_back_even_of_its_own_level(lots):
    book = book_with((1, ALICE, SELL, 5, 100), (2, BOB, SELL, 5, 100))

    assert (ACCEPTED, lots, 0, (), ()) == book.reprice(1, 100, lots)
    assert [order_id for order_id, *_ in rows(book)] == [2, 1]


def test_a_repriced_order_may_trade_at_once():
    book = book_with((1, ALICE, SELL, 5, 102), (2, BOB, BUY, 3, 100))

    assert book.reprice(1, 99) == (ACCEPTED, 2, 0, [(2, BOB, 100, 3, 0)], [])
    assert rows(book) == [(1, ALICE, SELL, 99, 2)]


def test_a_repriced_order_keeps_what_was_open_unless_told():
    book = book_with((1, ALICE, SELL, 5, 102))
    book.place(2, BOB, BUY, 2, 102)
    book.reprice(1, 103)

    assert rows(book) == [(1, ALICE, SELL, 103, 3)]


@pytest.mark.parametrize(
    ("limit", "lots", "tif", "refusal"),
    [
        (0, None, GTC, Refusal.BAD_PRICE),
        (101, 0, GTC, Refusal.BAD_SIZE),
        (100, None, POST_ONLY, Refusal.WOULD_AGGRESS),
        (100, 4, FOK, Refusal.CANNOT_FILL),
    ],
)
def test_a_refused_reprice_leaves_the_order_where_it_was(limit, lots, tif, refusal):
    book = book_with((1, ALICE, SELL, 5, 102), (2, BOB, SELL, 5, 102), (3, BOB, BUY, 3, 100))
    before = rows(book)

    assert (refusal, 0, 0, (), ()) == book.reprice(1, limit, lots, tif)
    assert before == rows(book)


def test_a_reprice_of_an_unknown_order_is_refused():
    assert Book().reprice(1, 100)[0] == Refusal.UNKNOWN_ORDER


# Looking.


def test_depth_is_told_best_first():
    book = book_with((1, ALICE, BUY, 1, 99), (2, ALICE, BUY, 2, 100), (3, BOB, BUY, 3, 100), (4, ALICE, BUY, 4, 90))

    assert book.depth(BUY, 2) == [(100, 5), (99, 1)]
    assert book.depth(BUY, 10) == [(100, 5), (99, 1), (90, 4)]
    assert book.depth(BUY, 0) == []
    assert book.depth(SELL, 10) == []


def test_lots_within_a_limit_count_the_level_at_the_limit():
    book = book_with((1, ALICE, SELL, 1, 100), (2, ALICE, SELL, 2, 105), (3, ALICE, SELL, 4, 106))

    assert [book.lots_within(SELL, limit) for limit in (99, 104, 105, 1_000)] == [0, 1, 3, 7]


def test_a_walk_tells_what_a_sale_would_fetch_and_changes_nothing():
    book = book_with((1, ALICE, BUY, 2, 100), (2, ALICE, BUY, 3, 90))
    before = rows(book)

    assert book.walk(SELL, 3) == (2 * 100 + 1 * 90, 3)
    assert book.walk(SELL, 6) == (2 * 100 + 3 * 90, 5)
    assert book.walk(SELL, 6, limit=91) == (2 * 100, 2)
    assert book.walk(BUY, 6) == (0, 0)
    assert before == rows(book)


def test_the_best_prices_are_zero_where_nothing_rests():
    book = book_with((1, ALICE, BUY, 2, 100))

    assert (book.best_bid, book.bid_lots(), book.best_ask, book.ask_lots()) == (100, 2, 0, 0)


def test_the_front_order_is_the_one_that_would_trade_next():
    book = book_with((1, ALICE, SELL, 2, 101), (2, BOB, SELL, 3, 100), (3, CAROL, SELL, 3, 100))

    assert Order(2, BOB, SELL, 100, 3) == book.front(SELL)
    assert book.front(BUY) is None


# Forking.


def test_a_fork_goes_its_own_way():
    book = book_with((1, ALICE, SELL, 5, 100), (2, BOB, SELL, 5, 100), (3, BOB, BUY, 5, 90))
    fork = copy.deepcopy(book)
    fork.place(4, CAROL, BUY, 7, 100)
    fork.cancel(3)

    assert rows(book) == [(3, BOB, BUY, 90, 5), (1, ALICE, SELL, 100, 5), (2, BOB, SELL, 100, 5)]
    assert rows(fork) == [(2, BOB, SELL, 100, 3)]
    book._check()
    fork._check()


def test_whoever_shares_a_ladder_with_a_book_shares_it_in_the_fork_too():
    book = book_with((1, ALICE, SELL, 5, 100))

    ladder, fork = copy.deepcopy((book.asks, book))

    assert ladder is fork.asks
    assert fork.orders[1][0] is ladder.top

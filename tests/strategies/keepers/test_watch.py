"""Which sales a keeper looks at again, and when."""

import attrs

from sim.auction.english_views import EnglishSaleView, EnglishView
from sim.commands import Note
from sim.units import RAD, WAD
from sim.vocabulary import Refusal
from strategies.keepers.watch import Watch

ME, RIVAL = 100, 50


def sale(number: int, bidder: int = 0, bid: int = 0) -> EnglishSaleView:
    return EnglishSaleView(number, 1, 900 + number, 10**18, 500 * RAD, 400 * RAD, 10**18, 10_000, bid, bidder, 600 if bid else 0)


def house(*sales: EnglishSaleView) -> EnglishView:
    return EnglishView(0, sales, WAD, 600, "1.0")


def watching(*sales: EnglishSaleView) -> Watch:
    watch = Watch(ME, 2)
    watch.look(house(*sales))
    return watch


def test_every_sale_is_due_at_first_sight_in_sequence():
    assert list(watching(sale(1), sale(2), sale(3)).due) == [1, 2, 3]


def test_only_what_changed_is_due_again_and_goes_to_the_end():
    first, second, third = sale(1), sale(2), sale(3)
    watch = watching(first, second, third)
    watch.leave(2, Refusal.NO_PROFIT)
    watch.leave(3, Refusal.NO_PROFIT)

    watch.look(house(first, sale(2, RIVAL, 7), third))
    assert list(watch.due) == [1, 2]

    watch.look(house(sale(1, RIVAL, 7), watch.known[2], third))
    assert list(watch.due) == [2, 1]


def test_an_own_bid_makes_a_sale_ones_own_and_not_due():
    watch = watching(sale(1), sale(2))
    watch.look(house(sale(1, ME, 7), sale(2, ME + 1, 7)))

    assert (list(watch.mine), list(watch.due)) == ([1, 2], [])
    watch.look(house(sale(1, RIVAL, 8), watch.known[2]))
    assert (list(watch.mine), list(watch.due)) == ([2], [1])


def test_the_next_party_is_somebody_else():
    watch = watching(sale(1, ME - 1, 7), sale(2, ME + 2, 7))

    assert (list(watch.mine), list(watch.due)) == ([], [1, 2])


def test_a_settled_sale_is_forgotten_everywhere():
    watch = watching(sale(1), sale(2))
    watch.leave(1, Refusal.NO_FUNDS, 5)
    watch.note(7, 1, Refusal.NO_FUNDS)
    watch.worth[1] = 3
    watch.look(house(watch.known[2]))

    watch.release(10, True)
    watch.again(1)
    assert (list(watch.known), list(watch.due), watch.said, watch.worth) == ([2], [2], {}, {})


def test_what_was_left_for_want_of_money_waits_until_it_is_there():
    watch = watching(sale(1), sale(2))
    watch.leave(1, Refusal.NO_FUNDS, 500)
    watch.leave(2, Refusal.NO_FUNDS, 300)

    dues = []
    for money in (299, 300, 499, 500):
        watch.release(money, True)
        dues.append(list(watch.due))
    assert dues == [[], [2], [2], [2, 1]]


def test_what_lacked_money_is_weighed_again_when_lots_have_become_cheaper():
    watch = watching(sale(1))
    watch.price(1_000)
    watch.leave(1, Refusal.NO_FUNDS, 500)

    watch.price(950)
    assert list(watch.due) == []
    watch.price(949)
    assert list(watch.due) == [1]


def test_what_it_has_won_is_known_once_it_may_be_settled():
    """One bid runs out at 600, the other at 900; in that second nobody can act."""
    later = attrs.evolve(sale(2, ME + 1, 8), expires=900)
    view = house(sale(1, ME, 7), later, sale(3, RIVAL, 7))
    watch = Watch(ME, 2)
    watch.look(view)

    won = {now: [each.sale for each in watch.won(attrs.evolve(view, timestamp=now))] for now in (600, 601, 900, 901)}
    assert won == {600: [], 601: [1], 900: [1], 901: [1, 2]}
    assert (watch.standing, watch.bids) == (2 * 10**18, {ME: 1, ME + 1: 1})


def test_what_was_left_while_stuck_waits_for_a_line_that_moves():
    watch = watching(sale(1))
    watch.leave(1, Refusal.STUCK_NONCE)

    watch.release(10**9, False)
    assert list(watch.due) == []
    watch.release(0, True)
    assert list(watch.due) == [1]


def test_a_change_makes_even_what_lacks_money_due():
    watch = watching(sale(1))
    watch.leave(1, Refusal.NO_FUNDS, 500)
    watch.look(house(sale(1, RIVAL, 7)))

    assert list(watch.due) == [1]
    watch.leave(1, Refusal.NO_PROFIT)
    watch.release(600, True)
    assert list(watch.due) == []


def test_when_lots_are_worth_more_all_are_due_and_when_less_none():
    watch = watching(sale(1), sale(2, ME, 7))
    watch.leave(1, Refusal.NO_PROFIT)

    for worth in (10_000, 8_000, 8_039):
        watch.price(worth)
        assert list(watch.due) == []
    watch.price(8_041)
    assert list(watch.due) == [1, 2]


def test_from_nothing_or_less_any_worth_is_more():
    for before, after in ((0, 1), (-100, -98)):
        watch = watching(sale(1))
        watch.price(before)
        watch.leave(1, Refusal.NO_DEPTH)
        watch.price(after)

        assert list(watch.due) == [1]


def test_a_reason_is_noted_when_it_changes():
    watch = watching(sale(1))

    assert watch.note(7, 1, Refusal.NO_FUNDS, 5) == [Note(901, 7, Refusal.NO_FUNDS, 5)]
    assert watch.note(7, 1, Refusal.NO_FUNDS, 6) == []
    assert watch.note(7, 1, Refusal.NO_PROFIT, -1) == [Note(901, 7, Refusal.NO_PROFIT, -1)]
    assert watch.note(7, 1, Refusal.NONE) == []


def test_the_same_tuple_is_not_looked_through():
    view = house(sale(1))
    watch = Watch(ME, 1)
    watch.look(view)
    watch.due.clear()

    watch.look(attrs.evolve(view, timestamp=12))
    assert list(watch.due) == []

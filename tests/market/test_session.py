"""Stop orders and halts at a venue: when they come, what is refused, and that they are orders like any other."""

import copy

import pytest

from sim.commands import CancelOrder, PlaceOrder, PlaceStop
from sim.market.halts import CircuitBreaker
from sim.market.session import Session
from sim.records import Halted, OrderAccepted, OrderCancelled, OrderRefused, Resumed, StopCancelled, StopPlaced, StopTriggered, Traded
from sim.units import SECOND
from sim.vocabulary import Motive, Refusal, Side
from tests.market.orders import ALICE, BOB, CAROL
from tests.market.venue import VENUE, Venue

BUY, SELL = Side.BUY, Side.SELL


def opened(breaker: CircuitBreaker | None = None, **more) -> tuple[Venue, Session]:
    """Return a venue with a session about it, and bids of ten lots at 100, 99, 98, 97 and one ask at 101."""
    venue = Venue()
    session = Session(venue.exchange, breaker, **more)
    session.open()
    for number, price in enumerate((100, 99, 98, 97), start=1):
        venue.send(ALICE, PlaceOrder(VENUE, BUY, 10, price, order=number))
    venue.send(ALICE, PlaceOrder(VENUE, SELL, 10, 101, order=9))
    return venue, session


def sell(lots: int, limit: int | None = None) -> PlaceOrder:
    return PlaceOrder(VENUE, SELL, lots, limit)


def stopped(trigger: int, lots: int = 1, order: int = 50, limit: int | None = None) -> PlaceStop:
    return PlaceStop(VENUE, SELL, lots, trigger, limit, order)


def names(told: list) -> list[str]:
    return [type(each[-1]).__name__ for each in told]


def test_a_stop_waits_and_is_triggered_by_the_trade_that_comes_to_it():
    venue, _ = opened()
    assert venue.send(BOB, stopped(99)) == [StopPlaced(50, SELL, 99, 1, 0)]
    venue.send(CAROL, sell(10))
    before = len(venue.told)

    venue.send(CAROL, sell(1))
    venue.kernel.run_until(0)

    told = venue.told[before:]
    trade = next(entry[0] for entry in told if isinstance(entry[-1], Traded))
    seq, cause = next((entry[0], entry[2]) for entry in told if isinstance(entry[-1], StopTriggered))
    order = next(entry for entry in told if isinstance(entry[-1], OrderAccepted) and entry[-1].motive == Motive.STOP)
    assert (cause, order[2], order[4]) == (trade, seq, BOB)
    assert [entry[-1].price for entry in told if isinstance(entry[-1], Traded)] == [99, 99]


def test_stops_are_a_staircase_each_step_triggers_the_next_in_the_same_instant():
    venue, session = opened()
    for number, trigger in enumerate((100, 99, 98), start=50):
        venue.send(BOB, stopped(trigger, 10, number))

    venue.send(CAROL, sell(1))
    venue.kernel.run_until(0)

    triggered = [(entry[-1].order, entry[-1].price, entry[1]) for entry in venue.told if isinstance(entry[-1], StopTriggered)]
    assert triggered == [(50, 200, 0), (51, 198, 0), (52, 196, 0)]
    assert session.stops.stops == {}


def test_a_stop_with_a_limit_rests_where_the_price_has_gone_beyond():
    venue, _ = opened()
    venue.send(BOB, stopped(99, 5, limit=99))

    venue.send(CAROL, sell(20))
    venue.kernel.run_until(0)

    assert venue.exchange.book.asks.top.price == 99


def test_by_the_mid_a_quote_triggers_without_a_trade():
    venue, _ = opened(trigger="mid")
    venue.send(BOB, stopped(100, 1))

    venue.send(ALICE, CancelOrder(VENUE, 1))
    venue.kernel.run_until(0)

    assert "StopTriggered" in names(venue.told)


def test_a_twin_whose_stops_wait_for_ever():
    venue, session = opened(triggers=False)
    venue.send(BOB, stopped(100))

    venue.send(CAROL, sell(30))
    venue.kernel.run_until(0)

    assert ("StopTriggered" in names(venue.told), list(session.stops.stops)) == (False, [50])


def test_a_stop_is_cancelled_by_its_owner_alone_and_other_cancels_go_on():
    venue, _ = opened()
    venue.send(BOB, stopped(99))

    assert venue.send(CAROL, CancelOrder(VENUE, 50)) == [OrderRefused(50, Refusal.NOT_OWNER)]
    assert venue.send(BOB, CancelOrder(VENUE, 50)) == [StopCancelled(50, 1)]
    assert isinstance(venue.send(ALICE, CancelOrder(VENUE, 4))[0], OrderCancelled)
    assert venue.send(BOB, CancelOrder(VENUE, 50)) == [OrderRefused(50, Refusal.UNKNOWN_ORDER)]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (stopped(99, 0), Refusal.BAD_SIZE),
        (stopped(0), Refusal.BAD_PRICE),
        (stopped(99, limit=0), Refusal.BAD_PRICE),
        (stopped(99, order=1), Refusal.DUPLICATE_ORDER),
    ],
)
def test_a_stop_that_cannot_be_is_refused(command, reason):
    venue, _ = opened()

    assert venue.send(BOB, command) == [OrderRefused(command.order, reason)]


def test_who_cannot_pay_when_the_stop_comes_is_refused_then():
    venue, _ = opened()
    venue.send(BOB, stopped(100, 10**9))

    venue.send(CAROL, sell(1))
    venue.kernel.run_until(0)

    assert venue.told[-1][-1] == OrderRefused(50, Refusal.INSUFFICIENT_FUNDS)


def test_too_far_too_fast_halts_and_orders_are_refused_until_it_reopens():
    venue, _ = opened(CircuitBreaker(band=90, span=10 * SECOND, pause=5 * SECOND))

    told = venue.send(CAROL, sell(21))

    assert told[-1] == Halted(201, 199, 5 * SECOND)
    assert venue.send(BOB, PlaceOrder(VENUE, SELL, 1, None, order=60)) == [OrderRefused(60, Refusal.HALTED)]
    assert isinstance(venue.send(ALICE, CancelOrder(VENUE, 4))[0], OrderCancelled)
    venue.kernel.run_until(5 * SECOND)
    assert venue.told[-1][-1] == Resumed(199)
    assert isinstance(venue.send(BOB, sell(1))[0], OrderAccepted)


def test_a_move_just_under_the_band_does_not_halt():
    venue, _ = opened(CircuitBreaker(band=90, span=10 * SECOND, pause=5 * SECOND))

    told = venue.send(CAROL, sell(11))

    assert not any(isinstance(each, Halted) for each in told)


def test_what_moved_longer_ago_than_the_span_counts_no_more():
    breaker = CircuitBreaker(band=100, span=10, pause=5)

    assert [breaker.see(at, mid) for at, mid in ((0, 10_000), (5, 9_950), (15, 9_900), (16, 9_850))] == [False, False, False, True]
    assert (breaker.reference, breaker.until) == (9_950, 21)


def test_stops_that_come_due_while_halted_wait_for_the_reopening():
    venue, session = opened(CircuitBreaker(band=90, span=10 * SECOND, pause=5 * SECOND))
    venue.send(BOB, stopped(99))

    venue.send(CAROL, sell(21))
    venue.kernel.run_until(4 * SECOND)
    waiting = list(session.stops.stops)
    venue.kernel.run_until(5 * SECOND)

    assert (waiting, list(session.stops.stops)) == ([50], [])
    instants = {type(entry[-1]): entry[1] for entry in venue.told}
    assert instants[StopTriggered] == instants[Resumed] == 5 * SECOND


def test_a_fork_has_stops_of_its_own():
    venue, session = opened()
    venue.send(BOB, stopped(99))
    fork, forked = copy.deepcopy((venue, session))

    fork.send(BOB, CancelOrder(VENUE, 50))

    assert (list(session.stops.stops), list(forked.stops.stops)) == ([50], [])
    session._check()
    forked._check()

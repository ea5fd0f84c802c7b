"""A desk shows the past, one frozen picture a decision, and never an older one than before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.connections import Sources
from sim.agents.desk import UNSEEN_QUOTE, Desk, Sight
from sim.agents.strategy import News, On
from sim.commands import Command
from sim.errors import StrategyError
from sim.history import History
from sim.latency import Constant, Uniform
from sim.records import QuoteChanged
from sim.streams import Streams
from sim.views import Posted, Quote
from sim.vocabulary import Refusal
from tests.agents.words import BOARD, FIRST, Room, Scripted, silent


def desk_at(room: Room, latency: int = 10) -> Desk:
    return room.seat(Scripted(silent), Constant(latency)).desk


def test_a_desk_shows_what_stood_a_latency_ago():
    room = Room()
    desk = desk_at(room, latency=10)
    room.publish(500)
    room.publish(600, at=5)
    room.run(20)

    desk._wake(14, 0)
    before = desk.quote(BOARD).bid
    desk._wake(15, 0)

    assert (before, desk.quote(BOARD).bid) == (500, 600)


def test_nothing_is_seen_before_it_could_be_heard():
    room = Room()
    desk = desk_at(room, latency=10)
    room.publish(500)

    desk._wake(9, 0)

    assert desk.quote(BOARD) == UNSEEN_QUOTE


def test_who_is_told_of_something_can_look_at_it():
    """News that travels fast brings its place into sight: the look, slower by itself, goes at least as far."""
    room = Room()
    seen: list[int] = []

    def note(news: News, desk: Desk) -> list[Command]:
        seen.append(desk.quote(BOARD).bid)
        return []

    agent = room.seat(Scripted(note), Constant(10))
    room.subscribe(agent, On(QuoteChanged), Constant(2))
    room.publish(500, at=5)
    room.publish(600, at=6)

    room.run(20)

    assert seen == [0, 500, 600]


def test_within_a_decision_the_world_stands_still():
    room = Room()
    desk = desk_at(room, latency=1)
    room.publish(500)
    room.kernel.run_until(5)
    desk._wake(5, 0)

    first = desk.quote(BOARD)
    room.publish(700)

    assert desk.quote(BOARD) is first


@given(st.lists(st.integers(0, 100), min_size=2, max_size=30), st.integers(1, 300))
def test_views_never_go_back(gaps, slowest):
    history: History[Quote] = History(10**6)
    for at in range(1, 3_000, 7):
        history.add(at, Quote(at, at, 1, 1, 2, 1))
    desk = Desk(FIRST, "watcher", 1, Sources(quotes={BOARD: history}), Streams(2))
    desk._sights[BOARD] = Sight(Uniform(1, slowest), desk._streams["watcher/sees"])
    desk._connect()
    now, seen = 0, []
    for gap in gaps:
        now += gap
        desk._wake(now, 0)
        quote = desk.quote(BOARD)
        assert quote.at == 0 or quote.at < now
        seen.append(quote.at)

    assert seen == sorted(seen)


def test_every_source_is_looked_at_once_a_wake_asked_or_not():
    asked, not_asked = Room(), Room()
    for room in (asked, not_asked):
        desk = room.seat(Scripted(silent), Uniform(1, 1_000)).desk
        room.publish(500)
        for now in range(1_000, 2_000, 10):
            desk._wake(now, 0)
            if room is asked:
                desk.quote(BOARD)

    first, second = (room.runner.agents[0].desk._sights[BOARD] for room in (asked, not_asked))
    assert (first.instant, first.ahead) == (second.instant, second.ahead)


def test_the_newest_entry_shown_is_remembered():
    room = Room()
    desk = desk_at(room, latency=1)
    for bid in range(500, 505):
        room.publish(bid)

    desk._wake(10, 3)
    before = desk.shown
    desk.quote(BOARD)

    assert (before, desk.shown) == (3, 5)


def test_an_older_picture_does_not_hide_the_news_that_woke():
    room = Room()
    desk = desk_at(room, latency=1)
    room.publish(500)

    desk._wake(10, 3)
    desk.quote(BOARD)

    assert desk.shown == 3


def test_numbers_of_orders_are_ones_own_and_used_once():
    room = Room()
    first, second = room.seat(Scripted(silent), accounts=2).desk, room.seat(Scripted(silent)).desk

    numbers = [desk.new_order(account) for desk, account in ((first, 0), (first, 1), (first, 0), (second, 0))]

    assert len(set(numbers)) == 4
    assert [number >> 32 for number in numbers] == [first.me, first.me + 1, first.me, second.me]


def test_a_picture_that_was_never_published_is_empty():
    room = Room()
    desk = desk_at(room)
    desk._sources.chain_place, desk._sources.outside_place = BOARD, BOARD
    desk._sources.posted[BOARD] = History()
    desk._sources.pool_views[BOARD] = History()
    desk._wake(100, 0)

    assert (desk.posted(BOARD).price, desk.block().number, desk.outside().price) == (0, 0, 0)
    assert (desk.pool(BOARD), desk.position(BOARD), desk.balance(BOARD, 1)) == (None, None, (0, 0))


def test_a_posted_price_is_seen_as_late_as_the_chain():
    desk = desk_at(Room(), latency=10)
    desk._sources.chain_place = BOARD
    desk._sources.posted[BOARD] = History(1_000)
    desk._sources.posted[BOARD].add(5, Posted(2, 5, 195, 0))

    desk._wake(14, 0)
    before = desk.posted(BOARD).price
    desk._wake(15, 0)

    assert (before, desk.posted(BOARD).price, desk.shown) == (0, 195, 2)


def test_that_a_pool_cannot_read_a_price_is_seen_as_late_as_the_chain():
    desk = desk_at(Room(), latency=10)
    sources, pool, (fine, refused) = desk._sources, BOARD, (1, 2)
    sources.chain_place = BOARD
    sources.pool_views[pool] = History(1_000)
    sources.feed_of_asset |= {(pool, fine): 90, (pool, refused): 91, (pool + 1, fine): 91}
    sources.posted |= {90: History(1_000), 91: History(1_000)}
    sources.posted[90].add(5, Posted(2, 5, 195, 0))
    sources.posted[91].add(5, Posted(3, 5, 195, 0, Refusal.STALE_PRICE))
    sources.posted[91].add(6, Posted(4, 6, 195, 0))

    seen = []
    for now in (14, 15, 16):
        desk._wake(now, 0)
        seen.append((desk.unreadable(pool), desk.shown))

    assert seen == [({}, 0), ({refused: Refusal.STALE_PRICE}, 3), ({}, 0)]


def test_a_place_one_is_not_connected_to_is_not_seen():
    desk = desk_at(Room())

    with pytest.raises(StrategyError, match=r"desk.quote\(4\): agent/0 is not connected to that place; there is 3"):
        desk.quote(BOARD + 1)

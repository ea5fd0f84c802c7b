"""The courier: to whoever asked, through their filter, late, never overtaking."""

from hypothesis import given
from hypothesis import strategies as st

from sim.agents.strategy import START, On
from sim.latency import Constant, LatencyModel, Uniform
from sim.records import OrderAccepted, QuoteChanged, Traded
from sim.vocabulary import Motive, Side
from tests.agents.words import BOARD, FIRST, LATENCY, Room, Scripted, silent

OTHER = FIRST + 10


def listener(room: Room, on: On, latency: LatencyModel = LATENCY) -> Scripted:
    """Seat somebody who wants to hear of something."""
    mind = Scripted(silent)
    room.subscribe(room.seat(mind), on, latency)
    return mind


def heard(mind: Scripted) -> list[tuple[int, int]]:
    """Return when which entry was heard."""
    return [(at, news.seq) for at, news in mind.told if news is not START]


def test_news_is_heard_a_latency_later():
    room = Room()
    mind = listener(room, On(QuoteChanged), Constant(10))
    room.publish(500, at=5)

    room.run(100)

    assert heard(mind) == [(15, 1)]
    assert [news.at for _, news in mind.told if news.seq] == [5]


@given(st.integers(1, 200), st.integers(0, 300), st.lists(st.integers(0, 40), min_size=1, max_size=40))
def test_nobody_hears_before_the_latency_and_no_news_overtakes_another(fastest, spread, gaps):
    room, at = Room(), 0
    mind = listener(room, On(QuoteChanged), Uniform(fastest, fastest + spread))
    for number, gap in enumerate(gaps):
        at += gap + 1
        room.publish(500 + number, at=at)

    room.run(10**6)

    assert [seq for _, seq in heard(mind)] == list(range(1, len(gaps) + 1))
    assert all(news.at + fastest <= at for at, news in mind.told if news is not START)


def test_only_those_hear_who_asked():
    room = Room()
    quotes, trades = listener(room, On(QuoteChanged)), listener(room, On(Traded))
    room.publish(500, at=5)

    room.run(100)

    assert (len(heard(quotes)), len(heard(trades))) == (1, 0)


def test_another_places_records_are_not_heard():
    room = Room()
    mind = listener(room, On(QuoteChanged))
    room.tape.append(0, 0, BOARD + 1, 0, QuoteChanged(1, 1, 2, 1).row())

    room.run(100)

    assert heard(mind) == []


def test_ones_own_is_heard_and_others_is_not():
    room = Room()
    mine, theirs = listener(room, On(OrderAccepted, own=True)), listener(room, On(OrderAccepted, own=True))
    for party in (FIRST, FIRST, OTHER):
        room.tape.append(0, 0, BOARD, party, OrderAccepted(1, Side.BUY, 5, 1, Motive.VOLUNTARY).row())

    room.run(100)

    assert [seq for _, seq in heard(mine)] == [1, 2]
    assert [seq for _, seq in heard(theirs)] == [3]


def test_a_trade_is_its_makers_own_as_well_as_its_takers():
    room = Room()
    taker, maker = listener(room, On(Traded, own=True)), listener(room, On(Traded, own=True))
    room.tape.append(0, 0, BOARD, FIRST, Traded(5, 1, Side.BUY, OTHER, 1, 2, 0, 0).row())

    room.run(100)

    assert heard(taker) == heard(maker) == [(10, 1)]


def test_a_trade_with_oneself_is_told_once():
    room = Room()
    mind = listener(room, On(Traded, own=True))
    room.tape.append(0, 0, BOARD, FIRST, Traded(5, 1, Side.BUY, FIRST, 1, 2, 0, 0).row())

    room.run(100)

    assert len(heard(mind)) == 1


def test_a_filter_lets_through_what_moved_far_enough_since_the_last_news_sent():
    room = Room()
    mind = listener(room, On(QuoteChanged, moved_bps=100))
    for number, bid in enumerate((10_000, 10_050, 10_099, 10_101, 10_150, 10_202, 10_203, 10_102, 10_100)):
        room.publish(bid, at=10 * number + 1)

    room.run(1_000)

    assert [news.row[1] for _, news in mind.told if news is not START] == [10_000, 10_101, 10_203, 10_100]


def test_without_a_filter_everything_is_told():
    room = Room()
    mind = listener(room, On(QuoteChanged))
    for number in range(5):
        room.publish(500, at=number)

    room.run(1_000)

    assert len(heard(mind)) == 5


def test_kinds_are_named_once_in_the_sequence_of_asking():
    room = Room()
    for on in (On(Traded), On(QuoteChanged), On(Traded), On(OrderAccepted, own=True)):
        listener(room, on)

    assert room.courier.kinds() == [Traded.kind, QuoteChanged.kind, OrderAccepted.kind]

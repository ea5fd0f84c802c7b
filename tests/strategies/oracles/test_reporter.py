"""A reporter in a small world: what it tells, when, and that it sees the market late and in its own way."""

from itertools import pairwise
from typing import Any

from sim.records import AnswerGiven, PricePosted, QuoteChanged
from sim.units import MILLISECOND, SECOND
from tests.worlds.pocket_chain import PocketChain, wall

DOLLAR = 10**8
"""Of a price with eight decimals."""


def reported(agents: list[dict[str, Any]] | None = None, waypoints: list[dict[str, str]] | None = None, **feed: Any) -> PocketChain:
    """Return a world whose feed follows its reporters; by default one, that polls every 5 seconds."""
    keys = {"poll_interval": "5 s", **feed}
    return PocketChain.of([wall()] if agents is None else agents, [], feed=keys, waypoints=waypoints or [])


def crash(later: str = "30 s", to: float = 150) -> dict[str, Any]:
    """Return a book around 200 that moves at an instant."""
    return wall(later=later, later_bids=[(to - 1, 100)], later_asks=[(to + 1, 100)])


def bidder(price: float) -> dict[str, Any]:
    """Return somebody who bids more than the wall at 30 seconds."""
    return {**wall(bids=[], asks=[], later="30 s", later_bids=[(price, 100)], later_asks=[]), "name": "bidder"}


def answers(world: PocketChain, number: int = 0) -> list[tuple[int, int]]:
    return [(entry.at, entry.record.answer) for entry in world.entries(AnswerGiven, f"eth_usdc/reporter/{number}")]


def test_its_answer_is_the_mid_it_sees():
    first = answers(reported().blocks(1))[0]

    assert first[1] == 200 * DOLLAR
    assert SECOND // 10 < first[0] < 6 * SECOND


def test_an_unchanged_answer_is_repeated_after_a_minute():
    times = [at for at, _ in answers(reported().blocks(20))]

    # The first quote wakes it at once; from then on it keeps to its own polls.
    gaps = [later - earlier for earlier, later in pairwise(times[1:])]
    assert gaps == [60 * SECOND] * 3
    assert 60 * SECOND <= times[1] - times[0] < 65 * SECOND


def test_a_small_change_is_told_at_the_next_poll_and_a_jump_at_once():
    small = answers(reported([wall(), bidder(199.8)], poll_interval="20 s").blocks(5))
    jump = answers(reported([wall(), bidder(200.8)], poll_interval="20 s").blocks(5))

    # A bid of 199.8 makes the mid 200.4, 20 bps away; one of 200.8 makes it 200.9.
    assert [answer for _, answer in small] == [200 * DOLLAR, 20_040_000_000]
    assert [answer for _, answer in jump] == [200 * DOLLAR, 20_090_000_000]
    assert jump[1][0] - 30 * SECOND < SECOND < small[1][0] - 30 * SECOND < 20 * SECOND


def test_a_change_too_small_to_tell_is_not_told():
    world = reported([wall(), bidder(199.02)], poll_interval="5 s").blocks(4)

    assert {answer for _, answer in answers(world)} == {200 * DOLLAR}


def test_its_habit_moves_its_answer():
    world = reported(reporters=[{"count": 1, "offset": "25 bps"}]).blocks(1)

    assert answers(world)[0][1] == 20_050_000_000


def test_reporters_of_one_kind_differ_in_offset_and_in_when_they_look():
    world = reported(reporters=[{"count": 3, "spread": "10 bps"}]).blocks(6)
    first = [answers(world, number)[1] for number in range(3)]

    assert [answer for _, answer in first] == [19_980_000_000, 20_000_000_000, 20_020_000_000]
    assert len({at for at, _ in first}) == 3


def test_it_weighs_the_outside_price_by_what_does_not_pass_through():
    fallen = [{"at": "10 s", "price": "200 USDC/ETH"}, {"at": "11 s", "price": "180 USDC/ETH"}]
    world = reported(waypoints=fallen, pass_through="40 %").blocks(3)

    # 40 % of 200 and 60 % of 180.
    assert answers(world)[-1][1] == 188 * DOLLAR


def test_with_an_empty_book_the_outside_price_is_all_of_the_answer():
    world = reported([wall(bids=[], asks=[])], pass_through="40 %").blocks(2)

    assert answers(world)[0][1] == 200 * DOLLAR


def test_seeing_nothing_it_says_nothing():
    world = reported([wall(bids=[], asks=[])], pass_through="100 %").blocks(2)

    assert answers(world) == []


def test_a_late_reporter_sees_a_late_market():
    kinds = [{"count": 1, "latency": {"kind": "constant", "latency": late}} for late in ("100 ms", "4 s")]
    world = reported([crash("30 s")], reporters=kinds, poll_interval="60 s").blocks(5)
    moved = max(entry.at for entry in world.entries(QuoteChanged) if entry.at < 31 * SECOND)

    # Twice its own latency, to it and from it, and a millisecond through the venue's gateway.
    quick, slow = (next(at for at, answer in answers(world, number) if answer == 150 * DOLLAR) for number in range(2))
    assert (quick - moved, slow - moved) == (201 * MILLISECOND, 8_001 * MILLISECOND)


def test_its_answers_become_posts():
    """The round the world around: a quote, answers, a tx, a posted price."""
    world = reported([crash("30 s")], reporters=[{"count": 3, "spread": "0 %"}]).blocks(6)

    posts = world.entries(PricePosted)
    assert [post.record.price for post in posts] == [150 * DOLLAR]
    assert posts[0].record.observed_at < posts[0].at


def test_the_entries_it_saw_travel_with_its_answer():
    world = reported([crash("30 s")]).blocks(6)
    given = world.entries(AnswerGiven)[-1]
    quote = [entry.seq for entry in world.entries(QuoteChanged) if entry.at < given.at]

    assert given.cause == quote[-1]

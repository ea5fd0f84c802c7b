"""A poker in a small world: when it pokes, what follows, who loses the race, and what a late or stuck one does to the price."""

import copy
from typing import Any

import attrs

from sim.records import FeeAccrued, PricePosted, PriceQueued, PriceRefreshed, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.units import GWEI, SECOND
from sim.vocabulary import Refusal
from tests.strategies.oracles.pocket_delays import FEED, HOUR_AT, POOL, SOURCE, PocketDelays, book, poker

DOLLAR = 10**8
FIRST = HOUR_AT + 12 * SECOND
"""The block after the one in which a poker sees that the hour has come."""
HOUR = 3_600 * SECOND
SURGE = [{"at": "0 s", "p60": "20 gwei"}, {"at": "355 s", "p60": "20 gwei"}, {"at": "358 s", "p60": "400 gwei"}]


@attrs.define
class Empty:
    """A source that has no price."""

    place: int = 0
    posted: int = 0
    posted_at: int = 0

    def peek(self) -> tuple[int, bool]:
        return 0, False


def shown(world: PocketDelays) -> list[tuple[int, int]]:
    """Return when the delayed feed began to show which price, in seconds after the first hour and dollars."""
    posted = [each for each in world.entries(PricePosted) if each.place == world.place(FEED)]
    return [((each.at - HOUR_AT) // SECOND, each.record.price // DOLLAR) for each in posted]


def sent(world: PocketDelays, name: str = "poker") -> list[Any]:
    return [entry.record for entry in world.entries(TxPending, name)]


def test_on_the_hour_it_pokes_then_refreshes_then_accrues_in_one_block():
    world = PocketDelays.of([book(), poker()]).until(FIRST + SECOND)

    done = world.entries(TxIncluded, "poker")
    assert [(each.at, each.record.nonce) for each in done] == [(FIRST, 0), (FIRST, 1), (FIRST, 2)]
    assert [each.contract for each in sorted(sent(world), key=lambda each: each.nonce)] == [world.place(FEED), *[world.place(POOL)] * 2]
    (queued,) = world.entries(PriceQueued)
    (refreshed,) = world.entries(PriceRefreshed)
    assert queued.seq < refreshed.seq
    assert refreshed.record.post == world.entries(PricePosted)[-1].seq


def test_before_the_hour_it_sends_nothing_and_after_it_nothing_more():
    assert sent(PocketDelays.of([book(), poker()]).until(HOUR_AT - SECOND)) == []
    assert len(sent(PocketDelays.of([book(), poker()]).until(HOUR_AT + HOUR - SECOND))) == 3


def test_a_fall_is_judged_by_the_pool_an_hour_after_it_was_taken_up():
    world = PocketDelays.of([book("60 s", 150), poker()]).until(FIRST + HOUR + SECOND)

    assert [price for _, price in shown(world)] == [200, 150]
    assert [each.price // DOLLAR for each in world.records(PriceRefreshed)] == [200, 150]
    assert world.entries(PriceRefreshed)[-1].at - world.entries(PriceQueued)[0].at == HOUR


def test_of_several_pokers_one_is_first_and_the_others_pay_for_a_revert():
    world = PocketDelays.of([book(), poker("one"), poker("two"), poker("three")]).until(FIRST + SECOND)

    assert len(world.entries(PriceQueued)) == 1
    lost = world.entries(TxReverted)
    assert [each.record.reason for each in lost] == [Refusal.TOO_EARLY] * 2
    assert all(each.record.gas_used > 0 for each in lost)


def test_a_reserve_waits_and_sends_nothing_when_another_has_poked():
    world = PocketDelays.of([book(), poker(), poker("reserve", wait="1 min")]).until(HOUR_AT + 600 * SECOND)

    assert (len(sent(world)), sent(world, "reserve")) == (3, [])


def test_a_reserve_pokes_when_nobody_else_does():
    world = PocketDelays.of([book(), poker(ether="0.000001"), poker("reserve", wait="1 min")]).until(HOUR_AT + 120 * SECOND)

    assert sent(world) == []
    assert shown(world)[-1][0] == 72


def test_a_late_poke_does_not_make_the_next_one_later():
    world = PocketDelays.of([book(), poker(wait="10 min")]).until(HOUR_AT + 2 * HOUR - SECOND)

    assert [second for second, _ in shown(world)] == [612, 3_600 + 612]


def test_with_a_late_node_and_no_replacement_a_surge_leaves_the_old_price_standing():
    """The estimate of before the surge is too low, and nothing is raised: the hour passes without a poke."""
    late: dict[str, Any] = {"estimate_age": "2 min", "replaces": False}
    stuck = PocketDelays.of([book("60 s"), poker(**late)], gas=SURGE).until(HOUR_AT + 900 * SECOND)
    fresh = PocketDelays.of([book("60 s"), poker(estimate_age="0 s", replaces=True)], gas=SURGE).until(HOUR_AT + 900 * SECOND)

    assert (shown(stuck), stuck.records(TxReplaced, "poker")) == ([], [])
    assert max(each.max_fee for each in sent(stuck)) < 30 * GWEI
    assert len(shown(fresh)) == 1


def test_one_that_replaces_gets_through_a_surge_it_saw_too_late():
    world = PocketDelays.of([book("60 s"), poker(estimate_age="2 min")], gas=SURGE).until(HOUR_AT + 900 * SECOND)

    assert len(world.records(TxReplaced, "poker")) > 0
    assert len(shown(world)) == 1
    assert [each.price // DOLLAR for each in world.records(PriceRefreshed)] == [200]


def test_it_never_bids_above_its_ceiling():
    world = PocketDelays.of([book("60 s"), poker(estimate_age="2 min", max_gas_price="50 gwei")], gas=SURGE).until(HOUR_AT + 900 * SECOND)

    assert max(each.max_fee for each in sent(world)) <= 50 * GWEI
    assert shown(world) == []


def test_a_stuck_poke_that_another_made_gives_way_to_nothing():
    agents = [book("60 s"), poker(estimate_age="2 min"), poker("quick", latency="10 ms")]
    world = PocketDelays.of(agents, gas=SURGE).until(HOUR_AT + 900 * SECOND)

    assert len(shown(world)) == 1
    assert [each for each in world.records(TxReverted, "poker") if each.reason == Refusal.TOO_EARLY] == []
    assert len(world.records(TxReplaced, "poker")) > 0


def test_a_refresh_that_waits_is_not_sent_a_second_time_when_another_has_poked():
    """The surge comes with the second hour, when the new price begins to be read."""
    only_pokes = {**poker("quick", latency="10 ms"), "pools": [], "feeds": [FEED]}
    surge = [{"at": "0 s", "p60": "20 gwei"}, {"at": "3955 s", "p60": "20 gwei"}, {"at": "3958 s", "p60": "400 gwei"}]
    world = PocketDelays.of([book("60 s", 150), poker(estimate_age="2 min", replaces=False), only_pokes], gas=surge)
    world.until(HOUR_AT + HOUR + 300 * SECOND)

    assert [price for _, price in shown(world)] == [200, 150]
    assert [each.price // DOLLAR for each in world.records(PriceRefreshed)] == [200]
    assert sorted(each.nonce for each in sent(world)) == [0, 1, 2, 3, 4, 5]


def test_a_pool_that_reads_a_feed_without_delay_is_refreshed_when_it_posts():
    world = PocketDelays.of([book("60 s", 150), poker()], feed=SOURCE).until(HOUR_AT - SECOND)

    (posted,) = [each for each in world.entries(PricePosted) if each.place == world.place(SOURCE) and each.at]
    assert [(each.record.price // DOLLAR, each.record.post) for each in world.entries(PriceRefreshed)] == [(150, posted.seq)]
    assert world.entries(PriceRefreshed)[0].at == posted.at + 12 * SECOND


def test_the_fee_is_charged_with_each_refresh_or_not_at_all():
    keys: dict[str, Any] = {"terms": {"stability_fee": "4 %"}}
    charged = PocketDelays.of([book(), poker()], **keys).until(FIRST + SECOND)
    idle = PocketDelays.of([book(), poker(accrues=False)], **keys).until(FIRST + SECOND)

    assert (len(charged.entries(FeeAccrued)), len(sent(charged))) == (1, 3)
    assert (len(idle.entries(FeeAccrued)), len(sent(idle))) == (0, 2)


def test_a_source_without_a_price_is_poked_again_after_a_while():
    world = PocketDelays.of([book(), poker()]).until(HOUR_AT - SECOND)
    world.world.delayed_feeds[world.place(FEED)].source = Empty()
    world.until(HOUR_AT + 300 * SECOND)

    pokes = [each for each in sent(world) if each.contract == world.place(FEED)]
    assert (len(pokes), world.entries(PriceQueued)) == (3, [])


def test_a_fork_goes_on_as_the_original():
    world = PocketDelays.of([book("60 s", 150), poker()]).until(HOUR_AT + 5 * SECOND)
    fork = copy.deepcopy(world)

    assert world.until(FIRST + HOUR).world.tape.digest() == fork.until(FIRST + HOUR).world.tape.digest()

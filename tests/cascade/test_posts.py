"""Whose doing a posted price was: views that wait, run backwards, weigh several sources, and reporters that add to what they see."""

import attrs

from sim.cascade import SHARE, OriginKind
from sim.cascade.checks import uneven_window
from sim.cascade.fold import CascadeFold
from sim.cascade.origin import MOTIVE, OFFSET, REPORTER, START
from sim.cascade.posts import Window
from sim.cascade.stretch import stretches
from sim.facts import FeedFacts
from sim.units import Seq
from sim.vocabulary import Motive, Side
from tests.support.tapes import CENT_8, ETH, FACTS, FEED, NOISE, OTHER_REPORTER, OUTSIDE, VENUE, HandTape
from tests.support.tapes import REPORTER as FIRST

VOLUNTARY = (MOTIVE, Motive.VOLUNTARY)
MAKING = (MOTIVE, Motive.MARKET_MAKING)
OUTSIDE_ORIGIN = (OriginKind.OUTSIDE, OUTSIDE)
BOTH = attrs.evolve(FACTS, feeds=(FeedFacts(FEED, "ETH/USD", ETH, {VENUE: 6_000, OUTSIDE: 4_000}),))
TICK_SHARE = CENT_8 * SHARE
"""A tick of the mid in shares of a posted price."""


def windows_of(tape: HandTape, facts=FACTS) -> dict[Seq, Window]:
    fold = CascadeFold(facts)
    for stretch in stretches(tape.read()):
        fold.take(stretch)
    found = fold.feeds[FEED].windows
    assert not any(uneven_window(window) for window in found.values())
    return found


def a_quoted_market() -> HandTape:
    """A bid at 200.00 with others 10 and 30 ticks below, an ask at 200.20."""
    tape = HandTape()
    tape.ask(50, 20_020)
    for limit in (20_000, 19_990, 19_970):
        tape.bid(10, limit)
    return tape


def test_a_first_post_is_the_start():
    tape = a_quoted_market()

    first = tape.post_mid()

    assert {START: tape.mid_8() * SHARE} == windows_of(tape)[first].net


def test_two_causes_share_a_post_as_they_moved_the_mid():
    tape = a_quoted_market()
    tape.post_mid()
    tape.sell(3)
    tape.cancel(2)  # The rest of the best bid, 7 of its 10 lots: the bid falls by 10 ticks, the mid by 5.

    post = tape.post_mid()

    # 30 % of the fall are the sale's, 70 % the cancel's.
    assert windows_of(tape)[post].net == {VOLUNTARY: -15 * TICK_SHARE // 10, MAKING: -35 * TICK_SHARE // 10}


def test_what_moved_after_the_view_belongs_to_the_next_post():
    tape = a_quoted_market()
    tape.post_mid()
    tape.sell(10)
    seen, price = tape.quote_seq(), tape.mid_8()
    tape.ask(1, 20_010)

    first = tape.post(price, (VENUE, seen, 10_000))
    second = tape.post_mid()
    found = windows_of(tape)

    assert found[first].net == {VOLUNTARY: -5 * TICK_SHARE}
    assert found[second].net == {MAKING: -5 * TICK_SHARE}


def test_a_view_that_runs_backwards_undoes_moves_newest_first():
    tape = a_quoted_market()
    early, early_price = tape.quote_seq(), tape.mid_8()
    tape.post(early_price, (VENUE, early, 10_000))
    tape.sell(10)
    middle, middle_price = tape.quote_seq(), tape.mid_8()
    tape.ask(1, 20_010)
    tape.post_mid()

    # Another reporter's view is selected, which has not heard of the ask yet; then the first one's again.
    back = tape.post(middle_price, (VENUE, middle, 10_000), reporter=OTHER_REPORTER)
    again = tape.post_mid()
    found = windows_of(tape)

    assert (found[back].change, found[back].net) == (5 * CENT_8, {MAKING: 5 * TICK_SHARE})
    assert (found[again].change, found[again].net) == (-5 * CENT_8, {MAKING: -5 * TICK_SHARE})


def test_the_outside_price_and_the_book_share_an_index_by_their_weights():
    tape = a_quoted_market()
    outside = tape.outside(200 * 10**8)
    tape.post(6 * tape.mid_8() // 10 + 80 * 10**8, (VENUE, tape.quote_seq(), 6_000), (OUTSIDE, outside, 4_000))
    tape.sell(10)
    outside = tape.outside(199 * 10**8)

    post = tape.post(6 * tape.mid_8() // 10 + 4 * 199 * 10**7, (VENUE, tape.quote_seq(), 6_000), (OUTSIDE, outside, 4_000))
    net = windows_of(tape, BOTH)[post].net

    # The mid fell by five ticks, of which the index takes 60 %; outside it fell by a dollar, of which it takes 40 %.
    assert net == {VOLUNTARY: -3 * TICK_SHARE, OUTSIDE_ORIGIN: -40 * TICK_SHARE}


def test_a_backward_view_of_one_source_and_a_forward_one_of_the_other_telescope():
    tape = a_quoted_market()
    first_outside = tape.outside(200 * 10**8)
    tape.outside(199 * 10**8)
    behind, behind_mid = tape.quote_seq(), tape.mid_8()
    tape.post(6 * behind_mid // 10 + 4 * 199 * 10**7, (VENUE, behind, 6_000), (OUTSIDE, tape.last, 4_000))
    tape.sell(10)

    post = tape.post(
        6 * tape.mid_8() // 10 + 80 * 10**8, (VENUE, tape.quote_seq(), 6_000), (OUTSIDE, first_outside, 4_000), reporter=OTHER_REPORTER
    )
    net = windows_of(tape, BOTH)[post].net

    assert net == {VOLUNTARY: -3 * TICK_SHARE, OUTSIDE_ORIGIN: 40 * TICK_SHARE}


def test_other_weights_are_nobodys_move():
    tape = a_quoted_market()
    outside = tape.outside(190 * 10**8)
    mid, quote = tape.mid_8(), tape.quote_seq()
    tape.post(6 * mid // 10 + 76 * 10**8, (VENUE, quote, 6_000), (OUTSIDE, outside, 4_000))

    post = tape.post(5 * mid // 10 + 95 * 10**8, (VENUE, quote, 5_000), (OUTSIDE, outside, 5_000), reporter=OTHER_REPORTER)
    net = windows_of(tape, BOTH)[post].net

    # A tenth of the index goes from 200.10 to 190.00.
    assert net == {REPORTER: -101 * TICK_SHARE}


def test_what_a_reporter_adds_to_what_it_sees_is_its_offset():
    tape = a_quoted_market()
    tape.post_mid()
    tape.sell(10)

    post = tape.post(tape.mid_8() + 2 * CENT_8, (VENUE, tape.quote_seq(), 10_000), reporter=OTHER_REPORTER)

    assert windows_of(tape)[post].net == {VOLUNTARY: -5 * TICK_SHARE, OFFSET: 2 * TICK_SHARE}


def test_the_selected_reporters_view_counts_and_nobody_elses():
    tape = a_quoted_market()
    tape.post_mid()
    old, old_mid = tape.quote_seq(), tape.mid_8()
    tape.sell(10)
    tape.observe(FIRST, tape.mid_8(), (VENUE, tape.quote_seq(), 10_000), round=2)

    post = tape.post(old_mid, (VENUE, old, 10_000), reporter=OTHER_REPORTER)

    assert (windows_of(tape)[post].change, windows_of(tape)[post].net) == (0, {})


def test_after_an_opening_price_without_a_view_the_first_window_begins_where_it_was_posted():
    tape = a_quoted_market()
    tape.post(tape.mid_8(), reporter=0)
    tape.sell(10)

    post = tape.post_mid()

    assert windows_of(tape)[post].net == {VOLUNTARY: -5 * TICK_SHARE}


def test_weights_are_of_the_origins_that_moved_the_price_its_own_way():
    net = {VOLUNTARY: -9 * SHARE, OUTSIDE_ORIGIN: -1 * SHARE, MAKING: 4 * SHARE}
    window = Window(9, FEED, 94, -6, net, net)

    weights = window.weights()

    assert {origin: str(weight) for origin, weight in weights.items()} == {VOLUNTARY: "9/10", OUTSIDE_ORIGIN: "1/10"}


def test_posts_of_one_block_are_weighed_together():
    tape = a_quoted_market()
    tape.post_mid()
    tape.sell(10)
    tape.post_mid()
    last_straw = tape.post(tape.mid_8() - CENT_8, (VENUE, tape.quote_seq(), 10_000), reporter=OTHER_REPORTER, after=0)
    against = tape.post(tape.mid_8() + 9 * CENT_8, (VENUE, tape.quote_seq(), 10_000), reporter=OTHER_REPORTER, after=0)
    found = windows_of(tape)

    # The mid fell by five ticks, a reporter's own offset took off one more: five sixths and one.
    assert [str(found[last_straw].weights()[origin]) for origin in (VOLUNTARY, OFFSET)] == ["5/6", "1/6"]
    assert found[against].net == {OFFSET: 10 * TICK_SHARE}
    assert list(found[against].weights()) == [OFFSET]


def test_prices_that_no_reporter_can_still_see_are_forgotten_and_nothing_changes():
    tape = a_quoted_market()
    for _ in range(3_000):
        tape.wait(10)
        tape.ask(1, 20_019)
        tape.sell(1, party=24)
        tape.place(NOISE, Side.BUY, 1, 20_019)
        tape.bid(1, 20_000)
        tape.post_mid()
    fold = CascadeFold(FACTS)
    for stretch in stretches(tape.read()):
        fold.take(stretch)

    assert len(fold.series[VENUE].seqs) < 3_000 < len(tape.kept.records("PricePosted")["seq"]) * 2
    assert not any(uneven_window(window) for window in fold.feeds[FEED].windows.values())

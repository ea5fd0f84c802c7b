"""What stood in the book: spread and depth, dispersion between venues, each with its answer on paper."""

import attrs
import pytest

from sim.facts import VenueFacts
from sim.metrics.analyse import analyse
from sim.records.chain import BlockSealed
from sim.records.market import DepthSampled
from tests.support.tapes import CHAIN, ETH, FACTS, LOT, OTHER_VENUE, TICK, USDC, VENUE, HandTape

TWO_VENUES = attrs.evolve(FACTS, venues=(*FACTS.venues, VenueFacts(OTHER_VENUE, "other", ETH, USDC, LOT, TICK)))


def found(tape: HandTape, measure: str, facts=FACTS) -> dict:
    """Return the first row of a measure, once time has come to where the tape stands."""
    tape.say(CHAIN, 0, BlockSealed(0, 0, 0, 0, 0, 0, 0, 0))
    row: dict = analyse(tape.read(), facts, metrics=["quality"]).figures["quality"][measure][0]
    return row


def test_a_spread_counts_for_as_long_as_it_stood():
    tape = HandTape()
    tape.bid(10, 19_900)
    tape.ask(10, 20_100)
    tape.wait(3)
    tape.bid(10, 19_950)
    tape.ask(10, 20_050)
    tape.wait(1)

    told = found(tape, "spread")
    assert [told["mean_bps"], told["widest_bps"], told["one_sided_share"]] == [(3 * 100 + 50) / 4, 100.0, 0.0]


def test_time_without_a_side_is_told_apart():
    tape = HandTape()
    tape.bid(10, 19_900)
    ask = tape.ask(10, 20_100)
    tape.wait(3)
    tape.cancel(ask)
    tape.wait(1)

    told = found(tape, "spread")
    assert [told["mean_bps"], told["one_sided_share"]] == [100.0, 0.25]


def test_depth_is_of_the_samples_after_the_first_minute():
    tape = HandTape()
    for wait, bids in ((1, 9_000), (61, 4_000), (9, 1_000)):
        tape.wait(wait)
        tape.say(VENUE, 0, DepthSampled(bids, 0, 0, 7_000, 0, 0))
    tape.wait(3)

    told = found(tape, "depth")
    assert [told["bid_1_mean"], told["bid_1_least"], told["bid_1_end"]] == [(9 * 4 + 3 * 1) / 12, 1.0, 1.0]
    assert [told["ask_1_mean"], told["ask_1_least"], told["ask_1_end"]] == [7.0, 7.0, 7.0]
    rows = analyse(tape.read(), FACTS, metrics=["quality"]).tables["quality_depth"]
    assert [[at // 10**9 for at in rows["at_ns"]], rows["bid_1"]] == [[1, 62, 71], [9.0, 4.0, 1.0]]


def test_venues_of_a_pair_stand_apart_for_as_long_as_they_do():
    tape = HandTape()
    tape.bid(10, 19_900)
    ask = tape.ask(10, 20_100)
    tape.wait(5)
    tape.bid(10, 20_100, venue=OTHER_VENUE)
    tape.ask(10, 20_300, venue=OTHER_VENUE)
    tape.wait(1)
    tape.cancel(ask)
    tape.ask(10, 20_300)
    tape.bid(10, 20_100)
    tape.wait(3)

    told = found(tape, "dispersion", TWO_VENUES)
    apart = 200 / 20_100 * 10**4
    assert ["main, other", "USDC", pytest.approx(apart / 4, abs=0.01), round(apart, 2)] == list(told.values())


def test_venues_of_several_moneys_are_compared_by_how_far_they_have_come():
    other = attrs.evolve(TWO_VENUES.venues[1], quote=ETH)
    tape = HandTape()
    for venue, price in ((VENUE, 20_000), (OTHER_VENUE, 500)):
        tape.bid(10, price - 10, venue=venue)
        tape.ask(10, price + 10, venue=venue)
    tape.wait(70)
    tape.bid(10, 496, venue=OTHER_VENUE)  # The mid goes from 500 to 503.
    tape.wait(10)

    told = found(tape, "dispersion", attrs.evolve(FACTS, venues=(FACTS.venues[0], other)))
    apart = 0.006 / 1.003 * 10**4
    assert ["main, other", "USDC, ETH", round(apart, 2), round(apart, 2)] == list(told.values())

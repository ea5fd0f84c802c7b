"""Solvency in time, of a tape written by hand; of whole worlds in ``test_lenders_in_worlds``."""

import attrs
import pytest

from sim.facts import OpenedFacts, SheetFacts, TermsFacts
from sim.metrics.analyse import analyse
from sim.records.market import DepthSampled
from sim.units import SECOND
from tests.support.tapes import BORROWER, ETH, FACTS, FEED, OTHER_KEEPER, POOL, USDC, VENUE, HandTape

TERMS = (
    TermsFacts(ETH, 200 * 10**8, 8_000, 7_500, 500, 0, collateral=3 * 10**18),
    TermsFacts(USDC, 10**8, 0, 0, 0, 0, debt=350 * 10**6, cushion=10 * 10**6),
)
OPENED = (OpenedFacts(BORROWER, {ETH: 10**18}, {USDC: 150 * 10**6}), OpenedFacts(OTHER_KEEPER, {ETH: 2 * 10**18}, {USDC: 200 * 10**6}))
SHEET = SheetFacts(POOL, "aave", "pools", "v3_7", 5_000, TERMS, accounts=OPENED)
SHEETS = attrs.evolve(FACTS, duration=10 * SECOND, sheets=(SHEET,))


def lines(table):
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def falling():
    """Bid 199, ask 201; after five seconds bid 139, ask 141, the feed a second later at 180, three on at 140."""
    tape = HandTape()
    tape.bid(100, 19_900)
    tape.bid(100_000, 13_900)
    tape.ask(100, 20_100)
    tape.wait(5)
    tape.sell(100)
    tape.ask(100, 14_100)
    tape.post(180 * 10**8)
    tape.wait(2)
    tape.post(140 * 10**8)
    tape.wait(3)
    return tape


def measured(tape):
    return analyse(tape.read(), SHEETS, str, ["solvency"], {"solvency": {"samples": 10}})


def test_the_market_the_feed_and_the_accounts_disagree_while_the_feed_is_late():
    found = lines(measured(falling()).tables["solvency_points"])

    told = {
        line["at_ns"] // SECOND: (line["liquidatable"], line["insolvent_mark"], line["insolvent_oracle"], round(line["net_mark"]))
        for line in found
        if line["pool"] == str(POOL)
    }

    # One owes 150 against one ETH, the other 200 against two: at 180 the first is called (144), at 140 it is insolvent.
    assert told[4] == (0, 0, 0, 250)
    assert told[6] == (1, 1, 0, 70)
    assert told[9] == (1, 1, 1, 70)


def test_the_worst_moment_is_that_of_least_cover():
    figures = measured(falling()).figures["solvency"]

    assert (figures["worst"]["at_ns"], round(figures["least_cover_at_mark"], 9)) == (5 * SECOND, 1.2)
    assert figures["top_10_share_of_debt"] == {"all": 1.0, "aave": 1.0}


def test_the_ladder_says_what_each_fall_of_the_posted_price_calls():
    ladder = lines(measured(falling()).tables["solvency_ladder"])

    # 150 needs 187.50 an ETH, 200 needs 125: falls of 6.25 % and 37.5 %.
    told = {line["fall_percent"]: (line["debt"], line["accounts"]) for line in ladder if line["moment"] == "opening"}
    assert [told[fall] for fall in (5, 7, 30, 40)] == [(0, 0), (150, 1), (150, 1), (350, 2)]


def test_of_the_sale_of_everything_the_part_beyond_the_sampled_depth_is_told():
    tape = falling()
    # Three ETH to sell; within 5 % bids for 0.75.
    tape.say(VENUE, 0, DepthSampled(250, 500, 750, 0, 0, 0))
    found = measured(tape)

    end = found.figures["solvency"]["end"]
    assert (end["sale"], end["sale_beyond_depth"], end["sale_beyond_depth_share"]) == pytest.approx((420, 315, 0.75))
    assert found.figures["solvency"]["opening"]["sale_beyond_depth_share"] is None  # Nothing had been sampled.
    assert found.tables["solvency_points"]["sale_beyond_depth_share"][-2:] == [0.75, 0.75]


def test_without_lenders_there_is_nothing_to_say_and_nothing_breaks():
    bare = attrs.evolve(FACTS, feeds=(), pools=())
    tape = HandTape()
    tape.post(FEED)

    found = analyse(tape.read(), bare, str, ["solvency"])

    assert found.figures["solvency"]["end"]["accounts"] == 0

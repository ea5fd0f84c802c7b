"""Solvency in time: of pocket worlds of every family, and of a tape written by hand."""

import json

import attrs
import pytest

from sim.facts import OpenedFacts, SheetFacts, TermsFacts
from sim.metrics.analyse import analyse
from sim.scenario.load import load
from sim.scenario.run import run
from sim.units import SECOND
from tests.support.tapes import BORROWER, ETH, FACTS, FEED, OTHER_KEEPER, POOL, USDC, HandTape
from tests.support.twins import WORLDS

WAYS = ("mark", "oracle", "liquidation")
TERMS = (
    TermsFacts(ETH, 200 * 10**8, 8_000, 7_500, 500, 0, collateral=3 * 10**18),
    TermsFacts(USDC, 10**8, 0, 0, 0, 0, debt=350 * 10**6, cushion=10 * 10**6),
)
OPENED = (OpenedFacts(BORROWER, {ETH: 10**18}, {USDC: 150 * 10**6}), OpenedFacts(OTHER_KEEPER, {ETH: 2 * 10**18}, {USDC: 200 * 10**6}))
SHEET = SheetFacts(POOL, "aave", "pools", "v3_7", 5_000, TERMS, accounts=OPENED)
SHEETS = attrs.evolve(FACTS, duration=10 * SECOND, sheets=(SHEET,))


@pytest.fixture(scope="module", params=["families", "vaults", "everything"])
def found(request):
    result = run(load(WORLDS / f"{request.param}.toml"))
    return analyse(result.tape, result.facts, str, ["solvency"])


def lines(table):
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def test_at_every_sample_of_every_lender_assets_are_debts_and_equity_less_what_is_uncovered(found):
    points = lines(found.tables["solvency_points"])

    assert len(points) > 60
    for line in points:
        assert line["collateral"] == pytest.approx(line["debt"] + line["equity_mark"] - line["uncovered_mark"])
        assert line["accounts"] == line["healthy"] + line["liquidatable"]
        for way in WAYS:
            assert line[f"net_{way}"] == pytest.approx(line[f"equity_{way}"] - line[f"uncovered_{way}"], rel=1e-9, abs=1e-6)


def test_what_a_sale_fetches_never_makes_anybody_more_solvent_than_the_mark(found):
    for line in lines(found.tables["solvency_points"]):
        assert line["net_liquidation"] <= line["net_mark"] + 1e-6
        assert line["insolvent_liquidation"] >= line["insolvent_mark"]


def test_all_together_is_the_sum_of_the_lenders_but_for_the_joint_sale(found):
    points = lines(found.tables["solvency_points"])
    for at in {line["at_ns"] for line in points}:
        here = [line for line in points if line["at_ns"] == at]
        (together,) = [line for line in here if line["pool"] == "all"]
        for key in ("accounts", "healthy", "debt", "net_mark", "net_oracle", "bad_debt"):
            assert together[key] == pytest.approx(sum(line[key] for line in here if line is not together))
        assert together["net_liquidation"] <= sum(line["net_liquidation"] for line in here if line is not together) + 1e-6


def test_figures_are_plain_and_the_surface_is_the_stress_of_all_together(found):
    json.dumps(found.figures, allow_nan=False)
    stress = {
        (line["moment"], line["shock_percent"], line["depth_times"]): line["bad_debt"]
        for line in lines(found.tables["solvency_stress"])
        if line["pool"] == "all"
    }

    for row in lines(found.tables["solvency_surface"]):
        for depth in ("0.25", "0.5", "1", "2", "infinite"):
            assert row[f"bad_debt_{depth}"] == stress[row["moment"], row["shock_percent"], depth]


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


def test_without_lenders_there_is_nothing_to_say_and_nothing_breaks():
    bare = attrs.evolve(FACTS, feeds=(), pools=())
    tape = HandTape()
    tape.post(FEED)

    found = analyse(tape.read(), bare, str, ["solvency"])

    assert found.figures["solvency"]["end"]["accounts"] == 0

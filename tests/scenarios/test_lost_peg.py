"""A stable coin loses its peg: a lender with a wired price is handed broken coins, one that reads the market is left with bad debt."""

from collections import Counter

import pytest

from sim import load, run
from sim.scenario.run import Result
from tests.scenarios.runs import Changes, ran, seeds

SEEDS = (5, 6, 7, 8, 9)
MIXED, WIRED, MARKET = "lost_peg", "lost_peg_wired", "lost_peg_market"
SHORT: Changes = (("run.duration", "30 min"),)
"""As far as the bottom: what comes after, and other lenders, are left to the laws."""
LATER: Changes = (("run.duration", "42 min"),)
SMALL: Changes = (*SHORT, ("world.shocks.0.share", "2 %"))


def liquidations(result: Result) -> Counter[str]:
    names = {pool.place: pool.name for pool in result.facts.pools}
    return Counter(names[place] for place in result.records("Liquidated")["place"].tolist())


def bad_debt(result: Result) -> float:
    return float(result.summary["bad_debt"].split()[0])


def borrowed(result: Result, who: str) -> Counter[str]:
    """Return what some agents borrowed, by lender, in dollars."""
    names = {pool.place: pool.name for pool in result.facts.pools}
    parties = [agent.party for agent in result.facts.agents if agent.name.startswith(who)]
    rows, found = result.records("Borrowed"), Counter[str]()
    for place, party, amount in zip(rows["place"].tolist(), rows["party"].tolist(), rows["amount"].tolist(), strict=True):
        if party in parties:
            found[names[place]] += int(amount) // 10**6
    return found


def at_end(result: Result, lender: str, figure: str) -> float:
    points = result.metrics.of("solvency", samples=2).tables["points"]
    return float([each for each, of in zip(points[figure], points["pool"], strict=True) if of == lender][-1])


@pytest.mark.parametrize("seed", seeds(*SEEDS))
def test_only_the_lender_that_reads_the_market_liquidates_and_is_left_with_bad_debt(seed):
    result = ran(MIXED, seed, SHORT)

    assert liquidations(result).keys() == {"kit"}
    assert liquidations(result)["kit"] > 50
    assert bad_debt(result) > 500_000


def test_loopers_hold_coins_several_times_over_at_both_lenders():
    result = ran(MIXED, 5, SHORT)
    stakes = 6 * 300_000

    assert min(borrowed(result, "old_looper")["old"], borrowed(result, "kit_looper")["kit"]) > 3 * stakes


@pytest.mark.laws
@pytest.mark.parametrize("seed", SEEDS)
def test_the_lender_with_a_wired_price_lends_against_broken_coins_and_sees_nothing_of_it(seed):
    result = ran(MIXED, seed, LATER)

    assert borrowed(result, "gap").keys() == {"old"}
    assert at_end(result, "old", "uncovered_mark") > 100_000
    assert at_end(result, "old", "uncovered_oracle") == 0


@pytest.mark.laws
@pytest.mark.parametrize("seed", SEEDS)
def test_the_more_lenders_read_the_market_the_more_is_sold_and_the_lower_it_falls(seed):
    results = [ran(name, seed, SHORT) for name in (WIRED, MIXED, MARKET)]
    falls = [result.summary["drawdown_bps"] for result in results]

    assert [liquidations(result).total() > 0 for result in results] == [False, True, True]
    assert liquidations(results[2]).total() > 2 * liquidations(results[1]).total()
    assert bad_debt(results[0]) == 0 < bad_debt(results[1]) < bad_debt(results[2])
    assert falls == sorted(falls)
    assert not borrowed(results[2], "gap")


@pytest.mark.laws
def test_one_purse_liquidates_in_both_lenders():
    rows = ran(MARKET, 5, SHORT).records("Liquidated")

    assert len(set(rows["place"].tolist())) == 2
    assert len({(party, place) for party, place in zip(rows["party"].tolist(), rows["place"].tolist(), strict=True)}) == 6


@pytest.mark.laws
def test_where_little_is_out_of_reach_the_peg_holds():
    little, much = ran(MIXED, 5, SMALL), ran(MIXED, 5, SHORT)

    assert little.summary["drawdown_bps"] < 100 < 2_000 < much.summary["drawdown_bps"]
    assert not liquidations(little)


@pytest.mark.laws
@pytest.mark.parametrize("seed", [5, 6])
def test_an_hour_later_the_coin_is_back_near_what_covers_it_unless_all_lenders_sold(seed):
    ends = [ran(name, seed).summary["return_at_end_bps"] for name in (WIRED, MIXED, MARKET)]

    assert ends[0] > ends[1] > -3_000
    assert ends[2] < ends[1] - 1_000


def test_its_books_balance_at_every_block():
    result = run(load(MIXED), 5, set={"run.duration": "24 min"}, check=True, tape="none")

    assert result.reconciled_blocks == result.summary["blocks"] > 100

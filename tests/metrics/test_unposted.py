"""Accounts that were unhealthy at the market and never at a posted price, each case with its answer on paper."""

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cascade import stretches
from sim.facts import OpenedFacts, PopulationFacts, SheetFacts, TermsFacts
from sim.metrics.analysis import worked_out
from sim.metrics.clocks import ClocksMetric
from sim.metrics.levels import Levels
from sim.records.lending import HealthFell, InterestAccrued, Repaid, Supplied
from sim.units import RAY, SECOND
from tests.metrics.test_clocks import block, call
from tests.support.tapes import BORROWER, ETH, FACTS, KEEPER, MAKER, NOISE, OTHER_KEEPER, POOL, USDC, HandTape

TERMS = (TermsFacts(ETH, 200 * 10**8, 7_500, 7_000, 500, 0), TermsFacts(USDC, 10**8, 8_000, 7_000, 500, 0))
IN_BULK = "population/pool.parquet"


def long(party: int, trigger: float) -> OpenedFacts:
    """One ETH, and a debt in USDC that makes it unhealthy at a price."""
    return OpenedFacts(party, {ETH: 10**18}, {USDC: int(trigger * 75 * 10**4)})


def facts(*accounts: OpenedFacts, **terms):
    return attrs.evolve(FACTS, sheets=(SheetFacts(POOL, "aave", "pools", "v3_0", 5_000, TERMS, accounts=accounts, **terms),))


def found(tape: HandTape, told, listed=None):
    return worked_out(tape.read(), {"clocks": ClocksMetric(told)}, str, listed)


def rows(analysis) -> dict:
    """By account: from when, how long in seconds and in blocks, and how it ended."""
    table = analysis.tables["clocks_unposted"]
    columns = (table[key] for key in ("account", "at_market_ns", "oracle_clock_ns", "oracle_clock_blocks", "end"))
    return {int(account): (at / SECOND, ns / SECOND, blocks, end) for account, at, ns, blocks, end in zip(*columns, strict=True)}


def dip(capacity: int = 64) -> HandTape:
    """Mid 200; at one second 195, at three 190 and a block, at five 195; posted at six: 195; at seven 200, at nine a block and the end."""
    tape = HandTape(capacity=capacity)
    for limit in (19_900, 18_900):
        tape.bid(100, limit)
    tape.ask(100, 20_100)
    tape.wait(1)
    tape.sell(100)
    tape.wait(2)
    low = tape.ask(100, 19_100)
    block(tape)
    tape.wait(2)
    tape.cancel(low)
    call(tape, tape.post(195 * 10**8), health=195 * 10**18 // 196, debt=147)
    tape.wait(1)
    tape.bid(100, 19_900)
    tape.wait(2)
    block(tape)
    return tape


DIPPED = facts(long(BORROWER, 196), long(NOISE, 197), long(KEEPER, 192), long(OTHER_KEEPER, 189))


def test_who_was_unhealthy_at_the_market_alone_is_censored_where_the_market_came_back():
    told = found(dip(), DIPPED)

    assert rows(told) == {NOISE: (1, 6, 1, "back"), KEEPER: (3, 2, 1, "back")}
    figures = told.figures["clocks"]
    assert [figures["calls"], figures["unposted"], figures["unposted_not_known"]] == [1, 2, 0]
    assert figures["unposted_ended"] == {"back": 2, "changed": 0, "open": 0}


def test_the_oracles_curve_counts_them_among_those_that_waited_and_its_medians_do_not():
    told = found(dip(), DIPPED)

    # One of three was posted after a block; of debt 147 of 147, 147.75 and 144.
    within = {row["blocks"]: row for row in told.figures["clocks"]["posted_within_blocks"]}
    assert [within[0]["by_count"], within[1]["by_count"], within[2]["by_count"]] == [0.0, 0.333333, None]
    assert within[1]["by_debt"] == pytest.approx(147 / (147 + 147.75 + 144), abs=1e-6)
    assert told.figures["clocks"]["oracle_clock_ns_p50"] == 5 * SECOND
    waits = told.tables["clocks_waits"]
    oracle = [place for place, clock in enumerate(waits["clock"]) if clock == "oracle" and waits["pool"][place] == "all"]
    assert [waits["by_count"][place] for place in oracle] == [0.0, 0.333333, None, None]
    assert waits["by_count_of_liquidated"][oracle[1]] == 1.0


def test_a_tape_cut_into_pieces_says_the_same():
    told = [found(dip(capacity), DIPPED) for capacity in (1, 3, 4_096)]

    assert told[0] == told[1] == told[2]


def test_accounts_in_bulk_are_followed_alike_and_without_their_list_not_known():
    population = PopulationFacts(IN_BULK, 1_000, 3)
    debts = [int(trigger * 75 * 10**4) for trigger in (192, 180, 197)]
    listed = {IN_BULK: {"ETH_collateral_1000000000": np.array([10**9] * 3), "USDC_debt_1": np.array(debts)}}

    assert rows(found(dip(), facts(populations=(population,)), listed.__getitem__)) == {1_000: (3, 2, 1, "back"), 1_002: (1, 6, 1, "back")}
    without = ClocksMetric(facts(populations=(population,)))
    for stretch in stretches(dip().read()):
        without.take(stretch)
    assert [without.figures()[key] for key in ("unposted", "unposted_not_known")] == [0, 3]


def test_what_goes_on_when_the_tape_ends_is_open():
    tape = HandTape()
    tape.bid(100, 19_900)
    tape.ask(100, 20_100)
    tape.wait(4)
    block(tape)

    assert rows(found(tape, facts(long(NOISE, 201), long(KEEPER, 199)))) == {NOISE: (0, 4, 1, "open")}


def test_debt_in_what_the_feed_prices_is_unhealthy_on_a_rise():
    tape = HandTape()
    tape.bid(100, 19_900)
    low = tape.ask(100, 20_100)
    tape.ask(100, 22_100)
    tape.wait(1)
    tape.cancel(low)  # 210.
    tape.wait(2)

    # 256.25 USDC carry 205 of debt, 268.75 carry 215.
    short = [OpenedFacts(party, {USDC: usdc * 10**4}, {ETH: 10**18}) for party, usdc in ((NOISE, 25_625), (KEEPER, 26_875))]
    block(tape)
    assert rows(found(tape, facts(*short))) == {NOISE: (1, 2, 1, "open")}


def test_who_mends_it_himself_is_censored_then_and_who_does_not_mend_enough_waits_on():
    tape = HandTape()
    tape.bid(100, 18_900)
    tape.ask(100, 19_100)
    tape.wait(1)
    tape.say(POOL, NOISE, Repaid(NOISE, USDC, 10 * 10**6))  # 147.75 less 10 is 183.67.
    tape.say(POOL, KEEPER, Repaid(KEEPER, USDC, 10**6))  # 195.67.
    tape.wait(2)
    tape.say(POOL, KEEPER, Supplied(KEEPER, ETH, 10**18))
    tape.wait(2)
    block(tape)

    assert rows(found(tape, facts(long(NOISE, 197), long(KEEPER, 197)))) == {NOISE: (0, 1, 0, "changed"), KEEPER: (0, 3, 0, "changed")}


def test_interest_moves_triggers_without_a_price():
    tape = HandTape()
    tape.bid(100, 19_900)
    tape.ask(100, 20_100)
    tape.wait(1)
    tape.say(POOL, 0, InterestAccrued(USDC, RAY, RAY * 102 // 100))  # 197 is 200.94 now, 196 is 199.92.
    tape.wait(3)
    block(tape)

    assert rows(found(tape, facts(long(NOISE, 197), long(KEEPER, 196)))) == {NOISE: (1, 3, 1, "open")}


def test_whose_trigger_is_no_price_of_one_market_is_not_known():
    both = OpenedFacts(NOISE, {ETH: 10**18, USDC: 10**6}, {USDC: 200 * 10**6})
    idle = OpenedFacts(MAKER, {ETH: 10**18}, {})

    told = found(dip(), facts(both, idle, OpenedFacts(KEEPER, {USDC: 10**6}, {USDC: 10**6}))).figures["clocks"]

    assert [told["unposted"], told["unposted_not_known"]] == [0, 2]


def test_who_is_called_at_any_time_is_a_call_and_nothing_else():
    tape = dip()
    tape.say(POOL, NOISE, HealthFell(0, 0, 99 * 10**16, 10**8, 0))

    assert list(rows(found(tape, DIPPED))) == [KEEPER]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.lists(st.integers(0, 10), max_size=5), st.integers(0, 30))
def test_levels_say_what_looking_back_over_everything_says(prices, wanted, cut):
    levels = Levels.of(np.array(wanted, float), np.arange(len(wanted)), np.ones(len(wanted)))
    for part in (slice(0, cut), slice(cut, None)):
        at = np.arange(len(prices))[part]
        levels.follow(at, at, np.array(prices, float)[part])

    longest = {}
    for party, level in enumerate(wanted):
        runs = [0]
        for price in prices:
            runs.append(runs[-1] + 1 if price <= level else 0)
        if max(runs):
            longest[party] = max(runs)
    assert {party: spell.length for party, spell in levels.spells((len(prices), 0), "back", "open").items()} == longest

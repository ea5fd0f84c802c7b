"""Time to liquidation on two clocks, each figure with its answer on paper."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sim.cli import main
from sim.metrics.analyse import analyse
from sim.metrics.trail import Trail
from sim.metrics.waits import Wait, answered_by, answered_of_answered
from sim.records.chain import BlockSealed
from sim.records.lending import BadDebt, HealthFell, HealthRecovered
from sim.scenario.run import run
from sim.units import SECOND
from tests.support.tapes import BORROWER, CHAIN, ETH, FACTS, KEEPER, NOISE, OTHER_KEEPER, POOL, HandTape
from tests.worlds.pocket import pocket


def block(tape: HandTape) -> None:
    tape.say(CHAIN, 0, BlockSealed(0, 0, 0, 0, 0, 0, 0, 0))


def call(tape: HandTape, post: int, account: int = BORROWER, health: int = 98 * 10**16, debt: int = 100) -> int:
    return tape.say(POOL, account, HealthFell(post, 0, health, debt * 10**8, 0), post)


def found(tape: HandTape, facts=FACTS):
    return analyse(tape.read(), facts, metrics=["clocks"])


def falling(capacity: int = 64) -> HandTape:
    """Mid 200.00; at one second 195.00, at three 190.00, posted at six with a block before it."""
    tape = HandTape(capacity=capacity)
    for limit in (19_900, 18_900, 17_900):
        tape.bid(100, limit)
    tape.ask(100, 20_100)
    tape.wait(1)
    tape.sell(100)
    tape.wait(2)
    tape.ask(100, 19_100)
    block(tape)
    tape.wait(2)
    return tape


def answered(tape: HandTape, after_blocks: int) -> HandTape:
    """Post 190.00 and liquidate so many blocks later, two seconds each."""
    fell = call(tape, tape.post(190 * 10**8))
    for _ in range(after_blocks):
        block(tape)
        tape.wait(2)
    tape.liquidate(fell, 1)
    return tape


def test_the_oracles_clock_runs_from_the_market_and_the_keepers_from_the_post():
    # 190.00 / 0.98 is 193.88: beyond it since the third second.
    told = found(answered(falling(), 2))

    row = {column: values[0] for column, values in told.tables["clocks_calls"].items()}
    assert [row["oracle"], row["oracle_clock_ns"], row["oracle_clock_blocks"]] == ["behind", 3 * SECOND, 1]
    assert [row["end"], row["keepers_clock_ns"], row["keepers_clock_blocks"]] == ["liquidated", 4 * SECOND, 2]


def test_a_lower_health_means_a_trigger_further_up_and_a_longer_wait():
    tape = falling()
    call(tape, tape.post(190 * 10**8), health=96 * 10**16)  # 197.92, passed at one second.

    assert found(tape).figures["clocks"]["oracle_clock_ns_p50"] == 5 * SECOND


def test_a_rise_makes_debt_unhealthy_the_other_way():
    tape = HandTape()
    tape.bid(100, 19_900)
    first = tape.ask(100, 20_100)
    tape.post(200 * 10**8)
    tape.ask(100, 22_100)
    tape.cancel(first)  # The mid is 210.00.
    tape.wait(3)
    call(tape, tape.post(210 * 10**8))  # 210 times 0.98 is 205.80.

    assert found(tape).figures["clocks"]["oracle_clock_ns_p50"] == 4 * SECOND


def test_a_post_ahead_of_the_market_and_a_call_without_a_post_have_no_oracles_clock():
    tape = falling()
    call(tape, tape.post(180 * 10**8))  # 183.67, and the mid is 190.00.
    call(tape, 0, NOISE)

    figures = found(tape).figures["clocks"]
    assert figures["oracle"] == {"behind": 0, "ahead": 1, "unknown": 1}
    assert figures["oracle_clock_ns_p50"] is None


def test_what_was_never_liquidated_is_censored_where_it_ended():
    tape = falling()
    post = tape.post(190 * 10**8)
    for account in (BORROWER, NOISE, KEEPER, OTHER_KEEPER):
        call(tape, post, account)
    block(tape)
    tape.say(POOL, BORROWER, HealthRecovered(10**18))
    tape.say(POOL, NOISE, BadDebt(ETH, 0, 1))
    tape.liquidate(tape.last - 4, 1, account=KEEPER)
    block(tape)
    tape.wait(9)
    block(tape)

    told = found(tape)

    assert told.figures["clocks"]["ended"] == {"liquidated": 1, "recovered": 1, "written_off": 1, "open": 1}
    assert told.tables["clocks_calls"]["keepers_clock_blocks"] == [1, 1, 1, 3]
    assert told.tables["clocks_calls"]["keepers_clock_ns"][3] == 9 * SECOND
    within = {row["blocks"]: row for row in told.figures["clocks"]["answered_within_blocks"]}
    assert [within[1]["by_count"], within[1]["by_count_of_liquidated"], within[0]["by_count"]] == [0.25, 1.0, 0.0]
    assert [within[blocks]["published"] for blocks in (0, 1, 2, 16)] == [0.60, None, 0.85, 0.95]


def test_debt_weighs():
    tape = falling()
    post = tape.post(190 * 10**8)
    small = call(tape, post, BORROWER, debt=100)
    call(tape, post, NOISE, debt=300)
    tape.liquidate(small, 1)
    block(tape)

    at_once = found(tape).figures["clocks"]["answered_within_blocks"][0]
    assert [at_once["by_count"], at_once["by_debt"]] == [0.5, 0.25]


def test_kaplan_and_meier_by_hand():
    # Five begin; one answered at 0; one censored at 1; one answered of three left at 2: 4/5 times 2/3; the last two are censored at 5.
    waits = [Wait(0, True), Wait(1, False), Wait(2, True), Wait(5, False), Wait(5, False)]

    assert answered_by(waits, (0, 1, 2, 5, 6)) == [0.2, 0.2, round(1 - 4 / 5 * 2 / 3, 6), round(1 - 4 / 5 * 2 / 3, 6), None]
    assert answered_of_answered(waits, (0, 1, 2)) == [0.5, 0.5, 1.0]
    assert [answered_by([], (0,)), answered_of_answered([], (0,))] == [[None], [None]]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9)), min_size=1, max_size=20))
def test_with_nothing_censored_both_curves_are_one(spells):
    waits = [Wait(length, True, weight) for length, weight in spells]

    assert answered_by(waits, range(7)) == pytest.approx(answered_of_answered(waits, range(7)), abs=2e-6)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(0, 10))
def test_a_trail_says_what_looking_back_over_everything_says(prices, level):
    trail = Trail()
    for at, price in enumerate(prices):
        trail.move(price, (at, 0))

    above = [at for at, price in enumerate(prices) if price > level]
    since = (above[-1] + 1 if above else 0) if prices[-1] <= level else None
    assert trail.since(level) == (None if since is None else (since, 0))


def test_a_tape_cut_into_pieces_says_the_same():
    told = [found(answered(falling(capacity), 2)) for capacity in (1, 3, 4_096)]

    assert told[0] == told[1] == told[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("analyse") / "run"
    run(pocket(), 4, out=path)
    return path


def test_a_run_is_analysed_and_its_medians_are_those_of_the_summary(folder, tmp_path):
    asked = CliRunner().invoke(main, ["analyse", str(folder), "--json", "--out", str(tmp_path), "--format", "csv"])

    assert asked.exit_code == 0, asked.output
    clocks = json.loads(asked.stdout)["clocks"]
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert clocks["calls"] == summary["margin_calls"] > 3
    assert clocks["keepers_clock_ns_p50"] == summary["unhealthy_to_liquidated_ns_p50"]
    assert clocks["keepers_clock_blocks_p50"] == summary["unhealthy_to_liquidated_blocks_p50"]
    assert {"figures.csv", "clocks_calls.csv", "clocks_waits.csv"} <= {path.name for path in tmp_path.iterdir()}


def test_on_a_terminal_it_is_a_line_a_figure(folder):
    asked = CliRunner().invoke(main, ["analyse", str(folder)])

    assert asked.exit_code == 0, asked.output
    assert "  keepers_clock_ns_p50: " in asked.output
    assert "    blocks 2, by_count " in asked.output

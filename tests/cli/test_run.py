"""``downtick run``: its table, its JSON, and what they repeat."""

import json
from decimal import Decimal

import attrs
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.cli.table import plain, print_result, said, tables
from sim.metrics.table import HEADLINE
from sim.scenario.held_out import held_against
from sim.scenario.load import load
from sim.scenario.run import run
from sim.storage import Run
from tests.support.twins import EVERYTHING

SHORT = ("--set", "run.duration=100 s", "--set", "world.price.until=90 s")


@pytest.fixture
def call():
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def result():
    return run(load(EVERYTHING, {"run.duration": "100 s", "world.price.until": "90 s"}))


def test_json_has_digest_seed_entries_wall_time_and_summary(call, result):
    shown = json.loads(call("run", EVERYTHING, *SHORT, "--json").output)

    assert {"digest", "seed", "entries", "wall_s", "summary"} <= shown.keys()
    assert (shown["digest"], shown["seed"], shown["entries"]) == (result.digest, 3, result.entries)
    assert list(shown["summary"])[: len(HEADLINE)] == list(HEADLINE)


def test_the_digest_does_not_depend_on_what_is_kept_checked_or_shown(call, result, tmp_path):
    kept = call("run", EVERYTHING, *SHORT, "--quiet", "--out", tmp_path / "full")
    none = json.loads(call("run", EVERYTHING, *SHORT, "--json", "--tape", "none", "--check", "--out", tmp_path / "none").output)

    assert kept.exit_code == 0
    assert Run(tmp_path / "full").digest == none["digest"] == result.digest


def test_another_seed_gives_another_digest(call, result):
    assert json.loads(call("run", EVERYTHING, *SHORT, "--json", "--seed", 4).output)["digest"] != result.digest


def test_the_table_repeats_what_must_be_said(call):
    shown = call("run", EVERYTHING, *SHORT).output

    assert "everything: Something of everything" in shown
    assert "note: anachronism: oracle_posting = each was in use until 2021-02" in shown
    assert "note: prices.csv has no prices for 2 min" in shown
    assert "fitted: opening debt: target 80_000 USDC (typed for the tests), reached not said" in shown
    assert "held out: liquidations on the day: 8 (typed for the tests); this run: liquidations = " in shown


def test_a_pinned_path_says_that_no_price_effect_may_be_claimed(result):
    pinned = attrs.evolve(result, facts=attrs.evolve(result.facts, extra={"role": "pinned"}))

    assert next(said(pinned)).startswith("pinned: the price path is given and held from outside")


def test_an_impact_far_beyond_the_square_root_law_is_said(result):
    far = attrs.evolve(result, summary={"forced_sale_impact": {"note": "forced sales moved the price 4.0 times what is expected"}})

    assert "note: forced sales moved the price 4.0 times what is expected" in list(said(far))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("gain", None, "none"),
        ("x_ns_p50", 1_500_000_000, "1.500 s"),
        ("gain", 0.123456, "0.1235"),
        ("liquidations", 12_345, "12,345"),
        ("bad_debt", "0 USDC", "0 USDC"),
        ("ratios", [], "none"),
        ("ratios", [0.5, 0.25], "0.5, 0.25"),
        ("drawdown_bps", -37_012.25, "-37,012"),
        ("drawdown_bps", 400.0, "400"),
        ("gain", 0.00001234, "0.00001234"),
        ("gain", 0.0, "0"),
        ("ratios", [1e-5, 1e16], "0.00001, 10,000,000,000,000,000"),
    ],
)
def test_values_are_told_as_people_read_them(key, value, expected):
    assert plain(key, value) == expected


@pytest.mark.parametrize(
    ("key", "fact", "reached", "expected"),
    [
        ("return_at_end_bps", "-19.0 %", -1_420.5, "return_at_end_bps = -14.2 %, a difference of +4.8 percentage points"),
        ("drawdown_bps", "300 bps", 250.0, "drawdown_bps = 250 bps, a difference of -50 bps"),
        ("forced_share_of_volume", "40 %", 0.5, "forced_share_of_volume = 50 %, a difference of +10 percentage points"),
        ("liquidations", "8", 5, "liquidations = 5, a difference of -3"),
        ("bad_debt", "5_670_000 DAI", "4000000.5 DAI", "bad_debt = 4,000,000.5 DAI, a difference of -1,669,999.5 DAI"),
        ("bad_debt", "5 DAI", "4 USDC", "bad_debt = 4 USDC"),
        ("unhealthy_to_liquidated_ns_p50", "2 min", 90 * 10**9, "unhealthy_to_liquidated_ns_p50 = 1.5 min, a difference of -0.5 min"),
        ("liquidations", "some dozens", 5, "liquidations = 5"),
    ],
)
def test_a_fact_held_out_and_the_run_are_told_in_one_unit(key, fact, reached, expected):
    assert held_against(key, fact, reached) == expected


def test_one_seed_is_said_to_say_little_once(call):
    assert call("run", EVERYTHING, *SHORT).output.count("one seed says little") == 1


def test_a_run_that_was_cut_short_is_held_against_no_fact(result, capsys):
    print_result(attrs.evolve(result, status="interrupted"), 1.0)

    shown = capsys.readouterr().out
    assert "note: anachronism" in shown
    assert "held out" not in shown and "fitted" not in shown


def test_a_hollow_book_at_the_trough_is_said(result):
    hollow, whole = (attrs.evolve(result, summary={"spread_at_trough_bps": spread}) for spread in (812.5, 500.0))

    assert "note: at the trough of the mid the book was hollow (spread 8.125 %)" in "".join(said(hollow))
    assert "hollow" not in "".join(said(whole))


def test_a_keepers_parts_as_shown_sum_to_its_profit_as_shown():
    parts = {"bonus": "2804.132701 USDC", "slippage": "-1591 USDC", "gas": "-0.083956 USDC", "profit": "1213.048745 USDC"}

    *told, (_, profit) = next(tables({"keepers": {"k": {"USDC": parts}}}))[2]

    assert sum(Decimal(cell) for _, cell in told) == Decimal(profit)


@pytest.mark.parametrize(("exact", "shown"), [("0.0000005 ETH", "0.000001"), ("-0.0000005 ETH", "-0.000001"), ("-0.0000004 ETH", "0")])
def test_more_digits_than_are_shown_are_rounded_half_away_from_zero(exact, shown):
    assert next(tables({"keepers": {"k": {"ETH": {"gas": exact}}}}))[2] == [["gas", shown]]


def test_no_key_is_cut_on_a_narrow_terminal(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")

    shown = call("run", EVERYTHING, *SHORT).output

    assert "unhealthy_to_liquidated_blocks_p50" in shown
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown

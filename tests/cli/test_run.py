"""``downtick run``: its table, its JSON, and what they repeat."""

import json

import attrs
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.cli.table import plain, said
from sim.metrics.table import HEADLINE
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
    ],
)
def test_values_are_told_as_people_read_them(key, value, expected):
    assert plain(key, value) == expected

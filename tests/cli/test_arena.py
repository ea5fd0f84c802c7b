"""``downtick arena`` and ``downtick why --lost``: what races leave, that they go on where they were, and why one was lost."""

import json

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.cli.arena_table import print_arena
from sim.experiment.arena.courses import course
from sim.experiment.arena.entries import entries_of
from sim.experiment.arena.seats import seated
from sim.scenario.run import run

BRIEF = (
    "--scenarios",
    "three_positions",
    "--set",
    "chain.bundles=false",
    "--set",
    "world.shocks.0.at=1 s",
    "--set",
    "run.duration=50 s",
    "--seeds",
    "2",
    "--jobs",
    "1",
)
RIVALS = ("liquidator", "hedged", "gas_warrior", "flash_liquidator+route=private", "bundle_bidder", "backrunner", "oev_bidder")
CRASHES = """
import attrs

from sim.agents.strategy import On
from sim.records import BlockSealed


@attrs.define
class Crashes:
    wakes_on = (On(BlockSealed),)

    def decide(self, news, desk):
        raise ValueError("no idea")
"""


@pytest.fixture
def call():
    """Return a way to call ``downtick``."""
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def arena(tmp_path_factory):
    """Return the folder of an arena in which one bids more than the other and one fails."""
    folder = tmp_path_factory.mktemp("arena")
    (folder / "crashes.py").write_text(CRASHES, encoding="utf-8")
    words = ["--keeper", f"{folder}/crashes.py:Crashes", "--field", "plain,lavish", "-o", str(folder / "out")]
    done = CliRunner().invoke(main, ["arena", *words, *BRIEF])
    assert done.exit_code == 0, done.output
    return folder, words, done.output


def test_who_bids_more_wins_and_who_fails_fails_alone(arena):
    folder, _, shown = arena
    table = json.loads((folder / "out/arena.json").read_text())

    standings = {each["name"]: each for each in table["standings"]}
    assert table["standings"][0]["name"] == "lavish"
    assert (standings["lavish"]["share"], standings["plain"]["share"], standings["Crashes"]["silent"]) == (1.0, 0.0, 2)
    assert standings["plain"]["reverted_for"] == {"healthy": standings["plain"]["reverted"]} and standings["plain"]["reverted"] > 0
    assert "Crashes failed in three_positions-1 after 0 s and was silent from then on" in shown


def test_a_page_a_table_and_the_races_themselves_are_kept(arena):
    folder, _, shown = arena
    page = (folder / "out/arena.html").read_text()

    assert "lavish leads over 1 course." in page and "<svg" in page and "http" not in page
    assert sorted(each.name for each in (folder / "out").iterdir()) == ["arena.html", "arena.json", "arena.parquet", "races", "runs"]
    assert "1  lavish" in shown


def test_the_race_to_look_at_is_one_that_its_loser_was_in(arena, capsys):
    table = json.loads((arena[0] / "out/arena.json").read_text())
    table["each"].insert(0, {"race": "elsewhere-1", "keepers": {}})
    print_arena(table, arena[0])

    assert "downtick why three_positions-1 --lost Crashes" in capsys.readouterr().out


def test_what_the_price_did_to_what_was_held_is_told_beside_the_profit(arena):
    table = json.loads((arena[0] / "out/arena.json").read_text())
    lavish = table["standings"][0]

    parts = sum(lavish[part] for part in ("bonus", "oracle_gap", "slippage", "inventory_drift", "gas", "tips", "reverted_gas"))
    assert lavish["inventory_drift"] != 0
    assert round(parts) == round(lavish["profit"]["mean"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--keeper", "./mine.py"], "./mine.py names no class; give ./mine.py:CLASS"),
        (["--keeper", "liquidator", "--scenarios", "slides"], '"slides" is neither a course nor a scenario; did you mean "slide"?'),
    ],
)
def test_what_cannot_be_raced_is_told_with_what_would_do(call, words, told):
    done = call("arena", *words)

    assert done.exit_code == 2 and done.output.startswith(told)


def test_an_interrupted_arena_goes_on_with_what_is_missing(arena, call):
    folder, words, _ = arena
    before = (folder / "out/arena.json").read_text()
    lost, *kept = sorted((folder / "out/runs").glob("*.json"))
    written = [each.stat().st_mtime_ns for each in kept]
    lost.unlink()

    assert call("arena", *words, *BRIEF).exit_code == 0
    assert (folder / "out/arena.json").read_text() == before
    assert lost.exists() and [each.stat().st_mtime_ns for each in kept] == written


def test_why_a_race_was_lost_is_told_with_the_bid_it_took(arena, call, tmp_path):
    folder, _, _ = arena
    assert call("run", folder / "out/races/three_positions-1.json", "--out", tmp_path / "race", "--quiet").exit_code == 0

    told = call("why", tmp_path / "race", "--lost", "plain").output

    assert told.startswith("plain won 0 of 1 liquidations; 1 races were lost in part or whole\n  1 liquidations by others: outbid\n")
    assert "too low by" in told and "against lavish (position 1, lavish at 0)" in told
    assert call("why", tmp_path / "race", "--lost", "nobody").exit_code == 2
    assert call("why", tmp_path / "race").exit_code == 2


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """Return the folder of a race of bundles, a minute and a quarter of it."""
    scenario = seated(course("sealed", {"run.duration": "75 s"}), entries_of([], RIVALS))
    folder = tmp_path_factory.mktemp("sealed") / "run"
    run(scenario, out=folder)
    return folder


@pytest.mark.parametrize(
    ("keeper", "told"),
    [
        ("backrunner", "with a sealed bid of 0.2833 ETH: too low by 0.2267 ETH, oev_bidder bid 0.51 ETH; behind it, it would have failed"),
        ("bundle_bidder", "late by 318 ms: its bundle [2099] with a sealed bid of 0.51 ETH came after the block, and failed (zero amount)"),
        ("gas_warrior", "late by 311 ms: its tx [2091] came after the block, and was let go of (healthy)"),
        ("gas_warrior", "would have failed (healthy) and was let go of, free of charge, and 10 more with it: oev_bidder came in a bundle"),
        ("flash_liquidator", "would have failed (zero amount) and was let go of, free of charge: oev_bidder came in a bundle"),
    ],
)
def test_what_bundles_and_composites_lost_is_told_with_bid_and_failure(call, sealed, keeper, told):
    assert told in call("why", sealed, "--lost", keeper).output

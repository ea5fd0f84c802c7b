"""A recorded run put to a changed keeper: itself answers the same, another as it would have, and the recording is not moved."""

import json

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.errors import InputError
from sim.experiment.arena.courses import course
from sim.experiment.arena.entries import Entry, entries_of
from sim.experiment.arena.replay import replayed
from sim.experiment.arena.seats import seated
from sim.scenario.run import run
from sim.storage import Run

BRIEF = {"chain.bundles": False, "world.shocks.0.at": "1 s", "run.duration": "50 s"}
SEALED = {"run.duration": "75 s"}
SHY = """
import attrs

from sim.agents.strategy import On
from sim.commands import Note
from sim.records import BlockSealed
from sim.vocabulary import Refusal


@attrs.define
class Shy:
    sees = ("own_txs", "mempool")
    wakes_on = (On(BlockSealed),)
    asked: int = 0

    def decide(self, news, desk):
        self.asked += len(desk.own_txs()) * 0 + 1
        pool = desk.connections.pools[0]
        return [Note(each.account, pool, Refusal.NO_PROFIT, -2_500_000) for each in desk.unhealthy(pool)]
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Return a race in which lavish bid more than plain."""
    folder = tmp_path_factory.mktemp("replay") / "run"
    run(seated(course("three_positions", BRIEF), entries_of([], ["plain", "lavish"])), out=folder)
    with Run(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """Return a race of bundles."""
    folder = tmp_path_factory.mktemp("sealed") / "run"
    run(seated(course("sealed", SEALED), entries_of([], ["bundle_bidder", "oev_bidder"])), out=folder)
    with Run(folder) as opened:
        yield opened


def entry(said):
    return entries_of([said, "plain"], [])[0]


def test_a_keeper_in_its_own_place_answers_what_it_answered(recorded):
    found = replayed(recorded, entry("liquidator"), "plain")

    assert (found.differ, found.failures, len(found.rows)) == (0, (), 1)
    assert found.decisions > 5
    assert found.counts() == {"recorded": {"outbid": 1}, "changed": {"outbid": 1}}
    assert found.rows[0]["recorded"] == found.rows[0]["changed"]


def test_a_changed_one_is_told_whether_it_would_have_been_ahead(recorded):
    dear = replayed(recorded, entry("dear:=liquidator+multiple_bps=900 %"), "plain").rows[0]
    same = replayed(recorded, entry("lavish"), "plain").rows[0]

    assert (dear["recorded"]["word"], dear["changed"]["word"], same["changed"]["word"]) == ("outbid", "ahead", "level")
    assert dear["changed"]["offer"] > dear["changed"]["against"] > dear["recorded"]["offer"]
    assert same["changed"]["offer"] == same["changed"]["against"]


def test_who_won_and_bids_less_is_told_by_how_much(recorded):
    row = replayed(recorded, entry("plain"), "lavish").rows[0]

    assert (row["recorded"]["word"], row["changed"]["word"]) == ("won", "outbid")
    assert row["bonus_8"] > 0


def test_another_class_sees_what_it_asks_for_and_says_why_it_would_not(recorded, tmp_path):
    (tmp_path / "shy.py").write_text(SHY, encoding="utf-8")

    found = replayed(recorded, entry(f"{tmp_path}/shy.py:Shy"))

    assert (found.keeper, found.failures) == ("plain", ())
    assert found.rows[0]["changed"] == {"word": "declined", "reason": "no_profit", "expected": -2_500_000}


def test_sealed_bids_behind_the_oracle_are_compared_as_they_were_sent(sealed):
    same, less = (replayed(sealed, entry(each), "oev_bidder") for each in ("oev_bidder", "oev_bidder+share_bps=50 %"))

    assert same.differ == 0 and same.counts()["recorded"]["won"] == same.counts()["changed"]["as recorded"] > 0
    first = less.rows[0]["changed"]
    assert (first["word"], first["against_bundle"]) == ("outbid", True)
    assert first["offer"] * 9 == pytest.approx(first["against"] * 5, rel=1e-9)


def test_what_cannot_be_asked_on_the_side_is_refused_with_a_remedy(recorded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["keeper", "new", "lives", "--form", "run"]).exit_code == 0

    with pytest.raises(InputError, match="has no keeper 'nobody'"):
        replayed(recorded, Entry("x", "liquidator"), "nobody")
    with pytest.raises(InputError, match="cannot be asked on the side; give a strategy with decide"):
        replayed(recorded, Entry("x", f"{tmp_path}/lives.py:Lives"))


def test_why_a_race_was_lost_agrees_with_what_was_sent_for_each_account(tmp_path):
    run(seated(course("slide", {"run.duration": "110 s"}), entries_of([], ["plain", "sharer", "lavish"])), out=tmp_path / "run")
    with Run(tmp_path / "run") as opened:
        exact = replayed(opened, entry("plain"), "plain").counts()["recorded"]

    told = CliRunner().invoke(main, ["why", str(tmp_path / "run"), "--lost", "plain"]).output
    assert exact == {"outbid": 29}
    assert "29 liquidations by others: outbid\n" in told


def test_it_is_told_in_sentences_and_as_json(recorded):
    words = ["arena", "replay", str(recorded.folder), "--keeper", "dear:=liquidator+multiple_bps=900 %", "--as", "plain"]
    shown, told = CliRunner().invoke(main, words).output, json.loads(CliRunner().invoke(main, [*words, "--json"]).output)

    assert "dear in the place of plain" in shown and "the market's answer is held fixed" in shown
    assert "taken by lavish in block" in shown and "more than the taker" in shown
    assert told["counts"] == {"recorded": {"outbid": 1}, "changed": {"ahead": 1}}
    assert told["opportunities"][0]["taker"] == "lavish"

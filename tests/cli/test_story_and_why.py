"""A run told in sentences, and an entry explained: what a class reads must be what the tape says."""

import re

import attrs
import pytest
from click.testing import CliRunner

from sim.cascade import OriginKind
from sim.cli import main
from sim.cli.story import moment
from sim.cli.why import Why
from sim.errors import InputError
from sim.names import Names
from sim.records.agents import Declined, ShockStruck
from sim.records.chain import BlockSealed, TxReverted
from sim.records.lending import BadDebt
from sim.records.market import CustodySuspended
from sim.storage import Opening, Run, RunFolder
from sim.tape import Tape
from sim.units import HOUR, MINUTE, SECOND
from sim.vocabulary import Motive, Refusal, ShockKind
from tests.support.tapes import (
    BORROWER,
    CHAIN,
    FACTS,
    FEED,
    KEEPER,
    MAKER,
    NOISE,
    OUTSIDE,
    POOL,
    REPORTER,
    TOKEN,
    USDC,
    VENUE,
    HandTape,
)

NAMES = {VENUE: "main", CHAIN: "chain", TOKEN: "token", FEED: "ETH/USD", POOL: "aave", OUTSIDE: "outside", MAKER: "maker", NOISE: "noise"}
NAMES |= {KEEPER: "keeper", BORROWER: "alice", REPORTER: "reporter", 31: "bob", 32: "carol", 33: "dave", 1: "ETH", 2: "USDC"}


def a_cascade() -> tuple[HandTape, dict[str, int]]:
    """Two generations: 09:54:00 a first fall by noise, a liquidation, its sale, and the next liquidation."""
    tape, said = HandTape(), {}
    for limit in (20_000, 19_900, 19_800):
        tape.bid(1_000, limit)
    tape.ask(1_000, 20_000 + 100)
    tape.outside(200 * 10**8)
    said["opening"] = tape.post_mid()
    tape.wait(2)
    tape.sell(1_000)
    said["news"] = tape.outside(198 * 10**8)
    tape.wait(9)
    said["post"] = tape.post_mid()
    said["fell"] = tape.fall(said["post"], price=tape.mid_8())
    tape.wait(12)
    said["block"] = tape.say(CHAIN, 0, BlockSealed(1, 0, 0, 0, 0, 0, 0, 0))
    said["liquidated"] = tape.liquidate(said["fell"], 1_050, repaid=199_500_000, price=200 * 10**8)
    tape.deposit(1_050)
    tape.wait(20)
    said["sale"] = tape.accepted(tape.sell_seized(1_000))
    tape.wait(5)
    said["second post"] = tape.post_mid()
    said["second fell"] = tape.fall(said["second post"], account=31, price=tape.mid_8())
    tape.wait(1)
    said["second"] = tape.liquidate(said["second fell"], 10, repaid=10**6, account=31, price=tape.mid_8())
    return tape, said


def keep(tape: HandTape, folder, kept: str = "full", facts=FACTS) -> str:
    """Write a tape made by hand into a run folder; return its path."""
    names = Names.from_json({"names": {str(id): name for id, name in NAMES.items()}, "blocks": []})
    sink = RunFolder.create(folder, Opening("by_hand", "", 7, FACTS.epoch), names, kept)
    sink.manifest.facts = facts.as_json() if facts else {}
    again = Tape(sink)
    for entry in tape.read().entries():
        again.append(entry.at, entry.cause, entry.place, entry.party, entry.record.row())
    again.flush()
    sink.finish("complete", again.digest(), again.entries)
    return str(folder)


def told(*arguments: str) -> list[str]:
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


@pytest.fixture
def cascade_run(tmp_path):
    tape, said = a_cascade()
    return keep(tape, tmp_path / "run"), said


def test_a_story_says_who_did_what_why_and_how_late(cascade_run):
    folder, said = cascade_run

    lines = told("story", folder)
    by_entry = {int(line[1 : line.index("]")]): line.split("] ", 1)[1] for line in lines if line.startswith("[")}

    assert "by_hand, seed 7: complete: " in lines[0]
    assert "10:00:12.0" not in by_entry[said["post"]]
    assert by_entry[said["post"]] == "10:00:13.0 feed ETH/USD posts 200.00 (-0.25 %), 10.0 s after the market was there"
    assert by_entry[said["fell"]] == (
        "10:00:13.0 margin call: alice falls to a health of 0.9900 at a posted price of 200.00 (owes 100 USD on 110 USD)"
    )
    assert by_entry[said["liquidated"]] == (
        "10:00:25.0 keeper liquidates alice: repays 199.50 USDC, seizes 1.05 ETH at a posted 200.00, a bonus of 5.26 %,"
        " 12.0 s (1 block) after its margin call; a root, because of voluntary orders"
    )
    assert (
        by_entry[said["sale"]]
        == "10:00:45.0 keeper sells 1.00 ETH on main at 199.00 on average: the mid goes from 200.00 to 199.50 (-0.25 %)"
    )
    assert by_entry[said["second"]].endswith(f"generation 2, 100 % from liquidation {said['liquidated']}")
    assert lines[-2:] == ["generation 1: 1 liquidations, 200 USD of debt repaid", "generation 2: 1 liquidations, 1 USD of debt repaid"]


def test_a_story_is_told_in_sequence(cascade_run):
    lines = told("story", cascade_run[0])

    numbers = [int(line[1 : line.index("]")]) for line in lines if line.startswith("[")]

    assert sorted(numbers) == numbers


def test_a_story_can_be_cut_to_some_minutes(cascade_run):
    folder, said = cascade_run

    lines = told("story", folder, "--from", "10:00:40", "--to", "46 s")

    assert [f"[{said['sale']}]"] == [line.split(" ")[0] for line in lines if line.startswith("[")]


def test_other_things_worth_a_sentence_have_one(tmp_path):
    tape = HandTape()
    tape.bid(10, 20_000)
    tape.ask(10, 20_010)
    tape.say(0, 0, ShockStruck(ShockKind.GAS_SURGE, 0, 0))
    post = tape.post_mid()
    for account in (BORROWER, 31, 32, 33):
        tape.fall(post, account=account)
    tape.say(POOL, 31, BadDebt(USDC, 0, 5 * 10**6))
    tape.say(CHAIN, KEEPER, TxReverted(3, 1, 0, 0, 21_000, 10**11, Refusal.HEALTHY, 12 * SECOND))
    tape.say(CHAIN, NOISE, TxReverted(4, 1, 0, 0, 21_000, 10**11, Refusal.HEALTHY, 12 * SECOND))
    tape.say(0, KEEPER, Declined(BORROWER, POOL, Refusal.NO_PROFIT, 0))
    tape.say(VENUE, 0, CustodySuspended(1))

    lines = [line.split(" ", 2)[2] for line in told("story", keep(tape, tmp_path / "run")) if line.startswith("[")]

    assert lines == [
        "shock 1 (gas surge) strikes",
        "feed ETH/USD posts 200.05",
        "4 margin calls at once, first alice; together they owe 400 USD",
        "bad debt: 5.00 USDC of bob has no collateral left behind it",
        "a tx of keeper reverts (healthy) after 12.0 s; 0.0021 ETH of gas gone",
        "keeper leaves alice alone: no profit",
        "main stops deposits and withdrawals",
    ]


def test_what_one_block_brings_is_told_together(tmp_path):
    tape = HandTape()
    tape.bid(10, 20_000)
    tape.ask(10, 20_010)
    tape.post_mid()
    for step in range(3):
        post = tape.post(199 * 10**8 - step * 10**8, (VENUE, tape.quote_seq(), 10_000), after=0 if step else 1)
        tape.fall(post, price=199 * 10**8)
        tape.say(CHAIN, KEEPER, TxReverted(step, 1, 0, 0, 21_000, 10**11, Refusal.HEALTHY, 12 * SECOND))

    lines = [line.split(" ", 2)[2] for line in told("story", keep(tape, tmp_path / "run")) if line.startswith("[")]

    assert lines[1:] == [
        "feed ETH/USD posts 197.00 (-1.52 %) in 3 steps",
        "margin call: alice falls to a health of 0.9900 at a posted price of 199.00 (owes 100 USD on 110 USD)",
        "3 txs of keeper revert (healthy); 0.0063 ETH of gas gone",
    ]


def test_a_run_without_liquidations_says_so(tmp_path):
    assert told("story", keep(HandTape(), tmp_path / "run"))[-1] == "nobody was liquidated"


def test_why_walks_from_a_liquidation_to_its_parents_and_root(cascade_run):
    folder, said = cascade_run

    lines = told("why", folder, str(said["second"]))

    assert lines[0].startswith(f"[{said['second']}] 10:00:52.0 keeper liquidates bob: repays 1.00 USDC")
    assert lines[1].startswith(f"  because of [{said['second fell']}]") and lines[2].startswith(f"    because of [{said['second post']}]")
    assert f"the post that made it fall is entry {said['second post']}; behind its change stand, by weight:" in lines
    assert f"  100 % the sale of what liquidation {said['liquidated']} seized (10:00:25.0, keeper, generation 1)" in lines
    assert any(line.startswith("generation 2; sales of seized units were 50 % of the fall since the last peak") for line in lines)
    assert any(line.startswith(f"the root of its cascade is [{said['liquidated']}]") for line in lines)


def test_why_tells_where_seized_units_went_and_what_came_of_it(cascade_run):
    folder, said = cascade_run

    lines = told("why", folder, str(said["liquidated"]))

    assert f"sold: [{said['sale']}] 10:00:45.0 1.00 ETH of it on main, the mid moved -0.25 %" in lines
    assert lines[-1].startswith(f"descends from it by 100 %: [{said['second']}]")


def test_why_shares_a_post_out(cascade_run):
    folder, said = cascade_run

    lines = told("why", folder, str(said["post"]))

    assert "its change of -0.5000 is made of:" in lines
    assert "  -0.5000 voluntary orders" in lines


def test_why_of_a_root_says_that_nothing_led_to_it(cascade_run):
    folder, said = cascade_run

    lines = told("why", folder, str(said["news"]))

    assert lines[1:] == ["  nothing on the tape led to it: it is a root", "nothing names it as its cause"]


def test_why_counts_effects_it_does_not_list(tmp_path):
    tape = HandTape()
    news = tape.outside(10**8)
    for _ in range(20):
        tape.bid(1, 100, cause=news)

    lines = told("why", keep(tape, tmp_path / "run"), str(news))

    assert ["it led to 20 entries:", f"  and 8 more, up to entry {tape.accepted(20)}"] == [lines[2], lines[-1]]


def test_every_entry_of_a_tape_can_be_explained(tmp_path):
    tape, _ = a_cascade()
    tape.sell(1, motive=Motive.STOP)
    with Run(keep(tape, tmp_path / "run")) as run:
        first = Why.of(run, 1)

        for seq in range(1, tape.last + 1):
            assert next(attrs.evolve(first, seq=seq).lines()).startswith(f"[{seq}] 10:00:")
            assert all(attrs.evolve(first, seq=seq).lines())


@pytest.mark.parametrize("command", [("story",), ("why", "1")])
def test_a_filtered_tape_is_refused_with_the_remedy(command, tmp_path):
    tape, _ = a_cascade()
    folder = keep(tape, tmp_path / "run", kept="trades")
    trade = str(tape.accepted(5) + 1)

    refused = CliRunner().invoke(main, [command[0], folder, *([trade] if command[1:] else [])])

    assert (refused.exit_code, "run again with --tape full" in refused.stderr) == (2, True)


def test_a_run_without_its_facts_is_refused(tmp_path):
    refused = CliRunner().invoke(main, ["story", keep(HandTape(), tmp_path / "run", facts=None)])

    assert (refused.exit_code, "run the scenario again" in refused.stderr) == (2, True)


def test_no_run_and_no_such_entry_are_refused(cascade_run, tmp_path):
    nowhere = CliRunner().invoke(main, ["story", str(tmp_path / "nowhere")])
    too_far = CliRunner().invoke(main, ["why", cascade_run[0], "99999"])

    assert [nowhere.exit_code, too_far.exit_code] == [2, 2]
    assert "entry 99999 is not on this tape" in too_far.stderr


@pytest.mark.parametrize("asked", [("--from", "10:00:30", "--to", "10:00:10"), ("--from", "5 h"), ("--from", "23:00", "--to", "23:30")])
def test_a_stretch_with_nothing_of_the_run_in_it_is_refused(cascade_run, asked):
    refused = CliRunner().invoke(main, ["story", cascade_run[0], *asked])

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert re.match(r"nothing between [\d:.]+ and [\d:.]+; the run is 10:00:00.0 to 10:0[\d:.]+\n", refused.stderr)


def test_moments_are_times_of_day_spans_or_dates():
    epoch = FACTS.epoch  # 2020-03-12 10:00:00 UTC.

    assert [moment(text, epoch, "--to") for text in ("10:30", "10:00:00.5", "0:00")] == [30 * MINUTE, 500_000_000, 14 * HOUR]
    assert [moment(text, epoch, "--to") for text in ("90 s", "2020-03-12T11:00:00Z")] == [90 * SECOND, HOUR]


@pytest.mark.parametrize("text", ["soon", "25:00", "10:61", "90"])
def test_a_moment_that_is_none_is_told_what_would_do(text):
    with pytest.raises(InputError, match=r"--from .*time of day in UTC, such as"):
        moment(text, FACTS.epoch, "--from")


def test_makers_behind_a_fall_are_said_to_answer_somebody(cascade_run):
    teller = Why.of(Run(cascade_run[0]), cascade_run[1]["liquidated"]).teller

    assert teller.origin((OriginKind.MOTIVE, Motive.MARKET_MAKING)).startswith("market making orders (makers answering the price outside")
    assert teller.origin((OriginKind.MOTIVE, Motive.VOLUNTARY)) == "voluntary orders"


def test_a_block_is_told_in_gwei(tmp_path):
    tape = HandTape()
    seq = tape.say(CHAIN, 0, BlockSealed(7, 0, 12_000_000, 400_000, 20_450_000_000, 5 * 10**8, 3_000_000, 3))

    assert told("why", keep(tape, tmp_path / "run"), str(seq))[0].endswith(
        "block 7 is sealed: 12,000,000 gas, 400,000 of it the scenario's agents' in 3 txs;"
        " base fee 20.45 gwei, 60th percentile of prices 0.5 gwei; 3,000,000 gas of background still waits"
    )

"""Auctions in whole worlds: every call, every word, every refusal, under each liquidation system; and books that balance meanwhile."""

import copy
import os
import subprocess
import sys
from collections.abc import Iterator

import attrs
import pytest

from sim.commands import CALLS, JoinCall, SaleCallback, StartDebtAuctionCall
from sim.errors import ScenarioError
from sim.records import ALL, Borrowed, HealthFell, HealthRecovered, PriceObserved, PricePosted, PriceQueued, Repaid, Supplied, Withdrawn
from sim.scenario.build import build
from sim.scenario.run import Result, run
from sim.scenario.world import World
from sim.units import SECOND
from sim.vocabulary import Motive, Refusal
from tests.support.kept import kept
from tests.support.shared import REPOSITORY
from tests.worlds.meddler import Meddler, Trial
from tests.worlds.pocket_vaults import ENGLISH, POOL, SYSTEMS, Keys, crowded, meddled, vaults

VAULT_RECORDS = tuple(record for record in ALL if record.__module__ == "sim.records.auctions")
OTHER_RECORDS = (PriceObserved, PricePosted, PriceQueued, HealthFell, HealthRecovered, Supplied, Withdrawn, Borrowed, Repaid)
VAULT_CALLS = CALLS[CALLS.index(JoinCall) : CALLS.index(StartDebtAuctionCall) + 1]
NEVER = {
    Refusal.REENTERED: "no contract of a scenario calls back",
    Refusal.UNORDERED: "reporters put their answers in sequence",
    Refusal.PAUSED: "a twin's switch, which everybody sees; tests/auction shows the word",
    Refusal.ARITHMETIC: "amounts below nothing are refused where they set out; the machines' own word for them is shown in tests/auction",
}
"""Refusals of auctions that no scenario can bring about, and why."""
OF_POOLS = (
    Refusal.HEALTHY,
    Refusal.NOTHING_OWED,
    Refusal.MUST_NOT_LEAVE_DUST,
    Refusal.ZERO_AMOUNT,
    Refusal.INSUFFICIENT_BALANCE,
    Refusal.UNHEALTHY,
    Refusal.UNKNOWN_ASSET,
    Refusal.PAUSED,
    Refusal.ARITHMETIC,
    Refusal.ABOVE_CEILING,
    Refusal.UNKNOWN_CONTRACT,
    Refusal.UNKNOWN_CALL,
)
"""Refusals that engines and pools of vaults share with others."""
SHORT: Keys = {"run.duration": "132 s"}
"""Long enough for lots to have become money again."""


@attrs.frozen
class Meddling:
    """A run with a meddler in it."""

    result: Result
    tried: list[Trial]
    left: list[str]
    """Groups of trials that it could not try."""

    def outcomes(self) -> list[tuple[str, Refusal]]:
        """Return what came of each trial, in sequence."""
        me = next(agent.party for agent in self.result.facts.agents if agent.name == "meddler")
        found = {nonce: Refusal.NONE for party, nonce, _ in told(self.result, "TxIncluded") if party == me}
        found |= {nonce: reason for party, nonce, reason in told(self.result, "TxReverted") if party == me}
        return [(trial.name, found[nonce]) for nonce, trial in enumerate(self.tried)]


def told(result: Result, name: str) -> Iterator[tuple[int, int, Refusal]]:
    """Yield party, nonce and reason of each tx that ended so."""
    rows = result.records(name)
    reasons = rows.get("reason", [0] * len(rows["nonce"]))
    for party, nonce, reason in zip(rows["party"], rows["nonce"], reasons, strict=True):
        yield int(party), int(nonce), Refusal(int(reason))


@kept
def meddling(system: str, stopped: int = 0) -> Meddling:
    worlds: list[World] = []
    keys = {**SHORT, f"{POOL}.dutch.stopped": stopped} if stopped else {}
    result = run(meddled(system, keys), check=True, on_world=worlds.append)
    minds = (agent.mind for agent in worlds[0].runner.agents)
    meddler = next(mind for mind in minds if isinstance(mind, Meddler))
    return Meddling(result, meddler.tried, meddler.left or [])


@pytest.mark.parametrize("system", SYSTEMS)
def test_contracts_refuse_what_they_must_and_do_the_rest(system):
    found = meddling(system)

    assert found.outcomes() == [(trial.name, trial.refusal) for trial in found.tried]
    assert found.left == [name for name in found.left if name == "dutch_stopped"]
    assert len(found.tried) > 50


@pytest.mark.parametrize(("level", "refused"), [(1, 1), (2, 2), (3, 3)])
def test_a_house_may_be_stopped_by_and_by(level, refused):
    found = meddling("dog", stopped=level)

    assert found.outcomes() == [(trial.name, trial.refusal) for trial in found.tried]
    assert [outcome for _, outcome in found.outcomes()].count(Refusal.STOPPED) == refused
    assert found.result.summary["auctions"] == 0


@pytest.mark.parametrize("system", SYSTEMS)
def test_books_balance_after_every_block(system):
    result = meddling(system).result

    assert result.reconciled_blocks == result.summary["blocks"] == 60
    assert result.summary["auctions"] > 30


def test_two_systems_and_two_pools_of_one_keep_their_books_apart():
    result = run(crowded(), check=True)
    started, refreshed = result.records("AuctionStarted"), result.records("PriceRefreshed")

    assert result.reconciled_blocks == result.summary["blocks"] == 30
    assert len(set(started["place"].tolist())) == len(set(refreshed["place"].tolist())) == 3
    assert len(set(result.records("DebtQueued")["place"].tolist())) == 2


def test_one_money_is_made_by_one_system():
    with pytest.raises(ScenarioError) as refused:
        build(crowded("DAI"))

    assert str(refused.value) == "vaults.other.money is DAI, which another system makes already; give another"


def test_between_them_they_say_all_that_vaults_can_say():
    seen = {type(entry.record) for system in SYSTEMS for entry in meddling(system).result.tape.entries()}

    assert [record.__name__ for record in (*VAULT_RECORDS, *OTHER_RECORDS) if record not in seen] == []


def test_between_them_they_call_all_that_can_be_called():
    numbers = {int(number) for system in SYSTEMS for number in meddling(system).result.records("TxPending")["call"]}
    called = {CALLS[number - 1] for number in numbers if number}

    assert [call.__name__ for call in VAULT_CALLS[: VAULT_CALLS.index(VAULT_CALLS[-1]) + 1] if call not in called] == [
        SaleCallback.__name__
    ]


def test_between_them_they_refuse_for_every_reason_there_is():
    runs = [meddling(system).result for system in SYSTEMS]
    runs.append(meddling("dog", stopped=1).result)
    seen = {reason for result in runs for _, _, reason in told(result, "TxReverted")}
    of_auctions = [reason for reason in Refusal if Refusal.UNKNOWN_SALE <= reason <= Refusal.NOT_ALLOWED]

    assert [reason for reason in (*of_auctions, *OF_POOLS) if reason not in seen] == list(NEVER)


# Laws.


def test_an_own_bid_is_bettered_with_its_money_twice_under_1_0_only():
    outcomes = {system: dict(meddling(system).outcomes())["better its own bid"] for system in ENGLISH}

    assert outcomes == {"cat_1_0": Refusal.INSUFFICIENT_BALANCE, "cat_1_1": Refusal.NONE, "cat_1_2": Refusal.NONE}


def test_an_auction_without_bids_never_settles_by_itself():
    nobody = {"agents.bidder.chain_funds": ["2_000 DAI"], "agents.opportunist.chain_funds": ["10 DAI"]}

    summary = run(vaults("cat_1_0", nobody)).summary

    assert summary["auctions_open_at_end"] == summary["auctions"] > 30
    assert summary["auction_restarts"] > summary["auctions"]


def test_some_win_for_next_to_nothing_and_somebody_is_outbid():
    bids = meddling("cat_1_0").result.records("BidMade")

    assert meddling("cat_1_0").result.summary["zero_bids"] > 0
    assert any((bids["last_bidder"] != 0) & (bids["last_bidder"] != bids["party"]))


def test_collateral_becomes_money_again_and_bids_anew():
    for system in ("cat_1_0", "dog"):
        result = meddling(system).result
        sold = result.records("OrderAccepted")
        keepers = {int(party) for party in sold["party"][sold["motive"] == Motive.LIQUIDATION_SALE]}
        joined = [int(party) for party in result.records("Joined")["party"]]

        assert any(joined.count(party) > 1 for party in keepers)


def test_debt_that_auctions_leave_is_auctioned_for_new_units():
    result = meddling("cat_1_0").result
    started, closed = result.records("DebtAuctionStarted"), result.records("AuctionClosed")

    assert len(started["seq"]) > 0
    assert any(closed["collateral_asset"] == started["asset"][0])
    assert result.summary["auction_bad_debt"] > 20_000


# Switches, for twins.


@pytest.mark.parametrize("system", ["cat_1_0", "dog"])
@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("forced_sales", "outside_at_mid"),
        ("forced_sales", "parked"),
        ("liquidations", False),
        ("free_gas", True),
        ("no_latency", True),
        ("endless_purses", True),
        ("frozen_price_offset", "0 %"),
        ("frozen_price_offset", "-10 %"),
    ],
)
def test_books_balance_whatever_is_switched(system, switch, value):
    twin = run(vaults(system, {**SHORT, f"switches.{switch}": value}), check=True)

    assert twin.reconciled_blocks == twin.summary["blocks"] == 33
    assert CLAIMS[switch, value](twin, untwined(system))


@kept
def untwined(system: str) -> Result:
    return run(vaults(system, SHORT))


def sold_on_the_book(result: Result) -> int:
    """Return how many trades were sales of what somebody won."""
    orders = result.records("OrderAccepted")
    sales = set(orders["order"][orders["motive"] == Motive.LIQUIDATION_SALE].tolist())
    return len(sales & set(result.records("Traded")["taker_order"].tolist()))


def way_back(result: Result) -> int:
    """Return how often money came back from a venue."""
    return len(result.records("WithdrawalStarted")["seq"])


def without_funds(result: Result) -> int:
    """Return how often somebody left something for want of money."""
    return int(result.summary["declined"].get("no_funds", 0))


CLAIMS = {
    ("forced_sales", "outside_at_mid"): lambda twin, run: sold_on_the_book(twin) == 0 < sold_on_the_book(run) and way_back(twin) > 0,
    ("forced_sales", "parked"): lambda twin, run: sold_on_the_book(twin) == 0 and way_back(twin) < way_back(run),
    ("liquidations", False): lambda twin, run: twin.summary["auctions"] == 0 < twin.summary["unhealthy_at_end"],
    ("free_gas", True): lambda twin, run: twin.summary["gas_paid"] == "0 ETH" != run.summary["gas_paid"],
    ("no_latency", True): lambda twin, run: twin.digest != run.digest,
    ("endless_purses", True): lambda twin, run: (
        twin.summary["auction_bad_debt"] < run.summary["auction_bad_debt"] and without_funds(twin) == 0 < without_funds(run)
    ),
    ("frozen_price_offset", "0 %"): lambda twin, run: len(twin.records("HealthFell")["seq"]) == 1 < len(run.records("HealthFell")["seq"]),
    ("frozen_price_offset", "-10 %"): lambda twin, run: len(twin.records("HealthFell")["seq"]) < len(run.records("HealthFell")["seq"]),
}


# One seed, one tape.

SCRIPT = """
import sys
from sim.scenario.run import run
from tests.worlds.pocket_vaults import vaults
print(run(vaults(sys.argv[1], {"run.duration": "132 s"}), tape=sys.argv[2]).digest)
"""


@pytest.mark.parametrize(("hash_seed", "system", "tape"), [("12345", "cat_1_0", "full"), ("random", "dog", "none")])
def test_another_process_and_another_hash_seed_give_the_same_digest(hash_seed, system, tape):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    words = [sys.executable, "-c", SCRIPT, system, tape]
    other = subprocess.run(words, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)

    assert other.stdout.strip() == untwined(system).digest


@pytest.mark.parametrize("system", ["cat_1_0", "dog"])
def test_a_fork_goes_on_as_the_original_does(system):
    world = build(vaults(system))
    world.kernel.run_until(90 * SECOND)
    fork = copy.deepcopy(world)
    before = fork.tape.entries

    world.kernel.run_until(130 * SECOND)
    assert fork.tape.entries == before
    fork.kernel.run_until(130 * SECOND)

    fork.check()
    assert world.tape.digest() == fork.tape.digest()
    assert fork.tape.entries > before + 500

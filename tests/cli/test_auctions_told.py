"""Auctions told: a story of bites, bids and ends, an entry explained back to its sale, figures as people read them."""

import re

import attrs
import pytest

from sim.cli.auction_sentences import SENTENCES
from sim.cli.table import plain, tables
from sim.cli.why import Why
from sim.records import RECORDS, Declined, TxPending, TxReverted
from sim.records.auctions import DebtAuctionStarted, DebtHealed, DebtQueued, DebtReleased, FeeAccrued
from sim.records.oracle import PriceQueued
from sim.storage import Run
from sim.units import GWEI, RAY
from sim.vocabulary import Refusal
from tests.cli import test_story_and_why as by_hand
from tests.cli.test_story_and_why import told
from tests.support.auction_tapes import (
    AUCTION_FACTS,
    CLIPPER,
    DAI,
    DEBT_HOUSE,
    DOLLAR,
    HOUSE,
    MKR,
    NAMES,
    TWO_HOUSES,
    VAULTS,
    VOW,
    AuctionTape,
    rad,
)
from tests.support.tapes import BORROWER, CHAIN, ETH, KEEPER, LOT, NOISE

WORDS = ("declined", "outbid", "left out", "bids refused")


def keep(tape: AuctionTape, folder, facts=AUCTION_FACTS) -> str:
    return by_hand.keep(tape, folder, facts=facts)


@pytest.fixture(autouse=True)
def names(monkeypatch):
    monkeypatch.setattr(by_hand, "NAMES", {**by_hand.NAMES, **NAMES, DAI: "DAI"})


def a_fall() -> tuple[AuctionTape, dict[str, int]]:
    """A first auction, won at next to nothing and sold, makes a vault fall an hour later, by a delayed price."""
    tape, said = AuctionTape(), {}
    for limit in (20_000, 19_900, 19_800):
        tape.bid(1_000, limit)
    tape.ask(1_000, 20_100)
    tape.post_mid()
    tape.open_delayed()
    said["first fell"] = tape.call(0)
    said["started"] = tape.start(1_000, fell=said["first fell"])
    tape.wait(10)
    said["bid"] = tape.offer(said["started"], 0.05, 1_000)
    tape.wait(600)
    said["closed"] = tape.close(said["started"], 0.05, 1_000)
    said["exit"] = tape.exit(ETH, 1_000 * LOT)
    tape.deposit(1_000)
    said["sale"] = tape.accepted(tape.sell_seized(1_000))
    tape.post_mid()
    tape.poke()
    tape.wait(3_600)
    said["posted"] = tape.poke()
    tape.wait(60)
    said["read"] = tape.refresh(said["posted"])
    said["fell"] = tape.call(said["read"], account=31)
    tape.wait(14)
    said["second"] = tape.start(500, fell=said["fell"], account=31)
    return tape, said


@pytest.fixture
def run_folder(tmp_path):
    tape, said = a_fall()
    return keep(tape, tmp_path / "run"), said


def by_entry(lines: list[str]) -> dict[int, str]:
    return {int(line[1 : line.index("]")]): line.split("] ", 1)[1] for line in lines if line.startswith("[")}


def test_a_story_tells_auctions_from_the_bite_to_the_sale_and_on(run_folder):
    folder, said = run_folder

    lines = told("story", folder)
    story = by_entry(lines)

    assert story[said["started"]] == (
        "10:00:01.0 keeper starts auction 1 of flip: 1.00 ETH of alice for the 113.00 DAI it owes (100.00 DAI without penalty),"
        " at a posted 200.00, 0 ms (0 blocks) after its margin call; a root, because of interest or the borrower's own doing"
    )
    assert story[said["bid"]] == "10:00:11.0 keeper bids 0.05 DAI for 1.00 ETH in auction 1 of flip (the first bid)"
    assert story[said["closed"]] == (
        "10:10:11.0 auction 1 of flip is over: 1.00 ETH sold for 0.05 DAI of the 113.00 DAI owed, a zero bid, last to keeper;"
        " 99.95 DAI of debt stays unpaid"
    )
    assert story[said["sale"]].startswith("10:10:11.0 keeper sells 1.00 ETH on eth_dai at 200.00 on average")
    assert story[said["posted"]] == "11:10:14.0 feed osm posts 200.00 (-0.25 %), 60.0 s after its source posted it"
    assert story[said["read"]] == (
        "11:11:14.0 eth_a reads its feed: from now on its vaults are judged at 200.00, 60.0 s after it was posted"
    )
    assert story[said["second"]].endswith(f"14.0 s (0 blocks) after its margin call; generation 2, 100 % from auction {said['started']}")
    assert lines[-3:] == [
        "generation 1: 1 auctions and liquidations, 100 DAI of debt",
        "generation 2: 1 auctions and liquidations, 100 DAI of debt",
        "auctions: 2 started, 1 closed, 1 of them at a zero bid",
    ]


def test_what_a_pool_reads_at_once_is_not_told_twice(tmp_path):
    tape = AuctionTape()
    tape.bid(1, 20_000)
    tape.ask(1, 20_100)
    tape.post_mid()
    tape.open_delayed()
    read = tape.refresh(tape.poke())

    assert read not in by_entry(told("story", keep(tape, tmp_path / "run")))


def test_many_auctions_of_a_block_are_told_as_one_sentence(tmp_path):
    tape = AuctionTape()
    sales = [tape.start(500, fell=0) for _ in range(3)]
    tape.wait(1)
    for sale in sales:
        tape.offer(sale, 50, 500, bidder=NOISE)
    tape.wait(600)
    for sale in sales:
        tape.restart(sale)
    tape.wait(1)
    for raised, sale in zip((0.05, 50, 50), sales, strict=True):
        tape.close(sale, raised, 500, winner=NOISE)
    dutch = [tape.start(500, top=220, house=CLIPPER) for _ in range(3)]
    tape.wait(1)
    for sale in dutch:
        tape.take(sale, 100, 20, left=400, owed_left=93)

    lines = [line.split(" ", 2)[2] for line in told("story", keep(tape, tmp_path / "run", TWO_HOUSES)) if line.startswith("[")]

    assert lines == [
        "keeper starts 3 auctions of flip: 1.50 ETH for 339.00 DAI owed; generation 1",
        "noise bids in 3 auctions of flip: 150.00 DAI in all for 1.50 ETH",
        "keeper has 3 auctions of flip begin anew",
        "3 auctions of flip are over: 1.50 ETH sold for 100.05 DAI of 339.00 DAI owed, 1 of them zero bids, last to noise",
        "keeper starts 3 auctions of clip: 1.50 ETH for 339.00 DAI owed; generation 1",
        "keeper buys from 3 auctions of clip: 0.3 ETH for 60.00 DAI",
    ]


def test_why_of_an_auction_says_what_it_descends_from_and_what_became_of_it(run_folder):
    folder, said = run_folder

    first, second = told("why", folder, str(said["started"])), told("why", folder, str(said["second"]))

    assert "its course:" in first
    assert first[first.index("its course:") + 1].startswith(f"  [{said['bid']}] 10:00:11.0 keeper bids")
    assert first[first.index("its course:") + 2].startswith(f"  [{said['closed']}] 10:10:11.0 auction 1 of flip is over")
    assert f"sold: [{said['sale']}] 10:10:11.0 1.00 ETH of it on eth_dai, the mid moved -0.25 %" in first
    assert first[-1].startswith(f"descends from it by 100 %: [{said['second']}]")
    assert f"  100 % the sale of what auction {said['started']} sold (10:00:01.0, keeper, generation 1)" in second
    assert "nobody bid in it" in second


def test_why_of_a_bid_names_its_auction(run_folder):
    folder, said = run_folder

    for each in ("bid", "closed"):
        lines = told("why", folder, str(said[each]))
        assert any(line.startswith(f"of the auction that began with [{said['started']}]") for line in lines)


@pytest.mark.parametrize("each", ["posted", "read"])
def test_why_shares_out_a_delayed_price_and_what_a_pool_read(run_folder, each):
    folder, said = run_folder

    lines = told("why", folder, str(said[each]))

    assert "its change of -0.5000 is made of:" in lines
    assert f"  -0.5000 the sale of what auction {said['started']} sold" in lines


def test_every_entry_can_be_explained(run_folder):
    folder, said = run_folder
    with Run(folder) as run:
        first = Why.of(run, 1)

        for seq in range(1, said["second"] + 1):
            line, *_ = attrs.evolve(first, seq=seq).lines()
            assert line.startswith(f"[{seq}] 1")


def test_every_record_of_vaults_has_its_sentence(tmp_path):
    tape = AuctionTape()
    started = tape.start(500, top=220, house=CLIPPER)
    tape.take(started, 100, 20, left=400, owed_left=93)
    tape.restart(started, top=210)
    tape.reward(started, 300)
    tape.join(DAI, 5 * DOLLAR)
    tape.exit(ETH, LOT)
    tape.say(VOW, KEEPER, DebtQueued(rad(5_000), 1_584_569_400))
    tape.say(VOW, KEEPER, DebtReleased(rad(5_000)))
    tape.say(VOW, KEEPER, DebtHealed(rad(5_000)))
    debt = tape.say(DEBT_HOUSE, KEEPER, DebtAuctionStarted(1, MKR, 250 * 10**18, rad(50_000)))
    tape._numbers[debt] = (1, DEBT_HOUSE)
    tape.offer(debt, 50_000, 200_000, last=(NOISE, 50_000))
    tape.close(debt, 50_000, 200_000, asset=MKR, owed=50_000, debt=50_000)
    tape.say(VAULTS, KEEPER, FeeAccrued(RAY + 1, rad(12.5)))
    tape.refresh(0, price=0)
    tape.say(46, KEEPER, PriceQueued(16_802 * 10**6, 3))
    folder = keep(tape, tmp_path / "run", TWO_HOUSES)

    lines = [told("why", folder, str(seq))[0].split(" ", 2)[2] for seq in range(1, tape.last + 1)]

    assert lines == [
        "keeper starts auction 1 of clip: 0.5 ETH of alice for the 113.00 DAI it owes (100.00 DAI without penalty), from 220.00 down,"
        " at a posted 200.00",
        "keeper buys 0.1 ETH from auction 1 of clip for 20.00 DAI, at 200.00; 0.4 ETH is left",
        "keeper has auction 1 of clip begin anew, from 210.00 down",
        "keeper is paid 300.00 DAI for starting auction 1",
        "keeper brings 5.00 DAI into vat",
        "keeper takes 0.001 ETH out of vat",
        "vow takes 5,000.00 DAI of debt over, to be auctioned from 18 March 22:10 on",
        "5,000.00 DAI of debt has waited long enough: vow may auction it",
        "vow cancels 5,000.00 DAI of debt against money of its own",
        "flop offers up to 250.00 MKR for 50,000.00 DAI (auction 1)",
        "keeper bids 50,000.00 DAI for 200.00 MKR in auction 1 of flop (betters noise's 50,000.00 DAI for 200.00 MKR)",
        "auction 1 of flop is over: 200.00 MKR sold for 50,000.00 DAI of the 50,000.00 DAI owed, last to keeper",
        "eth_a charges its vaults a stability fee of 12.50 DAI",
        "eth_a reads its feed, which has no price: nobody can be liquidated",
        "feed osm takes 168.02 up, to be read when it is poked next",
    ]


def test_sentences_are_of_records_that_there_are():
    names = {record.__name__ for record in RECORDS.values()}

    assert set(SENTENCES) <= names


def test_the_table_tells_the_first_zero_bid_by_date_and_time():
    assert plain("first_zero_bid_s", 1_584_018_300) == "2020-03-12 13:05:00 UTC"
    assert plain("first_zero_bid_s", None) == "none"


def test_keepers_with_and_without_auctions_share_a_table():
    ours = {"gas": "-1.5 DAI", "rewards": "3 DAI", "collateral_bought": "1.123456789 ETH"}
    summary = {"keepers": {"barker": {"DAI": ours}, "liquidator": {"DAI": {"gas": "-2 DAI"}}}}

    ((_, header, body),) = tables(summary)

    assert header == ["", "barker", "liquidator"]
    assert body == [["gas", "-1.5", "-2"], ["rewards", "3", ""], ["collateral bought", "1.123457 ETH", ""]]


def test_a_story_of_auctions_can_be_cut(run_folder):
    folder, said = run_folder

    lines = told("story", folder, "--from", "11:00")

    assert min(by_entry(lines)) > said["sale"]
    assert all(re.match(r"\[\d+\] 11:", line) for line in lines if line.startswith("["))


def test_why_english_auctions_were_lost_is_told_by_bid_or_by_what_was_said(tmp_path):
    tape = AuctionTape()
    bid_in, left, waited, refused, nobodys = (tape.start(500, account=31 + number) for number in range(5))
    tape.offer(bid_in, 40, 500)
    for sale in (bid_in, left, waited, refused):
        tape.offer(sale, 50, 500, bidder=NOISE)
    tape.say(0, KEEPER, Declined(BORROWER, VAULTS, Refusal.NO_FUNDS, 0))
    closed = [tape.close(left, 50, 500, winner=NOISE)]
    pending = tape.say(CHAIN, KEEPER, TxPending(1, 0, HOUSE, 1, 10 * GWEI, 0, 100_000))
    closed += [tape.close(bid_in, 50, 500, winner=NOISE), tape.close(waited, 50, 500, winner=NOISE)]
    reverted = tape.say(CHAIN, KEEPER, TxReverted(1, 1, 0, 0, 21_000, GWEI, Refusal.BID_TOO_LOW, 0))
    closed += [tape.close(refused, 50, 500, winner=NOISE), tape.close(nobodys, 0, 500, winner=0)]

    lines = told("why", keep(tape, tmp_path / "run"), "--lost", "keeper")

    assert lines[:5] == ["keeper won 0 of 4 English auctions", *(f"  1 of them by others: {word}" for word in WORDS)]
    assert [line.split("] ", 1)[0].strip(" [") for line in lines[5::2]] == [str(seq) for seq in closed[:4]]
    assert [lines[6].split("] ")[1], lines[8], lines[10], lines[12]] == [
        "it left it alone (no funds)",
        f"  its last bid [{bid_in + 5}] of 40.00 DAI for 0.5 ETH was too low by 10.00 DAI",
        f"  it had no bid taken; 1 of its txs to the house waited when it ended, the first [{pending}] since 10:00:00.0 at 10 gwei",
        f"  it had no bid taken; 1 of its txs to the house reverted meanwhile, the last [{reverted}] (bid too low)",
    ]

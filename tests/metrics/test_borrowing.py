"""What borrowers had and lost: margins, losses beyond the debt, false liquidations; each with its answer on paper."""

import attrs
import pytest

from sim import run
from sim.facts import AssetFacts, OpenedFacts, PoolFacts, SheetFacts, TermsFacts
from sim.metrics.analyse import analyse
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken
from sim.records.comet import Absorbed, CollateralAbsorbed
from sim.records.lending import HealthFell, Liquidated
from sim.records.liquity import TroveLiquidated
from sim.records.llamma import BandsLiquidated
from sim.units import MINUTE, RAD, SECOND
from tests.metrics.test_keepers import DOLLAR, a_market
from tests.support.tapes import BORROWER, ETH, FACTS, FEED, KEEPER, LOT, NOISE, POOL, USDC, HandTape

WHOLE = 10**18
UNTRADED = 90


def borrowers(tape: HandTape, facts=FACTS):
    """Return the figures."""
    return analyse(tape.read(), facts, metrics=["borrowers"]).figures["borrowers"]


def losses(tape: HandTape, facts=FACTS) -> list[tuple[float, float, float]]:
    """Return debt, what was taken and the loss of every liquidation, in dollars."""
    table = analyse(tape.read(), facts, metrics=["borrowers"]).tables["borrowers_losses"]
    return list(zip(table["debt"], table["taken"], table["loss"], strict=True))


def test_a_loss_is_what_was_taken_at_the_mid_less_the_debt_whatever_was_posted():
    tape = a_market()
    tape.say(POOL, KEEPER, Liquidated(BORROWER, USDC, ETH, 0, 10**8, 210 * 10**8, 180 * DOLLAR, WHOLE, WHOLE // 100, 0))

    # An ETH to the keeper and a hundredth to the protocol, at a mid of 200, for 180.
    assert losses(tape) == [(180.0, 202.0, 22.0)]
    (told,) = borrowers(tape)["losses"]
    assert [told[key] for key in ("asset", "debt", "taken", "loss")] == ["USDC", "180 USDC", "202 USDC", "22 USDC"]
    assert told["loss_of_debt"] == told["loss_of_debt_p50"] == pytest.approx(22 / 180, abs=1e-6)


def test_a_debt_in_what_the_venue_trades_counts_at_its_mid_and_what_nobody_trades_as_posted():
    tape = a_market()
    tape.say(POOL, KEEPER, Liquidated(BORROWER, ETH, USDC, 0, 195 * 10**8, 10**8, WHOLE, 230 * DOLLAR, 0, 0))
    tape.say(POOL, KEEPER, Liquidated(BORROWER, USDC, UNTRADED, 0, 10**8, 3 * 10**8, 10 * DOLLAR, 4, 0, 0))

    assert losses(tape) == [(200.0, 230.0, 30.0), (10.0, 12.0, 2.0)]


def test_of_a_trove_depositors_and_other_troves_take_and_what_is_left_for_the_owner_is_no_loss():
    tape = a_market()
    facts = attrs.evolve(FACTS, pools=(PoolFacts(POOL, "liquity", {ETH: FEED}, {USDC: 10**8}, "liquity"),))
    said = tape.say(POOL, KEEPER, Liquidated(BORROWER, USDC, ETH, 0, 10**8, 200 * 10**8, 0, WHOLE // 100, 0, 0))
    tape.say(
        POOL,
        KEEPER,
        TroveLiquidated(BORROWER, said, 0, 100 * DOLLAR, WHOLE // 2, 60 * DOLLAR, WHOLE // 4, WHOLE),
    )

    assert losses(tape, facts) == [(160.0, 152.0, -8.0)]


def test_the_money_of_bands_is_taken_too_in_whatever_money_the_market_lends():
    tape = a_market()
    facts = attrs.evolve(FACTS, assets=(*FACTS.assets, AssetFacts(UNTRADED, "crvUSD", 18)))
    said = tape.say(POOL, KEEPER, Liquidated(BORROWER, UNTRADED, ETH, 0, 10**8, 200 * 10**8, 100 * WHOLE, WHOLE // 2, 0, 0))
    tape.say(POOL, KEEPER, BandsLiquidated(BORROWER, said, WHOLE, 30 * WHOLE, 70 * WHOLE, 5 * WHOLE))

    assert losses(tape, facts) == [(100.0, 135.0, 35.0)]


def test_of_an_absorbed_account_every_collateral_is_taken_for_the_debt_and_what_is_credited():
    tape = a_market()
    said = tape.say(POOL, KEEPER, Absorbed(BORROWER, USDC, 0, 10**8, 150 * DOLLAR, 160 * DOLLAR, 10 * DOLLAR, 0, 0))
    tape.say(POOL, KEEPER, CollateralAbsorbed(BORROWER, ETH, said, 200 * 10**8, WHOLE // 2, 0))
    tape.say(POOL, KEEPER, CollateralAbsorbed(BORROWER, ETH, said, 200 * 10**8, WHOLE // 2, 0))

    assert losses(tape) == [(160.0, 200.0, 40.0)]


def test_an_auction_takes_what_is_sold_at_the_mid_of_each_purchase_for_all_of_the_debt_without_the_penalty():
    tape = a_market()
    dutch = tape.say(POOL, NOISE, AuctionStarted(1, BORROWER, 0, ETH, WHOLE, 113 * RAD, 100 * RAD, 10**27, 200 * 10**8))
    english = tape.say(POOL, NOISE, AuctionStarted(2, BORROWER, 0, ETH, WHOLE, 113 * RAD, 100 * RAD, 0, 200 * 10**8))
    tape.say(POOL, NOISE, AuctionStarted(3, BORROWER, 0, ETH, WHOLE, 113 * RAD, 100 * RAD, 0, 200 * 10**8))
    tape.say(POOL, KEEPER, AuctionTaken(1, dutch, BORROWER, ETH, 10**27, WHOLE // 2, 60 * RAD, 0, 0))
    tape.cancel(1)  # The mid falls to 195.50.
    tape.say(POOL, KEEPER, AuctionTaken(1, dutch, BORROWER, ETH, 10**27, WHOLE // 4, 53 * RAD, 0, 0))
    tape.say(POOL, KEEPER, AuctionClosed(1, dutch, BORROWER, ETH, WHOLE * 3 // 4, WHOLE // 4, 113 * RAD, 113 * RAD, 100 * RAD))
    tape.say(POOL, KEEPER, AuctionClosed(2, english, BORROWER, ETH, WHOLE, 0, 90 * RAD, 113 * RAD, 100 * RAD))
    tape.say(POOL, KEEPER, AuctionClosed(9, 0, BORROWER, ETH, WHOLE, 0, 90 * RAD, 113 * RAD, 100 * RAD))

    assert losses(tape) == [(100.0, 100 + 195.5 / 4, 195.5 / 4), (100.0, 195.5, 95.5)]


def fallen(*accounts: int) -> tuple[HandTape, int]:
    """Mid 190.00, posted; accounts are called at a health of 0.98 (trigger 193.88) and liquidated. The order's cancel mends it."""
    tape = HandTape()
    tape.bid(100, 18_900)
    tape.ask(100, 20_100)
    order = tape.ask(100, 19_100)
    post = tape.post(190 * 10**8)
    for account in accounts:
        fell = tape.say(POOL, account, HealthFell(post, 0, 98 * 10**16, 100 * 10**8, 0), post)
        tape.liquidate(fell, 1, account=account)
        tape.liquidate(fell, 1, account=account)
    return tape, order


def told_of(tape: HandTape) -> dict[int, tuple]:
    """Return by minutes: share, how many were back, not back, censored."""
    rows = borrowers(tape)["false"]
    return {row["within_ns"] // MINUTE: (row["share"], row["back"], row["not_back"], row["censored"]) for row in rows}


def test_a_liquidation_is_false_within_an_hour_when_the_price_is_back_after_twenty_minutes():
    tape, order = fallen(BORROWER)
    tape.wait(20 * 60)
    tape.cancel(order)  # The mid is 195.00.
    tape.wait(60)
    tape.ask(1, 20_000)

    table = analyse(tape.read(), FACTS, metrics=["borrowers"]).tables["borrowers_false"]
    assert told_of(tape) == {10: (0.0, 0, 1, 0), 60: (1.0, 1, 0, 0), 1_440: (1.0, 1, 0, 0)}
    assert [table["back_after_ns"], table["false_within_10_min"], table["false_within_1_h"]] == [[1_200 * SECOND], [False], [True]]
    assert table["trigger"] == [pytest.approx(190 / 0.98)]


def test_where_the_tape_ends_early_it_is_censored_and_half_a_way_back_is_not_back():
    tape, _ = fallen(BORROWER)
    tape.bid(1, 19_000)  # The mid is 190.50.
    tape.wait(30 * 60)
    tape.ask(1, 20_000)

    assert told_of(tape) == {10: (0.0, 0, 1, 0), 60: (None, 0, 0, 1), 1_440: (None, 0, 0, 1)}


def test_a_rise_is_false_the_other_way_and_a_call_without_a_post_is_unknown():
    tape = HandTape()
    tape.bid(100, 19_900)
    tape.ask(100, 20_100)
    tape.post(200 * 10**8)
    tape.ask(100, 22_100)
    tape.cancel(2)  # The mid is 210.00; at a health of 0.98 the trigger is 205.80.
    fell = tape.say(POOL, BORROWER, HealthFell(tape.post(210 * 10**8), 0, 98 * 10**16, 100 * 10**8, 0))
    tape.liquidate(fell, 1)
    other = tape.say(POOL, NOISE, HealthFell(0, 0, 98 * 10**16, 100 * 10**8, 0))
    tape.liquidate(other, 1, account=NOISE)
    tape.wait(5)
    tape.ask(100, 20_500)  # The mid is 202.00.

    assert told_of(tape)[10] == (1.0, 1, 0, 0)
    assert borrowers(tape)["false_unknown"] == 1


def sheet(**debts: int) -> SheetFacts:
    """A pool at 200: everybody has an ETH, of which 80 % count, and owes so many dollars."""
    terms = (
        TermsFacts(ETH, 200 * 10**8, 8_000, 7_500, 500, 0),
        TermsFacts(USDC, 10**8, 0, 0, 0, 0),
    )
    opened = tuple(OpenedFacts(int(party[1:]), {ETH: WHOLE}, {USDC: debt * DOLLAR}) for party, debt in debts.items())
    return SheetFacts(POOL, "aave", "morpho", "", 5_000, terms, accounts=opened)


def test_utilisation_is_debt_over_what_the_collateral_carries_and_the_buffer_what_is_left():
    facts = attrs.evolve(FACTS, sheets=(sheet(p1=80, p2=148, p3=152, p4=156, p5=0),))
    tape = a_market()
    for account in (3, 4, 4):
        tape.say(POOL, KEEPER, Liquidated(account, USDC, ETH, 0, 10**8, 200 * 10**8, DOLLAR, LOT, 0, 0))

    figures = borrowers(tape, facts)

    # 160 may be owed: 0.5, 0.925, 0.95 and 0.975 of it are.
    assert figures["borrowers"] == 4
    assert figures["margins"][2] == {"percent": 50, "utilisation": 0.925, "buffer": 0.075}
    buckets = {row["from"]: row for row in figures["by_utilisation"]}
    assert [buckets[0.95][key] for key in ("accounts", "debt", "liquidated", "p_liquidated")] == [2, 308.0, 2, 1.0]
    assert [buckets[0.9][key] for key in ("accounts", "liquidated", "p_liquidated_by_debt")] == [1, 0, 0.0]
    assert [buckets[0.6][key] for key in ("accounts", "p_liquidated")] == [0, None]
    assert sum(row["share_of_debt"] for row in figures["by_utilisation"]) == pytest.approx(1, abs=1e-5)


def test_in_a_run_margins_are_those_of_the_scenarios_positions():
    figures = run("three_positions").metrics.borrowers.figures

    # All three fall one after the other, at 99, 98 and 96 of 100: docs/tutorial/three-positions.md.
    assert [figures["borrowers"], figures["liquidations"], figures["left_out"]] == [3, 3, 0]
    assert sum(row["liquidated"] for row in figures["by_utilisation"]) == 3


def test_of_nobody_there_is_nothing():
    figures = borrowers(HandTape(), attrs.evolve(FACTS, pools=(), feeds=()))

    assert [figures[key] for key in ("liquidations", "losses", "margins", "by_utilisation")] == [0, [], [], []]
    assert [row["share"] for row in figures["false"]] == [None, None, None]

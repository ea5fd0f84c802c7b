"""Figures of auctions, each with the answer on paper."""

import json

import attrs
import pytest

from sim.cascade import stretches
from sim.facts import AssetFacts
from sim.metrics import LiveSummary, summary
from sim.metrics.auction_tally import FIGURES, is_zero_bid
from sim.metrics.auctions import AuctionMetric, reference_venue
from sim.records.chain import BlockSealed
from sim.tape import Tape
from sim.vocabulary import Side
from tests.support.auction_tapes import (
    AUCTION_FACTS,
    CLIPPER,
    DEBT_HOUSE,
    HOUSE,
    TWO_HOUSES,
    VAULT,
    VAULTS,
    AuctionTape,
    rad,
)
from tests.support.tapes import CHAIN, FACTS, KEEPER, NOISE, OTHER_KEEPER, OTHER_VENUE, VENUE, HandTape

BAT = 9


def figures(tape: HandTape, facts=AUCTION_FACTS) -> dict:
    return summary(tape.read(), facts)


def a_market() -> AuctionTape:
    """ETH is worth 200 USD outside and 202 DAI."""
    tape = AuctionTape()
    for venue, mid in ((OTHER_VENUE, 20_000), (VENUE, 20_200)):
        tape.bid(1_000, mid - 100, venue=venue)
        tape.ask(1_000, mid + 100, venue=venue)
    return tape


def move(tape: AuctionTape, venue: int, mid: int) -> None:
    """Have the makers stand a dollar to both sides of a new mid."""
    orders = tape.venues[venue].book.orders
    for order in list(orders):
        tape.cancel(order, venue=venue)
    tape.bid(1_000, mid - 100, venue=venue)
    tape.ask(1_000, mid + 100, venue=venue)


def block(tape: AuctionTape) -> None:
    tape.say(CHAIN, 0, BlockSealed(1, 0, 0, 0, 0, 0, 0, 0))


# Counts and sums.


def test_auctions_are_counted_from_their_start_to_their_end():
    tape = AuctionTape()
    first, second, _ = (tape.start(500) for _ in range(3))
    tape.close(first, 113, 400, returned=100)
    tape.restart(second)
    tape.close(second, 60, 500)

    found = figures(tape)

    assert [found[key] for key in ("auctions", "auctions_closed", "auctions_open_at_end", "auctions_open_max", "auction_restarts")] == [
        3,
        2,
        1,
        3,
        1,
    ]


def test_debt_that_was_not_raised_is_bad_and_a_penalty_that_was_not_is_none():
    tape = AuctionTape()
    for raised, sold, returned in ((113, 400, 100), (105, 500, 0), (60, 500, 0)):
        tape.close(tape.start(500), raised, sold, returned=returned)

    found = figures(tape)

    assert {key: found[f"auction_{key}"] for key in ("debt", "raised", "bad_debt", "collateral", "sold", "returned")} == {
        "debt": 300.0,
        "raised": 278.0,
        "bad_debt": 40.0,
        "collateral": 1.5,
        "sold": 1.4,
        "returned": 0.1,
    }
    assert [found[key] for key in ("debt_repaid", "bad_debt", "collateral_seized")] == ["260 DAI", "40 DAI", "1.4 ETH"]


def test_a_zero_bid_raises_less_than_a_thousandth_of_what_was_owed():
    assert [is_zero_bid(raised, rad(100)) for raised in (0, 1, rad(0.1) - 1, rad(0.1), rad(100))] == [True, True, True, False, False]


def test_zero_bids_are_told_by_count_and_by_collateral():
    tape = AuctionTape()
    for raised, sold in ((0, 300), (0.1, 100), (113, 500), (113, 100)):
        tape.close(tape.start(sold), raised, sold)
    tape.start(500)

    found = figures(tape)

    assert [found[key] for key in ("zero_bids", "zero_bid_share_by_count", "zero_bid_share_by_collateral", "zero_bid_collateral")] == [
        2,
        0.5,
        0.4,
        0.4,
    ]


def test_the_first_zero_bid_is_when_it_was_made_not_when_it_was_settled():
    tape = AuctionTape()
    dear, cheap, cheapest = tape.start(500), tape.start(500), tape.start(500)
    tape.wait(10)
    tape.offer(dear, 113, 500)
    tape.wait(10)
    tape.offer(cheap, 0.000001, 500)
    tape.wait(10)
    tape.offer(cheapest, 0.000001, 500)
    tape.wait(600)
    tape.close(cheapest, 0.000001, 500)
    tape.close(cheap, 0.000001, 500)
    tape.close(dear, 113, 500)

    assert AUCTION_FACTS.epoch + 20 == figures(tape)["first_zero_bid_s"]


def test_winners_are_accounts_that_bought_anything():
    tape = AuctionTape()
    tape.close(tape.start(300), 60, 300, winner=KEEPER)
    tape.close(tape.start(100), 60, 100, winner=KEEPER)
    tape.close(tape.start(100), 60, 100, winner=OTHER_KEEPER)
    dutch = tape.start(500, top=220)
    tape.take(dutch, 300, 60, taker=NOISE, left=200)

    found = figures(tape)

    assert [found["auction_winners"], found["biggest_winner_share"]] == [3, 0.5]


def test_a_dutch_auction_is_bought_by_its_takers_and_not_by_who_came_last():
    tape = AuctionTape()
    started = tape.start(500, top=220)
    tape.take(started, 400, 80, taker=OTHER_KEEPER, left=100, owed_left=33)
    tape.take(started, 100, 20, taker=KEEPER)
    tape.close(started, 100, 500, winner=KEEPER)

    found = figures(tape)

    assert [found["auction_winners"], found["biggest_winner_share"], found["auction_sold"]] == [2, 0.8, 0.5]


def test_the_discount_is_against_the_reference_venue_when_the_auction_closed():
    tape = a_market()
    tape.close(tape.start(500), 80, 500)  # 160 an ETH against 200: 2,000 bps.
    move(tape, OTHER_VENUE, 10_000)
    for raised in (45, 60, 0):  # Against 100: 1,000, -2,000 and 10,000.
        tape.close(tape.start(500), raised, 500)

    assert sorted_discounts(tape) == [2_000.0, 1_000.0, -2_000.0, 10_000.0]
    assert figures(tape)["sale_discount_bps_p50"] == 1_000.0


def sorted_discounts(tape: AuctionTape) -> list[float]:
    metric = AuctionMetric(AUCTION_FACTS)
    for stretch in stretches(tape.read()):
        metric.take(stretch)
    return metric.together.discounts


def test_money_is_locked_until_outbid_or_settled():
    tape = AuctionTape()
    first, second = tape.start(500), tape.start(500)
    tape.offer(first, 50, 500)
    tape.offer(second, 40, 500, bidder=OTHER_KEEPER)
    tape.offer(first, 60, 500, bidder=OTHER_KEEPER, last=(KEEPER, 50))  # 100 stand now.
    tape.close(first, 60, 500, winner=OTHER_KEEPER)
    tape.offer(second, 90, 500, last=(OTHER_KEEPER, 40))
    tape.close(second, 90, 500)

    assert figures(tape)["keepers_money_locked_max"] == 100.0


def test_auctions_of_governance_units_are_left_out_but_for_the_money_in_their_bids():
    tape = AuctionTape()
    debt = 999
    tape._numbers[debt] = (1, DEBT_HOUSE)
    tape.offer(debt, 50_000, 1)
    tape.restart(debt)
    tape.close(debt, 50_000, 1)

    found = figures(tape)

    assert [found[key] for key in ("auctions", "auctions_closed", "auction_restarts", "auction_raised", "auction_winners")] == [
        0,
        0,
        0,
        0.0,
        0,
    ]
    assert [found["keepers_money_locked_max"], found["debt_repaid"]] == [50_000.0, "0 USD"]


def test_without_an_auction_shares_are_none_and_sums_are_nothing():
    found = figures(AuctionTape())

    assert [key for key in FIGURES if found[key] is None] == [
        "biggest_winner_share",
        "sale_discount_bps_p50",
        "zero_bid_share_by_count",
        "zero_bid_share_by_collateral",
        "first_zero_bid_s",
    ]
    assert {found[key] for key in FIGURES if found[key] is not None} == {0}


def test_without_vaults_there_are_no_figures():
    found = figures(HandTape(), FACTS)

    assert not {*FIGURES, "keepers_money_locked_max", "stable_premium_bps_max"} & {*found}


# Several houses.


def test_each_house_has_its_own_figures_and_all_have_them_together():
    tape = AuctionTape()
    tape.close(tape.start(500), 0, 500)
    dutch = tape.start(250, top=220, house=CLIPPER)
    tape.take(dutch, 250, 113)
    tape.close(dutch, 113, 250)

    found = figures(tape, TWO_HOUSES)

    assert [found[key] for key in ("auctions", "zero_bid_share_by_count", "auction_sold")] == [2, 0.5, 0.75]
    assert {name: house["zero_bids"] for name, house in found["houses"].items()} == {"eth_a": 1, "eth_b": 0}
    assert set(found["houses"]["eth_a"]) == set(FIGURES)


def test_several_collaterals_are_compared_by_their_worth_and_never_added():
    tape = AuctionTape()
    tape.close(tape.start(500), 0, 500)  # Worth 100.
    other = tape.start(1_000, house=CLIPPER, price=300 * 10**8, asset=BAT)
    tape.close(other, 113, 1_000, asset=BAT)

    found = figures(tape, attrs.evolve(TWO_HOUSES, assets=(*AUCTION_FACTS.assets, AssetFacts(BAT, "BAT", 18))))

    assert [found["auction_sold"], found["zero_bid_share_by_collateral"], found["houses"]["eth_b"]["auction_sold"]] == [None, 0.25, 1.0]


# Margin calls.


def test_an_auction_answers_a_margin_call_when_it_is_started():
    tape = AuctionTape()
    fell = tape.call(0)
    tape.call(0, account=NOISE)
    tape.wait(30)
    block(tape)
    tape.start(500, fell=fell)
    tape.start(500, fell=fell)

    found = figures(tape)

    assert [found[key] for key in ("liquidations", "unhealthy_to_liquidated_ns_p50", "unhealthy_to_liquidated_blocks_p50")] == [
        2,
        30 * 10**9,
        1,
    ]
    assert [found["accounts_called"], found["never_liquidated"], found["generations"]] == [2, 1, 1]


# Which venue.


def test_with_one_venue_alone_there_is_no_premium_and_the_discount_is_against_that():
    alone = attrs.evolve(AUCTION_FACTS, venues=AUCTION_FACTS.venues[1:])
    tape = AuctionTape()
    move(tape, VENUE, 20_200)
    tape.close(tape.start(500), 50.5, 500)

    found = figures(tape, alone)

    assert [found["sale_discount_bps_p50"], "stable_premium_bps_max" in found] == [5_000.0, False]


def test_the_reference_venue_trades_against_something_else_than_the_money():
    nowhere = attrs.evolve(AUCTION_FACTS, venues=())

    assert [reference_venue(facts, VAULT) for facts in (AUCTION_FACTS, nowhere)] == [AUCTION_FACTS.venues[0], None]


# The table.


def test_a_summary_made_live_is_the_same_and_goes_through_json():
    tape = a_market()
    started = tape.start(500, fell=tape.call(0))
    tape.offer(started, 0.000001, 500)
    tape.wait(100)
    tape.close(started, 0.000001, 500)
    tape.place(NOISE, Side.SELL, 10, None, venue=VENUE)
    live = LiveSummary(AUCTION_FACTS)
    again = Tape(live, 5)
    for entry in tape.read().entries():
        again.append(entry.at, entry.cause, entry.place, entry.party, entry.record.row())
    again.flush()

    found = figures(tape)

    assert found == live.figures()
    assert json.loads(json.dumps(found)) == found
    assert [found["zero_bids"], found["auction_bad_debt"]] == [1, pytest.approx(100)]


@pytest.mark.parametrize("place", [HOUSE, VAULTS])
def test_a_house_that_the_facts_do_not_name_has_no_figures(place):
    tape = AuctionTape()
    tape.start(500, house=place)

    assert figures(tape)["auctions"] == (1 if place == HOUSE else 0)

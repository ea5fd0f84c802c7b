"""The premium of the vaults' money, from two venues: what it is, and what is none."""

from sim.cascade import stretches
from sim.metrics.premium import PremiumMetric
from sim.records.agents import RunEnded
from tests.metrics.test_auctions import a_market, block, figures, move
from tests.support.auction_tapes import AUCTION_FACTS, AuctionTape
from tests.support.tapes import OTHER_VENUE, VENUE


def test_the_premium_is_the_outside_price_over_the_price_in_money_less_one():
    tape = a_market()  # 200 USD, 202 DAI: a DAI is worth 0.9901 USD.
    tape.wait(150)
    tape.start(500)
    move(tape, VENUE, 16_000)  # 160 DAI: 1.25.
    tape.wait(60)
    move(tape, VENUE, 20_000)
    tape.wait(180)
    block(tape)

    # Minutes 1 and 2 end before the auction; the third ends at 1.25, and three more at 1. There is no whole hour.
    assert premiums(tape) == [None, 625.0]


def test_the_highest_premium_is_the_highest_median_of_a_whole_hour_from_that_of_the_first_auction_on():
    tape = a_market()
    move(tape, VENUE, 10_000)  # Before any auction: 2.
    tape.wait(3_600)
    move(tape, VENUE, 20_000)  # The second hour is at 1 for 25 minutes, then at 1.25.
    tape.wait(25 * 60)
    move(tape, VENUE, 16_000)
    tape.start(500)
    tape.wait(35 * 60)
    move(tape, VENUE, 10_000)  # The third is not over.
    tape.wait(40 * 60)
    block(tape)

    assert premiums(tape)[0] == 2_500.0


def test_an_hour_is_whole_when_the_run_ends_with_it():
    tape = a_market()
    move(tape, VENUE, 16_000)
    tape.start(500)
    tape.wait(3_600)
    tape.say(0, 0, RunEnded(0))

    assert premiums(tape) == [2_500.0, 2_500.0]


def test_a_venue_that_follows_the_other_late_is_no_premium():
    tape = a_market()
    tape.start(500)
    price = 20_000
    for minute in range(61):
        for venue in (OTHER_VENUE, VENUE):
            move(tape, venue, price)
            tape.wait(15)
        tape.wait(20)
        if minute % 3 == 0:  # A minute ends while the price in DAI still stands where it stood.
            price += 2_000 if minute % 2 else -2_000
            move(tape, OTHER_VENUE, price)
        tape.wait(10)
    block(tape)

    assert premiums(tape)[0] == 0.0


def test_without_an_auction_there_is_no_premium_to_tell():
    tape = a_market()
    tape.wait(3_661)
    block(tape)

    assert premiums(tape) == [None, None]


def premiums(tape: AuctionTape) -> list[float | None]:
    found = figures(tape)
    return [found[f"stable_premium_bps_{key}"] for key in ("max", "mean")]


def test_the_premium_is_read_alike_however_the_tape_is_cut():
    short, long = (AuctionTape(capacity=capacity) for capacity in (8, 4_096))
    for tape in (short, long):
        for venue in (OTHER_VENUE, VENUE):
            tape.bid(1_000, 19_900, venue=venue)
            tape.ask(1_000, 20_100, venue=venue)
        tape.start(500)
        for step in range(40):
            tape.wait(17)
            move(tape, VENUE, 20_000 - 50 * (step % 7))
        block(tape)

    assert premium(short) == premium(long)
    assert len(premium(short)) == 11


def premium(tape: AuctionTape) -> dict[int, float]:
    metric = PremiumMetric(AUCTION_FACTS)
    for stretch in stretches(tape.read()):
        metric.take(stretch)
    return metric.by_minute

"""Auctions in the cascade: what they sell is followed to the book, and prices are followed through delayed feeds and pools of vaults."""

from fractions import Fraction

import attrs
import pytest

from sim.cascade import SHARE, cascade
from sim.cascade.checks import check, uneven_window
from sim.cascade.fold import CascadeFold
from sim.cascade.origin import LIQUIDATION, MOTIVE, OFFSET, START
from sim.cascade.stretch import stretches
from sim.units import HOUR, SECOND, Seq
from sim.vocabulary import Motive
from tests.cascade.test_descent import UNKNOWN_UNITS
from tests.support.auction_tapes import AUCTION_FACTS, CLIPPER, DAI, DEBT_HOUSE, DELAYED, TWO_HOUSES, VAULTS, AuctionTape
from tests.support.tapes import CENT_8, ETH, FEED, KEEPER, LOT, OTHER_KEEPER

VOLUNTARY = (MOTIVE, Motive.VOLUNTARY)
TICK_SHARE = CENT_8 * SHARE


def a_market() -> AuctionTape:
    """Bids of 10 lots every ten ticks from 200.00 down, one ask; both feeds open at the mid, a pool of vaults with them."""
    tape = AuctionTape()
    tape.ask(1, 20_010)
    for limit in range(20_000, 19_000, -10):
        tape.bid(10, limit)
    tape.post_mid()
    tape.open_delayed()
    return tape


def hop(tape: AuctionTape) -> Seq:
    """Have the source post the mid and poke twice, so that it shows; have the pool read it; return what it read."""
    tape.post_mid()
    tape.poke()
    return tape.refresh(tape.poke())


def found_in(tape: AuctionTape, facts=AUCTION_FACTS) -> CascadeFold:
    fold = CascadeFold(facts)
    for stretch in stretches(tape.read()):
        fold.take(stretch)
    for replay in (*fold.feeds.values(), *fold.pools.values()):
        assert not any(uneven_window(window) for window in replay.windows.values())
    return fold


def parents_of(tape: AuctionTape, fell: Seq, facts=AUCTION_FACTS) -> dict:
    found = cascade(tape.read(), facts)
    assert check(found, tape.read()) == []
    return dict(found.falls[fell].parents)


def carry_out(tape: AuctionTape, lots: int, party: int = KEEPER) -> None:
    """Bring what was bought from the engine to the venue."""
    tape.exit(ETH, lots * LOT, party)
    tape.deposit(lots, party)


# What was bought.


def test_units_won_in_an_english_auction_are_sold_on_its_account():
    tape = a_market()
    started = tape.start(10, fell=tape.call(0))
    tape.offer(started, 50, 10)
    tape.close(started, 50, 10)
    carry_out(tape, 10)
    tape.sell_seized(10)
    fell = tape.call(hop(tape))
    found = cascade(tape.read(), AUCTION_FACTS)

    assert {(LIQUIDATION, started): Fraction(1)} == parents_of(tape, fell)
    assert (found.liquidations[started].generation, found.falls[fell].generation) == (1, 2)


def test_units_taken_from_a_dutch_auction_are_divided_over_the_auctions_they_came_from():
    tape = a_market()
    first, second = tape.start(4, top=220, house=CLIPPER), tape.start(6, top=220, house=CLIPPER)
    tape.take(first, 4, 0.8)
    tape.close(first, 0.8, 4)  # Its end sells nothing a second time.
    tape.take(second, 6, 1.2, left=6)
    carry_out(tape, 10)
    tape.sell_seized(20)
    fell = tape.call(hop(tape))
    (sale,) = cascade(tape.read(), TWO_HOUSES).sales.values()

    assert (((LIQUIDATION, first), 4 * LOT), ((LIQUIDATION, second), 6 * LOT), (UNKNOWN_UNITS, 10 * LOT)) == sale.origins
    assert {(LIQUIDATION, first): Fraction(1, 5), (LIQUIDATION, second): Fraction(3, 10), UNKNOWN_UNITS: Fraction(1, 2)} == parents_of(
        tape, fell, TWO_HOUSES
    )


def test_what_is_still_in_the_engine_is_not_sold_and_what_joins_again_stays_followed():
    tape = a_market()
    started = tape.start(10)
    tape.close(started, 50, 10)
    tape.sell_seized(5)
    tape.exit(ETH, 10 * LOT)
    tape.join(ETH, 10 * LOT)
    carry_out(tape, 10)
    tape.sell_seized(5)
    fell = tape.call(hop(tape))

    assert {UNKNOWN_UNITS: Fraction(1, 2), (LIQUIDATION, started): Fraction(1, 2)} == parents_of(tape, fell)


def test_the_winner_has_the_units_and_nobody_else():
    tape = a_market()
    started = tape.start(10, keeper=OTHER_KEEPER)
    tape.close(started, 50, 10, winner=KEEPER)
    carry_out(tape, 10, OTHER_KEEPER)
    tape.sell_seized(10, party=OTHER_KEEPER)
    fell = tape.call(hop(tape))

    assert {UNKNOWN_UNITS: Fraction(1)} == parents_of(tape, fell)


def test_units_that_a_hedge_sold_ahead_of_an_auction_are_not_sold_again():
    tape = a_market()
    fell = tape.call(hop(tape))
    tape.sell(4, party=KEEPER, motive=Motive.HEDGE, cause=fell)
    started = tape.start(10, fell=fell)
    tape.close(started, 50, 10)
    carry_out(tape, 10)
    tape.sell_seized(10)
    (_, sale) = cascade(tape.read(), AUCTION_FACTS).sales.values()

    assert (((LIQUIDATION, started), 6 * LOT), (UNKNOWN_UNITS, 4 * LOT)) == sale.origins


def test_auctions_of_governance_units_are_none_of_this():
    tape = a_market()
    tape._numbers[999] = (1, DEBT_HOUSE)
    tape.close(999, 50, 10)
    carry_out(tape, 10)
    tape.sell_seized(10)
    found = cascade(tape.read(), AUCTION_FACTS)

    assert [sale.origins for sale in found.sales.values()] == [((UNKNOWN_UNITS, 10 * LOT),)]
    assert found.liquidations == {}


def test_generations_count_debt_without_penalty():
    tape = a_market()
    fell = tape.call(hop(tape))
    for _ in range(2):
        tape.start(5, owed=56.5, debt=50, fell=fell)

    assert cascade(tape.read(), AUCTION_FACTS).by_generation() == [(2, 100 * 10**8)]


# Prices that wait.


def test_a_delayed_price_is_shared_as_its_source_was():
    tape = a_market()
    tape.sell(3)
    tape.cancel(2)  # The other seven lots of the best bid.
    tape.post_mid()
    assert tape.poke() > 0  # Shows the opening price still.
    tape.sell(10)
    tape.post_mid()
    shown = tape.poke()

    window = found_in(tape).feeds[DELAYED].windows[shown]

    assert (window.change, window.net) == (
        -5 * CENT_8,
        {VOLUNTARY: -15 * TICK_SHARE // 10, (MOTIVE, Motive.MARKET_MAKING): -35 * TICK_SHARE // 10},
    )


def test_a_poke_that_was_left_out_hands_on_everything_its_source_posted_since():
    tape = a_market()
    for _ in range(3):
        tape.sell(10)
        tape.post_mid()
    tape.poke()
    shown = tape.poke()

    window = found_in(tape).feeds[DELAYED].windows[shown]

    assert (window.change, window.net) == (-15 * CENT_8, {VOLUNTARY: -15 * TICK_SHARE})


def test_what_a_pool_of_vaults_reads_is_shared_over_all_posts_since_it_read_last():
    tape = a_market()
    tape.refresh(tape.poke())
    tape.sell(10)
    tape.post_mid()
    tape.poke()
    tape.sell(10)
    tape.post_mid()
    tape.poke()
    read = tape.refresh(tape.poke())

    window = found_in(tape).pools[VAULTS].windows[read]

    assert (window.change, window.net) == (-10 * CENT_8, {VOLUNTARY: -10 * TICK_SHARE})


def test_the_first_price_a_pool_reads_is_held_against_what_its_feed_opened_with():
    tape = a_market()
    tape.sell(10)
    fell = tape.call(hop(tape))

    assert {VOLUNTARY: Fraction(1)} == parents_of(tape, fell)


def test_a_delayed_feed_whose_opening_nobody_said_is_held_against_the_price_before():
    tape = AuctionTape()
    tape.ask(1, 20_010)
    for limit in (20_000, 19_990):
        tape.bid(10, limit)
    tape.post_mid()
    tape._queue, tape._shown = (tape._posted, tape._post), tape._posted
    tape.sell(10)
    fell = tape.call(hop(tape))

    assert {VOLUNTARY: Fraction(1)} == parents_of(tape, fell)


def test_a_margin_call_may_name_the_post_instead_of_what_the_pool_read():
    tape = a_market()
    tape.sell(10)
    tape.post_mid()
    tape.poke()
    shown = tape.poke()
    tape.refresh(shown)
    fell = tape.call(shown)

    assert {VOLUNTARY: Fraction(1)} == parents_of(tape, fell)


def test_a_feed_without_a_price_is_passed_over():
    tape = a_market()
    tape.refresh(tape.poke())
    tape.refresh(0, price=0)
    tape.sell(10)
    read = hop(tape)

    assert found_in(tape).pools[VAULTS].windows[read].net == {VOLUNTARY: -5 * TICK_SHARE}


def test_a_price_that_differs_from_the_post_it_names_is_nobodys_but_the_feeds():
    tape = a_market()
    tape.sell(10)
    tape.post_mid()
    tape.poke()
    read = tape.refresh(tape.poke(), price=tape._shown - 3 * CENT_8)

    assert found_in(tape).pools[VAULTS].windows[read].net == {VOLUNTARY: -5 * TICK_SHARE, OFFSET: -3 * TICK_SHARE}


def test_an_opening_of_the_delayed_feed_is_the_start():
    tape = a_market()

    fold = found_in(tape)

    assert [list(window.net) for window in fold.feeds[DELAYED].windows.values()] == [[START]]


def test_a_sale_descends_through_hours_of_delay_though_books_are_forgotten_meanwhile():
    tape = a_market()
    started = tape.start(10)
    tape.close(started, 50, 10)
    carry_out(tape, 10)
    tape.sell_seized(10)
    tape.post_mid()
    tape.poke()
    for _ in range(200):
        tape.wait(2 * HOUR // SECOND)
        tape.bid(1, 20_000)
        tape.sell(1)
        tape.post_mid()
    fell = tape.call(tape.refresh(tape.poke()))

    assert {(LIQUIDATION, started): Fraction(1)} == parents_of(tape, fell)


@pytest.mark.parametrize("facts", [attrs.evolve(AUCTION_FACTS, feeds=AUCTION_FACTS.feeds[:1])])
def test_a_delayed_feed_that_the_facts_do_not_name_is_refused_loudly(facts):
    tape = a_market()

    with pytest.raises(KeyError):
        cascade(tape.read(), facts)


def test_money_that_joins_carries_nothing():
    tape = a_market()
    started = tape.start(10)
    tape.close(started, 50, 10)
    tape.exit(DAI, 10**6)
    tape.join(DAI, 10**6)
    carry_out(tape, 10)

    fold = found_in(tape)

    assert [started] == [seq for layers in fold.provenance.layers.held.values() for seq, _ in layers]
    assert FEED in fold.series

"""Whose doing a move of the quote was: small books with the answer on paper."""

from sim.cascade import SHARE, cascade
from sim.cascade.origin import LIQUIDATION, MOTIVE
from sim.records.lending import HealthFell, Liquidated
from sim.records.market import TransferCredited, UnitsSent
from sim.vocabulary import Motive, SelfTrade, Side, TimeInForce
from tests.support.tapes import BORROWER, ETH, FACTS, KEEPER, MAKER, NOISE, POOL, TOKEN, USDC, VENUE, HandTape

NOISE_ORIGIN = (MOTIVE, Motive.VOLUNTARY)
MAKING = (MOTIVE, Motive.MARKET_MAKING)


def a_book_with_seized_units() -> tuple[HandTape, int]:
    """Bids of 100 lots at 200.00 and 199.90, one of 50 far below, an ask at 200.10; a keeper with 300 lots seized."""
    tape = HandTape()
    tape.ask(100, 20_010)
    for limit in (20_000, 19_990):
        tape.bid(100, limit)
    tape.bid(50, 19_000)
    liquidated = tape.liquidate(tape.fall(tape.post_mid()), seized_lots=300)
    tape.deposit(300)
    return tape, liquidated


def book_of(tape: HandTape):
    return cascade(tape.read(), FACTS).books[VENUE]


def test_ninety_nine_lots_and_one_share_a_level_as_99_to_1():
    tape, liquidated = a_book_with_seized_units()

    tape.sell_seized(99)
    tape.sell(1)

    assert {(LIQUIDATION, liquidated): -99 * 10 * SHARE // 100, NOISE_ORIGIN: -10 * SHARE // 100} == book_of(tape).falls


def test_the_last_straw_gets_its_lots_whoever_pulls_it():
    tape, liquidated = a_book_with_seized_units()

    tape.sell(70)
    tape.sell_seized(30)

    assert {NOISE_ORIGIN: -7 * SHARE, (LIQUIDATION, liquidated): -3 * SHARE} == book_of(tape).falls


def test_a_cancel_depletes_a_level_like_a_trade():
    tape = HandTape()
    tape.ask(1, 20_010)
    kept = tape.bid(40, 20_000)
    tape.bid(1, 19_980)

    tape.sell(10)
    tape.cancel(kept)

    assert book_of(tape).falls == {NOISE_ORIGIN: -20 * SHARE * 10 // 40, MAKING: -20 * SHARE * 30 // 40}


def test_a_reduction_depletes_a_level_too():
    tape = HandTape()
    tape.ask(1, 20_010)
    kept = tape.bid(40, 20_000)
    tape.bid(1, 19_980)

    tape.reduce(kept, 10)
    tape.sell(10)

    assert book_of(tape).falls == {MAKING: -15 * SHARE, NOISE_ORIGIN: -5 * SHARE}


def test_a_cancel_and_a_placement_move_the_mid_and_are_their_owners():
    tape = HandTape()
    tape.bid(1, 20_000)
    tape.ask(5, 20_040)
    near = tape.ask(5, 20_020)

    tape.cancel(near)
    tape.ask(5, 20_010, party=NOISE, motive=Motive.VOLUNTARY)
    book = book_of(tape)

    # The book opened at the far ask; the near one improved it by 20, its cancel took that back, the new one improved it by 30.
    assert book.rises == {MAKING: 20 * SHARE}
    assert book.falls == {MAKING: -20 * SHARE, NOISE_ORIGIN: -30 * SHARE}


def test_each_level_of_a_sweep_is_shared_by_those_who_emptied_it():
    tape, liquidated = a_book_with_seized_units()

    tape.sell(50)
    tape.sell_seized(150)

    # 200.00 to 199.90 by halves; 199.90 to 190.00 by the sale alone.
    assert {NOISE_ORIGIN: -5 * SHARE, (LIQUIDATION, liquidated): -(5 + 990) * SHARE} == book_of(tape).falls


def test_a_full_refill_clears_what_was_taken_before():
    tape, _ = a_book_with_seized_units()

    tape.sell_seized(60)
    tape.bid(60, 20_000)
    tape.sell(100)

    assert book_of(tape).falls == {NOISE_ORIGIN: -10 * SHARE}


def test_a_small_refill_strikes_out_the_oldest_lots_only():
    tape, liquidated = a_book_with_seized_units()

    tape.sell_seized(60)
    tape.bid(10, 20_000)
    tape.sell(50)

    assert {NOISE_ORIGIN: -5 * SHARE, (LIQUIDATION, liquidated): -5 * SHARE} == book_of(tape).falls


def test_a_better_quote_in_between_does_not_wash_a_level_clean():
    tape, liquidated = a_book_with_seized_units()

    tape.sell_seized(99)
    tape.bid(1, 20_005, party=NOISE, motive=Motive.VOLUNTARY)
    tape.sell(2)
    falls = book_of(tape).falls

    # The noise order's own level fell by 5 ticks on its account; the one beneath is 99 to 1 as before.
    assert {(LIQUIDATION, liquidated): -99 * SHARE // 10, NOISE_ORIGIN: -(5 * SHARE + SHARE // 10)} == falls


def test_lots_that_left_while_a_level_was_not_the_best_do_not_count():
    tape = HandTape()
    tape.ask(1, 20_010)
    tape.bid(10, 20_000)
    behind = tape.bid(30, 19_990)
    tape.bid(10, 19_990)
    tape.bid(1, 19_980)

    tape.cancel(behind)
    tape.sell(20)

    assert book_of(tape).falls == {NOISE_ORIGIN: -20 * SHARE}


def test_a_level_that_vanished_behind_the_best_long_ago_has_no_part_in_a_later_move():
    tape = HandTape()
    tape.ask(1, 20_010)
    tape.bid(10, 20_000)
    tape.cancel(tape.bid(30, 19_990))
    tape.bid(1, 19_980)

    tape.sell(10)

    assert book_of(tape).falls == {NOISE_ORIGIN: -20 * SHARE}


def test_a_side_that_empties_keeps_its_price_until_it_is_quoted_again():
    tape = HandTape()
    tape.ask(1, 20_010)
    tape.bid(10, 20_000)

    tape.sell(10)
    before = book_of(tape)
    tape.bid(10, 19_900)

    assert before.falls == {}
    # The maker only came back; it was the seller who emptied the side.
    assert book_of(tape).falls == {NOISE_ORIGIN: -100 * SHARE}


def test_an_order_that_trades_and_rests_moves_both_sides():
    tape = HandTape()
    tape.bid(1, 20_000)
    tape.ask(10, 20_010)
    tape.ask(10, 20_030)

    tape.place(NOISE, Side.BUY, 15, 20_020)

    # The ask went up by 20, the bid by 20.
    assert book_of(tape).rises == {NOISE_ORIGIN: 40 * SHARE}


def test_a_reprice_is_one_command_of_the_orders_motive():
    tape = HandTape()
    tape.bid(1, 20_000)
    tape.bid(1, 19_990)
    order = tape.ask(10, 20_010)
    tape.ask(10, 20_050)

    tape.reprice(order, 20_030)

    assert book_of(tape).rises == {MAKING: 20 * SHARE}


def test_what_self_trade_prevention_takes_is_on_the_arriving_orders_account():
    tape = HandTape(self_trade=SelfTrade.CANCEL_OLDEST)
    tape.bid(1, 20_000)
    tape.ask(10, 20_010)
    tape.ask(10, 20_030, party=NOISE)

    tape.place(KEEPER, Side.BUY, 4, 20_010)
    tape.place(MAKER, Side.BUY, 5, 20_010, Motive.DEFENCE)
    rises = book_of(tape).rises

    # 4 lots were bought by another, 6 were cancelled by their owner's own order, which then rests at 200.10.
    assert rises == {NOISE_ORIGIN: 20 * SHARE * 4 // 10, (MOTIVE, Motive.DEFENCE): 20 * SHARE * 6 // 10 + 10 * SHARE}


def test_a_forced_purchase_uses_up_seized_quote_units():
    # A keeper seizes USDC for repaid ETH and buys the ETH back: the asks are what its liquidation depletes.
    tape = HandTape()
    tape.bid(1, 19_990)
    tape.ask(10, 20_000)
    tape.ask(10, 20_100)
    keeper, liquidated = seize_usdc(tape, 10 * 20_000 * 10)

    tape.place(keeper, Side.BUY, 10, 20_000, Motive.LIQUIDATION_SALE, tif=TimeInForce.IOC)

    assert {(LIQUIDATION, liquidated): 100 * SHARE} == book_of(tape).rises


def seize_usdc(tape: HandTape, units: int) -> tuple[int, int]:
    """Have a liquidation seize USDC and carry it to the venue."""
    fell = tape.say(POOL, BORROWER, HealthFell(0, 0, 99 * 10**16, 1, 1))
    liquidated = tape.say(POOL, KEEPER, Liquidated(BORROWER, ETH, USDC, fell, 200 * 10**8, 10**8, 10**16, units, 0, 0), fell)
    sent = tape.say(TOKEN, KEEPER, UnitsSent(USDC, VENUE, units), liquidated)
    tape.say(VENUE, KEEPER, TransferCredited(USDC, units, 1), sent)
    return KEEPER, liquidated

"""Which liquidation descends from which: units followed through custody, parents with weights, generations, trees."""

from fractions import Fraction

import attrs
import pytest

from sim.cascade import SHARE, cascade
from sim.cascade.checks import causes_in_the_future, check, uneven_books, uneven_weights, without_a_root
from sim.cascade.descent import Cascade, Descent, Fall, MoveShares
from sim.cascade.generations import generations
from sim.cascade.layers import Layers
from sim.cascade.origin import HEDGE, LIQUIDATION, MOTIVE, START
from sim.errors import InputError
from sim.records.agents import Burned, OutsideMoved
from sim.records.market import OrderAccepted, OrderCancelled, Traded, TransferCredited, UnitsSent, WithdrawalStarted
from sim.storage import MemoryTape
from sim.tape import Tape
from sim.vocabulary import CancelReason, Motive, Side
from tests.support.tapes import (
    BORROWER,
    CHAIN,
    ETH,
    FACTS,
    KEEPER,
    LOT,
    NOISE,
    OTHER_KEEPER,
    TOKEN,
    VENUE,
    HandTape,
)

UNKNOWN_UNITS = (MOTIVE, Motive.LIQUIDATION_SALE)


def a_deep_market() -> HandTape:
    """Bids of 10 lots every ten ticks from 200.00 down, one ask."""
    tape = HandTape()
    tape.ask(1, 20_010)
    for limit in range(20_000, 19_000, -10):
        tape.bid(10, limit)
    return tape


def a_root(tape: HandTape, seized_lots: int, keeper: int = KEEPER) -> int:
    """Liquidate somebody at the posted price as it stands and carry the units to the venue."""
    liquidated = tape.liquidate(tape.fall(tape.post_mid()), seized_lots, repaid=10**8, keeper=keeper)
    tape.deposit(seized_lots, keeper)
    return liquidated


def parents_of(tape: HandTape, fell: int) -> dict:
    return dict(cascade(tape.read(), FACTS).falls[fell].parents)


def test_a_liquidation_whose_price_nobody_sold_into_is_a_root():
    tape = a_deep_market()
    first = a_root(tape, 10)
    tape.sell(10)
    second = tape.liquidate(tape.fall(tape.post_mid()), 10, repaid=10**8)
    found = cascade(tape.read(), FACTS)

    assert [found.liquidations[each].generation for each in (first, second)] == [1, 1]
    assert ((START, Fraction(1)),) == found.liquidations[first].fall.parents
    assert (((MOTIVE, Motive.VOLUNTARY), Fraction(1)),) == found.liquidations[second].fall.parents
    assert found.descending_share() == (0.0, 0.0)


def test_thirty_and_seventy_percent_of_a_fall_are_the_weights_of_its_causes():
    tape = a_deep_market()
    liquidated = a_root(tape, 70)
    tape.sell(3)
    tape.sell_seized(7)
    fell = tape.fall(tape.post_mid())

    assert {(LIQUIDATION, liquidated): Fraction(7, 10), (MOTIVE, Motive.VOLUNTARY): Fraction(3, 10)} == parents_of(tape, fell)


def test_each_sale_in_the_chain_of_causes_adds_a_generation():
    tape = a_deep_market()
    liquidations = [a_root(tape, 10)]
    for _ in range(3):
        tape.sell_seized(10)
        liquidations.append(a_root(tape, 10))
    found = cascade(tape.read(), FACTS)

    assert [found.liquidations[each].generation for each in liquidations] == [1, 2, 3, 4]
    assert found.by_generation() == [(1, 10**10)] * 4
    assert found.generation_ratios() == [1.0, 1.0, 1.0]
    assert found.descending_share() == (0.75, 0.75)
    assert {liquidations[0]: liquidations} == found.trees()
    assert [liquidations[1]] == [child.seq for child, _ in found.children_of(liquidations[0])]
    assert check(found, tape.read()) == []


def test_a_hairs_breadth_of_a_sale_starts_no_generation():
    tape = HandTape()
    tape.ask(1, 20_010)
    for limit in (20_000, 19_990, 19_000):
        tape.bid(100, limit)
    liquidated = a_root(tape, 4)
    tape.sell_seized(4)
    tape.sell(96)
    fell = tape.fall(tape.post_mid())
    descent = tape.liquidate(fell, 1)
    found = cascade(tape.read(), FACTS)

    assert Fraction(4, 100) == dict(found.falls[fell].parents)[LIQUIDATION, liquidated]
    assert (found.liquidations[descent].generation, found.liquidations[descent].descends) == (1, False)
    assert descent == found.root_of(descent)


def test_a_twentieth_is_enough_for_a_generation():
    tape = HandTape()
    tape.ask(1, 20_010)
    for limit in (20_000, 19_990):
        tape.bid(100, limit)
    liquidated = a_root(tape, 5)
    tape.sell_seized(5)
    tape.sell(95)
    descent = tape.liquidate(tape.fall(tape.post_mid()), 1)
    found = cascade(tape.read(), FACTS)

    assert found.liquidations[descent].generation == 2
    assert liquidated == found.root_of(descent)


def test_many_small_sales_make_a_generation_together():
    tape = HandTape()
    tape.ask(1, 20_010)
    for limit in (20_000, 19_990):
        tape.bid(100, limit)
    roots = [a_root(tape, 4) for _ in range(25)]
    tape.sell_seized(100)
    descent = tape.liquidate(tape.fall(tape.post_mid()), 1)
    found = cascade(tape.read(), FACTS)

    assert {(LIQUIDATION, seq): Fraction(1, 25) for seq in roots} == dict(found.liquidations[descent].fall.parents)
    assert (found.liquidations[descent].generation, found.liquidations[descent].descends) == (2, True)
    assert found.root_of(descent) in roots
    assert [Fraction(0), Fraction(1)] == [each.forced for each in generations(found)]


def test_a_sale_of_units_from_two_liquidations_is_divided_first_in_first_out():
    tape = a_deep_market()
    first, second = a_root(tape, 4), a_root(tape, 16)
    tape.sell_seized(10)
    fell = tape.fall(tape.post_mid())
    found = cascade(tape.read(), FACTS)
    (sale,) = found.sales.values()

    assert {(LIQUIDATION, first): Fraction(4, 10), (LIQUIDATION, second): Fraction(6, 10)} == dict(found.falls[fell].parents)
    assert (((LIQUIDATION, first), 4 * LOT), ((LIQUIDATION, second), 6 * LOT)) == sale.origins
    assert (sale.lots, sale.notional, sale.before, sale.after) == (10, 10 * 20_000 * 10, 40_010, 40_000)


def test_every_level_of_a_sale_is_divided_alike_whichever_lots_came_first():
    tape = a_deep_market()
    first, second = a_root(tape, 10), a_root(tape, 30)
    tape.sell_seized(40)
    fell = tape.fall(tape.post_mid())

    assert {(LIQUIDATION, first): Fraction(1, 4), (LIQUIDATION, second): Fraction(3, 4)} == parents_of(tape, fell)


def test_what_a_forced_sale_has_no_layers_for_stays_under_its_motive():
    tape = a_deep_market()
    liquidated = a_root(tape, 4)
    tape.sell_seized(10)
    fell = tape.fall(tape.post_mid())

    assert {(LIQUIDATION, liquidated): Fraction(4, 10), UNKNOWN_UNITS: Fraction(6, 10)} == parents_of(tape, fell)


def test_another_keepers_units_are_not_mine():
    tape = a_deep_market()
    a_root(tape, 10)
    other = a_root(tape, 10, keeper=OTHER_KEEPER)
    tape.sell_seized(10, party=OTHER_KEEPER)
    fell = tape.fall(tape.post_mid())

    assert {(LIQUIDATION, other): Fraction(1)} == parents_of(tape, fell)


def test_units_still_in_custody_are_not_sold():
    tape = a_deep_market()
    liquidated = tape.liquidate(tape.fall(tape.post_mid()), 10)
    sent = tape.say(TOKEN, KEEPER, UnitsSent(ETH, VENUE, 10 * LOT), liquidated)
    tape.sell_seized(5)
    tape.say(VENUE, KEEPER, TransferCredited(ETH, 10 * LOT, 1), sent)
    tape.sell_seized(5)
    fell = tape.fall(tape.post_mid())

    assert {UNKNOWN_UNITS: Fraction(1, 2), (LIQUIDATION, liquidated): Fraction(1, 2)} == parents_of(tape, fell)


def test_units_that_go_back_and_on_to_somebody_else_keep_their_layer():
    tape = a_deep_market()
    liquidated = a_root(tape, 10)
    tape.say(VENUE, KEEPER, WithdrawalStarted(ETH, 10 * LOT, 8))
    paid = tape.say(TOKEN, VENUE, UnitsSent(ETH, KEEPER, 10 * LOT))
    tape.say(CHAIN, KEEPER, TransferCredited(ETH, 10 * LOT, 8), paid)
    tape.say(TOKEN, KEEPER, UnitsSent(ETH, OTHER_KEEPER, 10 * LOT))
    tape.deposit(10, party=OTHER_KEEPER)
    tape.sell_seized(10, party=OTHER_KEEPER)
    fell = tape.fall(tape.post_mid())

    assert {(LIQUIDATION, liquidated): Fraction(1)} == parents_of(tape, fell)


def test_a_voluntary_sale_by_a_keeper_ends_descent():
    tape = a_deep_market()
    a_root(tape, 10)
    tape.sell(10, party=KEEPER)
    fell = tape.fall(tape.post_mid())

    assert {(MOTIVE, Motive.VOLUNTARY): Fraction(1)} == parents_of(tape, fell)


def test_a_hedge_before_inclusion_has_the_margin_call_for_its_parent():
    tape = a_deep_market()
    first = tape.fall(tape.post_mid())
    tape.sell(10, party=KEEPER, motive=Motive.HEDGE, cause=first)
    second = tape.fall(tape.post_mid())
    tape.liquidate(first, 10)
    found = cascade(tape.read(), FACTS)

    assert (((HEDGE, first), Fraction(1)),) == found.falls[second].parents
    assert (found.falls[first].generation, found.falls[second].generation) == (1, 2)
    assert [(first, Fraction(1))] == found.parents_of(second)


def test_units_that_a_hedge_sold_ahead_are_not_sold_again():
    tape = a_deep_market()
    fell = tape.fall(tape.post_mid())
    tape.sell(6, party=KEEPER, motive=Motive.HEDGE, cause=fell)
    liquidated = tape.liquidate(fell, 10)
    tape.deposit(10)
    tape.sell_seized(4)
    tape.sell_seized(10)
    last = tape.fall(tape.post_mid())
    parents = parents_of(tape, last)

    # The first level went to the hedge (6) and the liquidation (4), the second to units of nobody's seizing.
    assert {(HEDGE, fell): Fraction(3, 10), (LIQUIDATION, liquidated): Fraction(2, 10), UNKNOWN_UNITS: Fraction(1, 2)} == parents


@pytest.mark.parametrize(("inherited_bps", "expected"), [(0, Fraction(1, 2)), (10_000, Fraction(1)), (5_000, Fraction(3, 4))])
def test_a_makers_cancel_inherits_what_it_is_told_to_from_the_sale_it_answers(inherited_bps, expected):
    tape = a_deep_market()
    liquidated = a_root(tape, 10)
    tape.sell_seized(10)
    tape.cancel(3, cause=tape.last)
    fell = tape.fall(tape.post_mid())

    parents = dict(cascade(tape.read(), FACTS, inherited_bps).falls[fell].parents)

    # The sale took the bid at 200.00, the maker the one at 199.90 when it heard of it.
    assert expected == parents[LIQUIDATION, liquidated]


def test_a_cancel_that_answers_anything_else_inherits_nothing():
    tape = a_deep_market()
    a_root(tape, 10)
    tape.sell(10)
    tape.cancel(3, cause=tape.last)
    fell = tape.fall(tape.post_mid())

    assert cascade(tape.read(), FACTS, 10_000).falls[fell].forced == 0


def test_interest_and_ones_own_acts_are_roots():
    tape = a_deep_market()
    liquidated = tape.liquidate(tape.fall(0), 10)
    unsaid = tape.liquidate(0, 10)
    found = cascade(tape.read(), FACTS)

    assert [found.liquidations[each].generation for each in (liquidated, unsaid)] == [1, 1]
    assert [found.liquidations[each].fall.parents for each in (liquidated, unsaid)] == [(), ()]


def test_a_last_straw_is_not_a_share_of_the_fall_since_the_peak():
    tape = a_deep_market()
    a_root(tape, 10)
    tape.sell(30)
    tape.post_mid()
    tape.sell_seized(10)
    fell = tape.fall(tape.post_mid())
    fall = cascade(tape.read(), FACTS).falls[fell]

    assert (Fraction(1), Fraction(1, 4)) == (fall.forced, fall.since_peak)


def test_a_resting_forced_sale_moves_the_quote_on_its_liquidations_account_and_is_used_up_when_it_trades():
    tape = a_deep_market()
    liquidated = a_root(tape, 10)
    tape.place(KEEPER, Side.SELL, 10, 20_006, Motive.LIQUIDATION_SALE)
    fell = tape.fall(tape.post_mid())
    tape.place(NOISE, Side.BUY, 10, 20_006)
    tape.place(KEEPER, Side.SELL, 10, 20_004, Motive.LIQUIDATION_SALE)
    last = tape.fall(tape.post_mid())

    assert {(LIQUIDATION, liquidated): Fraction(1)} == parents_of(tape, fell)
    assert {UNKNOWN_UNITS: Fraction(1)} == parents_of(tape, last)


def test_units_sold_outside_are_used_up_and_move_nothing():
    tape = a_deep_market()
    a_root(tape, 10)
    order = tape.say(VENUE, KEEPER, OrderAccepted(999, Side.SELL, 0, 10, Motive.LIQUIDATION_SALE))
    tape.say(VENUE, KEEPER, Burned(ETH, 10 * LOT), order)
    tape.say(VENUE, KEEPER, OrderCancelled(999, Side.SELL, 0, 0, CancelReason.REST_DROPPED), order)
    tape.sell_seized(10)
    fell = tape.fall(tape.post_mid())

    assert {UNKNOWN_UNITS: Fraction(1)} == parents_of(tape, fell)


def test_layers_go_first_in_first_out_and_leave_what_is_not_taken():
    layers = Layers()
    layers.put((KEEPER, VENUE, ETH), [(5, 10), (6, 10), (7, 0)])

    peeked, taken = layers.peek((KEEPER, VENUE, ETH), 15), layers.take((KEEPER, VENUE, ETH), 15)

    assert ((5, 10), (6, 5)) == peeked == taken
    assert layers.units((KEEPER, VENUE, ETH)) == 5
    assert layers.take((KEEPER, VENUE, ETH), 100) == ((6, 5),)
    assert layers.take((KEEPER, VENUE, ETH), 1) == ()


def test_a_filtered_tape_is_refused_with_the_remedy():
    kept = MemoryTape(keep=(Traded.kind,))
    Tape(kept).flush()

    with pytest.raises(InputError, match="run again with --tape full"):
        cascade(kept, FACTS)


def test_each_check_can_fail():
    fall = Fall(8, 0, BORROWER, 1, 7, -1, (((LIQUIDATION, 9), Fraction(1, 2)),), 1, Fraction(0))
    broken = Cascade(falls={8: fall}, liquidations={10: Descent(10, 0, KEEPER, fall, 0)})
    broken.books[VENUE] = MoveShares(10, 12, {}, {(MOTIVE, 0): SHARE})
    late = HandTape()
    late.say(17, 0, OutsideMoved(1))
    late.tape._rows[16:24] = (5).to_bytes(8, "little")

    assert without_a_root(broken) == ["liquidation 10 descends from 9, which is not on the tape"]
    assert uneven_weights(broken) == ["margin call 8 has parents that weigh 1/2"]
    assert [f"venue {VENUE} moved 2 half ticks, its shares sum to {SHARE}"] == uneven_books(broken)
    assert causes_in_the_future(late.read()) == ["entry 1 names entry 5 as its cause"]
    broken.liquidations[9] = attrs.evolve(broken.liquidations[10], seq=9)
    assert [each.split(" ", 2)[2] for each in without_a_root(broken)] == ["descends from 9, which does not lie before its post 7"] * 2

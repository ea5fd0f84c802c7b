"""Small worlds whose answer was worked out on paper first; the sums stand beside each.

One ETH is 1,000 lots, a tick is a cent; the mid moves by half of what one side of the book does. A posted price is the mid.
"""

from fractions import Fraction

import pytest

from sim.cascade import SHARE, Cascade, cascade
from sim.cascade.checks import check
from sim.cascade.generations import cohorts, generations, mean_children, trees
from sim.cascade.origin import HEDGE, LIQUIDATION, MOTIVE
from sim.scenario.gain import gain_of
from sim.units import MINUTE, SECOND
from sim.vocabulary import Motive
from tests.support.tapes import CENT_8, FACTS, FEED, KEEPER, NOISE, OTHER_REPORTER, POOL, VENUE, HandTape

VOLUNTARY = (MOTIVE, Motive.VOLUNTARY)
MAKING = (MOTIVE, Motive.MARKET_MAKING)
DOLLAR = 10**6


def a_ladder(lots: int = 100, step: int = 10, levels: int = 60) -> HandTape:
    """An ask at 200.10, bids of so many lots every so many ticks from 200.00 down: a linear book that nobody refills."""
    tape = HandTape()
    tape.ask(1, 20_010)
    for level in range(levels):
        tape.bid(lots, 20_000 - level * step)
    return tape


def seize_and_carry(tape: HandTape, fell: int, lots: int, debt: int = 0, account: int = 25) -> int:
    liquidated = tape.liquidate(fell, lots, repaid=debt * DOLLAR, account=account)
    tape.deposit(lots)
    return liquidated


def told(tape: HandTape) -> Cascade:
    """Return the cascade of what was said; all that must hold of any does."""
    found = cascade(tape.read(), FACTS)
    assert check(found, tape.read()) == []
    assert mean_children(found) < 1
    return found


def test_one_whale_two_positions_three_generations():
    """A whale sells 500 lots: five levels, the bid falls from 200.00 to 199.50, the mid by 25 ticks: position one falls, a root.

    Its 300 lots take the next three levels: the mid falls by 15 ticks, all of it theirs: position two, generation 2, weight 1. Its 100
    lots take one level (5 ticks) and the whale comes back with 100 (5 ticks): position one is called again, by one half: generation 3.
    """
    tape = a_ladder()
    tape.post_mid()
    tape.sell(500, party=NOISE)
    first = seize_and_carry(tape, tape.fall(tape.post_mid(), account=31), 300, debt=600, account=31)
    tape.sell_seized(300)
    second = seize_and_carry(tape, tape.fall(tape.post_mid(), account=32), 100, debt=200, account=32)
    tape.sell_seized(100)
    tape.sell(100, party=NOISE)
    third = seize_and_carry(tape, tape.fall(tape.post_mid(), account=31), 50, debt=100, account=31)
    found = told(tape)

    parents = [dict(found.liquidations[seq].fall.parents) for seq in (first, second, third)]
    half = Fraction(1, 2)
    assert parents == [{VOLUNTARY: 1}, {(LIQUIDATION, first): 1}, {(LIQUIDATION, second): half, VOLUNTARY: half}]
    assert [found.liquidations[seq].fall.change for seq in (first, second, third)] == [-25 * CENT_8, -15 * CENT_8, -10 * CENT_8]
    assert [(each.number, each.row.debt_value, each.ratio, each.ratio_by_count) for each in generations(found)] == [
        (1, 600 * 10**8, None, None),
        (2, 200 * 10**8, 1 / 3, 1.0),
        (3, 100 * 10**8, 0.5, 1.0),
    ]
    (tree,) = trees(found)
    assert (tree.root, tree.depth, tree.breadth, tree.row.liquidations, tree.row.accounts) == (first, 3, 1, 3, 2)
    assert tree.row.pools == {POOL: 3}
    assert mean_children(found) == (0 + 1 + half) / 3


def test_the_share_since_the_peak_is_not_the_last_straw():
    """The whale moved the mid by 25 and 5 ticks, the first liquidation by 15, the second by 5: 60, 30 and 10 %."""
    tape = a_ladder()
    tape.post_mid()
    tape.sell(500)
    first = seize_and_carry(tape, tape.fall(tape.post_mid()), 300)
    tape.sell_seized(300)
    second = seize_and_carry(tape, tape.fall(tape.post_mid()), 100)
    tape.sell(100)
    tape.post_mid()
    tape.sell_seized(100)
    fell = tape.fall(tape.post_mid())
    fall = told(tape).falls[fell]

    assert dict(fall.parents) == {(LIQUIDATION, second): 1}
    tenths = {VOLUNTARY: Fraction(6, 10), (LIQUIDATION, first): Fraction(3, 10), (LIQUIDATION, second): Fraction(1, 10)}
    assert fall.weights_since_peak() == tenths
    assert list(fall.weights_since_peak()) == [VOLUNTARY, (LIQUIDATION, first), (LIQUIDATION, second)]
    assert fall.since_peak == Fraction(4, 10)


def test_two_causes_at_thirty_and_seventy():
    """Of the 100 lots at 200.00 noise takes 30 and a liquidation 70: the ten ticks to 199.90 are theirs 3 to 7."""
    tape = a_ladder()
    liquidated = seize_and_carry(tape, tape.fall(tape.post_mid()), 70)
    tape.sell(30)
    tape.sell_seized(70)
    fell = tape.fall(tape.post_mid())
    found = told(tape)

    assert dict(found.falls[fell].parents) == {VOLUNTARY: Fraction(3, 10), (LIQUIDATION, liquidated): Fraction(7, 10)}
    assert found.books[VENUE].falls == {VOLUNTARY: -3 * SHARE, (LIQUIDATION, liquidated): -7 * SHARE}


def test_ninety_nine_lots_against_one():
    """99 lots of the best level go to a liquidation, the last one to noise: 9.9 ticks and 0.1."""
    tape = a_ladder()
    liquidated = seize_and_carry(tape, tape.fall(tape.post_mid()), 99)
    tape.sell_seized(99)
    tape.sell(1)
    found = told(tape)

    assert found.books[VENUE].falls == {(LIQUIDATION, liquidated): -99 * SHARE // 10, VOLUNTARY: -SHARE // 10}


def test_a_cancel_and_a_placement_move_the_mid():
    """The best bid is pulled (10 ticks down), an ask is placed 4 ticks lower (4 down), and pulled again (4 up): h in half ticks."""
    tape = a_ladder(lots=5)
    tape.post_mid()
    tape.cancel(2)
    order = tape.ask(5, 20_006, party=NOISE, motive=Motive.VOLUNTARY)
    first = tape.post_mid()
    tape.cancel(order, party=NOISE)
    second = tape.post_mid()
    found = told(tape)

    assert found.books[VENUE].falls == {MAKING: -10 * SHARE, VOLUNTARY: -4 * SHARE}
    assert found.books[VENUE].rises == {VOLUNTARY: 4 * SHARE}
    assert found.feeds[FEED].falls == {MAKING: -5 * CENT_8 * SHARE, VOLUNTARY: -2 * CENT_8 * SHARE}
    assert found.feeds[FEED].rises == {VOLUNTARY: 2 * CENT_8 * SHARE}
    assert (found.feeds[FEED].opening, found.feeds[FEED].closing) == (20_005 * CENT_8, 20_000 * CENT_8)
    assert first < second


def test_a_median_whose_selected_reporter_changes_to_one_who_looks_from_further_back():
    """The first reporter saw noise (5 ticks) and a pulled bid (5 ticks); the second, selected next, had seen the noise alone.

    So the pull is undone: the post rises by five ticks, and they are the maker's. The third post takes it back in.
    """
    tape = a_ladder(lots=5)
    tape.post_mid()
    tape.sell(5)
    early, early_mid = tape.quote_seq(), tape.mid_8()
    tape.cancel(3)
    tape.post_mid()
    tape.post(early_mid, (VENUE, early, 10_000), reporter=OTHER_REPORTER)
    fell = tape.fall(tape.post_mid())
    found = told(tape)

    assert dict(found.falls[fell].parents) == {MAKING: 1}
    ticks = 5 * CENT_8 * SHARE
    assert (found.feeds[FEED].falls, found.feeds[FEED].rises) == ({VOLUNTARY: -ticks, MAKING: -2 * ticks}, {MAKING: ticks})


def test_a_sale_of_units_from_two_liquidations():
    """60 lots of one and 40 of another are seized and carried in that sequence; one sale of 80 takes 60 and 20, the level's 100 a
    second sale of 20 of the other: 60 and 40 of 100 lots, so six of ten ticks and four.
    """
    tape = a_ladder()
    post = tape.post_mid()
    one = seize_and_carry(tape, tape.fall(post, account=31), 60)
    other = seize_and_carry(tape, tape.fall(post, account=32), 40)
    tape.sell_seized(80)
    tape.sell_seized(20)
    fell = tape.fall(tape.post_mid())
    found = told(tape)

    lots = 10**15
    assert [sale.origins for sale in found.sales.values()] == [
        (((LIQUIDATION, one), 60 * lots), ((LIQUIDATION, other), 20 * lots)),
        (((LIQUIDATION, other), 20 * lots),),
    ]
    assert dict(found.falls[fell].parents) == {(LIQUIDATION, one): Fraction(6, 10), (LIQUIDATION, other): Fraction(4, 10)}
    assert found.unsold == {}


def test_a_hedge_sent_before_inclusion():
    """A keeper sells 100 lots when it hears of the margin call, a block before it is paid for them: the second call's parent is the
    first call, at weight one, and the units that come later are not sold twice.
    """
    tape = a_ladder()
    fell = tape.fall(tape.post_mid())
    tape.sell(100, party=KEEPER, motive=Motive.HEDGE, cause=fell)
    second = tape.fall(tape.post_mid(), account=32)
    liquidated = seize_and_carry(tape, fell, 100, debt=100)
    child = seize_and_carry(tape, second, 10, debt=50, account=32)
    found = told(tape)

    assert dict(found.falls[second].parents) == {(HEDGE, fell): 1}
    assert [found.liquidations[seq].generation for seq in (liquidated, child)] == [1, 2]
    (cohort,) = cohorts(found)
    assert (cohort.children, cohort.children_debt, cohort.ratio) == (Fraction(1), Fraction(50 * 10**8), 50 / 150)
    assert found.unsold == {child: 10 * 10**15}


def test_cohorts_know_what_followed_from_them_and_which_are_not_over():
    """Minute 0: debts of 600 and 200 with 300 lots; minute 1: 100, of which the fall was by halves theirs and noise's.

    So 50 of the 100 descend from minute 0: 50 over 800; and half a liquidation over two. Minute 1 has units nobody has sold.
    """
    tape = a_ladder()
    post = tape.post_mid()
    for account, lots, debt in ((31, 200, 600), (32, 100, 200)):
        seize_and_carry(tape, tape.fall(post, account=account), lots, debt, account)
    tape.wait(60)
    tape.sell_seized(300)
    tape.sell(300)
    last = seize_and_carry(tape, tape.fall(tape.post_mid(), account=33), 100, debt=100, account=33)
    found = told(tape)
    early, late = cohorts(found, MINUTE)

    assert (early.start, early.row.liquidations, early.children, early.children_debt) == (0, 2, Fraction(1, 2), Fraction(50 * 10**8))
    assert (early.ratio, early.ratio_by_count, early.row.is_open) == (50 / 800, 0.25, False)
    assert (late.ratio, late.row.is_open, found.unsold) == (0.0, True, {last: 100 * 10**15})
    assert late.row.first_at == 62 * SECOND


def test_units_sold_after_the_last_post_leave_a_generation_open():
    tape = a_ladder()
    seize_and_carry(tape, tape.fall(tape.post_mid()), 100)
    tape.sell_seized(100)
    before = generations(told(tape))[0].row.is_open
    tape.post_mid()

    assert (before, generations(told(tape))[0].row.is_open) == (True, False)


def a_linear_world(gain: Fraction, whale: int) -> Cascade:
    """A whale sells so many lots into 1,000 lots a tick; whoever falls is liquidated and sold, three times over."""
    tape = a_ladder(lots=1_000, step=1, levels=4_000)
    tape.post_mid()
    before = tape.mid_8()
    tape.sell(whale)
    for _ in range(3):
        post, now = tape.post_mid(), tape.mid_8()
        lots = round(Fraction(before - now, CENT_8) * 2_000 * gain)
        seize_and_carry(tape, tape.fall(post), lots, debt=lots)
        tape.sell_seized(lots)
        before = now
    return told(tape)


@pytest.mark.parametrize("gain", [Fraction(1, 4), Fraction(1, 2), Fraction(4, 5)])
def test_gain_generation_ratio_and_marginal_ratio_agree_in_a_linear_book_without_refill(gain):
    """Bids stand every tick, 1,000 lots each: q lots sold move the mid by q / 2,000 ticks, so a percent of 200 takes 200 x 2,000 lots.
    Positions lie evenly: each tick that the posted price falls calls debt of 2,000 x gain lots, all of which is seized and sold.

    Before the run: debt called per percent, 200 x 2,000 x gain, times one, over 200 x 2,000. Generation by generation: debt over
    the debt before. At the margin: what 20,000 lots more of the whale call more by the next post, over 20,000; that is ten ticks more,
    20,000 x gain lots.
    """
    known = gain_of(200 * 2_000 * float(gain), 1.0, 200 * 2_000, 1.0)
    plain, probed = a_linear_world(gain, 1_600_000), a_linear_world(gain, 1_620_000)
    more = [generations(found)[0].row.debt_value / 10**8 for found in (plain, probed)]

    assert known == pytest.approx(float(gain))
    assert [each.ratio for each in generations(plain)[1:]] == [pytest.approx(known, rel=0.01)] * 2
    assert (more[1] - more[0]) / 20_000 == pytest.approx(known, rel=0.01)

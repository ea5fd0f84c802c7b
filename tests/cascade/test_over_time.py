"""Means over time, shared over the moves of what they are a mean of: arithmetic ones, and of log ticks."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sim.amm.concentrated.log_ticks import sqrt_price_at
from sim.assets import Asset
from sim.cascade.amms import AmmReplay
from sim.cascade.origin import LIQUIDATION, OFFSET, SHARE, SWAP
from sim.cascade.over_time import Span, in_shares, shares_of_mean, ticks_to_price
from sim.cascade.posts import FeedReplay
from sim.cascade.series import Series
from sim.oracle.derived.rules import price_of_sqrt
from sim.records.oracle import PricePosted
from sim.units import WAD
from tests.support.tapes import ETH, FEED, USDC

ONE, OTHER, THIRD = (LIQUIDATION, 10), (LIQUIDATION, 11), (SWAP, 5)
AMM = 5


def a_series(*moves: tuple[int, int, tuple[int, int]], opening: int = 2_000) -> Series:
    """A price from second 0 on, and moves of it: when, by how much, whose."""
    series = Series()
    series.add(1, opening, (), 0)
    for number, (at, change, origin) in enumerate(moves):
        series.add(2 + number, series.prices[-1] + change, ((origin, 1),), at)
    return series


def test_a_mean_over_sixty_seconds_of_three_moves():
    """A mean over 60 s, posted at 100 s and again at 130 s; the price is 2,000 at first.

    The move of -60 at 50 s was 50/60 in the mean at 100 s and is all in it at 130 s: -60 x 10/60 = -10. That of -120 at 90 s: from
    10/60 to 40/60, -60. That of +30 at 120 s: from nothing to 10/60, +5. Together -65. The means themselves: at 100 s it is
    2,000 - 50 - 20 = 1,930; at 130 s 2,000 - 60 - 80 + 5 = 1,865.
    """
    series = a_series((50, -60, ONE), (90, -120, OTHER), (120, 30, THIRD))

    assert shares_of_mean(series, Span(100, 60), Span(130, 60)) == [(ONE, Fraction(-10)), (OTHER, Fraction(-60)), (THIRD, Fraction(5))]


def test_a_move_that_both_spans_contain_whole_or_not_at_all_has_no_share():
    series = a_series((10, -60, ONE), (200, -60, OTHER))

    assert shares_of_mean(series, Span(100, 60), Span(130, 60)) == []


def test_from_one_checkpoint_to_the_next():
    """The mean of 0 to 24 s, then that of 24 to 60 s: a move of -72 at 12 s was half in the first and is whole in the second; one of
    -36 at 48 s has 12 of 36 seconds: -36 - 12.
    """
    series = a_series((12, -72, ONE), (48, -36, OTHER))

    assert shares_of_mean(series, Span(24, 24), Span(60, 36)) == [(ONE, Fraction(-36)), (OTHER, Fraction(-12))]


def test_a_first_mean_replaces_the_price_of_the_moment_it_opened_at():
    """Opened at 2,000; the mean of 0 to 20 s of a move of -10 at 5 s is 2,000 - 10 x 15/20."""
    assert shares_of_mean(a_series((5, -10, ONE)), Span(0, 0), Span(20, 20)) == [(ONE, Fraction(-15, 2))]


moves = st.lists(st.tuples(st.integers(1, 200), st.integers(-50, 50).filter(bool), st.sampled_from([ONE, OTHER, THIRD])), max_size=8)
spans = st.tuples(st.integers(1, 220), st.integers(0, 120)).map(lambda span: Span(span[0], min(span)))


@given(moves, spans, spans)
def test_shares_sum_to_the_change_of_the_mean_worked_out_second_by_second(moved, before, after):
    series = a_series(*sorted(moved))
    price = [series.prices[series.place_at(second)] for second in range(260)]

    def mean(span: Span) -> Fraction:
        if not span.length:
            return Fraction(price[span.end])
        return Fraction(sum(price[span.end - span.length : span.end]), span.length)

    assert sum(share for _, share in shares_of_mean(series, before, after)) == mean(after) - mean(before)


def test_rationals_become_whole_shares_and_what_is_rounded_off_is_left_to_a_rounding():
    found = in_shares([(ONE, Fraction(1, 3)), (OTHER, Fraction(-1, 3)), (ONE, Fraction(1, 3))])

    assert found == {ONE: 666_666_666, OTHER: -333_333_334}


def test_log_ticks_become_a_price_in_one_step():
    """Two moves of -30 and -10 ticks of the mean, and a price that fell by 8: six and two."""
    assert ticks_to_price([(ONE, Fraction(-30)), (OTHER, Fraction(-10))], -8, 0, lambda tick: 0) == {ONE: -6 * SHARE, OTHER: -2 * SHARE}


def test_ticks_that_went_there_and_back_are_worth_what_a_tick_is_worth_there():
    found = ticks_to_price([(ONE, Fraction(-30)), (OTHER, Fraction(30))], 0, 7, lambda tick: 100 * tick)

    assert found == {ONE: -3_000 * SHARE, OTHER: 3_000 * SHARE}


def replayed(amm: AmmReplay, feed: FeedReplay, seq: int, at: int, price: int, before: int) -> dict[tuple[int, int], int]:
    row = (seq, PricePosted.kind, at * 10**9, 0, FEED, 0, 1, price, before, 1, 0, 0)
    return feed.posted(row, {}, at).net


def a_mean_of_ticks(window: int = 60) -> tuple[AmmReplay, FeedReplay]:
    eth, usdc = Asset(ETH, "ETH", 18), Asset(USDC, "USDC", 6)
    amm = AmmReplay(AMM, eth, usdc, window, has_ticks=True)
    return amm, FeedReplay(FEED, amm=amm)


def price_at(tick: int) -> int:
    return price_of_sqrt(sqrt_price_at(tick), True, Asset(ETH, "ETH", 18), Asset(USDC, "USDC", 6))


def test_a_mean_of_log_ticks_over_three_swaps():
    """From tick -200,300 on, over 60 s: swaps of -60 ticks at 10 s, -120 at 50 s, +30 at 80 s, posted at 40 s and at 100 s.

    At 40 s the mean, over the 40 s there were, is -60 x 30/40 = -45. At 100 s over 60: -60 whole, -120 x 50/60 = -100, +30 x 20/60 =
    +10: -150. So -15, -100 and +10 ticks of -105, and as much of the price's change.
    """
    amm, feed = a_mean_of_ticks()
    opening = -200_300
    replayed(amm, feed, 1, 0, price_at(opening) + 1, 0)
    for seq, at, tick, origin in ((2, 10, opening - 60, ONE), (3, 50, opening - 180, OTHER), (5, 80, opening - 150, THIRD)):
        if seq == 3:
            first = replayed(amm, feed, 4, 40, price_at(opening - 45), price_at(opening) + 1)
        amm.swapped(seq, at, ETH, USDC, (price_at(tick) + 1) * WAD // 10**8, ((origin, 1),))
    change = price_at(opening - 150) - price_at(opening - 45)
    net = replayed(amm, feed, 6, 100, price_at(opening - 150), price_at(opening - 45))

    assert first.pop(OFFSET, 0) < 2 * SHARE
    assert list(first) == [ONE]
    rounding = net.pop(OFFSET, 0)
    assert 0 <= rounding < SHARE
    assert net == {origin: change * ticks * SHARE // -105 for origin, ticks in ((ONE, -15), (OTHER, -100), (THIRD, 10))}


def test_a_swap_of_another_pair_of_the_amm_is_not_the_feeds():
    amm, feed = a_mean_of_ticks()
    replayed(amm, feed, 1, 0, price_at(-200_300) + 1, 0)

    amm.swapped(2, 5, ETH, 99, WAD, ((ONE, 1),))

    assert len(amm.series.seqs) == 1


def test_what_moves_a_spot_price_without_telling_one_answers_for_what_nothing_else_explains():
    eth, usdc = Asset(ETH, "ETH", 18), Asset(USDC, "USDC", 6)
    amm = AmmReplay(AMM, eth, usdc)
    feed = FeedReplay(FEED, amm=amm)
    replayed(amm, feed, 1, 0, 2_000 * 10**8, 0)

    amm.touched(2, ((ONE, 1),))
    moved = replayed(amm, feed, 3, 12, 1_990 * 10**8, 2_000 * 10**8)
    later = replayed(amm, feed, 4, 24, 1_985 * 10**8, 1_990 * 10**8)

    assert (moved, later) == ({ONE: -10 * 10**8 * SHARE}, {OFFSET: -5 * 10**8 * SHARE})


def test_moves_that_no_mean_can_contain_any_more_are_forgotten():
    amm, feed = a_mean_of_ticks(window=10)
    replayed(amm, feed, 1, 0, price_at(-200_300) + 1, 0)
    for step in range(1, 3_000):
        amm.swapped(step * 2, step, ETH, USDC, (price_at(-200_300 - step % 2) + 1) * WAD // 10**8, ((THIRD, 1),))
        replayed(amm, feed, step * 2 + 1, step, 10**8, 10**8)

    assert len(amm.series.seqs) == len(amm.series.instants) < 1_100

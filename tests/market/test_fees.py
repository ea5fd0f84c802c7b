"""What a venue takes, to the unit, and that what was held always covers it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.market.fees import PPM, FeeSchedule, fee


def test_a_fee_is_a_share_of_the_notional():
    assert fee(100_000, ppm=750) == 75


def test_a_fee_rounds_up_and_a_rebate_towards_nothing():
    assert (fee(1, ppm=750), fee(100_001, ppm=750), fee(101_000, ppm=-750)) == (1, 76, -75)


def test_a_fee_in_a_fine_asset_is_a_whole_number_of_billionths():
    assert fee(10**18 + 1, ppm=1_000, unit=10**9) == 10**15 + 10**9
    assert fee(10**18 + 1, ppm=-1_000, unit=10**9) == -(10**15)


@pytest.mark.parametrize("ppm", [0, 750])
def test_nothing_costs_no_fee(ppm):
    assert fee(0, ppm) == 0


def test_a_rebate_may_be_as_large_as_the_takers_fee():
    assert FeeSchedule(maker_ppm=-100, taker_ppm=100).dearer_ppm() == 100


def test_a_rebate_larger_than_the_takers_fee_is_refused():
    with pytest.raises(ScenarioError, match="maker_ppm is -101 and taker_ppm 100"):
        FeeSchedule(maker_ppm=-101, taker_ppm=100)


def test_a_hold_covers_limit_and_the_dearer_fee():
    fees = FeeSchedule(maker_ppm=200, taker_ppm=1_000)

    assert fees.hold(lots=3, limit=5, step=10_000) == 3 * 50_050


rates = st.integers(0, PPM)


@given(rates, rates, st.lists(st.integers(1, 50), min_size=1), st.integers(1, 10**6), st.integers(1, 10**9))
def test_a_hold_covers_a_purchase_in_however_many_parts(maker, taker, parts, limit, step):
    fees = FeeSchedule(maker, taker)
    notionals = [lots * limit * step for lots in parts]

    paid = sum(notional + fee(notional, rate) for notional, rate in zip(notionals, [maker, taker] * len(parts), strict=False))

    assert paid <= fees.hold(sum(parts), limit, step)


@given(st.integers(0, PPM), st.integers(0, PPM), st.integers(0, 10**30))
def test_a_venue_never_pays_for_a_trade(taker, less, notional):
    rebate = -max(taker - less, 0)

    assert fee(notional, taker) + fee(notional, rebate) >= 0


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**12), st.integers(0, 5_000), st.sampled_from([1, 10, 10**9]))
def test_what_is_held_for_lots_pays_them_however_they_trade(lots, limit, step, ppm, unit):
    fees = FeeSchedule(0, ppm, unit)
    parts = [lots // 3, lots // 5, lots - lots // 3 - lots // 5]

    paid = sum(part * limit * step + fee(part * limit * step, ppm, unit) for part in parts)

    assert paid <= fees.hold(lots, limit, step)
    assert paid <= fees.hold_across(lots * limit, lots, step)

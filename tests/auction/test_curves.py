"""Price curves: where they start, how they fall, what they refuse; and powers against exact fractions."""

from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sim.auction.curves import Exponential, Linear, Stairstep, times
from sim.errors import Revert
from sim.lending.vault.ray_power import ray_power
from sim.units import RAY, UINT256_MAX
from sim.vocabulary import Refusal

TOP = 200 * RAY
CURVES = (Linear(1_000), Stairstep(99 * RAY // 100, 90), Exponential(999 * RAY // 1_000))


@pytest.mark.parametrize("curve", CURVES)
def test_an_auction_begins_at_its_start_price(curve):
    assert curve.price(TOP, 0) == TOP


def test_a_line_falls_by_the_same_amount_and_ends_at_nothing():
    curve = Linear(1_000)

    assert [curve.price(TOP, age) // RAY for age in (0, 250, 500, 750, 1_000, 5_000)] == [200, 150, 100, 50, 0, 0]
    assert curve.price(TOP, 999) == TOP // 1_000


def test_stairs_fall_at_every_step_and_not_between():
    curve = Stairstep(9 * RAY // 10, 90)

    assert [curve.price(TOP, age) // RAY for age in (0, 89, 90, 179, 180)] == [200, 200, 180, 180, 162]


def test_a_smooth_decay_falls_every_second():
    curve = Exponential(9 * RAY // 10)

    assert [curve.price(TOP, age) // RAY for age in (0, 1, 2)] == [200, 180, 162]


def test_stairs_of_a_second_are_the_smooth_decay():
    smooth, stairs = Exponential(999 * RAY // 1_000), Stairstep(999 * RAY // 1_000, 1)

    assert [smooth.price(TOP, age) for age in range(0, 9_000, 77)] == [stairs.price(TOP, age) for age in range(0, 9_000, 77)]


@pytest.mark.parametrize("curve", CURVES)
@given(start=st.integers(1, 10**36), age=st.integers(0, 20_000), more=st.integers(0, 500))
def test_a_price_never_rises_with_age(curve, start, age, more):
    assert 0 <= curve.price(start, age + more) <= curve.price(start, age) <= start


@pytest.mark.parametrize(
    "make",
    [lambda: Linear(0), lambda: Stairstep(RAY, 0), lambda: Stairstep(RAY + 1, 1), lambda: Stairstep(-1, 1), lambda: Exponential(RAY + 1)],
)
def test_curves_that_would_rise_or_divide_by_nothing_are_refused(make):
    with pytest.raises(ValueError, match=r"duration|step|cut"):
        make()


def test_a_product_beyond_256_bits_reverts():
    assert times(UINT256_MAX, 1) == UINT256_MAX // RAY
    with pytest.raises(Revert) as refused:
        times(UINT256_MAX, 2)
    assert refused.value.reason is Refusal.ARITHMETIC


# Powers.


def naive_power(factor: int, exponent: int, one: int) -> int:
    """Return a power as the page says it: square and multiply, half up at every multiply, in exact fractions."""
    result, square = Fraction(one), Fraction(factor)
    for place, bit in enumerate(reversed(f"{exponent:b}")):
        if place:
            square = Fraction(half_up(square * square / one))
        if bit == "1":
            result = Fraction(half_up(result * square / one))
    return int(result)


def half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


@given(factor=st.integers(0, 2 * RAY), exponent=st.integers(0, 100))
def test_a_power_is_square_and_multiply_rounded_at_every_step(factor, exponent):
    try:
        found = ray_power(factor, exponent)
    except Revert:
        # What it refuses really leaves 256 bits on the way.
        assert factor > RAY
        assert Fraction(factor, RAY) ** exponent > 10**9
        return

    assert found == naive_power(factor, exponent, RAY)


@given(factor=st.integers(0, 20), exponent=st.integers(0, 12))
def test_with_a_one_of_one_it_is_the_power_of_whole_numbers(factor, exponent):
    assert ray_power(factor, exponent, 1) == factor**exponent


def test_anything_to_the_power_of_nothing_is_one():
    assert [ray_power(factor, 0) for factor in (0, 1, RAY, 2**200)] == [RAY] * 4


@pytest.mark.parametrize(("factor", "exponent"), [(2**128, 2), (2**128 - 1, 4), (1_000 * RAY, 64)])
def test_a_power_too_large_for_the_machine_reverts(factor, exponent):
    with pytest.raises(Revert) as refused:
        ray_power(factor, exponent)
    assert refused.value.reason is Refusal.ARITHMETIC


def test_a_factor_that_is_not_squared_may_be_larger():
    assert ray_power(2**128, 1) == 2**128

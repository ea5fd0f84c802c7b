"""What a reporter bids for block space."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.oracle.bidding import Bid, GasPolicy
from sim.units import GWEI

POLICY = GasPolicy(multiple_bps=12_000, blocks=3, bump_bps=2_000, opening=10 * GWEI, least=GWEI, most=1_000 * GWEI)


def test_a_bid_is_a_multiple_of_the_middle_of_the_recent_blocks():
    assert POLICY.bid((999 * GWEI, 20 * GWEI, 50 * GWEI, 30 * GWEI), base_fee=0) == Bid(36 * GWEI, 36 * GWEI)


def test_empty_blocks_say_nothing_and_before_the_first_the_opening_price_holds():
    assert POLICY.bid((), 0) == POLICY.bid((0, 0), 0) == Bid(12 * GWEI, 12 * GWEI)
    assert POLICY.bid((0, 20 * GWEI, 0), 0) == Bid(24 * GWEI, 24 * GWEI)


def test_a_bid_stays_between_its_bounds():
    assert POLICY.bid((1,), 0) == Bid(GWEI, GWEI)
    assert POLICY.bid((5_000 * GWEI,), 0) == Bid(1_000 * GWEI, 1_000 * GWEI)


def test_under_a_base_fee_the_tip_is_what_the_price_leaves_above_it():
    assert POLICY.bid((50 * GWEI,), base_fee=40 * GWEI) == Bid(100 * GWEI, 20 * GWEI)
    assert POLICY.bid((50 * GWEI,), base_fee=100 * GWEI) == Bid(201 * GWEI, GWEI)


@given(st.integers(0, 500 * GWEI), st.integers(0, 500 * GWEI))
def test_a_raise_is_always_enough_for_a_replacement_and_never_below_todays_bid(old, today):
    raised = POLICY.raised(Bid(old, old), Bid(today, today))

    assert raised is not None
    assert raised.max_fee * 10 >= old * 11 and raised.tip * 10 >= old * 11 and raised.tip > old
    assert raised.max_fee >= today


def test_at_the_ceiling_a_node_stops_raising():
    assert POLICY.raised(Bid(1_000 * GWEI, 1_000 * GWEI), Bid(1, 1)) is None
    assert POLICY.raised(Bid(833 * GWEI, 833 * GWEI), Bid(1, 1)) is not None


def test_a_raise_too_small_for_a_replacement_is_no_policy():
    GasPolicy(bump_bps=1_000)
    with pytest.raises(ValueError, match="bump_bps"):
        GasPolicy(bump_bps=999)

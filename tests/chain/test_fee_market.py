import pytest

from sim.chain.fee_market import (
    Eip1559,
    FirstPrice,
    base_fee_path,
    effective_price,
    gas_limit_towards,
    is_gas_limit_reachable,
    next_base_fee,
)
from sim.conformance.runner import conform
from sim.errors import Revert
from sim.units import GWEI
from tests.support.shared import shared_path


def test_outside_vectors_agree():
    outcome = conform([shared_path("vectors/eip1559.json")], strict=True)

    assert (outcome.failures, outcome.skipped) == ([], 0)
    assert outcome.passed > 0


def test_a_full_block_raises_the_base_fee_by_an_eighth():
    assert next_base_fee(800, 30_000_000, 30_000_000) == 900


def test_an_empty_block_lowers_the_base_fee_by_an_eighth():
    assert next_base_fee(800, 30_000_000, 0) == 700


def test_a_block_at_its_target_leaves_the_base_fee_alone():
    assert next_base_fee(801, 30_000_000, 15_000_000) == 801


def test_the_base_fee_rises_by_at_least_one():
    assert next_base_fee(0, 30_000_000, 15_000_001) == 1


def test_twenty_full_blocks_make_the_base_fee_tenfold():
    path = base_fee_path(10 * GWEI, 30_000_000, 30_000_000, 20)

    assert len(path) == 20
    assert 10 * 10 * GWEI < path[-1] < 11 * 10 * GWEI


def test_the_gas_limit_moves_by_less_than_one_in_1024():
    assert is_gas_limit_reachable(1_024_000, 1_024_999)
    assert not is_gas_limit_reachable(1_024_000, 1_025_000)


def test_the_gas_limit_goes_where_it_is_wanted_as_fast_as_it_may():
    assert gas_limit_towards(1_024_000, 2_000_000) == 1_024_999
    assert gas_limit_towards(1_024_000, 500_000) == 1_023_001
    assert gas_limit_towards(1_024_000, 1_024_100) == 1_024_100


def test_what_is_paid_is_base_fee_and_tip_but_never_more_than_the_max_fee():
    assert effective_price(100, 2, 33) == 35
    assert effective_price(34, 2, 33) == 34
    assert effective_price(33, 2, 33) == 33


def test_a_max_fee_below_the_base_fee_cannot_be_included():
    with pytest.raises(Revert):
        effective_price(32, 2, 33)
    assert Eip1559().tip(32, 2, 33) < 0


def test_first_price_pays_the_bid_and_burns_nothing():
    market = FirstPrice()

    assert market.bid(50, 7) == (50, 50)
    assert market.tip(50, 50, 0) == 50
    assert market.next_base_fee(0, 10_000_000, 10_000_000) == 0


def test_willingness_is_the_inverse_of_what_is_paid():
    market, settled, share = Eip1559(), 20 * GWEI, 5_000

    max_fee = market.willingness(26 * GWEI, settled, share)

    assert max_fee == 32 * GWEI
    assert settled + market.tip(max_fee, market.background_tip(max_fee, settled, share), settled) == 26 * GWEI

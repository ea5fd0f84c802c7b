"""Outside cases of amms, through the contracts."""

import pytest

from sim.conformance.amm import run_case
from sim.conformance.cases import NotCovered, Reverted
from sim.conformance.runner import conform
from tests.support.shared import shared_path

FILES = ("uniswap_v2", "uniswap_v3_tickmath", "uniswap_v3_swap_step", "uniswap_v3_pool_swaps", "curve_stableswap")


@pytest.mark.parametrize("name", FILES)
def test_outside_cases_hold(name):
    outcome = conform([shared_path(f"vectors/{name}.json")], strict=True)

    assert (outcome.failures, outcome.exit_code) == ([], 0)
    assert outcome.passed > 0


def test_a_refused_swap_is_told_as_such_and_left_nothing_behind():
    ranges = [{"tick_lower": "-60", "tick_upper": "60", "liquidity": "1000000"}]
    amm = {"fee_pips": "3000", "tick_spacing": "60", "start_sqrt_price": str(2**96), "positions": ranges}
    swap = {"fn": "pool_swap", "pool": amm, "zero_for_one": True, "amount_specified": "5", "sqrt_price_limit": str(2**97)}

    assert run_case({"inputs": swap}, {}) == Reverted("PRICE_LIMIT", is_state_unchanged=True)


def test_an_amount_that_brings_nothing_is_nothing():
    asked = {"fn": "get_amount_out", "amount_in": "1", "reserve_in": str(10**18), "reserve_out": "5"}

    told = run_case({"inputs": asked}, {})

    assert told == {"amount_out": 0, "one_more_wei_reverts_K": True}


def test_a_stableswap_of_more_assets_than_ours_has_an_invariant_all_the_same():
    told = run_case({"inputs": {"fn": "get_D", "xp": ["7"] * 5, "A": "3"}}, {})

    assert told == {"D": 35, "converged_within_255": True}


def test_what_is_not_built_is_not_covered_rather_than_passed():
    with pytest.raises(NotCovered):
        run_case({"inputs": {"fn": "flash"}}, {})

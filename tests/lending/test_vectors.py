"""Outside cases, and a few worked out on paper, through the rule books and sums that the pool itself calls."""

from collections.abc import Mapping
from typing import Any

import pytest

from sim.conformance.aave import run_case
from sim.conformance.runner import conform
from sim.errors import Revert
from tests.support.shared import shared_path


@pytest.mark.parametrize("name", ["aave_math", "aave_liquidation"])
def test_outside_cases_hold(name):
    outcome = conform([shared_path(f"vectors/{name}.json")], strict=True)

    assert (outcome.failures, outcome.exit_code) == ([], 0)
    assert outcome.passed > 0


def case(**inputs: Any) -> Mapping[str, Any]:
    return {"inputs": {key: value if isinstance(value, list) else str(value) for key, value in inputs.items()}}


def got(**inputs: Any) -> dict[str, Any]:
    return run_case(case(**inputs), {})


def test_half_up_rounds_up_at_the_half():
    assert got(fn="percentMul", a=1, b=5_000) == {"result": 1}
    assert got(fn="percentMul", a=1, b=4_999) == {"result": 0}
    assert got(fn="percentMulFloor", a=1, b=9_999) == {"result": 0}
    assert got(fn="percentMulCeil", a=1, b=1) == {"result": 1}
    assert got(fn="percentDiv", a=1, b=20_000) == {"result": 1}
    assert got(fn="percentDivFloor", a=1, b=20_000) == {"result": 0}
    assert got(fn="percentDivCeil", a=1, b=30_000) == {"result": 1}


def test_arithmetic_beyond_256_bits_reverts():
    most = 2**256 - 1

    assert got(fn="percentMulFloor", a=most // 10_000, b=10_000) == {"result": most // 10_000}
    for name, a, b in (("percentMul", most, 2), ("wadDiv", most, 1), ("rayMul", most, 1), ("percentDivFloor", 1, 0)):
        with pytest.raises(Revert, match="ARITHMETIC"):
            got(fn=name, a=a, b=b)


PAIR = {"col_price": 2_000 * 10**8, "col_unit": 10**18, "debt_price": 10**8, "debt_unit": 10**6}


@pytest.mark.parametrize(
    ("version", "seized", "fee"),
    [("v2", 525 * 10**15, 0), ("v3.0", 5_225 * 10**14, 25 * 10**14), ("v3.7", 5_225 * 10**14, 25 * 10**14)],
)
def test_a_thousand_dollars_buy_half_an_ether_and_five_percent(version, seized, fee):
    inputs = {**PAIR, "debt_to_cover": 1_000 * 10**6, "collateral_balance": 10**19, "bonus": 10_500}
    paid = 0 if version == "v2" else 1_000

    answer = got(fn="available_collateral", version=version, protocol_fee_bps=paid, **inputs)

    assert answer == {"collateral_to_liquidator": seized, "debt_needed": 1_000 * 10**6, "protocol_fee": fee}


@pytest.mark.parametrize("version", ["v2", "v3.0", "v3.7"])
def test_what_the_collateral_cannot_pay_shrinks_the_debt(version):
    """One ether at 2,000 pays 2,000 / 1.25 = 1,600 at a bonus of a quarter."""
    inputs = {**PAIR, "debt_to_cover": 5_000 * 10**6, "collateral_balance": 10**18, "bonus": 12_500, "protocol_fee_bps": 0}

    answer = got(fn="available_collateral", version=version, **inputs)

    assert answer == {"collateral_to_liquidator": 10**18, "debt_needed": 1_600 * 10**6, "protocol_fee": 0}


def test_versions_part_where_the_average_threshold_is_not_a_whole_bp():
    """825,000 + 1,567,800 over 301 is 7,949.5: v3.7 keeps the half, v3.0 cuts it and then rounds 239.26 to 239."""
    values = [{"value_base": "100", "liq_threshold_bps": "8250"}, {"value_base": "201", "liq_threshold_bps": "7800"}]

    old = got(fn="health_factor", version="v3.0", collaterals=values, total_debt_base=100)
    new = got(fn="health_factor", version="v3.7", collaterals=values, total_debt_base=100)

    assert (old, new) == ({"health_factor": 239 * 10**16}, {"health_factor": 23_928 * 10**14})


def test_an_unknown_function_is_not_covered_rather_than_passed():
    with pytest.raises(Exception, match="flashLoan"):
        got(fn="flashLoan", version="v3.7")

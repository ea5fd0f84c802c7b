"""Aave's arithmetic and liquidations, held to outside cases through the rule books and sums that the pool itself calls."""

from collections.abc import Callable, Mapping
from typing import Any

from sim.conformance.cases import NotCovered
from sim.errors import Revert
from sim.fixed import ray_div, ray_mul, wad_div, wad_mul
from sim.lending.aave import maths
from sim.lending.aave.liquidation import Target, most_repaid, settle
from sim.lending.aave.rules import Closable, Pair, Rules
from sim.lending.aave.versions import VERSIONS
from sim.units import BPS_ONE, RAY, UINT256_MAX, WAD
from sim.vocabulary import Refusal

Inputs = Mapping[str, Any]
Got = dict[str, Any]

MATHS: dict[str, Callable[[int, int], int]] = {
    "percentMul": maths.percent_mul,
    "percentDiv": maths.percent_div,
    "percentMulFloor": maths.percent_mul_floor,
    "percentMulCeil": maths.percent_mul_ceil,
    "percentDivFloor": maths.percent_div_floor,
    "percentDivCeil": maths.percent_div_ceil,
    "wadMul": wad_mul,
    "wadDiv": wad_div,
    "rayMul": ray_mul,
    "rayDiv": ray_div,
    "rayMulFloor": maths.ray_mul_floor,
    "rayMulCeil": maths.ray_mul_ceil,
    "rayDivFloor": maths.ray_div_floor,
    "rayDivCeil": maths.ray_div_ceil,
}
ONES = {"percent": BPS_ONE, "wad": WAD, "ray": RAY}


def rules_of(inputs: Inputs) -> Rules:
    """Return the rule book of a case's version (``v3.7`` is ``v3_7`` with us)."""
    return VERSIONS[inputs["version"].replace(".", "_")]


def pair_of(inputs: Inputs, fee: str) -> Pair:
    """Return the prices and terms of a case; its bonus counts from 10,000, ours from nothing."""
    return Pair(
        collateral_price=int(inputs["col_price"]),
        collateral_unit=int(inputs["col_unit"]),
        debt_price=int(inputs["debt_price"]),
        debt_unit=int(inputs["debt_unit"]),
        bonus=int(inputs["bonus"]) - BPS_ONE,
        protocol_fee=int(inputs[fee]),
    )


def health_case(inputs: Inputs) -> Got:
    """Return an account's health factor."""
    collaterals = [(int(each["value_base"]), int(each["liq_threshold_bps"])) for each in inputs["collaterals"]]
    return {"health_factor": rules_of(inputs).health(collaterals, int(inputs["total_debt_base"]))}


def closable_case(inputs: Inputs) -> Got:
    """Return the most that one call may repay."""
    case = Closable(
        health=int(inputs["health_factor"]),
        debt=int(inputs["reserve_debt"]),
        debt_value=int(inputs["reserve_debt_base"]),
        collateral_value=int(inputs["reserve_collateral_base"]),
        total_debt_value=int(inputs["total_debt_base"]),
        debt_price=int(inputs["debt_price"]),
        debt_unit=int(inputs["debt_unit"]),
    )
    return {"max_liquidatable_debt": most_repaid(rules_of(inputs), case)}


def available_case(inputs: Inputs) -> Got:
    """Return what a liquidation takes."""
    pair = pair_of(inputs, "protocol_fee_bps")
    taken = rules_of(inputs).available(pair, int(inputs["debt_to_cover"]), int(inputs["collateral_balance"]))
    return {"collateral_to_liquidator": taken.seized, "debt_needed": taken.repaid, "protocol_fee": taken.protocol_fee}


def liquidation_case(inputs: Inputs) -> Got:
    """Return all that one liquidation does; the account's other assets come as values."""
    rules, target = rules_of(inputs), target_of(inputs)
    done = settle(rules, target, int(inputs["debt_to_cover"]))
    return {
        "health_factor": target.health,
        "collateral_balance": done.collateral_balance,
        "debt_balance": done.debt_balance,
        "max_liquidatable_debt": done.closable,
        "actual_debt": done.taken.repaid,
        "collateral_to_liquidator": done.taken.seized,
        "protocol_fee": done.taken.protocol_fee,
        "collateral_flag_cleared": done.gone.is_emptied,
        "has_no_collateral_left": done.gone.nothing_left,
        "deficit_created": done.deficit,
        "scaled_collateral_after": target.collateral_shares - done.seized_shares - done.fee_shares,
        "scaled_debt_after": target.debt_shares - done.debt_shares,
    }


def target_of(inputs: Inputs) -> Target:
    """Return the position a case describes."""
    rules, pair = rules_of(inputs), pair_of(inputs, "fee")
    shares, index = int(inputs["scaled_collateral"]), int(inputs["liquidity_index"])
    debt_shares, debt_index = int(inputs["scaled_debt"]), int(inputs["borrow_index"])
    value = rules.collateral_value(rules.collateral_units(shares, index), pair.collateral_price, pair.collateral_unit)
    debt_value = rules.debt_value(rules.debt_units(debt_shares, debt_index), pair.debt_price, pair.debt_unit)
    other, total_debt = int(inputs["other_collateral_base"]), debt_value + int(inputs["other_debt_base"])
    return Target(
        pair=pair,
        health=rules.health([(value, int(inputs["lt"])), (other, int(inputs["other_lt"]))], total_debt),
        total_collateral_value=value + other,
        total_debt_value=total_debt,
        collateral_shares=shares,
        supply_index=index,
        debt_shares=debt_shares,
        debt_index=debt_index,
    )


CASES: dict[str, Callable[[Inputs], Got]] = {
    "health_factor": health_case,
    "max_liquidatable_debt": closable_case,
    "available_collateral": available_case,
    "liquidationCall": liquidation_case,
}


def maths_case(inputs: Inputs) -> Got:
    """Return one rounding primitive's result; where the contract divides by zero or leaves 256 bits, it reverts."""
    name, a, b = inputs["fn"], int(inputs["a"]), int(inputs["b"])
    if overflows(name, a, b) or ("Div" in name and not b):
        raise Revert(Refusal.ARITHMETIC)
    return {"result": MATHS[name](a, b)}


def overflows(name: str, a: int, b: int) -> bool:
    """Say whether the contract's product (and what half up adds to it) would leave 256 bits; our integers never do."""
    one = next(one for scale, one in ONES.items() if name.startswith(scale))
    product, divisor = (a * one, b) if "Div" in name else (a * b, one)
    half = 0 if name.endswith(("Floor", "Ceil")) else divisor // 2
    return product + half > UINT256_MAX


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got:
    """Return what our rules say to one case, keyed as it is expected; a revert is let through."""
    inputs = case["inputs"]
    if inputs["fn"] in MATHS:
        return maths_case(inputs)
    if inputs["fn"] not in CASES:
        raise NotCovered(inputs["fn"])
    return CASES[inputs["fn"]](inputs)

"""EIP-1559's base fee, gas limit and effective price, held to outside cases through the fee market that the chain calls."""

from collections.abc import Callable, Mapping
from typing import Any

from sim.chain.fee_market import base_fee_path, effective_price, effective_tip, is_gas_limit_reachable, next_base_fee
from sim.conformance.cases import NotCovered

Inputs = Mapping[str, Any]
Got = dict[str, Any]


def base_fee_case(inputs: Inputs) -> Got:
    """Return the base fee that follows a block."""
    return {"base_fee": next_base_fee(*_integers(inputs, "parent_base_fee", "parent_gas_limit", "parent_gas_used"))}


def base_fee_path_case(inputs: Inputs) -> Got:
    """Return the first five and the last of the base fees that follow equal blocks."""
    path = base_fee_path(*_integers(inputs, "start", "gas_limit", "gas_used", "blocks"))
    return {"first5": path[:5], "final": path[-1]}


def gas_limit_case(inputs: Inputs) -> Got:
    """Return whether a block may have this gas limit."""
    return {"ok": is_gas_limit_reachable(*_integers(inputs, "parent_gas_limit", "gas_limit"))}


def effective_price_case(inputs: Inputs) -> Got:
    """Return what a tx pays and tips per gas; a max fee below the base fee reverts."""
    fields = _integers(inputs, "max_fee", "max_priority_fee", "base_fee")
    return {"effective_gas_price": effective_price(*fields), "priority_fee_per_gas": effective_tip(*fields)}


FUNCTIONS: dict[str, Callable[[Inputs], Got]] = {
    "base_fee": base_fee_case,
    "base_fee_path": base_fee_path_case,
    "gas_limit_ok": gas_limit_case,
    "effective_gas_price": effective_price_case,
}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got:
    """Return what our fee market says to one case, keyed as it is expected; a revert is let through."""
    function = FUNCTIONS.get(case["inputs"]["fn"])
    if function is None:
        raise NotCovered(case["inputs"]["fn"])
    return function(case["inputs"])


def _integers(inputs: Inputs, *names: str) -> list[int]:
    return [int(inputs[name]) for name in names]

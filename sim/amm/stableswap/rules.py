"""The arithmetic of stableswap: an invariant between a constant sum and a constant product, solved by Newton's steps, bounded.

Balances here are brought to 18 decimals. ``ann`` is the contract's amplification times the number of assets. Every solver stops when
a step changes its value by no more than one, and after 255 steps at the latest, converged or not: as deployed. Where the contract's
words of 256 bits overflow, or would go below nothing, it reverts with ARITHMETIC. Source: StableSwap3Pool.vy [curvefi/curve-contract
574f440]. Left out: an amplification that moves (ramps), underlying assets that earn.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import UINT256_MAX, Units
from sim.vocabulary import Refusal

MOST_STEPS = 255
FEE_ONE = 10**10
"""One, as a fee."""
RATE_ONE = 10**18


class Solved(NamedTuple):
    """What a solver found."""

    value: int
    has_converged: bool
    """False where it stopped for having taken all its steps."""


class Withdrawal(NamedTuple):
    """What shares bring in one asset."""

    amount: Units
    fee: Units


def rate_of(decimals: int) -> int:
    """Return what brings units of an asset to 18 decimals, times ``RATE_ONE``."""
    return int(10 ** (36 - decimals))


def scaled(balances: Sequence[Units], rates: Sequence[int]) -> list[int]:
    """Return balances with 18 decimals, rounded down."""
    return [mul_div_down(balance, rate, RATE_ONE) for balance, rate in zip(balances, rates, strict=True)]


def invariant(balances: Sequence[int], ann: int) -> Solved:
    """Return what the balances would sum up to if they were equal (D). Reverts with ARITHMETIC where one of several is 0."""
    count, total = len(balances), sum(balances)
    if not total:
        return Solved(0, True)
    if not all(balances):
        raise Revert(Refusal.ARITHMETIC)
    found = total
    for _ in range(MOST_STEPS):
        product = found
        for balance in balances:
            product = _word(product * found) // (balance * count)
        before = found
        found = _word((ann * total + product * count) * found) // ((ann - 1) * found + (count + 1) * product)
        if abs(found - before) <= 1:
            return Solved(found, True)
    return Solved(found, False)


def balance_for(others: Sequence[int], whole: int, ann: int) -> int:
    """Return the balance of one asset that gives an invariant (``whole``) together with the others'. Rounds as the contract does."""
    count, rest = len(others) + 1, whole
    if not all(others):
        raise Revert(Refusal.ARITHMETIC)
    for balance in others:
        rest = _word(rest * whole) // (balance * count)
    rest = _word(rest * whole) // (ann * count)
    slope = sum(others) + whole // ann
    found = whole
    for _ in range(MOST_STEPS):
        before = found
        divisor = 2 * found + slope - whole
        if divisor <= 0:
            raise Revert(Refusal.ARITHMETIC)
        found = _word(found * found + rest) // divisor
        if abs(found - before) <= 1:
            break
    return found


def output(balances: Sequence[int], came: int, went: int, paid: int, ann: int) -> int:
    """Return what an amount of one asset brings in another, all with 18 decimals, fee not yet taken off; one less for rounding."""
    whole = invariant(balances, ann).value
    after = [balance + paid if place == came else balance for place, balance in enumerate(balances)]
    left = balance_for([balance for place, balance in enumerate(after) if place != went], whole, ann)
    return natural(balances[went] - left - 1)


def input_for(balances: Sequence[int], came: int, went: int, bought: int, ann: int) -> int:
    """Return about what an amount of one asset costs in another, all with 18 decimals; what it brings must be looked up."""
    whole = invariant(balances, ann).value
    after = [natural(balance - bought) if place == went else balance for place, balance in enumerate(balances)]
    return natural(balance_for([balance for place, balance in enumerate(after) if place != came], whole, ann) - balances[came])


def uneven_fee(fee: int, count: int) -> int:
    """Return the fee on what a deposit or withdrawal moves away from the mixture that is there."""
    return fee * count // (4 * (count - 1))


def fees_of_change(before: Sequence[Units], after: Sequence[Units], whole_before: int, whole_after: int, fee: int) -> list[Units]:
    """Return the fee in each asset on balances that changed in another mixture than they had, rounded down."""
    ideals = [mul_div_down(whole_after, balance, whole_before) for balance in before]
    return [mul_div_down(fee, abs(ideal - balance), FEE_ONE) for ideal, balance in zip(ideals, after, strict=True)]


def withdrawal(balances: Sequence[int], index: int, rate: int, shares: Units, issued: Units, ann: int, fee: int) -> Withdrawal:
    """Return what shares bring in one asset alone, and the fee within it; one less for rounding."""
    whole = invariant(balances, ann).value
    reduced = whole - mul_div_down(shares, whole, issued)
    alone = balance_for([balance for place, balance in enumerate(balances) if place != index], reduced, ann)
    charged = uneven_fee(fee, len(balances))
    after = []
    for place, balance in enumerate(balances):
        kept = mul_div_down(balance, reduced, whole)
        moved = natural(kept - alone) if place == index else balance - kept
        after.append(balance - mul_div_down(charged, moved, FEE_ONE))
    left = balance_for([balance for place, balance in enumerate(after) if place != index], reduced, ann)
    precision = rate // RATE_ONE
    amount = natural(after[index] - left - 1) // precision
    return Withdrawal(amount, natural(natural(balances[index] - alone) // precision - amount))


def natural(value: int) -> int:
    """Return a value that is not below nothing. Reverts with ARITHMETIC."""
    if value < 0:
        raise Revert(Refusal.ARITHMETIC)
    return value


def _word(value: int) -> int:
    if value > UINT256_MAX:
        raise Revert(Refusal.ARITHMETIC)
    return value

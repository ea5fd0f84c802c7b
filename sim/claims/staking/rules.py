"""The sums of a staking contract: shares, fees, and which requests of the queue are paid how much.

As the contract rounds: always down, for whoever asks. Rates are money per share unit in ray. Sources: StETH.sol, Lido.sol (its
distribution of fees) and WithdrawalQueueBase.sol [lidofinance/lido-dao 4a6633c]. Left out: the smoothing of large gains over reports, the
limit on new stakes, the pause.
"""

from collections.abc import Sequence
from typing import NamedTuple

import attrs

from sim.fixed import mul_div_down
from sim.units import BPS_ONE, RAY, YEAR_SECONDS, Bps, Party, Ray, Seconds, Units

MOST_BATCHES = 36
"""Runs of requests on one side of the rate that one report can finalise."""
LEAST_REQUEST: Units = 100
"""Worth of the smallest request."""


@attrs.frozen
class Request:
    """Shares given back, and what was promised for them."""

    owner: Party
    shares: Units
    amount: Units
    """Their worth when they were given back, which they never exceed again."""
    made_at: Seconds
    report: Seconds
    """When the last report before it was."""
    is_claimed: bool = False


class Final(NamedTuple):
    """What one report pays out of the queue."""

    requests: int
    """How many, from the first that waits."""
    locked: Units
    burned: Units
    """Shares."""


def shares_for(amount: Units, pooled: Units, shares: Units) -> Units:
    """Return the shares that an amount of money buys, rounded down; one for one where there are none yet."""
    return mul_div_down(amount, shares, pooled) if pooled and shares else amount


def worth(held: Units, pooled: Units, shares: Units) -> Units:
    """Return the money that shares are worth, rounded down."""
    return mul_div_down(held, pooled, shares) if shares else 0


def rate_of(pooled: Units, shares: Units) -> Ray:
    """Return money per share unit, rounded down; one where there are no shares."""
    return mul_div_down(pooled, RAY, shares) if shares else RAY


def earned(staked: Units, yearly: Bps, elapsed: Seconds) -> Units:
    """Return what validators earn in a while, without compounding within it, rounded down."""
    return mul_div_down(staked * elapsed, yearly, YEAR_SECONDS * BPS_ONE)


def fee_shares(gained: Units, fee: Bps, pooled: Units, shares: Units) -> Units:
    """Return the shares that are worth the fee's part of a gain once they are issued, rounded down; ``pooled`` is without the gain."""
    if gained <= 0 or not fee or not shares:
        return 0
    return mul_div_down(gained * fee, shares, (pooled + gained) * BPS_ONE - gained * fee)


def claimable(amount: Units, shares: Units, rate: Ray) -> Units:
    """Return what requests are paid at a rate: what was promised, or what the shares are worth now if that is less (by their rate)."""
    if mul_div_down(amount, RAY, shares) > rate:
        return mul_div_down(shares, rate, RAY)
    return amount


def promised(requests: Sequence[Request], rate: Ray) -> Units:
    """Return what requests would be paid at a rate, each on its own."""
    return sum(claimable(each.amount, each.shares, rate) for each in requests)


def finalise(requests: Sequence[Request], rate: Ray, budget: Units, latest: Seconds) -> Final:
    """Return how many of the waiting requests a budget pays, in their sequence, none made after ``latest``.

    The first that the budget does not reach keeps all behind it waiting. What is locked is summed by batch, so that it may exceed what
    is claimed by a unit a request.
    """
    count, left, batches = 0, budget, 0
    before: Request | None = None
    for each in requests:
        paid = claimable(each.amount, each.shares, rate)
        if each.made_at > latest or paid > left:
            break
        batches += before is None or not _is_one_batch(before, each, rate)
        if batches > MOST_BATCHES:
            break
        count, left, before = count + 1, left - paid, each
    final = _locked(requests[:count], rate)
    while final.locked > budget:
        count -= 1
        final = _locked(requests[:count], rate)
    return final


def _is_one_batch(before: Request, each: Request, rate: Ray) -> bool:
    """Two neighbours are paid by one rule: made between the same two reports, or on the same side of the rate."""
    return before.report == each.report or _is_above(before, rate) == _is_above(each, rate)


def _is_above(request: Request, rate: Ray) -> bool:
    return mul_div_down(request.amount, RAY, request.shares) > rate


def _locked(requests: Sequence[Request], rate: Ray) -> Final:
    locked = amount = shares = burned = 0
    before: Request | None = None
    for each in requests:
        if before is not None and not _is_one_batch(before, each, rate):
            locked += claimable(amount, shares, rate)
            amount = shares = 0
        amount, shares, burned, before = amount + each.amount, shares + each.shares, burned + each.shares, each
    return Final(len(requests), locked + (claimable(amount, shares, rate) if shares else 0), burned)

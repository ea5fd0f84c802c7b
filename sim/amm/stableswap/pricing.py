"""What a stableswap's balances and terms say about swaps: shared by the contract and its views. Pure.

The fee is taken from what goes out. The contract takes it before it goes back to the asset's own decimals, the published quote after:
a unit may lie between the two, and ``exchanged`` is the contract's.
"""

from collections.abc import Sequence

import attrs

from sim.amm.amm import Swap
from sim.amm.stableswap import rules
from sim.amm.stableswap.rules import FEE_ONE, RATE_ONE
from sim.assets import Asset
from sim.errors import InputError, Revert
from sim.fixed import div_up, mul_div_down
from sim.units import WAD, Units, Wad
from sim.vocabulary import Refusal

MOST_ASSETS = 4
MOST_TRIES = 32
PROBE = 10**6
"""One in so many of the smaller balance is swapped to find a price."""


@attrs.frozen
class StableTerms:
    """What is fixed at deployment."""

    assets: tuple[Asset, ...]
    amplification: int
    """As the contract has it: A times n^(n-1) of the paper."""
    fee: int
    """Of what goes out, 10^-10."""
    protocol_part: int = 0
    """Of the fee, 10^-10."""

    def __attrs_post_init__(self) -> None:
        """Refuse what the contract could not hold."""
        if not 2 <= len(self.assets) <= MOST_ASSETS:
            raise InputError(f"a stableswap of {len(self.assets)} assets; give two to {MOST_ASSETS}")
        if any(asset.decimals > 18 for asset in self.assets):
            raise InputError(f"{', '.join(asset.symbol for asset in self.assets)}: a stableswap's assets have at most 18 decimals")
        if not 0 < self.amplification <= 10**6 or not 0 <= self.fee <= FEE_ONE // 2 or not 0 <= self.protocol_part <= FEE_ONE:
            raise InputError("amplification is above 0 and at most 10^6, fee at most a half, the protocol's part at most one")

    @property
    def ann(self) -> int:
        """Amplification times the number of assets."""
        return self.amplification * len(self.assets)

    @property
    def rates(self) -> tuple[int, ...]:
        """What brings each asset to 18 decimals."""
        return tuple(rules.rate_of(asset.decimals) for asset in self.assets)


@attrs.frozen
class Exchanged:
    """What one exchange does."""

    swap: Swap
    protocol_fee: Units
    """Of the asset out; it leaves the reserves with it."""


def exchanged(terms: StableTerms, balances: Sequence[Units], came: int, went: int, paid: Units) -> Exchanged:
    """Return what an exchange of an amount does. Reverts: ZERO_AMOUNT (below nothing), ARITHMETIC."""
    if paid < 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    rates, even = terms.rates, rules.scaled(balances, terms.rates)
    whole_out = rules.output(even, came, went, mul_div_down(paid, rates[came], RATE_ONE), terms.ann)
    fee = mul_div_down(whole_out, terms.fee, FEE_ONE)
    out = mul_div_down(whole_out - fee, RATE_ONE, rates[went])
    protocol_fee = mul_div_down(mul_div_down(fee, terms.protocol_part, FEE_ONE), RATE_ONE, rates[went])
    after = [*balances]
    after[came] += paid
    after[went] -= out + protocol_fee
    swap = Swap(paid, out, mul_div_down(fee, RATE_ONE, rates[went]), price(terms, after, came, went))
    return Exchanged(swap, protocol_fee)


def quoted(terms: StableTerms, balances: Sequence[Units], came: int, went: int, paid: Units) -> Units:
    """Return what the contract's own view says an amount brings (get_dy). Reverts with ARITHMETIC."""
    rates, even = terms.rates, rules.scaled(balances, terms.rates)
    whole_out = rules.output(even, came, went, mul_div_down(paid, rates[came], RATE_ONE), terms.ann)
    out = mul_div_down(whole_out, RATE_ONE, rates[went])
    return out - mul_div_down(terms.fee, out, FEE_ONE)


def paid_for(terms: StableTerms, balances: Sequence[Units], came: int, went: int, wanted: Units) -> Units:
    """Return an amount whose exchange brings no less than what is wanted, and hardly more.

    Reverts: ZERO_AMOUNT; INSUFFICIENT_LIQUIDITY where the balance falls short or no such amount is found in ``MOST_TRIES`` tries.
    """
    if wanted <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    rates, even = terms.rates, rules.scaled(balances, terms.rates)
    before_fee = div_up((wanted + 1) * rates[went] * FEE_ONE, (FEE_ONE - terms.fee) * RATE_ONE) + 1
    if before_fee >= even[went]:
        raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
    paid = div_up(rules.input_for(even, came, went, before_fee, terms.ann) * RATE_ONE, rates[came])
    for _ in range(MOST_TRIES):
        missing = wanted - exchanged(terms, balances, came, went, paid).swap.amount_out
        if missing <= 0:
            return paid
        paid += div_up(missing * rates[went], rates[came]) + 1
    raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)


def price(terms: StableTerms, balances: Sequence[Units], came: int, went: int) -> Wad:
    """Return wholes out per whole in for very little, fees aside; 0 where it cannot be told. By a probe, with 18 decimals."""
    even = rules.scaled(balances, terms.rates)
    probe = min(even) // PROBE
    if not probe:
        return 0
    try:
        return mul_div_down(rules.output(even, came, went, probe, terms.ann), WAD, probe)
    except Revert:
        return 0

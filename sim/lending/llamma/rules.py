"""The formulae of bands: their edges, the curve within one, the fees, what a loan may be. Free functions; unsigned divisions round down.

Amounts in bands have 18 decimals whatever the assets have: x is money, y collateral. Prices are money per collateral in wad. Band n
spans the oracle prices from ``upper_edge(n)`` down to ``upper_edge(n + 1)``, a part in A lower.

Source: AMM.vy and controller.vy [curvefi/curve-stablecoin cf1d05f, and stored versions next to it; see docs/background/crvusd.md].
"""

from math import isqrt
from typing import NamedTuple

from sim.errors import Revert
from sim.fixed import div_up, mul_div_down
from sim.lending.llamma.powers import exponential, logarithm
from sim.units import WAD, Seconds, Units, Wad
from sim.vocabulary import Refusal

FEWEST_BANDS, MOST_BANDS = 4, 50
MOST_SKIPPED = 1_024
"""Empty bands that one call can step over."""
DEAD_SHARES = 1_000
"""Shares of every band that nobody owns."""
LEAST_MULTIPLIER = 1_000
"""Bands so low that their multiplier is not above it are refused."""
LIMIT_SPAN: Seconds = 120
"""How long after a swap the oracle's moves are bounded, and the fee they cost fades."""
MOST_CHANGE: Wad = 12_500 * 10**14
"""Within that span the price moves by this factor at most."""
LEAST_FEE: Wad = 10**6
TOO_FAR_BANDS = 50
"""Swaps stop where a band is that far from the oracle price."""


class Amplification(NamedTuple):
    """What follows from A alone."""

    a: int
    log_ratio: int
    """ln(A / (A - 1)), wad."""
    sqrt_ratio: Wad
    """The square root of A / (A - 1)."""
    too_far: Wad
    """(A / (A - 1)) to the power of ``TOO_FAR_BANDS``."""

    def down(self, price: Wad) -> Wad:
        """Return the price one band further down."""
        return mul_div_down(price, self.a - 1, self.a)

    def up(self, price: Wad) -> Wad:
        """Return the price one band further up."""
        return mul_div_down(price, self.a, self.a - 1)


class Curve(NamedTuple):
    """A band as a constant product: (money + f)(collateral + g) = invariant."""

    y0: int
    f: int
    g: int
    invariant: int


class Limited(NamedTuple):
    """What the swaps of a block see of the oracle."""

    price: Wad
    fee: Wad
    """Least fee, for how far it has moved of late."""


def amplification(a: int) -> Amplification:
    """Return what follows from A."""
    too_far = WAD
    for _ in range(TOO_FAR_BANDS):
        too_far = mul_div_down(too_far, a, a - 1)
    return Amplification(a, logarithm(mul_div_down(a, WAD, a - 1)), isqrt(10**36 * a // (a - 1)), too_far)


def upper_edge(amp: Amplification, base: Wad, n: int) -> Wad:
    """Return the oracle price at which band n begins: base * ((A - 1) / A)^n. Reverts with ARITHMETIC for bands too far off."""
    multiplier = exponential(-n * amp.log_ratio)
    if multiplier <= LEAST_MULTIPLIER:
        raise Revert(Refusal.ARITHMETIC)
    return mul_div_down(base, multiplier, WAD)


def lowest_in_band(price: Wad, edge: Wad) -> Wad:
    """Return the price at a band's end where only collateral is in it: p^3 / edge^2. It moves as the cube of the oracle's."""
    if not edge:
        raise Revert(Refusal.ARITHMETIC)
    return price**2 // edge * price // edge


def y0_of(amp: Amplification, x: int, y: int, price: Wad, edge: Wad) -> int:
    """Return the collateral a band would have at price = edge without money: the root of p A y0^2 - b y0 - x y = 0."""
    if not price or not edge:
        raise Revert(Refusal.ARITHMETIC)
    a = amp.a
    b = edge * (a - 1) * x // price + a * price**2 // edge * y // WAD
    if not (x and y):
        return b * WAD // (a * price)
    root = isqrt(b**2 + 4 * a * price * y // WAD * x)
    return (b + root) * WAD // (2 * a * price)


def curve_of(amp: Amplification, x: int, y: int, price: Wad, edge: Wad) -> Curve:
    """Return a band's curve."""
    y0 = y0_of(amp, x, y, price, edge)
    f, g = amp.a * y0 * price // edge * price // WAD, (amp.a - 1) * y0 * edge // price
    return Curve(y0, f, g, (f + x) * (g + y))


def price_in_band(amp: Amplification, x: int, y: int, price: Wad, edge: Wad) -> Wad:
    """Return the price at which a band trades: its ends' where it has one side only, the middle's where it is empty."""
    if not x:
        lowest = lowest_in_band(price, edge)
        return lowest if y else mul_div_down(lowest, amp.a, amp.a - 1)
    if not y:
        return lowest_in_band(price, amp.down(edge))
    y0 = y0_of(amp, x, y, price, edge)
    f, g = amp.a * y0 * price // edge * price, (amp.a - 1) * y0 * edge // price
    return (f + x * WAD) // (g + y)


def limited(price: Wad, old_price: Wad, old_fee: Wad, seconds: Seconds) -> Limited:
    """Return the price swaps see, and the fee it costs, so many seconds after the last swap saw the old ones.

    Within ``LIMIT_SPAN`` the price moves by ``MOST_CHANGE`` at most; the fee is the last one plus one less the cube of the ratio of
    the two prices (what a swap across the move would win), and fades evenly over the span.
    """
    left = LIMIT_SPAN - min(LIMIT_SPAN, seconds)
    if not left:
        return Limited(price, 0)
    floor = 10**36 // MOST_CHANGE
    ratio = old_price * WAD // price if price > old_price else price * WAD // old_price
    if ratio < floor:
        price = old_price * MOST_CHANGE // WAD if price > old_price else old_price * WAD // MOST_CHANGE
        ratio = floor
    fee = (WAD + old_fee - ratio**3 // 10**36) * left // LIMIT_SPAN
    return Limited(price, min(fee, WAD - 1))


def distance_fee(amp: Amplification, price: Wad, edge: Wad) -> Wad:
    """Return a quarter of how far a band's prices are from the oracle's, as a share of the larger."""
    lowest = price**2 // edge * price // edge
    highest = amp.up(amp.up(lowest))
    if price < lowest:
        return (lowest - price) * (WAD // 4) // lowest
    if price > highest:
        return (price - highest) * (WAD // 4) // price
    return 0


def with_fee(amount: int, fee: Wad) -> int:
    """Return what must be paid in for an amount to arrive after the fee."""
    return amount * markup(fee) // WAD


def markup(fee: Wad) -> Wad:
    """Return one over one less the fee."""
    return WAD * WAD // (WAD - min(fee, WAD - 1))


# Loans.


def effective_collateral(amp: Amplification, collateral: int, bands: int, discount: Wad) -> int:
    """Return collateral (18 decimals) after a discount, over the first of its bands: times that band's edge it is the money it brings.

    The discount is raised by what dead shares may cost.
    """
    discount += DEAD_SHARES * WAD // max(collateral // bands, DEAD_SHARES)
    part = collateral * (WAD - min(discount, WAD)) // (amp.sqrt_ratio * bands)
    total = part
    for _ in range(bands - 1):
        part = mul_div_down(part, amp.a - 1, amp.a)
        total += part
    return total


def bands_below(amp: Amplification, effective: int, edge: Wad, debt: int) -> int:
    """Return how many bands below the one with this edge the first band of a loan lies. Reverts with AMOUNT_TOO_LOW."""
    ratio = effective * edge // (debt + 1)
    if ratio <= 0:
        raise Revert(Refusal.AMOUNT_TOO_LOW)
    return logarithm(ratio) // amp.log_ratio


def debt_now(initial: Units, at: Wad, now: Wad, is_only: bool) -> Units:
    """Return a loan's debt, given the rate multiplier when it was set and now: rounded up, but of the only loan there is down."""
    if not initial:
        return 0
    return mul_div_down(initial, now, at) if is_only else div_up(initial * now, at)


def health_of(worth: Units, debt: Units, discount: Wad) -> Wad:
    """Return the health of a loan whose bands would bring so much money on the way down: one more than the contract's."""
    return worth * (WAD - discount) // debt


def health_above(price: Wad, edge: Wad, collateral: int, debt: int) -> Wad:
    """Return what health gains by the distance of the price from the first band (amounts with 18 decimals)."""
    return (price - edge) * collateral // debt if price > edge else 0


def removed_share(share: Wad, discount: Wad) -> Wad:
    """Return the share of the bands that goes to a liquidator of a share of the debt: less than that share, unless it is all."""
    if not discount or share == WAD:
        return share
    kept = (WAD + discount // 2) * (WAD - share) // (WAD + discount)
    return (kept + share) * share // WAD

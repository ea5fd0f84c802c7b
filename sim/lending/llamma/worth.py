"""What a loan's bands would bring in money if the price fell slowly through all of them: what its health is measured by.

Source: ``get_xy_up`` in AMM.vy [curvefi/curve-stablecoin cf1d05f]. Each band is first traded at the oracle's price, then on the way down
at the mean prices on which a slow fall would sell: the square roots of the products of its edges. Left out: the same on the way up.
"""

from math import isqrt
from typing import NamedTuple

from sim.lending.llamma import rules
from sim.lending.llamma.rules import DEAD_SHARES, Amplification
from sim.units import WAD, Wad


class Slice(NamedTuple):
    """One band and an owner's part of it."""

    x: int
    y: int
    total: int
    """Shares of all owners."""
    own: int

    def part(self, amount: int) -> int:
        """Return the owner's part of an amount, as the contract values it."""
        return amount * self.own // (self.total + DEAD_SHARES)

    def taken(self, share: Wad) -> tuple[int, int, int]:
        """Return the shares, money and collateral that withdrawing a share of the owner's part takes."""
        shares = share * self.own // WAD
        total = self.total + DEAD_SHARES
        return shares, (self.x + 1) * shares // total, (self.y + 1) * shares // total


def money_on_the_way_down(amp: Amplification, price: Wad, first_edge: Wad, first: int, active: int, slices: tuple[Slice, ...]) -> int:
    """Return the money (18 decimals) that an owner's bands would bring. Reverts with ARITHMETIC without a price. Cost: 3 us a band."""
    total, edge = 0, first_edge
    for n, each in enumerate(slices, start=first):
        lower = amp.down(edge)
        x, y = each.x if n <= active else 0, each.y if n >= active else 0
        if (x or y) and each.total and each.own:
            total += each.part(_of_band(amp, price, edge, lower, x, y))
        edge = lower
    return total


def _of_band(amp: Amplification, price: Wad, edge: Wad, lower: Wad, x: int, y: int) -> int:
    middle = price**2 // lower * price // edge
    if price > edge:
        return _all_collateral(amp, price, edge, x, y, middle) * edge // amp.sqrt_ratio
    if price < lower:
        return _all_money(amp, price, edge, x, y, middle)
    curve = rules.curve_of(amp, x, y, price, edge)
    held = amp.a * curve.y0 * (price - lower) // price
    money = max(curve.invariant // (curve.g + held) - curve.f, 0)
    return money + held * isqrt(lower * price) // WAD


def _all_collateral(amp: Amplification, price: Wad, edge: Wad, x: int, y: int, middle: Wad) -> int:
    """Return what a band is once all of it is collateral, at the oracle's price above it."""
    if not y:
        return x * WAD // middle
    if not x:
        return y
    curve = rules.curve_of(amp, x, y, price, edge)
    return max(curve.invariant // curve.f - curve.g, 0)


def _all_money(amp: Amplification, price: Wad, edge: Wad, x: int, y: int, middle: Wad) -> int:
    """Return what a band is once all of it is money, at the oracle's price below it."""
    if not x:
        return y * middle // WAD
    if not y:
        return x
    curve = rules.curve_of(amp, x, y, price, edge)
    return max(curve.invariant // curve.g - curve.f, 0)

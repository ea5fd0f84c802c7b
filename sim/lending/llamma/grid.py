"""All bands as one block sees them, and the walk of a swap through them: pure, so that a desk's sums are the contract's.

A swap starts in the active band. It takes all of what it wants from each band it passes, and leaves there what it pays, fee included
(so fees belong to whoever is in the band). It ends where its amount ends, where there is no further band, or where bands are too far
from the oracle price. Source: ``calc_swap_out``, ``calc_swap_in``, ``get_amount_for_price`` in AMM.vy [curvefi/curve-stablecoin cf1d05f].
"""

from collections.abc import Mapping
from math import isqrt
from typing import NamedTuple

from sim.fixed import mul_div_down
from sim.lending.llamma import rules
from sim.lending.llamma.rules import MOST_BANDS, MOST_SKIPPED, Amplification, Curve, Limited
from sim.units import WAD, Wad

NO_CURVE = Curve(0, 0, 0, 0)


class Grid(NamedTuple):
    """The bands at one instant. Amounts with 18 decimals."""

    amp: Amplification
    base: Wad
    """Where band 0 begins."""
    oracle: Limited
    fee: Wad
    active: int
    lowest: int
    """Bands before it are empty."""
    highest: int
    x: Mapping[int, int]
    y: Mapping[int, int]

    def edge(self, n: int) -> Wad:
        """Return the oracle price at which a band begins."""
        return rules.upper_edge(self.amp, self.base, n)

    def content(self, n: int) -> tuple[int, int]:
        """Return a band's money and collateral."""
        return self.x.get(n, 0), self.y.get(n, 0)

    @property
    def price(self) -> Wad:
        """Money per collateral at which the active band trades, fees aside."""
        return rules.price_in_band(self.amp, *self.content(self.active), self.oracle.price, self.edge(self.active))

    def curve(self, x: int, y: int, edge: Wad) -> Curve:
        """Return a band's curve at the oracle's price."""
        return rules.curve_of(self.amp, x, y, self.oracle.price, edge)

    def fee_in(self, edge: Wad, is_empty: bool) -> Wad:
        """Return the fee of a band: the largest of the fixed one, that of the oracle's last move and that of its distance."""
        least = max(self.fee, self.oracle.fee)
        return least if is_empty else max(least, rules.distance_fee(self.amp, self.oracle.price, edge))

    def is_last(self, n: int, edge: Wad, upwards: bool) -> bool:
        """Say whether a walk ends in this band."""
        ratio = edge * WAD // self.oracle.price
        if upwards:
            return n == self.highest or ratio < 10**36 // self.amp.too_far
        return n == self.lowest or ratio > self.amp.too_far


class Trade(NamedTuple):
    """What a swap does. Amounts with 18 decimals, whole units of their assets."""

    amount_in: int
    amount_out: int
    first: int
    last: int
    """The active band afterwards."""
    paid: tuple[int, ...]
    """What each band has of the asset that came in, from the first to the last."""
    left: int
    """What the last band has of the asset that went out."""
    fee: int
    """Part of what came in."""


class _Walk:
    """A swap on its way."""

    def __init__(self, grid: Grid, upwards: bool) -> None:
        self.grid, self.upwards = grid, upwards
        self.first = 0
        self.paid: list[int] = []
        self.amount_in = self.amount_out = self.left = self.fee = 0

    def take(self, near: int, gained: int, fee: Wad, out: int) -> None:
        """Take something out of a band for what its curve asks, and the fee on it."""
        due = max(rules.with_fee(gained, fee), 1)
        self.settle(near, due, due - gained, out)

    def settle(self, near: int, due: int, fee: int, out: int) -> None:
        """Note what a band gets and gives."""
        self.paid[-1] = near + due
        self.amount_in += due
        self.amount_out += out
        self.fee += fee


def swap(grid: Grid, upwards: bool, amount: int, is_in: bool, quanta: tuple[int, int]) -> Trade:
    """Return what a swap of an amount that comes in, or is wanted, does. ``upwards``: money comes in, the active band's number grows.

    Quanta are what one unit of the asset that comes in, and of the other, makes with 18 decimals: in rounds up, out down. An amount the
    bands cannot serve is served as far as they can. Cost: some microseconds a band.
    """
    walk, n, remaining = _Walk(grid, upwards), grid.active, amount
    edge, (x, y) = grid.edge(n), grid.content(n)
    for step in range(MOST_BANDS + MOST_SKIPPED):
        is_empty = not (x or y)
        if walk.paid or not is_empty:
            walk.first = walk.first if walk.paid else n
            walk.paid.append(x if upwards else y)
        if not is_empty and (y if upwards else x):
            served = _serve(walk, x, y, edge, remaining, is_in)
            if served is None:
                break
            remaining -= served
        if step == MOST_BANDS + MOST_SKIPPED - 1 or len(walk.paid) == MOST_BANDS or grid.is_last(n, edge, upwards):
            break
        n, edge = (n + 1, grid.amp.down(edge)) if upwards else (n - 1, grid.amp.up(edge))
        x, y = (0, grid.y.get(n, 0)) if upwards else (grid.x.get(n, 0), 0)
    came, went = quanta
    return Trade(
        -(-walk.amount_in // came) * came, walk.amount_out // went * went, walk.first, n, tuple(walk.paid), walk.left, max(walk.fee, 0)
    )


def _serve(walk: _Walk, x: int, y: int, edge: Wad, remaining: int, is_in: bool) -> int | None:
    """Trade in one band; return what that took of the amount, None if it ended there."""
    grid, curve = walk.grid, walk.grid.curve(x, y, edge)
    fee = grid.fee_in(edge, is_empty=False)
    near, far, f, g = (x, y, curve.f, curve.g) if walk.upwards else (y, x, curve.g, curve.f)
    if not g:
        return 0
    whole = curve.invariant // g - f - near
    due = rules.with_fee(whole, fee)
    if is_in and due >= remaining:
        arrives = remaining * WAD // rules.markup(fee)
        walk.left = min(curve.invariant // (f + near + arrives) - g + 1, far)
        walk.settle(near, remaining, remaining - arrives, far - walk.left)
        return None
    if not is_in and far >= remaining:
        walk.left = far - remaining
        gained = curve.invariant // (g + walk.left) - f - near
        due = rules.with_fee(gained, fee)
        walk.settle(near, due, due - gained, remaining)
        return None
    walk.take(near, whole, fee, far)
    return max(due, 1) if is_in else far


class Reach(NamedTuple):
    """What brings the bands to a price."""

    amount: int
    """In, 18 decimals."""
    upwards: bool


def amount_to(grid: Grid, target: Wad) -> Reach:
    """Return what must be paid in to bring the price to a target, or as near as bands go, fees included. Cost: as a swap."""
    amp, p, n = grid.amp, grid.oracle.price, grid.active
    squares = amp.a**2, (amp.a - 1) ** 2
    edge, upwards, amount, seen = grid.edge(n), target >= grid.price, 0, 0
    low = rules.lowest_in_band(p, edge)
    high = mul_div_down(low, *squares)
    for _ in range(MOST_BANDS + MOST_SKIPPED):
        x, y = grid.content(n)
        is_empty = not (x or y)
        fee, curve = grid.fee_in(edge, is_empty), NO_CURVE if is_empty else grid.curve(x, y, edge)
        if low <= target <= high:
            if not is_empty:
                amount += rules.with_fee(_inside(curve, x, y, target, upwards), fee)
            break
        if not is_empty:
            whole = curve.invariant // curve.g - curve.f - x if upwards else curve.invariant // curve.f - curve.g - y
            amount += rules.with_fee(whole, fee)
        seen += bool(seen or not is_empty)
        if seen == MOST_BANDS or grid.is_last(n, edge, upwards):
            break
        if upwards:
            n, edge, low, high = n + 1, amp.down(edge), high, mul_div_down(high, *squares)
        else:
            n, edge, low, high = n - 1, amp.up(edge), mul_div_down(low, squares[1], squares[0]), low
    return Reach(amount, upwards)


def _inside(curve: Curve, x: int, y: int, target: Wad, upwards: bool) -> int:
    """Return what must arrive in a band to bring it to a price within it."""
    collateral = max(isqrt(curve.invariant * WAD // target) - curve.g, 0)
    money = max(curve.invariant // (curve.g + collateral) - curve.f, 0)
    return max(money - x, 0) if upwards else max(collateral - y, 0)

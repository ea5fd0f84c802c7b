"""What the outside price does between two knots: a Brownian bridge of its logarithm, in steps, ending exactly at the next knot.

Promised: each knot is met to the unit; there is no straight line between knots (unless a stretch is said to be held); bounds are
kept; the draws of a stretch are keyed by the instant its knot has in the calendar, so a path does not depend on when a run
begins, nor on what other stretches draw.

*What a reader at t can know of the close to come.* A bridge is pinned, so its way so far leans towards its end. That is news
arriving, not foresight, as long as following the way pays nothing. Over a stretch of length T with log move m, parts before and
after t have covariance t(T-t)/T^2 * (m^2 - sigma^2 T). We take sigma^2 = max(m^2 / T, quiet^2) for each stretch: the covariance
is never positive, so no rule linear in what was seen gains by going along, whatever the sign of m. It is zero where m decides,
and at worst -t(T-t)/T * quiet^2: within a quiet stretch a move is given back, by no more than the quiet noise. What the size of
the steps does tell is how large the stretch's move will be, not its direction. Extremes of bars are knots like any other; there the
bounds mirror the way, which can only turn it back.

Model choice: the volatility is constant within a stretch. Floats lead to a price by ``math`` on scalars and one named rounding.
"""

import math

import attrs

from sim.fixed import nearest_int
from sim.streams import Stream
from sim.units import SECOND, Nanos, Price, Seconds
from sim.world.paths import Knot

QUIET_BPS_PER_ROOT_MINUTE = 5.0
"""Least volatility of a stretch whose knots say nothing; a quiet hour of a large market shows about this."""


@attrs.define
class Bridge:
    """A walker along a path. Cost of a step: one draw and a few floats, about 2 microseconds; a stretch costs one stream."""

    knots: tuple[Knot, ...]
    seed: int
    name: str
    epoch: Seconds
    step: Nanos = attrs.field(default=SECOND, validator=attrs.validators.gt(0))
    quiet_bps: float = QUIET_BPS_PER_ROOT_MINUTE
    """Per square root of a minute."""
    at: Nanos = attrs.field(init=False)
    price: Price = attrs.field(init=False)
    _ahead: int = attrs.field(default=1, init=False)
    """The place of the next knot."""
    _logarithm: float = attrs.field(init=False)
    _variance: float = attrs.field(default=0.0, init=False)
    """Per second, on this stretch."""
    _stream: Stream | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Stand at the first knot."""
        self._meet(self.knots[0])

    def next_at(self) -> Nanos | None:
        """Return the instant of the next step; None when the path is at its end."""
        if self._ahead >= len(self.knots):
            return None
        knot = self.knots[self._ahead]
        return knot.at if knot.is_flat else min(self.at + self.step, knot.at)

    def advance(self) -> Price:
        """Take the next step and return the price there."""
        knot = self.knots[self._ahead]
        at = self.next_at()
        assert at is not None
        if at == knot.at:
            self._ahead += 1
            self._meet(knot)
        else:
            self._walk(at, knot)
        return self.price

    def walk_to(self, instant: Nanos) -> Price:
        """Take all steps up to an instant, itself included, and return the price there."""
        while (at := self.next_at()) is not None and at <= instant:
            self.advance()
        return self.price

    def _meet(self, knot: Knot) -> None:
        self.at, self.price = knot.at, knot.price
        self._logarithm, self._stream = math.log(knot.price), None

    def _walk(self, at: Nanos, knot: Knot) -> None:
        """Step inside a stretch: towards the knot by what is left of the way, and aside by a draw."""
        target = math.log(knot.price)
        stream = self._stream or self._begin(knot, target)
        step, left = _seconds(at - self.at), _seconds(knot.at - self.at)
        mean = self._logarithm + (target - self._logarithm) * (step / left)
        aside = math.sqrt(self._variance * step * (left - step) / left) * stream.normal()
        self._logarithm = _between(mean + aside, knot)
        self.at, self.price = at, _rounded(self._logarithm, knot)

    def _begin(self, knot: Knot, target: float) -> Stream:
        """Choose the stretch's volatility and open its stream."""
        length = _seconds(knot.at - self.at)
        quiet = (self.quiet_bps / 10_000) ** 2 / 60
        if knot.high:
            # Within bounds even the quiet noise is no wider than they are.
            quiet = min(quiet, _width(knot) ** 2 / length)
        self._variance = max((target - self._logarithm) ** 2 / length, quiet)
        self._stream = Stream(self.seed, f"world/{self.name}/bridge/{self.epoch * SECOND + knot.at}")
        return self._stream


def _between(logarithm: float, knot: Knot) -> float:
    """Mirror a step back inside the stretch's bounds, as often as it takes."""
    if not knot.high:
        return logarithm
    low, width = math.log(knot.low), _width(knot)
    if not width:
        return low
    above = abs(math.fmod(logarithm - low, 2 * width))
    return low + min(above, 2 * width - above)


def _width(knot: Knot) -> float:
    return math.log(knot.high) - math.log(knot.low)


def _rounded(logarithm: float, knot: Knot) -> Price:
    price = max(1, nearest_int(math.exp(logarithm)))
    return min(max(price, knot.low), knot.high) if knot.high else price


def _seconds(nanos: Nanos) -> float:
    return float(nanos) / SECOND

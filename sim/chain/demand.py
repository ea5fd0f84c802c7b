"""Background demand: everybody else who wants block space, as gas that waits by what it is willing to pay.

Each block interval new gas arrives, spread over prices by a quantile curve; what a block does not take waits, loses patience a
little with every block, and is bounded. Demand never sets a price: the price is what the builder's last place cost, so our own
txs displace demand and raise it. Under ``eip1559`` the level is the willingness, the max fee.

Calibration (docs/background/modelling-choices.md, chain): the curve puts as much gas above its lowest point as an average block
takes, so that *included* prices have the curve's quantiles, plus ``excess`` below it that usually waits. Two more choices: senders
crowd at the quantiles (as wallets recommend slow, standard and fast prices), ``plateau`` says how much; and only ``clock_share`` of
the arrivals follows the clock while the rest follows the blocks (senders watch blocks and hold back while none comes).
"""

from bisect import bisect_right

import attrs

from sim.chain.curve import BOTTOM, LEVELS, PRICES, QuantileCurve, curve_through, lowest_price
from sim.chain.fee_market import FeeMarket
from sim.errors import BrokenInvariant
from sim.fixed import floor_to_int, mul_div_down, mul_div_up
from sim.streams import Stream
from sim.units import BPS_ONE, SECOND, Bps, Gas, Nanos, WeiPerGas

DRAWS = 64
"""Points at which each arrival samples the quantile curve, evenly apart after one common random shift."""
TYPICAL_P30_BPS: Bps = 8_500
"""30th percentile over 60th: the median of the ten-minute bins of 12 March 2020 is 0.86."""
TYPICAL_P90_BPS: Bps = 16_000
"""90th percentile over 60th: the median there is 1.6."""


@attrs.frozen
class DemandPoint:
    """From an instant on, the prices that background txs are included at: 30th, 60th and 90th percentile by gas."""

    at: Nanos
    p30: WeiPerGas
    p60: WeiPerGas
    p90: WeiPerGas


def point_from_p60(at: Nanos, p60: WeiPerGas) -> DemandPoint:
    """Return a point for which only the 60th percentile is known; the others are at the typical ratios to it."""
    return DemandPoint(at, mul_div_down(p60, TYPICAL_P30_BPS, BPS_ONE), p60, mul_div_up(p60, TYPICAL_P90_BPS, BPS_ONE))


@attrs.frozen
class Surge:
    """A shock: for a while background senders pay a multiple, or come in a multiple of their numbers."""

    begins: Nanos
    ends: Nanos
    """The first instant at which it is over."""
    price_bps: Bps = BPS_ONE
    gas_bps: Bps = BPS_ONE


@attrs.frozen
class DemandSpec:
    """How background demand behaves; its prices come from the points."""

    load_bps: Bps = 10_000
    """Gas that arrives above the curve's lowest point, over the gas target of an average block."""
    excess_bps: Bps = 1_000
    """Gas that arrives below it, over the same: it fills blocks that would not be full."""
    clock_share_bps: Bps = 2_000
    """Share of the arrivals in proportion to the time since the last block; the rest comes once a block."""
    plateau_bps: Bps = 3_000
    """Slope of the curve near its quantiles over the slope without crowding; 10,000 is no crowding."""
    gas_sigma: float = 0.2
    """Deviation of the logarithm of the gas that arrives in a block interval; its mean is not moved by it."""
    patience: Nanos = 180 * SECOND
    """Mean time after which waiting gas gives up."""
    most_waiting_blocks: int = 50
    """Waiting gas never exceeds this many gas limits; the cheapest goes first."""
    tip_share_bps: Bps = 5_000
    """Under ``eip1559``, a background sender's tip over what its max fee leaves above the base fee it expects."""


@attrs.define(repr=False)
class Demand:
    """Gas that waits, by price level. A step costs as many levels as hold gas, about two hundred."""

    points: tuple[DemandPoint, ...]
    """By instant, rising; the first also holds before its instant. Without any there is no background."""
    market: FeeMarket
    stream: Stream
    spec: DemandSpec = attrs.field(factory=DemandSpec)
    surges: tuple[Surge, ...] = ()
    gas: list[Gas] = attrs.field(factory=lambda: [0] * LEVELS, init=False)
    """Waiting gas by level."""
    waiting: Gas = attrs.field(default=0, init=False)
    """Sum of ``gas``."""
    lowest: int = attrs.field(default=LEVELS, init=False)
    highest: int = attrs.field(default=-1, init=False)
    """No gas waits at a level outside these two."""
    expected: WeiPerGas = attrs.field(default=0, init=False)
    """The base fee that senders expect."""

    def step(self, now: Nanos, interval: Nanos, mean_interval: Nanos, gas_limit: Gas) -> None:
        """Let an interval pass: the impatient leave, new gas arrives, the bound is kept. Two draws whatever comes of it."""
        if not self.points:
            return
        self._expire(interval)
        self._arrive(self._arriving(now, interval, mean_interval, self.market.gas_target(gas_limit)), now)
        self._bound(self.spec.most_waiting_blocks * gas_limit)

    def below(self, level: int) -> int:
        """Return the highest level under this one at which gas waits, -1 if there is none."""
        level = min(level, self.highest + 1) - 1
        while level >= self.lowest and not self.gas[level]:
            level -= 1
        return level if level >= self.lowest else -1

    def take(self, level: int, gas: Gas) -> None:
        """Include gas that waits at a level."""
        assert 0 <= gas <= self.gas[level]
        self.gas[level] -= gas
        self.waiting -= gas

    def price(self, level: int) -> WeiPerGas:
        """Return the max fee of a level (under ``first_price`` its gas price)."""
        return PRICES[level]

    def tip(self, level: int, base_fee: WeiPerGas) -> WeiPerGas:
        """Return what gas of a level gives the builder, negative when it cannot be included now."""
        max_fee = PRICES[level]
        return self.market.tip(max_fee, self.market.background_tip(max_fee, self.expected, self.spec.tip_share_bps), base_fee)

    def point(self, now: Nanos) -> DemandPoint:
        """Return the point in force, surges included."""
        point = self.points[max(0, bisect_right(self.points, now, key=_at) - 1)]
        for surge in self.surges:
            if surge.begins <= now < surge.ends and surge.price_bps != BPS_ONE:
                point = _times(point, surge.price_bps)
        return point

    def settled_base_fee(self, now: Nanos) -> WeiPerGas:
        """Return the base fee at which demand as of now keeps blocks at their target; 0 where there is none."""
        if not self.points:
            return 0
        point = self.point(now)
        return self.market.settled_base_fee(lowest_price(point.p30, point.p60))

    def _expire(self, interval: Nanos) -> None:
        """Take off a share interval / (patience + interval), rounded up: a trickle ends."""
        horizon = self.spec.patience + interval
        for level in range(self.lowest, self.highest + 1):
            if self.gas[level]:
                self.take(level, mul_div_up(self.gas[level], interval, horizon))

    def _arriving(self, now: Nanos, interval: Nanos, mean_interval: Nanos, target: Gas) -> Gas:
        """Return the gas that arrives in an interval, excess included."""
        spec = self.spec
        gas = mul_div_down(target, spec.load_bps + spec.excess_bps, BPS_ONE)
        clock = mul_div_down(gas * spec.clock_share_bps, interval, BPS_ONE * mean_interval)
        gas = mul_div_down(gas, BPS_ONE - spec.clock_share_bps, BPS_ONE) + clock
        for surge in self.surges:
            if surge.begins <= now < surge.ends:
                gas = mul_div_down(gas, surge.gas_bps, BPS_ONE)
        return floor_to_int(self.stream.lognormal(gas * self._mean_correction(), spec.gas_sigma))

    def _mean_correction(self) -> float:
        """Return the median over the mean of the lognormal factor, to second order."""
        return 1.0 / (1.0 + self.spec.gas_sigma * self.spec.gas_sigma / 2.0)

    def _arrive(self, gas: Gas, now: Nanos) -> None:
        """Spread gas over the curve: DRAWS points evenly apart, after one common shift."""
        curve = self._curve_at(now)
        spec = self.spec
        below = spec.excess_bps / (spec.load_bps + spec.excess_bps) if gas else 0.0
        shift = self.stream.uniform()
        part, rest = divmod(gas, DRAWS)
        for draw in range(DRAWS):
            position = ((draw + shift) / DRAWS - below) / (1.0 - below)
            self._add(curve.level(position), part + (draw < rest))

    def _add(self, level: int, gas: Gas) -> None:
        self.gas[level] += gas
        self.waiting += gas
        self.lowest = min(self.lowest, level)
        self.highest = max(self.highest, level)

    def _bound(self, most: Gas) -> None:
        """Drop the cheapest gas above the bound and narrow the range of levels in use."""
        while self.highest >= self.lowest and not self.gas[self.highest]:
            self.highest -= 1
        while self.lowest <= self.highest and (self.waiting > most or not self.gas[self.lowest]):
            self.take(self.lowest, min(self.gas[self.lowest], max(0, self.waiting - most)))
            if self.gas[self.lowest]:
                break
            self.lowest += 1
        if self.lowest > self.highest:
            self.lowest, self.highest = LEVELS, -1

    def _curve_at(self, now: Nanos) -> QuantileCurve:
        point = self.point(now)
        lowest = lowest_price(point.p30, point.p60)
        self.expected = self.market.settled_base_fee(lowest)
        share = self.spec.tip_share_bps
        willing = [self.market.willingness(price, self.expected, share) for price in (lowest, point.p30, point.p60, point.p90)]
        return curve_through(willing[0], willing[1], willing[2], willing[3], self.spec.plateau_bps)

    def _check(self) -> None:
        """Assert every invariant."""
        if self.waiting != sum(self.gas) or min(self.gas) < 0:
            raise BrokenInvariant(f"levels hold {sum(self.gas)} gas, counted were {self.waiting}")
        used = [level for level in range(LEVELS) if self.gas[level]]
        if used and not self.lowest <= used[0] <= used[-1] <= self.highest:
            raise BrokenInvariant(f"gas waits at levels {used[0]} to {used[-1]}, outside {self.lowest} to {self.highest}")


def _at(point: DemandPoint) -> Nanos:
    return point.at


def _times(point: DemandPoint, bps: Bps) -> DemandPoint:
    """Return a point with all prices multiplied, rounded down and at least 1."""
    p30, p60, p90 = (max(BOTTOM, mul_div_down(price, bps, BPS_ONE)) for price in (point.p30, point.p60, point.p90))
    return DemandPoint(point.at, p30, p60, p90)

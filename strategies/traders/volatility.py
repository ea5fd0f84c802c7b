"""A trader's own estimate of realised volatility, from the mids it saw.

An exponentially weighted mean of squared returns over fixed samples; samples shorter than a few seconds would measure the bounce
between bid and ask. It starts at what is called calm and is told in bps per root minute. Floats: it decides only how wide and
whether to quote.
"""

import math

import attrs

from sim.units import BPS_ONE, MINUTE, SECOND, Nanos


@attrs.define
class RealisedVolatility:
    """Variance of log returns in bps squared per minute."""

    variance: float
    sample: Nanos = 10 * SECOND
    """Time between two mids that are compared."""
    half_life: Nanos = MINUTE
    """After this long a return counts half."""
    _mid: float = attrs.field(default=0.0, init=False)
    _at: Nanos = attrs.field(default=0, init=False)

    def see(self, mid: float, now: Nanos) -> None:
        """Take note of a mid, in any unit; between samples it is passed over."""
        if mid <= 0:
            return
        if self._mid:
            span = now - self._at
            if span < self.sample:
                return
            change = BPS_ONE * math.log(mid / self._mid)
            kept = math.exp2(-span / self.half_life)
            self.variance = kept * self.variance + (1 - kept) * change * change * MINUTE / span
        self._mid, self._at = mid, now

    def forget_mid(self) -> None:
        """Begin a new series: the next mid is compared with none before it."""
        self._mid = 0.0

    @property
    def bps(self) -> float:
        """The estimate, in bps per root minute."""
        return math.sqrt(self.variance)

"""A circuit breaker: when the mid has moved too far within a span, the venue halts for a while.

A pure machine. The reference is the mid a span ago, or the first since the venue opened or reopened; a move of the band or more,
either way, halts. Reopening is without an auction: what rests is matched again as orders come, and the reference begins anew. Model choice:
exchanges differ in their references (a mean of the last minutes, a close); this one forgets nothing within its span and needs no mean.
"""

from collections import deque

import attrs

from sim.units import BPS_ONE, Bps, HalfTicks, Nanos


@attrs.define(eq=False, repr=False)
class CircuitBreaker:
    """When one venue halts."""

    band: Bps
    """Least move that halts."""
    span: Nanos
    """Within which it must come about."""
    pause: Nanos
    """How long a halt lasts."""
    until: Nanos = attrs.field(default=0, init=False)
    """The first instant after the last halt."""
    _mids: deque[tuple[Nanos, HalfTicks]] = attrs.field(factory=deque, init=False)
    """Mids of the last span, and the one before them."""

    @property
    def reference(self) -> HalfTicks:
        """The mid that moves are measured from; 0 before there is one."""
        return self._mids[0][1] if self._mids else 0

    def is_halted(self, at: Nanos) -> bool:
        """Tell whether the venue is halted at an instant."""
        return at < self.until

    def see(self, at: Nanos, mid: HalfTicks) -> bool:
        """Take note of a mid, and tell whether it halts the venue. A mid of none (0), and one during a halt, are passed over."""
        if not mid or self.is_halted(at):
            return False
        while len(self._mids) > 1 and self._mids[1][0] <= at - self.span:
            self._mids.popleft()
        self._mids.append((at, mid))
        reference = self.reference
        if abs(mid - reference) * BPS_ONE < self.band * reference:
            return False
        self.until = at + self.pause
        return True

    def reopen(self, at: Nanos, mid: HalfTicks) -> None:
        """Begin anew, from the mid at which the venue reopens."""
        self._mids.clear()
        if mid:
            self._mids.append((at, mid))

    def _check(self) -> None:
        """Assert every invariant."""
        instants = [at for at, _ in self._mids]
        assert instants == sorted(instants) and all(mid > 0 for _, mid in self._mids)

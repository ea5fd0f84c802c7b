"""Block clocks: when the next block comes.

A seam of one question. ``Exponential`` is proof of work: blocks fall without memory. ``Slots`` is proof of stake: a grid from
time zero on which now and then a slot stays empty. A block never shares an instant with the one before.
"""

from typing import Protocol

import attrs

from sim.fixed import nearest_int
from sim.streams import Stream
from sim.units import BPS_ONE, SECOND, Bps, Nanos


class BlockClock(Protocol):
    """When blocks come."""

    @property
    def mean_interval(self) -> Nanos:
        """The span between two blocks that a demand calibrated per block counts with."""
        ...

    def next_block(self, now: Nanos, stream: Stream) -> Nanos:
        """Return the instant of the first block after now."""
        ...


@attrs.frozen
class Exponential:
    """Intervals without memory, of this mean. One draw a block."""

    mean_interval: Nanos = attrs.field(default=13_100_000_000, validator=attrs.validators.ge(1))

    def next_block(self, now: Nanos, stream: Stream) -> Nanos:
        """Return now plus an exponential draw, to the nearest nanosecond and at least one."""
        return now + max(1, nearest_int(self.mean_interval * stream.exponential()))


@attrs.frozen
class Slots:
    """A grid anchored at time zero; each slot is missed with this chance. One draw a slot."""

    slot: Nanos = attrs.field(default=12 * SECOND, validator=attrs.validators.ge(1))
    missed_bps: Bps = attrs.field(default=100, validator=attrs.validators.and_(attrs.validators.ge(0), attrs.validators.lt(BPS_ONE)))

    @property
    def mean_interval(self) -> Nanos:
        """The slot: a missed one is an exception that demand does not foresee."""
        return self.slot

    def next_block(self, now: Nanos, stream: Stream) -> Nanos:
        """Return the first slot after now that is not missed."""
        when = now - now % self.slot + self.slot
        while stream.integer(BPS_ONE) < self.missed_bps:
            when += self.slot
        return when

"""What was public when: a short history of one source, so that it can be seen late.

A machine adds what it publishes; a desk asks what stood at an instant. Entries older than the longest latency are forgotten, so
memory is bounded by what can still be in view. Cost: an append, and a bisection a look.
"""

from bisect import bisect_right
from typing import Generic, TypeVar

import attrs

from sim.units import Nanos

T = TypeVar("T")


@attrs.define(repr=False)
class History(Generic[T]):
    """Things with the instants from which they held, oldest first."""

    keep: Nanos = 0
    """How far back a look may reach; raise it (``reach``) before the run for every latency that will look."""
    instants: list[Nanos] = attrs.field(factory=list)
    things: list[T] = attrs.field(factory=list)
    _limit: int = 1024

    def reach(self, longest: Nanos) -> None:
        """Promise that looks may reach this far back."""
        self.keep = max(self.keep, longest)

    def add(self, at: Nanos, thing: T) -> None:
        """Add what holds from an instant on; within one instant the last word holds."""
        instants = self.instants
        if instants and instants[-1] == at:
            self.things[-1] = thing
            return
        instants.append(at)
        self.things.append(thing)
        if len(instants) > self._limit:
            self._forget(at)

    def view(self, instant: Nanos) -> T | None:
        """Return what held at an instant; None when nothing did yet."""
        place = bisect_right(self.instants, instant)
        return self.things[place - 1] if place else None

    @property
    def last(self) -> T | None:
        """What holds now."""
        return self.things[-1] if self.things else None

    def _forget(self, now: Nanos) -> None:
        """Drop what no look can reach any more; the one in force at the horizon stays."""
        place = bisect_right(self.instants, now - self.keep) - 1
        if place > 0:
            del self.instants[:place]
            del self.things[:place]
        self._limit = max(1024, 2 * len(self.instants))

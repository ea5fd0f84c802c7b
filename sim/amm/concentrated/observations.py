"""What the log tick has been: a ring of observations, written before the tick moves, at most one a block.

An observation sums up: the tick times seconds, and seconds per liquidity (Q128). The mean of the tick between two instants is a
difference of the first; as a price that is the geometric mean. Room for more than one observation must be paid for in advance, and is
used once the ring comes round. Source: Oracle.sol [Uniswap/v3-core d8b1c63]; ``mean_tick`` as OracleLibrary.sol [v3-periphery].
Model choice: instants are not cut to 32 bits, nor sums to theirs; neither shows before the year 2106.
"""

from typing import NamedTuple

import attrs

from sim.errors import Revert
from sim.journal import Journal
from sim.units import Seconds
from sim.vocabulary import Refusal

MOST_SLOTS = 65_535
Q128 = 2**128


class Observation(NamedTuple):
    """Sums up to an instant."""

    at: Seconds
    ticks: int
    """The log tick times seconds."""
    depths: int
    """Seconds per liquidity, Q128; liquidity of nothing counts as one."""

    def until(self, at: Seconds, tick: int, liquidity: int) -> "Observation":
        """Return the sums at a later instant, tick and liquidity having been so since."""
        seconds = at - self.at
        return Observation(at, self.ticks + tick * seconds, self.depths + seconds * Q128 // max(1, liquidity))


@attrs.define
class Observations:
    """The ring."""

    journal: Journal
    slots: dict[int, Observation]
    """By place in the ring; what was never written is absent."""
    newest: int = 0
    size: int = 1
    """Places in use, or to be written before the ring comes round."""
    paid_for: int = 1
    """Places there will be once it has come round."""

    @classmethod
    def opened(cls, journal: Journal, at: Seconds) -> "Observations":
        """Return a ring with one place, and its first observation."""
        return cls(journal, {0: Observation(at, 0, 0)})

    def widen(self, slots: int) -> int:
        """Make room for so many observations; return how many places are new. A smaller number changes nothing."""
        new = max(0, min(slots, MOST_SLOTS) - self.paid_for)
        self.journal.put(self, "paid_for", self.paid_for + new)
        return new

    def write(self, at: Seconds, tick: int, liquidity: int) -> None:
        """Note what tick and liquidity have been until now; the first of a block counts."""
        last = self.slots[self.newest]
        if last.at == at:
            return
        if self.paid_for > self.size and self.newest == self.size - 1:
            self.journal.put(self, "size", self.paid_for)
        place = (self.newest + 1) % self.size
        self.journal.write(self.slots, place, last.until(at, tick, liquidity))
        self.journal.put(self, "newest", place)

    def observe(self, now: Seconds, ago: Seconds, tick: int, liquidity: int) -> tuple[int, int]:
        """Return the sums as they stood so many seconds ago, tick and liquidity being so now: (ticks, depths).

        Between two observations the line between them. Reverts with OBSERVATION_TOO_OLD before the oldest. Cost: log of the ring.
        """
        at, last = now - ago, self.slots[self.newest]
        if at >= last.at:
            found = last.until(at, tick, liquidity)
            return found.ticks, found.depths
        first, count = self._oldest()
        if at < self.slots[first].at:
            raise Revert(Refusal.OBSERVATION_TOO_OLD)
        low, high = 0, count - 1
        while high - low > 1:
            middle = (low + high) // 2
            if self._nth(first, middle).at <= at:
                low = middle
            else:
                high = middle
        return _between(self._nth(first, low), self._nth(first, high), at)

    @property
    def oldest_at(self) -> Seconds:
        """The earliest instant that can be asked for."""
        return self.slots[self._oldest()[0]].at

    def _oldest(self) -> tuple[int, int]:
        """Return the place of the oldest observation, and how many there are: the place after the newest, if it was ever written."""
        following = (self.newest + 1) % self.size
        return (following, self.size) if following in self.slots else (0, self.newest + 1)

    def _nth(self, first: int, number: int) -> Observation:
        return self.slots[(first + number) % self.size]

    def _check(self) -> None:
        """Assert that the ring is in sequence. Cost: the ring."""
        first, count = self._oldest()
        times = [self._nth(first, number).at for number in range(count)]
        assert times == sorted(set(times))
        assert self._nth(first, count - 1) == self.slots[self.newest]
        assert 1 <= self.size <= self.paid_for <= MOST_SLOTS
        assert len(self.slots) <= self.size


def _between(before: Observation, after: Observation, at: Seconds) -> tuple[int, int]:
    """Return sums on the line between two observations; the slope in ticks is cut towards zero, as the contract's division is."""
    if at == after.at:
        return after.ticks, after.depths
    seconds, span = at - before.at, after.at - before.at
    rise = after.ticks - before.ticks
    slope = rise // span if rise >= 0 else -(-rise // span)
    return before.ticks + slope * seconds, before.depths + (after.depths - before.depths) * seconds // span


def mean_tick(ticks_then: int, ticks_now: int, seconds: Seconds) -> int:
    """Return the mean log tick between two sums, rounded towards minus infinity."""
    return (ticks_now - ticks_then) // seconds

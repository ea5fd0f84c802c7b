"""The only clock: a SimPy environment whose time is an integer count of nanoseconds.

What promises it makes: an instant has phases (deliver, execute, observe); within a phase arrivals at shared machines are drawn
by a fair lottery, everything else runs in the order it was scheduled; the world it drives can be forked with ``copy.deepcopy``
because whatever waits is a bound method and an argument, never a generator. An ordinary SimPy process can live here too: its
events run before the phases of their instant.

An entry of the queue is ``(when, priority, serial, function, argument, key)``. Most arrivals meet nobody, so a ticket of the lottery
is drawn only for those that do: an arrival waits without one, under its channel's key, and draws when it comes up beside another.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush, heappushpop
from typing import Any

import simpy
from simpy.core import EmptySchedule
from simpy.events import NORMAL, Event

from sim.units import Nanos
from sim.vocabulary import Phase

_MASK = 2**64 - 1
DELIVER = int(Phase.DELIVER) << 32
EXECUTE = int(Phase.EXECUTE) << 32
OBSERVE = int(Phase.OBSERVE) << 32
UNDRAWN = EXECUTE - 1
"""Of arrivals that have no ticket yet: they come up before everything that executes."""


def lottery(key: int, when: Nanos) -> int:
    """Return a 32-bit ticket for a channel at an instant: splitmix64's finaliser over key and time.

    Fair between any two keys also on grids of instants (tests/kernel measures it); one multiplication is not.
    """
    mixed = (key + when * 0x9E3779B97F4A7C15) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return (mixed ^ (mixed >> 31)) >> 32


class Kernel(simpy.Environment):
    """Owner of the clock and of the sequence of things."""

    def __init__(self) -> None:
        """Start at instant zero with nothing to do."""
        super().__init__(initial_time=0)
        self._now: Nanos = 0
        self._queue: list[Any] = []
        self._serial = 0
        self.is_stopping = False
        """Set from outside (a signal handler) to stop between two callbacks."""

    @property
    def now(self) -> Nanos:
        """The instant, a whole number of nanoseconds (SimPy's own would be an int or a float)."""
        return self._now

    @property
    def steps(self) -> int:
        """Callbacks run so far."""
        return self._serial - len(self._queue)

    def call_at(self, when: Nanos, priority: int, fn: Callable[[Any], None], argument: Any = None) -> None:
        """Run ``fn(argument)`` at an instant, in the phase (and with the ticket) that priority holds. Cost: a heap push."""
        assert when >= self._now
        self._serial += 1
        heappush(self._queue, (when, priority, self._serial, fn, argument, 0))

    def arrive_at(self, when: Nanos, key: int, fn: Callable[[Any], None], argument: Any) -> None:
        """Run ``fn(argument)`` at an instant, in the execute phase, in the place that the lottery gives the key of its channel.

        The same as ``call_at`` with priority ``EXECUTE | lottery(key, when)``, and cheaper: the lottery is held only for a tie.
        """
        assert when >= self._now
        self._serial += 1
        heappush(self._queue, (when, UNDRAWN, self._serial, fn, argument, key))

    def schedule(self, event: Event, priority: int = NORMAL, delay: Any = 0) -> None:
        """Queue a SimPy event; its delay must be an integer of nanoseconds."""
        assert delay == int(delay), f"a SimPy delay of {delay} is not a whole number of nanoseconds"
        self._serial += 1
        heappush(self._queue, (self._now + int(delay), int(priority), self._serial, _fire, event, 0))

    def peek(self) -> float:
        """Return the instant of the next callback, or infinity."""
        return self._queue[0][0] if self._queue else float("inf")

    def step(self) -> None:
        """Run the next callback."""
        if not self._queue:
            raise EmptySchedule()
        when, _, serial, fn, argument, key = heappop(self._queue)
        while key and self._queue and self._queue[0][0] == when:
            when, _, serial, fn, argument, key = heappushpop(self._queue, _drawn(when, serial, fn, argument, key))
        self._now = when
        fn(argument)

    def run_until(self, end: Nanos) -> bool:
        """Run everything before and at an instant; return False when stopped from outside before it."""
        queue = self._queue
        while queue and not self.is_stopping:
            when, priority, serial, fn, argument, key = heappop(queue)
            if when > end:
                heappush(queue, (when, priority, serial, fn, argument, key))
                break
            if key and queue and queue[0][0] == when:
                heappush(queue, _drawn(when, serial, fn, argument, key))
                continue
            self._now = when
            fn(argument)
        if queue and queue[0][0] <= end:
            return False
        self._now = max(self._now, end)
        return True

    def run_up_to(self, end: Nanos, fn: Callable[[Any], None], is_awaited: Callable[[Any], bool]) -> Any:
        """Run until the next callback would be ``fn`` with an argument that is awaited; take that out and return the argument.

        The instant is then that callback's, and whoever asked calls it. None when everything up to an instant has run.
        """
        queue = self._queue
        while queue and queue[0][0] <= end:
            _, _, _, next_fn, argument, key = queue[0]
            if not key and next_fn == fn and is_awaited(argument):
                self._now = heappop(queue)[0]
                return argument
            self.step()
        self._now = max(self._now, end)
        return None

    def run_checked(self, end: Nanos, check: Callable[[], None]) -> bool:
        """Do as ``run_until``, and call a check after every callback: slow."""
        while self._queue and self._queue[0][0] <= end:
            if self.is_stopping:
                return False
            self.step()
            check()
        self._now = max(self._now, end)
        return True


def _drawn(when: Nanos, serial: int, fn: Callable[[Any], None], argument: Any, key: int) -> tuple[Any, ...]:
    """Return an arrival with its ticket drawn."""
    return (when, EXECUTE | lottery(key, when), serial, fn, argument, 0)


def _fire(event: Event) -> None:
    """Run a SimPy event's callbacks, as ``Environment.step`` does."""
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment] # SimPy marks a processed event so.
    for callback in callbacks:
        callback(event)
    if not event._ok and not hasattr(event, "_defused"):
        raise event._value


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the garbage collector away from a running world: its messages are tuples that count alone frees.

    What was frozen before stays so: a process of many runs that freezes what it has loaded (``gc.freeze``) need not have it looked
    through before each, which would cost a tenth of a second.
    """
    thresholds, is_frozen = gc.get_threshold(), gc.get_freeze_count() > 0
    gc.collect()
    if not is_frozen:
        gc.freeze()
    gc.set_threshold(200_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        if not is_frozen:
            gc.unfreeze()

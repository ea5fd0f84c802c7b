"""The outside price on the clock: plays a path step by step, writes every move down, and keeps what can still be seen late.

The file of this folder that plays the path on the kernel. Promised: nothing later than now can be read through it; a move is an
``OutsideMoved`` with no cause (a root), or with the shock that made it. Role ``DRIVER``: outside news moves the price up to a
stated instant and never again, later falls are the model's own. Role ``PINNED``: the path is the market, to its end. Left out: who
trades on it.
"""

from enum import IntEnum

import attrs

from sim.fixed import mul_div_half_up
from sim.history import History
from sim.kernel import DELIVER, Kernel
from sim.records.agents import OutsideMoved
from sim.tape import Tape
from sim.units import BPS_ONE, NO_SEQ, NOBODY, WAD, Bps, Nanos, Place, Price, Seq, Wad
from sim.views import Outside
from sim.world.bridge import Bridge


class Role(IntEnum):
    """What a path stands for."""

    DRIVER = 0
    PINNED = 1


@attrs.define(eq=False, repr=False)
class OutsideWorld:
    """The price in the outside world."""

    kernel: Kernel
    tape: Tape
    place: Place
    bridge: Bridge
    role: Role
    until: Nanos | None = None
    """A driver's last instant; a pinned path has none."""
    history: History[Outside] = attrs.field(factory=History)
    """What was outside when, for desks; ``reach`` it for every latency that will look."""
    opening: Price = attrs.field(init=False)
    """The price at instant zero, to which opening books and positions refer."""
    scale: Wad = attrs.field(default=WAD, init=False)
    """What jumps made of the path: one, until the first."""

    def __attrs_post_init__(self) -> None:
        """Walk to instant zero: a path may begin before the run."""
        assert (self.role == Role.DRIVER) == (self.until is not None), "a driver has an instant until which it moves, a pinned path none"
        self.opening = self.bridge.walk_to(0)
        assert self.bridge.at <= 0, "the path begins after the run; cover the run first"

    @property
    def price(self) -> Price:
        """The outside price now."""
        return max(1, mul_div_half_up(self.bridge.price, self.scale, WAD))

    def start(self, cause: Seq = NO_SEQ) -> None:
        """Write the opening price down and begin to play."""
        self._publish(cause)
        self._go_on()

    def view(self, instant: Nanos) -> Outside | None:
        """Return what stood at an instant, with the entry that said so; None before the start. Nobody looks ahead of now."""
        assert instant <= self.kernel.now, "a look ahead of now"
        return self.history.view(instant)

    def jump(self, move_bps: Bps, cause: Seq) -> None:
        """Move the price, and all of the path from now on, by a share of itself; a fall of everything is not a price."""
        assert move_bps > -BPS_ONE
        self.scale = mul_div_half_up(self.scale, BPS_ONE + move_bps, BPS_ONE)
        self._publish_if_moved(cause)

    def _go_on(self) -> None:
        """Wait for the next step, unless it lies beyond the driver's last instant."""
        at = self.bridge.next_at()
        if at is not None and (self.until is None or at <= self.until):
            self.kernel.call_at(at, DELIVER, self._step)

    def _step(self, argument: None) -> None:
        self.bridge.advance()
        self._publish_if_moved(NO_SEQ)
        self._go_on()

    def _publish_if_moved(self, cause: Seq) -> None:
        last = self.history.last
        if last is None or last.price != self.price:
            self._publish(cause)

    def _publish(self, cause: Seq) -> None:
        now, price = self.kernel.now, self.price
        seq = self.tape.append(now, cause, self.place, NOBODY, (OutsideMoved.kind, price))
        self.history.add(now, Outside(seq, now, price))

    def _check(self) -> None:
        last = self.history.last
        assert last is None or (last.price == self.price and last.at <= self.kernel.now)
        assert self.until is None or self.bridge.at <= max(self.until, 0)
        assert self.opening > 0 and self.scale >= 0

"""The exogenous acts of a scenario, on the clock: what strikes, when, for how long.

Promised: each act is a ``ShockStruck`` when it begins and, if it lasts, another when it is over; acts of one instant strike in the
scenario's sequence. What an act *does* is a handler's matter, handed in by whoever built the world; a kind without a handler is
refused before the run. Left out: random arrivals of shocks; type them.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeAlias

import attrs

from sim.errors import InputError
from sim.kernel import DELIVER, Kernel
from sim.records.agents import ShockStruck
from sim.tape import Tape
from sim.units import BPS_ONE, NO_SEQ, NOBODY, NOWHERE, Bps, Lots, Nanos, Party, Place, Seq
from sim.vocabulary import ShockKind, Side

AT_ONCE: Nanos = 0
"""The duration of an act that has no end."""


@attrs.frozen
class Jump:
    """The outside price moves at once, and stays moved."""

    kind: ClassVar[ShockKind] = ShockKind.JUMP
    at: Nanos
    move_bps: Bps
    duration: Nanos = attrs.field(default=AT_ONCE, init=False)


@attrs.frozen
class Metaorder:
    """Somebody trades a large size in even slices, whatever the price."""

    kind: ClassVar[ShockKind] = ShockKind.METAORDER
    at: Nanos
    duration: Nanos
    venue: Place
    side: Side
    lots: Lots


@attrs.frozen
class LiquidityWithdrawal:
    """A venue's makers pull a share of what they show."""

    kind: ClassVar[ShockKind] = ShockKind.LIQUIDITY_WITHDRAWAL
    at: Nanos
    duration: Nanos
    venue: Place
    share_bps: Bps


@attrs.frozen
class ReporterOutage:
    """Reporters of a feed fall silent."""

    kind: ClassVar[ShockKind] = ShockKind.REPORTER_OUTAGE
    at: Nanos
    duration: Nanos
    feed: Place
    reporters: tuple[Party, ...]


@attrs.frozen
class GasSurge:
    """Background senders pay a multiple, or come in a multiple of their numbers."""

    kind: ClassVar[ShockKind] = ShockKind.GAS_SURGE
    at: Nanos
    duration: Nanos
    price_bps: Bps = BPS_ONE
    gas_bps: Bps = BPS_ONE


@attrs.frozen
class LatencySurge:
    """Messages to and from a venue take a multiple of their time."""

    kind: ClassVar[ShockKind] = ShockKind.LATENCY_SURGE
    at: Nanos
    duration: Nanos
    venue: Place
    factor: int


@attrs.frozen
class CustodySuspended:
    """A venue stops deposits and withdrawals."""

    kind: ClassVar[ShockKind] = ShockKind.CUSTODY_SUSPENDED
    at: Nanos
    duration: Nanos
    venue: Place


@attrs.frozen
class Slashing:
    """The validators of a staking contract lose a share of what they have."""

    kind: ClassVar[ShockKind] = ShockKind.SLASHING
    at: Nanos
    issuer: Place
    share_bps: Bps
    duration: Nanos = attrs.field(default=AT_ONCE, init=False)


@attrs.frozen
class ReserveFreeze:
    """A stable coin's issuer cannot reach a share of its money."""

    kind: ClassVar[ShockKind] = ShockKind.RESERVE_FREEZE
    at: Nanos
    duration: Nanos
    issuer: Place
    share_bps: Bps


@attrs.frozen
class RedemptionPause:
    """A stable coin's issuer neither mints nor redeems."""

    kind: ClassVar[ShockKind] = ShockKind.REDEMPTION_PAUSE
    at: Nanos
    duration: Nanos
    issuer: Place


@attrs.frozen
class FeedFreeze:
    """A feed shows always the same."""

    kind: ClassVar[ShockKind] = ShockKind.FEED_FREEZE
    at: Nanos
    duration: Nanos
    feed: Place


@attrs.frozen
class ReporterStuck:
    """Reporters of a feed repeat what they said last."""

    kind: ClassVar[ShockKind] = ShockKind.REPORTER_STUCK
    at: Nanos
    duration: Nanos
    feed: Place
    reporters: tuple[Party, ...]


@attrs.frozen
class FeedOffset:
    """A derived feed, or reporters of another, are off by a share."""

    kind: ClassVar[ShockKind] = ShockKind.FEED_OFFSET
    at: Nanos
    duration: Nanos
    feed: Place
    offset_bps: Bps
    reporters: tuple[Party, ...]
    """None of a derived feed."""


@attrs.frozen
class SequencerOutage:
    """The chain makes no blocks."""

    kind: ClassVar[ShockKind] = ShockKind.SEQUENCER_OUTAGE
    at: Nanos
    duration: Nanos


OfFeeds: TypeAlias = FeedFreeze | ReporterStuck | FeedOffset | SequencerOutage
OfClaims: TypeAlias = Slashing | ReserveFreeze | RedemptionPause
Shock: TypeAlias = Jump | Metaorder | LiquidityWithdrawal | ReporterOutage | GasSurge | LatencySurge | CustodySuspended | OfClaims | OfFeeds
Handler: TypeAlias = Callable[[Shock, bool, Seq], None]
"""Called with the act, whether it is over, and the ``ShockStruck`` that says so. Must survive a deep copy: a bound method."""


@attrs.define(eq=False, repr=False)
class ShockSchedule:
    """Strikes a scenario's acts. Cost: one callback per beginning and end."""

    kernel: Kernel
    tape: Tape
    shocks: tuple[Shock, ...]
    handlers: dict[ShockKind, Handler]
    place: Place = NOWHERE

    def __attrs_post_init__(self) -> None:
        """Refuse acts nobody would carry out, and those that come before the run or last a negative time."""
        refuse_unfit(self.shocks, self.handlers)

    def start(self) -> None:
        """Put every beginning and end on the clock, in the scenario's sequence."""
        for number, shock in enumerate(self.shocks):
            self.kernel.call_at(shock.at, DELIVER, self._begin, number)
            if shock.duration:
                self.kernel.call_at(shock.at + shock.duration, DELIVER, self._end, number)

    def _begin(self, number: int) -> None:
        self._strike(number, is_over=False)

    def _end(self, number: int) -> None:
        self._strike(number, is_over=True)

    def _strike(self, number: int, is_over: bool) -> None:
        shock = self.shocks[number]
        row = (ShockStruck.kind, int(shock.kind), number, int(is_over))
        seq = self.tape.append(self.kernel.now, NO_SEQ, self.place, NOBODY, row)
        self.handlers[shock.kind](shock, is_over, seq)


def refuse_unfit(shocks: Sequence[Shock], handlers: dict[ShockKind, Handler]) -> None:
    """Raise InputError for an act that cannot be carried out, naming its place in the scenario's list."""
    for number, shock in enumerate(shocks):
        name = f"shocks[{number}] ({shock.kind.name.lower()})"
        if shock.kind not in handlers:
            raise InputError(f"{name}: nothing in this scenario can be struck by it; add what it names, or remove it")
        if shock.at < 0 or shock.duration < 0:
            raise InputError(f"{name}: it begins at {shock.at} ns and lasts {shock.duration} ns; neither may be negative")
        if isinstance(shock, Jump) and shock.move_bps <= -BPS_ONE:
            raise InputError(f"{name}: a fall of {-shock.move_bps} bps leaves no price; make it less than {BPS_ONE}")

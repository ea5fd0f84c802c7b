"""Exogenous acts: struck on time, told, ended, and refused when nobody would carry them out."""

import copy

import attrs
import pytest

from sim.errors import InputError
from sim.kernel import Kernel
from sim.records.agents import ShockStruck
from sim.tape import Tape
from sim.units import SECOND
from sim.vocabulary import ShockKind, Side
from sim.world.shocks import (
    CustodySuspended,
    FeedFreeze,
    FeedOffset,
    GasSurge,
    Jump,
    LatencySurge,
    LiquidityWithdrawal,
    Metaorder,
    RedemptionPause,
    ReporterOutage,
    ReporterStuck,
    ReserveFreeze,
    SequencerOutage,
    ShockSchedule,
    Slashing,
)

EVERY_KIND = (
    Jump(at=0, move_bps=-500),
    Metaorder(at=0, duration=5, venue=1, side=Side.SELL, lots=7),
    LiquidityWithdrawal(at=0, duration=5, venue=1, share_bps=5_000),
    ReporterOutage(at=0, duration=5, feed=2, reporters=(3,)),
    GasSurge(at=0, duration=5, price_bps=30_000),
    LatencySurge(at=0, duration=5, venue=1, factor=10),
    CustodySuspended(at=0, duration=5, venue=1),
    Slashing(at=0, issuer=4, share_bps=100),
    ReserveFreeze(at=0, duration=5, issuer=5, share_bps=1_000),
    RedemptionPause(at=0, duration=5, issuer=5),
    FeedFreeze(at=0, duration=5, feed=2),
    ReporterStuck(at=0, duration=5, feed=2, reporters=(3,)),
    FeedOffset(at=0, duration=5, feed=2, offset_bps=100, reporters=(3,)),
    SequencerOutage(at=0, duration=5),
)


@attrs.define
class Struck:
    """A handler that writes down what it was asked."""

    kernel: Kernel
    calls: list = attrs.field(factory=list)

    def take(self, shock, is_over, seq):
        self.calls.append((self.kernel.now, type(shock).__name__, is_over, seq))


def schedule(*shocks, kinds=tuple(ShockKind)):
    kernel, tape = Kernel(), Tape()
    struck = Struck(kernel)
    return ShockSchedule(kernel, tape, shocks, dict.fromkeys(kinds, struck.take)), struck


def test_an_act_strikes_when_it_begins_and_again_when_it_is_over():
    acts, struck = schedule(LatencySurge(at=10 * SECOND, duration=5 * SECOND, venue=1, factor=10))
    told = []
    acts.tape.listen(ShockStruck.kind, lambda *entry: told.append(entry))

    acts.start()
    acts.kernel.run_until(60 * SECOND)

    assert struck.calls == [(10 * SECOND, "LatencySurge", False, 1), (15 * SECOND, "LatencySurge", True, 2)]
    assert [(at, cause, row) for _, at, cause, _, _, row in told] == [
        (10 * SECOND, 0, (ShockStruck.kind, ShockKind.LATENCY_SURGE, 0, 0)),
        (15 * SECOND, 0, (ShockStruck.kind, ShockKind.LATENCY_SURGE, 0, 1)),
    ]


def test_a_pause_of_redemptions_is_told_when_it_begins_and_when_it_is_over():
    acts, _ = schedule(RedemptionPause(at=10 * SECOND, duration=5 * SECOND, issuer=5))
    told = []
    acts.tape.listen(ShockStruck.kind, lambda *entry: told.append(entry))

    acts.start()
    acts.kernel.run_until(60 * SECOND)

    assert [(at, row[1], row[3]) for _, at, _, _, _, row in told] == [
        (10 * SECOND, ShockKind.REDEMPTION_PAUSE, 0),
        (15 * SECOND, ShockKind.REDEMPTION_PAUSE, 1),
    ]


def test_a_jump_has_no_end():
    acts, struck = schedule(Jump(at=3, move_bps=-500))

    acts.start()
    acts.kernel.run_until(SECOND)

    assert struck.calls == [(3, "Jump", False, 1)]


def test_acts_of_one_instant_strike_in_the_scenarios_sequence():
    acts, struck = schedule(*EVERY_KIND)

    acts.start()
    acts.kernel.run_until(0)

    assert [name for _, name, _, _ in struck.calls] == [type(shock).__name__ for shock in EVERY_KIND]
    assert sorted({shock.kind for shock in EVERY_KIND}) == sorted(ShockKind)


def test_an_act_nobody_would_carry_out_is_refused_before_the_run():
    with pytest.raises(InputError, match=r"shocks\[1\] \(gas_surge\): nothing in this scenario can be struck by it"):
        schedule(Jump(at=0, move_bps=1), GasSurge(at=0, duration=1), kinds=(ShockKind.JUMP,))


@pytest.mark.parametrize(("at", "duration"), [(-1, 5), (0, -5)])
def test_an_act_before_the_run_or_of_negative_length_is_refused(at, duration):
    with pytest.raises(InputError, match="neither may be negative"):
        schedule(GasSurge(at=at, duration=duration))


def test_a_fall_of_everything_leaves_no_price():
    schedule(Jump(at=0, move_bps=-9_999))
    with pytest.raises(InputError, match="a fall of 10000 bps leaves no price"):
        schedule(Jump(at=0, move_bps=-10_000))


def test_a_fork_strikes_its_own_handlers():
    acts, struck = schedule(GasSurge(at=5, duration=5))
    acts.start()

    fork = copy.deepcopy(acts)
    fork.kernel.run_until(SECOND)

    assert struck.calls == []
    assert len(fork.handlers[ShockKind.GAS_SURGE].__self__.calls) == 2

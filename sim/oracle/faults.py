"""What is wrong with single reporters: they are stuck, or off. Applied to their answers on the way to their peers.

Promised: a stuck reporter repeats its last answer with what that one rested on, so that it can still be worked out again; an answer that
was changed is caused by the shock that did it. Left out: silence, which a network does by itself.
"""

import attrs

from sim.commands import TellAnswer
from sim.oracle.sources import with_offset
from sim.units import NO_SEQ, Bps, Party, Seq


@attrs.define
class Faults:
    """Of the reporters of one feed. Cost: constant."""

    last: dict[Party, TellAnswer] = attrs.field(factory=dict)
    """What each really said last."""
    stuck: dict[Party, TellAnswer | None] = attrs.field(factory=dict)
    """What each that is stuck repeats; None: the first thing it says."""
    offsets: dict[Party, Bps] = attrs.field(factory=dict)
    causes: dict[Party, Seq] = attrs.field(factory=dict)
    """The shock that struck each reporter last."""

    def said(self, reporter: Party, command: TellAnswer) -> tuple[TellAnswer, Seq]:
        """Return what peers hear of an answer, and the shock that changed it; 0 for none."""
        cause = NO_SEQ
        if reporter in self.stuck:
            held = self.stuck[reporter]
            command = self.stuck[reporter] = held if held is not None else command
            cause = self.causes.get(reporter, NO_SEQ)
        else:
            self.last[reporter] = command
        if reporter in self.offsets:
            command = command._replace(answer=with_offset(command.answer, self.offsets[reporter]))
            cause = self.causes.get(reporter, NO_SEQ)
        return command, cause

    def stick(self, reporter: Party, cause: Seq) -> None:
        """Have a reporter repeat what it said last."""
        self.stuck[reporter] = self.last.get(reporter)
        self.causes[reporter] = cause

    def unstick(self, reporter: Party) -> None:
        """Let it say what it sees again."""
        self.stuck.pop(reporter, None)

    def put_off(self, reporter: Party, offset: Bps, cause: Seq) -> None:
        """Have a reporter's answers be off by a share."""
        self.offsets[reporter] = offset
        self.causes[reporter] = cause

    def put_right(self, reporter: Party) -> None:
        """End that."""
        self.offsets.pop(reporter, None)

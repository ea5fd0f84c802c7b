"""Where a pull feed's publishers meet: it hears their answers on the clock and signs a price of them at every interval.

Beside ``network`` the other file of this folder that touches the kernel. Promised: every answer is an ``AnswerGiven`` entry, every
signed price a ``PriceSigned`` caused by the newest answer in it; with fewer fresh answers than the quorum nothing is signed. Left
out: the chain on which the publishers meet, and the guardians who attest to it; the interval stands for its blocks.
"""

import attrs

from sim.commands import TellAnswer
from sim.history import History
from sim.kernel import DELIVER, Kernel
from sim.oracle.faults import Faults
from sim.oracle.pull_feed import PullFeed, Signed, aggregate, votes_of
from sim.oracle.round import Answer
from sim.records.oracle import AnswerGiven, PriceSigned
from sim.tape import Tape
from sim.units import SECOND, Bps, Nanos, Party, Seconds, Seq
from sim.views import SignedPrice, SignedPrices

ARCHIVE = 3_600
"""Signed prices that can still be brought."""
SHOWN = 60
"""Of these, what desks are shown."""


@attrs.define(eq=False, repr=False)
class SigningNetwork:
    """The publishers of one pull feed on the clock. Cost of a signature: n log n in the publishers."""

    kernel: Kernel
    tape: Tape
    feed: PullFeed
    quorum: int
    interval: Nanos
    share: Bps
    """Each publisher's confidence, as a share of its price."""
    answer_lifetime: Nanos
    epoch: Seconds
    answers: dict[Party, Answer] = attrs.field(factory=dict)
    silenced: list[Party] = attrs.field(factory=list)
    faults: Faults = attrs.field(factory=Faults)
    signed: History[SignedPrices] = attrs.field(factory=History)
    """What was signed lately, as desks see it."""
    number: int = 0

    def start(self) -> None:
        """Sign for the first time after an interval."""
        self.kernel.call_at(self.kernel.now + self.interval, DELIVER, self._due, 0)

    def arrive(self, arrival: tuple[Party, Seq, TellAnswer]) -> None:
        """Hear one publisher's answer and write it down."""
        publisher, cause, command = arrival
        if publisher in self.silenced or publisher not in self.feed.publishers:
            return
        command, fault = self.faults.said(publisher, command)
        now = self.kernel.now
        seq = self.tape.append(now, fault or cause, self.feed.place, publisher, (AnswerGiven.kind, command.answer))
        self.answers[publisher] = Answer(command.answer, command.observed, now, seq)

    def silence(self, publisher: Party) -> None:
        """Cut a publisher off: its answers are lost."""
        if publisher not in self.silenced:
            self.silenced.append(publisher)
        self.answers.pop(publisher, None)

    def restore(self, publisher: Party) -> None:
        """End a publisher's outage."""
        if publisher in self.silenced:
            self.silenced.remove(publisher)

    def _due(self, _: int) -> None:
        oldest = self.kernel.now - self.answer_lifetime
        fresh = {each: self.answers[each] for each in self.feed.publishers if each in self.answers and self.answers[each].at >= oldest}
        if len(fresh) >= self.quorum:
            self._sign(fresh)
        self.kernel.call_at(self.kernel.now + self.interval, DELIVER, self._due, 0)

    def _sign(self, fresh: dict[Party, Answer]) -> None:
        now, archive = self.kernel.now, self.feed.archive
        middle, confidence = aggregate(votes_of([(each, answer.price, answer.observed) for each, answer in fresh.items()], self.share))
        published_at, cause = self.epoch + now // SECOND, max(answer.seq for answer in fresh.values())
        self.number += 1
        row = (PriceSigned.kind, self.number, middle.price, confidence, published_at)
        seq = self.tape.append(now, cause, self.feed.place, self.feed.place, row)
        archive[self.number] = Signed(self.number, middle.price, confidence, published_at, now, seq, middle, len(fresh))
        if len(archive) > ARCHIVE:
            del archive[next(iter(archive))]
        last = self.signed.last
        shown = SignedPrice(self.number, middle.price, confidence, published_at)
        self.signed.add(now, SignedPrices(seq, now, (*(last.prices if last else ()), shown)[-SHOWN:]))

"""Where a feed's reporters meet: it hears their answers on the clock, writes them down and sends the network's txs.

The one file of this folder that touches the kernel. Promised: every answer is an ``AnswerGiven`` entry; a tx's cause is the
newest answer in it; a tx that waits too long is replaced with a higher bid; heartbeats are watched by a timer. A feed whose
median lies out of bounds says so once (``PostDeclined``) and posts nothing.

Model choices: the network reads the feed and the blocks as they stand, without latency (every node runs its own node; what is
slow is their answers' way to each other and their txs' way into a block). Left out: how a tx reaches the mempool; ``submit`` is
handed in.
"""

from collections.abc import Callable

import attrs

from sim.commands import SendTx, TellAnswer
from sim.fixed import share_up
from sim.kernel import DELIVER, Kernel
from sim.oracle.bidding import Bid, GasPolicy
from sim.oracle.faults import Faults
from sim.oracle.push_feed import PushFeed
from sim.oracle.round import Answer, OcrRound, Post
from sim.oracle.rules import ReportReason
from sim.records.chain import BlockSealed, TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.records.layout import Row
from sim.records.oracle import AnswerGiven, PostDeclined, PricePosted
from sim.tape import Tape
from sim.units import NO_SEQ, SECOND, Bps, Nanos, Party, Place, Seconds, Seq, WeiPerGas
from sim.vocabulary import Motive, Refusal

Submit = Callable[[Party, Seq, SendTx], None]
"""Takes a reporter's tx, with the entry that caused it, on its way to the chain."""
GAS_MARGIN_BPS: Bps = 12_000
"""A tx asks for a fifth more gas than its call is known to need."""
NEW_NONCE = -1
_OF_REPLACEMENTS = (Refusal.NONCE_TOO_LOW, Refusal.UNDERPRICED_REPLACEMENT)
"""Why a tx is dropped that was to replace another: a new one, whose nonce the mempool chooses, is not."""


@attrs.define
class Sent:
    """A reporter's tx under way, as far as the network knows it."""

    bid: Bid
    tx: int = 0
    """0 until the mempool told of it."""
    nonce: int = NEW_NONCE
    is_lost: bool = False
    """The mempool would not have it, so that it never told of it."""


@attrs.define(eq=False, repr=False)
class OracleNetwork:
    """The reporters of one feed on the clock."""

    kernel: Kernel
    tape: Tape
    feed: PushFeed
    round: OcrRound
    submit: Submit
    policy: GasPolicy
    epoch: Seconds
    """Unix time of instant zero."""
    sent: dict[Party, Sent] = attrs.field(factory=dict)
    silenced: list[Party] = attrs.field(factory=list)
    """Reporters that an outage keeps from speaking."""
    faults: Faults = attrs.field(factory=Faults)
    is_declining: bool = False
    _recent_p60: tuple[WeiPerGas, ...] = ()
    _base_fee: WeiPerGas = 0

    def __attrs_post_init__(self) -> None:
        """Let the round date answers by the same clock."""
        self.round.epoch = self.epoch

    def listen(self) -> None:
        """Ask the tape for what the network goes by: blocks, its reporters' txs, its feed's posts."""
        self.tape.listen(BlockSealed.kind, self.block_sealed)
        self.tape.listen(PricePosted.kind, self.price_posted)
        for kind in (TxPending.kind, TxReplaced.kind, TxIncluded.kind, TxReverted.kind, TxDropped.kind):
            self.tape.listen(kind, self.tx_told)

    def start(self) -> None:
        """Begin to watch the heartbeat."""
        self._watch_heartbeat()

    def arrive(self, arrival: tuple[Party, Seq, TellAnswer]) -> None:
        """Hear one reporter's answer, write it down and see whether a report is wanted."""
        reporter, cause, command = arrival
        if reporter in self.silenced or reporter not in self.round.reporters:
            return
        command, fault = self.faults.said(reporter, command)
        now = self.kernel.now
        seq = self.tape.append(now, fault or cause, self.feed.place, reporter, (AnswerGiven.kind, command.answer))
        self.round.tell(reporter, Answer(command.answer, command.observed, now, seq))
        post = self.round.join(reporter, now)
        if post is not None:
            self._send(post)
        self._decide(seq)

    def silence(self, reporter: Party) -> None:
        """Cut a reporter off (an outage): its answers are lost and its tx under way is no longer tended."""
        if reporter not in self.silenced:
            self.silenced.append(reporter)
        self.round.answers.pop(reporter, None)
        self._settle(reporter)

    def restore(self, reporter: Party) -> None:
        """End a reporter's outage."""
        if reporter in self.silenced:
            self.silenced.remove(reporter)

    def block_sealed(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Learn what blocks take now, and replace what waits too long."""
        sealed = BlockSealed(*row[1:])
        self._base_fee = sealed.base_fee
        self._recent_p60 = (*self._recent_p60, sealed.gas_price_p60)[-self.policy.blocks :]
        for post in self.round.block_passed(at):
            self._replace(post)

    def price_posted(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Learn that the feed took a round; the heartbeat counts from here."""
        if place != self.feed.place:
            return
        self.round.note_posted(PricePosted(*row[1:]).round)
        self.is_declining = False
        self._watch_heartbeat()

    def tx_told(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Follow the reporters' txs by what the chain says of them."""
        sent = self.sent.get(party)
        if sent is None:
            return
        if row[0] == TxPending.kind:
            pending = TxPending(*row[1:])
            if pending.contract == self.feed.place:
                sent.tx, sent.nonce = pending.tx, pending.nonce
        elif row[0] == TxReplaced.kind:
            replaced = TxReplaced(*row[1:])
            sent.tx = replaced.by if replaced.tx == sent.tx else sent.tx
        elif row[1] == sent.tx:
            self._settle(party)
        elif row[0] == TxDropped.kind and not sent.tx:
            sent.is_lost |= row[3] not in _OF_REPLACEMENTS

    def _decide(self, cause: Seq) -> None:
        now = self.kernel.now
        decision = self.round.decide(self._unix_now(), now, self.feed.standing())
        if decision is None:
            return
        if decision.reason == ReportReason.OUT_OF_RANGE:
            self._decline(decision.median, cause)
            return
        self.is_declining = False
        for post in decision.posts:
            self._send(post)

    def _decline(self, median: int, cause: Seq) -> None:
        """Say that the feed freezes, when it begins to."""
        if not self.is_declining:
            row = (PostDeclined.kind, median, int(Refusal.OUT_OF_BOUNDS))
            self.tape.append(self.kernel.now, cause, self.feed.place, self.feed.place, row)
        self.is_declining = True

    def _send(self, post: Post) -> None:
        bid = self.policy.bid(self._recent_p60, self._base_fee)
        self.sent[post.reporter] = Sent(bid)
        self._submit(post, bid, NEW_NONCE)

    def _replace(self, post: Post) -> None:
        """Send a waiting tx again with a higher bid; one that still travels is waited for, one the mempool refused passes its turn on."""
        sent = self.sent[post.reporter]
        if not sent.tx and not sent.is_lost:
            return
        if not sent.tx:
            del self.sent[post.reporter]
            self.round.pass_turn(post.reporter)
            return
        bid = self.policy.raised(sent.bid, self.policy.bid(self._recent_p60, self._base_fee))
        if bid is None:
            return
        sent.bid = bid
        self._submit(post, bid, sent.nonce)

    def _submit(self, post: Post, bid: Bid, nonce: int) -> None:
        gas_limit = share_up(self.feed.terms.gas_of(len(post.call.answers)), GAS_MARGIN_BPS)
        tx = SendTx(self.feed.place, post.call, bid.max_fee, bid.tip, gas_limit, nonce, Motive.REPORT)
        self.submit(post.reporter, post.cause, tx)

    def _settle(self, reporter: Party) -> None:
        self.sent.pop(reporter, None)
        self.round.settle(reporter)

    def _watch_heartbeat(self) -> None:
        """Look again when the heartbeat will have been exceeded, if nothing is posted before."""
        standing = self.feed.standing()
        if standing.round:
            due = (standing.updated_at + self.round.rule.heartbeat + 1 - self.epoch) * SECOND
            self.kernel.call_at(max(due, self.kernel.now), DELIVER, self._heartbeat_due, standing.round)

    def _heartbeat_due(self, round: int) -> None:
        """Ask for a report if the round that was watched is still the last. Later answers ask by themselves."""
        if self.feed.round == round:
            self._decide(NO_SEQ)

    def _unix_now(self) -> Seconds:
        return self.epoch + self.kernel.now // SECOND

"""What a contract is, and what a tx hands it.

A contract answers calls: it says the gas it used, or raises ``Revert``. All it changes goes through the journal, all it says goes
through the context, where it waits until the tx has succeeded. A call of another contract is a nested savepoint: if it reverts
and the caller catches that, only the inner part is undone.

Gas: what ``answer`` returns, told as if the call were a tx of its own; whoever calls within a tx takes ``INTRINSIC_GAS`` off. A
contract that may refuse after doing work says so with ``spend`` as it goes; that is what a reverted tx pays, at least
``INTRINSIC_GAS``.
"""

from typing import Any, ClassVar, Protocol

import attrs

from sim.composites import LoanCallback, Step
from sim.errors import Revert
from sim.journal import Journal
from sim.records.layout import Row
from sim.units import INT64_MAX, NO_SEQ, AssetId, Gas, Nanos, Party, Place, Seconds, Seq, Units, WeiPerGas
from sim.vocabulary import Refusal

INTRINSIC_GAS: Gas = 21_000
"""What the emptiest tx costs."""
MOST_DEEP = 64
"""Calls within calls. The real machine allows 1,024; what gas is left, a 64th less at each level, ends it earlier."""


class Contract(Protocol):
    """Code with balances that answers calls or reverts."""

    calls: ClassVar[tuple[type[Any], ...]]
    """The call classes (named tuples) it answers."""

    def answer(self, call: Any, context: "CallContext") -> Gas:
        """Carry a call out and return the gas it used; raise ``Revert`` to refuse."""
        ...


@attrs.frozen
class BlockHead:
    """The block that is being executed."""

    number: int
    timestamp: Seconds
    """All that a contract may know of time."""
    at: Nanos
    base_fee: WeiPerGas


@attrs.define
class Buffer:
    """What a tx has said so far: it reaches the tape only if the tx succeeds."""

    first: Seq
    """The number that the first buffered record will have."""
    rows: list[tuple[Seq | None, Place, Party, Row]] = attrs.field(factory=list)


@attrs.frozen
class Frame:
    """What a sender's own code remembers while it runs: what it had when it began, and the loan that it is within."""

    opening: dict[AssetId, Units]
    brought: dict[AssetId, Units] = attrs.field(factory=dict)
    owed: dict[AssetId, Units] = attrs.field(factory=dict)


@attrs.define(repr=False)
class CallContext:
    """What one call sees of the world, and its way to speak."""

    block: BlockHead
    tx: int
    origin: Party
    """Who sent the tx."""
    sender: Party
    """Who made this call: the origin, or the contract that called."""
    place: Place
    """The contract that was called."""
    contracts: dict[Place, Contract]
    journal: Journal
    buffer: Buffer
    motive: int = 0
    cause: Seq = NO_SEQ
    """The tx's ``TxPending``."""
    spent: Gas = 0
    """Gas used so far, for the case that the call reverts."""
    gas_limit: Gas = INT64_MAX
    """The tx's."""
    own_code: Contract | None = None
    """Answers at every account that is no contract."""
    frame: Frame | None = None
    """Of the sender's own code, once it runs."""
    depth: int = 0

    @property
    def timestamp(self) -> Seconds:
        """Unix seconds of the block."""
        return self.block.timestamp

    def say(self, place: Place, party: Party, row: Row, cause: Seq | None = None) -> Seq:
        """Buffer a record and return the number it will have; its cause is the tx unless another is given.

        The number holds if the tx succeeds; if it does not, nothing that was given it remains either.
        """
        self.buffer.rows.append((cause, place, party, row))
        return self.buffer.first + len(self.buffer.rows) - 1

    def spend(self, gas: Gas) -> None:
        """Count gas that is gone even if the call reverts."""
        self.spent += gas

    def call(self, contract: Place, call: Any) -> Gas:
        """Call another contract in a nested savepoint and return the gas it used.

        A revert undoes what the inner call did and said, adds what it spent to ours, and is raised again.
        """
        if self.depth >= MOST_DEEP:
            raise Revert(Refusal.TOO_DEEP)
        inner = attrs.evolve(self, sender=self.place, place=contract, spent=0, depth=self.depth + 1)
        mark, said = self.journal.mark(), len(self.buffer.rows)
        try:
            return answer(call, inner)
        except Revert:
            self.journal.rollback(mark)
            del self.buffer.rows[said:]
            self.spent += inner.spent
            raise

    def lend(self, sent: tuple[tuple[AssetId, Units], ...], owed: tuple[tuple[AssetId, Units], ...], calls: tuple[Step, ...]) -> Gas:
        """Let the sender's own code go on with what it was sent; return the gas of that. Whether it pays back is for the lender to see."""
        return self.call(self.sender, LoanCallback(self.sender, sent, owed, calls)) - INTRINSIC_GAS


def answer(call: Any, context: CallContext) -> Gas:
    """Let the contract of a context carry a call out; return its gas. Reverts where nobody answers.

    At an account that is no contract its owner's own code answers what it knows (``sim.chain.atomic``).
    """
    contract = context.contracts.get(context.place)
    if contract is None and context.own_code is not None and type(call) in context.own_code.calls:
        contract = context.own_code
    if contract is None:
        raise Revert(Refusal.UNKNOWN_CONTRACT)
    if type(call) not in contract.calls:
        raise Revert(Refusal.UNKNOWN_CALL)
    return contract.answer(call, context)

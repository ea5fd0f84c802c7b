"""The executor: runs one tx in the block at hand and settles its gas.

Promised: a tx is one savepoint of the journal, so a revert leaves its gas, its nonce and a record, nothing else; gas is paid in
the gas asset out of the sender's purse on the chain, its limit in advance and the rest given back, so that no call can spend it
twice. Whoever listens to a record must not write to the tape while a tx's own records go out: their numbers were promised.
"""

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from sim.chain.atomic import OwnCode
from sim.chain.contract import INTRINSIC_GAS, BlockHead, Buffer, CallContext, Contract, answer
from sim.chain.mempool import Mempool, Tx
from sim.errors import BrokenInvariant, Revert
from sim.ledger import Ledger
from sim.records.chain import GasPaid, TxDropped, TxIncluded, TxReverted
from sim.records.layout import Row
from sim.tape import Tape
from sim.units import AssetId, Gas, Party, Place, Seq, Units, WeiPerGas
from sim.vocabulary import Refusal


@attrs.frozen
class Rehearsal:
    """What txs in sequence would do on the state as it stands, all of them or none."""

    refusal: Refusal
    gas: tuple[Gas, ...] = ()
    """Of each."""
    income: Units = 0
    """The builder's."""


def _own_code(executor: "Executor") -> OwnCode:
    return OwnCode(executor.ledger, executor.place, executor.gas_asset, executor.builder)


@attrs.define(eq=False, repr=False)
class Executor:
    """What carries out txs: contracts, gas money, the chain's words about them."""

    tape: Tape
    ledger: Ledger
    mempool: Mempool
    place: Place
    gas_asset: AssetId
    builder: Party
    """Who is paid the tips."""
    has_bundles: bool = False
    contracts: dict[Place, Contract] = attrs.field(factory=dict)
    head: BlockHead = attrs.field(default=BlockHead(0, 0, 0, 0))
    """The block at hand."""
    burned: int = 0
    """In the block at hand."""
    own_code: OwnCode = attrs.field(default=attrs.Factory(_own_code, takes_self=True))
    """What accounts that are no contracts answer."""
    context: CallContext | None = None
    """Of the tx that is running; None between txs."""
    lookers: list[Callable[[], None]] = attrs.field(factory=list)
    """What looks at the state after each tx, and remembers it: a rehearsal lets it look as well, through the journal."""

    def execute(self, tx: Tx, price: WeiPerGas, position: int) -> Gas | None:
        """Run a tx and return its gas; None when it is thrown out: its sender cannot pay, or it is private and fails."""
        if self.is_short_of_gas(tx):
            self._throw_out(tx, Refusal.INSUFFICIENT_GAS_FUNDS)
            return None
        purse, advance = self._purse(tx.party), tx.gas_limit * price
        self.ledger.move(self.gas_asset, purse, self._purse(self.place), advance)
        gas, refusal, buffer = self._run(tx)
        if refusal and tx.is_private:
            self.ledger.move(self.gas_asset, self._purse(self.place), purse, advance)
            self._throw_out(tx, refusal)
            self._throw_out_behind(tx)
            return None
        stale = self.mempool.include(tx)
        self._settle_gas(purse, gas, advance, price)
        self.burned += gas * self.head.base_fee
        outcome = self._tell(tx, gas, price, position, refusal, buffer)
        self._say(outcome, tx.party, (GasPaid.kind, tx.id, gas * price, gas * self.head.base_fee))
        if stale is not None:
            self._say(outcome, stale.party, (TxDropped.kind, stale.id, stale.nonce, int(Refusal.NONCE_TOO_LOW)))
        return gas

    def rehearse(self, txs: Sequence[tuple[Tx, WeiPerGas]], payments: Sequence[tuple[Party, Party, Units]]) -> Rehearsal:
        """Run txs at their prices, then pay so many units of the gas asset each from whom to whom; undo it all and say how it went.

        Costs what running them does. Nothing remains, and nothing is said.
        """
        journal, buffer, till = self.ledger.journal, Buffer(self.tape.entries + 2), self._purse(self.builder)
        mark, before = journal.begin(), self.ledger.balance(self.gas_asset, till)
        gas: list[Gas] = []
        try:
            for tx, price in txs:
                gas.append(self._rehearse_one(tx, price, buffer))
            for source, target, units in payments:
                self.pay(source, target, units)
            return Rehearsal(Refusal.NONE, tuple(gas), self.ledger.balance(self.gas_asset, till) - before)
        except Revert as revert:
            return Rehearsal(revert.reason)
        finally:
            journal.rollback(mark)
            journal.commit()

    def _rehearse_one(self, tx: Tx, price: WeiPerGas, buffer: Buffer) -> Gas:
        if self.is_short_of_gas(tx):
            raise Revert(Refusal.INSUFFICIENT_GAS_FUNDS)
        purse, advance = self._purse(tx.party), tx.gas_limit * price
        self.ledger.move(self.gas_asset, purse, self._purse(self.place), advance)
        gas, refusal = self._attempt(tx, buffer)
        if refusal:
            raise Revert(refusal)
        self._settle_gas(purse, gas, advance, price)
        self.context = self._context(tx, buffer)
        for look in self.lookers:
            look()
        self.context = None
        return gas

    def pay(self, source: Party, target: Party, units: Units) -> None:
        """Move units of the gas asset between two parties. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.move(self.gas_asset, self._purse(source), self._purse(target), units)

    def is_short_of_gas(self, tx: Tx) -> bool:
        """The sender cannot pay the gas limit at the bid."""
        return self.ledger.free(self.gas_asset, self._purse(tx.party)) < max(0, tx.gas_limit) * max(0, tx.max_fee)

    def _run(self, tx: Tx) -> tuple[Gas, Refusal, Buffer]:
        """Let the contract answer within a savepoint; return gas used, reason for no, and what was said."""
        buffer, journal = Buffer(self.tape.entries + 2), self.ledger.journal
        mark = journal.begin()
        gas, refusal = self._attempt(tx, buffer)
        if refusal:
            journal.rollback(mark)
        journal.commit()
        return gas, refusal, buffer

    def _attempt(self, tx: Tx, buffer: Buffer) -> tuple[Gas, Refusal]:
        """Let the contract answer; return gas used and reason for no. The savepoint is the caller's."""
        context = self.context = self._context(tx, buffer)
        try:
            gas = answer(tx.call, context)
        except Revert as revert:
            return min(tx.gas_limit, max(INTRINSIC_GAS, context.spent)), revert.reason
        finally:
            self.context = None
        return (tx.gas_limit, Refusal.OUT_OF_GAS) if gas > tx.gas_limit else (gas, Refusal.NONE)

    def _context(self, tx: Tx, buffer: Buffer) -> CallContext:
        journal, parties = self.ledger.journal, (tx.party, tx.party, tx.contract)
        more: dict[str, Any] = {"motive": tx.motive, "cause": tx.seq, "gas_limit": tx.gas_limit, "own_code": self.own_code}
        return CallContext(self.head, tx.id, *parties, self.contracts, journal, buffer, **more)

    def _settle_gas(self, purse: int, gas: Gas, advance: int, price: WeiPerGas) -> None:
        """Give back what was not used, burn the base fee, pay the builder the rest."""
        escrow, base_fee = self._purse(self.place), self.head.base_fee
        self.ledger.move(self.gas_asset, escrow, purse, advance - gas * price)
        self.ledger.burn(self.gas_asset, escrow, gas * base_fee)
        self.ledger.move(self.gas_asset, escrow, self._purse(self.builder), gas * (price - base_fee))

    def _tell(self, tx: Tx, gas: Gas, price: WeiPerGas, position: int, refusal: Refusal, buffer: Buffer) -> Seq:
        """Put a tx's outcome on the tape, and what its contracts said if it succeeded; return the outcome's number."""
        number, waited = self.head.number, self.head.at - tx.at
        if refusal:
            return self._say(tx.seq, tx.party, (TxReverted.kind, tx.id, number, position, tx.nonce, gas, price, int(refusal), waited))
        outcome = self._say(tx.seq, tx.party, (TxIncluded.kind, tx.id, number, position, tx.nonce, gas, price, waited))
        for promised, (cause, place, party, row) in enumerate(buffer.rows, start=buffer.first):
            seq = self.tape.append(self.head.at, outcome if cause is None else cause, place, party, row)
            if seq != promised:
                raise BrokenInvariant(f"entry {seq} was promised as {promised}: a listener wrote while tx {tx.id} was speaking")
        return outcome

    def _throw_out(self, tx: Tx, refusal: Refusal) -> None:
        self.mempool.remove(tx)
        self._say(tx.seq, tx.party, (TxDropped.kind, tx.id, tx.nonce, int(refusal)))

    def _throw_out_behind(self, failed: Tx) -> None:
        """Drop the private txs signed for nonces after one that failed: no builder can take them any more, and a searcher signs anew."""
        waiting = self.mempool.line(failed.party).txs
        for nonce in sorted(waiting):
            tx = waiting[nonce]
            if nonce > failed.nonce and tx.is_private:
                self._throw_out(tx, Refusal.EXPIRED)

    def _purse(self, party: Party) -> int:
        """Return a party's purse on the chain; the chain's own holds gas paid in advance."""
        return self.ledger.open(party, self.place)

    def _say(self, cause: Seq, party: Party, row: Row) -> Seq:
        return self.tape.append(self.head.at, cause, self.place, party, row)

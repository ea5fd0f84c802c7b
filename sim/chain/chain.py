"""The chain: seals blocks on its clock, executes what is in them, takes the gas money, says what happened.

The one file of this folder that touches the kernel. Promised: a tx is one savepoint of the journal, so a revert leaves its gas,
its nonce and a record, nothing else; a block never holds more than its gas limit; gas is paid in the gas asset out of the
sender's purse on the chain, its limit in advance, the rest given back, so that nobody can spend it twice. Left out: forks, empty
blocks by choice, the builder's own trades.

Sequence of a block: interval passes in demand, hooks before, txs (``TxIncluded`` or ``TxReverted``, the contracts' records,
``GasPaid``), hooks after, ``BlockSealed``. Whoever listens to a record must not write to the tape while a tx's records go out.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import attrs

from sim.chain.block_clock import BlockClock
from sim.chain.builder import BlockBuilder, ByTip, Filling
from sim.chain.contract import INTRINSIC_GAS, BlockHead, Buffer, CallContext, Contract, answer
from sim.chain.demand import Demand
from sim.chain.eras import ChainSpec
from sim.chain.fee_market import FeeMarket, fee_market
from sim.chain.mempool import Mempool, Tx
from sim.commands import CALLS, SendTx
from sim.errors import BrokenInvariant, Revert
from sim.history import History
from sim.kernel import EXECUTE, Kernel, lottery
from sim.ledger import Ledger
from sim.names import Names
from sim.records.agents import Burned
from sim.records.chain import BlockSealed, GasPaid, TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.records.layout import Row
from sim.streams import Streams, key_of
from sim.tape import Tape
from sim.units import NO_SEQ, NOBODY, SECOND, AssetId, Gas, Nanos, Party, Place, Seconds, Seq, WeiPerGas
from sim.views import Block
from sim.vocabulary import Motive, Refusal

BlockHook = Callable[[BlockHead], None]
WARMING_BLOCKS = 20
"""Blocks of background that pass before time zero, so that the first one has a price."""
TYPICAL_PERCENT = 60


class Pending(NamedTuple):
    """One's own waiting tx."""

    tx: int
    nonce: int
    contract: Place
    max_fee: WeiPerGas
    tip: WeiPerGas
    at: Nanos


def _market(chain: "Chain") -> FeeMarket:
    return fee_market(chain.spec.fee_market)


def _mempool(chain: "Chain") -> Mempool:
    spec = chain.spec
    return Mempool(chain.market, spec.gas_limit, spec.mempool_txs, spec.mempool_gas, spec.mempool_per_sender)


def _clock(chain: "Chain") -> BlockClock:
    return chain.spec.clock()


@attrs.define(eq=False)
class Chain:
    """One chain: contracts, mempool, demand, blocks."""

    kernel: Kernel
    tape: Tape
    ledger: Ledger
    names: Names
    streams: Streams
    spec: ChainSpec
    place: Place
    gas_asset: AssetId
    demand: Demand
    """Its fee market must be the chain's (``Chain.market``)."""
    epoch: Seconds = 0
    """Unix seconds of time zero."""
    builder: BlockBuilder = attrs.field(factory=ByTip)
    market: FeeMarket = attrs.field(default=attrs.Factory(_market, takes_self=True), init=False)
    clock: BlockClock = attrs.field(default=attrs.Factory(_clock, takes_self=True), init=False)
    mempool: Mempool = attrs.field(default=attrs.Factory(_mempool, takes_self=True), init=False)
    contracts: dict[Place, Contract] = attrs.field(factory=dict, init=False)
    blocks: History[Block] = attrs.field(factory=History, init=False)
    """Sealed blocks as nodes show them."""
    base_fee: WeiPerGas = attrs.field(default=0, init=False)
    """Of the next block."""
    number: int = attrs.field(default=0, init=False)
    """Of the last block."""
    timestamp: Seconds = attrs.field(default=0, init=False)
    """Of the last block."""
    sealed_at: Nanos = attrs.field(default=0, init=False)
    _before: list[BlockHook] = attrs.field(factory=list, init=False)
    _after: list[BlockHook] = attrs.field(factory=list, init=False)
    _call_numbers: dict[type[Any], int] = attrs.field(init=False)
    _tickets: dict[Party, int] = attrs.field(factory=dict, init=False)
    """Root of each sender's lottery."""
    _txs: int = attrs.field(default=0, init=False)
    _burned: int = attrs.field(default=0, init=False)
    """In the block being executed."""
    _head: BlockHead = attrs.field(default=BlockHead(0, 0, 0, 0), init=False)
    _builder_purse: int = attrs.field(init=False)
    _escrow: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Open the chain's own purses: the builder's, and one for gas paid in advance."""
        assert self.demand.market == self.market, "demand and chain must price gas alike"
        self._builder_purse = self.ledger.open(self.names.intern(f"{self.names.name(self.place)}/builder"), self.place)
        self._escrow = self.ledger.open(self.place, self.place)
        self._call_numbers = {call: number for number, call in enumerate(CALLS, start=1)}
        self.timestamp = self.epoch

    def register(self, place: Place, contract: Contract) -> None:
        """Put a contract on the chain; calls of its own that the house does not know get the next numbers."""
        assert place not in self.contracts, f"{self.names.name(place)} is taken"
        self.contracts[place] = contract
        for call in contract.calls:
            self._call_numbers.setdefault(call, len(self._call_numbers) + 1)

    def on_block(self, hook: BlockHook, is_after: bool = False) -> None:
        """Call the hook in every block, before its txs or after them; several are called in the order in which they asked."""
        (self._after if is_after else self._before).append(hook)

    def start(self) -> None:
        """Let background demand settle, show a block zero and wait for the first block."""
        spec = self.spec
        self.base_fee = self._first_base_fee()
        block = Filling(spec.gas_limit, self.base_fee)
        for _ in range(WARMING_BLOCKS if self.demand.points else 0):
            self.demand.step(self.kernel.now, self.clock.mean_interval, self.clock.mean_interval, spec.gas_limit)
            block = Filling(spec.gas_limit, self.base_fee)
            self.builder.fill(block, self.mempool.candidates(self.base_fee, self._ticket), self.demand, self._execute)
        self._show(NO_SEQ, block)
        self._await_block()

    def arrive(self, message: tuple[Party, Seq, SendTx]) -> None:
        """Take a tx that reached the node: it waits, replaces, or is dropped with a reason."""
        party, cause, command = message
        line = self.mempool.line(party)
        max_fee, tip = self.market.bid(command.max_fee, command.tip)
        nonce = line.free_nonce if command.nonce < 0 else command.nonce
        self._txs += 1
        tx = Tx(
            self._txs,
            party,
            nonce,
            command.contract,
            command.call,
            max_fee,
            tip,
            command.gas_limit,
            self.kernel.now,
            NO_SEQ,
            int(command.motive),
        )
        if self._is_short_of_gas(tx):
            self._drop(tx, Refusal.INSUFFICIENT_GAS_FUNDS, cause)
            return
        arrival = self.mempool.add(tx, self.base_fee)
        if arrival.refusal:
            self._drop(tx, arrival.refusal, cause)
            return
        kind = self._call_numbers.get(type(command.call), 0)
        tx.seq = self._say(cause, party, (TxPending.kind, tx.id, nonce, tx.contract, kind, max_fee, tip, tx.gas_limit))
        if arrival.replaced:
            self._say(tx.seq, party, (TxReplaced.kind, arrival.replaced.id, tx.id))
        for evicted in arrival.evicted:
            self._drop(evicted, Refusal.MEMPOOL_FULL, tx.seq)

    def pending(self, party: Party) -> tuple[Pending, ...]:
        """Return a sender's waiting txs by nonce."""
        line = self.mempool.lines.get(party)
        txs = sorted(line.txs.values(), key=_nonce) if line else []
        return tuple(Pending(tx.id, tx.nonce, tx.contract, tx.max_fee, tx.tip, tx.at) for tx in txs)

    def seal(self, _: None) -> None:
        """Make the block of this instant; called by the kernel."""
        now = self.kernel.now
        self.demand.step(now, now - self.sealed_at, self.clock.mean_interval, self.spec.gas_limit)
        self.number += 1
        self.timestamp = max(self.timestamp + 1, self.epoch + now // SECOND)
        self._head = BlockHead(self.number, self.timestamp, now, self.base_fee)
        for hook in self._before:
            hook(self._head)
        block = Filling(self.spec.gas_limit, self.base_fee)
        self.builder.fill(block, self.mempool.candidates(self.base_fee, self._ticket), self.demand, self._execute)
        for hook in self._after:
            hook(self._head)
        self._close(block)

    def _close(self, block: Filling) -> None:
        """Say what the block was, after everything else of it and of the chain's state is in place."""
        if block.gas_used > block.gas_limit:
            raise BrokenInvariant(f"block {self.number} holds {block.gas_used} gas of {block.gas_limit}")
        if self._burned:
            self._say(NO_SEQ, self.place, (Burned.kind, self.gas_asset, self._burned))
            self._burned = 0
        self.sealed_at = self.kernel.now
        self.base_fee = self.market.next_base_fee(block.base_fee, block.gas_limit, block.gas_used)
        self._show(self.tape.entries + 1, block)
        self._await_block()
        typical, waiting = block.quantile(TYPICAL_PERCENT), self.demand.waiting
        row = (BlockSealed.kind, self.number, self.timestamp, block.gas_used, block.our_gas, block.base_fee, typical, waiting, block.txs)
        self._say(NO_SEQ, NOBODY, row)

    def _await_block(self) -> None:
        when = self.clock.next_block(self.kernel.now, self.streams[f"{self.names.name(self.place)}/blocks"])
        self.kernel.call_at(when, EXECUTE | self._ticket(self.place, when), self.seal)

    def _show(self, seq: Seq, block: Filling) -> None:
        typical = block.quantile(TYPICAL_PERCENT)
        now = self.kernel.now
        view = Block(seq, now, self.number, self.timestamp, self.base_fee, typical, block.gas_used, self.demand.waiting)
        self.blocks.add(now, view)

    def _first_base_fee(self) -> WeiPerGas:
        given = self.spec.base_fee
        return self.demand.settled_base_fee(self.kernel.now) if given is None else given

    def _execute(self, tx: Tx, price: WeiPerGas, position: int) -> Gas | None:
        """Run a tx and settle its gas; None when it is thrown out: its sender cannot pay, or it is a bundle that fails."""
        if self._is_short_of_gas(tx):
            self._throw_out(tx, Refusal.INSUFFICIENT_GAS_FUNDS)
            return None
        purse = self.ledger.open(tx.party, self.place)
        self.ledger.move(self.gas_asset, purse, self._escrow, tx.gas_limit * price)
        gas, refusal, buffer = self._run(tx)
        if refusal and self.spec.bundles and tx.motive == Motive.LIQUIDATION:
            self.ledger.move(self.gas_asset, self._escrow, purse, tx.gas_limit * price)
            self._throw_out(tx, refusal)
            return None
        self.mempool.include(tx)
        self._settle_gas(tx, purse, gas, price)
        self._tell(tx, gas, price, position, refusal, buffer)
        return gas

    def _run(self, tx: Tx) -> tuple[Gas, Refusal, Buffer]:
        """Let the contract answer within a savepoint; return gas used, reason for no, and what was said."""
        buffer = Buffer(self.tape.entries + 2)
        journal = self.ledger.journal
        context = CallContext(
            self._head, tx.id, tx.party, tx.party, tx.contract, self.contracts, journal, buffer, motive=tx.motive, cause=tx.seq
        )
        mark = journal.begin()
        try:
            gas, refusal = answer(tx.call, context), Refusal.NONE
            if gas > tx.gas_limit:
                gas, refusal = tx.gas_limit, Refusal.OUT_OF_GAS
        except Revert as revert:
            gas, refusal = min(tx.gas_limit, max(INTRINSIC_GAS, context.spent)), revert.reason
        if refusal:
            journal.rollback(mark)
        journal.commit()
        return gas, refusal, buffer

    def _settle_gas(self, tx: Tx, purse: int, gas: Gas, price: WeiPerGas) -> None:
        """Give back what was not used, burn the base fee, pay the builder the rest."""
        base_fee = self._head.base_fee
        self.ledger.move(self.gas_asset, self._escrow, purse, (tx.gas_limit - gas) * price)
        self.ledger.burn(self.gas_asset, self._escrow, gas * base_fee)
        self.ledger.move(self.gas_asset, self._escrow, self._builder_purse, gas * (price - base_fee))
        self._burned += gas * base_fee

    def _tell(self, tx: Tx, gas: Gas, price: WeiPerGas, position: int, refusal: Refusal, buffer: Buffer) -> None:
        """Put the tx on the tape: its outcome, what its contracts said, its gas."""
        waited = self.kernel.now - tx.at
        if refusal:
            row: Row = (TxReverted.kind, tx.id, self.number, position, tx.nonce, gas, price, int(refusal), waited)
            outcome = self._say(tx.seq, tx.party, row)
        else:
            outcome = self._say(tx.seq, tx.party, (TxIncluded.kind, tx.id, self.number, position, tx.nonce, gas, price, waited))
            for promised, (cause, place, party, said) in enumerate(buffer.rows, start=buffer.first):
                seq = self.tape.append(self.kernel.now, outcome if cause is None else cause, place, party, said)
                if seq != promised:
                    raise BrokenInvariant(f"entry {seq} was promised as {promised}: a listener wrote while tx {tx.id} was speaking")
        self._say(outcome, tx.party, (GasPaid.kind, tx.id, gas * price, gas * self._head.base_fee))

    def _throw_out(self, tx: Tx, refusal: Refusal) -> None:
        self.mempool.remove(tx)
        self._drop(tx, refusal, tx.seq)

    def _drop(self, tx: Tx, refusal: Refusal, cause: Seq) -> None:
        self._say(cause, tx.party, (TxDropped.kind, tx.id, tx.nonce, int(refusal)))

    def _is_short_of_gas(self, tx: Tx) -> bool:
        return self.ledger.free(self.gas_asset, self.ledger.open(tx.party, self.place)) < max(0, tx.gas_limit) * max(0, tx.max_fee)

    def _ticket(self, party: Party, when: Nanos | None = None) -> int:
        """Return a party's 32-bit ticket at an instant, by its name: other agents' coming and going does not change it."""
        key = self._tickets.get(party)
        if key is None:
            key = self._tickets[party] = key_of(self.streams.seed, "block", self.names.name(party))
        return lottery(key, self.kernel.now if when is None else when)

    def _say(self, cause: Seq, party: Party, row: Row) -> Seq:
        return self.tape.append(self.kernel.now, cause, self.place, party, row)


def _nonce(tx: Tx) -> int:
    return tx.nonce

"""The chain: takes txs from its node, seals blocks on its clock, says what happened.

The one file of this folder that touches the kernel. Promised: a block never holds more than its gas limit; entries of a block
come before its ``BlockSealed``. Left out: forks, blocks left empty by choice, trades of the builder's own.

Sequence of a block: the interval passes in demand, hooks before, bundles, txs (``TxIncluded``, then what the contracts said, or
``TxReverted``; then ``GasPaid``), hooks after, ``BlockSealed``.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import attrs

from sim.chain.block_clock import BlockClock
from sim.chain.builder import BlockBuilder, ByTip, Filling
from sim.chain.bundles import MOST_BID, MOST_BLOCKS, Bundle, Bundles, UpdateTerms
from sim.chain.candidates import Candidates
from sim.chain.contract import BlockHead, CallContext, Contract
from sim.chain.demand import Demand
from sim.chain.eras import ChainSpec
from sim.chain.executor import Executor
from sim.chain.fee_market import FeeMarket, fee_market
from sim.chain.lanes import COMMON, Lane, Lanes
from sim.chain.mempool import Arrival, Mempool, Tx
from sim.commands import CALLS, PostPriceCall, SendBundle, SendTx
from sim.composites import COMPOSITES
from sim.errors import BrokenInvariant
from sim.history import History
from sim.kernel import EXECUTE, Kernel, lottery
from sim.ledger import Ledger
from sim.names import Names
from sim.records.agents import Burned
from sim.records.atomic import BundleDropped, BundleSent, TxEnclosed, UpdateOffered
from sim.records.chain import BlockSealed, TxDropped, TxPending, TxReplaced
from sim.records.layout import Row
from sim.streams import Streams, key_of
from sim.tape import Tape
from sim.units import INT64_MAX, NO_SEQ, NOBODY, SECOND, AssetId, Gas, Nanos, Party, Place, Seconds, Seq, WeiPerGas
from sim.views import Block
from sim.vocabulary import Refusal

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


def _executor(chain: "Chain") -> Executor:
    builder = chain.names.intern(f"{chain.names.name(chain.place)}/builder")
    return Executor(chain.tape, chain.ledger, chain.mempool, chain.place, chain.gas_asset, builder, chain.spec.bundles)


def _bundles(chain: "Chain") -> Bundles:
    return Bundles(chain.executor, chain.mempool, chain.demand, chain._ticket)


def _house_calls() -> dict[type[Any], int]:
    return {call: number for number, call in enumerate(CALLS, start=1)}


@attrs.define(eq=False, repr=False)
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
    executor: Executor = attrs.field(default=attrs.Factory(_executor, takes_self=True), init=False)
    bundles: Bundles = attrs.field(default=attrs.Factory(_bundles, takes_self=True), init=False)
    lanes: Lanes = attrs.field(factory=Lanes, init=False)
    """Block space that protocols do not share; none unless a scenario asks for it."""
    blocks: History[Block] = attrs.field(factory=History, init=False)
    """Sealed blocks as nodes show them."""
    base_fee: WeiPerGas = attrs.field(default=0, init=False)
    """Of the next block."""
    number: int = attrs.field(default=0, init=False)
    """Of the last block."""
    timestamp: Seconds = attrs.field(default=0, init=False)
    """Of the last block."""
    sealed_at: Nanos = attrs.field(default=0, init=False)
    is_halted: bool = attrs.field(default=False, init=False)
    """It makes no blocks: its sequencer is down."""
    restarted_at: Seconds = attrs.field(default=0, init=False)
    """When it last began to make blocks again; 0 if it never stopped."""
    _before: list[BlockHook] = attrs.field(factory=list, init=False)
    _after: list[BlockHook] = attrs.field(factory=list, init=False)
    _call_numbers: dict[type[Any], int] = attrs.field(factory=_house_calls, init=False)
    _tickets: dict[Party, int] = attrs.field(factory=dict, init=False)
    """Root of each sender's lottery."""
    _txs: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a demand that prices gas by another market than the chain."""
        assert self.demand.market == self.market, "demand and chain must price gas alike"
        self.timestamp = self.epoch

    @property
    def contracts(self) -> dict[Place, Contract]:
        """Contracts by the place at which they answer."""
        return self.executor.contracts

    def register(self, place: Place, contract: Contract) -> None:
        """Put a contract on the chain; calls of its own that the house does not know get the next numbers."""
        assert place not in self.contracts, f"{self.names.name(place)} is taken"
        self.contracts[place] = contract
        for call in contract.calls:
            if call not in COMPOSITES:
                self._call_numbers.setdefault(call, len(self._call_numbers) + 1)

    @property
    def context(self) -> CallContext | None:
        """The tx that is running; None between txs."""
        return self.executor.context

    @property
    def own_calls(self) -> tuple[type[Any], ...]:
        """Calls that the house does not know, by number from the first after the house's; those made of calls come last."""
        return (*tuple(self._call_numbers)[len(CALLS) :], *COMPOSITES)

    def offer_updates(self, feed: Place, terms: UpdateTerms) -> None:
        """Have the right to follow a feed's updates auctioned from now on."""
        self.bundles.updates[feed] = terms

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
            block = self._fill()
        self._show(NO_SEQ, block)
        self.lanes.start(self.base_fee, self.blocks.things[-1])
        self._await_block()

    def arrive(self, message: tuple[Party, Seq, SendTx | SendBundle]) -> None:
        """Take a tx that reached the node: it waits, replaces, or is dropped with a reason. A bundle reaches the builder alone."""
        party, cause, command = message
        if isinstance(command, SendBundle):
            self._bundle_arrives(party, cause, command)
            return
        tx = self._tx(party, command)
        is_short = self.executor.is_short_of_gas(tx)
        if tx.is_private and not self.executor.has_bundles:
            arrival = Arrival(Refusal.NO_BUNDLES)
        else:
            arrival = Arrival(Refusal.INSUFFICIENT_GAS_FUNDS) if is_short else self.mempool.add(tx, self.base_fee)
        if arrival.refusal:
            self._drop(tx, arrival.refusal, cause)
            return
        tx.seq = self._say(cause, party, (TxPending.kind, tx.id, tx.nonce, tx.contract, self._number(tx.call), *_bid(tx)))
        if arrival.replaced:
            self._say(tx.seq, party, (TxReplaced.kind, arrival.replaced.id, tx.id))
        if tx.contract in self.bundles.updates and isinstance(tx.call, PostPriceCall):
            self._offer_update(tx, arrival.replaced)
        for evicted in arrival.evicted:
            self._drop(evicted, Refusal.MEMPOOL_FULL, tx.seq)

    def _offer_update(self, tx: Tx, replaced: Tx | None) -> None:
        """Hold a feed's update back from blocks for a while, and say so: whoever wants to follow it may bid."""
        tx.not_before = replaced.not_before if replaced else self.number + 1 + self.bundles.updates[tx.contract].blocks
        self._say(tx.seq, tx.party, (UpdateOffered.kind, tx.id, tx.contract, tx.not_before))

    def _bundle_arrives(self, party: Party, cause: Seq, command: SendBundle) -> None:
        """Keep a bundle for the next blocks, or say why not."""
        number = self.bundles.next_id()
        refusal = self.bundles.refusal_of(party, len(command.txs), command.bid, command.blocks)
        last_block = self.number + max(1, min(command.blocks, MOST_BLOCKS))
        seq = self._say(cause, party, (BundleSent.kind, number, len(command.txs), max(-1, min(command.bid, MOST_BID)), last_block))
        txs = [] if refusal else self._signed(party, command)
        own = (tx for tx in txs if isinstance(tx, Tx))
        refusal = refusal or next((why for tx in own if (why := self.mempool.malformed(tx))), Refusal.NONE)
        if refusal:
            self._say(seq, party, (BundleDropped.kind, number, int(refusal)))
            return
        bundle = self.bundles.waiting[number] = Bundle(number, party, tuple(txs), command.bid, last_block, seq)
        for tx in bundle.own:
            tx.seq = self._say(seq, party, (TxEnclosed.kind, tx.id, number, tx.nonce, tx.contract, self._number(tx.call), *_bid(tx)))

    def _signed(self, party: Party, command: SendBundle) -> list[Tx | int]:
        """Return a bundle's txs: one's own with their nonces, others' as they are named."""
        txs: list[Tx | int] = []
        nonce = self.mempool.line(party).free_nonce
        for each in command.txs:
            if isinstance(each, SendTx):
                tx = self._tx(party, each, nonce)
                nonce = tx.nonce + 1
                txs.append(tx)
            else:
                txs.append(each)
        return txs

    def _number(self, call: Any) -> int:
        """Return the number of a call's kind; 0 for one that nobody knows."""
        kind = type(call)
        if kind in COMPOSITES:
            return len(self._call_numbers) + 1 + COMPOSITES.index(kind)
        return self._call_numbers.get(kind, 0)

    def pending(self, party: Party) -> tuple[Pending, ...]:
        """Return a sender's waiting txs by nonce."""
        line = self.mempool.lines.get(party)
        txs = sorted(line.txs.values(), key=_nonce) if line else []
        return tuple(Pending(tx.id, tx.nonce, tx.contract, tx.max_fee, tx.tip, tx.at) for tx in txs)

    def seal(self, _: None) -> None:
        """Make the block of this instant, unless the chain is down; called by the kernel."""
        now = self.kernel.now
        if self.is_halted:
            self._await_block()
            return
        self.demand.step(now, now - self.sealed_at, self.clock.mean_interval, self.spec.gas_limit)
        self.number += 1
        self.timestamp = max(self.timestamp + 1, self.epoch + now // SECOND)
        head = self.executor.head = BlockHead(self.number, self.timestamp, now, self.base_fee)
        for hook in self._before:
            hook(head)
        block = self._fill()
        fillings = [(lane, self._fill_lane(number, lane, block)) for number, lane in self.lanes.lanes.items()]
        for hook in self._after:
            hook(head)
        for lane, filling in fillings:
            self._show_lane(lane, filling)
        self._close(block)

    def halt(self) -> None:
        """Make no blocks from now on; txs still reach the mempool."""
        self.is_halted = True

    def restart(self) -> None:
        """Make blocks again from the next turn on; what counts as up counts from now."""
        self.is_halted, self.restarted_at = False, self.epoch + self.kernel.now // SECOND

    def _tx(self, party: Party, command: SendTx, free_nonce: int = -1) -> Tx:
        """Return the tx that a command asks for, with its nonce and its fee fields as the market reads them."""
        self._txs += 1
        max_fee, tip = self.market.bid(command.max_fee, command.tip)
        if command.nonce >= 0:
            nonce = min(command.nonce, INT64_MAX)
        else:
            nonce = free_nonce if free_nonce >= 0 else self.mempool.line(party).free_nonce
        what = (command.contract, command.call, max_fee, tip, command.gas_limit)
        return Tx(self._txs, party, nonce, *what, at=self.kernel.now, motive=int(command.motive), is_private=bool(command.private))

    def _fill(self) -> Filling:
        block = Filling(self.spec.gas_limit, self.base_fee)
        self.bundles.include(block, self.number)
        is_ours = partial(self._is_in, COMMON) if self.lanes.lanes else None
        candidates = Candidates(self.mempool, self.base_fee, self._ticket, self.number, is_ours)
        self.builder.fill(block, candidates, self.demand, self.executor.execute)
        return block

    def _fill_lane(self, number: int, lane: Lane, block: Filling) -> Filling:
        """Fill one protocol's space as if there were no other, and count its txs into the block."""
        now = self.kernel.now
        lane.demand.step(now, now - self.sealed_at, self.clock.mean_interval, self.spec.gas_limit)
        self.executor.head = attrs.evolve(self.executor.head, base_fee=lane.base_fee)
        own = Filling(self.spec.gas_limit, lane.base_fee, txs=block.txs)
        candidates = Candidates(self.mempool, lane.base_fee, self._ticket, self.number, partial(self._is_in, number))
        self.builder.fill(own, candidates, lane.demand, self.executor.execute)
        block.txs, block.our_gas = own.txs, block.our_gas + own.our_gas
        return own

    def _is_in(self, number: int, tx: Tx) -> bool:
        return self.lanes.lane_of(tx) == number

    def _show_lane(self, lane: Lane, own: Filling) -> None:
        """Show a lane's agents what their space was, as the block's own entry will say of the common one."""
        lane.base_fee = self.market.next_base_fee(own.base_fee, own.gas_limit, own.gas_used)
        now, seq, typical = self.kernel.now, self.tape.entries + 1, own.quantile(TYPICAL_PERCENT)
        lane.blocks.add(now, Block(seq, now, self.number, self.timestamp, lane.base_fee, typical, own.gas_used, lane.demand.waiting))

    def _close(self, block: Filling) -> None:
        """Say what the block was, after everything else of it and of the chain's state is in place."""
        if block.gas_used > block.gas_limit:
            raise BrokenInvariant(f"block {self.number} holds {block.gas_used} gas of {block.gas_limit}")
        if self.executor.burned:
            self._say(NO_SEQ, self.place, (Burned.kind, self.gas_asset, self.executor.burned))
            self.executor.burned = 0
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

    def _drop(self, tx: Tx, refusal: Refusal, cause: Seq) -> None:
        self._say(cause, tx.party, (TxDropped.kind, tx.id, tx.nonce, int(refusal)))

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


def _bid(tx: Tx) -> tuple[WeiPerGas, WeiPerGas, Gas]:
    return tx.max_fee, tx.tip, tx.gas_limit

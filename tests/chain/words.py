"""Words in which the chain's tests speak: a pocket chain, senders, a contract that does what it is told."""

from typing import Any, ClassVar, NamedTuple

import attrs

from sim.assets import Asset
from sim.chain.chain import Chain
from sim.chain.contract import CallContext
from sim.chain.demand import Demand, DemandPoint
from sim.chain.eras import ChainSpec
from sim.chain.fee_market import fee_market
from sim.chain.mempool import Tx
from sim.commands import SendTx
from sim.errors import Revert
from sim.kernel import Kernel
from sim.ledger import Ledger
from sim.names import Names
from sim.records import RECORDS
from sim.records.agents import Minted
from sim.records.declare import Record
from sim.streams import Streams
from sim.tape import Tape
from sim.units import GWEI, HOUR, SECOND
from sim.views import Block
from sim.vocabulary import Refusal

ETHER = 10**18
EPOCH = 1_583_971_200


class DoCall(NamedTuple):
    """A call: add to the counter, say so, use gas; then perhaps call another contract, then perhaps refuse."""

    add: int = 1
    gas: int = 100_000
    refuse: Refusal = Refusal.NONE
    then: tuple[int, Any] | None = None
    forgives: bool = False


PLAIN = DoCall()


@attrs.define(eq=False)
class Counter:
    """A contract with one number of state, which moves ether to itself and says ``Minted`` for want of a better word."""

    place: int
    chain: Chain
    count: int = 0
    heard: list[tuple[int, int, int]] = attrs.field(factory=list)
    calls: ClassVar[tuple[type[Any], ...]] = (DoCall,)

    def answer(self, call: DoCall, context: CallContext) -> int:
        ledger = context.journal
        ledger.put(self, "count", self.count + call.add)
        context.spend(call.gas)
        context.say(self.place, context.sender, (Minted.kind, 1, self.count))
        gas = call.gas
        if call.then:
            gas += self._pass_on(call, context)
        if call.refuse:
            raise Revert(call.refuse)
        return gas

    def _pass_on(self, call: DoCall, context: CallContext) -> int:
        assert call.then
        try:
            return context.call(*call.then)
        except Revert:
            if not call.forgives:
                raise
            return 0


@attrs.define
class World:
    """A pocket chain with everything it stands on."""

    chain: Chain
    eth: int
    counter: Counter

    @property
    def kernel(self) -> Kernel:
        return self.chain.kernel

    def fund(self, name: str, units: int = 100 * ETHER) -> int:
        """Return a party with ether on the chain."""
        party = self.chain.names.intern(name)
        self.chain.ledger.mint(self.eth, self.chain.ledger.open(party, self.chain.place), units)
        return party

    @property
    def builder_balance(self) -> int:
        return self.balance(self.chain.names.intern("chain/builder"))

    def shown(self, at: int) -> Block:
        """Return the block that nodes show at an instant."""
        block = self.chain.blocks.view(at)
        assert block
        return block

    def balance(self, party: int) -> int:
        return self.chain.ledger.balance(self.eth, self.chain.ledger.open(party, self.chain.place))

    def send(self, party: int, price: int, call: Any = PLAIN, nonce: int = -1, **more: Any) -> None:
        """Let a tx reach the node now."""
        to = more.pop("to", self.counter.place)
        tx = SendTx(to, call, price, more.pop("tip", price), more.pop("gas_limit", 200_000), nonce, **more)
        self.chain.arrive((party, 0, tx))

    def blocks(self, count: int) -> None:
        """Go on until so many more blocks are sealed."""
        last = self.chain.number + count
        while self.chain.number < last:
            self.kernel.step()

    def said(self, *kinds: type[Record]) -> list[Any]:
        """Return the records of these kinds, oldest first."""
        return [record for _, _, record in self.entries() if isinstance(record, kinds)]

    def entries(self) -> list[tuple[int, int, Any]]:
        """Return (seq, cause, record) of the whole tape."""
        return [(seq, cause, RECORDS[row[0]](*row[1:])) for seq, cause, row in _Collected.of(self.chain.tape)]


class _Collected:
    """Listens to everything."""

    def __init__(self, tape: Tape) -> None:
        self.rows: list[tuple[int, int, tuple[int, ...]]] = []
        for kind in RECORDS:
            tape.listen(kind, self.hear)

    def hear(self, seq, at, cause, place, party, row) -> None:
        self.rows.append((seq, cause, row))

    @staticmethod
    def of(tape: Tape) -> list[tuple[int, int, tuple[int, ...]]]:
        listener: Any = next(each for each in tape.listeners if each is not None)
        while not hasattr(listener, "__self__"):
            listener = listener.listeners[0]
        rows: list[tuple[int, int, tuple[int, ...]]] = listener.__self__.rows
        return rows


def world(points: tuple[DemandPoint, ...] = (), seed: int = 1, **keys: Any) -> World:
    """Return a chain with slots of 12 seconds, none missed, first price and no background unless told otherwise."""
    keys = {"block_clock": "slots", "block_interval": 12 * SECOND, **keys}
    spec = ChainSpec(**keys)
    tape, ledger, names, streams = Tape(), Ledger(), Names(), Streams(seed)
    _Collected(tape)
    eth = names.intern("ETH")
    ledger.add_asset(Asset(eth, "ETH", 18))
    demand = Demand(points, fee_market(spec.fee_market), streams["chain/demand"], spec.demand)
    chain = Chain(Kernel(), tape, ledger, names, streams, spec, names.intern("chain"), eth, demand, EPOCH)
    counter = Counter(names.intern("counter"), chain)
    chain.register(counter.place, counter)
    return World(chain, eth, counter)


def flat(p30: int, p60: int, p90: int) -> tuple[DemandPoint, ...]:
    """Return demand of one level for ever, in gwei."""
    return (DemandPoint(0, p30 * GWEI, p60 * GWEI, p90 * GWEI),)


def ramp(*p60: int) -> tuple[DemandPoint, ...]:
    """Return demand that changes every hour, in gwei."""
    return tuple(DemandPoint(hour * HOUR, 9 * p * GWEI // 10, p * GWEI, 3 * p * GWEI // 2) for hour, p in enumerate(p60))


def tx(id: int, party: int, nonce: int, max_fee: int, tip: int | None = None, gas_limit: int = 100) -> Tx:
    """Return a waiting tx; without a tip it is one of a first-price market."""
    return Tx(id, party, nonce, 1, None, max_fee, max_fee if tip is None else tip, gas_limit)

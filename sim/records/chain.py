"""What the chain says. Place: the chain, unless a contract speaks. Party: the sender."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import Gas, Nanos, Party, Place, Seconds, Seq, Units, WeiPerGas  # noqa: F401 - read by name
from sim.vocabulary import Audience, Refusal


@record(30)
class TxPending(Record):
    """A tx reached the mempool."""

    tx: int
    nonce: int
    contract: Place
    call: int
    """The kind number of the call it makes."""
    max_fee: WeiPerGas
    """Most the sender pays per gas; under ``first_price`` the gas price."""
    tip: WeiPerGas
    gas_limit: Gas


@record(31)
class TxReplaced(Record):
    """A pending tx gave way to one of the same nonce with a better price."""

    tx: int
    by: int


@record(32)
class TxDropped(Record):
    """A tx was refused by the mempool, or evicted from it."""

    tx: int
    nonce: int
    reason: Refusal


@record(33)
class TxIncluded(Record):
    """A tx entered a block and did what it asked. Its contract's records follow."""

    tx: int
    block: int
    position: int
    nonce: int
    gas_used: Gas
    gas_price: WeiPerGas
    """Effective: what was paid per gas."""
    waited: Nanos
    """From its arrival in the mempool to its block."""


@record(34)
class TxReverted(Record):
    """A tx entered a block and failed: its gas and nonce are spent, nothing else happened."""

    tx: int
    block: int
    position: int
    nonce: int
    gas_used: Gas
    gas_price: WeiPerGas
    reason: Refusal
    waited: Nanos


@record(35)
class BlockSealed(Record):
    """A block closed. Background txs are told by their gas only."""

    number: int
    timestamp: Seconds
    gas_used: Gas
    """Background included."""
    our_gas: Gas
    """Gas of the txs that agents of the scenario sent."""
    base_fee: WeiPerGas
    gas_price_p60: WeiPerGas
    """60th percentile, by gas, of the effective prices included; 0 in an empty block."""
    waiting_gas: Gas
    """Background gas left in the mempool."""
    txs: int
    """Of the scenario's agents."""


@record(36, Audience.OBSERVER)
class GasPaid(Record):
    """What a sender paid for a tx, burned part included."""

    tx: int
    amount: Units
    burned: Units

"""What a desk shows: small frozen pictures of venues, chain, feeds and oneself, each with the entry it comes from."""

from typing import Any, Literal, NamedTuple, TypeAlias

from sim.units import Gas, HalfTicks, Lots, Nanos, Party, Place, Price, Seconds, Seq, Ticks, Units, WeiPerGas
from sim.vocabulary import Refusal


class Quote(NamedTuple):
    """A venue's best bid and ask as published."""

    seq: Seq
    at: Nanos
    bid: Ticks
    """0 when no bid rests."""
    bid_lots: Lots
    ask: Ticks
    """0 when no ask rests."""
    ask_lots: Lots

    @property
    def mid(self) -> HalfTicks:
        """Bid plus ask in half ticks; 0 unless both sides rest."""
        return self.bid + self.ask if self.bid and self.ask else 0


class Depth(NamedTuple):
    """A venue's book as published at its interval: levels best first, (price, lots)."""

    seq: Seq
    at: Nanos
    bids: tuple[tuple[Ticks, Lots], ...]
    asks: tuple[tuple[Ticks, Lots], ...]

    def sale(self, lots: Lots) -> tuple[int, Lots]:
        """Return what selling lots at market would fetch: (ticks times lots, lots filled)."""
        return _walk(self.bids, lots)

    def purchase(self, lots: Lots) -> tuple[int, Lots]:
        """Return what buying lots at market would cost: (ticks times lots, lots filled)."""
        return _walk(self.asks, lots)


class Posted(NamedTuple):
    """A feed's posted price as of a block."""

    seq: Seq
    at: Nanos
    price: Price
    updated_at: Seconds
    refusal: Refusal = Refusal.NONE
    """Why nobody can read it (``ReadsRefused``): whatever needs the price would revert. Its last price stays in view."""


class SignedPrice(NamedTuple):
    """A price that may be brought to a pull feed."""

    number: int
    price: Price
    confidence: Price
    published_at: Seconds


class SignedPrices(NamedTuple):
    """The latest prices signed for a pull feed, the newest last."""

    seq: Seq
    at: Nanos
    prices: tuple[SignedPrice, ...]


class Block(NamedTuple):
    """A sealed block as an agent's node saw it."""

    seq: Seq
    at: Nanos
    number: int
    timestamp: Seconds
    base_fee: WeiPerGas
    """Of the next block."""
    gas_price: WeiPerGas
    """60th percentile of what this block paid."""
    gas_used: Gas
    waiting_gas: Gas


class Outside(NamedTuple):
    """The price in the outside world."""

    seq: Seq
    at: Nanos
    price: Price


class PendingTx(NamedTuple):
    """A public tx that waits, as an agent's node saw it."""

    seq: Seq
    """Its ``TxPending``."""
    at: Nanos
    """When it reached the mempool."""
    tx: int
    party: Party
    nonce: int
    contract: Place
    call: Any
    """What it asks of the contract: calldata are there for all to read."""
    max_fee: WeiPerGas
    tip: WeiPerGas
    gas_limit: Gas
    not_before: int = 0
    """The block before which it enters with the bundle that bids most for following it, and else not at all; 0: it is free to enter."""


Fate: TypeAlias = Literal["waiting", "included", "reverted", "dropped", "replaced"]


class OwnTx(NamedTuple):
    """One of one's own txs and what became of it, as one's node knows it."""

    seq: Seq
    """The entry that told its fate."""
    at: Nanos
    """When that happened."""
    tx: int
    nonce: int
    account: int
    contract: Place
    """0 of one that the mempool never let in, and so its fees and limit."""
    call: Any
    """None of one that the mempool never let in, or that went in a bundle."""
    max_fee: WeiPerGas
    tip: WeiPerGas
    gas_limit: Gas
    sent_at: Nanos
    """When it reached the mempool."""
    fate: Fate
    reason: Refusal
    """Why it reverted or was dropped."""
    block: int
    """That has it; 0 for none."""
    gas_used: Gas
    gas_price: WeiPerGas


class ComingPrice(NamedTuple):
    """The price that a feed will show if the txs that wait for it are included."""

    seq: Seq
    at: Nanos
    """When the tx that brings it reached the mempool."""
    price: Price
    tx: int
    """The tx that brings it: whoever is right behind it is first at the new price."""
    tip: WeiPerGas
    max_fee: WeiPerGas
    """With a wei less of both, a tx is right behind it at any base fee at which it pays anything; equals go by lot."""


class Balance(NamedTuple):
    """One's own units at one place."""

    total: Units
    free: Units


def _walk(levels: tuple[tuple[Ticks, Lots], ...], lots: Lots) -> tuple[int, Lots]:
    """Take lots from levels best first; return (sum of price times lots, lots taken)."""
    total, taken = 0, 0
    for price, resting in levels:
        part = min(resting, lots - taken)
        total += price * part
        taken += part
        if taken == lots:
            break
    return total, taken

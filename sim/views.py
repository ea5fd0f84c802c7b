"""What a desk shows: small frozen pictures of venues, chain, feeds and oneself, each with the entry it comes from."""

from typing import NamedTuple

from sim.units import Gas, HalfTicks, Lots, Nanos, Price, Seconds, Seq, Ticks, Units, WeiPerGas


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

"""The mempool: txs that wait, one nonce line per sender.

A tx is executable when it is the next of its sender's line; a gap, or a price too low, holds up all behind it. The same nonce
again replaces a waiting tx if both fee fields rise by a tenth. When there are too many txs, or too much gas, the lowest effective
price leaves (as geth's pool does), be it the newcomer. A nonce may run at most ``per_sender`` ahead, so no line is longer.

Costs: adding and removing O(log txs); a block pays for the lines it looks at, not for all. Prices come in as the fee market
reads them (``FeeMarket.bid``).
"""

from typing import Any

import attrs
from sortedcontainers import SortedList

from sim.chain.fee_market import FeeMarket
from sim.errors import BrokenInvariant
from sim.units import INT64_MAX, Gas, Nanos, Party, Place, Seq, WeiPerGas
from sim.vocabulary import Refusal

REPLACEMENT_PERCENT = 110
"""A replacement's fee fields over those of the tx it replaces, at least."""


@attrs.define(eq=False, repr=False)
class Tx:
    """A tx that waits."""

    id: int
    party: Party
    nonce: int
    contract: Place
    call: Any
    max_fee: WeiPerGas
    tip: WeiPerGas
    gas_limit: Gas
    at: Nanos = 0
    """When it reached the mempool."""
    seq: Seq = 0
    """Its ``TxPending``, or ``TxEnclosed``."""
    motive: int = 0
    is_private: bool = False
    """It went to the builder alone: no other node sees it wait, and it is left out, free of charge, when it would revert."""
    not_before: int = 0
    """Number of the first block that may take it by itself: until then an update on offer goes with a bundle alone."""


@attrs.frozen
class Arrival:
    """What became of a tx that reached the mempool, and of others because of it."""

    refusal: Refusal = Refusal.NONE
    replaced: Tx | None = None
    evicted: tuple[Tx, ...] = ()


@attrs.define
class Line:
    """One sender's waiting txs by nonce."""

    nonce: int = 0
    """Of the sender's next tx in a block."""
    txs: dict[int, Tx] = attrs.field(factory=dict)

    @property
    def head(self) -> Tx | None:
        """The tx that a block may take, if it is there."""
        return self.txs.get(self.nonce)

    @property
    def free_nonce(self) -> int:
        """The lowest nonce that is neither spent nor waiting."""
        nonce = self.nonce
        while nonce in self.txs:
            nonce += 1
        return nonce


@attrs.define
class Mempool:
    """Waiting txs of every sender. The indices hold ``(price, -id)``: lowest first, of equals the newest first."""

    market: FeeMarket
    gas_limit: Gas
    """Of a block: no tx may ask for more."""
    most_txs: int = 5_120
    most_gas: Gas = 1_000_000_000
    per_sender: int = 64
    gas: Gas = 0
    """Sum of the waiting txs' gas limits."""
    lines: dict[Party, Line] = attrs.field(factory=dict)
    txs: dict[int, Tx] = attrs.field(factory=dict)
    _by_max_fee: Any = attrs.field(factory=SortedList)
    _by_tip: Any = attrs.field(factory=SortedList)
    _heads: Any = attrs.field(factory=SortedList)
    """Executable txs by max fee."""

    def line(self, party: Party) -> Line:
        """Return a sender's line, empty if it never sent."""
        line = self.lines.get(party)
        if line is None:
            line = self.lines[party] = Line()
        return line

    def add(self, tx: Tx, base_fee: WeiPerGas) -> Arrival:
        """Let a tx in, or say why not. Nothing changes when it is refused."""
        line = self.line(tx.party)
        refusal = self._refusal(tx, line)
        if refusal:
            return Arrival(refusal)
        replaced = line.txs.get(tx.nonce)
        if replaced and not _outbids(tx, replaced):
            return Arrival(Refusal.UNDERPRICED_REPLACEMENT)
        evicted = self._make_room(tx, replaced, base_fee)
        if evicted is None:
            return Arrival(Refusal.MEMPOOL_FULL)
        for victim in (*evicted, *([replaced] if replaced else [])):
            self.remove(victim)
        self._insert(tx, line)
        return Arrival(replaced=replaced, evicted=tuple(evicted))

    def remove(self, tx: Tx) -> None:
        """Take a tx out without spending its nonce; those behind it wait for another of that nonce."""
        line = self.lines[tx.party]
        if line.head is tx:
            self._heads.remove((tx.max_fee, -tx.id))
        del line.txs[tx.nonce]
        del self.txs[tx.id]
        self._by_max_fee.remove((tx.max_fee, -tx.id))
        self._by_tip.remove((tx.tip, -tx.id))
        self.gas -= tx.gas_limit

    def include(self, tx: Tx) -> Tx | None:
        """Spend a nonce: its tx goes into a block, and the next of the line may go.

        The tx is the line's head, or was never here, being a private one; then the head of that nonce, if there is one, is taken
        out and returned: it can go nowhere any more.
        """
        line = self.line(tx.party)
        assert line.nonce == tx.nonce
        head = line.head
        if head is not None:
            self.remove(head)
        line.nonce += 1
        follower = line.head
        if follower is not None:
            self._heads.add((follower.max_fee, -follower.id))
        return None if head is tx else head

    def head_below(self, mark: tuple[WeiPerGas, int] | None) -> Tx | None:
        """Return the executable tx of the highest max fee under a mark; None if there is none."""
        heads = self._heads
        place = len(heads) if mark is None else heads.bisect_left(mark)
        return self.txs[-heads[place - 1][1]] if place else None

    def _refusal(self, tx: Tx, line: Line) -> Refusal:
        if tx.nonce < line.nonce:
            return Refusal.NONCE_TOO_LOW
        if tx.nonce >= line.nonce + self.per_sender:
            return Refusal.NONCE_GAP_TOO_WIDE
        return self.malformed(tx)

    def malformed(self, tx: Tx) -> Refusal:
        """Say why no block could hold a tx, whoever sent it; NONE if one could."""
        if tx.gas_limit > min(self.gas_limit, self.most_gas):
            return Refusal.GAS_LIMIT_TOO_HIGH
        if tx.gas_limit < 1:
            return Refusal.BAD_SIZE
        if abs(tx.contract) > INT64_MAX:
            return Refusal.UNKNOWN_CONTRACT
        return Refusal.NONE if 0 <= tx.tip <= tx.max_fee <= INT64_MAX else Refusal.BAD_PRICE

    def _make_room(self, tx: Tx, replaced: Tx | None, base_fee: WeiPerGas) -> list[Tx] | None:
        """Return whom a newcomer drives out; None when it would be cheaper than (or equal to) one of them."""
        txs = len(self.txs) + (replaced is None) - self.most_txs
        gas = self.gas + tx.gas_limit - (replaced.gas_limit if replaced else 0) - self.most_gas
        victims: list[Tx] = []
        by_fee = by_tip = 0
        while txs > 0 or gas > 0:
            by_fee = _skip(self._by_max_fee, by_fee, victims, replaced)
            by_tip = _skip(self._by_tip, by_tip, victims, replaced)
            cheapest = min(
                (self._at(self._by_max_fee, by_fee), self._at(self._by_tip, by_tip)), key=lambda each: _worst_first(each, base_fee)
            )
            if _effective(tx, base_fee) <= _effective(cheapest, base_fee):
                return None
            victims.append(cheapest)
            txs -= 1
            gas -= cheapest.gas_limit
        return victims

    def _at(self, index: Any, place: int) -> Tx:
        return self.txs[-index[place][1]]

    def _insert(self, tx: Tx, line: Line) -> None:
        line.txs[tx.nonce] = tx
        self.txs[tx.id] = tx
        self._by_max_fee.add((tx.max_fee, -tx.id))
        self._by_tip.add((tx.tip, -tx.id))
        self.gas += tx.gas_limit
        if tx.nonce == line.nonce:
            self._heads.add((tx.max_fee, -tx.id))

    def _check(self) -> None:
        """Assert every invariant."""
        waiting = [tx for line in self.lines.values() for tx in line.txs.values()]
        heads = sorted((line.head.max_fee, -line.head.id) for line in self.lines.values() if line.head is not None)
        claims = {
            "the lines hold the txs": sorted(tx.id for tx in waiting) == sorted(self.txs),
            "gas is the sum of the limits": self.gas == sum(tx.gas_limit for tx in waiting),
            "every head is known": list(self._heads) == heads,
            "the max fees are in order": list(self._by_max_fee) == sorted((tx.max_fee, -tx.id) for tx in waiting),
            "the tips are in order": list(self._by_tip) == sorted((tx.tip, -tx.id) for tx in waiting),
            "there are not too many": len(waiting) <= self.most_txs and self.gas <= self.most_gas,
        }
        for party, line in self.lines.items():
            claims[f"line {party} keeps its nonces"] = all(
                nonce == tx.nonce and tx.party == party and 0 <= nonce - line.nonce < self.per_sender for nonce, tx in line.txs.items()
            )
        broken = [claim for claim, holds in claims.items() if not holds]
        if broken:
            raise BrokenInvariant(f"mempool: it does not hold that {'; '.join(broken)}")


def _outbids(tx: Tx, replaced: Tx) -> bool:
    return tx.max_fee * 100 >= replaced.max_fee * REPLACEMENT_PERCENT and tx.tip * 100 >= replaced.tip * REPLACEMENT_PERCENT


def _effective(tx: Tx, base_fee: WeiPerGas) -> WeiPerGas:
    """Return what a tx would pay per gas now: its max fee where that is less than base fee and tip."""
    return min(tx.max_fee, base_fee + tx.tip)


def _worst_first(tx: Tx, base_fee: WeiPerGas) -> tuple[WeiPerGas, int]:
    return _effective(tx, base_fee), -tx.id


def _skip(index: Any, place: int, victims: list[Tx], replaced: Tx | None) -> int:
    """Return the next place of an index that holds neither a victim nor the replaced tx."""
    gone = [-tx.id for tx in (*victims, *([replaced] if replaced else []))]
    while place < len(index) and index[place][1] in gone:
        place += 1
    return place

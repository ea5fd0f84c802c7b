"""Block space and nonces: txs that blocks passed over, and whose txs sat there instead.

A tx waits in the mempool; a block that is sealed without it has passed it over. If an earlier tx of its sender waits too, it was held up by
that one: a whole block goes from the protocol (or feed) that the earliest waiting tx is for, over the keeper, to the one that this tx is
for (channel *nonce*). Otherwise the block divides by gas over those who sat in it: what txs for A used of all gas in it goes from A to
whom this tx is for (channel *block space*); the rest, background demand above all, is nobody's here. So both are blocks, whatever was
at stake, and a post to a feed that comes late counts as a liquidation does. Where protocols have space of their own (``own_space``), a tx
is passed over by its own protocol's alone.

An account of who was in the way, not of what would have been: a tx that bid too little is passed over by a block with room.
"""

from __future__ import annotations

import attrs

from sim.cascade.stretch import Row
from sim.contagion.realised_edges import SCALE, Channel, Edges, Kind, Node, Surroundings, Unit
from sim.units import Gas, Nanos, Party, Place

_BLOCK = SCALE[Unit.BLOCKS]


@attrs.frozen
class Waiting:
    """A tx in the mempool."""

    party: Party
    nonce: int
    target: Node | None
    """The protocol or feed whose contract it calls."""


@attrs.define
class Crowding:
    """Follows the mempool. Memory: what waits. Cost of a block: the txs that it passes over."""

    around: Surroundings
    has_own_space: bool = False
    edges: Edges = attrs.field(factory=Edges)
    between: Edges = attrs.field(factory=Edges)
    _waiting: dict[int, Waiting] = attrs.field(factory=dict)
    _lines: dict[Party, dict[int, int]] = attrs.field(factory=dict)
    """By sender: nonce to tx."""
    _used: dict[Node, Gas] = attrs.field(factory=dict)
    """Gas of the block in progress, by whom it was for."""

    def pending(self, row: Row) -> None:
        """Take a tx that reached the mempool."""
        _, _, _, _, _, party, tx, nonce, contract, _, _, _, _ = row
        self._waiting[tx] = Waiting(party, nonce, self.around.contracts.get(contract))
        self._lines.setdefault(party, {})[nonce] = tx

    def entered(self, row: Row) -> None:
        """Take a tx that entered a block, whether it reverted or not."""
        tx, gas = row[6], row[10]
        was = self._leave(tx)
        if was is not None and was.target is not None:
            self._used[was.target] = self._used.get(was.target, 0) + gas

    def left(self, row: Row) -> None:
        """Take a tx that was replaced, refused or evicted."""
        self._leave(row[6])

    def sealed(self, row: Row) -> None:
        """Take the end of a block: whoever still waits was passed over."""
        at, gas = row[2], max(1, row[8])
        held_up: dict[tuple[Node, Node, Node], int] = {}
        crowded: dict[Node, int] = {}
        for party, line in self._lines.items():
            if not line:
                continue
            earliest = min(line)
            first, keeper = self._waiting[line[earliest]].target, self.around.parties.get(party)
            for nonce, tx in line.items():
                target = self._waiting[tx].target
                if target is None:
                    continue
                if nonce == earliest:
                    crowded[target] = crowded.get(target, 0) + 1
                elif first is not None and keeper is not None:
                    held_up[first, keeper, target] = held_up.get((first, keeper, target), 0) + 1
        for (start, keeper, target), txs in held_up.items():
            self.edges.along((start, keeper, target), Channel.NONCE, Unit.BLOCKS, txs * _BLOCK, at, txs)
            self.between.add(start, target, Channel.NONCE, Unit.BLOCKS, txs * _BLOCK, at, txs)
        for target, txs in crowded.items():
            self._crowded(target, txs, at, gas)
        self._used.clear()

    def waiting_of(self, party: Party) -> list[Place]:
        """Return the protocol that each of a sender's waiting txs is for, earliest nonce first; 0 where it is for none."""
        line = self._lines.get(party, {})
        targets = [self._waiting[line[nonce]].target for nonce in sorted(line)]
        return [target[1] if target is not None and target[0] is Kind.PROTOCOL else 0 for target in targets]

    def into(self, edges: Edges, between: Edges) -> None:
        """Add everything to the edges of the map, and to those between protocols and feeds."""
        edges.merge(self.edges)
        between.merge(self.between)

    def _crowded(self, target: Node, txs: int, at: Nanos, gas: Gas) -> None:
        """Share a block that passed over so many txs for somebody."""
        for start, used in self._used.items():
            if not self.has_own_space or start == target:
                part = txs * (_BLOCK * used // gas)
                self.edges.add(start, target, Channel.BLOCK_SPACE, Unit.BLOCKS, part, at, txs)
                self.between.add(start, target, Channel.BLOCK_SPACE, Unit.BLOCKS, part, at, txs)

    def _leave(self, tx: int) -> Waiting | None:
        was = self._waiting.pop(tx, None)
        if was is not None and self._lines[was.party].get(was.nonce) == tx:
            del self._lines[was.party][was.nonce]
        return was

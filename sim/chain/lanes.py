"""Lanes: block space that protocols do not share, for twins. Each lane is filled as if no other lane's txs were there.

A lane has the chain's gas limit, a copy of the background demand (the same dice), and a base fee of its own. A tx travels in the lane
of the contract it calls; where that is nobody's (a transfer), in its sender's; else in the common one. A nonce line is its sender's
whatever the lane: what waits for an earlier nonce in another lane waits still. Lanes are filled one after the other, the common one
first, and bundles that reach the builder alone go into the common one.

Left out: a mempool's bound, which all lanes share; a chain whose lanes matter must not be near it.
"""

from copy import deepcopy

import attrs

from sim.chain.demand import Demand
from sim.chain.mempool import Tx
from sim.history import History
from sim.units import Party, Place, WeiPerGas
from sim.views import Block

COMMON = 0
"""The lane of what belongs to nobody."""


@attrs.define(eq=False, repr=False)
class Lane:
    """One protocol's block space."""

    demand: Demand
    """Of everybody else; the chain's own until the chain starts, then a copy."""
    base_fee: WeiPerGas = 0
    blocks: History[Block] = attrs.field(factory=History)
    """Sealed blocks as this protocol's agents see them."""


@attrs.define(eq=False, repr=False)
class Lanes:
    """All lanes but the common one, which is the chain's own."""

    lanes: dict[int, Lane] = attrs.field(factory=dict)
    """By number, from 1."""
    of_contract: dict[Place, int] = attrs.field(factory=dict)
    of_sender: dict[Party, int] = attrs.field(factory=dict)

    def add(self, demand: Demand) -> int:
        """Make a lane, and return its number."""
        number = len(self.lanes) + 1
        self.lanes[number] = Lane(demand)
        return number

    def start(self, base_fee: WeiPerGas, shown: Block) -> None:
        """Give each lane demand of its own that will be what the chain's is, and the chain's first price."""
        for lane in self.lanes.values():
            lane.demand, lane.base_fee = deepcopy(lane.demand), base_fee
            lane.blocks.add(shown.at, shown)

    def blocks_of(self, party: Party) -> History[Block] | None:
        """Return what a sender sees of blocks; None where that is the chain's own."""
        lane = self.lanes.get(self.of_sender.get(party, COMMON))
        return lane.blocks if lane is not None else None

    def lane_of(self, tx: Tx) -> int:
        """Return the lane in which a tx travels."""
        return self.of_contract.get(tx.contract) or self.of_sender.get(tx.party, COMMON)

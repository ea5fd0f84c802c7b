"""Which liquidation the units on sale came from: first-in-first-out layers of seized units, carried through custody.

Layers are kept per owner, place and asset. A liquidation puts a layer at its keeper's chain account, an auction one in its buyer's
purse within the engine, under its ``AuctionStarted``; joins, exits and transfers carry the oldest layers first, and a sale consumes
them. Model choices: where an owner also has units of its own, seized ones move and are sold first; units that a hedge sold ahead
count against the layer when it comes; a voluntary sale consumes nothing, and neither does putting units into a pool, so that their
layers wait for the next forced sale of that owner there.
"""

from collections import deque
from collections.abc import Mapping
from typing import TypeAlias

import attrs

from sim.units import AssetId, Party, Place, Seq, Units

Layer: TypeAlias = tuple[Seq, Units]
"""``Liquidated`` (or ``AuctionStarted``) and units it seized."""
Holding: TypeAlias = tuple[Party, Place, AssetId]


@attrs.define
class Layers:
    """Seized units that are not sold yet. Costs: the layers touched."""

    held: dict[Holding, deque[Layer]] = attrs.field(factory=dict)
    deposits: dict[Seq, tuple[Layer, ...]] = attrs.field(factory=dict)
    """On their way to a venue, by the ``UnitsSent`` that took them there."""
    payouts: dict[tuple[Place, int], tuple[Layer, ...]] = attrs.field(factory=dict)
    """On their way from a venue, by venue and transfer number."""
    hedged: dict[tuple[Party, Seq], Units] = attrs.field(factory=dict)
    """Sold ahead, by owner and the ``HealthFell`` answered."""

    def seize(self, keeper: Party, place: Place, asset: AssetId, liquidated: Seq, fell: Seq, units: Units) -> None:
        """Put a liquidation's units at its keeper's disposal at a place, less what a hedge has sold of them already."""
        ahead = min(units, self.hedged.get((keeper, fell), 0))
        if ahead:
            self.hedged[keeper, fell] -= ahead
        self.put((keeper, place, asset), [(liquidated, units - ahead)])

    def sold_ahead(self, owner: Party, fell: Seq, units: Units) -> None:
        """Note a sale of units that are still to be seized."""
        self.hedged[owner, fell] = self.hedged.get((owner, fell), 0) + units

    def take(self, holding: Holding, units: Units) -> tuple[Layer, ...]:
        """Take up to so many units off a holding's layers, oldest first; what there is."""
        layers = self.held.get(holding)
        taken = []
        while layers and units:
            liquidated, there = layers.popleft()
            part = min(there, units)
            taken.append((liquidated, part))
            units -= part
            if part < there:
                layers.appendleft((liquidated, there - part))
        if layers is not None and not layers:
            del self.held[holding]
        return tuple(taken)

    def peek(self, holding: Holding, units: Units) -> tuple[Layer, ...]:
        """Return what ``take`` would give, and leave it there."""
        found = []
        for liquidated, there in self.held.get(holding, ()):
            if not units:
                break
            part = min(there, units)
            found.append((liquidated, part))
            units -= part
        return tuple(found)

    def put(self, holding: Holding, layers: tuple[Layer, ...] | list[Layer]) -> None:
        """Add layers behind those already there."""
        present = [layer for layer in layers if layer[1]]
        if present:
            self.held.setdefault(holding, deque()).extend(present)

    def left(self, least: Mapping[AssetId, Units]) -> dict[Seq, Units]:
        """Return the units of each liquidation that nobody has sold yet, in any place and on any way.

        Layers below ``least`` of their asset are left out: less than a lot, which nobody can sell.
        """
        found: dict[Seq, Units] = {}
        held = ((least.get(asset, 1), layers) for (_, _, asset), layers in self.held.items())
        on_the_way = ((1, layers) for layers in (*self.deposits.values(), *self.payouts.values()))
        for least_units, layers in (*held, *on_the_way):
            for liquidated, units in layers:
                if units >= least_units:
                    found[liquidated] = found.get(liquidated, 0) + units
        return found

    def units(self, holding: Holding) -> Units:
        """Return how many seized units a holding has."""
        return sum(units for _, units in self.held.get(holding, ()))

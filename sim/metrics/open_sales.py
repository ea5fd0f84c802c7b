"""What lies in auctions at an instant: collateral that is offered, and debt that it is to bring back."""

from __future__ import annotations

import attrs

from sim.cascade.stretch import Row
from sim.facts import Facts
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken
from sim.units import RAD, RAY, AssetId, Place, Seq, Units

READS = (AuctionStarted, AuctionTaken, AuctionClosed)


@attrs.define
class Sale:
    """An open auction."""

    pool: Place
    asset: AssetId
    offered: Units
    due: Units
    """Debt without penalty that has not been raised yet, in units of money."""


@attrs.define
class OpenSales:
    """All houses that sell collateral. An English auction offers what it began with until it is closed."""

    facts: Facts
    sales: dict[Seq, Sale] = attrs.field(factory=dict)
    _pools: dict[Place, Place] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Learn which house serves which pool."""
        self._pools = {vault.house: vault.place for vault in self.facts.vaults}

    def take(self, row: Row) -> None:
        """Follow an entry."""
        pool = self._pools.get(row[4], 0)
        if row[1] == AuctionStarted.kind:
            self.sales[row[0]] = Sale(pool, row[9], row[10], row[12] * 10**18 // RAD)
        elif row[1] == AuctionTaken.kind and row[7] in self.sales:
            sale = self.sales[row[7]]
            sale.offered = row[13]
            sale.due = max(sale.due - row[12] // RAY, 0)
        elif row[1] == AuctionClosed.kind:
            self.sales.pop(row[7], None)

    def offered(self, pool: Place) -> dict[AssetId, Units]:
        """Return what a pool's auctions offer."""
        found: dict[AssetId, Units] = {}
        for sale in self.sales.values():
            if sale.pool == pool:
                found[sale.asset] = found.get(sale.asset, 0) + sale.offered
        return found

    def due(self, pool: Place) -> Units:
        """Return what they are to bring back."""
        return sum(sale.due for sale in self.sales.values() if sale.pool == pool)

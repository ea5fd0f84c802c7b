"""The stage on which cases of both Compounds are played: a pool, prices a case names, and a chain that executes one tx at a time.

A call that failed is looked at for traces: what a pool remembers, and every balance of the ledger, must be as before.
"""

import copy
from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext, Contract, answer
from sim.errors import Revert
from sim.ledger import Ledger
from sim.records.layout import Row
from sim.units import AssetId, Party, Place, Price, Seconds, Seq, Units

CHAIN, POOL = 10, 11
LENDER, OWNER, KEEPER = 20, 21, 22
NOW: Seconds = 1_600_000_000


class LeftTraces(Exception):
    """A call failed and yet changed something."""


@attrs.define(eq=False, repr=False)
class SetPrices:
    """Prices as a case names them."""

    prices: dict[AssetId, Price] = attrs.field(factory=dict)

    def price(self, asset: AssetId) -> Price:
        """Return the posted price; 0 when there is none."""
        return self.prices.get(asset, 0)

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        """Return the posted price, and when and by what."""
        return self.price(asset), NOW, 0


@attrs.define(eq=False, repr=False)
class Stage:
    """One pool and what it stands on."""

    pool: Any
    ledger: Ledger
    prices: SetPrices

    def give(self, party: Party, asset: Asset, units: Units) -> None:
        """Mint units on the chain."""
        self.ledger.mint(asset.id, self.ledger.open(party, CHAIN), units)

    def execute(self, sender: Party, call: Any) -> list[Row]:
        """Carry a call out as a tx; return what it said. A refusal is raised again, as ``LeftTraces`` if anything is not as before."""
        before, journal, buffer = self.told(), self.ledger.journal, Buffer(1)
        contracts: dict[Place, Contract] = {POOL: self.pool}
        context = CallContext(BlockHead(1, NOW, 0, 0), 1, sender, sender, POOL, contracts, journal, buffer)
        mark = journal.begin()
        try:
            answer(call, context)
        except Revert:
            journal.rollback(mark)
            journal.commit()
            if self.told() != before:
                raise LeftTraces(type(call).__name__) from None
            raise
        journal.commit()
        return [row for _, _, _, row in buffer.rows]

    def told(self) -> Any:
        """Return all that a call may change."""
        purses = {(asset, purse): units for asset, held in self.ledger.balances.items() for purse, units in enumerate(held) if units}
        return copy.deepcopy((purses, self.pool.told()))


def ledger_of(*assets: Asset) -> Ledger:
    """Return a ledger that knows some assets."""
    ledger = Ledger()
    for asset in assets:
        ledger.add_asset(asset)
    return ledger


def said(rows: list[Row], record: Any) -> list[Any]:
    """Return the records of one kind among what was said."""
    return [record(*row[1:]) for row in rows if row[0] == record.kind]

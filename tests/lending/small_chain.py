"""What every lender's small world is made of: prices one can set, and a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext, answer
from sim.ledger import Ledger
from sim.units import AssetId, Gas, Party, Place, Price, Seconds, Seq, Units
from sim.vocabulary import Refusal
from tests.support.one_tx import carried_out

CHAIN: Place = 100
DOLLAR: Price = 10**8


@attrs.define
class SetPrices:
    """Prices as a test sets them."""

    prices: dict[AssetId, Price]
    at: Seconds = 0
    """When all of them were posted."""

    def price(self, asset: AssetId) -> Price:
        return self.prices.get(asset, 0)

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        return self.price(asset), self.at, 0


@attrs.define(kw_only=True)
class SmallChain:
    """A ledger, contracts, and whoever calls them; a world adds what it calls its own."""

    ledger: Ledger
    now: Seconds
    said: list[tuple[Any, ...]] = attrs.field(factory=list)
    """Rows of the last tx that succeeded."""
    told: int = 0

    def contracts(self) -> dict[Place, Any]:
        """Return what can be called, the first where nothing else is named; each world names its own."""
        return {}

    def give(self, party: Party, asset: Asset, units: Units) -> None:
        self.ledger.mint(asset.id, self.ledger.open(party, CHAIN), units)

    def held(self, party: Party, asset: Asset) -> Units:
        return self.ledger.balance(asset.id, self.ledger.open(party, CHAIN))

    def execute(self, sender: Party, call: Any, place: Place | None = None) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted."""
        buffer = Buffer(first=self.told + 1)
        gas = carried_out(call, self.context(sender, place, buffer))
        if isinstance(gas, Refusal):
            return gas
        self.said = [row for _, _, _, row in buffer.rows]
        self.told += len(buffer.rows)
        return gas

    def done(self, sender: Party, call: Any, place: Place | None = None) -> Gas:
        """Carry one tx out that must succeed."""
        found = self.execute(sender, call, place)
        assert not isinstance(found, Refusal), found.name
        return found

    def undone(self, sender: Party, call: Any) -> None:
        """Carry one call out and take it back, as happens when a later call of the same tx reverts."""
        journal = self.ledger.journal
        mark = journal.begin()
        answer(call, self.context(sender, None, Buffer(first=1)))
        journal.rollback(mark)
        journal.commit()

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for row in self.said if row[0] == record.kind]

    def context(self, sender: Party, place: Place | None, buffer: Buffer) -> CallContext:
        """Return what a call of the sender's sees."""
        contracts = self.contracts()
        there = next(iter(contracts)) if place is None else place
        return CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, there, contracts, self.ledger.journal, buffer)

"""A pool's own purse on the chain, and what its books say should be in it: the difference is what was sent without a call."""

import attrs

from sim.errors import InputError, Revert
from sim.journal import Journal
from sim.ledger import Ledger
from sim.units import AssetId, Party, Place, Units
from sim.vocabulary import Refusal


@attrs.define(eq=False, repr=False)
class Purse:
    """The purse of a pool at a place, on a chain."""

    ledger: Ledger
    chain: Place
    place: Place
    booked: dict[AssetId, Units] = attrs.field(factory=dict)
    """What came in by calls, less what went out."""

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.ledger.journal

    def held(self, asset: AssetId) -> Units:
        """Return what is in the purse: what the contract reads as its balance."""
        return self.ledger.balance(asset, self.own())

    def gifts(self, asset: AssetId) -> Units:
        """Return what somebody sent to the contract without a call."""
        return self.held(asset) - self.booked.get(asset, 0)

    def take(self, asset: AssetId, source: Party, units: Units) -> None:
        """Fetch units from a party. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.move(asset, self.ledger.open(source, self.chain), self.own(), units)
        self._book(asset, units)

    def pay(self, asset: AssetId, to: Party, units: Units) -> None:
        """Send units to a party. Reverts with INSUFFICIENT_LIQUIDITY when they are not there."""
        if units > self.held(asset):
            raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
        self.ledger.move(asset, self.own(), self.ledger.open(to, self.chain), units)
        self._book(asset, -units)

    def bring(self, asset: AssetId, units: Units) -> None:
        """Mint units into the purse, before the run."""
        self.ledger.mint(asset, self.own(), units)
        self._book(asset, units)

    def spend(self, asset: AssetId, units: Units) -> None:
        """Let units leave the purse and the world, before the run. Refuses, with InputError, what is not there."""
        if units > self.held(asset):
            known = self.ledger.assets[asset]
            raise InputError(
                f"borrowers owe {known.amount(units)} at the opening, the pool has {known.amount(self.held(asset))}; open more supply first"
            )
        self.ledger.burn(asset, self.own(), units)
        self._book(asset, -units)

    def own(self) -> int:
        """Return the purse's number in the ledger."""
        return self.ledger.open(self.place, self.chain)

    def _book(self, asset: AssetId, units: Units) -> None:
        self.journal.write(self.booked, asset, self.booked.get(asset, 0) + units)

    def _check(self) -> None:
        """Assert that nothing left the purse but by calls."""
        assert all(self.gifts(asset) >= 0 for asset in self.booked)

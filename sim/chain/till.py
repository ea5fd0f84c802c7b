"""A contract's money: its purse on the chain, and the shares of its reserves that it issues. All of it is in the ledger."""

import attrs

from sim.journal import Journal
from sim.ledger import Ledger
from sim.units import NOBODY, AssetId, Party, Place, Units


@attrs.frozen
class Till:
    """The purse of a contract at a place, on a chain."""

    ledger: Ledger
    chain: Place
    place: Place

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.ledger.journal

    def held(self, asset: AssetId) -> Units:
        """Return what the contract has of an asset."""
        return self.of(asset, self.place)

    def of(self, asset: AssetId, party: Party) -> Units:
        """Return what a party has of an asset on the chain."""
        return self.ledger.balance(asset, self.ledger.open(party, self.chain))

    def take(self, asset: AssetId, source: Party, units: Units) -> None:
        """Fetch units from a party. Reverts with INSUFFICIENT_BALANCE."""
        self._move(asset, source, self.place, units)

    def pay(self, asset: AssetId, to: Party, units: Units) -> None:
        """Send units to a party. Reverts with INSUFFICIENT_BALANCE."""
        self._move(asset, self.place, to, units)

    def issued(self, share: AssetId) -> Units:
        """Return all shares there are."""
        return self.ledger.minted[share]

    def issue(self, share: AssetId, to: Party, units: Units) -> None:
        """Make shares; ``NOBODY`` keeps what nobody may ever give back."""
        self.ledger.mint(share, self.ledger.open(to, self.chain), units)

    def retire(self, share: AssetId, source: Party, units: Units) -> None:
        """Destroy a party's shares. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.burn(share, self.ledger.open(source, self.chain), units)

    def locked(self, share: AssetId) -> Units:
        """Return the shares that nobody may ever give back."""
        return self.of(share, NOBODY)

    def _move(self, asset: AssetId, source: Party, to: Party, units: Units) -> None:
        self.ledger.move(asset, self.ledger.open(source, self.chain), self.ledger.open(to, self.chain), units)

"""The Cat: takes collateral and debt from an unhealthy vault and has the collateral auctioned the English way.

A bite may be called by anybody and pays nobody. It cuts one lot from the vault (``cat_rules`` says how much, by version), hands its debt
to the vow, where it waits, and starts a sale in the pool's house. Under 1.2 what is owed in open sales (litter) must fit a box; a sale
gives its room back only when it is settled, and then all of it, whatever was raised: sales that nobody settles clog the box.

Health is the pool's own word: exactly one is safe, and a pool whose feed has no price has no unhealthy vaults. Promised: a reverted bite
leaves no trace; litter is what the open sales of all houses owe. Left out: shutdown (``cage``).
"""

from typing import Any, ClassVar

import attrs

from sim.auction import gas
from sim.auction.cat_rules import Bite, bite_by_debt, bite_by_lot, room_left
from sim.auction.flipper import Flipper, Version
from sim.auction.vow import Vow
from sim.chain.contract import CallContext
from sim.commands import BiteCall
from sim.errors import Revert
from sim.lending.vault.engine import VaultEngine
from sim.units import NO_SEQ, UINT256_MAX, Gas, Party, Place, Rad, Ray, Units, Wad
from sim.vocabulary import Refusal


@attrs.frozen
class CatTerms:
    """How one pool's vaults are bitten."""

    penalty: Ray | Wad
    """Factor on the debt, above one: in ray under 1.0 and 1.1, in wad under 1.2."""
    lot: Units = 0
    """Most collateral of one bite, under 1.0 and 1.1."""
    dunk: Rad = 0
    """Most debt and penalty of one bite, under 1.2."""


@attrs.define(eq=False, repr=False)
class Cat:
    """The liquidator of vault systems before 2021."""

    place: Place
    version: Version
    engine: VaultEngine
    vow: Vow
    terms: dict[Place, CatTerms]
    """By pool."""
    houses: dict[Place, Flipper]
    """By pool."""
    box: Rad = UINT256_MAX
    """Most debt and penalty in open sales at once, under 1.2; as it stands, no bound."""
    litter: Rad = 0
    """Debt and penalty in open sales, counted under 1.2."""
    allows_liquidations: bool = True
    """A switch for twins: without, every bite reverts with PAUSED."""
    calls: ClassVar[tuple[type[Any], ...]] = (BiteCall,)

    def __attrs_post_init__(self) -> None:
        """Have the houses of 1.2 tell when a sale is settled."""
        for house in self.houses.values():
            assert house.version == self.version, "a Cat and its houses are of one version"
            house.box = self if self.version == "1.2" else None

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Bite a vault and return the gas; raises ``Revert``.

        Reverts: PAUSED, UNKNOWN_CONTRACT for a pool it does not know, HEALTHY, LIMIT_HIT, NULL_AUCTION, ARITHMETIC.
        """
        assert isinstance(call, BiteCall)
        if not self.allows_liquidations:
            raise Revert(Refusal.PAUSED)
        context.spend(gas.REFUSED_BITE)
        house = self.houses.get(call.pool)
        if house is None:
            raise Revert(Refusal.UNKNOWN_CONTRACT)
        if not house.pool.is_unsafe(call.account):
            raise Revert(Refusal.HEALTHY)
        self._bite(house, call.account, context)
        return gas.BITE

    def make_room(self, owed: Rad) -> None:
        """Take note that a sale which owed this much is settled."""
        self.engine.ledger.journal.put(self, "litter", self.litter - owed)

    def bite_of(self, house: Flipper, account: Party) -> Bite:
        """Return what a bite would take from an unhealthy vault now. Reverts: LIMIT_HIT, NULL_AUCTION, ARITHMETIC."""
        pool = house.pool
        vault, terms = pool.vault(account), self.terms[pool.place]
        if self.version != "1.2":
            return bite_by_lot(vault.collateral, vault.shares, pool.index, terms.lot, terms.penalty)
        room = room_left(self.box, self.litter, pool.terms.min_debt)
        return bite_by_debt(vault.collateral, vault.shares, pool.index, min(terms.dunk, room), terms.penalty)

    def _bite(self, house: Flipper, account: Party, context: CallContext) -> None:
        """Seize, queue the debt, start the sale."""
        bite = self.bite_of(house, account)
        self.engine.grab(house.pool, account, house.place, self.vow.place, bite.collateral, bite.shares)
        self.vow.fess(context, bite.debt)
        if self.version == "1.2":
            self.engine.ledger.journal.put(self, "litter", self.litter + bite.owed)
        house.kick(account, bite, house.pool.fell.get(account, NO_SEQ), context)

    def _check(self) -> None:
        """Assert that litter is what open sales owe, and that it fits the box."""
        if self.version == "1.2":
            assert self.litter == sum(sale.owed for house in self.houses.values() for sale in house.sales.values())
            assert 0 <= self.litter <= self.box

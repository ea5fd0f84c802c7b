"""The dog: starts a Dutch auction for an unhealthy vault, and minds that no more is owed in auctions than there is capacity for.

It answers barks. The debt goes to the vow, the collateral to the pool's house (``Clipper``), which starts the auction and pays whoever
barked. Room is given back by the house as money comes in. Source: dog.sol [makerdao/dss fa4f663]. Left out: shutdown, and changes of
its terms during a run.
"""

from typing import Any, ClassVar, Protocol

import attrs

from sim.auction import gas
from sim.auction.clipper import Clipper
from sim.auction.dog_rules import Seizure, bark_amounts, room_left
from sim.chain.contract import CallContext
from sim.commands import BarkCall
from sim.errors import Revert
from sim.journal import Journal
from sim.lending.vault.engine import VaultEngine
from sim.units import NO_SEQ, UINT256_MAX, WAD, Gas, Party, Place, Rad, Wad
from sim.vocabulary import Refusal


class DebtKeeper(Protocol):
    """Who takes a seized vault's debt over: the vow."""

    @property
    def place(self) -> Place:
        """Its name, under which the engine books the debt."""
        ...

    def fess(self, context: CallContext, debt: Rad) -> None:
        """Queue debt that the engine has booked as the vow's."""
        ...


@attrs.frozen
class DogTerms:
    """How vaults of one pool are liquidated."""

    penalty: Wad = attrs.field(default=WAD, validator=attrs.validators.ge(WAD))
    """Factor on the debt: 1.13 asks for 13 % more (chop)."""
    capacity: Rad = UINT256_MAX
    """Most that may be owed in auctions of the pool at once (hole); as it stands, no bound."""


@attrs.define(eq=False, repr=False)
class Dog:
    """Who barks at unhealthy vaults."""

    place: Place
    engine: VaultEngine
    vow: DebtKeeper
    terms: dict[Place, DogTerms]
    """By pool."""
    capacity: Rad = UINT256_MAX
    """Most that may be owed in all auctions at once (Hole); as it stands, no bound."""
    houses: dict[Place, Clipper] = attrs.field(factory=dict)
    """By pool; ``Clipper.open`` puts itself there."""
    in_auction: Rad = 0
    """Owed in all auctions (Dirt)."""
    in_auction_of: dict[Place, Rad] = attrs.field(factory=dict)
    """The same by pool (dirt)."""
    allows_liquidations: bool = True
    """A switch for twins: without, every bark reverts with PAUSED."""
    calls: ClassVar[tuple[type[Any], ...]] = (BarkCall,)

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.engine.ledger.journal

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Bark at a vault and return the gas; raises ``Revert``.

        Reverts: PAUSED, UNKNOWN_CONTRACT for a pool without a house, HEALTHY, LIMIT_HIT, MUST_NOT_LEAVE_DUST, NULL_AUCTION, and what
        the house refuses: REENTERED, STOPPED, NOTHING_POSTED.
        """
        assert isinstance(call, BarkCall)
        if not self.allows_liquidations:
            raise Revert(Refusal.PAUSED)
        context.spend(gas.REFUSED_BARK)
        house = self.houses.get(call.pool)
        if house is None:
            raise Revert(Refusal.UNKNOWN_CONTRACT)
        if not house.pool.is_unsafe(call.account):
            raise Revert(Refusal.HEALTHY)
        self._bark(house, call, context)
        return gas.BARK

    def seizure_of(self, house: Clipper, account: Party) -> Seizure:
        """Return what a bark would take from an unhealthy vault now. Reverts: LIMIT_HIT, MUST_NOT_LEAVE_DUST, NULL_AUCTION."""
        pool = house.pool
        vault, penalty = pool.vault(account), self.penalty_of(pool.place)
        return bark_amounts(*vault, pool.index, pool.terms.min_debt, penalty, self.room_of(pool.place))

    def room_of(self, pool: Place) -> Rad:
        """Return how much more may be owed in a pool's auctions. Reverts with LIMIT_HIT at none."""
        return room_left(self.capacity, self.in_auction, self.terms[pool].capacity, self.in_auction_of.get(pool, 0))

    def free_room(self, pool: Place, raised: Rad) -> None:
        """Take note of what a pool's auction no longer owes (digs). Reverts with ARITHMETIC when it owed less."""
        self._count(pool, -raised)

    def penalty_of(self, pool: Place) -> Wad:
        """Return the factor on a pool's debt."""
        return self.terms[pool].penalty

    def add_house(self, house: Clipper) -> None:
        """Take note of the house that sells a pool's collateral. For whoever builds a world."""
        assert house.pool.place in self.terms and house.pool.place not in self.houses
        self.houses[house.pool.place] = house

    def _bark(self, house: Clipper, call: BarkCall, context: CallContext) -> None:
        """Seize what there is room for, hand the debt to the vow and the collateral to the house."""
        seizure = self.seizure_of(house, call.account)
        self.engine.grab(house.pool, call.account, house.place, self.vow.place, seizure.collateral, seizure.shares)
        self.vow.fess(context, seizure.debt)
        self._count(call.pool, seizure.owed)
        fell = house.pool.fell.get(call.account, NO_SEQ)
        house.kick(context, seizure, call.account, fell, call.reward_to or context.sender)

    def _count(self, pool: Place, owed: Rad) -> None:
        """Add to what is owed in auctions, or take off."""
        of_pool = self.in_auction_of.get(pool, 0) + owed
        if of_pool < 0 or self.in_auction + owed < 0:
            raise Revert(Refusal.ARITHMETIC)
        self.journal.put(self, "in_auction", self.in_auction + owed)
        self.journal.write(self.in_auction_of, pool, of_pool)

    def _check(self) -> None:
        """Assert that what is owed in auctions is what the houses' sales owe. Cost: all sales."""
        assert self.in_auction == sum(self.in_auction_of.values())
        for pool, house in self.houses.items():
            assert self.in_auction_of.get(pool, 0) == sum(sale.owed for sale in house.sales.values())
            house._check()

"""The vow: the system's own money and debt. What auctions raise is its, and so is the debt of every seized vault.

Seized debt waits in a queue, by the second in which it came (``fess``); released from it, it is *bad debt*: it is healed with the vow's
own money as far as that goes, and what is left over is auctioned for new governance units (``Flopper``), a fixed sum at a time, once the
vow has no money at all. Nothing of this happens by itself: somebody must send the calls. Source: makerdao/dss fa4f663, vow.sol.

Promised: unbacked debt = queued + on auction + bad debt, and none of them is negative. Left out: auctions of surplus (``flap``) with
their buffer, shutdown, who may be whose vow.
"""

from typing import Any, ClassVar

import attrs

from sim.auction import gas
from sim.auction.debt_views import VowView
from sim.auction.flopper import Flopper
from sim.chain.contract import CallContext
from sim.commands import HealCall, ReleaseDebtCall, StartDebtAuctionCall
from sim.errors import Revert
from sim.journal import Journal
from sim.lending.vault.engine import VaultEngine
from sim.records.auctions import DebtHealed, DebtQueued, DebtReleased
from sim.units import Gas, Place, Rad, Seconds, Units
from sim.vocabulary import Refusal


@attrs.define(eq=False, repr=False)
class Vow:
    """The house's money and debt; it has them in the engine, as a party there."""

    place: Place
    engine: VaultEngine
    wait: Seconds
    """How long seized debt is queued."""
    lot: Rad
    """What one debt auction covers."""
    initial_lot: Units
    """Governance units offered for it at first."""
    house: Flopper
    queue: dict[Seconds, Rad] = attrs.field(factory=dict)
    """By the second in which it came."""
    queued: Rad = 0
    """All of it."""
    on_auction: Rad = 0
    """Debt in auctions that nobody has bid in."""
    _shown: tuple[tuple[Seconds, Rad], ...] | None = None
    calls: ClassVar[tuple[type[Any], ...]] = (ReleaseDebtCall, HealCall, StartDebtAuctionCall)

    def __attrs_post_init__(self) -> None:
        """The house's first bids are paid to it."""
        self.house.seller = self

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.engine.journal

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED_DEBT)
        if isinstance(call, ReleaseDebtCall):
            return self._release(call.queued_at, context)
        if isinstance(call, HealCall):
            return self._heal(call.amount, context)
        assert isinstance(call, StartDebtAuctionCall)
        return self._start_auction(context)

    def surplus(self) -> Rad:
        """Return the vow's own money (Joy)."""
        return self.engine.internal_of(self.place)

    def bad_debt(self) -> Rad:
        """Return the debt that can be healed or auctioned: neither queued nor on auction (Woe)."""
        return self.engine.unbacked_by(self.place) - self.queued - self.on_auction

    def fess(self, context: CallContext, amount: Rad) -> None:
        """Queue debt that the engine has just booked as the vow's. For who seizes vaults."""
        now = context.timestamp
        self._set_queue(now, self.queue.get(now, 0) + amount)
        context.say(self.place, context.sender, (DebtQueued.kind, amount, now + self.wait))

    def kiss(self, context: CallContext, amount: Rad) -> None:
        """Cancel debt on auction with money a first bidder paid. For the house. Reverts: ARITHMETIC, INSUFFICIENT_BALANCE."""
        if amount > self.on_auction:
            raise Revert(Refusal.ARITHMETIC)
        self.journal.put(self, "on_auction", self.on_auction - amount)
        self._cancel(amount, context)

    def view(self, timestamp: Seconds) -> VowView:
        """Return what desks may see. Cost: nothing unless the queue changed since it was asked last, then the queue."""
        if self._shown is None:
            self._shown = tuple(sorted(self.queue.items()))
        return VowView(timestamp, self._shown, self.wait, self.surplus(), self.bad_debt(), self.on_auction, self.lot)

    def _release(self, since: Seconds, context: CallContext) -> Gas:
        """Let debt out of the queue; none is there, none comes. Reverts: TOO_EARLY."""
        if since + self.wait > context.timestamp:
            raise Revert(Refusal.TOO_EARLY)
        amount = self.queue.get(since, 0)
        if amount:
            self._set_queue(since, 0)
            context.say(self.place, context.sender, (DebtReleased.kind, amount))
        return gas.RELEASE_DEBT

    def _heal(self, amount: Rad, context: CallContext) -> Gas:
        """Cancel bad debt with own money. Reverts: ARITHMETIC (less than nothing), INSUFFICIENT_BALANCE, TOO_LITTLE_DEBT."""
        if amount < 0:
            raise Revert(Refusal.ARITHMETIC)
        if amount > self.surplus():
            raise Revert(Refusal.INSUFFICIENT_BALANCE)
        if amount > self.bad_debt():
            raise Revert(Refusal.TOO_LITTLE_DEBT)
        self._cancel(amount, context)
        return gas.HEAL

    def _start_auction(self, context: CallContext) -> Gas:
        """Offer governance units for the fixed sum. Reverts: TOO_LITTLE_DEBT, SURPLUS_LEFT."""
        if self.lot > self.bad_debt():
            raise Revert(Refusal.TOO_LITTLE_DEBT)
        if self.surplus():
            raise Revert(Refusal.SURPLUS_LEFT)
        self.journal.put(self, "on_auction", self.on_auction + self.lot)
        self.house.kick(self.initial_lot, self.lot, context)
        return gas.START_DEBT_AUCTION

    def _cancel(self, amount: Rad, context: CallContext) -> None:
        self.engine.heal(self.place, amount)
        context.say(self.place, context.sender, (DebtHealed.kind, amount))

    def _set_queue(self, since: Seconds, amount: Rad) -> None:
        # The tuple for views is not journalled: after a rollback it is built anew.
        self._shown = None
        self.journal.put(self, "queued", self.queued + amount - self.queue.get(since, 0))
        if amount:
            self.journal.write(self.queue, since, amount)
        elif since in self.queue:
            self.journal.erase(self.queue, since)

    def _check(self) -> None:
        """Assert that its debt is divided exactly, and that what is on auction is in the house."""
        assert self.queued == sum(self.queue.values())
        assert all(amount > 0 for amount in self.queue.values())
        assert min(self.bad_debt(), self.on_auction, self.surplus()) >= 0
        assert self.on_auction == self.house.unbid()
        assert self._shown is None or self._shown == tuple(sorted(self.queue.items()))

"""The clipper: a house that sells one pool's seized collateral at a price that falls until somebody takes it.

It answers takes and redos; auctions are started by the dog (``kick``). Collateral is sent before it is paid for, and a callee named in
the take is called in between: a keeper needs no money of its own if the callee finds it in the same tx. No price is too low: nothing
protects a vault's owner, or the system, but rivals. Source: clip.sol [makerdao/dss fa4f663].

Promised: its purse in the engine holds what its sales offer; a sale ends when nothing is offered or nothing owed, and gives all of
its room back then, paid or not. Model choice: the receiver of the collateral and the callee may be two; a callee that the house may
not call (engine, dog) is refused with NOT_ALLOWED, where the real one leaves the call out. Left out: shutdown (yank).
"""

from typing import Any, ClassVar, Protocol

import attrs

from sim.auction import gas
from sim.auction.clipper_rules import (
    NO_KICKS,
    NO_REDOS,
    NO_TAKES,
    ClipperTerms,
    least_to_leave,
    needs_redo,
    redo_reward,
    reference_price,
    reward,
    start_price,
    take_amounts,
)
from sim.auction.dog_rules import Seizure
from sim.auction.dutch_views import DutchSaleView, DutchView
from sim.chain.contract import INTRINSIC_GAS, CallContext
from sim.commands import RedoCall, SaleCallback, TakeCall
from sim.errors import Revert
from sim.journal import Journal
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.pool import VaultPool
from sim.lending.vault.rules import PRICE_SCALE
from sim.lending.vault.terms import PriceSource
from sim.records.auctions import AuctionClosed, AuctionRestarted, AuctionStarted, AuctionTaken, RewardPaid
from sim.units import AssetId, Gas, Party, Place, Rad, Ray, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal


class Watchdog(Protocol):
    """Who minds the room for auctions: the dog."""

    @property
    def place(self) -> Place:
        """Its name."""
        ...

    def free_room(self, pool: Place, raised: Rad) -> None:
        """Take note of what an auction no longer owes."""
        ...

    def penalty_of(self, pool: Place) -> Wad:
        """Return the factor on a pool's debt."""
        ...

    def room_of(self, pool: Place) -> Rad:
        """Return how much more may be owed in a pool's auctions. Reverts with LIMIT_HIT at none."""
        ...

    def add_house(self, house: "Clipper") -> None:
        """Take note of a pool's house."""
        ...


@attrs.define(eq=False, repr=False)
class Clipper:
    """A house of Dutch auctions."""

    place: Place
    engine: VaultEngine
    pool: VaultPool
    dog: Watchdog
    vow: Party
    """Who is paid for the collateral, and pays the rewards."""
    feed: PriceSource
    terms: ClipperTerms
    least_left: Rad = 0
    """Least that a partial take may leave owed (chost): the pool's least debt with penalty as it was at the last ``upchost``."""
    stopped: int = 0
    """1: starts no auction; 2: nor restarts one; 3: nor sells."""
    kicks: int = 0
    """Auctions started so far; the last one's number."""
    sales: dict[int, DutchSaleView] = attrs.field(factory=dict)
    """Those that run."""
    is_locked: bool = False
    """A call is under way: none may be made from within it."""
    _shown: tuple[DutchSaleView, ...] | None = None
    """Sales as last shown; None when one has changed since."""
    calls: ClassVar[tuple[type[Any], ...]] = (TakeCall, RedoCall)

    @classmethod
    def open(
        cls, place: Place, engine: VaultEngine, pool: VaultPool, dog: Watchdog, vow: Party, feed: PriceSource, terms: ClipperTerms
    ) -> "Clipper":
        """Return a house without sales that its dog knows."""
        house = cls(place, engine, pool, dog, vow, feed, terms)
        dog.add_house(house)
        house.upchost()
        return house

    @property
    def collateral(self) -> AssetId:
        """What it sells."""
        return self.pool.collateral

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.engine.ledger.journal

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a take or a redo out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED_TAKE)
        if isinstance(call, TakeCall):
            return self._take(call, context)
        assert isinstance(call, RedoCall)
        return self._redo(call, context)

    def upchost(self) -> None:
        """Take up the pool's least debt and the penalty as they are now."""
        self.journal.put(self, "least_left", least_to_leave(self.pool.terms.min_debt, self.dog.penalty_of(self.pool.place)))

    def kick(self, context: CallContext, seizure: Seizure, account: Party, fell: Seq, keeper: Party) -> int:
        """Start an auction of collateral the house has been given and pay the keeper; return its number. Called by the dog alone.

        Reverts: REENTERED, STOPPED, NULL_AUCTION, NOTHING_POSTED.
        """
        self._guard(NO_KICKS)
        if not seizure.owed or not seizure.collateral:
            raise Revert(Refusal.NULL_AUCTION)
        top = start_price(self._reference(), self.terms.start_factor)
        self.journal.put(self, "kicks", self.kicks + 1)
        offer = (self.collateral, seizure.collateral, seizure.owed, seizure.debt)
        row = (AuctionStarted.kind, self.kicks, account, fell, *offer, top, self.feed.peek()[0] // PRICE_SCALE)
        started = context.say(self.place, context.sender, row, fell or None)
        sale = DutchSaleView(
            sale=self.kicks,
            started=started,
            account=account,
            offered=seizure.collateral,
            owed=seizure.owed,
            start_price=top,
            started_at=context.timestamp,
            debt=seizure.debt,
            offered_at_start=seizure.collateral,
            owed_at_start=seizure.owed,
        )
        self._put(sale)
        self._pay(context, sale, reward(sale.owed, self.terms.reward_flat, self.terms.reward_share), keeper)
        return sale.sale

    def view(self, timestamp: Seconds) -> DutchView:
        """Return what desks see at a block. Cost: nothing much, unless a sale has changed; then that of all sales."""
        assert not self.journal.is_open, "views belong between txs"
        if self._shown is None:
            self._shown = tuple(self.sales[number] for number in sorted(self.sales))
        try:
            room = self.dog.room_of(self.pool.place)
        except Revert:
            room = 0
        terms = (self.terms, self.least_left, self.stopped, self.pool.terms.par, self.dog.penalty_of(self.pool.place), room)
        return DutchView(timestamp, self._shown, *terms)

    # The calls.

    def _take(self, call: TakeCall, context: CallContext) -> Gas:
        """Sell at the price of the block: collateral out (of which it is said then), callee, money in.

        Reverts: REENTERED, STOPPED, UNKNOWN_SALE, NEEDS_REDO, PRICE_TOO_HIGH, NO_PARTIAL, NOT_ALLOWED (also for collateral sent to the
        engine itself, where it would count as locked), INSUFFICIENT_BALANCE, and whatever the callee refuses.
        """
        self._guard(NO_TAKES)
        if call.receiver == self.engine.place:
            raise Revert(Refusal.NOT_ALLOWED)
        sale = self._running(call.sale)
        if self._needs_redo(sale, context.timestamp):
            raise Revert(Refusal.NEEDS_REDO)
        price = self._price(sale, context.timestamp)
        if price > call.max_price:
            raise Revert(Refusal.PRICE_TOO_HIGH)
        bought, paid = take_amounts(sale.offered, sale.owed, call.amount, price, self.least_left)
        left = attrs.evolve(sale, offered=sale.offered - bought, owed=sale.owed - paid)

        self.journal.put(self, "is_locked", True)
        self._send(call.receiver or context.sender, bought)
        self._say_taken(context, left, price, bought, paid)
        called = self._call_back(call, context, bought, paid) if call.callee else 0
        self.engine.move(context.sender, self.vow, paid)
        self.dog.free_room(self.pool.place, paid if left.offered else sale.owed)
        self.journal.put(self, "is_locked", False)

        if left.offered and left.owed:
            self._put(left)
            return gas.TAKE + called
        self._close(context, left)
        return gas.TAKE_LAST + called

    def _redo(self, call: RedoCall, context: CallContext) -> Gas:
        """Start an auction anew from the feed's price of now, and pay the keeper unless what is left is dust.

        Reverts: REENTERED, STOPPED, UNKNOWN_SALE, CANNOT_REDO, NOTHING_POSTED.
        """
        self._guard(NO_REDOS)
        sale = self._running(call.sale)
        if not self._needs_redo(sale, context.timestamp):
            raise Revert(Refusal.CANNOT_REDO)
        reference = self._reference()
        top = start_price(reference, self.terms.start_factor)
        anew = attrs.evolve(sale, start_price=top, started_at=context.timestamp)
        self._put(anew)
        context.say(self.place, context.sender, (AuctionRestarted.kind, sale.sale, sale.started, top))
        terms = self.terms
        amount = redo_reward(sale.owed, sale.offered, reference, self.least_left, terms.reward_flat, terms.reward_share)
        self._pay(context, anew, amount, call.reward_to or context.sender)
        return gas.REDO

    # Their parts.

    def _guard(self, level: int) -> None:
        if self.is_locked:
            raise Revert(Refusal.REENTERED)
        if self.stopped >= level:
            raise Revert(Refusal.STOPPED)

    def _running(self, number: int) -> DutchSaleView:
        sale = self.sales.get(number)
        if sale is None:
            raise Revert(Refusal.UNKNOWN_SALE)
        return sale

    def _price(self, sale: DutchSaleView, timestamp: Seconds) -> Ray:
        return self.terms.curve.price(sale.start_price, timestamp - sale.started_at)

    def _needs_redo(self, sale: DutchSaleView, timestamp: Seconds) -> bool:
        price, age = self._price(sale, timestamp), timestamp - sale.started_at
        return needs_redo(price, sale.start_price, age, self.terms.expiry, self.terms.floor)

    def _reference(self) -> Ray:
        """Return the feed's price in internal money. Reverts with NOTHING_POSTED."""
        return reference_price(*self.feed.peek(), self.pool.terms.par)

    def _send(self, to: Party, units: Units) -> None:
        self.engine.flux(self.collateral, self.place, to, units)

    def _call_back(self, call: TakeCall, context: CallContext, bought: Units, paid: Rad) -> Gas:
        """Let the callee find the money; return the gas of that."""
        if call.callee in (self.engine.place, self.dog.place):
            raise Revert(Refusal.NOT_ALLOWED)
        ends = (self.engine.internal, self.engine.money, self.collateral)
        return max(0, context.call(call.callee, SaleCallback(context.sender, paid, bought, call.data, *ends)) - INTRINSIC_GAS)

    def _close(self, context: CallContext, sale: DutchSaleView) -> None:
        """End a sale of which nothing is offered or nothing owed; what is still offered goes back to the vault's owner."""
        if sale.offered:
            self._send(sale.account, sale.offered)
        self.journal.erase(self.sales, sale.sale)
        self._shown = None
        outcome = (sale.sold, sale.offered, sale.raised, sale.owed_at_start, sale.debt)
        row = (AuctionClosed.kind, sale.sale, sale.started, sale.account, self.collateral, *outcome)
        context.say(self.place, context.sender, row)

    def _say_taken(self, context: CallContext, left: DutchSaleView, price: Ray, bought: Units, paid: Rad) -> Seq:
        what = (left.sale, left.started, left.account, self.collateral)
        return context.say(self.place, context.sender, (AuctionTaken.kind, *what, price, bought, paid, left.offered, left.owed))

    def _pay(self, context: CallContext, sale: DutchSaleView, amount: Rad, keeper: Party) -> None:
        """Pay a keeper money that the vow will owe."""
        if amount:
            self.engine.suck(self.vow, keeper, amount)
            context.say(self.place, keeper, (RewardPaid.kind, sale.sale, sale.started, amount))

    def _put(self, sale: DutchSaleView) -> None:
        """Keep a sale as it stands now. What was shown is stale then; if the tx is undone it is merely built once more."""
        self.journal.write(self.sales, sale.sale, sale)
        self._shown = None

    def _check(self) -> None:
        """Assert that the purse holds what is offered, or more if a taker had it sent there, and that open sales are open.

        Cost: all sales.
        """
        assert not self.is_locked
        offered = sum(sale.offered for sale in self.sales.values())
        assert self.engine.free_collateral(self.collateral, self.place) >= offered
        for number, sale in self.sales.items():
            assert number == sale.sale <= self.kicks
            assert 0 < sale.offered <= sale.offered_at_start and 0 < sale.owed <= sale.owed_at_start
            assert sale.debt <= sale.owed_at_start and sale.start_price > 0
        assert self._shown is None or list(self._shown) == [self.sales[number] for number in sorted(self.sales)]

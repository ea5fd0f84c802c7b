"""The English auction house of one pool: bids go up until what is owed is covered, then the lot goes down.

It answers raise (tend), bid down (dent), settle (deal) and rearm (tick) calls in internal money; the Cat starts its sales by ``kick``.
A bid is paid at once: the outbid has its money back from the bidder, the vow gets the rest. Everything a bidder does without goes back
to the vault's owner at once. The winner's collateral lies in its purse within the engine, from where it must be taken out.

Versions: under 1.0 the last bid is paid back even to oneself, so an own raise needs the old bid's money a second time; from 1.1 on it
pays the difference only; under 1.2 settling also makes room in the Cat's box. An auction without bids never settles by itself: somebody
must rearm it, for ever. Source: makerdao/dss fa4f663, flip.sol, and its release of November 2019.

Promised: collateral in the house's purse is that of the sales that are not settled; a reverted tx leaves no trace. Left out: ``yank``,
which takes a sale away from its bidders when the whole system is shut down.
"""

from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import attrs

from sim.auction import flipper_rules as rules
from sim.auction import gas
from sim.auction.cat_rules import Bite
from sim.auction.english_views import EnglishSaleView, EnglishView
from sim.chain.contract import CallContext
from sim.commands import BidCall, BidDownCall, RearmCall, SettleCall
from sim.errors import Revert
from sim.journal import Journal
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.pool import VaultPool
from sim.records.auctions import AuctionClosed, AuctionRestarted, AuctionStarted, BidMade
from sim.units import NOBODY, AssetId, Gas, Party, Place, Rad, Seconds, Seq, Wad
from sim.vocabulary import Refusal

Version: TypeAlias = Literal["1.0", "1.1", "1.2"]


class Box(Protocol):
    """What wants to know that a sale is settled."""

    def make_room(self, owed: Rad) -> None:
        """Take note that this much less is in auctions."""
        ...


@attrs.define(eq=False, repr=False)
class Flipper:
    """A house."""

    place: Place
    engine: VaultEngine
    pool: VaultPool
    vow: Party
    """Who gets what is bid."""
    version: Version
    increment: Wad
    """Factor by which a bid must improve."""
    bid_lifetime: Seconds
    auction_lifetime: Seconds
    sales: dict[int, EnglishSaleView] = attrs.field(factory=dict)
    """Those that are not settled. A sale is never changed but replaced, so desks are shown the same objects."""
    kicks: int = 0
    """How many were ever started; the number of the last."""
    box: Box | None = None
    """The Cat of 1.2; it sets itself here."""
    _shown: tuple[EnglishSaleView, ...] | None = None
    calls: ClassVar[tuple[type[Any], ...]] = (BidCall, BidDownCall, SettleCall, RearmCall)

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.engine.ledger.journal

    @property
    def collateral(self) -> AssetId:
        """What is auctioned."""
        return self.pool.collateral

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED_BID)
        sale = self.sales.get(call.sale)
        if sale is None:
            raise Revert(Refusal.UNKNOWN_SALE)
        if isinstance(call, BidCall):
            return self._raise(sale, call, context)
        if isinstance(call, BidDownCall):
            return self._bid_down(sale, call, context)
        if isinstance(call, SettleCall):
            return self._settle(sale, context)
        assert isinstance(call, RearmCall)
        return self._rearm(sale, context)

    def kick(self, account: Party, bite: Bite, fell: Seq, context: CallContext) -> int:
        """Start a sale of collateral that is in the house's purse already; return its number. For the Cat alone."""
        number = self.kicks + 1
        self.journal.put(self, "kicks", number)
        terms = (account, fell, self.collateral, bite.collateral, bite.owed, bite.debt)
        row = (AuctionStarted.kind, number, *terms, 0, self.pool.price)
        started = context.say(self.place, context.sender, row, fell or None)
        ends = context.timestamp + self.auction_lifetime
        self._put(EnglishSaleView(number, started, account, bite.collateral, bite.owed, bite.debt, bite.collateral, ends))
        return number

    def view(self, timestamp: Seconds) -> EnglishView:
        """Return the house as desks may see it. Cost: nothing unless a sale changed since it was asked last, then the open sales."""
        if self._shown is None:
            self._shown = tuple(self.sales[number] for number in sorted(self.sales))
        return EnglishView(timestamp, self._shown, self.increment, self.bid_lifetime, self.version)

    def _raise(self, sale: EnglishSaleView, call: BidCall, context: CallContext) -> Gas:
        """Take a higher bid for the whole lot.

        Reverts: AUCTION_OVER, WRONG_PHASE, OTHER_LOT, BID_TOO_HIGH, BID_TOO_LOW, INSUFFICIENT_BALANCE.
        """
        self._require_open(sale, context)
        if sale.is_covered:
            raise Revert(Refusal.WRONG_PHASE)
        if call.lot != sale.lot:
            raise Revert(Refusal.OTHER_LOT)
        if call.bid > sale.owed:
            raise Revert(Refusal.BID_TOO_HIGH)
        if not rules.is_raise_enough(sale.bid, sale.owed, self.increment, call.bid):
            raise Revert(Refusal.BID_TOO_LOW)

        context.spend(gas.UNPAID_BID - gas.REFUSED_BID)
        self._pay_back(sale, context.sender)
        self.engine.move(context.sender, self.vow, call.bid - sale.bid)
        self._take_bid(sale, attrs.evolve(sale, bid=call.bid), context)
        return gas.BID

    def _bid_down(self, sale: EnglishSaleView, call: BidDownCall, context: CallContext) -> Gas:
        """Take a bid for less of the lot; the rest goes back to the vault's owner.

        Reverts: AUCTION_OVER, WRONG_PHASE, OTHER_LOT, BID_TOO_LOW, INSUFFICIENT_BALANCE.
        """
        self._require_open(sale, context)
        if not sale.is_covered:
            raise Revert(Refusal.WRONG_PHASE)
        if call.bid != sale.bid:
            raise Revert(Refusal.OTHER_LOT)
        if not rules.is_lot_less_enough(sale.lot, self.increment, call.lot):
            raise Revert(Refusal.BID_TOO_LOW)

        context.spend(gas.UNPAID_BID - gas.REFUSED_BID)
        self._pay_back(sale, context.sender)
        self.engine.flux(self.collateral, self.place, sale.account, sale.lot - call.lot)
        self._take_bid(sale, attrs.evolve(sale, lot=call.lot), context)
        return gas.BID_DOWN

    def _settle(self, sale: EnglishSaleView, context: CallContext) -> Gas:
        """Give the winner the lot, whoever asks for it. Reverts: NOT_OVER."""
        if not rules.can_settle(sale.expires, sale.ends, context.timestamp):
            raise Revert(Refusal.NOT_OVER)
        if self.box is not None:
            self.box.make_room(sale.owed)
        self.engine.flux(self.collateral, self.place, sale.bidder, sale.lot)
        self._shown = None
        self.journal.erase(self.sales, sale.sale)

        sums = (sale.lot, sale.lot_at_start - sale.lot, sale.bid, sale.owed, sale.debt)
        row = (AuctionClosed.kind, sale.sale, sale.started, sale.account, self.collateral, *sums)
        context.say(self.place, sale.bidder, row)
        return gas.SETTLE

    def _rearm(self, sale: EnglishSaleView, context: CallContext) -> Gas:
        """Give an auction that ended without a bid another lifetime. Reverts: NOT_OVER."""
        if not rules.can_rearm(sale.expires, sale.ends, context.timestamp):
            raise Revert(Refusal.NOT_OVER)
        self._put(attrs.evolve(sale, ends=context.timestamp + self.auction_lifetime))
        context.say(self.place, context.sender, (AuctionRestarted.kind, sale.sale, sale.started, 0))
        return gas.REARM

    def _require_open(self, sale: EnglishSaleView, context: CallContext) -> None:
        if not rules.is_open(sale.expires, sale.ends, context.timestamp):
            raise Revert(Refusal.AUCTION_OVER)

    def _pay_back(self, sale: EnglishSaleView, sender: Party) -> None:
        """Let the sender give the outbid its money back: under 1.0 even itself, for which it must have it a second time."""
        if sale.bidder != NOBODY and (sender != sale.bidder or self.version == "1.0"):
            self.engine.move(sender, sale.bidder, sale.bid)

    def _take_bid(self, before: EnglishSaleView, after: EnglishSaleView, context: CallContext) -> None:
        """Make the sender the bidder, start the bid's lifetime, and say so."""
        expires = context.timestamp + self.bid_lifetime
        self._put(attrs.evolve(after, bidder=context.sender, expires=expires))
        last = (before.bidder, before.bid, before.lot)
        row = (BidMade.kind, after.sale, after.started, after.lot, after.bid, *last, expires)
        context.say(self.place, context.sender, row)

    def _put(self, sale: EnglishSaleView) -> None:
        # Not through the journal: after a rollback the tuple is built anew, which costs a little and is never wrong.
        self._shown = None
        self.journal.write(self.sales, sale.sale, sale)

    def _check(self) -> None:
        """Assert that every sale is possible, and that the house holds the collateral of all of them and nothing else."""
        for number, sale in self.sales.items():
            assert sale.sale == number <= self.kicks
            assert 0 <= sale.bid <= sale.owed
            assert 0 <= sale.lot <= sale.lot_at_start
            assert sale.is_covered or sale.lot == sale.lot_at_start
            assert (sale.bidder == NOBODY) == (sale.expires == 0)
            assert sale.expires or (sale.bid, sale.lot) == (0, sale.lot_at_start)
        held = self.engine.free_collateral(self.collateral, self.place)
        assert held == sum(sale.lot for sale in self.sales.values())
        assert self._shown is None or self._shown == tuple(self.sales[number] for number in sorted(self.sales))

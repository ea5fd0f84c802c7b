"""The house of debt auctions: new governance units are sold for a fixed sum of money, to whoever accepts the fewest of them.

The vow starts its sales by ``kick``; it answers bid down (dent), settle (deal) and rearm (tick) calls. The first bidder pays the vow,
which cancels debt with it at once; every later one pays the bidder before, who so has its money back; who betters an own bid pays
nothing. Units are issued only when the winner's sale is settled. An auction that ended without a bid settles by itself as little as any
other English one: somebody must rearm it, and then more is offered. Source: makerdao/dss fa4f663, flop.sol.

Promised: nothing is issued but at a settlement; a reverted tx leaves no trace. Left out: ``yank``, which gives bidders their money back
when the whole system is shut down; a bound on what may be issued.
"""

from typing import Any, ClassVar, Protocol

import attrs

from sim.auction import flipper_rules as rules
from sim.auction import gas
from sim.auction.debt_views import DebtAuctionsView, DebtSaleView
from sim.auction.flopper_rules import cleared_by_first_bid, rearmed_lot
from sim.chain.contract import CallContext
from sim.commands import BidDownCall, RearmCall, SettleCall
from sim.errors import Revert
from sim.journal import Journal
from sim.lending.vault.engine import VaultEngine
from sim.records.auctions import AuctionClosed, AuctionRestarted, BidMade, DebtAuctionStarted
from sim.units import NOBODY, WAD, AssetId, Gas, Place, Rad, Seconds, Units, Wad
from sim.vocabulary import Refusal


class DebtSeller(Protocol):
    """Whose debt is auctioned: the vow."""

    @property
    def place(self) -> Place:
        """Where it stands, and whose purse within the engine is paid."""
        ...

    @property
    def on_auction(self) -> Rad:
        """Its debt in sales that nobody has bid in."""
        ...

    def kiss(self, context: CallContext, amount: Rad) -> None:
        """Cancel debt on auction with money it was just paid."""
        ...


@attrs.define(eq=False, repr=False)
class Flopper:
    """The house."""

    place: Place
    engine: VaultEngine
    governance: AssetId
    """What is issued, on the chain."""
    increment: Wad = attrs.field(validator=attrs.validators.ge(WAD))
    """Factor by which a bid must improve."""
    pad: Wad = attrs.field(validator=attrs.validators.ge(WAD))
    """Factor by which an offer grows that nobody took."""
    bid_lifetime: Seconds
    auction_lifetime: Seconds
    sales: dict[int, DebtSaleView] = attrs.field(factory=dict)
    """Those that are not settled. A sale is never changed but replaced, so desks are shown the same objects."""
    kicks: int = 0
    """How many were ever started; the number of the last."""
    seller: DebtSeller | None = None
    """The vow; it sets itself here."""
    _shown: tuple[DebtSaleView, ...] | None = None
    calls: ClassVar[tuple[type[Any], ...]] = (BidDownCall, SettleCall, RearmCall)

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.engine.journal

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED_DEBT)
        sale = self.sales.get(call.sale)
        if sale is None:
            raise Revert(Refusal.UNKNOWN_SALE)
        if isinstance(call, BidDownCall):
            return self._bid_down(sale, call, context)
        if isinstance(call, SettleCall):
            return self._settle(sale, context)
        assert isinstance(call, RearmCall)
        return self._rearm(sale, context)

    def kick(self, lot: Units, bid: Rad, context: CallContext) -> int:
        """Offer at most a lot for a fixed sum; return the sale's number. For the vow alone."""
        number = self.kicks + 1
        self.journal.put(self, "kicks", number)
        started = context.say(self.place, context.sender, (DebtAuctionStarted.kind, number, self.governance, lot, bid))
        self._put(DebtSaleView(number, started, lot, bid, context.timestamp + self.auction_lifetime))
        return number

    def view(self, timestamp: Seconds) -> DebtAuctionsView:
        """Return the house as desks may see it. Cost: nothing unless a sale changed since it was asked last, then the open sales."""
        if self._shown is None:
            self._shown = tuple(self.sales[number] for number in sorted(self.sales))
        return DebtAuctionsView(timestamp, self._shown, self.increment, self.bid_lifetime)

    def unbid(self) -> Rad:
        """Return the sums of the sales nobody has bid in, added up."""
        return sum(sale.bid for sale in self.sales.values() if sale.bidder == NOBODY)

    def _bid_down(self, sale: DebtSaleView, call: BidDownCall, context: CallContext) -> Gas:
        """Take a bid for fewer units. Reverts: AUCTION_OVER, OTHER_LOT, BID_TOO_LOW, INSUFFICIENT_BALANCE."""
        if not rules.is_open(sale.expires, sale.ends, context.timestamp):
            raise Revert(Refusal.AUCTION_OVER)
        if call.bid != sale.bid:
            raise Revert(Refusal.OTHER_LOT)
        if not rules.is_lot_less_enough(sale.lot, self.increment, call.lot):
            raise Revert(Refusal.BID_TOO_LOW)

        if context.sender != sale.bidder:
            self._pay(sale, context)
        expires = context.timestamp + self.bid_lifetime
        self._put(attrs.evolve(sale, lot=call.lot, bidder=context.sender, expires=expires))
        last = (sale.bidder, sale.bid if sale.bidder else 0, sale.lot)
        context.say(self.place, context.sender, (BidMade.kind, sale.sale, sale.started, call.lot, sale.bid, *last, expires))
        return gas.DEBT_BID

    def _pay(self, sale: DebtSaleView, context: CallContext) -> None:
        """Let the sender pay the bidder before, or, as the first, the vow, which cancels debt with it."""
        assert self.seller is not None
        self.engine.move(context.sender, sale.bidder or self.seller.place, sale.bid)
        if sale.bidder == NOBODY:
            self.seller.kiss(context, cleared_by_first_bid(sale.bid, self.seller.on_auction))

    def _settle(self, sale: DebtSaleView, context: CallContext) -> Gas:
        """Issue the lot to the winner, whoever asks for it. Reverts: NOT_OVER."""
        if not rules.can_settle(sale.expires, sale.ends, context.timestamp):
            raise Revert(Refusal.NOT_OVER)
        assert self.seller is not None
        ledger = self.engine.ledger
        ledger.mint(self.governance, ledger.open(sale.bidder, self.engine.chain), sale.lot)
        self._shown = None
        self.journal.erase(self.sales, sale.sale)

        sums = (sale.lot, 0, sale.bid, sale.bid, sale.bid)
        row = (AuctionClosed.kind, sale.sale, sale.started, self.seller.place, self.governance, *sums)
        context.say(self.place, sale.bidder, row)
        return gas.DEBT_SETTLE

    def _rearm(self, sale: DebtSaleView, context: CallContext) -> Gas:
        """Offer more of what nobody wanted, for another lifetime. Reverts: NOT_OVER."""
        if not rules.can_rearm(sale.expires, sale.ends, context.timestamp):
            raise Revert(Refusal.NOT_OVER)
        self._put(attrs.evolve(sale, lot=rearmed_lot(sale.lot, self.pad), ends=context.timestamp + self.auction_lifetime))
        context.say(self.place, context.sender, (AuctionRestarted.kind, sale.sale, sale.started, 0))
        return gas.DEBT_REARM

    def _put(self, sale: DebtSaleView) -> None:
        # Not through the journal: after a rollback the tuple is built anew, which costs a little and is never wrong.
        self._shown = None
        self.journal.write(self.sales, sale.sale, sale)

    def _check(self) -> None:
        """Assert that every sale is possible, and that the debt of those nobody has bid in is on auction."""
        for number, sale in self.sales.items():
            assert sale.sale == number <= self.kicks
            assert sale.lot >= 0 and sale.bid >= 0
            assert (sale.bidder == NOBODY) == (sale.expires == 0)
        assert self.seller is None or self.seller.on_auction == self.unbid()
        assert self._shown is None or self._shown == tuple(self.sales[number] for number in sorted(self.sales))

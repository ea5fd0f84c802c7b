"""A book so plain that it can be believed: one list of orders in the sequence of arrival, searched again for every trade."""

import attrs

from sim.vocabulary import Refusal, SelfTrade, Side, TimeInForce


@attrs.define
class NaiveOrder:
    id: int
    owner: int
    side: Side
    limit: int
    lots: int


@attrs.define
class NaiveBook:
    """Answers as ``sim.market.book.Book`` does, with lists for the sequences."""

    self_trade: SelfTrade = SelfTrade.NONE
    orders: list[NaiveOrder] = attrs.Factory(list)

    def place(self, order_id, owner, side, lots, limit, tif=TimeInForce.GTC):
        if refusal := self.refusal(owner, side, lots, limit, tif):
            return (refusal, 0, 0, [], [])
        fills: list[tuple] = []
        releases: list[tuple] = []
        while lots and (maker := self.counterpart(side, limit)):
            met = min(lots, maker.lots)
            if maker.owner != owner or self.self_trade == SelfTrade.NONE:
                maker.lots -= met
                lots -= met
                fills.append((maker.id, maker.owner, maker.limit, met, maker.lots))
            else:
                lots = self.apply_rule(maker, order_id, side, limit, lots, releases)
            self.orders = [order for order in self.orders if order.lots]
            if releases and releases[-1][0] == order_id and releases[-1][5] == 0:
                return (Refusal.NONE, 0, 0, fills, releases)
        if lots and limit is not None and tif in (TimeInForce.GTC, TimeInForce.POST_ONLY):
            self.orders.append(NaiveOrder(order_id, owner, side, limit, lots))
            return (Refusal.NONE, lots, 0, fills, releases)
        return (Refusal.NONE, 0, lots, fills, releases)

    def apply_rule(self, maker, order_id, side, limit, lots, releases):
        """Apply the self-trade rule to a meeting of an owner with itself; return what is left of the arriving order."""
        met = min(lots, maker.lots)
        theirs = (maker.id, maker.owner, maker.side, maker.limit)
        ours = (order_id, maker.owner, side, limit or 0)
        if self.self_trade == SelfTrade.DECREMENT:
            maker.lots -= met
            releases += [(*theirs, met, maker.lots), (*ours, met, lots - met)]
            return lots - met
        if self.self_trade in (SelfTrade.CANCEL_OLDEST, SelfTrade.CANCEL_BOTH):
            releases.append((*theirs, maker.lots, 0))
            maker.lots = 0
        if self.self_trade in (SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_BOTH):
            releases.append((*ours, lots, 0))
        return lots

    def refusal(self, owner, side, lots, limit, tif):
        if lots < 1:
            return Refusal.BAD_SIZE
        if (limit is None and tif == TimeInForce.POST_ONLY) or (limit is not None and limit < 1):
            return Refusal.BAD_PRICE
        if tif == TimeInForce.POST_ONLY and self.counterpart(side, limit):
            return Refusal.WOULD_AGGRESS
        if tif == TimeInForce.FOK:
            # What would come of it is found by doing it, on a copy.
            trial = NaiveBook(self.self_trade, [attrs.evolve(order) for order in self.orders])
            fills = trial.place(0, owner, side, lots, limit, TimeInForce.IOC)[3]
            if sum(fill[3] for fill in fills) < lots:
                return Refusal.CANNOT_FILL
        return Refusal.NONE

    def cancel(self, order_id, owner=0):
        order = self.find(order_id)
        if order is None:
            return (Refusal.UNKNOWN_ORDER, Side.BUY, 0, 0)
        if owner and owner != order.owner:
            return (Refusal.NOT_OWNER, Side.BUY, 0, 0)
        self.orders.remove(order)
        return (Refusal.NONE, order.side, order.limit, order.lots)

    def reduce(self, order_id, lots, owner=0):
        order = self.find(order_id)
        if order is None:
            return (Refusal.UNKNOWN_ORDER, Side.BUY, 0, 0)
        if owner and owner != order.owner:
            return (Refusal.NOT_OWNER, Side.BUY, 0, 0)
        if not 1 <= lots < order.lots:
            return (Refusal.BAD_SIZE, Side.BUY, 0, 0)
        gone, order.lots = order.lots - lots, lots
        return (Refusal.NONE, order.side, order.limit, gone)

    def reprice(self, order_id, limit, lots=None, tif=TimeInForce.GTC, owner=0):
        order = self.find(order_id)
        if order is None:
            return (Refusal.UNKNOWN_ORDER, 0, 0, [], [])
        if owner and owner != order.owner:
            return (Refusal.NOT_OWNER, 0, 0, [], [])
        lots = order.lots if lots is None else lots
        if refusal := self.refusal(order.owner, order.side, lots, limit, tif):
            return (refusal, 0, 0, [], [])
        self.orders.remove(order)
        return self.place(order_id, order.owner, order.side, lots, limit, tif)

    def counterpart(self, side, limit):
        """Return the order an arriving one would trade with first, or None."""
        facing = self.resting(Side.BUY if side == Side.SELL else Side.SELL)
        if not facing:
            return None
        first = facing[0]
        if limit is None or (first.limit <= limit if side == Side.BUY else first.limit >= limit):
            return first
        return None

    def resting(self, side):
        """Return a side's orders in the sequence in which they would trade."""
        ours = [order for order in self.orders if order.side == side]
        return sorted(ours, key=lambda order: order.limit if side == Side.SELL else -order.limit)

    def find(self, order_id):
        return next((order for order in self.orders if order.id == order_id), None)

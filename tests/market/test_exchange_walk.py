"""A random walk of commands through a venue, beside a twin that works everything out anew from a list of orders."""

from collections import defaultdict
from fractions import Fraction
from math import ceil
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.records import OrderRefused, QuoteChanged, Traded
from sim.vocabulary import Refusal, SelfTrade, TimeInForce
from tests.market.orders import ALICE, BOB, CAROL
from tests.market.venue import BUY, ETH, LOT, SELL, STEP, USDC, Venue
from tests.support.naive_book import NaiveBook

PARTIES = (ALICE, BOB, CAROL)


def share(amount: int, ppm: int) -> int:
    """Return so many millionths, rounded up."""
    return ceil(Fraction(amount * ppm, 10**6))


class ExchangeWalk(RuleBasedStateMachine):
    """Three owners with little money send whatever they like."""

    @initialize(
        fees=st.sampled_from([(0, 0), (100, 300), (300, 100), (-150, 300), (-300, 300), (999, 1_001)]),
        rule=st.sampled_from(SelfTrade),
    )
    def open(self, fees, rule):
        self.maker_ppm, self.taker_ppm = fees
        self.dearer = max(*fees, 0)
        self.v = Venue(self.maker_ppm, self.taker_ppm, rule, eth=0, usdc=0)
        self.twin = NaiveBook(rule)
        self.base: dict[int, int] = defaultdict(int)
        self.quote: dict[int, int] = defaultdict(int)
        for party in PARTIES:
            self.base[party], self.quote[party] = 20 * LOT, 20 * 30 * STEP
            self.v.ledger.mint(ETH.id, self.v.exchange.purse(party), self.base[party])
            self.v.ledger.mint(USDC.id, self.v.exchange.purse(party), self.quote[party])

    parties = st.sampled_from(PARTIES)
    orders = st.integers(1, 12)
    lots = st.integers(-1, 12)
    limits = st.integers(0, 40)

    @rule(
        party=parties,
        side=st.sampled_from([BUY, SELL]),
        lots=lots,
        limit=st.none() | limits,
        tif=st.sampled_from(TimeInForce),
        order=orders,
    )
    def place(self, party, side, lots, limit, tif, order):
        records = self.v.place(party, side, lots, limit, order=order, tif=tif)
        if self.twin.find(order):
            return self.was_refused(records, Refusal.DUPLICATE_ORDER)
        if not self.can_pay(party, side, lots, limit):
            return self.was_refused(records, Refusal.INSUFFICIENT_FUNDS)
        refusal, _, _, fills, _ = self.twin.place(order, party, side, lots, limit, tif)
        if refusal:
            return self.was_refused(records, refusal)
        self.settle(party, side, fills, records)

    @rule(party=parties, order=orders)
    def cancel(self, party, order):
        records = self.v.cancel(party, order)
        refusal = self.twin.cancel(order, party)[0]
        self.settle(party, BUY, [], records) if not refusal else self.was_refused(records, refusal)

    @rule(party=parties, order=orders, lots=lots)
    def reduce(self, party, order, lots):
        records = self.v.reduce(party, order, lots)
        refusal = self.twin.reduce(order, lots, party)[0]
        self.settle(party, BUY, [], records) if not refusal else self.was_refused(records, refusal)

    @rule(party=parties, order=orders, limit=limits, lots=st.none() | lots)
    def reprice(self, party, order, limit, lots):
        records = self.v.reprice(party, order, limit, lots)
        old = self.twin.find(order)
        if old and old.owner == party:
            trial = [each for each in self.twin.orders if each is not old]
            if not self.can_pay(party, old.side, lots or old.lots, limit, trial):
                return self.was_refused(records, Refusal.INSUFFICIENT_FUNDS)
        refusal, _, _, fills, _ = self.twin.reprice(order, limit, lots or None, owner=party)
        if refusal:
            return self.was_refused(records, refusal)
        assert old is not None
        self.settle(party, old.side, fills, records)

    def was_refused(self, records: list[Any], reason: Refusal) -> None:
        (record,) = records
        assert isinstance(record, OrderRefused)
        assert record.reason == reason

    def settle(self, taker: int, side: int, fills: list[Any], records: list[Any]) -> None:
        """Move the twin's money, and hold the records against its fills."""
        assert not any(isinstance(record, OrderRefused) for record in records)
        assert sum(isinstance(record, QuoteChanged) for record in records) <= 1
        trades = [record for record in records if isinstance(record, Traded)]
        assert [(t.maker_order, t.maker, t.price, t.lots) for t in trades] == [fill[:4] for fill in fills]
        for _, maker, price, lots, _ in fills:
            buyer, seller = (taker, maker) if side == BUY else (maker, taker)
            notional = price * lots * STEP
            self.base[buyer] += lots * LOT
            self.base[seller] -= lots * LOT
            self.quote[buyer] -= notional
            self.quote[seller] += notional
            self.quote[maker] -= share(notional, self.maker_ppm)
            self.quote[taker] -= share(notional, self.taker_ppm)

    def held(self, party: int, orders: list[Any]) -> tuple[int, int]:
        """Return what an owner's orders set aside, worked out anew."""
        mine = [order for order in orders if order.owner == party]
        base = sum(order.lots * LOT for order in mine if order.side == SELL)
        return base, sum(order.lots * self.cost_of_a_lot(order.limit) for order in mine if order.side == BUY)

    def cost_of_a_lot(self, limit: int) -> int:
        return limit * STEP + share(limit * STEP, self.dearer)

    def can_pay(self, party: int, side: int, lots: int, limit: int | None, orders: list[Any] | None = None) -> bool:
        base, quote = self.held(party, self.twin.orders if orders is None else orders)
        if side == SELL:
            return lots * LOT <= self.base[party] - base
        if limit is not None:
            return lots * self.cost_of_a_lot(limit) <= self.quote[party] - quote
        steps_aside = self.twin.self_trade == SelfTrade.CANCEL_OLDEST
        asks = [ask for ask in self.twin.resting(SELL) if not (steps_aside and ask.owner == party)]
        taken = [ask.limit for ask in asks for _ in range(ask.lots)][: max(lots, 0)]
        notional = sum(taken) * STEP
        cost: int = notional + share(notional, self.dearer) + len(taken)
        return cost <= self.quote[party] - quote

    @invariant()
    def agrees(self):
        if not hasattr(self, "v"):
            return
        self.v.ledger.check()
        self.v.exchange._check()
        for party in PARTIES:
            assert self.v.has(party) == (self.base[party], self.quote[party])
            assert self.v.held(party) == self.held(party, self.twin.orders)
        quote = self.v.exchange.quotes.last
        assert self.v.exchange.book.quote() == (quote[2:] if quote else (0, 0, 0, 0))


TestExchangeWalk = ExchangeWalk.TestCase

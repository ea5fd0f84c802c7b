"""Tapes written by hand, for readers of tapes: a real venue, chain entries said by whoever writes them, numbers for the head.

One whole ETH is 1,000 lots (a lot is 10^15 units), a tick is one cent of USDC, so a lot moving a tick is 10 units of USDC. Time is
moved on by hand, in seconds.
"""

from typing import Any

import attrs

from sim.assets import Asset, Instrument
from sim.commands import CancelOrder, PlaceOrder, ReduceOrder, RepriceOrder
from sim.facts import AgentFacts, AssetFacts, Facts, FeedFacts, PoolFacts, VenueFacts
from sim.kernel import Kernel
from sim.ledger import Ledger
from sim.market.book import Book
from sim.market.exchange import Exchange
from sim.records.agents import OutsideMoved
from sim.records.declare import Record
from sim.records.lending import HealthFell, Liquidated
from sim.records.market import OrderAccepted, TransferCredited, UnitsSent
from sim.records.oracle import PriceObserved, PricePosted
from sim.storage import MemoryTape
from sim.tape import Tape
from sim.units import SECOND, Lots, Party, Place, Price, Seq, Ticks, Units
from sim.vocabulary import Motive, SelfTrade, Side

ETH, USDC = 1, 2
VENUE, OTHER_VENUE, CHAIN, TOKEN, FEED, POOL, OUTSIDE = 11, 12, 13, 14, 15, 16, 17
MAKER, NOISE, KEEPER, OTHER_KEEPER, BORROWER, REPORTER, OTHER_REPORTER = 21, 22, 23, 24, 25, 26, 27
LOT: Units = 10**15
TICK: Units = 10**4
CENT_8 = 10**6
"""One tick as a price with 8 decimals."""

FACTS = Facts(
    epoch=1_584_007_200,
    chain=CHAIN,
    outside=OUTSIDE,
    gas_asset=ETH,
    assets=(AssetFacts(ETH, "ETH", 18), AssetFacts(USDC, "USDC", 6)),
    venues=(VenueFacts(VENUE, "main", ETH, USDC, LOT, TICK),),
    feeds=(FeedFacts(FEED, "ETH/USD", ETH, {VENUE: 10_000}),),
    pools=(PoolFacts(POOL, "aave", {ETH: FEED, USDC: 0}, {USDC: 10**8}),),
    agents=(
        AgentFacts(MAKER, "maker", "MarketMaker", 1, "maker"),
        AgentFacts(NOISE, "noise", "Crowd", 1, "trader"),
        AgentFacts(KEEPER, "keeper", "Liquidator", 2, "keeper"),
        AgentFacts(BORROWER, "borrower", "Passive", 1, "borrower"),
        AgentFacts(REPORTER, "reporter", "Reporter", 2, "reporter"),
    ),
)


@attrs.define
class HandTape:
    """A tape in the making."""

    tape: Tape = attrs.field(init=False)
    kept: MemoryTape = attrs.field(factory=MemoryTape)
    kernel: Kernel = attrs.field(factory=Kernel)
    venues: dict[Place, Exchange] = attrs.field(factory=dict)
    maker_fee_ppm: int = 0
    taker_fee_ppm: int = 0
    self_trade: SelfTrade = SelfTrade.NONE
    capacity: int = 64
    """Small, so that every tape has several stretches."""
    _orders: int = 0
    _rounds: int = 0

    def __attrs_post_init__(self) -> None:
        """Open two venues where everybody is rich."""
        self.tape = Tape(self.kept, self.capacity)
        ledger = Ledger()
        eth, usdc = Asset(ETH, "ETH", 18), Asset(USDC, "USDC", 6)
        ledger.add_asset(eth)
        ledger.add_asset(usdc)
        for place in (VENUE, OTHER_VENUE):
            instrument = Instrument(eth, usdc, LOT, TICK)
            fees = (self.maker_fee_ppm, self.taker_fee_ppm)
            venue = Exchange(place, instrument, self.kernel, self.tape, ledger, Book(self.self_trade), *fees, depth_interval=0)
            self.venues[place] = venue
            for party in range(MAKER, OTHER_REPORTER + 1):
                ledger.mint(ETH, venue.purse(party), 10**24)
                ledger.mint(USDC, venue.purse(party), 10**18)

    # Time, and what anybody may say.

    def wait(self, seconds: float) -> None:
        self.kernel.run_until(self.kernel.now + int(seconds * SECOND))

    def say(self, place: Place, party: Party, record: Record, cause: Seq = 0) -> Seq:
        return self.tape.append(self.kernel.now, cause, place, party, record.row())

    def read(self) -> MemoryTape:
        """Return everything said so far."""
        self.tape.flush()
        return self.kept

    @property
    def last(self) -> Seq:
        return self.tape.entries

    # Venues.

    def place(
        self,
        party: Party,
        side: Side,
        lots: Lots,
        limit: Ticks | None = None,
        motive: Motive = Motive.VOLUNTARY,
        cause: Seq = 0,
        venue: Place = VENUE,
        **terms: Any,
    ) -> int:
        """Send an order; return its number."""
        self._orders += 1
        order = PlaceOrder(venue, side, lots, limit, motive=motive, order=self._orders, **terms)
        self.venues[venue].arrive((party, cause, order))
        return self._orders

    def bid(self, lots: Lots, limit: Ticks, party: Party = MAKER, **terms: Any) -> int:
        return self.place(party, Side.BUY, lots, limit, terms.pop("motive", Motive.MARKET_MAKING), **terms)

    def ask(self, lots: Lots, limit: Ticks, party: Party = MAKER, **terms: Any) -> int:
        return self.place(party, Side.SELL, lots, limit, terms.pop("motive", Motive.MARKET_MAKING), **terms)

    def sell(self, lots: Lots, party: Party = NOISE, motive: Motive = Motive.VOLUNTARY, **terms: Any) -> int:
        return self.place(party, Side.SELL, lots, None, motive, **terms)

    def sell_seized(self, lots: Lots, party: Party = KEEPER, **terms: Any) -> int:
        return self.sell(lots, party, Motive.LIQUIDATION_SALE, **terms)

    def cancel(self, order: int, party: Party = MAKER, venue: Place = VENUE, cause: Seq = 0) -> None:
        self.venues[venue].arrive((party, cause, CancelOrder(venue, order)))

    def reduce(self, order: int, lots: Lots, party: Party = MAKER) -> None:
        self.venues[VENUE].arrive((party, 0, ReduceOrder(VENUE, order, lots)))

    def reprice(self, order: int, limit: Ticks, party: Party = MAKER) -> None:
        self.venues[VENUE].arrive((party, 0, RepriceOrder(VENUE, order, limit)))

    def quote_seq(self, venue: Place = VENUE) -> Seq:
        """Return the venue's last QuoteChanged."""
        quote = self.venues[venue].quotes.last
        return quote.seq if quote else 0

    def mid_8(self, venue: Place = VENUE) -> Price:
        """Return the venue's mid as a price with 8 decimals."""
        quote = self.venues[venue].quotes.last
        assert quote
        return (quote.bid + quote.ask) * CENT_8 // 2

    # Feeds and pools.

    def outside(self, price: Price) -> Seq:
        return self.say(OUTSIDE, 0, OutsideMoved(price))

    def observe(self, reporter: Party, answer: Price, *views: tuple[Place, Seq, int], round: int, cause: Seq = 0) -> None:
        for source, seen, weight in views:
            self.say(FEED, REPORTER, PriceObserved(round, reporter, answer, source, seen, 0, weight), cause)

    def post(self, price: Price, *views: tuple[Place, Seq, int], reporter: Party = REPORTER, after: float = 1) -> Seq:
        """Post a reporter's answer, seen through these views, a second after whatever came before."""
        self.wait(after)
        self._rounds += 1
        self.observe(reporter, price, *views, round=self._rounds)
        before, self._posted = self._posted, price
        return self.say(FEED, REPORTER, PricePosted(self._rounds, price, before, 1, reporter, self.kernel.now))

    _posted: Price = 0

    def post_mid(self) -> Seq:
        """Post the venue's mid as it stands."""
        return self.post(self.mid_8(), (VENUE, self.quote_seq(), 10_000))

    def fall(self, post: Seq, account: Party = BORROWER, price: Price = 0) -> Seq:
        return self.say(POOL, account, HealthFell(account and post, price, 99 * 10**16, 100 * 10**8, 110 * 10**8), post)

    def liquidate(
        self, fell: Seq, seized_lots: Lots, repaid: Units = 0, keeper: Party = KEEPER, account: Party = BORROWER, price: Price = 0
    ) -> Seq:
        row = Liquidated(account, USDC, ETH, fell, 10**8, price, repaid, seized_lots * LOT, 0, 99 * 10**16)
        return self.say(POOL, keeper, row, fell)

    def deposit(self, lots: Lots, party: Party = KEEPER, venue: Place = VENUE) -> None:
        """Carry seized units to a venue."""
        sent = self.say(TOKEN, party, UnitsSent(ETH, venue, lots * LOT))
        self.say(venue, party, TransferCredited(ETH, lots * LOT, sent), sent)

    def accepted(self, order: int) -> Seq:
        """Return the OrderAccepted of an order."""
        columns = self.read().records(OrderAccepted)
        return int(columns["seq"][columns["order"] == order][-1])

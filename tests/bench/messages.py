"""How many order messages a second go the whole way, beside SimPy's own bare timeouts and in a crowd.

A message is one command of one of a thousand strategy objects: its timer rings, it looks at a late quote, it draws, it answers
with one command; latency is drawn, the command reaches the venue, funds are held, the book matches, fees are charged, the tape
has the acceptance with its cause, every trade and the new quote. The venue's book stays near one size: 35 % of the commands are
marketable, the others leave an order or take the last one back. What is timed is simulated time going by, building is not.

The measure beside it is SimPy with a thousand processes that do nothing but ``yield timeout``. Rounds alternate, so that a slow
moment of the machine hits both, and processor seconds are counted. The crowd is the built-in ``Crowd``: one mind, a thousand owners.
"""

from collections.abc import Callable, Generator
from statistics import median
from time import process_time
from typing import Any, ClassVar

import attrs
import simpy

from sim.agents.connections import Sources, Terms
from sim.agents.desk import Desk, Sight
from sim.agents.runner import Agent, Channel, Runner
from sim.agents.strategy import News, On, Strategy
from sim.assets import Asset, Instrument
from sim.commands import CancelOrder, Command, PlaceOrder, WakeMe
from sim.kernel import Kernel, undisturbed
from sim.latency import Constant, LatencyModel, Uniform
from sim.ledger import Ledger
from sim.market.book import Book
from sim.market.exchange import Exchange
from sim.records import OrderAccepted, OrderCancelled, OrderRefused
from sim.storage import MemoryTape
from sim.streams import Streams, key_of
from sim.tape import Tape
from sim.units import MILLISECOND, SECOND, Nanos, Party, Place
from sim.vocabulary import CancelReason
from strategies.traders.crowd import Crowd

ROUNDS = 5
TRADERS = 1_000
SPAN = 30 * SECOND
"""Simulated, about a thousand messages a second."""
TIMEOUTS = 200_000
SEED = 7
VENUE: Place = 3
FIRST_PARTY: Party = 10
ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
ETH_USDC = Instrument(ETH, USDC, lot=10**15, tick=10**4)
OPENING = 20_000
LATENCY = Uniform(MILLISECOND, 50 * MILLISECOND)
CROWD_LATENCY = Constant(20 * MILLISECOND)
"""A line never overtakes itself: a thousand owners behind one line of varying latency would queue in it."""
MAKER_FEE_PPM, TAKER_FEE_PPM = 100, 300
WARM_UP = 20 * SECOND
"""Simulated time until the book has its size and draws come in blocks of theirs."""


@attrs.define
class Trader:
    """Wakes about once a second and sends one command: trades at market, or leaves an order, or takes the last one back."""

    wakes_on: ClassVar[tuple[On, ...]] = ()
    _last: int = attrs.field(default=0, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        dice, venue = desk.dice, desk.connections.venues[0]
        quote = desk.quote(venue)
        wake = WakeMe(1 + int(dice.exponential() * SECOND))
        number = int(dice.uniform() * 1_000_000)  # Its digits are the side, the kind and the size.
        side, size = number & 1, number // 1_000
        if number % 100 < 35:
            return [PlaceOrder(venue, side, 1 + size % 5), wake]
        if self._last:
            last, self._last = self._last, 0
            return [CancelOrder(venue, last), wake]
        middle = (quote.bid + quote.ask) // 2 if quote.bid and quote.ask else OPENING
        away = 1 + size % 50
        self._last = order = desk.new_order()
        limit = middle + away if side else middle - away
        return [PlaceOrder(venue, side, 1 + size % 20, limit, order=order), wake]


@attrs.define(eq=False)
class Market:
    """A venue and whoever trades there."""

    kernel: Kernel
    tape: Tape
    ledger: Ledger
    exchange: Exchange
    runner: Runner
    streams: Streams
    kept: MemoryTape

    def add(self, name: str, strategy: Strategy, me: Party, accounts: int = 1, latency: LatencyModel = LATENCY) -> None:
        for party in range(me, me + accounts):
            purse = self.exchange.purse(party)
            self.ledger.mint(ETH.id, purse, 10**24)
            self.ledger.mint(USDC.id, purse, 10**16)
        connections = Sources(venues=(VENUE,), quotes={VENUE: self.exchange.quotes}, depths={VENUE: self.exchange.depths})
        connections.terms[VENUE] = Terms(ETH_USDC, MAKER_FEE_PPM, TAKER_FEE_PPM, 1)
        desk = Desk(me, name, accounts, connections, self.streams)
        desk._sights[VENUE] = Sight(latency, self.streams[f"{name}/sight"])
        desk._connect()
        channel = Channel(self.exchange.arrive, latency, self.streams[f"{name}/way"], key_of(SEED, name, VENUE))
        self.runner.agents.append(Agent(len(self.runner.agents), strategy, desk, {VENUE: channel}))

    def run(self, span: Nanos) -> None:
        self.kernel.run_until(self.kernel.now + span)
        self.tape.flush()

    def answered(self) -> int:
        """Return how many commands the venue has answered."""
        accepted, refused = self.kept.records(OrderAccepted), self.kept.records(OrderRefused)
        cancelled = self.kept.records(OrderCancelled)
        return len(accepted["seq"]) + len(refused["seq"]) + int((cancelled["reason"] == CancelReason.OWNER).sum())


def market() -> Market:
    """Return a venue without traders."""
    kept = MemoryTape()
    kernel, tape, ledger = Kernel(), Tape(kept), Ledger()
    ledger.add_asset(ETH)
    ledger.add_asset(USDC)
    exchange = Exchange(VENUE, ETH_USDC, kernel, tape, ledger, Book(), MAKER_FEE_PPM, TAKER_FEE_PPM)
    exchange.quotes.reach(LATENCY.longest)
    exchange.depths.reach(LATENCY.longest)
    return Market(kernel, tape, ledger, exchange, Runner(kernel, tape), Streams(SEED), kept)


def traders_market() -> Market:
    """Return a market of a thousand minds that each send a command about once a second."""
    made = market()
    for number in range(TRADERS):
        made.add(f"trader/{number}", Trader(), FIRST_PARTY + number)
    made.runner.start()
    made.run(WARM_UP)
    return made


def crowd_market() -> Market:
    """Return a market of one mind that sends for a thousand owners, as often as they would."""
    made = market()
    made.add(
        "crowd",
        Crowd(members=TRADERS, arrivals_per_minute=40 * TRADERS, market_bps=4_000, lifetime=SECOND),
        FIRST_PARTY,
        TRADERS,
        CROWD_LATENCY,
    )
    for side, limit in ((0, OPENING - 1), (1, OPENING + 1)):
        made.exchange.arrive((FIRST_PARTY, 0, PlaceOrder(VENUE, side, 1_000, limit)))
    made.runner.start()
    made.run(WARM_UP)
    return made


def messages_per_s(built: Callable[[], Market], span: Nanos = SPAN) -> float:
    """Return the commands a venue answers per processor second, the tape hashed and kept in memory."""
    made = built()
    before = made.answered()
    with undisturbed():
        began = process_time()
        made.run(span)
        seconds = process_time() - began
    made.ledger.check()
    live = len(made.exchange.book.orders)
    assert 100 < live < 5_000, f"{live} orders are live: the book does not keep its size"
    return (made.answered() - before) / seconds


def timeouts_per_s(timeouts: int = TIMEOUTS) -> float:
    """Return the events per processor second of SimPy's own loop under a thousand processes that only wait."""
    environment = simpy.Environment()
    for number in range(TRADERS):
        environment.process(_waiting(environment, 1_000 + number % 97))
    span = timeouts * 1_048 // TRADERS
    with undisturbed():
        began = process_time()
        environment.run(until=span)
        seconds = process_time() - began
    return timeouts / seconds


def _waiting(environment: Any, delay: int) -> Generator[Any, Any, None]:
    while True:
        yield environment.timeout(delay)


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Return messages a second of a thousand minds and of a crowd, and the first beside bare timeouts: medians of the rounds."""
    traders, crowds, bare = [], [], []
    for _ in range(rounds):
        bare.append(timeouts_per_s())
        traders.append(messages_per_s(traders_market))
        crowds.append(messages_per_s(crowd_market))
    return {
        "order_messages_per_s": round(median(traders)),
        "order_messages_vs_simpy": round(median(ours / theirs for ours, theirs in zip(traders, bare, strict=True)), 4),
        "crowd_messages_per_s": round(median(crowds)),
        "crowd_messages_vs_simpy": round(median(ours / theirs for ours, theirs in zip(crowds, bare, strict=True)), 4),
        "simpy_timeouts_per_s": round(median(bare)),
    }


if __name__ == "__main__":
    print(measure())

"""A small world with one venue and no chain: for stories about traders, and for measuring what a market made of them does.

Wire it, run it, look at it. Prices are in USDC of two decimals a tick, sizes in thousandths of an ETH.
"""

from collections.abc import Sequence
from typing import Any

import attrs

from sim.agents.connections import Sources, Terms
from sim.agents.courier import Courier, Subscription
from sim.agents.desk import Desk, Sight
from sim.agents.runner import Agent, Channel, Runner
from sim.agents.strategy import Strategy
from sim.assets import Asset, Instrument
from sim.history import History
from sim.kernel import EXECUTE, Kernel
from sim.latency import Constant, LatencyModel
from sim.ledger import Ledger
from sim.market.book import Book
from sim.market.exchange import Exchange
from sim.records import RECORDS, OutsideMoved, Record
from sim.streams import Streams, key_of
from sim.tape import Tape
from sim.units import MILLISECOND, Nanos, Party, Place, Price, Seq, Units
from sim.views import Balance, Outside

ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
ETH_USDC = Instrument(ETH, USDC, lot=10**15, tick=10**4)
VENUE: Place = 3
OUTSIDE: Place = 4
FIRST_PARTY: Party = 10
LATENCY = Constant(20 * MILLISECOND)
LONGEST: Nanos = 1_000 * MILLISECOND


@attrs.define(eq=False)
class OutsidePath:
    """Moves the outside price at given instants."""

    kernel: Kernel
    tape: Tape
    points: Sequence[tuple[Nanos, Price]]
    history: History[Outside] = attrs.field(factory=History)

    def start(self) -> None:
        for at, price in self.points:
            self.kernel.call_at(at, EXECUTE, self.move, price)

    def move(self, price: Price) -> None:
        at = self.kernel.now
        seq = self.tape.append(at, 0, OUTSIDE, 0, (OutsideMoved.kind, price))
        self.history.add(at, Outside(seq, at, price))


@attrs.define(eq=False)
class BalanceBoard:
    """Publishes an agent's own balances at the venue after each change."""

    exchange: Exchange
    histories: dict[Party, History[dict[int, Balance]]] = attrs.field(factory=dict)

    def watch(self, party: Party) -> History[dict[int, Balance]]:
        history: History[dict[int, Balance]] = History(LONGEST)
        self.histories[party] = history
        self.exchange.watched[party] = self.publish
        self.publish(party, 0)
        return history

    def publish(self, party: Party, at: Nanos) -> None:
        purse, ledger = self.exchange.purse(party), self.exchange.ledger
        assets = (ETH.id, USDC.id)
        self.histories[party].add(at, {each: Balance(ledger.balance(each, purse), ledger.free(each, purse)) for each in assets})


@attrs.define(eq=False)
class Heard:
    """Keeps the entries of every kind, for the asserts."""

    rows: list[tuple[Seq, Nanos, Seq, Place, Party, tuple[int, ...]]] = attrs.field(factory=list)

    def hear(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: tuple[int, ...]) -> None:
        self.rows.append((seq, at, cause, place, party, row))


@attrs.define(eq=False)
class PocketMarket:
    """One venue, an outside price, and whoever is added; deep copies go on as the original would."""

    seed: int = 1
    outside: Sequence[tuple[Nanos, Price]] = ((0, 195 * 10**8),)
    maker_fee_ppm: int = 500
    taker_fee_ppm: int = 1_000
    keeps_rows: bool = True
    kernel: Kernel = attrs.field(factory=Kernel, init=False)
    tape: Tape = attrs.field(factory=Tape, init=False)
    ledger: Ledger = attrs.field(factory=Ledger, init=False)
    streams: Streams = attrs.field(init=False)
    exchange: Exchange = attrs.field(init=False)
    runner: Runner = attrs.field(init=False)
    courier: Courier = attrs.field(init=False)
    path: OutsidePath = attrs.field(init=False)
    board: BalanceBoard = attrs.field(init=False)
    heard: Heard = attrs.field(factory=Heard, init=False)
    parties: dict[str, Party] = attrs.field(factory=dict, init=False)
    _next: Party = attrs.field(default=FIRST_PARTY, init=False)
    _started: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.streams = Streams(self.seed)
        self.ledger.add_asset(ETH)
        self.ledger.add_asset(USDC)
        fees = self.maker_fee_ppm, self.taker_fee_ppm
        self.exchange = Exchange(VENUE, ETH_USDC, self.kernel, self.tape, self.ledger, Book(), *fees)
        self.runner = Runner(self.kernel, self.tape)
        self.courier = Courier(self.kernel, self.runner.deliver)
        self.path = OutsidePath(self.kernel, self.tape, self.outside)
        self.board = BalanceBoard(self.exchange)
        for history in (self.exchange.quotes, self.exchange.depths, self.path.history):
            history.reach(LONGEST)

    def add(
        self,
        name: str,
        strategy: Strategy,
        eth: int = 0,
        usdc: int = 0,
        accounts: int = 1,
        latency: LatencyModel = LATENCY,
    ) -> Party:
        """Add an agent with whole ETH and USDC for each of its accounts; return its party."""
        me, slot = self._next, len(self.runner.agents)
        self._next += accounts
        self.parties[name] = me
        for party in range(me, me + accounts):
            purse = self.exchange.purse(party)
            self.ledger.mint(ETH.id, purse, eth * ETH.unit)
            self.ledger.mint(USDC.id, purse, usdc * USDC.unit)
        connections = Sources(venues=(VENUE,), quotes={VENUE: self.exchange.quotes}, depths={VENUE: self.exchange.depths})
        connections.terms[VENUE] = Terms(ETH_USDC, self.maker_fee_ppm, self.taker_fee_ppm, 1)
        connections.outside_place, connections.outside = OUTSIDE, self.path.history
        connections.balances[VENUE, 0] = self.board.watch(me) if accounts == 1 else History()
        desk = Desk(me, name, accounts, connections, self.streams)
        for place in (VENUE, OUTSIDE):
            desk._sights[place] = Sight(latency, self.streams[f"{name}/sight/{place}"])
        desk._connect()
        channel = Channel(self.exchange.arrive, latency, self.streams[f"{name}/way"], key_of(self.seed, name, VENUE))
        self.runner.agents.append(Agent(slot, strategy, desk, {VENUE: channel}))
        self._subscribe(slot, me, accounts, strategy, name, latency)
        return me

    def run(self, until: Nanos) -> "PocketMarket":
        """Go on until an instant; the first call starts everybody."""
        if not self._started:
            self._start()
        self.kernel.run_until(until)
        return self

    # What the asserts ask.

    def records(self, kind: type[Record], name: str = "") -> list[Any]:
        """Return the records of a kind so far, of one agent if it is named."""
        party = self.parties.get(name)
        return [RECORDS[row[0]](*row[1:]) for _, _, _, _, by, row in self.heard.rows if row[0] == kind.kind and party in (None, by)]

    def told(self, name: str) -> list[tuple[Nanos, tuple[int, ...]]]:
        """Return instants and bodies of everything an agent's accounts brought about at the venue."""
        return [(at, row) for _, at, _, place, by, row in self.heard.rows if by == self.parties[name] and place == VENUE]

    def mid(self) -> float:
        """Return the mid in USDC now; 0 unless both sides rest."""
        bid, _, ask, _ = self.exchange.book.quote()
        return (bid + ask) / 200 if bid and ask else 0.0

    def depth_usd(self, side: int, within_bps: int) -> float:
        """Return the USDC resting on a side within a distance of the mid."""
        mid, levels = self.mid(), self.exchange.book.depth(side, 10_000)  # type: ignore[arg-type] # 0 or 1.
        return sum(price * lots for price, lots in levels if abs(price / 100 - mid) * 10_000 <= within_bps * mid) / 10**5

    def units(self, name: str, asset: Asset, account: int = 0) -> Units:
        """Return what an agent has at the venue now."""
        return self.ledger.balance(asset.id, self.exchange.purse(self.parties[name] + account))

    def _start(self) -> None:
        self._started = True
        if self.keeps_rows:
            for kind in RECORDS:
                self.tape.listen(kind, self.heard.hear)
        for kind in self.courier.kinds():
            self.tape.listen(kind, self.courier.carry)
        self.path.start()
        self.runner.start()

    def _subscribe(self, slot: int, me: Party, accounts: int, strategy: Strategy, name: str, latency: LatencyModel) -> None:
        for on in strategy.wakes_on:
            place = OUTSIDE if on.record is OutsideMoved else VENUE
            stream = self.streams[f"{name}/news/{on.record.kind}"]
            if not on.own:
                self.courier.subscribe(on, place, Subscription(slot, latency, stream, on.moved_bps))
                continue
            for party in range(me, me + accounts):
                self.courier.subscribe_own(on, party, place, Subscription(slot, latency, stream, on.moved_bps))

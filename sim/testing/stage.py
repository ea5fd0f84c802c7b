"""A stage for exams: a desk over made-up histories, and news of every kind a strategy asks for, some of it plausible.

Nothing here is a market. It is a world that says all sorts of things in any sequence, the same ones for the same scene, so that two
strategies on two stages hear and see alike. Left out: consequences, but for those a scene is about: txs that all revert, orders
that a halted venue refuses. Whatever else a strategy commands is written down and does nothing.
"""

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from sim.agents.connections import Sources, Terms
from sim.agents.desk import ORDER_SPACE, Desk, Sight
from sim.agents.strategy import START, TIMER, News, On
from sim.assets import Asset, Instrument
from sim.commands import PlaceOrder, SendTx, WakeMe
from sim.errors import LimitReached
from sim.history import History
from sim.latency import Constant
from sim.lending.aave.v3_0 import V3_0
from sim.lending.aave.views import AccountView, CollateralView, DebtView, PoolView, Reserves, ReserveView
from sim.oracle.preview import FeedView
from sim.oracle.push_feed import FeedTerms
from sim.records import OrderRefused, Record, TxPending, TxReverted
from sim.records.declare import Column
from sim.streams import Stream, Streams
from sim.testing.picture import picture
from sim.testing.scenes import Scene
from sim.testing.waiting import MadeUpFates, MadeUpMempool
from sim.units import BPS_ONE, GWEI, RAY, SECOND, WAD, Nanos, Party, Place, Seq, Ticks
from sim.views import Balance, Block, Depth, Outside, Posted, Quote
from sim.vocabulary import Refusal

ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
VENUE, OUTSIDE, CHAIN, TOKEN, POOL, FEED = 3, 4, 5, 6, 7, 8
ME: Party = 100
OTHER: Party = 50
ACCOUNTS = 4_096
"""Enough for the largest crowd."""
INSTRUMENT = Instrument(ETH, USDC, lot=10**15, tick=10**4)
MIDDLE: Ticks = 20_000
"""200 USDC."""
BLOCK_SECONDS = 12
MOST_TIMERS = 1_000
"""That may wait at once: who sets two at each that rings has a million within twenty rings."""


def plainly(strategy: Any, news: News, desk: Desk) -> list[Any]:
    """Return what a strategy answers, with nobody watching."""
    return list(strategy.decide(news, desk) or ())


@attrs.define(eq=False, repr=False)
class Stage:
    """One desk, and what is said to it."""

    scene: Scene
    ask: Callable[[Any, News, Desk], list[Any]] = plainly
    """How the strategy is asked."""
    seat: type[Desk] = Desk
    desk: Desk = attrs.field(init=False)
    said: list[Any] = attrs.field(factory=list, init=False)
    """What the strategy commanded, in sequence."""
    last_news: News = START
    """What it was told last."""
    _seq: Seq = attrs.field(default=0, init=False)
    _timers: list[Nanos] = attrs.field(factory=list, init=False)
    _echoes: list[tuple[type[Record], tuple[int, ...]]] = attrs.field(factory=list, init=False)
    """News of its own commands, told in the next second: record and row."""
    _pictures: list[tuple[Any, Any]] = attrs.field(factory=list, init=False)
    """What was shown, and what it looked like then."""
    _dice: Stream = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Connect a desk to sources of every sort."""
        streams = Streams(self.scene.seed)
        self._dice = streams["stage"]
        self.desk = self.seat(ME, "examinee", ACCOUNTS, _sources(), streams)
        for place in (VENUE, CHAIN, OUTSIDE):
            self.desk._sights[place] = Sight(Constant(1), streams[f"sight/{place}"])
        if not self.scene.is_silent:
            connections = self.desk._sources
            connections.gossip, connections.fates = MadeUpMempool(FEED, POOL, OTHER), MadeUpFates(POOL)
            connections.coming[FEED].add(0, FeedView(FEED, FeedTerms((OTHER,), 1, 1, 10**12), 1, MIDDLE * 10**6, 0, {}, {}))
        self.desk._connect()

    def play(self, strategy: Any, seconds: int, start: News = START) -> None:
        """Let a strategy live for some seconds: timers as it set them, and much news, with a lull in every other block."""
        self._tell(strategy, start, 1)
        for second in range(1, seconds + 1):
            now = second * SECOND
            self._ring(strategy, now)
            if not self.scene.is_silent:
                self._show(now - 1)
            self._echo(strategy, now)
            if second // BLOCK_SECONDS % 2 == 0:
                for news in self._in_sequence(list(self._news(type(strategy).wakes_on, now))):
                    self._tell(strategy, news, now)

    def flood(self, strategy: Any, count: int) -> None:
        """Tell a strategy a great deal at one instant."""
        now = self.desk.now + SECOND
        wishes = type(strategy).wakes_on
        for _ in range(count if wishes else 0):
            self._tell(strategy, self._one(wishes[self._dice.integer(len(wishes))], now), now)

    def changed(self) -> str:
        """Return the kind of what was shown and no longer looks as it did then; empty when nothing changed."""
        return next((type(thing).__name__ for thing, seen in self._pictures if picture(thing) != seen), "")

    def _tell(self, strategy: Any, news: News, now: Nanos) -> None:
        self.last_news = self._publish(news)
        self.desk._wake(now, news.seq, news.place, news.at)
        for command in self.ask(strategy, news, self.desk):
            self.said.append(command)
            if isinstance(command, WakeMe):
                self._set_timer(now + max(1, command.after))
            self._answer(command)

    def _set_timer(self, due: Nanos) -> None:
        if len(self._timers) == MOST_TIMERS:
            raise LimitReached(Refusal.TOO_MANY_COMMANDS, f"more than {MOST_TIMERS} of its timers wait; set one when the last has rung")
        self._timers.append(due)

    def _answer(self, command: Any) -> None:
        """Prepare the news of a command that a scene is about."""
        if isinstance(command, SendTx) and self.scene.is_reverting:
            tx, nonce = len(self.said), max(0, command.nonce)
            fees = (command.max_fee, command.tip, command.gas_limit)
            self._echoes.append((TxPending, (TxPending.kind, tx, nonce, command.contract, 1, *fees)))
            reverted = {"tx": tx, "nonce": nonce, "reason": Refusal.HEALTHY, "gas_used": 10**5}
            self._echoes.append((TxReverted, self._row(TxReverted, reverted)))
        if isinstance(command, PlaceOrder) and self.scene.is_halted:
            self._echoes.append((OrderRefused, (OrderRefused.kind, command.order, Refusal.HALTED)))

    def _echo(self, strategy: Any, now: Nanos) -> None:
        """Tell of its own commands, as far as the strategy wants to hear of them."""
        echoes, self._echoes = self._echoes, []
        wanted = [on.record for on in type(strategy).wakes_on if on.own]
        for record, row in echoes:
            if record in wanted:
                self._tell(strategy, News(self._next(), now - SECOND, _place_of(record), ME, row), now)

    def _in_sequence(self, news: list[News]) -> list[News]:
        """Return the news of an instant in the scene's sequence."""
        return news[::-1] if self.scene.is_reordered else news

    def _ring(self, strategy: Any, now: Nanos) -> None:
        """Ring the timers that are due; those set on the way wait for the next second."""
        due = sorted(at for at in self._timers if at <= now)
        self._timers = [at for at in self._timers if at > now]
        for _ in due:
            self._tell(strategy, TIMER, now)

    def _publish(self, thing: Any) -> Any:
        """Return a thing, having taken its picture."""
        if not isinstance(thing, tuple):  # Which nobody can change.
            self._pictures.append((thing, picture(thing)))
        return thing

    def _news(self, wishes: tuple[On, ...], now: Nanos) -> Iterator[News]:
        """Yield news of what the strategy asked for: each kind about every third second."""
        for on in wishes:
            if self._dice.uniform() < 0.3:
                yield self._one(on, now)

    def _one(self, on: On, now: Nanos) -> News:
        seq = self._next()
        return News(seq, max(0, now - SECOND), _place_of(on.record), ME if on.own else OTHER, self._row(on.record, {}))

    def _row(self, record: type[Record], known: dict[str, int]) -> tuple[int, ...]:
        """Return a row of a record: what is known of it, and else what its columns could hold."""
        drawn = [(column.name, self._value(column)) for column in record.columns]
        return (record.kind, *(known.get(name, value) for name, value in drawn))

    def _value(self, column: Column) -> int:
        """Return a value that a column could hold."""
        draw = self._dice.integer
        if column.words is not None:
            words = list(column.words)
            return int(words[draw(len(words))])
        if column.name.endswith("order"):
            return (ME if draw(2) else OTHER) << ORDER_SPACE | 1 + draw(20)
        choices = {"Party": (ME, OTHER), "Place": (VENUE, CHAIN), "AssetId": (ETH.id, USDC.id)}
        if column.unit in choices:
            return choices[column.unit][draw(2)]
        sizes = {"Ticks": MIDDLE, "Lots": 1_000, "Units": 10**9, "Price": 200 * 10**8, "Wad": WAD, "int": 10}
        return draw(2 * sizes.get(column.unit, 1_000))

    def _show(self, at: Nanos) -> None:
        """Publish something new everywhere."""
        connections, draw, show = self.desk._sources, self._dice.integer, self._publish
        bid = MIDDLE - 200 + draw(400)
        sides, spread, is_open = draw(8), draw(20), not self.scene.is_halted
        quote = Quote(self._next(), at, bid if sides and is_open else 0, 1_000, bid + 1 + spread if sides != 1 and is_open else 0, 1_000)
        levels = range(20)
        bids = tuple((bid - level, 500) for level in levels) if quote.bid else ()
        asks = tuple((quote.ask + level, 500) for level in levels) if quote.ask else ()
        connections.quotes[VENUE].add(at, show(quote))
        connections.depths[VENUE].add(at, show(Depth(self._next(), at, bids, asks)))
        price = (bid + draw(100)) * 10**6
        connections.outside.add(at, show(Outside(self._next(), at, price)))
        for place in (VENUE, CHAIN):
            purse = 0 if self.scene.is_poor else 1
            funds = {ETH.id: purse * draw(100) * ETH.unit, USDC.id: purse * draw(100_000) * USDC.unit}
            connections.balances[place, 0].add(at, show({asset: Balance(units, units) for asset, units in funds.items()}))
        if (at // SECOND) % BLOCK_SECONDS == 0:
            self._show_block(at, price)

    def _show_block(self, at: Nanos, price: int) -> None:
        connections, draw, show = self.desk._sources, self._dice.integer, self._publish
        number = 1 + at // (BLOCK_SECONDS * SECOND)
        gas_price = (1 + draw(100)) * GWEI
        connections.blocks.add(at, show(Block(self._next(), at, number, at // SECOND, draw(2) * gas_price, gas_price, 10**7, 10**7)))
        stands = connections.posted[FEED].last
        if self.scene.is_frozen and stands is not None:
            price = stands.price
        else:
            connections.posted[FEED].add(at, show(Posted(self._next(), at, price, at // SECOND)))
        accounts = [_account(200 + index, 80 + draw(40), price) for index in range(4)]
        reserves = {ETH.id: _reserve(ETH, price), USDC.id: _reserve(USDC, 10**8)}
        unhealthy = tuple(account for account in accounts if account.health < WAD)
        connections.pool_views[POOL].add(at, show(PoolView(at // SECOND, V3_0, Reserves(reserves), unhealthy)))
        if connections.near_views is not None:
            connections.near_views[POOL].add(at, show(tuple(accounts)))
        connections.positions[POOL, 0].add(at, show(_account(ME, 80 + draw(80), price)))

    def _next(self) -> Seq:
        self._seq += 1
        return self._seq


def places() -> tuple[Place, ...]:
    """Return where an examinee may send to."""
    return (VENUE, CHAIN, TOKEN, POOL, FEED)


def _sources() -> Sources:
    return Sources(
        venues=(VENUE,),
        pools=(POOL,),
        feeds=(FEED,),
        chain_place=CHAIN,
        outside_place=OUTSIDE,
        token_place=TOKEN,
        gas_asset=ETH.id,
        assets={ETH.id: ETH, USDC.id: USDC},
        terms={VENUE: Terms(INSTRUMENT, 0, 1_000, 12)},
        feed_of_asset={(POOL, ETH.id): FEED},
        sources={FEED: ((VENUE, 4_000), (OUTSIDE, 6_000))},
        quotes={VENUE: History()},
        depths={VENUE: History()},
        balances={(VENUE, 0): History(), (CHAIN, 0): History()},
        posted={FEED: History()},
        gossip=MadeUpMempool(FEED, POOL, OTHER, 0),
        coming={FEED: History()},
        fates=MadeUpFates(POOL, 0),
        pool_views={POOL: History()},
        positions={(POOL, 0): History()},
        near_views={POOL: History()},
    )


def _place_of(record: type[Record]) -> Place:
    """Return where a kind of record is made; transfers, which have two places, are the venue's."""
    kind = record.kind
    if kind < 30:
        return VENUE
    return CHAIN if kind < 40 else FEED if kind < 50 else POOL if kind < 60 else OUTSIDE


def _account(party: Party, health_percent: int, price: int) -> AccountView:
    """Return ten ether against what makes this health at a threshold of 80 %."""
    value = 10 * price
    debt_value = value * 8_000 // BPS_ONE * 100 // health_percent
    collateral = CollateralView(ETH.id, 10 * ETH.unit, 8_000, 500, 10 * ETH.unit)
    debt = DebtView(USDC.id, debt_value // 100, debt_value // 100)
    return AccountView(party, health_percent * WAD // 100, value, debt_value, (collateral,), (debt,), 0)


def _reserve(asset: Asset, price: int) -> ReserveView:
    return ReserveView(asset.id, price, asset.unit, 10**6 * asset.unit, RAY, RAY, 0, 7_500, 8_000, 500, 0)

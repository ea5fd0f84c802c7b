"""A small world with everything in it: one venue, one chain, one feed, one pool, and whoever is added.

Built by the same build as any scenario. The feed stands at its opening price until a test posts another; the book is what a `Wall`
puts there. Blocks come every 12 seconds; prices are in cents of USDC a tick, sizes in thousandths of an ETH.
"""

import copy
from typing import Any, ClassVar, Self

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, News, On
from sim.commands import CancelOrder, Command, PlaceOrder, PostPriceCall, SendTx, WakeMe
from sim.records import RECORDS, Record
from sim.scenario.build import build
from sim.scenario.convert import structure
from sim.scenario.spec import Scenario
from sim.scenario.world import World
from sim.units import GWEI, SECOND, Nanos, Party, Price, Units
from sim.vocabulary import Side

ETHER, DOLLAR = 10**18, 10**6
BLOCK: Nanos = 12 * SECOND
OPENING = 200
"""USDC per ETH, posted and in the book."""


@attrs.define
class Wall:
    """Rests bids and asks from the start; a test may have it replace them at an instant."""

    bids: tuple[tuple[int, int], ...]
    """(ticks, lots)."""
    asks: tuple[tuple[int, int], ...]
    later: Nanos = 0
    later_bids: tuple[tuple[int, int], ...] = ()
    later_asks: tuple[tuple[int, int], ...] = ()
    role: ClassVar[str] = "trader"
    wakes_on: ClassVar[tuple[On, ...]] = ()
    _open: list[int] = attrs.field(factory=list, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        if news.kind == START.kind:
            return [*self._put(desk, self.bids, self.asks), *([WakeMe(self.later)] if self.later else [])]
        venue = desk.connections.venues[0]
        gone: list[Command] = [CancelOrder(venue, order) for order in self._open]
        self._open = []
        return [*gone, *self._put(desk, self.later_bids, self.later_asks)]

    def _put(self, desk: Desk, bids: tuple[tuple[int, int], ...], asks: tuple[tuple[int, int], ...]) -> list[Command]:
        commands: list[Command] = []
        for side, levels in ((Side.BUY, bids), (Side.SELL, asks)):
            for price, lots in levels:
                self._open.append(desk.new_order())
                commands.append(PlaceOrder(desk.connections.venues[0], side, lots, price, order=self._open[-1]))
        return commands


@attrs.define(eq=False)
class Entry:
    """One entry of the tape, as a record."""

    seq: int
    at: Nanos
    cause: int
    place: int
    party: Party
    record: Any


@attrs.define(eq=False)
class Heard:
    """Keeps every entry, for the asserts."""

    rows: list[tuple[int, Nanos, int, int, Party, tuple[int, ...]]] = attrs.field(factory=list)

    def hear(self, seq: int, at: Nanos, cause: int, place: int, party: Party, row: tuple[int, ...]) -> None:
        self.rows.append((seq, at, cause, place, party, row))


Levels = list[tuple[float, float]]
"""(price in USDC, ETH) each."""


def wall(bids: Levels | None = None, asks: Levels | None = None, later: str = "0 s", **later_levels: Levels) -> dict[str, Any]:
    """Return an agent that holds a book; by default 1,000 ETH a side a dollar from 200.

    At ``later`` it puts ``later_bids`` and ``later_asks`` in its place.
    """
    levels: dict[str, Levels] = {
        "bids": [(199, 1_000)] if bids is None else bids,
        "asks": [(201, 1_000)] if asks is None else asks,
        **later_levels,
    }
    rungs = {name: [[round(price * 100), round(eth * 1_000)] for price, eth in each] for name, each in levels.items()}
    return {
        "name": "wall",
        "strategy": "tests.worlds.pocket_chain:Wall",
        "venues": ["main"],
        "venue_funds": ["10_000_000 USDC", "100_000 ETH"],
        "parameters": {**rungs, "later": later},
    }


def keeper(name: str = "keeper", usdc: int = 50_000, ether: int = 5, latency: str = "50 ms", **parameters: Any) -> dict[str, Any]:
    """Return a liquidator with funds on the chain; ``count`` makes several."""
    return {
        "name": name,
        "count": parameters.pop("count", 1),
        "strategy": "liquidator",
        "venues": ["main"],
        "pools": ["lender"],
        "chain_funds": [f"{usdc} USDC", f"{ether} ETH"],
        "latency": {"kind": "constant", "latency": latency},
        "parameters": parameters,
    }


def account(name: str, ether: float, usdc: int) -> dict[str, Any]:
    """Return a position: ether locked, dollars owed."""
    return {"name": name, "collateral": [f"{ether} ETH"], "debt": [f"{usdc} USDC"]}


def scenario(agents: list[dict[str, Any]], accounts: list[dict[str, Any]], **keys: Any) -> Scenario:
    """Return the pocket scenario with these agents and positions.

    Keys: gas (gwei at p60), switches, shocks, custody, chain, version, bonus, waypoints, and feed: what departs from one reporter of
    ``main``, with which the feed is not frozen.
    """
    gas, feed = keys.pop("gas", 0), keys.pop("feed", {})
    points = [{"at": "0 s", "p60": f"{gas} gwei"}] if gas else []
    era = {"era": "ethereum-2020-03", "block_clock": "slots", "block_interval": "12 s", "oracle_posting": "one"}
    frozen = {} if feed else {"frozen_price_offset": "0 %"}
    tree = {
        "name": "pocket",
        "run": {"title": "A pocket world", "start": "2020-03-12T09:54:00Z", "duration": "1 h"},
        "assets": {"ETH": {"decimals": 18}, "USDC": {"decimals": 6}},
        "world": {"price": _price(keys.pop("waypoints", [])), "shocks": keys.pop("shocks", [])},
        "chain": {**era, "gas": {"points": points}, **keys.pop("chain", {})},
        "venues": [_venue(keys.pop("custody", {"confirmations": 2, "delay": "30 s"}))],
        "feeds": [{**_feed(), **feed}],
        "pools": [_pool(accounts, keys.pop("version", "v3_0"), keys.pop("bonus", "5 %"))],
        "agents": agents,
        "switches": {**frozen, **keys.pop("switches", {})},
    }
    assert not keys, keys
    return structure(Scenario, tree)


def _price(waypoints: list[dict[str, str]]) -> dict[str, Any]:
    pair = {"base": "ETH", "quote": "USDC", "role": "driver", "until": "1 h", "bridge_volatility": "0 %"}
    return {**pair, "waypoints": [{"at": "0 s", "price": f"{OPENING} USDC/ETH"}, *waypoints]}


def _venue(custody: dict[str, Any]) -> dict[str, Any]:
    steps = {"tick": "0.01 USDC/ETH", "lot": "0.001 ETH"}
    return {"name": "main", "base": "ETH", "quote": "USDC", **steps, "maker_fee": "0 %", "taker_fee": "0.1 %", "custody": custody}


def _feed() -> dict[str, Any]:
    sources = {"sources": [{"venue": "main"}], "pass_through": "100 %"}
    return {"name": "eth_usdc", "base": "ETH", "quote": "USDC", **sources, "reporters": [{"count": 1}], "gas_funds": "1 ETH"}


def _pool(accounts: list[dict[str, Any]], version: str, bonus: str) -> dict[str, Any]:
    """Return a pool without interest."""
    idle = {"slope": "0 %", "steep_slope": "0 %"}
    reserves = [
        {"asset": "ETH", "feed": "eth_usdc", "ltv": "75 %", "threshold": "80 %", "bonus": bonus},
        {"asset": "USDC", "price": "1 USDC/USDC", "liquidity": "10_000_000 USDC", "rate": idle},
    ]
    return {"name": "lender", "version": version, "reserves": reserves, "accounts": accounts}


@attrs.define(eq=False, repr=False)
class PocketChain:
    """A built world, and what tests ask of it."""

    world: World
    gas: int = 0
    """Gwei at which the background's blocks clear; 0: there is no background."""
    heard: Heard = attrs.field(factory=Heard)

    @classmethod
    def of(cls, agents: list[dict[str, Any]], accounts: list[dict[str, Any]], seed: int = 1, **keys: Any) -> "PocketChain":
        """Return a world at instant zero."""
        world = build(scenario(agents, accounts, **keys), seed)
        made = cls(world, keys.get("gas", 0))
        for kind in RECORDS:
            world.tape.listen(kind, made.heard.hear)
        reporter = made.party("eth_usdc/reporter/0")
        world.ledger.mint(world.assets["ETH"], world.ledger.open(reporter, world.chain.place), 1_000 * ETHER)
        return made

    def fork(self) -> Self:
        """Return a copy that goes on by itself."""
        return copy.deepcopy(self)

    def blocks(self, count: int) -> Self:
        """Go on until a second before the block after so many more."""
        now = self.world.kernel.now
        self.world.kernel.run_until((now // BLOCK + count) * BLOCK + BLOCK - SECOND)
        self.world.check()
        return self

    def post(self, dollars: float) -> "PocketChain":
        """Have the reporter send a price; it is in the next block, before whoever reads of it."""
        price: Price = round(dollars * 10**8)
        feed, reporter = self.place("eth_usdc"), self.party("eth_usdc/reporter/0")
        call, bid = PostPriceCall(((reporter, price, ()),)), max(1, 100 * self.gas) * GWEI
        self.world.chain.arrive((reporter, 0, SendTx(feed, call, bid, bid, 200_000)))
        return self

    # What the asserts ask.

    def party(self, name: str) -> Party:
        found = self.world.names.id(name)
        assert found is not None, name
        return found

    place = party

    def entries(self, kind: type[Record], name: str = "") -> list[Entry]:
        """Return the entries of a kind so far, of one party if it is named."""
        party = self.party(name) if name else 0
        return [
            Entry(seq, at, cause, place, by, RECORDS[row[0]](*row[1:]))
            for seq, at, cause, place, by, row in self.heard.rows
            if row[0] == kind.kind and (not party or by == party)
        ]

    def records(self, kind: type[Record], name: str = "") -> list[Any]:
        """Return the records of a kind so far, of one party if it is named."""
        return [entry.record for entry in self.entries(kind, name)]

    def on_chain(self, name: str, asset: str) -> Units:
        """Return a party's units on the chain now."""
        ledger = self.world.ledger
        return ledger.balance(self.world.assets[asset], ledger.open(self.party(name), self.world.chain.place))

    def at_venue(self, name: str, asset: str) -> Units:
        """Return a party's units at the venue now."""
        return self.world.ledger.balance(self.world.assets[asset], self.world.exchanges[self.place("main")].purse(self.party(name)))

    def mind(self, name: str) -> Any:
        """Return an agent's strategy."""
        return next(agent.strategy for agent in self.world.runner.agents if agent.desk.name == name)

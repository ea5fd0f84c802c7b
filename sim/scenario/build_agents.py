"""Building agents: strategy from its parameters, funds, desk with its sights, ways out, and what wakes it."""

from collections.abc import Iterator
from typing import Any

import attrs

from sim.agents.connections import Connections, Sources
from sim.agents.courier import Courier, Subscription
from sim.agents.desk import Desk, Sight
from sim.agents.guard import Guard
from sim.agents.registry import find_strategy
from sim.agents.runner import Agent, Channel, Runner
from sim.agents.seat import Seat, misfits
from sim.agents.strategy import On, sees
from sim.commands import CancelOrder, PlaceOrder, PlaceStop, ReduceOrder, RepriceOrder, SendBundle, SendTx, TellAnswer, Withdraw
from sim.errors import ScenarioError, StrategyError
from sim.facts import AgentFacts
from sim.history import History
from sim.latency import LatencyModel
from sim.records import FlashLoaned
from sim.scenario.apart import is_apart, name_of, role_in, strategy_apart
from sim.scenario.build_atomic import flash_terms
from sim.scenario.build_claims import stake_oracles
from sim.scenario.build_feeds import checkpoints_of, guards_of, means_of, spots_of
from sim.scenario.build_lanes import give_lane
from sim.scenario.build_market import INSTANT, terms_of, units_of, way_to
from sim.scenario.build_oracle import reporter_agents, sources_of
from sim.scenario.parameters import structure_parameters
from sim.scenario.parts import OUTSIDE_MONEY, Parts
from sim.scenario.spec.agents import AgentSpec
from sim.scenario.spec.shocks import Metaorder
from sim.scenario.wiring import Wiring
from sim.streams import Streams, key_of
from sim.units import Party, Place
from sim.vocabulary import Audience, Side

ENDLESS = 10**6
"""How many times its funds a keeper has when purses are endless."""
VENUE_COMMANDS = frozenset((PlaceOrder, PlaceStop, CancelOrder, ReduceOrder, RepriceOrder, Withdraw))
NETWORK_COMMANDS = frozenset((TellAnswer,))
CHAIN_COMMANDS = frozenset((SendTx, SendBundle))
MOST_WATCHED = 8
"""An agent with more accounts is a crowd: its members do not look at their balances."""
LOOKERS = ("keeper", "borrower")
"""Roles whose minds look at what each account has, and do nothing where they see nothing."""


@attrs.frozen
class Made:
    """One agent to be: its name, its section, its strategy."""

    name: str
    spec: AgentSpec
    strategy: Any
    draws: str = ""
    """Whose dice it rolls; its own name unless given."""

    @property
    def dice(self) -> str:
        """The name its streams of draws begin with."""
        return self.draws or self.name


def add_agents(parts: Parts, wiring: Wiring, runner: Runner, courier: Courier) -> tuple[AgentFacts, ...]:
    """Build every agent in the scenario's sequence: agents, reporters, carriers of metaorders."""
    facts = []
    for made in (*_listed(parts), *_reporters(parts), *_stake_oracles(parts), *_metaorders(parts), *_arbitrageurs(parts)):
        agent = _add(parts, wiring, runner, courier, made)
        facts.append(AgentFacts(agent.desk.me, made.name, name_of(made.strategy), made.spec.accounts, role_in(made.strategy)))
    return tuple(facts)


def _listed(parts: Parts) -> Iterator[Made]:
    """Yield the agents that the scenario lists."""
    decimals = {name: asset.decimals for name, asset in parts.assets.items()}
    for index, spec in enumerate(parts.scenario.agents):
        meant = _asset_words(parts, spec)
        for number in range(spec.count):
            strategy = _strategy_of(spec, f"agents.{index}.parameters", decimals, meant)
            _require_sight(spec, role_in(strategy))
            _require_fit(parts, spec, strategy)
            member = "" if spec.count == 1 else f"/{number}"
            yield Made(f"{spec.name}{member}", spec, strategy, f"{spec.draws}{member}" if spec.draws else "")


def _strategy_of(spec: AgentSpec, path: str, decimals: dict[str, int], assets: dict[str, str]) -> Any:
    """Return an agent's strategy, with its parameters: here, or in a process of its own."""
    if is_apart(spec):
        return strategy_apart(spec, path, decimals, assets)
    return structure_parameters(find_strategy(spec.strategy), spec.parameters, path, decimals, assets)


def _require_sight(spec: AgentSpec, role: str) -> None:
    """Raise ScenarioError for an agent that has to look at its balances and has more accounts than are watched."""
    if role in LOOKERS and spec.accounts > MOST_WATCHED:
        raise ScenarioError(
            f"agents.{spec.name}.accounts is {spec.accounts}, and a {role} sees the balances of {MOST_WATCHED} at most and would "
            f"do nothing; give at most {MOST_WATCHED}, or several such agents by count"
        )


def _require_fit(parts: Parts, spec: AgentSpec, strategy: Any) -> None:
    """Raise ScenarioError for an agent whose strategy says that it cannot do with the accounts or the funds it is given."""
    exchange = parts.exchanges[parts.id(spec.venues[0])] if spec.venues else None
    market = exchange.instrument if exchange is not None else None
    funds = [units_of(parts, amount) for amount in spec.venue_funds]
    sides = (0, 0) if market is None else (market.base.id, market.quote.id)
    base, quote = (sum(units for asset, units in funds if asset == side) for side in sides)
    found = misfits(strategy, Seat(spec.accounts, market, parts.outside.opening, base, quote))
    if found:
        raise ScenarioError(*(f"agents.{spec.name}.{each}" for each in found))


def _asset_words(parts: Parts, spec: AgentSpec) -> dict[str, str]:
    """Return which assets an agent's parameters mean by base, quote and gas: those of its first venue, and the chain's."""
    words = {"gas": parts.scenario.chain.gas_asset}
    for venue in parts.scenario.venues:
        if spec.venues and venue.name == spec.venues[0]:
            words |= {"base": venue.base, "quote": venue.quote}
    return words


def _reporters(parts: Parts) -> Iterator[Made]:
    """Yield the reporters of every feed; none where feeds are frozen, or follow of themselves."""
    switches = parts.scenario.switches
    if switches.frozen_price_offset is None and not switches.instant_oracles:
        for feed in parts.scenario.reported():
            for name, spec in reporter_agents(feed):
                yield Made(name, spec, find_strategy(spec.strategy)(**spec.parameters), spec.draws)


def _stake_oracles(parts: Parts) -> Iterator[Made]:
    """Yield who reports to staking contracts."""
    for name, spec in stake_oracles(parts):
        yield Made(name, spec, find_strategy(spec.strategy)())


def _metaorders(parts: Parts) -> Iterator[Made]:
    """Yield an agent for every metaorder among the shocks, with just the funds it takes."""
    whale = find_strategy("whale")
    for index, shock in enumerate(parts.scenario.world.shocks):
        if isinstance(shock, Metaorder):
            exchange = parts.exchanges[parts.id(shock.venue)]
            lots = exchange.instrument.lots_down(units_of(parts, shock.amount)[1])
            side = Side.SELL if shock.side == "sell" else Side.BUY
            begin = shock.at.since(parts.scenario.run.start)
            strategy = whale(side=side, total=lots, begin=begin, duration=shock.duration, slice_interval=shock.every)
            yield Made(f"metaorder/{index}", AgentSpec(name="metaorder", strategy="whale", venues=(shock.venue,)), strategy)


def _arbitrageurs(parts: Parts) -> Iterator[Made]:
    """Yield who holds every venue of the pair near a pinned path: somebody with as much money as the outside world."""
    price = parts.scenario.world.price
    if price.role == "pinned":
        for venue in parts.scenario.venues:
            if (venue.base, venue.quote) == (price.base, price.quote):
                spec = AgentSpec(name="outside", strategy="pin", venues=(venue.name,), latency=INSTANT)
                yield Made(f"{OUTSIDE_MONEY}{venue.name}", spec, find_strategy(spec.strategy)(band=price.band, look_interval=price.step))


def _add(parts: Parts, wiring: Wiring, runner: Runner, courier: Courier, made: Made) -> Agent:
    """Build one agent and put it with the others."""
    spec, names = made.spec, parts.names
    me = names.intern(made.name) if spec.accounts == 1 else names.block(made.name, spec.accounts)
    role = role_in(made.strategy)
    connections = _connections(parts, wiring, spec)
    give_lane(parts, spec, me)
    connections.blocks = parts.chain.lanes.blocks_of(me) or parts.chain.blocks
    streams = Streams(parts.seed) if made.draws else parts.streams  # The same dice, and none that another rolls.
    desk = Desk(me, made.name, spec.accounts, connections, streams, spec.limits.queries)
    desk.dice = streams[f"{made.dice}/decide"]
    places = [*connections.venues, connections.chain_place, connections.outside_place, *connections.feeds]
    latencies = {place: way_to(parts, place, _own_latency(parts, spec, place), spec.load_dependent) for place in places}
    for place in (*connections.venues, connections.chain_place, connections.outside_place):
        desk._sights[place] = Sight(latencies[place], streams[f"{made.dice}/sees/{parts.dice_of(place)}"])
    channels = {place: _channel(parts, wiring, made, place, latencies[place], streams) for place in wiring.doors if place in latencies}
    contracts = (*connections.pools, *connections.amms, *connections.issuers, wiring.token, *connections.feeds)
    for place in (*contracts, *_around_vaults(connections)):
        if place not in channels:
            channels[place] = _channel(parts, wiring, made, place, latencies[connections.chain_place], streams)
    # A tx to oneself is made by one's own code (sim.chain.atomic), and travels as all others to the chain do.
    channels |= {me + account: channels[connections.chain_place] for account in range(min(spec.accounts, MOST_WATCHED))}
    agent = Agent(
        slot=len(runner.agents),
        strategy=_guarded(made.strategy, spec),
        desk=desk,
        channels=channels,
        compute_delay=spec.compute_delay,
        is_isolated=spec.on_failure == "isolate",
        most_commands=spec.limits.commands,
    )
    runner.agents.append(agent)
    _fund(parts, made, me, role)
    _watch(parts, wiring, desk, spec)
    see(wiring, desk, made.strategy)
    _subscribe(parts, courier, agent, latencies, made.dice)
    desk._connect()
    for place in places:
        wiring.reach(place, latencies[place].longest)
    return agent


def _guarded(strategy: Any, spec: AgentSpec) -> Any:
    """Return a strategy with a guard about it, unless it is one of ours whose lines nobody counts."""
    is_ours = type(strategy).__module__.startswith("strategies.")
    if is_ours and spec.limits.lines is None:
        return strategy
    # In a process of its own its lines are counted there.
    return Guard(strategy, spec.limits.commands, None if is_apart(spec) else spec.limits.lines)


def _around_vaults(connections: Connections) -> tuple[Place, ...]:
    """Return the contracts around an agent's pools of vaults, each once."""
    found: dict[Place, None] = {}
    for each in connections.premises.values():
        found |= dict.fromkeys((each.engine, each.liquidator, each.house, each.vow, each.debt_house))
    return tuple(found)


def _connections(parts: Parts, wiring: Wiring, spec: AgentSpec) -> Sources:
    """Return what an agent is wired to."""
    names = parts.names
    venues = tuple(parts.id(name) for name in spec.venues)
    pools = tuple(parts.id(name) for name in spec.pools)
    feeds = tuple(parts.id(name) for name in spec.feeds)
    amms = tuple(parts.id(name) for name in spec.amms)
    issuers = tuple(parts.id(name) for name in spec.issuers)
    read = {(pool, asset): feed for pool in pools for asset, feed in wiring.feeds_of[pool].items()}
    seen = dict.fromkeys((*feeds, *read.values()))
    by_name = {feed.name: feed for feed in parts.scenario.reported()}
    premises = {pool: system.premises(pool) for system in parts.systems.values() for pool in system.pools if pool in pools}
    houses = [house for each in premises.values() for house in (each.house, each.debt_house, each.vow)]
    return Sources(
        venues=venues,
        pools=pools,
        feeds=tuple(seen),
        amms=amms,
        issuers=issuers,
        paused=() if parts.scenario.switches.liquidations else pools,
        sells={parts.id(pool): parts.id(venue) for pool, venue in spec.sells.items()},
        pulled=tuple(feed for feed in seen if feed in parts.signers),
        flash_lenders=flash_terms(parts),
        chain_place=parts.chain.place,
        private_door=parts.chain.spec.bundles,
        outside_place=parts.outside.place,
        token_place=wiring.token,
        gas_asset=parts.chain.gas_asset,
        assets={asset.id: asset for asset in parts.assets.values()},
        terms={venue: terms_of(parts, venue) for venue in venues},
        feed_of_asset=read,
        spots={feed: amm for feed, amm in spots_of(parts).items() if feed in seen},
        guards={feed: guard for feed, guard in guards_of(parts).items() if feed in seen},
        means={feed: window for feed, window in means_of(parts).items() if feed in seen},
        sources={feed: sources_of(parts, by_name[names.name(feed)]) for feed in seen if names.name(feed) in by_name},
        quotes={venue: parts.exchanges[venue].quotes for venue in venues},
        depths={venue: parts.exchanges[venue].depths for venue in venues},
        posted={feed: wiring.posted[feed] for feed in seen},
        pool_views={pool: wiring.pool_views[pool] for pool in pools},
        amm_views={amm: wiring.amm_views[amm] for amm in amms},
        issuer_views={issuer: wiring.issuer_views[issuer] for issuer in issuers},
        outside=parts.outside.history,
        premises=premises,
        auction_views={house: wiring.auction_views[house] for house in houses},
        pending={feed: wiring.pending[feed] for feed in seen if feed in wiring.pending},
        checkpoints=checkpoints_of(parts, seen),
        signed={feed: parts.signers[feed].signed for feed in seen if feed in parts.signers},
        delays={feed: parts.delayed_feeds[feed].delay for feed in seen if feed in parts.delayed_feeds},
    )


def _own_latency(parts: Parts, spec: AgentSpec, place: Place) -> LatencyModel:
    if parts.scenario.switches.no_latency:
        return INSTANT
    return spec.latency_to.get(parts.names.name(place), spec.latency)


def _channel(parts: Parts, wiring: Wiring, made: Made, place: Place, latency: LatencyModel, streams: Streams) -> Channel:
    """Return an agent's way to a place: venues and oracle networks have doors of their own, contracts share the chain's."""
    where = parts.names.name(place)
    arrive = wiring.doors.get(place, parts.chain.arrive)
    stream = streams[f"{made.dice}/to/{parts.dice_of(place)}"]
    return Channel(arrive, latency, stream, key_of(parts.seed, made.name, where), takes=_taken_at(parts, place))


def _taken_at(parts: Parts, place: Place) -> frozenset[type]:
    """Return the commands a place takes; a pull feed hears its publishers, and takes prices that are brought."""
    if place in parts.signers:
        return NETWORK_COMMANDS | CHAIN_COMMANDS
    return VENUE_COMMANDS if place in parts.exchanges else NETWORK_COMMANDS if place in parts.networks else CHAIN_COMMANDS


def _fund(parts: Parts, made: Made, me: Party, role: str) -> None:
    """Mint an agent's funds: each account gets them; a keeper's are endless when the switch says so."""
    times = ENDLESS if role == "keeper" and parts.scenario.switches.endless_purses else 1
    for account in range(made.spec.accounts):
        for venue in made.spec.venues:
            exchange = parts.exchanges[parts.id(venue)]
            for amount in made.spec.venue_funds:
                asset, units = units_of(parts, amount)
                parts.mint(asset, exchange.purse(me + account), units * times, me + account)
        for amount in made.spec.chain_funds:
            asset, units = units_of(parts, amount)
            parts.mint(asset, parts.ledger.open(me + account, parts.chain.place), units * times, me + account)
    if made.name.startswith("metaorder/"):
        _fund_metaorder(parts, made, me)
    if made.name.startswith(OUTSIDE_MONEY):
        exchange = parts.exchanges[parts.id(made.spec.venues[0])]
        for held in (exchange.instrument.base, exchange.instrument.quote):
            parts.mint(held.id, exchange.purse(me), ENDLESS * ENDLESS * held.unit, me)


def _fund_metaorder(parts: Parts, made: Made, me: Party) -> None:
    exchange = parts.exchanges[parts.id(made.spec.venues[0])]
    instrument, whale = exchange.instrument, made.strategy
    if whale.side == Side.SELL:
        parts.mint(instrument.base.id, exchange.purse(me), whale.total * instrument.lot, me)
    else:
        price = instrument.ticks_of_price_8(parts.outside.opening)
        parts.mint(instrument.quote.id, exchange.purse(me), 3 * instrument.notional(price, whale.total), me)


def _watch(parts: Parts, wiring: Wiring, desk: Desk, spec: AgentSpec) -> None:
    """Keep histories of an agent's own balances and positions, where it may look at them."""
    if spec.accounts > MOST_WATCHED:
        return
    for account in range(spec.accounts):
        for venue in desk.connections.venues:
            desk._sources.balances[venue, account] = wiring.watch_venue(venue, desk.me + account)
        if spec.chain_funds or spec.pools or spec.amms or spec.issuers:
            desk._sources.balances[parts.chain.place, account] = wiring.watch_chain(desk.me + account)
        for pool in desk.connections.pools:
            history: History[Any] = wiring.watch_position(pool, desk.me + account)
            desk._sources.positions[pool, account] = history
        for each in desk.connections.premises.values():
            desk._sources.balances[each.engine, account] = wiring.watch_purse(each.engine, desk.me + account)


def see(wiring: Wiring, desk: Desk, strategy: Any) -> None:
    """Keep what only some agents look at, for those whose strategy says so."""
    connections, words = desk._sources, sees(strategy)
    if "mempool" in words:
        connections.gossip = wiring.watch_mempool()
        connections.coming = {feed: wiring.coming[feed] for feed in connections.feeds if feed in wiring.coming}
    if "near" in words:
        pools = [pool for pool in connections.pools if pool in wiring.parts.pools]
        connections.near_views = {pool: wiring.watch_near(pool) for pool in pools}
    if "own_txs" in words:
        connections.fates = wiring.watch_txs(desk.me, desk.accounts)


def _subscribe(parts: Parts, courier: Courier, agent: Agent, latencies: dict[Place, LatencyModel], dice: str) -> None:
    """Tell the courier what wakes an agent, and from where."""
    desk, wishes = agent.desk, agent.strategy.wakes_on
    chain = latencies[desk.connections.chain_place]
    for number, on in enumerate(wishes):
        if on.record.audience == Audience.OBSERVER:
            raise StrategyError(f"{type(agent.strategy).__name__} wakes on {on.record.__name__}, which is told to no agent; leave it out")
        for place in _places_of(on, desk):
            latency = latencies.get(place, chain)
            stream = desk._streams[f"{dice}/hears/{number}/{parts.dice_of(place)}"]
            wish = Subscription(agent.slot, latency, stream, on.moved_bps)
            if on.own or on.record.audience == Audience.PARTY:
                for account in range(desk.accounts):
                    courier.subscribe_own(on, desk.me + account, place, wish)
            else:
                courier.subscribe(on, place, wish)


def _places_of(on: On, desk: Desk) -> tuple[Place, ...]:
    """Return the places of an agent at which a kind of record is made."""
    kind, connections = on.record.kind, desk.connections
    if 10 <= kind < 17:
        return connections.venues
    if kind < 30:
        return (*connections.venues, connections.chain_place, connections.token_place)
    if kind < 40:
        return (connections.chain_place,)
    if kind < 50:
        return connections.feeds
    if kind < 70:
        return connections.pools
    if 100 <= kind < 120:
        return _around_vaults(connections)
    if 120 <= kind < 130:
        return connections.amms
    if 185 <= kind < 190:
        return connections.issuers
    if 130 <= kind < 170:
        return (*connections.pools, *connections.amms)
    if kind == FlashLoaned.kind:
        return tuple(connections.flash_lenders)
    if 170 < kind < 180:
        return (connections.chain_place,)
    return (connections.outside_place,)

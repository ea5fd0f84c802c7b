"""Building a world from a scenario: the one place where the parts of the house meet.

The sequence is part of the law: it fixes names, purses and the first entries of the tape. A mistake that shows only now (a file
that is not there, a pair without a price) is a ScenarioError or InputError, before anything has run.
"""

from collections.abc import Callable
from typing import Any

from sim.agents.courier import Courier
from sim.agents.discretion import GUARDED, Discretion
from sim.agents.runner import Runner
from sim.kernel import Kernel
from sim.ledger import Ledger
from sim.names import Names
from sim.records import RunStarted
from sim.scenario.build_agents import add_agents
from sim.scenario.build_amm import add_amm
from sim.scenario.build_atomic import add_flash_lender
from sim.scenario.build_chain import add_chain
from sim.scenario.build_claims import add_stable_issuer, add_staking, back_claims
from sim.scenario.build_comet import add_comet
from sim.scenario.build_compound import add_compound
from sim.scenario.build_euler import add_euler
from sim.scenario.build_facts import facts_of
from sim.scenario.build_feeds import add_derived_feed, add_pull_feed
from sim.scenario.build_lanes import add_lanes
from sim.scenario.build_lending import add_pool
from sim.scenario.build_liquity import add_liquity
from sim.scenario.build_llamma import add_llamma
from sim.scenario.build_market import add_assets, add_custody, add_venue
from sim.scenario.build_morpho import add_morpho
from sim.scenario.build_oracle import add_feed
from sim.scenario.build_vaults import add_delayed_feed, add_vaults
from sim.scenario.build_world import add_outside, add_shocks
from sim.scenario.instant_oracle import add_instant_oracle
from sim.scenario.parts import Parts
from sim.scenario.spec import Scenario
from sim.scenario.spec.shocks import LatencySurge
from sim.scenario.wiring import Wiring
from sim.scenario.world import World
from sim.streams import Streams
from sim.tape import Sink, Tape
from sim.units import NOBODY, NOWHERE

ADD_LENDER: dict[str, Callable[[Parts, Any], None]] = {
    "compound": add_compound,
    "comet": add_comet,
    "morpho": add_morpho,
    "euler": add_euler,
    "liquity": add_liquity,
    "llamma": add_llamma,
}
"""By the key of a scenario."""


def build(scenario: Scenario, seed: int | None = None, sink: Sink | None = None) -> World:
    """Return a scenario's world at instant zero, ready to run. Raises ScenarioError, StrategyError, InputError."""
    seed = scenario.run.seed if seed is None else seed
    parts = Parts(scenario, seed, Kernel(), Tape(sink), Ledger(), Names(), Streams(seed))
    parts.start = parts.tape.append(0, 0, NOWHERE, NOBODY, (RunStarted.kind, scenario.run.start, seed))
    add_assets(parts)
    for venue in scenario.venues:
        add_venue(parts, venue)
    _expect_surges(parts)
    add_outside(parts)
    add_chain(parts)
    add_custody(parts)
    for staking in scenario.staking:
        add_staking(parts, staking)
    for stable in scenario.stable_issuers:
        add_stable_issuer(parts, stable)
    for feed in scenario.feeds:
        add_feed(parts, feed)
    derived = [feed.name for feed in scenario.derived_feeds]
    for pulled in scenario.pull_feeds:
        add_pull_feed(parts, pulled)
    for delayed in scenario.delayed_feeds:
        if delayed.source not in derived:
            add_delayed_feed(parts, delayed)
    for amm in scenario.amms:
        add_amm(parts, amm)
    for feed_of in scenario.derived_feeds:
        add_derived_feed(parts, feed_of)
    for delayed in scenario.delayed_feeds:
        if delayed.source in derived:
            add_delayed_feed(parts, delayed)
    parts.derivations.listen()
    parts.chain.executor.lookers.append(parts.derivations.look)
    for flash_lender in scenario.flash_lenders:
        add_flash_lender(parts, flash_lender)
    for pool in scenario.pools:
        add_pool(parts, pool)
    for system in scenario.vaults:
        add_vaults(parts, system)
    for key, lender in scenario.lenders():
        ADD_LENDER[key](parts, lender)
    add_lanes(parts)
    return _people(parts)


def _expect_surges(parts: Parts) -> None:
    """Let latency models know the largest factor a shock will set: histories are kept that long."""
    for shock in parts.scenario.world.shocks:
        if isinstance(shock, LatencySurge):
            surge = parts.surges[parts.id(shock.venue)]
            surge.most = max(surge.most, shock.factor)


def _people(parts: Parts) -> World:
    """Add wiring, agents and shocks, and start everything."""
    token = next(iter(parts.custodies.values())).token
    wiring = Wiring(parts, token)
    wiring.open()
    add_instant_oracle(parts, wiring)
    runner = Runner(parts.kernel, parts.tape)
    courier = Courier(parts.kernel, runner.deliver)
    agents = add_agents(parts, wiring, runner, courier)
    for system in parts.systems.values():
        system.engine.back_opening(parts.ledger.minted[system.engine.money])
    back_claims(parts)
    shocks = add_shocks(parts, runner)
    _listen(parts, courier)
    world = World(
        parts.seed,
        parts.scenario.run.duration,
        parts.kernel,
        parts.tape,
        parts.ledger,
        parts.names,
        parts.streams,
        parts.chain,
        parts.outside,
        runner,
        courier,
        {symbol: asset.id for symbol, asset in parts.assets.items()},
        parts.exchanges,
        parts.custodies,
        parts.feeds,
        parts.networks,
        parts.pools,
        shocks,
        [wiring, *parts.watchers],
        parts.populations,
        facts_of(parts, agents, runner),
        parts.delayed_feeds,
        parts.lenders,
        parts.vault_pools,
        parts.systems,
        wiring,
        parts.amms,
        parts.issuers,
        parts.pull_feeds,
        parts.signers,
        parts.derived_feeds,
        parts.flash_lenders,
        parts.sessions,
    )
    _start(world, wiring, parts)
    return world


def _listen(parts: Parts, courier: Courier) -> None:
    """Have the courier told of what somebody asked for; where txs may be private, by way of who knows which are."""
    discretion = Discretion(courier, parts.chain)
    for kind in courier.kinds():
        is_guarded = kind in GUARDED and parts.chain.spec.bundles
        parts.tape.listen(kind, discretion.carry if is_guarded else courier.carry)


def _start(world: World, wiring: Wiring, parts: Parts) -> None:
    world.outside.start(parts.start)
    world.chain.start()
    for network in world.networks.values():
        network.start()
    for signing in world.signers.values():
        signing.start()
    wiring.opened()
    if world.shocks is not None:
        world.shocks.start()
    world.runner.start()
    world.ledger.check()

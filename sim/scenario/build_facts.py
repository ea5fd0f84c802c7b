"""What a reader of the tape must know beside it, taken from the parts of the world."""

import attrs

from sim.agents.runner import Runner
from sim.assets import Instrument
from sim.chain.eras import anachronisms
from sim.facts import AgentFacts, AssetFacts, Facts, FeedFacts, PoolFacts, VaultFacts, VenueFacts
from sim.scenario.build_feeds import derived_facts
from sim.scenario.build_oracle import sources_of
from sim.scenario.build_sheets import purses_of, sheets_of
from sim.scenario.checks import families
from sim.scenario.gain import absorbed_per_percent, gain_curve, gains, opening_debts
from sim.scenario.parts import Parts
from sim.units import BPS_ONE, AssetId, Bps, Place


def facts_of(parts: Parts, agents: tuple[AgentFacts, ...], runner: Runner) -> Facts:
    """Return the facts of a world."""
    scenario, names = parts.scenario, parts.names
    venues = tuple(
        _venue(names.name(place), place, each.instrument, absorbed_per_percent(parts, runner, place))
        for place, each in parts.exchanges.items()
    )
    feeds = [
        FeedFacts(parts.id(each.name), each.name, parts.assets[each.base].id, dict(sources_of(parts, each))) for each in scenario.feeds
    ]
    feeds += [
        FeedFacts(parts.id(each.name), each.name, parts.assets[each.base].id, dict(sources_of(parts, each)), "pulled")
        for each in scenario.pull_feeds
    ]
    feeds += derived_facts(parts)
    feeds += [
        FeedFacts(place, names.name(place), *_of_source(feeds, each.source.place), "delayed") for place, each in parts.delayed_feeds.items()
    ]
    return Facts(
        epoch=scenario.run.start,
        duration=scenario.run.duration,
        chain=parts.chain.place,
        outside=parts.outside.place,
        gas_asset=parts.chain.gas_asset,
        assets=tuple(AssetFacts(each.id, each.symbol, each.decimals) for each in parts.assets.values()),
        venues=venues,
        feeds=tuple(feeds),
        pools=(*(_pool(parts, place) for place in parts.pools), *(_lender(parts, place) for place in parts.lenders)),
        vaults=tuple(_vaults(parts, place) for place in parts.vault_pools),
        agents=agents,
        sheets=sheets_of(parts),
        purses=purses_of(parts, agents),
        own_calls=tuple(call.__name__ for call in parts.chain.own_calls),
        opening_debt=opening_debts(parts),
        gain=gains(parts, runner),
        gain_curve=gain_curve(parts, runner),
        notes=tuple(_notes(parts)),
        extra={
            "sources": [list(each) for each in parts.sources],
            "role": scenario.world.price.role,
            "own_space": scenario.chain.own_space,
        },
    )


def _venue(name: str, place: Place, each: Instrument, absorbed: float) -> VenueFacts:
    return VenueFacts(place, name, each.base.id, each.quote.id, each.lot, each.tick, each.fee_unit, absorbed)


def _of_source(feeds: list[FeedFacts], source: Place) -> tuple[AssetId, dict[Place, Bps]]:
    """Return what a delayed feed prices, and that it reads its source alone."""
    return next(each.base for each in feeds if each.place == source), {source: BPS_ONE}


def _pool(parts: Parts, place: int) -> PoolFacts:
    prices = parts.pools[place].state.prices
    return PoolFacts(place, parts.names.name(place), {asset: feed.place for asset, feed in prices.feeds.items()}, dict(prices.fixed))


def _lender(parts: Parts, place: Place) -> PoolFacts:
    """Return a lender's facts: what no feed prices is worth always what its view says."""
    lender = parts.lenders[place]
    shown = lender.view(parts.scenario.run.start).reserves
    fixed = {asset: each.price for asset, each in shown.items() if asset not in lender.feeds}
    name = parts.names.name(place)
    family = next(key for key, spec in parts.scenario.lenders() if spec.name == name)
    return PoolFacts(place, name, dict(lender.feeds), fixed, family)


def _vaults(parts: Parts, place: int) -> VaultFacts:
    """Return a pool of vaults with the contracts around it."""
    around = next(system.premises(place) for system in parts.systems.values() if place in system.pools)
    told = attrs.asdict(around, filter=lambda field, _: field.name != "bites")
    return VaultFacts(place=place, name=parts.names.name(place), **told)


def _notes(parts: Parts) -> list[str]:
    """Return what every report must repeat."""
    scenario = parts.scenario
    mixed = anachronisms(scenario.chain.preset(), families(scenario))  # Of what is written: that a twin's gas is free excuses nothing.
    said = [f"anachronism: {line} ({scenario.run.anachronism})" for line in mixed]
    return [*said, *parts.notes]

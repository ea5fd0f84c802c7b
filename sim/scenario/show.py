"""A scenario in words: what is in it, line by line, for ``downtick show``.

Reads the classes alone, builds nothing; what needs a built world (the gain) is put below it by the caller.
"""

from collections.abc import Iterator

from sim.latency import Constant, Lognormal
from sim.scenario import show_feeds, show_vaults
from sim.scenario.quantity import FEE_SHARE, FINE_SHARE, GAS, GAS_PRICE, SHARE, TIME
from sim.scenario.spec import (
    AgentSpec,
    Ancestor,
    FeedSpec,
    FixedSize,
    GasSpec,
    Latency,
    PoolSpec,
    PopulationSpec,
    PriceSpec,
    Scenario,
    StudySpec,
    VenueSpec,
)
from sim.scenario.words import tag_of
from sim.units import SECOND
from sim.world.instants import iso


def described(scenario: Scenario) -> str:
    """Return a scenario in words."""
    return "\n".join(_lines(scenario)) + "\n"


def _lines(scenario: Scenario) -> Iterator[str]:
    run = scenario.run
    yield f"{scenario.name}: {run.title}"
    if run.summary:
        yield run.summary
    yield from map(_ancestor, scenario.lineage)
    yield f"It starts at {iso(run.start * SECOND)} and lasts {TIME.text(run.duration)}; seed {run.seed}."
    if run.anachronism:
        yield f"Anachronism: {run.anachronism}"
    yield ""
    yield from _world(scenario)
    for sections in (map(_venue, scenario.venues), [_chain(scenario)], map(_feed, scenario.feeds), map(_pool, scenario.pools)):
        yield from sections
    yield from map(show_vaults.delayed_feed, scenario.delayed_feeds)
    yield from map(show_feeds.pulled, scenario.pull_feeds)
    yield from map(show_feeds.derived, scenario.derived_feeds)
    for vaults in scenario.vaults:
        yield from show_vaults.system(vaults)
    yield from map(_agent, scenario.agents)
    yield from _switched(scenario)
    yield from _fitted(scenario)
    yield from _asked(scenario.study)


def _ancestor(ancestor: Ancestor) -> str:
    """Return what a scenario was made from; a value that is a list or a table is told by its path alone."""
    said = [path if isinstance(value, list | dict) else f"{path} = {value}" for path, value in ancestor.set.items()]
    return f"Extends {ancestor.scenario}" + (f"; set in it: {', '.join(said)}." if said else ".")


def _world(scenario: Scenario) -> Iterator[str]:
    price = scenario.world.price
    role = f"outside news until {price.until}; later falls are the model's" if price.role == "driver" else "pinned: the path is the market"
    yield f"Price of {price.base} in {price.quote} from {_path(price)} ({role})."
    for shock in scenario.world.shocks:
        yield f"Shock at {shock.at}: {tag_of(type(shock)).replace('_', ' ')}."


def _path(price: PriceSpec) -> str:
    if price.random:
        return f"chance, {FINE_SHARE.text(price.random.volatility)} a year from {price.random.first}"
    typed = f"typed waypoints ({price.waypoints[0].price} first)" if price.waypoints else ""
    return " over ".join(part for part in (f"the file {price.csv}" if price.csv else "", typed) if part)


def _venue(venue: VenueSpec) -> str:
    fees = f"fees {FEE_SHARE.text(venue.maker_fee)} maker, {FEE_SHARE.text(venue.taker_fee)} taker"
    steps = f"tick {venue.tick}, lot {venue.lot}"
    return f"Venue {venue.name} trades {venue.base}/{venue.quote}: {steps}, {fees}, latency {_latency(venue.latency)}."


def _latency(latency: Latency) -> str:
    if isinstance(latency, Constant):
        return TIME.text(latency.latency)
    if isinstance(latency, Lognormal):
        return f"about {TIME.text(latency.median)}"
    return f"{TIME.text(latency.low)} to {TIME.text(latency.high)}"


def _chain(scenario: Scenario) -> str:
    spec = scenario.chain.preset()
    clock = "without memory, on average every" if spec.block_clock == "exponential" else "on a grid of"
    blocks = f"blocks {clock} {TIME.text(spec.block_interval)}, {GAS.text(spec.gas_limit)} each"
    return f"Chain of the era {spec.era}: {spec.fee_market}, {blocks}, demand from {_demand(scenario.chain.gas)}."


def _demand(gas: GasSpec) -> str:
    first = f"typed prices ({GAS_PRICE.text(gas.points[0].p60)} first)" if gas.points else ""
    return " over ".join(part for part in (f"the file {gas.csv}" if gas.csv else "", first) if part)


def _feed(feed: FeedSpec) -> str:
    reporters = sum(reporter.count for reporter in feed.reporters)
    venues = ", ".join(source.venue for source in feed.sources)
    looks = f"{reporters} reporters look at {venues} ({SHARE.text(feed.pass_through)} of the index)"
    together = ", posted together as a median" if feed.posting == "median" else ""
    wanted = f"deviation {FINE_SHARE.text(feed.deviation)}, heartbeat {TIME.text(feed.heartbeat)}"
    return f"Feed {feed.name} of {feed.base}/{feed.quote}: {looks}, {wanted}{together}."


def _pool(pool: PoolSpec) -> str:
    taken = [reserve for reserve in pool.reserves if reserve.threshold]
    collateral = [f"{each.asset} (threshold {SHARE.text(each.threshold)}, bonus {SHARE.text(each.bonus)})" for each in taken]
    whose = [_population(pool.population)] if pool.population else []
    whose += [f"those of {pool.positions.csv}"] if pool.positions else []
    whose += [f"{len(pool.accounts)} typed"] if pool.accounts else []
    return f"Pool {pool.name} ({pool.family} {pool.version}) takes {', '.join(collateral)}; accounts: {', '.join(whose) or 'none'}."


def _population(population: PopulationSpec) -> str:
    size = population.size
    owing = f"{size.debt} each" if isinstance(size, FixedSize) else f"up to {size.most}"
    return f"{population.accounts} drawn, owing {owing}"


def _agent(agent: AgentSpec) -> str:
    several = f"{agent.count} x " if agent.count > 1 else ""
    funds = ", ".join(map(str, (*agent.venue_funds, *agent.chain_funds)))
    return f"Agent {several}{agent.name}: {agent.strategy}{f' with {funds}' if funds else ''}, latency {_latency(agent.latency)}."


def _switched(scenario: Scenario) -> Iterator[str]:
    switches = scenario.switches
    if switches.forced_sales != "book":
        yield f"Switch: forced sales go {switches.forced_sales.replace('_', ' ')}."
    if not switches.liquidations:
        yield "Switch: no liquidations."
    for key in ("free_gas", "no_latency", "endless_purses", "instant_oracles"):
        if getattr(switches, key):
            yield f"Switch: {key.replace('_', ' ')}."
    if switches.frozen_price_offset is not None:
        yield f"Switch: feeds stay {SHARE.text(switches.frozen_price_offset)} off their opening price."


def _fitted(scenario: Scenario) -> Iterator[str]:
    for fitted in scenario.calibration:
        yield f"Fitted: {fitted.observable} to {fitted.target} ({fitted.source}) by {fitted.key}."
    for fact in scenario.held_out:
        yield f"Held out: {fact.fact}, {fact.value} ({fact.source})."


def _asked(study: StudySpec | None) -> Iterator[str]:
    if study is None:
        return
    yield f"Study of {', '.join(study.figures)}."
    for arm in study.arms:
        yield f"Arm {arm.name}: {arm.title or arm.scenario or ', '.join(arm.set)}."
    for axis in study.axes:
        yield f"Axis {axis.name}: {', '.join(value.name for value in axis.values)}{f' ({axis.title})' if axis.title else ''}."
    for feature in study.features:
        yield f"Feature {feature.name}: {feature.title or 'as it is'}; taken away by {', '.join(feature.set)}."

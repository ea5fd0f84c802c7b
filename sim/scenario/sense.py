"""Rules within one section: keys that need each other, exclude each other, or would do nothing."""

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

from sim.scenario.sense_feeds import pairs_of
from sim.scenario.spec import (
    AgentSpec,
    CustodySuspended,
    FeedFreeze,
    FeedOffset,
    FeedSpec,
    GasSpec,
    Jump,
    LatencySurge,
    LiquidityWithdrawal,
    Lognormal,
    LognormalSize,
    ParetoSize,
    PoolSpec,
    PriceSpec,
    RedemptionPause,
    ReporterOutage,
    ReporterStuck,
    ReserveFreeze,
    ReserveSpec,
    Scenario,
    SequencerOutage,
    ShockSpec,
    Uniform,
    UniformHealth,
)
from sim.scenario.values import Instant, Rate
from sim.scenario.walk import Found
from sim.units import BPS_ONE, SECOND

Rule = Callable[[Scenario, tuple[Found, ...]], Iterator[str]]


def price_path(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield what keeps the outside price from being known at every instant."""
    price, path = scenario.world.price, "world.price"
    if price.role == "driver" and price.until is None:
        yield f'{path}.until is missing; a driver needs the last instant of its news, such as until = "10 min"'
    if price.random is not None and (price.csv or price.waypoints or price.bars):
        yield f"{path}.random stands beside a file or waypoints; keep one of them"
    if price.random is None and not price.csv and not price.waypoints:
        yield f"{path} has no prices; give csv, waypoints or random"
    if price.bars is not None and not price.csv:
        yield f"{path}.bars has no gaps to fill; give csv too"
    yield from _file_keys(path, price)
    if price.csv and price.outside == "waypoints" and not price.waypoints:
        yield f'{path}.outside is "waypoints", and there are none; give waypoints, or outside = "hold" or "error"'
    yield from _pair(f"{path}.random.first", price.random.first if price.random else None, price.base, price.quote)
    for index, point in enumerate(price.waypoints):
        yield from _pair(f"{path}.waypoints.{index}.price", point.price, price.base, price.quote)
    yield from _rising(f"{path}.waypoints", [point.at for point in price.waypoints], scenario)


def gas_prices(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield what keeps the demand for gas from being known at every instant."""
    gas, path = scenario.chain.gas, "chain.gas"
    if not gas.csv and not gas.points:
        yield f"{path} has no prices; give csv or points"
    yield from _file_keys(path, gas)
    if gas.csv and gas.outside == "waypoints" and not gas.points:
        yield f'{path}.outside is "waypoints", and there are no points; give points, or outside = "hold" or "error"'
    for index, point in enumerate(gas.points):
        if not (point.p30 or point.p60) <= point.p60 <= (point.p90 or point.p60):
            yield f"{path}.points.{index} falls with the percentile; give p30 <= p60 <= p90"
    yield from _rising(f"{path}.points", [point.at for point in gas.points], scenario)


def instants(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield shocks outside the run, where they would do nothing, and falls that leave no price."""
    for index, shock in enumerate(scenario.world.shocks):
        if isinstance(shock, Jump) and shock.size <= -BPS_ONE:
            yield f"world.shocks.{index}.size leaves no price; give more than -100 %"
        if not 0 <= shock.at.since(scenario.run.start) < scenario.run.duration:
            yield f'world.shocks.{index}.at is "{shock.at}", which is outside the run; give an instant within it'


LASTING = (
    LiquidityWithdrawal
    | ReporterOutage
    | LatencySurge
    | CustodySuspended
    | ReserveFreeze
    | RedemptionPause
    | FeedFreeze
    | ReporterStuck
    | FeedOffset
    | SequencerOutage
)
"""Shocks whose end undoes their beginning."""


def overlaps(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield shocks of one kind that strike one target while an earlier one lasts: the end of either would end both."""
    lasting = [
        (shock.at.since(scenario.run.start), index, shock, _struck_by(shock))
        for index, shock in enumerate(scenario.world.shocks)
        if isinstance(shock, LASTING)
    ]
    lasting.sort(key=lambda each: each[:2])
    for (at, first, before, target), (then, second, after, struck) in combinations(lasting, 2):
        end = at + before.duration if before.duration else scenario.run.duration
        if type(before) is type(after) and target == struck and (then < end or (then == end and second < first)):
            path = f"world.shocks.{second}"
            yield f"{path} strikes {target} while world.shocks.{first} of its kind lasts; list it later and begin it when that is over"


def _struck_by(shock: ShockSpec) -> str:
    return next((getattr(shock, key) for key in ("feed", "issuer", "venue") if hasattr(shock, key)), "the chain")


def feeds(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield feeds whose sources, answers or quorum do not fit."""
    venues = {venue.name: (venue.base, venue.quote) for venue in scenario.venues}
    for feed in scenario.feeds:
        path = f"feeds.{feed.name}"
        for source in feed.sources:
            if venues.get(source.venue, (feed.base, feed.quote)) != (feed.base, feed.quote):
                traded = "/".join(venues[source.venue])
                yield f"{path}.sources names {source.venue}, which trades {traded}; give a venue of {feed.base}/{feed.quote}"
        yield from _answers(path, feed)
        reporters = sum(reporter.count for reporter in feed.reporters)
        if feed.quorum and feed.quorum > reporters:
            yield f"{path}.quorum is {feed.quorum}, and there are {reporters} reporters; give at most {reporters}"
        if feed.posting == "median" and feed.quorum and feed.quorum % 2 == 0:
            yield f"{path}.quorum is {feed.quorum}, and a median has a middle only of an odd number of answers; give {feed.quorum - 1}"


def pools(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield pools whose reserves, e-modes or positions do not fit."""
    for pool in scenario.pools:
        path = f"pools.{pool.name}"
        for reserve in pool.reserves:
            yield from _reserve(f"{path}.reserves.{reserve.asset}", reserve)
        yield from _positions(path, pool)
        if pool.e_modes and pool.version == "v2":
            yield f'{path}.e_modes came with v3; leave them out, or give version = "v3_0"'
        if pool.grace is not None and pool.version != "v3_0":
            yield f'{path}.grace is of v3.0 to v3.6; leave it out, or give version = "v3_0"'
        if pool.grace is not None and pool.grace % SECOND:
            yield f"{path}.grace is no whole number of seconds, which is all that a contract counts; give whole seconds"
        yield from _base_currency(path, pool, scenario)


def _outlets(path: str, agent: AgentSpec, scenario: Scenario) -> Iterator[str]:
    """Yield what is to sell in amms and has none that trades what its venues do."""
    sells_at = agent.parameters.get("sells_at")
    traded = [{venue.base, venue.quote} for venue in scenario.venues if venue.name in agent.venues]
    held = [set(amm.assets) for amm in scenario.amms if amm.name in agent.amms]
    if sells_at in ("amm", "best") and traded and not any(pair <= assets for pair in traded for assets in held):
        pairs = " or ".join(" and ".join(sorted(pair)) for pair in traded)
        yield f'{path}.parameters.sells_at is {sells_at}, and it has no amm of {pairs} to sell in; give amms, or "venue"'


def agents(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield agents with funds or latencies for places they are not connected to."""
    for agent in scenario.agents:
        path = f"agents.{agent.name}"
        if agent.venue_funds and not agent.venues:
            yield f"{path}.venue_funds has no venue to be on; give venues"
        yield from _outlets(path, agent, scenario)
        for pool, venue in agent.sells.items():
            if pool not in agent.pools or venue not in agent.venues:
                yield f"{path}.sells.{pool} is {venue}; give a pool and a venue that are among its own"
        places = (*agent.venues, *agent.pools, *agent.feeds, "chain", "outside")
        for place in agent.latency_to:
            if place not in places:
                yield f"{path}.latency_to.{place} is no place it is connected to; give one of {', '.join(places)}"


def spans(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield distributions whose bounds are in the wrong sequence."""
    for path, _, value in found:
        if isinstance(value, Uniform | UniformHealth) and value.low > value.high:
            yield f"{path}.low is above high; give at most high"
        if isinstance(value, Lognormal) and value.median > value.most:
            yield f"{path}.median is above most; give at most that"
        if isinstance(value, ParetoSize | LognormalSize):
            least = value.least if isinstance(value, ParetoSize) else value.median
            if least.asset != value.most.asset or least.number > value.most.number:
                yield f'{path}.most is "{value.most}"; give no less than "{least}"'


def _file_keys(path: str, section: PriceSpec | GasSpec) -> Iterator[str]:
    for key in ("time_column", "price_column"):
        if section.csv and not getattr(section, key):
            yield f"{path}.{key} is missing; name the column of {section.csv}"
        elif getattr(section, key) and not section.csv:
            yield f"{path}.{key} does nothing without a file; give csv too"


def _pair(path: str, price: Rate | None, base: str, quote: str) -> Iterator[str]:
    if price is not None and (price.quote, price.base) != (quote, base):
        yield f'{path} is "{price}"; give it in {quote}/{base}'


def _rising(path: str, moments: list[Instant], scenario: Scenario) -> Iterator[str]:
    since = [moment.since(scenario.run.start) for moment in moments]
    for index, (before, after) in enumerate(pairwise(since), start=1):
        if after <= before:
            yield f'{path}.{index}.at is "{moments[index]}", not after the one before; give them in sequence'


def _answers(path: str, feed: FeedSpec) -> Iterator[str]:
    yield from _pair(f"{path}.min_answer", feed.min_answer, feed.base, feed.quote)
    yield from _pair(f"{path}.max_answer", feed.max_answer, feed.base, feed.quote)
    if feed.min_answer and feed.max_answer and feed.min_answer.number >= feed.max_answer.number:
        yield f'{path}.min_answer is "{feed.min_answer}", not below max_answer; give less'


def _reserve(path: str, reserve: ReserveSpec) -> Iterator[str]:
    if (reserve.feed is None) == (reserve.price is None):
        yield f"{path} needs a feed or a fixed price, one of the two"
    if reserve.ltv > reserve.threshold:
        yield f"{path}.ltv is above its threshold; give at most the threshold"
    for key in ("supply_cap", "borrow_cap", "liquidity"):
        amount = getattr(reserve, key)
        if amount is not None and amount.asset != reserve.asset:
            yield f'{path}.{key} is "{amount}"; give it in {reserve.asset}'
    if reserve.price is not None and reserve.price.base != reserve.asset:
        yield f'{path}.price is "{reserve.price}"; give the price of {reserve.asset}'


def _positions(path: str, pool: PoolSpec) -> Iterator[str]:
    reserves = [reserve.asset for reserve in pool.reserves]
    modes = [mode.name for mode in pool.e_modes]
    mixes = pool.population.mixes if pool.population else ()
    for index, mix in enumerate(mixes):
        for key in ("collateral", "debt"):
            shares = getattr(mix, key)
            if sum(shares.values()) != BPS_ONE:
                yield f"{path}.population.mixes.{index}.{key} sums to {sum(shares.values())} bps; give shares that sum to 100 %"
    held = [(f"population.mixes.{index}", (*mix.collateral, *mix.debt), mix.e_mode) for index, mix in enumerate(mixes)]
    held += [
        (f"accounts.{account.name}", tuple(amount.asset for amount in (*account.collateral, *account.debt)), account.e_mode)
        for account in pool.accounts
    ]
    for where, assets, mode in held:
        for asset in dict.fromkeys(assets):
            if asset not in reserves:
                yield f"{path}.{where} names {asset}, which is no reserve of the pool; give one of {', '.join(reserves)}"
        if mode is not None and mode not in modes:
            yield f'{path}.{where}.e_mode is "{mode}", which is no e-mode of the pool; give one of {", ".join(modes) or "none"}'


def _base_currency(path: str, pool: PoolSpec, scenario: Scenario) -> Iterator[str]:
    quotes = {name: quote for name, (_, quote) in pairs_of(scenario).items()}
    priced = {reserve.asset: reserve.price.quote if reserve.price else quotes.get(reserve.feed or "", "") for reserve in pool.reserves}
    currencies = dict.fromkeys(quote for quote in priced.values() if quote)
    if len(currencies) > 1:
        yield f"{path}.reserves are priced in {' and '.join(currencies)}; a pool sums values in one currency, price all in one"


OF_SECTIONS: tuple[Rule, ...] = (price_path, gas_prices, instants, overlaps, feeds, pools, agents, spans)

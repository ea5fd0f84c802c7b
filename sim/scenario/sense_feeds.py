"""Rules of derived and pull feeds: inputs that are there, pairs that fit, keys that need each other or would do nothing."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sim.scenario.spec import FeedOffset, ReporterOutage, ReporterStuck, Scenario
from sim.scenario.spec import feeds as told
from sim.scenario.walk import Found
from sim.units import BPS_ONE, SECOND

Assets = tuple[str, str]


def pairs_of(scenario: Scenario) -> dict[str, Assets]:
    """Return base and quote of every feed, as far as what it is made of is there."""
    pairs: dict[str, Assets] = {feed.name: (feed.base, feed.quote) for feed in scenario.reported()}
    pairs |= {each.name: pairs[each.source] for each in scenario.delayed_feeds if each.source in pairs}
    for feed in scenario.derived_feeds:
        found = _pair_of(scenario, feed, pairs)
        if found is not None:
            pairs[feed.name] = found
    pairs |= {each.name: pairs[each.source] for each in scenario.delayed_feeds if each.source in pairs}
    return pairs


def _pair_of(scenario: Scenario, feed: told.DerivedFeedSpec, pairs: dict[str, Assets]) -> Assets | None:
    match feed:
        case told.ClaimRateSpec():
            return next(((each.share, each.money) for each in scenario.staking if each.name == feed.issuer), None)
        case told.SpotSpec() | told.TwapSpec():
            return feed.base, feed.quote
        case told.HardWiredSpec():
            return feed.price.base, feed.price.quote
        case told.ProductSpec():
            known = [pairs[name] for name in feed.feeds if name in pairs]
            return (known[0][0], known[-1][1]) if len(known) == len(feed.feeds) else None
        case told.MedianSpec():
            return next((pairs[name] for name in feed.feeds if name in pairs), None)
        case told.BoundedSpec() | told.GuardedSpec():
            return pairs.get(feed.feed)


def inputs_of(feed: told.DerivedFeedSpec) -> list[tuple[str, str]]:
    """Return the feeds a derived feed reads, each with its key."""
    found = [(f"feeds.{index}", name) for index, name in enumerate(getattr(feed, "feeds", ()))]
    return found + [(key, getattr(feed, key)) for key in ("feed", "anchor", "fallback") if getattr(feed, key, None) is not None]


def derived_feeds(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield derived feeds whose inputs come later or are of another pair, and keys that need each other."""
    pairs, derived = pairs_of(scenario), [feed.name for feed in scenario.derived_feeds]
    early = {feed.name for feed in scenario.reported()}
    known = early | {each.name for each in scenario.delayed_feeds if each.source in early}
    for feed in scenario.derived_feeds:
        path = f"derived_feeds.{feed.name}"
        for key, name in inputs_of(feed):
            if name in derived and name not in known:
                yield f"{path}.{key} is {name}, which is not listed before it; list {feed.name} after {name}"
            elif name not in known and name in pairs:
                yield f"{path}.{key} is {name}, a delayed feed of a derived one; delay {feed.name} instead"
        known.add(feed.name)
        yield from _alike(path, feed, pairs)
        yield from _keys(scenario, path, feed)


def pull_feeds(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield pull feeds whose sources or quorum do not fit."""
    venues = {venue.name: (venue.base, venue.quote) for venue in scenario.venues}
    for feed in scenario.pull_feeds:
        path = f"pull_feeds.{feed.name}"
        for source in feed.sources:
            if venues.get(source.venue, (feed.base, feed.quote)) != (feed.base, feed.quote):
                traded = "/".join(venues[source.venue])
                yield f"{path}.sources names {source.venue}, which trades {traded}; give a venue of {feed.base}/{feed.quote}"
        publishers = sum(reporter.count for reporter in feed.reporters)
        if feed.quorum and feed.quorum > publishers:
            yield f"{path}.quorum is {feed.quorum}, and there are {publishers} reporters; give at most {publishers}"


def faults(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield faults of reporters that a feed does not have, and of feeds that cannot have them."""
    reporters = {feed.name: sum(each.count for each in feed.reporters) for feed in scenario.reported()}
    delayed = [feed.name for feed in scenario.delayed_feeds]
    for index, shock in enumerate(scenario.world.shocks):
        path = f"world.shocks.{index}"
        if isinstance(shock, FeedOffset) and shock.offset <= -BPS_ONE:
            yield f"{path}.offset leaves no price; give more than -100 %"
        if isinstance(shock, FeedOffset) and shock.feed in delayed:
            yield f"{path}.feed is {shock.feed}, which is delayed; strike what it takes its price from"
        elif isinstance(shock, ReporterOutage | ReporterStuck | FeedOffset) and shock.reporters is not None:
            known = reporters.get(shock.feed, 0)
            if not known and shock.feed in _names(scenario):
                yield f"{path}.reporters is {shock.reporters}, and {shock.feed} has none; give one of {', '.join(reporters)}"
            elif known and shock.reporters > known:
                yield f"{path}.reporters is {shock.reporters}, and {shock.feed} has {known}; give at most {known}"


def _names(scenario: Scenario) -> list[str]:
    return [each.name for each in (*scenario.reported(), *scenario.delayed_feeds)] + [each.name for each in scenario.derived_feeds]


def _alike(path: str, feed: told.DerivedFeedSpec, pairs: dict[str, Assets]) -> Iterator[str]:
    read = [(key, name, pairs[name]) for key, name in inputs_of(feed) if name in pairs]
    for (_, first, (base, quote)), (key, name, other) in pairwise(read):
        if isinstance(feed, told.ProductSpec):
            if quote != other[0]:
                yield f"{path}.{key} is {name}, which prices {'/'.join(other)}; after {first} give a feed of {quote}"
        elif (base, quote) != other:
            yield f"{path}.{key} is {name}, which prices {'/'.join(other)}, and {first} prices {base}/{quote}; give feeds of one pair"


def _keys(scenario: Scenario, path: str, feed: told.DerivedFeedSpec) -> Iterator[str]:
    match feed:
        case told.SpotSpec() | told.TwapSpec():
            yield from _of_amm(scenario, path, feed)
        case told.ClaimRateSpec():
            if feed.issuer in [each.name for each in scenario.stable_issuers]:
                stakes = ", ".join(each.name for each in scenario.staking)
                yield f"{path}.issuer is {feed.issuer}, whose coins have no rate; give {stakes or 'a staking contract'}, or hard-wire it"
        case told.MedianSpec():
            if feed.quorum and feed.quorum > len(feed.feeds):
                yield f"{path}.quorum is {feed.quorum}, and there are {len(feed.feeds)} feeds; give at most {len(feed.feeds)}"
        case told.BoundedSpec():
            if (feed.anchor is None) != (feed.deviation is None):
                yield f"{path} needs anchor and deviation together; give both, or neither"
            if feed.anchor is None and feed.growth is None:
                yield f"{path} bounds nothing; give anchor and deviation, or growth"
            if feed.beyond == "keep" and feed.anchor is None:
                yield f"{path}.beyond does nothing without an anchor; leave it out"
        case told.GuardedSpec():
            yield from _of_guard(scenario, path, feed)


def _of_amm(scenario: Scenario, path: str, feed: told.SpotSpec | told.TwapSpec) -> Iterator[str]:
    amms = {amm.name: amm for amm in scenario.amms}
    amm = amms.get(feed.amm)
    if amm is None:
        if feed.amm in [f"{market.name}/amm" for market in scenario.llamma]:
            yield f"{path}.amm is {feed.amm}, which prices by a feed itself; give one of {', '.join(amms) or 'amms'}"
        return
    for key in ("base", "quote"):
        if getattr(feed, key) not in amm.assets:
            yield f"{path}.{key} is {getattr(feed, key)}, which {feed.amm} does not trade; give one of {', '.join(amm.assets)}"
    if feed.base == feed.quote:
        yield f"{path}.quote is {feed.quote}, which is its base too; give another asset"
    if isinstance(feed, told.TwapSpec):
        yield from _whole_seconds(path, feed, "window")
        if amm.kind == "stableswap":
            yield f"{path}.amm is {feed.amm}, which sums no prices up; give a constant product or a concentrated one"


def _of_guard(scenario: Scenario, path: str, feed: told.GuardedSpec) -> Iterator[str]:
    for key in ("max_age", "grace"):
        if getattr(feed, key) is not None:
            yield from _whole_seconds(path, feed, key)
    pulled = [each.name for each in scenario.pull_feeds]
    for key, is_set in (("max_uncertainty", feed.max_uncertainty is not None), ("takes", feed.takes == "low")):
        if is_set and feed.feed not in pulled:
            yield f"{path}.{key} does nothing: {feed.feed} tells no confidence; give a pull feed"
    if feed.max_age is None and feed.grace is None and feed.max_uncertainty is None and feed.takes == "price":
        yield f"{path} guards nothing; give max_age, grace, max_uncertainty or takes"
    if feed.fallback == feed.feed:
        yield f"{path}.fallback is {feed.fallback}, the feed itself; give another"


def _whole_seconds(path: str, spec: Any, key: str) -> Iterator[str]:
    if getattr(spec, key) % SECOND:
        yield f"{path}.{key} is no whole number of seconds, which is all that a contract counts; give whole seconds"

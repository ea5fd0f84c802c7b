"""Building feeds that nobody posts to: pull feeds with the network that signs for them, and feeds derived from amms and other feeds.

A derived feed stands after whatever it reads: feeds, delayed feeds of these, pull feeds and amms are there before it, and of the
derived ones those that are listed before it.
"""

from collections.abc import Iterable
from decimal import Decimal

from sim.agents.connections import Guard
from sim.amm.amm import Amm
from sim.amm.concentrated.contract import ConcentratedAmm
from sim.amm.constant_product.contract import ConstantProductAmm
from sim.errors import ScenarioError
from sim.facts import FeedFacts
from sim.oracle.derived.feed import DerivedFeed, Formula
from sim.oracle.derived.of_amms import CumulativeMean, Pair, Spot, TickMean
from sim.oracle.derived.of_claims import ClaimRate
from sim.oracle.derived.of_feeds import Bounded, Guarded, HardWired, Limits, Median, Product
from sim.oracle.pull_feed import PullFeed, confidence_of
from sim.oracle.sentinel import Sentinel
from sim.oracle.signing import SigningNetwork
from sim.records import PricePosted, ReadsRefused
from sim.scenario.build_oracle import ANSWER_LIFETIME, reporter_names
from sim.scenario.parts import Parts
from sim.scenario.sense_feeds import pairs_of
from sim.scenario.spec import feeds as told
from sim.units import BPS_ONE, NO_SEQ, NOBODY, SECOND, Nanos, Place, Seconds


def add_pull_feed(parts: Parts, spec: told.PullFeedSpec) -> None:
    """Build a pull feed that has been brought the opening price, and the network that signs for it."""
    place, opening = parts.names.intern(spec.name), parts.opening_price(spec.base, spec.quote)
    parts.dice[place] = spec.draws
    if not opening:
        path = parts.scenario.world.price
        raise ScenarioError(
            f"pull_feeds.{spec.name} prices {spec.base}/{spec.quote}, and the outside price is of {path.base}/{path.quote};"
            f" give it that pair, or use a derived feed"
        )
    publishers = tuple(parts.names.intern(name) for name in reporter_names(spec))
    feed, start = PullFeed(place, publishers, parts.ledger.journal), parts.scenario.run.start
    seq = parts.tape.append(0, parts.start, place, NOBODY, (PricePosted.kind, 1, opening, 0, 0, NOBODY, 0))
    feed.open_at(opening, confidence_of(opening, spec.confidence), start, seq)
    parts.chain.register(place, feed)
    parts.pull_feeds[place] = parts.derivations.known[place] = feed
    if parts.scenario.switches.frozen_price_offset is None and not parts.scenario.switches.instant_oracles:
        lifetime = max(ANSWER_LIFETIME, 3 * spec.poll_interval)
        quorum = spec.quorum or len(publishers) // 2 + 1
        signing = SigningNetwork(parts.kernel, parts.tape, feed, quorum, spec.sign_interval, spec.confidence, lifetime, start)
        parts.signers[place] = signing


def add_derived_feed(parts: Parts, spec: told.DerivedFeedSpec) -> None:
    """Build a derived feed with its first price told; one that cannot be read yet says why."""
    place, start = parts.names.intern(spec.name), parts.scenario.run.start
    derivations = parts.derivations
    feed = DerivedFeed(place, _formula(parts, spec), parts.chain, derivations, parts.ledger.journal)
    feed.open_at(start, NO_SEQ)
    if feed.refusal:
        parts.tape.append(0, parts.start, place, NOBODY, (ReadsRefused.kind, int(feed.refusal)))
    else:
        feed.posted = parts.tape.append(0, parts.start, place, NOBODY, (PricePosted.kind, 1, feed.shown, 0, 0, NOBODY, 0))
    if parts.scenario.switches.frozen_price_offset is not None:
        feed.freeze(start)
    parts.chain.register(place, feed)
    parts.derived_feeds[place] = derivations.known[place] = feed
    derivations.feeds.append(feed)


def _formula(parts: Parts, spec: told.DerivedFeedSpec) -> Formula:
    match spec:
        case told.SpotSpec():
            return Spot(_pair(parts, spec))
        case told.TwapSpec():
            return _twap(parts, spec)
        case told.MedianSpec():
            feeds = tuple(parts.feed(name) for name in spec.feeds)
            return Median(feeds, spec.quorum or len(feeds) // 2 + 1)
        case told.BoundedSpec():
            return _bounded(parts, spec)
        case told.ProductSpec():
            return Product(tuple(parts.feed(name) for name in spec.feeds))
        case told.ClaimRateSpec():
            return ClaimRate(parts.issuers[parts.id(spec.issuer)])
        case told.HardWiredSpec():
            return HardWired(int(spec.price.number * Decimal(10**8)))
        case told.GuardedSpec():
            return _guarded(parts, spec)


def _pair(parts: Parts, spec: told.SpotSpec | told.TwapSpec) -> Pair:
    amm: Amm = parts.amms[parts.id(spec.amm)]
    return Pair(amm, parts.assets[spec.base], parts.assets[spec.quote])


def _twap(parts: Parts, spec: told.TwapSpec) -> TickMean | CumulativeMean:
    pair, window = _pair(parts, spec), _seconds(spec.window)
    if isinstance(pair.amm, ConcentratedAmm):
        return TickMean(pair, pair.amm, window)
    if isinstance(pair.amm, ConstantProductAmm):
        return CumulativeMean.opened(pair, pair.amm, window, parts.ledger.journal, parts.scenario.run.start)
    raise ScenarioError(
        f"derived_feeds.{spec.name}.amm is {spec.amm}, which sums no prices up; give a constant product or a concentrated one"
    )


def _bounded(parts: Parts, spec: told.BoundedSpec) -> Bounded:
    feed = parts.feed(spec.feed)
    anchor = None if spec.anchor is None else parts.feed(spec.anchor)
    opening, start = feed.price, parts.scenario.run.start
    keeps, journal = spec.beyond == "keep", parts.ledger.journal
    return Bounded(feed, anchor, spec.deviation or 0, keeps, spec.growth, opening, start, opening, journal)


def _guarded(parts: Parts, spec: told.GuardedSpec) -> Guarded:
    limits = Limits(
        None if spec.max_age is None else _seconds(spec.max_age),
        spec.max_uncertainty,
        spec.takes == "low",
    )
    fallback = None if spec.fallback is None else parts.feed(spec.fallback)
    sentinel = None if spec.grace is None else Sentinel(parts.chain, _seconds(spec.grace))
    return Guarded(parts.feed(spec.feed), limits, sentinel, fallback)


def _seconds(span: Nanos) -> Seconds:
    return span // SECOND


def checkpoints_of(parts: Parts, feeds: Iterable[Place]) -> dict[Place, Seconds]:
    """Return the windows of those feeds that somebody must take checkpoints for."""
    formulae = {place: parts.derived_feeds[place].formula for place in feeds if place in parts.derived_feeds}
    return {place: formula.window for place, formula in formulae.items() if isinstance(formula, CumulativeMean)}


def means_of(parts: Parts) -> dict[Place, Seconds]:
    """Return the feeds that show a mean over time, each with its window."""
    formulae = {place: feed.formula for place, feed in parts.derived_feeds.items()}
    return {place: formula.window for place, formula in formulae.items() if isinstance(formula, TickMean | CumulativeMean)}


def spots_of(parts: Parts) -> dict[Place, Place]:
    """Return the feeds that show what an amm trades at, each with its amm."""
    formulae = {place: feed.formula for place, feed in parts.derived_feeds.items()}
    return {place: formula.pair.amm.place for place, formula in formulae.items() if isinstance(formula, Spot)}


def guards_of(parts: Parts) -> dict[Place, Guard]:
    """Return the feeds that hand another's price on, each with what it asks of it."""
    formulae = {place: feed.formula for place, feed in parts.derived_feeds.items()}
    return {place: _guard(formula) for place, formula in formulae.items() if isinstance(formula, Guarded)}


def _guard(formula: Guarded) -> Guard:
    limits = formula.limits
    return Guard(formula.feed.place, limits.max_age, limits.max_uncertainty, limits.takes_low)


def derived_facts(parts: Parts) -> list[FeedFacts]:
    """Return what a reader of the tape must know of derived feeds."""
    pairs, facts = pairs_of(parts.scenario), []
    for spec in parts.scenario.derived_feeds:
        place = parts.id(spec.name)
        feed, base = parts.derived_feeds[place], parts.assets[pairs[spec.name][0]].id
        terms = {"window": _seconds(spec.window)} if isinstance(spec, told.TwapSpec) else {}
        pair = getattr(feed.formula, "pair", None)
        if pair is not None:
            terms |= {"quote": pair.quote.id, "base_first": int(pair.is_base_first), "log_ticks": int(isinstance(feed.formula, TickMean))}
        if isinstance(spec, told.BoundedSpec):
            named = {"deviation": spec.deviation, "growth": spec.growth, "keeps": int(spec.beyond == "keep")}
            terms = {key: value for key, value in named.items() if value is not None}
        facts.append(FeedFacts(place, spec.name, base, _inputs_of(feed), spec.kind, terms))
    return facts


def _inputs_of(feed: DerivedFeed) -> dict[Place, int]:
    """Return what a derived feed reads, each as if it were the whole of it: which of them counts is told with each post."""
    inputs = getattr(feed.formula, "feeds", None)
    if inputs is None:
        named = [getattr(feed.formula, key, None) for key in ("feed", "anchor", "fallback")]
        inputs = [each for each in named if each is not None]
    pair, staking = getattr(feed.formula, "pair", None), getattr(feed.formula, "staking", None)
    contract = pair.amm if pair is not None else staking
    places = [contract.place] if contract is not None else [each.place for each in inputs]
    return dict.fromkeys(places, BPS_ONE)

"""Building feeds: the contract, its reporters as agents, and the network where they meet."""

from decimal import Decimal

import attrs

from sim.chain.chain import Chain
from sim.commands import SendTx
from sim.errors import ScenarioError
from sim.kernel import EXECUTE, Kernel, lottery
from sim.latency import LatencyModel
from sim.oracle.network import OracleNetwork
from sim.oracle.push_feed import FeedTerms, PushFeed
from sim.oracle.round import OcrRound, Posting
from sim.oracle.rules import ReportRule
from sim.oracle.sources import shares_of
from sim.records import PricePosted
from sim.scenario.build_atomic import offer_updates
from sim.scenario.build_market import INSTANT
from sim.scenario.parts import Parts
from sim.scenario.spec.agents import AgentSpec
from sim.scenario.spec.feeds import Reported
from sim.scenario.spec.oracle import FeedSpec, ReporterSpec
from sim.scenario.values import Rate
from sim.streams import Stream, Streams, key_of
from sim.units import BPS_ONE, INT64_MAX, NOBODY, SECOND, Bps, Nanos, Party, Place, Price, Seq

ANSWER_LIFETIME: Nanos = 600 * SECOND
"""An answer older than this no longer counts: its reporter is down."""


@attrs.define(eq=False, repr=False)
class ReporterLine:
    """The way of reporters' txs to the chain, each with its own latency; none overtakes an earlier one of its reporter."""

    kernel: Kernel
    chain: Chain
    streams: Streams
    latencies: dict[Party, tuple[LatencyModel, str]]
    draws: str = ""
    """Name of the feed whose reporters' dice these roll; empty for their own."""
    last_arrivals: dict[Party, Nanos] = attrs.field(factory=dict)

    def submit(self, party: Party, cause: Seq, tx: SendTx) -> None:
        """Deliver a reporter's tx after its latency."""
        latency, name = self.latencies[party]
        dice = f"{self.draws}/{name.partition('/')[2]}" if self.draws else name
        stream: Stream = self.streams[f"{dice}/tx"]
        now = self.kernel.now
        arrival = max(now + latency.draw(stream, now), self.last_arrivals.get(party, 0))
        self.last_arrivals[party] = arrival
        key = key_of(self.streams.seed, name, "tx")
        self.kernel.call_at(arrival, EXECUTE | lottery(key, arrival), self.chain.arrive, (party, cause, tx))


def reporter_names(spec: Reported) -> list[str]:
    """Return the names of a feed's reporters, in sequence."""
    return [f"{spec.name}/reporter/{index}" for index in range(sum(each.count for each in spec.reporters))]


def add_feed(parts: Parts, spec: FeedSpec) -> None:
    """Build a feed with its first price posted, and the network of its reporters."""
    place = parts.names.intern(spec.name)
    parts.dice[place] = spec.draws
    opening = parts.opening_price(spec.base, spec.quote)
    if not opening:
        path = parts.scenario.world.price
        raise ScenarioError(
            f"feeds.{spec.name} prices {spec.base}/{spec.quote}, and the outside price is of {path.base}/{path.quote};"
            f" give the feed that pair, or give the reserve a fixed price instead of a feed"
        )
    reporters = tuple(parts.names.intern(name) for name in reporter_names(spec))
    posting = Posting[(spec.posting or parts.chain.spec.oracle_posting or "one").upper()]
    quorum = _quorum(spec, len(reporters), posting)
    least, most = _bound(spec.min_answer, 1), _bound(spec.max_answer, INT64_MAX)
    feed = PushFeed(place, FeedTerms(reporters, quorum, least, most, posting), parts.ledger.journal)
    offset = parts.scenario.switches.frozen_price_offset
    first: Price = opening if offset is None else opening * (BPS_ONE + offset) // BPS_ONE
    row = (PricePosted.kind, 1, first, 0, 0, NOBODY, 0)
    if not least <= first <= most:
        shown, bounds = _plain(first), f"{_plain(least)} to {_plain(most)}"
        raise ScenarioError(
            f"feeds.{spec.name} opens at {shown} {spec.quote}/{spec.base}, and min_answer and max_answer allow {bounds}; widen them"
        )
    feed.open_at(first, parts.scenario.run.start, parts.tape.append(0, parts.start, place, NOBODY, row))
    parts.chain.register(place, feed)
    parts.feeds[place] = parts.derivations.known[place] = feed
    offer_updates(parts, place, spec.oev)
    if offset is None and not parts.scenario.switches.instant_oracles:
        parts.networks[place] = _network(parts, spec, feed, quorum, posting)


def _quorum(spec: FeedSpec, reporters: int, posting: Posting) -> int:
    """Return the answers a round needs; of a median an odd number, more than half of the reporters where there is one."""
    least = reporters // 2 + 1
    if posting == Posting.MEDIAN and least % 2 == 0:
        least = min(least + 1, reporters - 1 + reporters % 2)
    return spec.quorum or least


def _network(parts: Parts, spec: FeedSpec, feed: PushFeed, quorum: int, posting: Posting) -> OracleNetwork:
    reporters = feed.terms.reporters
    rule = ReportRule(spec.deviation, spec.heartbeat // SECOND, feed.terms.min_answer, feed.terms.max_answer)
    lifetime = max(ANSWER_LIFETIME, 3 * spec.poll_interval)
    meeting = OcrRound(rule, reporters, quorum, lifetime, posting)
    is_instant = parts.scenario.switches.no_latency
    latencies: dict[Party, tuple[LatencyModel, str]] = {}
    for party, name, each in zip(reporters, reporter_names(spec), _each(spec), strict=True):
        latencies[party] = (INSTANT if is_instant else each, name)
    streams = Streams(parts.seed) if spec.draws else parts.streams
    line = ReporterLine(parts.kernel, parts.chain, streams, latencies, spec.draws)
    network = OracleNetwork(parts.kernel, parts.tape, feed, meeting, line.submit, spec.gas, parts.scenario.run.start)
    network.listen()
    return network


def _each(spec: FeedSpec) -> list[LatencyModel]:
    return [each.latency for each in spec.reporters for _ in range(each.count)]


def _plain(price: Price) -> str:
    return f"{(Decimal(price) / 10**8).normalize():f}"


def _bound(rate: Rate | None, otherwise: Price) -> Price:
    return otherwise if rate is None else int(rate.number * Decimal(10**8))


def sources_of(parts: Parts, spec: Reported) -> tuple[tuple[Place, Bps], ...]:
    """Return what a feed's reporters look at, with weights that sum to 10,000: venues for ``pass_through``, outside for the rest."""
    own = shares_of([source.weight for source in spec.sources])
    venues = [(parts.id(source.venue), share) for source, share in zip(spec.sources, own, strict=True)]
    weights = [share * spec.pass_through for _, share in venues] + [(BPS_ONE - spec.pass_through) * BPS_ONE]
    places = [place for place, _ in venues] + [parts.outside.place]
    return tuple((place, share) for place, share in zip(places, shares_of(weights), strict=True) if share)


def offsets_of(each: ReporterSpec) -> list[Bps]:
    """Return the offsets of reporters of one kind: evenly from offset - spread to offset + spread, rounded down."""
    if each.count == 1:
        return [each.offset]
    return [each.offset - each.spread + 2 * each.spread * index // (each.count - 1) for index in range(each.count)]


def reporter_agents(spec: Reported) -> list[tuple[str, AgentSpec]]:
    """Return the agents that report to a feed, each with the name it has in the feed's list."""
    agents: list[tuple[str, AgentSpec]] = []
    names = iter(reporter_names(spec))
    for each in spec.reporters:
        for offset in offsets_of(each):
            agent = AgentSpec(
                name="reporter",
                strategy="reporter",
                venues=tuple(source.venue for source in spec.sources),
                feeds=(spec.name,),
                chain_funds=(spec.gas_funds,) if isinstance(spec, FeedSpec) else (),
                latency=each.latency,
                draws=f"{spec.draws}/reporter/{len(agents)}" if spec.draws else "",
                parameters={"poll_interval": spec.poll_interval, "offset_bps": offset},
            )
            agents.append((next(names), agent))
    return agents

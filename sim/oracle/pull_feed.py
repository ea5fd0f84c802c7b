"""A pull feed: prices are signed off the chain, with a confidence, at times; whoever needs one brings it to the contract.

Publishers' answers are aggregated by votes, three each: the price, and the price less and more its confidence. The middle vote is the
price; its distance to the vote a quarter in from either end, the larger one, is the confidence [docs.pyth.network, price aggregation;
pyth-network/pyth-client, price_model.c]. Whoever brings a signed price chooses which, and so its time of publication: one that is no newer
than what the contract has changes nothing and costs its gas, any newer one is taken, however old [pyth-network/pyth-crosschain,
Pyth.sol]. How old and how uncertain a price may be is its readers' matter (``sim.oracle.derived.of_feeds.Guarded``).

Each signed price is told (``PriceSigned``); one that is brought as any feed's post: ``PriceObserved`` for the votes' sources,
``PricePosted``, and ``SignatureTaken`` with its confidence. Model choices: of an even number of votes the upper of the middle two (the
program takes their mean), so that the price is some publisher's; publishers count alike (theirs are weighted by stake). Left out:
the update fee of one unit, moving averages, exponents other than 8.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import attrs

from sim.chain.contract import CallContext
from sim.errors import Revert
from sim.fixed import mul_div_half_up
from sim.journal import Journal
from sim.oracle.push_feed import WAD_PER_PRICE, Reading
from sim.oracle.sources import Observed
from sim.records.oracle import PriceObserved, PricePosted, SignatureTaken
from sim.units import BPS_ONE, NO_SEQ, NOBODY, Bps, Gas, Nanos, Party, Place, Price, Seconds, Seq, Wad
from sim.vocabulary import Refusal

UPDATE: Gas = 130_000
"""Typical of one price in an accumulator update."""
STALE_UPDATE: Gas = 60_000
"""One that is no newer: our estimate."""


class UpdatePriceCall(NamedTuple):
    """A call: bring a signed price to a pull feed."""

    number: int
    """Of the signed price; the feed's first is 1."""


class Vote(NamedTuple):
    """One of the three votes of a publisher."""

    price: Price
    publisher: Party
    observed: Observed


class Signed(NamedTuple):
    """A price that is good for the contract, whoever brings it."""

    number: int
    price: Price
    confidence: Price
    published_at: Seconds
    at: Nanos
    seq: Seq
    """Its ``PriceSigned``."""
    selected: Vote
    """The middle one."""
    publishers: int


def confidence_of(price: Price, share: Bps) -> Price:
    """Return how sure a publisher is, as a share of its price, half up."""
    return mul_div_half_up(price, share, BPS_ONE)


def votes_of(answers: Sequence[tuple[Party, Price, Observed]], share: Bps) -> list[Vote]:
    """Return the votes of publishers that are all as sure as a share of their price, sorted by price; ties in the publishers' sequence."""
    votes = []
    for publisher, price, observed in answers:
        around = confidence_of(price, share)
        votes += [Vote(each, publisher, observed) for each in (price, price - around, price + around)]
    return sorted(votes, key=_price)


def aggregate(votes: Sequence[Vote]) -> tuple[Vote, Price]:
    """Return the middle vote of sorted ones, and the confidence. Refuses none at all."""
    assert votes
    middle, quarter = votes[len(votes) // 2], len(votes) // 4
    low, high = votes[quarter].price, votes[len(votes) - 1 - quarter].price
    return middle, max(middle.price - low, high - middle.price)


@attrs.define(eq=False, repr=False)
class PullFeed:
    """The contract, with the archive of what was signed for it. Cost: constant."""

    calls: ClassVar[tuple[type[Any], ...]] = (UpdatePriceCall,)

    place: Place
    publishers: tuple[Party, ...]
    journal: Journal
    archive: dict[int, Signed] = attrs.field(factory=dict)
    """Signed prices that can still be brought, by number; the oldest are forgotten off the chain."""
    taken: int = 0
    """The number of the one it has; 0 for the opening price."""
    price: Price = 0
    confidence: Price = 0
    updated_at: Seconds = 0
    """Publication of what it has."""
    round: int = 0
    posted: Seq = NO_SEQ
    posted_at: Nanos = 0
    is_frozen: bool = False
    """It takes nothing: a fault."""

    def answer(self, call: UpdatePriceCall, context: CallContext) -> Gas:
        """Take a signed price if it is newer; return the gas used. Reverts: NOT_REPORTER (nobody signed that), FEED_FROZEN."""
        context.spend(STALE_UPDATE)
        if self.is_frozen:
            raise Revert(Refusal.FEED_FROZEN)
        signed = self.archive.get(call.number)
        if signed is None:
            raise Revert(Refusal.NOT_REPORTER)
        if signed.published_at <= self.updated_at:
            return STALE_UPDATE
        self._take(signed, context)
        return UPDATE

    def read(self) -> Reading:
        """Return what contracts read now."""
        return Reading(self.price, self.updated_at, self.posted)

    def peek(self) -> tuple[Wad, bool]:
        """Return the price in wad, and whether there is one."""
        return self.price * WAD_PER_PRICE, self.price > 0

    def open_at(self, price: Price, confidence: Price, timestamp: Seconds, seq: Seq) -> None:
        """Start with a price already brought, as round 1."""
        assert not self.round and price > 0
        self.round, self.price, self.confidence, self.updated_at, self.posted = 1, price, confidence, timestamp, seq

    def _take(self, signed: Signed, context: CallContext) -> None:
        round, vote = self.round + 1, signed.selected
        for source, seen, seen_at, weight in vote.observed:
            row = (PriceObserved.kind, round, vote.publisher, signed.price, source, seen, seen_at, weight)
            context.say(self.place, context.sender, row)
        observed_at = max((seen_at for _, _, seen_at, _ in vote.observed), default=0)
        told = (PricePosted.kind, round, signed.price, self.price, signed.publishers, vote.publisher or NOBODY, observed_at)
        posted = context.say(self.place, context.sender, told)
        context.say(self.place, context.sender, (SignatureTaken.kind, signed.seq, signed.confidence, signed.published_at))
        for field, value in (
            ("taken", signed.number),
            ("price", signed.price),
            ("confidence", signed.confidence),
            ("updated_at", signed.published_at),
            ("round", round),
            ("posted", posted),
            ("posted_at", context.block.at),
        ):
            self.journal.put(self, field, value)

    def _check(self) -> None:
        assert self.price > 0 and self.confidence >= 0
        assert all(number == signed.number for number, signed in self.archive.items())
        assert list(self.archive) == sorted(self.archive)


def _price(vote: Vote) -> Price:
    return vote.price

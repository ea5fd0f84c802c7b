"""The pull feed: votes and their spread, prices that anybody may bring, and where they are signed."""

from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.chain.contract import BlockHead, Buffer, CallContext, answer
from sim.commands import TellAnswer
from sim.errors import Revert
from sim.journal import Journal
from sim.kernel import Kernel
from sim.oracle.faults import Faults
from sim.oracle.pull_feed import STALE_UPDATE, UPDATE, PullFeed, UpdatePriceCall, aggregate, votes_of
from sim.oracle.signing import SigningNetwork
from sim.records.oracle import AnswerGiven, PriceObserved, PricePosted, PriceSigned, SignatureTaken
from sim.storage.memory import MemoryTape
from sim.tape import Tape
from sim.units import SECOND
from sim.vocabulary import Refusal

FEED, KEEPER = 40, 7
PUBLISHERS = (11, 12, 13)
DOLLAR = 10**8
EPOCH = 1_700_000_000
SEEN = ((5, 3, 0, 10_000),)


def votes(*dollars: int, share: int = 100) -> list[int]:
    return [vote.price // DOLLAR for vote in votes_of([(11 + n, price * DOLLAR, ()) for n, price in enumerate(dollars)], share)]


def naive(prices: list[int], share: int) -> tuple[int, int]:
    """Return price and confidence by plain counting."""
    cast: list[int] = []
    for price in prices:
        around = int(Fraction(price * share, 10_000) + Fraction(1, 2))
        cast = sorted([*cast, price, price - around, price + around])
    middle = cast[len(cast) // 2]
    low, high = cast[len(cast) // 4], list(reversed(cast))[len(cast) // 4]
    return middle, max(middle - low, high - middle)


@given(st.lists(st.integers(1, 10**13), min_size=1, max_size=9), st.integers(0, 500))
def test_votes_are_counted_as_by_hand(prices, share):
    vote, confidence = aggregate(votes_of([(n, price, ()) for n, price in enumerate(prices)], share))

    assert naive(prices, share) == (vote.price, confidence)


@pytest.mark.parametrize(
    ("dollars", "share", "expected"),
    [
        ((100,), 100, (100, 1)),
        ((100,), 0, (100, 0)),
        ((100, 100, 100), 100, (100, 1)),
        ((100, 200, 300), 0, (200, 100)),
        ((100, 200, 1_000), 0, (200, 800)),
        ((200, 200, 1_000), 0, (200, 800)),
        ((200, 200, 200, 200, 1_000), 0, (200, 0)),
        ((100, 300), 0, (300, 200)),
    ],
)
def test_one_that_is_off_among_few_moves_the_confidence_and_not_the_price(dollars, share, expected):
    vote, confidence = aggregate(votes_of([(n, price * DOLLAR, ()) for n, price in enumerate(dollars)], share))

    assert expected == (vote.price // DOLLAR, confidence // DOLLAR)


def test_every_publisher_has_three_votes():
    assert votes(100, 200) == [99, 100, 101, 198, 200, 202]


@attrs.define
class Bench:
    """A pull feed and its publishers on a clock; every call is a tx of its own."""

    kernel: Kernel = attrs.field(factory=Kernel)
    kept: MemoryTape = attrs.field(factory=MemoryTape)
    tape: Tape = attrs.field(init=False)
    feed: PullFeed = attrs.field(init=False)
    signing: SigningNetwork = attrs.field(init=False)
    gas: int = 0

    def __attrs_post_init__(self) -> None:
        self.tape = Tape(self.kept)
        self.feed = PullFeed(FEED, PUBLISHERS, Journal())
        self.feed.open_at(100 * DOLLAR, DOLLAR // 10, EPOCH, 0)
        self.signing = SigningNetwork(self.kernel, self.tape, self.feed, 2, SECOND, 10, 60 * SECOND, EPOCH)
        self.signing.start()

    def tell(self, publisher: int, dollars: int) -> None:
        self.signing.arrive((publisher, 0, TellAnswer(FEED, dollars * DOLLAR, SEEN)))

    def run(self, seconds: int) -> None:
        self.kernel.run_until(seconds * SECOND)

    def bring(self, number: int, fails: bool = False) -> Refusal:
        now, journal = self.kernel.now, self.feed.journal
        buffer = Buffer(self.tape.entries + 1)
        context = CallContext(BlockHead(1, EPOCH + now // SECOND, now, 0), 1, KEEPER, KEEPER, FEED, {FEED: self.feed}, journal, buffer)
        mark = journal.begin()
        try:
            self.gas = answer(UpdatePriceCall(number), context)
            if fails:
                raise Revert(Refusal.OUT_OF_GAS)
        except Revert as why:
            journal.rollback(mark)
            return why.reason
        finally:
            journal.commit()
            self.feed._check()
        for cause, place, party, row in buffer.rows:
            self.tape.append(now, cause or 0, place, party, row)
        return Refusal.NONE

    def told(self, record) -> list:
        self.tape.flush()
        return [entry.record for entry in self.kept.entries() if isinstance(entry.record, record)]


def opened() -> Bench:
    """Return a bench on which three publishers have said 99, 101 and 103 before the first signature."""
    bench = Bench()
    for publisher, dollars in zip(PUBLISHERS, (99, 101, 103), strict=True):
        bench.tell(publisher, dollars)
    return bench


def test_a_price_is_signed_of_fresh_answers_at_every_interval():
    bench = opened()
    bench.run(3)

    signed = bench.told(PriceSigned)
    assert [each.number for each in signed] == [1, 2, 3]
    assert [each.published_at for each in signed] == [EPOCH + 1, EPOCH + 2, EPOCH + 3]
    assert (signed[0].price, signed[0].confidence) == (101 * DOLLAR, 190_100_000)


def test_too_few_fresh_answers_are_signed_by_nobody():
    bench = Bench()
    bench.tell(11, 100)
    bench.run(3)
    bench.tell(12, 100)
    bench.run(62)

    assert list(range(EPOCH + 4, EPOCH + 61)) == [each.published_at for each in bench.told(PriceSigned)]


def test_whoever_brings_a_price_is_believed_and_says_where_it_comes_from():
    bench = opened()
    bench.run(2)

    assert bench.bring(2) == Refusal.NONE

    (observed,), (posted,), (taken,) = bench.told(PriceObserved), bench.told(PricePosted), bench.told(SignatureTaken)
    assert (bench.feed.price, bench.feed.updated_at, bench.gas) == (101 * DOLLAR, EPOCH + 2, UPDATE)
    assert (observed.reporter, posted.selected, posted.observations) == (12, 12, 3)
    assert bench.told(PriceSigned)[1] == bench.kept.entry(taken.signed).record


def test_the_caller_chooses_how_old_a_price_it_brings():
    bench = opened()
    bench.run(5)
    bench.tell(12, 90)
    bench.tell(13, 90)
    bench.run(9)

    bench.bring(3)

    assert (bench.feed.price, bench.feed.updated_at) == (101 * DOLLAR, EPOCH + 3)


def test_a_price_no_newer_than_the_feeds_changes_nothing_and_costs_gas():
    bench = opened()
    bench.run(5)
    bench.bring(4)

    outcomes = [(bench.bring(number), bench.gas, bench.feed.taken) for number in (3, 4)]

    assert outcomes == [(Refusal.NONE, STALE_UPDATE, 4)] * 2
    assert len(bench.told(PricePosted)) == 1


def test_what_nobody_signed_is_refused():
    assert opened().bring(1) == Refusal.NOT_REPORTER


def test_a_frozen_feed_takes_nothing():
    bench = opened()
    bench.run(2)
    bench.feed.is_frozen = True

    assert bench.bring(1) == Refusal.FEED_FROZEN


def test_a_bringing_that_reverts_afterwards_leaves_no_trace():
    bench = opened()
    bench.run(2)
    before = attrs.asdict(bench.feed, recurse=False)

    bench.bring(2, fails=True)

    assert before == attrs.asdict(bench.feed, recurse=False)


def test_a_silenced_publisher_is_missed_until_it_is_restored():
    bench = opened()
    bench.signing.silence(11)
    bench.signing.silence(12)
    bench.tell(11, 100)
    bench.run(2)
    bench.signing.restore(11)
    bench.tell(11, 100)
    bench.run(4)

    assert [each.published_at for each in bench.told(PriceSigned)] == [EPOCH + 3, EPOCH + 4]


def test_desks_are_shown_the_latest_signed_prices():
    bench = opened()
    bench.run(50)
    bench.tell(11, 100)
    bench.tell(12, 100)
    bench.run(70)

    shown = bench.signing.signed.last
    assert shown is not None
    assert list(range(11, 71)) == [each.number for each in shown.prices]


# Faults of single reporters.


def test_a_stuck_reporter_repeats_its_last_answer_with_what_that_rested_on():
    faults, later = Faults(), ((5, 9, 0, 10_000),)
    faults.said(11, TellAnswer(FEED, 100, SEEN))
    faults.stick(11, 77)

    stuck = faults.said(11, TellAnswer(FEED, 50, later))
    faults.unstick(11)

    assert (TellAnswer(FEED, 100, SEEN), 77) == stuck
    assert (TellAnswer(FEED, 50, later), 0) == faults.said(11, TellAnswer(FEED, 50, later))


def test_a_reporter_that_never_spoke_is_stuck_at_its_first_word():
    faults = Faults()
    faults.stick(11, 77)
    first, _ = faults.said(11, TellAnswer(FEED, 100, SEEN))

    assert [first.answer, faults.said(11, TellAnswer(FEED, 50, SEEN))[0].answer] == [100, 100]


def test_a_reporter_that_is_off_is_caused_by_the_shock_and_alone():
    faults = Faults()
    faults.put_off(11, -3_000, 77)

    off, right = faults.said(11, TellAnswer(FEED, 100, SEEN)), faults.said(12, TellAnswer(FEED, 100, SEEN))
    faults.put_right(11)

    assert (
        (off[0].answer, off[1]),
        (right[0].answer, right[1]),
        (faults.said(11, TellAnswer(FEED, 100, SEEN))[0].answer, faults.said(11, TellAnswer(FEED, 100, SEEN))[1]),
    ) == ((70, 77), (100, 0), (100, 0))


def test_one_bad_publisher_of_three_moves_the_confidence_and_the_answer_names_its_shock():
    bench = opened()
    bench.signing.faults.put_off(13, -5_000, 3)
    bench.tell(13, 100)
    bench.run(1)

    (signed,) = bench.told(PriceSigned)
    bench.tape.flush()
    cause, told = [(each.cause, each.record.answer) for each in bench.kept.entries() if isinstance(each.record, AnswerGiven)][-1]
    assert signed.price < 100 * DOLLAR and signed.confidence > 40 * DOLLAR
    assert (cause, told) == (3, 50 * DOLLAR)

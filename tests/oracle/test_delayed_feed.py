"""The delayed feed: what a poke moves, when it may come, what everybody may know ahead, and what is said."""

import copy

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sim.chain.contract import BlockHead, Buffer, CallContext, answer
from sim.commands import PokeCall
from sim.errors import Revert
from sim.journal import Journal
from sim.oracle.delayed_feed import POKE, DelayedFeed, Queued
from sim.oracle.push_feed import FeedTerms, PushFeed, Reading
from sim.records.oracle import PriceObserved, PricePosted, PriceQueued
from sim.units import HOUR, SECOND, WAD
from sim.views import Posted
from sim.vocabulary import Refusal

SOURCE, FEED, POKER = 40, 41, 7
DOLLAR = 10**8
DELAY = HOUR // SECOND


@attrs.define
class Paper:
    """A source that shows what a test writes on it."""

    dollars: int | None = 100
    posted: int = 1
    posted_at: int = 0
    place: int = SOURCE

    def peek(self):
        return (self.dollars or 0) * WAD, self.dollars is not None


@attrs.define
class Bench:
    """A delayed feed without a chain: every poke is a tx of its own."""

    feed: DelayedFeed
    source: Paper
    entries: int = 100
    said: list[tuple[int | None, tuple[int, ...]]] = attrs.field(factory=list)
    """(cause, row) of the last poke."""
    gas: int = 0

    def poke(self, now: int, fails_afterwards: bool = False) -> Refusal:
        journal = self.feed.journal
        buffer = Buffer(self.entries + 1)
        head = BlockHead(1, now, now * SECOND, 0)
        context = CallContext(head, 1, POKER, POKER, FEED, {FEED: self.feed}, journal, buffer)
        mark = journal.begin()
        try:
            self.gas = answer(PokeCall(), context)
            if fails_afterwards:
                raise Revert(Refusal.OUT_OF_GAS)
        except Revert as why:
            journal.rollback(mark)
            self.gas = context.spent
            return why.reason
        finally:
            journal.commit()
            self.feed._check()
        self.said = [(cause, row) for cause, _, _, row in buffer.rows]
        self.entries += len(self.said)
        return Refusal.NONE

    def post(self, dollars: int | None, at: int) -> None:
        """Let the source take a price at an instant."""
        self.source.dollars, self.source.posted, self.source.posted_at = dollars, self.source.posted + 1, at * SECOND

    @property
    def shown(self) -> tuple[int | None, int | None]:
        """What is read and what comes next, in dollars."""
        (value, has), (next_value, next_has) = self.feed.peek(), self.feed.peep()
        return value // WAD if has else None, next_value // WAD if next_has else None


def bench(dollars: int | None = 100) -> Bench:
    source = Paper(dollars)
    return Bench(DelayedFeed(FEED, source, DELAY, Journal()), source)


def test_a_price_is_shown_one_poke_after_it_was_taken_up():
    b = bench()

    shown = []
    for hour, dollars in enumerate((100, 90, 80), start=1):
        b.post(dollars, hour * DELAY)
        b.poke(hour * DELAY)
        shown.append(b.shown)
    assert shown == [(None, 100), (100, 90), (90, 80)]


def test_a_poke_before_its_hour_is_refused_and_at_the_very_second_taken():
    b = bench()
    b.poke(DELAY)

    assert b.poke(2 * DELAY - 1) == Refusal.TOO_EARLY
    assert b.poke(2 * DELAY) == Refusal.NONE


def test_a_second_poke_in_the_same_hour_is_refused_and_costs_gas():
    b = bench()
    assert (b.poke(DELAY), b.gas) == (Refusal.NONE, POKE)

    assert b.poke(DELAY) == Refusal.TOO_EARLY
    assert 0 < b.gas < POKE


def test_a_late_poke_does_not_shift_the_grid():
    b = bench()
    b.poke(DELAY)
    b.poke(3 * DELAY - 1)

    assert (b.feed.clock, b.feed.due) == (2 * DELAY, 3 * DELAY)
    assert b.poke(3 * DELAY) == Refusal.NONE


def test_a_poke_of_a_source_without_a_price_shifts_nothing_leaves_the_clock_and_may_be_tried_again():
    b = bench()
    b.poke(DELAY)
    b.post(None, DELAY + 1)

    assert b.poke(2 * DELAY) == Refusal.NONE
    assert (b.shown, b.feed.clock, b.said) == ((None, 100), DELAY, [])
    b.post(90, 2 * DELAY + 1)
    assert b.poke(2 * DELAY + 1) == Refusal.NONE
    assert (b.shown, b.feed.clock) == ((100, 90), 2 * DELAY)


def test_stopped_it_refuses_pokes_and_still_shows_its_price():
    b = bench()
    b.poke(DELAY)
    b.poke(2 * DELAY)
    b.feed.stop()

    assert b.poke(3 * DELAY) == Refusal.STOPPED
    assert b.shown == (100, 100)
    b.feed.start()
    assert b.poke(3 * DELAY) == Refusal.NONE


def test_voided_it_has_no_price_until_two_pokes_later():
    b = bench()
    b.poke(DELAY)
    b.poke(2 * DELAY)
    b.feed.void()
    assert (b.shown, b.feed.read().price, b.feed.posted) == ((None, None), 0, 0)
    assert b.poke(3 * DELAY) == Refusal.STOPPED

    b.feed.start()
    shown = []
    for hour in (3, 4):
        b.poke(hour * DELAY)
        shown.append(b.shown)
    assert shown == [(None, 100), (100, 100)]


def test_another_delay_is_another_grid_and_none_is_refused():
    b = bench()
    b.poke(DELAY)
    b.feed.change_delay(DELAY // 2)

    assert b.poke(DELAY + DELAY // 2 - 1) == Refusal.TOO_EARLY
    assert b.poke(DELAY + DELAY // 2 + 5) == Refusal.NONE
    assert b.feed.clock == DELAY + DELAY // 2
    with pytest.raises(Revert):
        b.feed.change_delay(0)


def test_what_is_queued_is_said_at_once_and_what_is_shown_names_the_entry_that_queued_it():
    b = bench()
    b.poke(DELAY)
    assert b.said == [(None, (PriceQueued.kind, 100 * DOLLAR, 1))]
    queued = b.entries
    b.post(90, DELAY + 5)
    b.poke(2 * DELAY)

    assert b.said == [
        (queued, (PriceObserved.kind, 1, FEED, 100 * DOLLAR, SOURCE, 1, 0, 10_000)),
        (queued, (PricePosted.kind, 1, 100 * DOLLAR, 0, 1, 0, 0)),
        (None, (PriceQueued.kind, 90 * DOLLAR, 2)),
    ]
    b.poke(3 * DELAY)
    assert b.said[1][1] == (PricePosted.kind, 2, 90 * DOLLAR, 100 * DOLLAR, 1, 0, (DELAY + 5) * SECOND)
    assert b.feed.posted == b.entries - 1


def test_desks_see_the_next_price_with_the_clock_it_waits_by():
    b = bench()
    b.poke(DELAY)
    b.post(90, DELAY + 5)
    b.poke(2 * DELAY + 3)

    assert b.feed.pending() == Posted(b.entries, (2 * DELAY + 3) * SECOND, 90 * DOLLAR, 2 * DELAY)


def test_it_may_open_with_its_sources_price_as_if_it_had_been_poked_on_the_grid():
    b = bench()
    b.feed.open_at(2 * DELAY + 100, posted=9)

    assert (b.shown, b.feed.due, b.feed.read()) == ((100, 100), 3 * DELAY, Reading(100 * DOLLAR, 2 * DELAY + 100, 9))
    b.post(90, 2 * DELAY + 200)
    b.poke(3 * DELAY)
    assert b.said[1] == (None, (PricePosted.kind, 2, 100 * DOLLAR, 100 * DOLLAR, 1, 0, 0))


def test_opened_on_a_source_without_a_price_it_has_none():
    b = bench(None)
    b.feed.open_at(2 * DELAY + 100)

    assert (b.shown, b.feed.due) == ((None, None), DELAY)


def test_a_poke_that_is_undone_leaves_no_trace():
    b = bench()
    b.poke(DELAY)
    before = attrs.asdict(b.feed, filter=lambda field, _: field.name not in ("journal", "source"))

    assert b.poke(2 * DELAY, fails_afterwards=True) == Refusal.OUT_OF_GAS
    assert attrs.asdict(b.feed, filter=lambda field, _: field.name not in ("journal", "source")) == before


def test_a_price_finer_than_eight_decimals_is_read_in_full_and_told_rounded_down():
    feed = bench().feed
    feed.current = Queued(123 * 10**10 + 9, True)

    assert (feed.peek(), feed.price) == ((123 * 10**10 + 9, True), 123)


def test_it_follows_a_push_feed():
    source = PushFeed(SOURCE, FeedTerms((1,), 1, 1, 10**12), Journal())
    assert source.peek() == (0, False)
    source.open_at(150 * DOLLAR, DELAY, seq=3)
    feed = DelayedFeed(FEED, source, DELAY, Journal())
    feed.open_at(DELAY, posted=4)

    assert (source.peek(), feed.peek()) == ((150 * WAD, True), (150 * WAD, True))


def test_a_fork_is_apart():
    b = bench()
    b.poke(DELAY)
    fork = copy.deepcopy(b)
    fork.poke(2 * DELAY)

    assert (b.shown, fork.shown) == ((None, 100), (100, 100))


class AnyPokes(RuleBasedStateMachine):
    """The feed against a twin written from the rules: a list of accepted pokes, everything worked out of it anew."""

    def __init__(self):
        super().__init__()
        self.bench = bench()
        self.now = DELAY
        self.delay = DELAY
        self.clock = 0
        self.taken = []
        self.is_stopped = False

    @rule(dollars=st.one_of(st.none(), st.integers(1, 500)))
    def the_source_moves(self, dollars):
        self.bench.post(dollars, self.now)

    @rule(seconds=st.sampled_from([0, 1, 59, DELAY // 2, DELAY - 1, DELAY, DELAY + 1, 3 * DELAY]), fails=st.integers(0, 4))
    def somebody_pokes(self, seconds, fails):
        self.now += seconds
        fails_afterwards = not fails
        expected = self.expected()
        got = self.bench.poke(self.now, fails_afterwards)
        assert got == (expected or (Refusal.OUT_OF_GAS if fails_afterwards else Refusal.NONE))
        if not got and self.bench.source.dollars is not None:
            self.taken.append(self.bench.source.dollars)
            self.clock = self.now // self.delay * self.delay

    def expected(self):
        if self.is_stopped:
            return Refusal.STOPPED
        return Refusal.TOO_EARLY if self.now < self.clock + self.delay else Refusal.NONE

    @rule()
    def governance_stops_it(self):
        self.bench.feed.stop()
        self.is_stopped = True

    @rule()
    def governance_starts_it(self):
        self.bench.feed.start()
        self.is_stopped = False

    @rule()
    def governance_voids_it(self):
        self.bench.feed.void()
        self.is_stopped, self.taken = True, []

    @rule(delay=st.sampled_from([60, DELAY // 2, DELAY]))
    def governance_changes_the_delay(self, delay):
        self.bench.feed.change_delay(delay)
        self.delay = delay

    @invariant()
    def it_shows_the_last_but_one_and_queues_the_last(self):
        known = [None, None, *self.taken]

        assert self.bench.shown == (known[-2], known[-1])
        assert self.bench.feed.clock == self.clock
        assert self.bench.feed.read().price == (known[-2] or 0) * DOLLAR
        self.bench.feed._check()


TestAnyPokes = AnyPokes.TestCase
TestAnyPokes.settings = settings(max_examples=60, stateful_step_count=40)

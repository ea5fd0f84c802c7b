"""Feeds of every kind on two amms, beside naive twins that integrate what they saw second by second."""

from fractions import Fraction
from math import floor

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sim.amm.calls import AddLiquidityCall, SwapCall
from sim.amm.concentrated.contract import ConcentratedAmm
from sim.amm.concentrated.log_ticks import Q96, sqrt_price_at
from sim.amm.constant_product.contract import ConstantProductAmm
from sim.chain.till import Till
from sim.commands import PokeCall
from sim.oracle.derived.of_amms import CumulativeMean, Pair, Spot, TickMean
from sim.oracle.derived.of_feeds import Bounded, Median
from sim.oracle.derived.rules import price_of_sqrt
from sim.records.oracle import PriceObserved, PricePosted
from sim.units import BPS_ONE
from sim.vocabulary import Refusal
from tests.amm.world import ALICE, AMM, BOB, CHAIN, DAI, ETH, OPENED, SHARE, stage
from tests.oracle.derived.words import DOLLAR, READER, AllCall, Paper, ReadCall, Stage

RANGES, PAPER = 103, 60
SPOT, SUMS, TICKS, MIDDLE, HELD = 41, 42, 43, 44, 45
WINDOW = 90


class Twin:
    """What every feed should show, from nothing but second-by-second notes of both amms."""

    def __init__(self) -> None:
        self.seconds: list[tuple[int, int]] = []
        """For each second since the opening: the price in UQ112.112 and the log tick that it began with."""
        self.sums, self.taken = DOLLAR, 0

    def mean_of_sums(self) -> int:
        span = [price for price, _ in self.seconds[self.taken :]]
        return floor(Fraction(sum(span) // len(span), 2**112) * ETH.unit * 10**8) // DAI.unit

    def mean_of_ticks(self, tick_now: int) -> int:
        span = [tick for _, tick in self.seconds[-WINDOW:]] or [tick_now]
        tick = sum(span) // len(span)
        return price_of_sqrt(sqrt_price_at(tick), True, ETH, DAI)


@settings(max_examples=25, stateful_step_count=25, deadline=None)
class Feeds(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        ledger, till = stage(ETH, DAI)
        self.product = ConstantProductAmm(till, (ETH, DAI), SHARE.id)
        self.ranges = ConcentratedAmm.opened(Till(ledger, CHAIN, RANGES), (ETH, DAI), 3_000, 60, Q96, OPENED)
        self.ranges.book.observations.widen(200)
        self.stage = world = Stage(ledger.journal, {AMM: self.product, RANGES: self.ranges})
        for asset in (ETH, DAI):
            ledger.mint(asset.id, ledger.open(READER, CHAIN), 10**30)
        world.execute(ALICE, AMM, AddLiquidityCall((1_000 * ETH.unit, 1_000 * DAI.unit)))
        world.execute(ALICE, RANGES, AddLiquidityCall((1_000 * ETH.unit, 1_000 * DAI.unit), lower=-12_000, upper=12_000))
        of, on = Pair(self.product, ETH, DAI), Pair(self.ranges, ETH, DAI)
        self.paper, self.twin = Paper(PAPER, DOLLAR), Twin()
        world.known(self.paper)
        self.mean = CumulativeMean.opened(of, self.product, WINDOW, world.journal, OPENED)
        self.spot, self.sums = world.derive(SPOT, Spot(of)), world.derive(SUMS, self.mean)
        self.ticks = world.derive(TICKS, TickMean(on, self.ranges, WINDOW))
        self.middle = world.derive(MIDDLE, Median((self.spot, self.ticks, self.paper), 2))
        self.held = world.derive(HELD, Bounded(self.spot, self.middle, 300, False, None, DOLLAR, OPENED, DOLLAR, world.journal))
        world.derivations.listen()

    @rule(seconds=st.integers(1, 60))
    def time_passes(self, seconds):
        first, second = self.product.reserves
        self.twin.seconds += [(second * 2**112 // first, self.ranges.book.tick)] * seconds
        self.stage.pass_time(seconds)

    @rule(on=st.sampled_from([AMM, RANGES]), asset=st.sampled_from([ETH, DAI]), amount=st.integers(1, 400), fails=st.booleans())
    def somebody_swaps_and_reads(self, on, asset, amount, fails):
        swap = SwapCall(asset.id, amount * 10**17, 0)
        calls = ((on, swap), (READER, ReadCall(SPOT)), (READER, ReadCall(HELD)))
        before = self.stage.tape.entries

        refusal = self.stage.execute(BOB, READER, AllCall(calls, fails))

        assert (Refusal.NO_PROFIT if fails else Refusal.NONE) == refusal
        if not fails:
            assert self.stage.reader.noted[-2:] == [self.spot.formula.work_out(self.stage.now).price, self.held.price]
        else:
            assert before == self.stage.tape.entries

    @rule(cents=st.integers(50, 200))
    def the_other_feed_is_posted(self, cents):
        self.paper.price = cents * DOLLAR // 100
        self.stage.derivations.refresh(self.stage.at)

    @rule()
    def somebody_pokes(self):
        is_due = len(self.twin.seconds) - self.twin.taken >= WINDOW

        refusal = self.stage.execute(BOB, SUMS, PokeCall())

        assert (Refusal.NONE if is_due else Refusal.TOO_EARLY) == refusal
        if is_due:
            self.twin.sums, self.twin.taken = self.twin.mean_of_sums(), len(self.twin.seconds)

    @invariant()
    def every_feed_shows_what_its_twin_does(self):
        first, second = self.product.reserves
        spot = second * DOLLAR // first
        ticks = self.twin.mean_of_ticks(self.ranges.book.tick)
        middle = sorted((spot, ticks, self.paper.price))[1]
        low, high = -(-middle * 9_700 // BPS_ONE), middle * 10_300 // BPS_ONE

        found = [feed.price for feed in (self.spot, self.sums, self.ticks, self.middle, self.held)]
        assert [spot, self.twin.sums, ticks, middle, min(max(spot, low), high)] == found

    @invariant()
    def the_last_post_of_each_is_what_it_shows(self):
        for feed in self.stage.derivations.feeds:
            feed._check()
            posts = self.stage.told(PricePosted, feed.place)
            assert not posts or (feed.shown, feed.round) == (posts[-1].price, posts[-1].round)
            assert [post.price for post in posts[:-1]] == [post.previous for post in posts[1:]]

    @invariant()
    def causes_and_views_point_back(self):
        for entry in self.stage.entries():
            assert entry.cause < entry.seq
            assert not isinstance(entry.record, PriceObserved) or entry.record.seen < entry.seq


TestFeeds = Feeds.TestCase

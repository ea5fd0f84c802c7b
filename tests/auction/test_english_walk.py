"""Walks: random bites and bids on the real Cat and house and on their naive twin; after each step both must have said and kept the same."""

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.auction.flipper import Version
from sim.commands import BidCall, BidDownCall, BiteCall, RearmCall, SettleCall
from sim.units import RAD, RAY
from sim.vocabulary import Refusal
from tests.auction.english_twin import Auction, EnglishTwin
from tests.auction.english_world import (
    ALICE,
    AUCTION_LIFETIME,
    BID_LIFETIME,
    BOB,
    CAT,
    ETHER,
    HOUSE,
    KEEPER,
    OPENED,
    POOL,
    VOW,
    World,
    build,
)

BIDDERS = (ALICE, BOB, KEEPER)
OWNERS = (301, 302, 303, 304)
INDEX = 1_017_345_678_901_234_567_890_123_457
"""Odd, so that roundings matter."""
DUNK, BOX, DUST = 3_000 * RAD, 12_345 * RAD, 300 * RAD
SHARE = st.integers(0, 1_100)


class Walk(RuleBasedStateMachine):
    """One pool, four owners who never defend themselves, three bidders with bounded purses."""

    world: World
    twin: EnglishTwin
    outcomes: list[tuple[str, str]]

    @initialize(version=st.sampled_from(["1.0", "1.1", "1.2"]))
    def open(self, version: Version) -> None:
        self.begin(version)

    def begin(self, version: Version) -> None:
        """Open a system and its twin, alike."""
        self.outcomes = []
        self.world = build(version, 20 * ETHER, DUNK, BOX, DUST, INDEX)
        beg, chop = Fraction(103, 100), Fraction(113, 100)
        times = (BID_LIFETIME, AUCTION_LIFETIME)
        self.twin = EnglishTwin(version, OPENED, INDEX, chop, 20 * ETHER, DUNK, BOX, DUST, beg, *times)
        for who in BIDDERS:
            self.give(who, 6_000)
        self.price(200)

    @rule(who=st.sampled_from(BIDDERS), dollars=st.integers(0, 4_000))
    def give(self, who: int, dollars: int) -> None:
        self.world.fund(who, dollars * RAD)
        self.twin.dai[who] = self.twin.dai.get(who, 0) + dollars * RAD

    @rule(dollars=st.integers(90, 220) | st.none())
    def price(self, dollars: int | None) -> None:
        self.world.post(dollars)
        self.twin.spot = (dollars or 0) * RAY * 10 // 15

    @rule(owner=st.sampled_from(OWNERS), ether=st.integers(0, 90 * ETHER), per_ether=st.integers(60, 140))
    def lock(self, owner: int, ether: int, per_ether: int) -> None:
        """Open a vault, or enlarge it, with so much debt for each ether; it may be unsafe from the start."""
        before = self.world.pool.vault(owner)
        self.world.open(ether, ether * per_ether, owner)
        after = self.world.pool.vault(owner)
        self.twin.ink[owner] = self.twin.ink.get(owner, 0) + ether
        self.twin.art[owner] = self.twin.art.get(owner, 0) + after.shares - before.shares

    @rule(owner=st.sampled_from(OWNERS))
    def bite(self, owner: int) -> None:
        self.both(KEEPER, CAT, BiteCall(POOL, owner), "bite", owner)

    @rule(who=st.sampled_from(BIDDERS), pick=st.integers(0, 50), share=SHARE, odd=st.integers(-1, 1))
    def bid(self, who: int, pick: int, share: int, odd: int) -> None:
        """Bid: below 1,000 thousandths of the way from the least bid to all that is owed, above them some standard mistakes."""
        number, auction = self.pick(pick)
        least = min(auction.tab, max(auction.bid + 1, -(-auction.bid * 103 // 100)))
        amount = least + odd + (auction.tab - least) * min(share, 1_000) // 1_000
        if share > 1_050:
            self.both(who, HOUSE, BidDownCall(number, auction.lot // 2, auction.bid), "dent", number, auction.lot // 2, auction.bid)
            return
        lot = auction.lot - (1_020 < share <= 1_050)
        self.both(who, HOUSE, BidCall(number, lot, amount), "tend", number, lot, amount)

    @rule(who=st.sampled_from(BIDDERS), pick=st.integers(0, 50), share=SHARE, odd=st.integers(-1, 1))
    def bid_down(self, who: int, pick: int, share: int, odd: int) -> None:
        number, auction = self.pick(pick)
        lot = max(0, auction.lot * 100 // 103 * min(share, 1_000) // 1_000 + odd)
        bid = auction.bid - (share > 1_050)
        self.both(who, HOUSE, BidDownCall(number, lot, bid), "dent", number, lot, bid)

    @rule(who=st.sampled_from(BIDDERS), pick=st.integers(0, 50))
    def settle(self, who: int, pick: int) -> None:
        number, _ = self.pick(pick)
        self.both(who, HOUSE, SettleCall(number), "deal", number)

    @rule(who=st.sampled_from(BIDDERS), pick=st.integers(0, 50))
    def rearm(self, who: int, pick: int) -> None:
        number, _ = self.pick(pick)
        self.both(who, HOUSE, RearmCall(number), "tick", number)

    @rule(seconds=st.sampled_from([1, 13, BID_LIFETIME, AUCTION_LIFETIME]))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds

    @rule(pick=st.integers(0, 50), late=st.integers(-1, 1), is_end=st.booleans())
    def wait_for_a_deadline(self, pick: int, late: int, is_end: bool) -> None:
        _, auction = self.pick(pick)
        self.wait(max(0, (auction.end if is_end else auction.tic) + late - self.twin.now))

    def pick(self, pick: int) -> tuple[int, Auction]:
        """Return one of the oldest open auctions, or one that is none."""
        numbers = [*list(self.twin.bids)[:4], 999]
        number = numbers[pick % len(numbers)]
        return number, self.twin.bids.get(number, Auction(ETHER, RAD, 0, 0))

    def both(self, who: int, place: int, call: Any, name: str, *arguments: int) -> None:
        outcome = self.world.execute(who, place, call)
        ours = outcome.name if isinstance(outcome, Refusal) else "done"

        assert self.twin.attempt(name, who, *arguments) == ours
        self.outcomes.append((name, ours))

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        world, twin = self.world, self.twin
        for who in (*BIDDERS, *OWNERS, VOW):
            assert (twin.dai.get(who, 0), twin.gem.get(who, 0)) == (world.money(who), world.gems(who))
        for owner in OWNERS:
            assert (twin.ink.get(owner, 0), twin.art.get(owner, 0)) == tuple(world.pool.vault(owner))
        assert (twin.sin, twin.litter, twin.ids) == (world.engine.unbacked_by(VOW), world.cat.litter, world.house.kicks)
        shown = {
            sale.sale: Auction(sale.lot, sale.owed, sale.ends, sale.account, sale.bid, sale.bidder, sale.expires)
            for sale in world.house.view(world.now).sales
        }
        assert twin.bids == shown

    @invariant()
    def nothing_is_broken(self) -> None:
        if hasattr(self, "world"):
            self.world.check()


Walk.TestCase.settings = settings(max_examples=25, stateful_step_count=40)
TestWalk = Walk.TestCase


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_a_long_walk_with_loaded_dice_agrees_with_the_twin(version):
    """Many are bitten, some auctions are raised, covered, bid down and settled, others are left alone."""
    dice, walk = random.Random(7), Walk()
    walk.begin(version)

    for _ in range(2_000):
        stroll(walk, dice)
        walk.both_kept_the_same()
        walk.nothing_is_broken()

    done = [name for name, outcome in walk.outcomes if outcome == "done"]
    assert min(done.count(name) for name in ("bite", "tend", "dent", "deal")) >= 30
    assert done.count("tick") >= 5
    said = {outcome for _, outcome in walk.outcomes}
    expected = {"HEALTHY", "AUCTION_OVER", "WRONG_PHASE", "OTHER_LOT", "BID_TOO_LOW", "NOT_OVER", "UNKNOWN_SALE", "INSUFFICIENT_BALANCE"}
    assert expected <= said
    assert ("LIMIT_HIT" in said) == (version == "1.2")


def stroll(walk: Walk, dice: random.Random) -> None:
    """Take one step."""
    who, pick, share, odd = (
        dice.choice(BIDDERS),
        dice.randrange(50),
        dice.choice([0, 1_000, 1_000, dice.randrange(1_100)]),
        dice.choice([-1, 0, 0, 0, 1]),
    )
    steps: list[tuple[int, Callable[[], None]]] = [
        (4, lambda: walk.give(who, dice.randrange(6_000))),
        (6, lambda: walk.price(dice.choice([None, 120, 130, 150, 200]))),
        (12, lambda: walk.lock(dice.choice(OWNERS), dice.randrange(90 * ETHER), dice.randint(80, 130))),
        (16, lambda: walk.bite(dice.choice(OWNERS))),
        (34, lambda: walk.bid(who, pick, share, odd)),
        (30, lambda: walk.bid_down(who, pick, share, odd)),
        (20, lambda: walk.settle(who, pick)),
        (12, lambda: walk.rearm(who, pick)),
        (3, lambda: walk.wait(dice.choice([1, 13, 200, BID_LIFETIME + 1]))),
        (4, lambda: walk.wait_for_a_deadline(pick, odd, dice.random() < 0.2)),
    ]
    dice.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()

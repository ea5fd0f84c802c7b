"""Walks: random barks, takes and redos on the real machines and on their naive twin; after each step both said and kept the same."""

import random
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.auction.curves import Stairstep
from sim.commands import BarkCall, RedoCall, RefreshPriceCall, TakeCall
from sim.errors import Revert
from sim.records import AuctionClosed, AuctionStarted, AuctionTaken, RewardPaid
from sim.units import RAD, RAY, UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.auction.dutch_twin import DutchTwin
from tests.auction.dutch_world import ALICE, BOB, DOG, ETHER, KEEPER, OPENED, OTHER_POOL, POOL, VOW, WBTC, WETH, World, build, terms

POOLS = (POOL, OTHER_POOL)
ASSETS = {POOL: WETH, OTHER_POOL: WBTC}
OWNERS = (301, 302, 303)
TAKERS = (ALICE, BOB, KEEPER)
INDEX = 1_017_345_678_901_234_567_890_123_457
"""Odd, so that roundings matter."""
DUST, HOLE, POOL_HOLE = 300 * RAD, 3_456 * RAD, 2_345 * RAD
PENALTY = 113 * WAD // 100
POOL_OF, OWNER_OF, TAKER = st.sampled_from(POOLS), st.sampled_from(OWNERS), st.sampled_from(TAKERS)


class Walk(RuleBasedStateMachine):
    """Two pools, three owners who never defend themselves, three takers with bounded purses."""

    world: World
    twin: DutchTwin

    @initialize()
    def begin(self) -> None:
        """Open a system and its twin, alike."""
        self.outcomes: list[tuple[str, str]] = []
        sale = terms(Stairstep(99 * RAY // 100, 30), 2_400, 4 * RAY // 10, 12 * RAY // 10, 20 * RAD, WAD // 1_000)
        self.world = build(sale, PENALTY, HOLE, POOL_HOLE, DUST, INDEX)
        self.twin = DutchTwin(list(POOLS), OPENED, INDEX, DUST, Fraction(113, 100), HOLE, POOL_HOLE)
        for who in TAKERS:
            self.world.fund(who, 2_000 * RAD)
            self.twin.pay(who, 2_000 * RAD)

    def both(self, who: int, place: int, call: Any, name: str, *arguments: int) -> str:
        outcome = self.world.execute(who, place, call)
        ours = outcome.name if isinstance(outcome, Refusal) else "done"

        assert self.twin.attempt(name, who, *arguments) == ours
        self.outcomes.append((name, ours))
        return ours

    def house(self, pool: int) -> Any:
        return self.world.dog.houses[pool]

    @rule(pool=POOL_OF, who=OWNER_OF, ink=st.integers(1, 20_000), percent=st.integers(40, 100), odd=st.integers(0, 9))
    def open(self, pool: int, who: int, ink: int, percent: int, odd: int) -> None:
        """Lock thousandths of a unit, and owe so many percent of what that may carry at 200."""
        collateral = ink * ETHER // 1_000 + odd
        shares = max(1, (collateral * 133 * percent // 100 - odd) * RAY // INDEX)
        self.world.pools[pool].add(who, collateral, shares)
        engine = self.world.engine
        engine.ledger.mint(ASSETS[pool].id, engine.purse(engine.place), collateral)
        engine.issue(engine.place, shares * INDEX)
        self.twin.open(pool, who, collateral, shares)

    @rule(pool=POOL_OF, dollars=st.integers(20, 260), is_read=st.booleans())
    def post(self, pool: int, dollars: int, is_read: bool) -> None:
        """Set a feed; the pool may read it at once, or not yet."""
        self.set_feed(pool, dollars * WAD + 7)
        if is_read:
            self.world.execute(KEEPER, pool, RefreshPriceCall())
            self.twin.refresh(pool)

    @rule(pool=POOL_OF, is_read=st.booleans())
    def void(self, pool: int, is_read: bool) -> None:
        self.set_feed(pool, None)
        if is_read:
            self.world.execute(KEEPER, pool, RefreshPriceCall())
            self.twin.refresh(pool)

    def set_feed(self, pool: int, wad: int | None) -> None:
        feed = self.world.feeds[pool]
        feed.wad, feed.has_price = wad or 0, wad is not None
        self.twin.val[pool] = wad

    @rule(seconds=st.sampled_from([1, 12, 29, 30, 600, 1_200, 2_400, 2_401]))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds

    @rule(pool=POOL_OF, level=st.sampled_from([0, 0, 0, 1, 2, 3]))
    def stop(self, pool: int, level: int) -> None:
        self.house(pool).stopped = self.twin.stopped[pool] = level

    @rule(who=TAKER, rad=st.integers(1, 10**48))
    def fund(self, who: int, rad: int) -> None:
        self.world.fund(who, rad)
        self.twin.pay(who, rad)

    @rule(pool=POOL_OF, owner=OWNER_OF, keeper=TAKER, paid_to=st.sampled_from([0, BOB]))
    def bark(self, pool: int, owner: int, keeper: int, paid_to: int) -> None:
        self.both(keeper, DOG, BarkCall(pool, owner, paid_to), "bark", pool, owner, paid_to)

    @rule(
        pool=POOL_OF,
        pick=st.integers(0, 5),
        share=st.integers(0, 1_100),
        odd=st.integers(0, 3),
        short=st.sampled_from([-1, 0, 5, 5, UINT256_MAX]),
        taker=TAKER,
        receiver=st.sampled_from([0, 0, BOB]),
    )
    def take(self, pool: int, pick: int, share: int, odd: int, short: int, taker: int, receiver: int) -> None:
        """Ask for thousandths of what one of the sales offers, at a bound near its price; what was foretold must come."""
        house = self.house(pool)
        numbers = sorted(house.sales) or [1]
        number = numbers[pick % len(numbers)] if pick < 5 else 99
        sale = house.sales.get(number)
        amount = (sale.offered if sale else ETHER) * share // 1_000 + odd
        view = house.view(self.world.now)
        price = view.price_at(sale, self.world.now) if sale else RAY
        foretold, money = self.foretell(view, sale, amount), self.world.money(taker)
        call = TakeCall(number, amount, min(max(0, price + short), UINT256_MAX), receiver)
        outcome = self.both(taker, house.place, call, "take", pool, number, amount, call.max_price, receiver)
        if outcome == "done":
            assert foretold == money - self.world.money(taker)
        elif sale is not None:
            assert outcome == foretold or (
                outcome in ("PRICE_TOO_HIGH", "INSUFFICIENT_BALANCE") and foretold not in ("STOPPED", "NEEDS_REDO")
            )

    def foretell(self, view: Any, sale: Any, amount: int) -> int | str:
        """Return what a keeper knows beforehand: what will be paid, or why nothing will be bought."""
        try:
            return int(view.quote_take(sale, amount, self.world.now).paid) if sale else ""
        except Revert as revert:
            return revert.reason.name

    @rule(pool=POOL_OF, pick=st.integers(0, 5), keeper=TAKER, paid_to=st.sampled_from([0, BOB]))
    def redo(self, pool: int, pick: int, keeper: int, paid_to: int) -> None:
        numbers = sorted(self.house(pool).sales) or [1]
        number = numbers[pick % len(numbers)]
        self.both(keeper, self.house(pool).place, RedoCall(number, paid_to), "redo", pool, number, paid_to)

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        world, twin = self.world, self.twin
        assert world.engine.unbacked_by(VOW) == twin.sin
        assert world.dog.in_auction == sum(twin.dirt.values())
        for who in (*TAKERS, VOW):
            assert world.money(who) == twin.money.get("vow" if who == VOW else who, 0)
        for pool in POOLS:
            assert world.dog.in_auction_of.get(pool, 0) == twin.dirt[pool]
            for who in OWNERS:
                assert world.pools[pool].vault(who) == (twin.ink.get((pool, who), 0), twin.art.get((pool, who), 0))
            for who in (*TAKERS, *OWNERS):
                assert world.gems(who, ASSETS[pool]) == twin.gems.get((pool, who), 0)
            ours = {sale.sale: sale for sale in self.house(pool).view(world.now).sales}
            theirs = {number: sale for (place, number), sale in twin.sales.items() if place == pool}
            assert sorted(ours) == sorted(theirs)
            for number, sale in ours.items():
                naive = theirs[number]
                told = {"lot": sale.offered, "tab": sale.owed, "usr": sale.account, "tic": sale.started_at}
                assert naive == {**told, "top": sale.start_price, "due": sale.debt}
                assert twin.price(naive) == self.house(pool).view(world.now).price_at(sale, world.now)

    @invariant()
    def nothing_is_broken(self) -> None:
        if hasattr(self, "world"):
            self.world.check()


Walk.TestCase.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
TestWalk = Walk.TestCase


def stroll(walk: Walk, dice: random.Random) -> None:
    """Make one step in which something is likely to happen."""
    pool, who, taker = dice.choice(POOLS), dice.choice(OWNERS), dice.choice(TAKERS)
    act = dice.random()
    if act < 0.15:
        walk.open(pool, who, dice.randint(1, 20_000), dice.randint(40, 100), dice.randint(0, 9))
    elif act < 0.25:
        walk.post(pool, dice.randint(60, 220), dice.random() < 0.9)
    elif act < 0.26:
        walk.void(pool, dice.random() < 0.5)
    elif act < 0.36:
        walk.wait(dice.choice([1, 12, 29, 30, 90, 300, 900, 2_401]))
    elif act < 0.38:
        walk.stop(pool, dice.choice([0, 0, 0, 1, 2, 3]))
    elif act < 0.42:
        walk.fund(taker, dice.randint(1, 3 * 10**48))
    elif act < 0.62:
        walk.bark(pool, who, taker, dice.choice([0, BOB]))
    elif act < 0.92:
        walk.take(
            pool, dice.randint(0, 5), dice.choice([1_000, dice.randint(0, 1_100)]), dice.randint(0, 3), dice.choice([-1, 0, 5]), taker, 0
        )
    else:
        walk.redo(pool, dice.randint(0, 5), taker, 0)


def test_a_long_walk_with_loaded_dice_agrees_with_the_twin_and_meets_every_rule():
    """Five thousand steps; the records must add up to what the sales were, and each way for a call to end must have come."""
    dice, outcomes = random.Random(5), []
    raised = rewards = 0

    for _ in range(50):
        walk = Walk()
        walk.begin()
        started: dict[tuple[int, int], Any] = {}
        for _ in range(100):
            stroll(walk, dice)
            walk.both_kept_the_same()
            walk.nothing_is_broken()
            rewards += len(walk.world.rows(RewardPaid))
            for _, place, _, row in walk.world.said:
                if row[0] == AuctionStarted.kind:
                    started[place, row[1]] = AuctionStarted(*row[1:])
                elif row[0] == AuctionTaken.kind:
                    raised += AuctionTaken(*row[1:]).paid
                elif row[0] == AuctionClosed.kind:
                    closed, begun = AuctionClosed(*row[1:]), started[place, row[1]]
                    assert closed.sold + closed.returned == begun.offered
                    assert (closed.owed, closed.debt, closed.account) == (begun.owed, begun.debt, begun.account)
                    assert closed.raised <= closed.owed
            walk.world.said = []
        outcomes += walk.outcomes

    seen = {outcome: outcomes.count(outcome) for outcome in sorted(dict.fromkeys(outcomes))}
    expected = {
        "bark": ["done", "HEALTHY", "LIMIT_HIT", "MUST_NOT_LEAVE_DUST", "STOPPED"],
        "take": ["done", "STOPPED", "UNKNOWN_SALE", "NEEDS_REDO", "PRICE_TOO_HIGH", "NO_PARTIAL", "INSUFFICIENT_BALANCE"],
        "redo": ["done", "STOPPED", "UNKNOWN_SALE", "CANNOT_REDO"],
    }
    assert [(call, each) for call, all_ in expected.items() for each in all_ if seen.get((call, each), 0) < 3] == []
    assert raised and rewards

"""Walks: random calls on the real system and on its naive twin; after each step both must have said and kept the same."""

import random
from collections import Counter
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.commands import BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.liquity.calls import (
    AdjustTroveCall,
    ClaimSurplusCall,
    CloseTroveCall,
    LiquidateListCall,
    LiquidateTrovesCall,
    MoveGainCall,
    OpenTroveCall,
    RedeemCall,
)
from sim.units import UINT256_MAX, WAD
from tests.lending.liquity.naive import NaiveLiquity
from tests.lending.liquity.naive_pool import LEAST, RESERVE
from tests.lending.liquity.world import ALICE, BOB, CAROL, DAVE, ETH, KEEPER, LUSD, OPENED, STAKING, World, build

PEOPLE = (ALICE, BOB, CAROL, DAVE, KEEPER)
WHO = st.sampled_from(PEOPLE)
THOUSANDTHS = st.integers(min_value=0, max_value=1_100)
ODD = st.sampled_from([0, 0, 1, -1, 7])
MOST_FEE = st.sampled_from([WAD, WAD, WAD, WAD // 100, WAD // 200, WAD // 201, WAD + 1])


class Walk(RuleBasedStateMachine):
    """One system and five people with a thousand ether each."""

    world: World
    twin: NaiveLiquity

    def __init__(self) -> None:
        super().__init__()
        self.heard: Counter[tuple[str, str]] = Counter()

    @initialize()
    def begin(self) -> None:
        self.world = build()
        # Pieces of one or two, so that the sequence by risk is cut and mended all the time.
        self.world.system.book.by_risk.longest = 2
        self.twin = NaiveLiquity(PEOPLE, STAKING, OPENED, 2_000 * WAD)
        for who in PEOPLE:
            self.world.give(who, ETH, 1_000 * WAD)
            self.twin.ether[who] = 1_000 * WAD

    def both(self, who: int, call: object, act: str, *given: object) -> None:
        """Send a tx, and have the twin do the same; both must come out alike, and a refused one must leave no trace."""
        before = self.world.state()
        outcome = self.world.execute(who, call)
        said = getattr(outcome, "name", "done")

        assert self.twin.attempt(act, *given) == said
        if said != "done":
            assert self.world.state() == before
        self.heard[act, said] += 1

    @rule(who=WHO, ratio=st.integers(min_value=90, max_value=400), share=THOUSANDTHS, odd=ODD, most=MOST_FEE)
    def open(self, who: int, ratio: int, share: int, odd: int, most: int) -> None:
        """Draw some thousands at 90 % to 400 %."""
        amount = 1_700 * WAD + 15 * share * WAD + odd
        coll = (amount + RESERVE) * ratio * WAD // 100 // self.twin.price
        self.both(who, OpenTroveCall(coll, amount, most), "open", who, coll, amount, most)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def lock(self, who: int, share: int, odd: int) -> None:
        amount = max(share * WAD // 200 + odd, 0)
        self.both(who, SupplyCall(ETH.id, amount), "adjust", who, amount, 0, 0, 0, WAD)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def unlock(self, who: int, share: int, odd: int) -> None:
        held = self.twin.now_of(who)[0] if who in self.twin.troves else WAD
        amount = max(held * share // 2_000 + odd, 0)
        self.both(who, WithdrawCall(ETH.id, amount), "adjust", who, 0, amount, 0, 0, WAD)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def borrow(self, who: int, share: int, odd: int) -> None:
        amount = max(share * 5 * WAD + odd, 1)
        self.both(who, BorrowCall(LUSD.id, amount), "adjust", who, 0, 0, amount, 0, WAD)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def repay(self, who: int, share: int, odd: int) -> None:
        if who in self.twin.troves:
            most = max(0, self.twin.now_of(who)[1] - LEAST - RESERVE)
            amount = max(most * share // 1_000 + odd, 1)
            self.both(who, RepayCall(LUSD.id, amount), "adjust", who, 0, 0, 0, amount, WAD)

    @rule(who=WHO, coll=st.integers(-400, 400), money=st.integers(-400, 400), both_ways=st.booleans(), most=MOST_FEE)
    def adjust(self, who: int, coll: int, money: int, both_ways: bool, most: int) -> None:
        supply, withdraw = max(coll, 0) * WAD // 100, max(-coll, 0) * WAD // 100
        borrow, repay = max(money, 0) * 10 * WAD, max(-money, 0) * 10 * WAD
        if both_ways and coll % 7 == 0:
            withdraw = supply
        given = (supply, withdraw, borrow, repay, most)
        self.both(who, AdjustTroveCall(*given), "adjust", who, *given)

    @rule(who=WHO)
    def close(self, who: int) -> None:
        self.both(who, CloseTroveCall(), "close", who)

    @rule(who=WHO)
    def claim(self, who: int) -> None:
        self.both(who, ClaimSurplusCall(), "claim", who)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def provide(self, who: int, share: int, odd: int) -> None:
        amount = max(self.twin.money[who] * share // 1_050 + odd, 0)
        self.both(who, SupplyCall(LUSD.id, amount), "provide", who, amount)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def take_out(self, who: int, share: int, odd: int) -> None:
        has = self.twin.compounded(who) if who in self.twin.deposits else 0
        amount = UINT256_MAX if share > 1_000 else max(has * share // 1_000 + odd, 0)
        self.both(who, WithdrawCall(LUSD.id, amount), "take_out", who, amount)

    @rule(who=WHO)
    def move_gain(self, who: int) -> None:
        self.both(who, MoveGainCall(), "move_gain", who)

    @rule(who=WHO, whom=WHO)
    def liquidate(self, who: int, whom: int) -> None:
        if whom in self.twin.troves:
            will = self.twin.would_liquidate(whom)
            call = LiquidateCall(whom, LUSD.id, ETH.id, UINT256_MAX)
            health = self.world.health(whom)
            self.both(who, call, "liquidate", who, [whom], False)
            assert (health < WAD) == will
            if not self.heard["liquidate", "ARITHMETIC"]:
                assert will == (whom not in self.twin.troves)

    @rule(who=WHO, most=st.integers(min_value=0, max_value=5))
    def riskiest(self, who: int, most: int) -> None:
        queue = self.twin.queue[::-1]
        whom = (queue[:-1] if self.twin.recovery() else queue)[:most]
        self.both(who, LiquidateTrovesCall(most), "liquidate", who, whom, True)

    @rule(who=WHO, whom=st.lists(WHO, max_size=5))
    def listed(self, who: int, whom: list[int]) -> None:
        self.both(who, LiquidateListCall(tuple(whom)), "liquidate", who, whom, False)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD, most_fee=MOST_FEE, most=st.sampled_from([0, 0, 0, 1, 2]))
    def redeem(self, who: int, share: int, odd: int, most_fee: int, most: int) -> None:
        amount = max(self.twin.money[who] * share // 2_000 + odd, 0)
        self.both(who, RedeemCall(amount, most_fee, most), "redeem", who, amount, most_fee, most)

    @rule(percent=st.integers(min_value=40, max_value=140))
    def post(self, percent: int) -> None:
        self.world.price.value = self.twin.price = 20 * percent * WAD + percent

    @rule(percent=st.integers(min_value=80, max_value=99))
    def slip(self, percent: int) -> None:
        """Let the price fall by some percent, to a number that is not round."""
        self.world.price.value = self.twin.price = max(self.twin.price * percent // 100, WAD)

    @rule(seconds=st.sampled_from([1, 59, 60, 3_600, 86_400]))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        system, twin = self.world.system, self.twin
        book, pool = system.book, system.stability
        assert list(book.order) == twin.queue
        assert {who: tuple(book.holding(who)[:2]) for who in book.order} == {who: twin.now_of(who) for who in twin.queue}
        assert {who: book.troves[who].stake for who in book.order} == {who: twin.troves[who]["stake"] for who in twin.queue}
        assert [book.active_collateral, book.active_debt] == twin.live
        assert [book.default_collateral, book.default_debt] == twin.dead
        assert (pool.total, pool.collateral, pool.product, pool.scale, pool.epoch) == (
            twin.pool_money,
            twin.pool_ether,
            twin.p,
            twin.scale,
            twin.epoch,
        )
        assert sorted(pool.deposits) == sorted(twin.deposits)
        assert {who: (pool.compounded(who), pool.gain(who)) for who in pool.deposits} == {
            who: (twin.compounded(who), twin.gain(who)) for who in pool.deposits
        }
        assert (system.surplus, system.base_rate, system.fee_at) == (twin.surplus, twin.rate, twin.rate_at)
        for who in (*PEOPLE, STAKING):
            assert (self.world.held(who, ETH), self.world.held(who, LUSD)) == (twin.ether[who], twin.money[who])

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "world"):
            self.world._check()

    @invariant()
    def the_screening_knows_who_is_unhealthy(self) -> None:
        if hasattr(self, "world"):
            self.world.screen()
            assert sorted(self.world.system.fell) == sorted(who for who in self.twin.troves if self.twin.would_liquidate(who))
            assert [each.account for each in self.world.system.view(self.world.now).unhealthy] == sorted(self.world.system.fell)


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=12, stateful_step_count=60, deadline=None)
LIFE = 150
"""Steps until a long walk begins anew: two troves and a pool of deposits first, then slowly falling prices."""


@pytest.mark.parametrize("seed", [1, 2])
def test_a_long_walk_goes_everywhere(seed):
    """Three thousand steps with the dice of one seed: every act is done and nearly every reason not to is heard."""
    dice, walk = random.Random(seed), Walk()
    epochs = 0

    for number in range(3_000):
        if number % LIFE == 0:
            epochs += walk.twin.epoch if number else 0
            walk.begin()
            walk.open(ALICE, 230, 1_000, 0, WAD)
            walk.open(BOB, 160, 300, 0, WAD)
            walk.provide(ALICE, dice.randint(0, 1_000), 0)
        step(walk, dice)
        walk.both_kept_the_same()
        walk.the_books_balance()
        walk.the_screening_knows_who_is_unhealthy()

    assert {act for act, said in walk.heard if said == "done"} == ACTS
    assert not REASONS - {said for _, said in walk.heard}
    assert walk.heard["liquidate", "done"] > 40
    assert epochs > 0


ACTS = {"open", "adjust", "close", "claim", "provide", "take_out", "move_gain", "liquidate", "redeem"}
REASONS = {
    "BEHIND_ON_LIQUIDATIONS",
    "BORROW_TOO_SMALL",
    "FEE_TOO_HIGH",
    "HEALTHY",
    "INCONSISTENT_INPUT",
    "INSUFFICIENT_BALANCE",
    "NO_DEPOSIT",
    "NO_TROVE",
    "NOTHING_REDEEMED",
    "RECOVERY_MODE",
    "TOTAL_RATIO_TOO_LOW",
    "TROVE_OPEN",
    "UNHEALTHY",
    "ZERO_AMOUNT",
}


def step(walk: Walk, dice: random.Random) -> None:
    """Take one step."""
    who, whom, share, odd = dice.choice(PEOPLE), dice.choice(PEOPLE), dice.randint(0, 1_100), dice.choice([0, 0, 1, -1, 7])
    most = dice.choice([WAD, WAD, WAD, WAD // 100, WAD // 201])
    steps: list[tuple[int, Callable[[], None]]] = [
        (6, lambda: walk.open(who, dice.randint(105, 240), share, odd, most)),
        (1, lambda: walk.lock(who, share, odd)),
        (1, lambda: walk.unlock(who, share, odd)),
        (1, lambda: walk.borrow(who, share, odd)),
        (1, lambda: walk.repay(who, share, odd)),
        (3, lambda: walk.adjust(who, dice.randint(-400, 400), dice.randint(-400, 400), dice.random() < 0.2, most)),
        (2, lambda: walk.close(who)),
        (3, lambda: walk.claim(who)),
        (3, lambda: walk.provide(who, share, odd)),
        (1, lambda: walk.take_out(who, share, odd)),
        (1, lambda: walk.move_gain(who)),
        (4, lambda: walk.liquidate(who, whom)),
        (1, lambda: walk.riskiest(who, dice.randint(0, 5))),
        (1, lambda: walk.listed(who, dice.choices(PEOPLE, k=3))),
        (2, lambda: walk.redeem(who, share, odd, most, dice.choice([0, 0, 1]))),
        (1, lambda: walk.post(dice.randint(50, 120))),
        (7, lambda: walk.slip(dice.randint(88, 99))),
        (1, lambda: walk.wait(dice.choice([1, 59, 60, 3_600, 86_400]))),
    ]
    dice.choices([each for _, each in steps], [weight for weight, _ in steps])[0]()

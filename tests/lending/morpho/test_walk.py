"""Walks: random calls on the real market and on its naive twin; after each step both must have said and kept the same."""

import random
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.commands import BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.morpho.calls import SeizeCall
from sim.records.lending import BadDebt
from sim.units import UINT256_MAX, WAD
from tests.lending.morpho.naive import NaiveMarket
from tests.lending.morpho.world import ALICE, BOB, DOLLAR, FEES, KEEPER, LENDER, OPENED, USD, USDC, WETH, World, build

PEOPLE = (ALICE, BOB, KEEPER, LENDER)
WHO = st.sampled_from(PEOPLE)
THOUSANDTHS = st.integers(min_value=0, max_value=2_500)
ODD = st.sampled_from([0, 0, 1, -1, 7])
LLTV, FEE = 80 * WAD // 100, WAD // 7


class Walk(RuleBasedStateMachine):
    """One market, four people, somebody who gets the fee."""

    world: World
    twin: NaiveMarket

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    @initialize()
    def begin(self) -> None:
        """Open a market and its twin with the same wallets: ten ether and twenty thousand dollars each."""
        self.world = build(LLTV, fee=FEE)
        self.twin = NaiveMarket(LLTV, FEE, OPENED, 2_000 * DOLLAR)
        self.twin.fee_taker = FEES
        for who in PEOPLE:
            self.world.give(who, WETH, 10 * WAD)
            self.world.give(who, USDC, 20_000 * USD)
            self.twin.wallet_ether[who], self.twin.wallet_dollars[who] = 10 * WAD, 20_000 * USD

    def both(self, who: int, call: object, act: str, *given: object) -> None:
        """Send a tx, and have the twin do the same; both must come out alike, and a refused one must leave no trace."""
        before = self.world.state()
        outcome = self.world.execute(who, call)
        said = getattr(outcome, "name", "done")

        assert self.twin.attempt(act, who, *given) == said
        if said != "done":
            assert self.world.state() == before
        self.heard.append(said)

    @rule(who=WHO, whose=WHO, share=THOUSANDTHS, odd=ODD)
    def supply(self, who: int, whose: int, share: int, odd: int) -> None:
        amount = max(share * 10 * USD + odd, 0)
        self.both(who, SupplyCall(USDC.id, amount, whose), "supply", amount, whose)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def withdraw(self, who: int, share: int, odd: int) -> None:
        worth = int(self.twin.supply_of[who] * self.twin.supply_share())
        amount = UINT256_MAX if share > 2_300 else max(worth * share // 2_000 + odd, 0)
        self.both(who, WithdrawCall(USDC.id, amount), "withdraw", amount)

    @rule(who=WHO, whose=WHO, share=THOUSANDTHS, odd=ODD)
    def lock(self, who: int, whose: int, share: int, odd: int) -> None:
        amount = max(share * WAD // 200 + odd, 0)
        self.both(who, SupplyCall(WETH.id, amount, whose), "lock", amount, whose)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def unlock(self, who: int, share: int, odd: int) -> None:
        amount = UINT256_MAX if share > 2_300 else max(self.twin.ether_of[who] * share // 2_000 + odd, 0)
        self.both(who, WithdrawCall(WETH.id, amount), "unlock", amount)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def borrow(self, who: int, share: int, odd: int) -> None:
        """Ask for up to a quarter more than one may."""
        room = self.twin.may_owe(who) - self.twin.owes(who) if self.twin.ether_price else 0
        amount = max(room * share // 2_000 + odd, 0)
        self.both(who, BorrowCall(USDC.id, amount), "borrow", amount)

    @rule(who=WHO, whose=WHO, share=THOUSANDTHS, odd=ODD)
    def repay(self, who: int, whose: int, share: int, odd: int) -> None:
        amount = UINT256_MAX if share > 2_000 else max(self.twin.owes(whose) * share // 1_900 + odd, 0)
        self.both(who, RepayCall(USDC.id, amount, whose), "repay", amount, whose)

    @rule(who=WHO, whose=WHO, share=THOUSANDTHS, odd=ODD, by_shares=st.booleans())
    def seize(self, who: int, whose: int, share: int, odd: int, by_shares: bool) -> None:
        """Ask for up to a tenth more than there is; now and then for exactly all, or for all but a unit."""
        whole = self.twin.debt_of[whose] if by_shares else self.twin.ether_of[whose]
        amount = max((whole if share > 1_500 else whole * share // 1_400) + odd, 0)
        given = (0, amount) if by_shares else (amount, 0)
        before = self.twin.written_off
        self.both(who, SeizeCall(whose, *given), "seize", whose, *given)
        if self.heard[-1] == "done":
            assert sum(each.amount for each in self.world.rows(BadDebt)) == self.twin.written_off - before

    @rule(percent=st.integers(min_value=30, max_value=130), is_void=st.sampled_from([False] * 9 + [True]))
    def post(self, percent: int, is_void: bool) -> None:
        price = 0 if is_void else 20 * percent * DOLLAR + percent
        self.world.prices.prices[WETH.id] = self.twin.ether_price = price

    @rule(seconds=st.sampled_from([1, 12, 3_600, 86_400 * 30]))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        market, twin = self.world.market, self.twin
        assert (twin.lent_in, twin.lent_in_shares, twin.lent_out, twin.lent_out_shares) == market.totals
        assert (twin.last, twin.at_target) == (market.accrued_at, market.at_target)
        assert (twin.till_dollars, twin.till_ether) == (market.held_of(USDC.id), market.held_of(WETH.id))
        for who in (*PEOPLE, FEES):
            account = market.positions.peek(who)
            assert twin.supply_of[who] == account.idle.get(USDC.id, 0)
            assert (twin.debt_of[who], twin.ether_of[who]) == market.debtor(who, 0)[:2]
            assert (twin.wallet_ether[who], twin.wallet_dollars[who]) == (self.world.held(who, WETH), self.world.held(who, USDC))

    @invariant()
    def the_books_balance(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world._check()
        sheet = self.world.market.balance_sheet().parts[0]
        assert sheet.assets + sheet.bad_debt == sheet.liabilities + sheet.equity

    @invariant()
    def the_screening_knows_who_is_unhealthy(self) -> None:
        if not hasattr(self, "world"):
            return
        fresh = NaiveMarket.__new__(NaiveMarket)
        fresh.__dict__ = self.twin.__dict__ | {"supply_of": self.twin.supply_of.copy()}
        fresh.grow()
        before = sorted(self.world.market.fell)
        self.world.screen()
        if not self.twin.ether_price:
            assert sorted(self.world.market.fell) == before
            assert self.world.market.view(self.world.now).unhealthy == ()
            return
        unhealthy = [who for who in sorted(PEOPLE) if fresh.is_unhealthy(who)]

        assert sorted(self.world.market.fell) == unhealthy
        assert [each.account for each in self.world.market.view(self.world.now).unhealthy] == unhealthy


Walk.TestCase.settings = settings(max_examples=20, stateful_step_count=40)
TestWalk = Walk.TestCase


@pytest.mark.parametrize("seed", [1, 2])
def test_a_long_walk_with_loaded_dice_agrees_with_the_twin(seed):
    """Two thousand steps each: many borrow to the limit, fall, are seized whole or nearly; some are refused for every reason there is."""
    dice, walk = random.Random(seed), Walk()
    lost = 0

    for step in range(2_000):
        if step % 100 == 0:
            lost += walk.twin.written_off if step else 0
            walk.begin()
            walk.supply(LENDER, LENDER, 1_900, 0)
        stroll(walk, dice)
        walk.both_kept_the_same()
        walk.the_books_balance()
        walk.the_screening_knows_who_is_unhealthy()

    assert set(walk.heard) == {
        "done",
        "ARITHMETIC",
        "HEALTHY",
        "INCONSISTENT_INPUT",
        "INSUFFICIENT_BALANCE",
        "INSUFFICIENT_LIQUIDITY",
        "NOTHING_OWED",
        "NOTHING_POSTED",
        "UNHEALTHY",
        "ZERO_AMOUNT",
    }
    assert walk.heard.count("done") > 500
    assert lost > 0


def stroll(walk: Walk, dice: random.Random) -> None:
    """Take one step."""
    who, other, odd = dice.choice(PEOPLE), dice.choice(PEOPLE), dice.choice([0, 0, 1, -1])
    share = dice.randrange(2_500)
    owing = [each for each in PEOPLE if walk.twin.debt_of[each]] or [other]
    steps: list[tuple[int, Callable[[], None]]] = [
        (2, lambda: walk.supply(who, other, share, odd)),
        (2, lambda: walk.withdraw(who, share, odd)),
        (3, lambda: walk.lock(who, who, share, odd)),
        (1, lambda: walk.lock(who, other, share, odd)),
        (2, lambda: walk.unlock(who, share, odd)),
        (6, lambda: walk.borrow(who, share, odd)),
        (2, lambda: walk.repay(who, who, share, odd)),
        (1, lambda: walk.repay(who, other, share, odd)),
        (5, lambda: walk.seize(who, dice.choice(owing), share, odd, dice.random() < 0.5)),
        (4, lambda: walk.post(dice.choice([dice.randrange(30, 60), dice.randrange(90, 130)]), dice.random() < 0.1)),
        (2, lambda: walk.wait(dice.choice([1, 12, 3_600, 86_400 * 30]))),
    ]
    dice.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()

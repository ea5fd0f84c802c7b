"""Walks: random calls on the real system and on its naive twin; after each step both must have said and kept the same."""

import random
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.commands import AccrueCall, BorrowCall, ExitCall, JoinCall, RefreshPriceCall, RepayCall, SupplyCall, WithdrawCall
from sim.units import RAD, RAY, UINT256_MAX, WAD
from tests.lending.vault.naive import NaiveVaults
from tests.lending.vault.world import ALICE, BOB, DAI, ENGINE, FEE, KEEPER, OPENED, POOL, VOW, WETH, World, build

HOUSE = 301
PEOPLE = (ALICE, BOB, KEEPER)
HOLDERS = (*PEOPLE, VOW, HOUSE)
WHO, HOLDER = st.sampled_from(PEOPLE), st.sampled_from(HOLDERS)
THOUSANDTHS = st.integers(min_value=0, max_value=2_500)
ODD = st.sampled_from([0, 0, 1, -1, 7])
LINE, WHOLE_LINE = 1_500 * RAD, 3_000 * RAD
TERMS = {"ratio": 150 * RAY // 100, "min_debt": 20 * RAD, "ceiling": LINE, "fee": FEE, "engine_ceiling": WHOLE_LINE}


class Walk(RuleBasedStateMachine):
    """One pool, three people, a house and a vow."""

    world: World
    twin: NaiveVaults

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    @initialize()
    def begin(self) -> None:
        """Open a system and its twin with the same wallets: ten ether, and a thousand of money that older vaults owe."""
        self.world = build(**TERMS)
        self.twin = NaiveVaults(TERMS["ratio"], TERMS["min_debt"], LINE, WHOLE_LINE, FEE, 200 * WAD, OPENED)
        self.twin.vow = VOW
        for who in PEOPLE:
            self.world.give(who, WETH, 10 * WAD)
            self.twin.ether[who] = 10 * WAD
        for who in (BOB, KEEPER):
            self.world.give(who, DAI, 500 * WAD)
            self.twin.coins[who] = 500 * WAD
        self.twin.old_debt = 1_000 * RAD

    def both(self, who: int, call: object, act: str, *given: object, at: int = POOL) -> None:
        """Send a tx, and have the twin do the same; both must come out alike."""
        outcome = self.world.execute(who, call, at)
        said = getattr(outcome, "name", "done")

        assert self.twin.attempt(act, *given) == said
        self.heard.append(said)

    def within(self, act: str, *given: object, real: Callable[[], None]) -> None:
        """Do what only contracts may; have the twin do the same."""
        said = self.world.within(real)

        assert self.twin.attempt(act, *given) == said
        self.heard.append(said)

    @rule(who=WHO, whose=WHO, share=THOUSANDTHS, odd=ODD)
    def supply(self, who: int, whose: int, share: int, odd: int) -> None:
        amount = max(share * WAD // 200 + odd, 0)
        self.both(who, SupplyCall(WETH.id, amount, whose), "supply", who, amount, whose)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def withdraw(self, who: int, share: int, odd: int) -> None:
        held = self.twin.ink[who]
        amount = UINT256_MAX if share > 2_400 else max(held * share // 2_000 + odd, 0)
        self.both(who, WithdrawCall(WETH.id, amount), "withdraw", who, amount)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD)
    def borrow(self, who: int, share: int, odd: int) -> None:
        """Ask for up to a quarter more than one may."""
        room = self.twin.ink[who] * self.twin.spot - self.twin.art[who] * self.twin.rate
        amount = max(room // RAY * share // 2_000 + odd, 0)
        self.both(who, BorrowCall(DAI.id, amount), "borrow", who, amount)

    @rule(who=WHO, whose=WHO, share=THOUSANDTHS, odd=ODD)
    def repay(self, who: int, whose: int, share: int, odd: int) -> None:
        owed = self.twin.art[whose] * self.twin.rate // RAY
        amount = UINT256_MAX if share > 2_400 else max(owed * share // 2_000 + odd, 0)
        self.both(who, RepayCall(DAI.id, amount, whose), "repay", who, amount, whose)

    @rule(who=WHO, share=THOUSANDTHS, odd=ODD, is_join=st.booleans(), is_money=st.booleans())
    def join_or_exit(self, who: int, share: int, odd: int, is_join: bool, is_money: bool) -> None:
        twin, asset = self.twin, DAI if is_money else WETH
        source = (twin.coins if is_money else twin.ether) if is_join else (twin.dai if is_money else twin.gem)
        held = source[who] // RAY if is_money and not is_join else source[who]
        amount = max(held * share // 2_000 + odd, 0)
        call = JoinCall(asset.id, amount) if is_join else ExitCall(asset.id, amount)
        self.both(who, call, f"{'join' if is_join else 'exit'}_{'money' if is_money else 'ether'}", who, amount, at=ENGINE)

    @rule(percent=st.integers(min_value=45, max_value=130), is_void=st.sampled_from([False, False, False, True]))
    def refresh(self, percent: int, is_void: bool) -> None:
        price = 2 * percent * WAD + percent
        self.world.feed.price, self.world.feed.has_price = price, not is_void
        self.twin.feed = 0 if is_void else price
        self.both(KEEPER, RefreshPriceCall(), "poke")

    @rule()
    def accrue(self) -> None:
        self.both(KEEPER, AccrueCall(), "charge")

    @rule(seconds=st.sampled_from([1, 13, 3_600, 86_400 * 30]))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds

    @rule(whose=WHO, ink=THOUSANDTHS, art=THOUSANDTHS)
    def grab(self, whose: int, ink: int, art: int) -> None:
        """Seize part of a vault, safe or not: that is the caller's to judge. A little more than there is must not work."""
        engine, pool = self.world.engine, self.world.pool
        units, shares = self.twin.ink[whose] * ink // 2_400, self.twin.art[whose] * art // 2_400
        given = whose, HOUSE, VOW, units, shares
        self.within("grab", *given, real=lambda: engine.grab(pool, *given))

    @rule(debtor=HOLDER, to=HOLDER, share=THOUSANDTHS)
    def suck(self, debtor: int, to: int, share: int) -> None:
        rad = share * RAD // 100 + share
        self.within("suck", debtor, to, rad, real=lambda: self.world.engine.suck(debtor, to, rad))

    @rule(who=HOLDER, share=THOUSANDTHS)
    def heal(self, who: int, share: int) -> None:
        rad = min(self.twin.sin[who], self.twin.dai[who]) * share // 2_000 + share // 2_000
        self.within("heal", who, rad, real=lambda: self.world.engine.heal(who, rad))

    @rule(who=HOLDER, to=HOLDER, share=THOUSANDTHS)
    def move(self, who: int, to: int, share: int) -> None:
        rad = self.twin.dai[who] * share // 2_000
        self.within("move", who, to, rad, real=lambda: self.world.engine.move(who, to, rad))

    @rule(who=HOLDER, to=HOLDER, share=THOUSANDTHS)
    def flux(self, who: int, to: int, share: int) -> None:
        units = self.twin.gem[who] * share // 2_000
        self.within("flux", who, to, units, real=lambda: self.world.engine.flux(WETH.id, who, to, units))

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        engine, pool, twin = self.world.engine, self.world.pool, self.twin
        assert (twin.rate, twin.spot, twin.last_fee) == (pool.index, pool.margin_price, pool.accrued_at)
        assert (twin.all_debt(), sum(twin.sin.values())) == (engine.debt, engine.unbacked)
        assert twin.outside() == engine.internal_of(ENGINE)
        for who in HOLDERS:
            assert (twin.ink[who], twin.art[who]) == pool.vault(who)
            assert (twin.dai[who], twin.sin[who]) == (engine.internal_of(who), engine.unbacked_by(who))
            assert (twin.gem[who], twin.is_unsafe(who)) == (engine.free_collateral(WETH.id, who), pool.is_unsafe(who))
            assert (twin.ether[who], twin.coins[who]) == (self.world.held(who, WETH), self.world.held(who, DAI))

    @invariant()
    def the_books_balance(self) -> None:
        if not hasattr(self, "world"):
            return
        sheet, twin = self.world.engine.balance_sheet(), self.twin
        assert sheet.assets + sheet.bad_debt == sheet.liabilities + sheet.equity
        assert (sheet.assets, sheet.bad_debt) == (twin.owed() + twin.old_debt, sum(twin.sin.values()))
        assert sheet.equity == twin.dai[VOW]
        self.world._check()

    @invariant()
    def the_screening_knows_who_is_unsafe(self) -> None:
        if not hasattr(self, "world"):
            return
        before = sorted(self.world.pool.fell)
        self.world.screen()
        unsafe = [who for who in HOLDERS if self.twin.is_unsafe(who)]

        # Nothing is said while there is no price; and then nobody is shown.
        assert sorted(self.world.pool.fell) == (sorted(unsafe) if self.twin.spot else before)
        assert [each.account for each in self.world.pool.view(self.world.now).unhealthy] == sorted(unsafe)


Walk.TestCase.settings = settings(max_examples=30, stateful_step_count=40)
TestWalk = Walk.TestCase


@pytest.mark.parametrize("seed", [1, 2])
def test_a_long_walk_with_loaded_dice_agrees_with_the_twin(seed):
    """Two thousand steps each: many draw to the limit, fall, are seized; some are refused for every reason there is."""
    dice, walk = random.Random(seed), Walk()

    for step in range(2_000):
        if step % 100 == 0:
            walk.begin()
        stroll(walk, dice)
        walk.both_kept_the_same()
        walk.the_books_balance()
        walk.the_screening_knows_who_is_unsafe()

    assert set(walk.heard) == {
        "done",
        "ABOVE_CEILING",
        "ARITHMETIC",
        "INSUFFICIENT_BALANCE",
        "MUST_NOT_LEAVE_DUST",
        "NOTHING_OWED",
        "UNHEALTHY",
        "ZERO_AMOUNT",
    }
    assert walk.heard.count("done") > 1_000


def stroll(walk: Walk, dice: random.Random) -> None:
    """Take one step."""
    who, other, odd = dice.choice(PEOPLE), dice.choice(PEOPLE), dice.choice([0, 0, 1, -1])
    share = dice.randrange(2_500)
    holders = dice.choice(HOLDERS), dice.choice(HOLDERS)
    steps: list[tuple[int, Callable[[], None]]] = [
        (4, lambda: walk.supply(who, who, share, odd)),
        (1, lambda: walk.supply(who, other, share, odd)),
        (2, lambda: walk.withdraw(who, share, odd)),
        (6, lambda: walk.borrow(who, share, odd)),
        (2, lambda: walk.repay(who, who, share, odd)),
        (1, lambda: walk.repay(who, other, share, odd)),
        (2, lambda: walk.join_or_exit(who, share, odd, dice.random() < 0.5, dice.random() < 0.5)),
        (3, lambda: walk.refresh(dice.randrange(45, 130), dice.random() < 0.15)),
        (2, lambda: walk.accrue()),
        (2, lambda: walk.wait(dice.choice([1, 13, 3_600, 86_400 * 30]))),
        (2, lambda: walk.grab(who, share, dice.randrange(2_500))),
        (1, lambda: walk.suck(*holders, share)),
        (1, lambda: walk.heal(holders[0], share)),
        (1, lambda: walk.move(*holders, share)),
        (1, lambda: walk.flux(*holders, share)),
    ]
    dice.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()

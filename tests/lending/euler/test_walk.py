"""Walks: random calls on the real pool and on its naive twin; after each step both must have said and kept the same."""

import random
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.commands import AccrueCall, BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.euler.calls import TakeOverCall, TrackLiquidityCall
from sim.records.lending import BadDebt
from sim.units import UINT256_MAX
from tests.lending.euler.naive import NaiveAsset, NaivePool
from tests.lending.euler.world import ALICE, ASSETS, BOB, DAI, DOLLAR, KEEPER, LENDER, OPENED, RATE, USDC, WETH, World, build_v1, build_v2

PEOPLE = (ALICE, BOB, KEEPER, LENDER)
WHO, ASSET = st.sampled_from(PEOPLE), st.sampled_from(ASSETS)
SHARE = st.integers(min_value=0, max_value=2_500)
ODD = st.sampled_from([0, 0, 1, -1, 7])
PRICES = {WETH.id: 2_000, USDC.id: 1, DAI.id: 1}
SLOPE = (RATE.base, RATE.slope, RATE.steep_slope, RATE.kink)
CAPS = {"supply_cap": 22_000 * 10**6, "borrow_cap": 9_000 * 10**6}
WAIT = 13


class Walk(RuleBasedStateMachine):
    """One pool, four people."""

    world: World
    twin: NaivePool

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.taken = 0

    @initialize(version=st.sampled_from(["v1", "v2"]))
    def begin(self, version: str) -> None:
        """Open a pool and its twin with the same wallets: 20,000 dollars' worth of everything each."""
        rate: dict[str, dict[str, Any]] = {each.symbol: {"rate": RATE} for each in ASSETS}
        if version == "v1":
            self.world = build_v1(**rate)
        else:
            self.world = build_v2(**{**rate, "USDC": {"rate": RATE, "cool_off": WAIT, **CAPS}})
        terms = self.world.pool.state.terms
        assets = {}
        for each in terms.assets:
            own = {"cf": each.collateral_factor, "bf": each.borrow_factor, "alone": each.is_isolated, "most": each.most_discount}
            caps = {"cap": each.supply_cap or 10**40, "lend_cap": each.borrow_cap or 10**40, "wait": each.cool_off}
            assets[each.asset.id] = NaiveAsset(version, each.asset.decimals, SLOPE, each.fee, OPENED, **own, **caps)
        pairs = {(each.debt, each.collateral): (each.borrow, each.liquidation) for each in terms.ltvs}
        self.twin = NaivePool(version, assets, pairs, OPENED)
        for asset in ASSETS:
            self.post(asset, 100)
            for who in PEOPLE:
                units = self.units(asset, 2_000)
                self.world.give(who, asset, units)
                self.twin.wallets[who, asset.id] = units

    def units(self, asset, share: int) -> int:
        """Return so many ten dollars in units of an asset at its first price."""
        return int(asset.unit) * share * 10 // PRICES[asset.id]

    def both(self, who: int, call: object, act: str, *given: object) -> None:
        """Send a tx, and have the twin do the same; both must come out alike, and a refused one must leave no trace."""
        before = self.world.state()
        outcome = self.world.execute(who, call)
        said = getattr(outcome, "name", "done")

        assert self.twin.attempt(act, who, *given) == said
        if said != "done":
            assert self.world.state() == before
        self.heard.append(said)

    @rule(who=WHO, whose=WHO, asset=ASSET, share=SHARE, odd=ODD)
    def supply(self, who: int, whose: int, asset, share: int, odd: int) -> None:
        amount = max(self.units(asset, share) + odd, 0)
        self.both(who, SupplyCall(asset.id, amount, whose), "supply", asset.id, amount, whose)

    @rule(who=WHO, asset=ASSET, share=SHARE, odd=ODD)
    def withdraw(self, who: int, asset, share: int, odd: int) -> None:
        worth = self.twin.worth(asset.id, self.twin.claims[who, asset.id]) // self.twin.assets[asset.id].fine
        amount = UINT256_MAX if share > 2_200 else max(worth * share // 2_000 + odd, 0)
        self.both(who, WithdrawCall(asset.id, amount), "withdraw", asset.id, amount)

    @rule(who=WHO, asset=ASSET, share=SHARE, odd=ODD)
    def borrow(self, who: int, asset, share: int, odd: int) -> None:
        """Ask for up to what the other assets are worth, at most; now and then for all there is."""
        has = sum(
            self.twin.worth(each.id, self.twin.claims[who, each.id])
            * self.twin.prices[each.id]
            // (self.twin.assets[each.id].fine * each.unit)
            for each in ASSETS
        )
        amount = has * int(asset.unit) // max(self.twin.prices[asset.id], 1) * share // 2_500 + odd
        amount = UINT256_MAX if share > 2_450 else max(amount, 0)
        self.both(who, BorrowCall(asset.id, amount), "borrow", asset.id, amount)

    @rule(who=WHO, whose=WHO, asset=ASSET, share=SHARE, odd=ODD)
    def repay(self, who: int, whose: int, asset, share: int, odd: int) -> None:
        amount = UINT256_MAX if share > 2_000 else max(self.twin.owes(whose, asset.id) * share // 1_900 + odd, 0)
        self.both(who, RepayCall(asset.id, amount, whose), "repay", asset.id, amount, whose)

    @rule(who=WHO, whose=WHO, debt=ASSET, gem=ASSET, share=SHARE, odd=ODD, keeps=st.booleans())
    def take(self, who: int, whose: int, debt, gem, share: int, odd: int, keeps: bool) -> None:
        amount = UINT256_MAX if share > 1_200 else max(self.twin.owes(whose, debt.id) * share // 1_100 + odd, 0)
        call = TakeOverCall(whose, debt.id, gem.id, amount) if keeps else LiquidateCall(whose, debt.id, gem.id, amount)
        before = self.twin.written_off
        self.both(who, call, "take", whose, debt.id, gem.id, amount, keeps)
        if self.heard[-1] == "done":
            self.taken += 1
            assert sum(each.amount for each in self.world.rows(BadDebt)) == self.twin.written_off - before

    @rule(who=WHO)
    def track(self, who: int) -> None:
        self.both(who, TrackLiquidityCall(), "track")

    @rule(asset=ASSET, percent=st.integers(min_value=25, max_value=140))
    def post(self, asset, percent: int) -> None:
        price = PRICES[asset.id] * percent * DOLLAR // 100 + percent
        self.world.prices.prices[asset.id] = self.twin.prices[asset.id] = price

    @rule(seconds=st.sampled_from([1, 12, 3_600, 86_400 * 30]))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds

    @rule()
    def touch(self) -> None:
        for asset in self.twin.assets:
            self.twin.grow(asset)
            self.twin.set_rate(asset)
        self.world.done(KEEPER, AccrueCall())

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        state, twin = self.world.pool.state, self.twin
        for asset in ASSETS:
            book, a = state.books[asset.id], twin.assets[asset.id]
            assert (a.claims_out, a.reserve_claims, a.owed, a.growth) == (book.shares, book.fee_shares, book.owed, book.accumulator)
            assert (a.last, a.rate, a.cash) == (book.updated_at, book.rate, book.held)
            for who in PEOPLE:
                assert (twin.claims[who, asset.id], twin.steps(who, asset.id)) == (state.shares(who, asset.id), state.owed(who, asset.id))
                assert twin.wallets[who, asset.id] == self.world.held(who, asset)
        assert twin.averaged == state.averages

    @invariant()
    def the_books_balance(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world._check()
        for part in self.world.pool.balance_sheet().parts:
            assert part.assets + part.bad_debt == part.liabilities + part.equity

    @invariant()
    def the_screening_knows_who_is_unhealthy(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.screen()
        fresh = self.twin.grown()

        assert sorted(self.world.pool.fell) == [who for who in sorted(PEOPLE) if fresh.is_unhealthy(who)]
        for each in self.world.pool.view(self.world.now).unhealthy:
            assert each.account in self.world.pool.fell


Walk.TestCase.settings = settings(max_examples=16, stateful_step_count=40)
TestWalk = Walk.TestCase

COMMON = {
    "done",
    "EXCESSIVE_REPAY",
    "HEALTHY",
    "INSUFFICIENT_BALANCE",
    "INSUFFICIENT_LIQUIDITY",
    "NOTHING_OWED",
    "NOT_COLLATERAL",
    "SELF_LIQUIDATION",
    "UNHEALTHY",
    "ZERO_AMOUNT",
}
OWN = {"v1": {"NOT_OWNER", "ISOLATED_DEBT"}, "v2": {"BORROW_CAP", "COOLING_OFF", "OTHER_DEBT", "SUPPLY_CAP", "UNKNOWN_CALL"}}


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_long_walk_with_loaded_dice_agrees_with_the_twin(version, seed):
    """Eight hundred steps each, most of several calls: many borrow to the limit, fall, are taken over; some are refused."""
    dice, walk = random.Random(seed), Walk()
    lost = 0

    for step in range(800):
        if step % 50 == 0:
            lost += walk.twin.written_off if step else 0
            walk.begin(version)
            for asset in ASSETS:
                walk.supply(LENDER, LENDER, asset, 1_500, 0)
        stroll(walk, dice)
        walk.both_kept_the_same()
        walk.the_books_balance()
        walk.the_screening_knows_who_is_unhealthy()

    assert set(walk.heard) - {"ARITHMETIC"} == COMMON | OWN[version]
    assert walk.heard.count("done") > 400
    assert walk.taken > 40
    assert (lost > 0) == (version == "v2")


def stroll(walk: Walk, dice: random.Random) -> None:
    """Take one step: mostly somebody levers up, or a price falls on whoever owes and others come for it."""
    who, other, odd = dice.choice(PEOPLE), dice.choice(PEOPLE), dice.choice([0, 0, 1, -1])
    share, asset = dice.randrange(2_500), dice.choice((WETH, USDC, USDC, DAI))
    owing = [(each, debt) for each in PEOPLE for debt in ASSETS if (each, debt.id) in walk.twin.debts] + [(other, asset)]
    steps: list[tuple[int, Callable[[], None]]] = [
        (14, lambda: lever(walk, dice, who)),
        (14, lambda: fall(walk, dice)),
        (2, lambda: walk.supply(who, who, asset, share, odd)),
        (1, lambda: walk.supply(who, other, asset, share, odd)),
        (3, lambda: walk.withdraw(who, asset, share, odd)),
        (1, lambda: walk.borrow(who, asset, share, odd)),
        (4, lambda: walk.repay(who, who, asset, share, odd)),
        (2, lambda: walk.repay(who, other, asset, share, odd)),
        (3, lambda: walk.take(who, *dice.choice(owing), dice.choice(ASSETS), share, odd, dice.random() < 0.5)),
        (1, lambda: walk.track(who)),
        (1, lambda: walk.post(asset, dice.randrange(80, 120))),
        (2, lambda: walk.wait(dice.choice([1, 12, 3_600, 86_400 * 30]))),
        (1, lambda: walk.touch()),
    ]
    dice.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()


def lever(walk: Walk, dice: random.Random, who: int) -> None:
    """Supply one asset and borrow near the limit of another."""
    debt, gem = dice.choice([(USDC, WETH), (USDC, WETH), (WETH, USDC), (USDC, DAI), (DAI, WETH), (USDC, USDC)])
    share = dice.randrange(20, 400)
    walk.supply(who, who, gem, share, dice.randrange(3))
    amount = int(room(walk, who, debt) * dice.uniform(0.9, 1.003)) + dice.randrange(2)
    walk.both(who, BorrowCall(debt.id, amount), "borrow", debt.id, amount)


def room(walk: Walk, who: int, debt) -> int:
    """Return about how much more of an asset somebody may borrow."""
    twin = walk.twin.grown()
    has, owes = twin.weigh(who, False)
    factor = twin.assets[debt.id].terms["bf"] if twin.version == "v1" else 10_000
    if twin.version == "v2":
        worth = {each.id: twin.value(each.id, twin.worth(each.id, twin.claims[who, each.id])) for each in ASSETS}
        has = sum(value * twin.pairs.get((debt.id, gem), (0, 0))[0] // 10_000 for gem, value in worth.items())
    return max(has - owes, 0) * factor * int(debt.unit) // (twin.prices[debt.id] * 10**14)


def fall(walk: Walk, dice: random.Random) -> None:
    """Let a price fall on somebody who owes; some come and take it over, in parts or whole, to keep or not; then it recovers."""
    owing = [(each, debt, gem) for each in PEOPLE for debt in ASSETS for gem in ASSETS if owes_on(walk, each, debt, gem)]
    if not owing:
        return
    whose, debt, _ = dice.choice(owing)
    gems = [gem for each, owed, gem in owing if (each, owed) == (whose, debt)]
    gem = max(gems, key=lambda each: walk.twin.value(each.id, walk.twin.worth(each.id, walk.twin.claims[whose, each.id])))
    walk.wait(dice.choice([1, 13, 13, 3_600]))
    walk.post(gem, dice.choice([95, 90, 85, 75, 60, 40, 25]))
    for _ in range(dice.randrange(1, 4)):
        who = dice.choice([each for each in PEOPLE if each != whose])
        walk.take(who, whose, debt, gem, dice.choice([dice.randrange(1_200), 2_000]), dice.choice([0, 0, 1, -1]), dice.random() < 0.4)
        walk.the_screening_knows_who_is_unhealthy()
    walk.post(gem, 100)


def owes_on(walk: Walk, who: int, debt, gem) -> bool:
    is_pair = walk.twin.version == "v1" or (debt.id, gem.id) in walk.twin.pairs
    return is_pair and (who, debt.id) in walk.twin.debts and walk.twin.claims[who, gem.id] > 0

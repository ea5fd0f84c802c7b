"""Walks: random calls on the real Comet and on its naive twin; after each step both must have said and kept the same."""

import copy
import random
from collections.abc import Callable

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import initialize, invariant, rule

from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.comet.calls import AbsorbCall, BuyCollateralCall
from sim.units import UINT256_MAX
from tests.lending.comet.naive import NaiveComet
from tests.lending.comet.world import TERMS, build
from tests.lending.compound.frame import ASSET, ASSET_IDS, PEOPLE, SHARE, WHO, PoolWalk, one_of
from tests.lending.compound.world import ALICE, ASSETS, BOB, KEEPER, OPENED, USDC, WBTC, WETH

LOCKED = (WETH.id, WBTC.id)
COLLATERAL = st.sampled_from(LOCKED)
PURSES = {WETH: 200 * 10**18, WBTC: 5 * 10**8, USDC: 400_000 * 10**6}
NO_CAP = 2**200


class Walk(PoolWalk):
    """A Comet, and what it must have lived through."""

    twin: NaiveComet

    def __init__(self) -> None:
        super().__init__()
        self.absorbed = self.bought = 0

    @initialize()
    def begin(self) -> None:
        self.world = build()
        assets = {
            each.asset.id: {
                "borrow": each.borrow_factor,
                "liquidate": each.threshold,
                "liquidation": each.liquidation_factor,
                "unit": each.asset.unit,
                "cap": NO_CAP if each.supply_cap is None else each.supply_cap,
            }
            for each in TERMS.collaterals
        }
        curves = {"supply": attrs.astuple(TERMS.supply_curve), "borrow": attrs.astuple(TERMS.borrow_curve)}
        self.twin = NaiveComet(USDC.id, USDC.unit, assets, curves, OPENED)
        self.twin.target, self.twin.least = TERMS.target_reserves, TERMS.min_borrow
        self.enrich(PURSES)

    def noted(self, act: str, said: str) -> None:
        self.absorbed += (act, said) == ("absorb", "done")
        self.bought += (act, said) == ("buy", "done")

    @rule(who=WHO, whose=WHO, asset=ASSET, share=SHARE)
    def supply(self, who: int, whose: int, asset: int, share: int) -> None:
        amount = UINT256_MAX if share > 2_380 else self.twin.coins[who, asset] * share // 2_000
        self.both(who, SupplyCall(asset, amount, whose), "supply", who, asset, amount, whose)

    @rule(who=WHO, whose=WHO, share=SHARE)
    def repay(self, who: int, whose: int, share: int) -> None:
        owed = max(0, -self.twin.later().balance(whose))
        amount = UINT256_MAX if share > 2_200 else 1 + owed * share // 2_000
        self.both(who, RepayCall(USDC.id, amount, whose), "repay", who, amount, whose)

    @rule(who=WHO, asset=ASSET, share=SHARE)
    def withdraw(self, who: int, asset: int, share: int) -> None:
        held = max(0, self.twin.later().balance(who)) if asset == USDC.id else self.twin.locked[who, asset]
        amount = UINT256_MAX if share > 2_300 else held * share // 2_000
        self.both(who, WithdrawCall(asset, amount), "withdraw", who, asset, amount)

    @rule(who=WHO, share=SHARE)
    def borrow(self, who: int, share: int) -> None:
        amount = 10**6 * share
        if all(self.twin.price.values()):
            amount = self.room(who) * share // 2_000
        self.both(who, BorrowCall(USDC.id, amount), "withdraw", who, USDC.id, amount)

    def room(self, who: int) -> int:
        """Return about what somebody may borrow."""
        worth = sum(self.twin.value(asset, self.twin.locked[who, asset]) * self.twin.assets[asset]["borrow"] for asset in LOCKED)
        return max(0, self.twin.later().balance(who) + worth // 10**18 * USDC.unit // self.twin.price[USDC.id])

    @rule(who=WHO, whom=st.lists(WHO, max_size=3))
    def absorb(self, who: int, whom: list[int]) -> None:
        self.both(who, AbsorbCall(tuple(whom)), "absorb", tuple(whom))

    @rule(who=WHO)
    def hunt(self, who: int) -> None:
        """Absorb everybody that a desk sees."""
        whom = tuple(each.account for each in self.world.pool.view(self.world.now).unhealthy)
        if whom:
            self.both(who, AbsorbCall(whom), "absorb", whom)

    @rule(who=WHO, asset=COLLATERAL, percent=st.sampled_from([40, 60, 80]))
    def crash(self, who: int, asset: int, percent: int) -> None:
        """Let a price fall, and absorb whom it makes unhealthy."""
        self.reprice(asset, percent)
        self.world.screen()
        self.hunt(who)

    @rule(who=WHO, asset=COLLATERAL, share=SHARE, least=st.integers(0, 10**17))
    def buy(self, who: int, asset: int, share: int, least: int) -> None:
        paid = self.twin.coins[who, USDC.id] * share // 20_000
        self.both(who, BuyCollateralCall(asset, paid, least), "buy", who, asset, paid, least)

    @rule(who=WHO, share=SHARE)
    def shop(self, who: int, share: int) -> None:
        """Buy what a desk sees, or a unit too much of it."""
        funds = {USDC.id: self.twin.coins[who, USDC.id] * min(share, 2_000) // 2_000}
        for offer in self.world.pool.view(self.world.now).purchases(funds):
            call = offer.call if share < 2_200 else offer.call._replace(least=offer.got + 1)
            return self.both(who, call, "buy", who, call.asset, call.paid, call.least)

    @rule()
    def recover(self) -> None:
        for asset in ASSET_IDS:
            self.reprice(asset, 100)

    @rule(who=WHO)
    def accrue(self, who: int) -> None:
        self.both(who, AccrueCall(), "accrue")

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        state, twin = self.world.pool.state, self.twin
        assert (twin.up["supply"], twin.up["borrow"]) == state.indices
        assert (twin.use(), twin.reserves()) == (state.utilisation(), state.reserves(self.world.now))
        for asset in ASSET_IDS:
            assert twin.inside[asset] == state.purse.held(asset)
            assert asset == USDC.id or twin.stock(asset) == state.collateral_reserves(asset)
        for who in PEOPLE:
            assert twin.principal[who] == state.principal(who)
            for each in ASSETS:
                assert twin.coins[who, each.id] == self.world.held(who, each)
                assert each == USDC or twin.locked[who, each.id] == state.positions.peek(who).collaterals.get(each.id, 0)

    @invariant()
    def the_screening_knows_who_can_be_absorbed(self) -> None:
        if not hasattr(self, "world"):
            return
        before = sorted(self.world.pool.fell)
        self.world.screen()
        if not all(self.twin.price.values()):
            assert sorted(self.world.pool.fell) == before
            return
        later = self.twin.later()
        short = [who for who in PEOPLE if later.is_short(who, "liquidate")]
        assert sorted(self.world.pool.fell) == short
        assert [each.account for each in self.world.pool.view(self.world.now).unhealthy] == short

    @invariant()
    def what_a_desk_sees_behind_an_absorption_comes_so(self) -> None:
        if not hasattr(self, "world"):
            return
        view = self.world.pool.view(self.world.now)
        for account in view.unhealthy:
            planned, twin = view.after_absorbing(account), copy.deepcopy(self.twin)
            assert twin.attempt("absorb", (account.account,)) == "done"
            # Totals are cut once and accounts each: a unit or two may lie between.
            assert abs(planned.own_reserves - twin.reserves()) <= 2
            assert [each.units for each in planned.stock] == [twin.stock(each.asset) for each in planned.stock]
            assert view.absorbed(account).balance == twin.balance(account.account) or twin.up["supply"] > 10**15


Walk.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestWalk = Walk.TestCase


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.laws)])
def test_a_long_walk_with_loaded_dice_agrees_with_the_twin(seed):
    """A thousand steps each: many borrow to the limit, fall, are absorbed, and what they had is bought."""
    dice, walk = random.Random(seed), Walk()

    for step in range(1_000):
        if step % 125 == 0:
            walk.begin()
            settle_in(walk)
        stroll(walk, dice)
        walk.both_kept_the_same()
        walk.the_books_balance()
        walk.the_screening_knows_who_can_be_absorbed()
        walk.what_a_desk_sees_behind_an_absorption_comes_so()

    assert walk.heard.count("done") > 300
    assert (walk.absorbed > 4, walk.bought > 8) == (True, True)
    assert set(walk.heard) >= {"HEALTHY", "INSUFFICIENT_COLLATERAL", "INSUFFICIENT_LIQUIDITY", "NOT_FOR_SALE", "SLIPPAGE"}


def settle_in(walk: Walk) -> None:
    """Let there be something to lend, and something to borrow against."""
    walk.supply(ALICE, ALICE, USDC.id, 1_800)
    walk.supply(BOB, BOB, WETH.id, 1_000)
    walk.supply(KEEPER, KEEPER, WBTC.id, 1_800)


def stroll(walk: Walk, dice: random.Random) -> None:
    """Take one step."""
    who, other, asset, held = dice.choice(PEOPLE), dice.choice(PEOPLE), dice.choice(ASSET_IDS), dice.choice(LOCKED)
    share = dice.randrange(2_400)
    steps: list[tuple[int, Callable[[], None]]] = [
        (4, lambda: walk.supply(who, who, asset, share // 3)),
        (1, lambda: walk.supply(who, other, asset, share)),
        (3, lambda: walk.withdraw(who, asset, share)),
        (9, lambda: walk.borrow(who, share // 2 if dice.random() < 0.5 else share)),
        (2, lambda: walk.repay(who, other, share)),
        (1, lambda: walk.absorb(who, [other])),
        (4, lambda: walk.hunt(who)),
        (2, lambda: walk.buy(who, held, share, 0)),
        (5, lambda: walk.shop(who, share)),
        (2, lambda: walk.wait(dice.choice([1, 13, 3_600, 86_400 * 30]))),
        (2, lambda: walk.reprice(asset, dice.choice([50, 70, 90, 100, 130]))),
        (4, lambda: walk.crash(who, held, dice.choice([40, 60, 75, 85]))),
        (1, lambda: walk.reprice(asset, 0)),
        (3, lambda: walk.recover()),
        (1, lambda: walk.accrue(who)),
        (1, lambda: walk.donate(who, asset, share // 10)),
    ]
    one_of(dice, steps)

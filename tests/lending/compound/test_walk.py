"""Walks: random calls on the real pool and on its naive twin; after each step both must have said and kept the same."""

import copy
import random
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import initialize, invariant, rule

from sim.commands import AccrueCall, BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.compound.calls import EnterMarketCall, LeaveMarketCall, LiquidateAndRedeemCall
from sim.units import UINT256_MAX, WAD
from tests.lending.compound.frame import ASSET, ASSET_IDS, PEOPLE, SHARE, WHO, PoolWalk, one_of
from tests.lending.compound.naive import NaiveCompound
from tests.lending.compound.world import ASSETS, OPENED, RATE, USDC, WBTC, WETH, build

PURSES = {WETH: 100 * 10**18, WBTC: 5 * 10**8, USDC: 200_000 * 10**6}
CAP = 10**30


class Walk(PoolWalk):
    """A pool of the first kind, and what it must have lived through."""

    twin: NaiveCompound

    def __init__(self) -> None:
        super().__init__()
        self.seized = 0

    @initialize()
    def begin(self) -> None:
        self.world = build()
        terms = {
            each.asset.id: {
                "factor": each.factor,
                "reserve_factor": each.reserve_factor,
                "opening": 2 * 10**8 * each.asset.unit,
                "unit": each.asset.unit,
                "base": RATE.base,
                "multiplier": RATE.multiplier,
                "jump": RATE.jump,
                "kink": RATE.kink,
                "cap": CAP,
            }
            for each in self.world.pool.state.terms.markets
        }
        self.twin = NaiveCompound(terms, WAD // 2, 108 * WAD // 100, OPENED)
        self.enrich(PURSES)

    def noted(self, act: str, said: str) -> None:
        self.seized += said == "done" and act.startswith("liquidate")

    @rule(who=WHO, asset=ASSET, share=SHARE)
    def supply(self, who: int, asset: int, share: int) -> None:
        amount = self.twin.coins[who, asset] * share // 2_000
        self.both(who, SupplyCall(asset, amount), "supply", who, asset, amount)

    @rule(who=WHO, asset=ASSET, share=SHARE)
    def withdraw(self, who: int, asset: int, share: int) -> None:
        worth = int(self.twin.markets[asset].rate() * self.twin.shares[who, asset])
        amount = UINT256_MAX if share > 2_300 else worth * share // 2_000
        self.both(who, WithdrawCall(asset, amount), "withdraw", who, asset, amount)

    @rule(who=WHO, asset=ASSET, share=SHARE)
    def borrow(self, who: int, asset: int, share: int) -> None:
        room = 10**18
        if all(self.twin.price.values()):
            good, bad = self.twin.later().sides(who)
            room = max(0, good - bad) * 10**18 // self.twin.mantissa(asset)
        amount = room * share // 2_000
        self.both(who, BorrowCall(asset, amount), "borrow", who, asset, amount)

    @rule(who=WHO, whose=WHO, asset=ASSET, share=SHARE)
    def repay(self, who: int, whose: int, asset: int, share: int) -> None:
        amount = UINT256_MAX if share > 2_300 else self.twin.owed(whose, asset) * share // 2_000
        self.both(who, RepayCall(asset, amount, whose), "repay", who, asset, amount, whose)

    @rule(who=WHO, asset=ASSET)
    def enter(self, who: int, asset: int) -> None:
        self.both(who, EnterMarketCall(asset), "enter", who, asset)

    @rule(who=WHO, asset=ASSET)
    def leave(self, who: int, asset: int) -> None:
        self.both(who, LeaveMarketCall(asset), "leave", who, asset)

    @rule(who=WHO, whose=WHO, owed=ASSET, held=ASSET, share=SHARE, redeems=st.booleans())
    def liquidate(self, who: int, whose: int, owed: int, held: int, share: int, redeems: bool) -> None:
        amount = self.twin.owed(whose, owed) * share // 4_000
        call = (LiquidateAndRedeemCall if redeems else LiquidateCall)(whose, owed, held, amount)
        self.both(who, call, "liquidate_and_redeem" if redeems else "liquidate", who, whose, owed, held, amount)

    @rule(who=WHO, share=SHARE, redeems=st.booleans())
    def hunt(self, who: int, share: int, redeems: bool) -> None:
        """Take part of the first offer that a desk sees, or a unit too much of it."""
        view = self.world.pool.view(self.world.now)
        for account in view.unhealthy:
            for offer in view.seizures(account, {asset: self.twin.coins[who, asset] for asset in ASSET_IDS}):
                _, owed, held, most = offer.call
                amount = most + 1 if share > 2_200 else most if share > 1_500 else most * share // 1_500
                call = (LiquidateAndRedeemCall if redeems else LiquidateCall)(account.account, owed, held, amount)
                act = "liquidate_and_redeem" if redeems else "liquidate"
                return self.both(who, call, act, who, account.account, owed, held, amount)

    @rule(who=WHO)
    def touch_all(self, who: int) -> None:
        self.both(who, AccrueCall(), "touch_all")

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        state, twin = self.world.pool.state, self.twin
        for asset, market in twin.markets.items():
            real = state.markets[asset]
            assert (market.lent, market.kept, market.shares, market.index) == (real.borrows, real.reserves, real.shares, real.debt_index)
            assert (market.cash, market.rate() * WAD) == (state.purse.held(asset), state.snapshot(asset).exchange_rate)
        for who in PEOPLE:
            assert sorted(twin.inside[who]) == sorted(state.entered.get(who, ()))
            account = state.positions.peek(who)
            for each in ASSETS:
                assert twin.coins[who, each.id] == self.world.held(who, each)
                assert twin.shares[who, each.id] == state.shares_of(who, each.id)
                assert twin.owed(who, each.id) == state.debt(who, account, each.id, state.markets[each.id].debt_index)

    @invariant()
    def the_screening_knows_who_is_short(self) -> None:
        if not hasattr(self, "world"):
            return
        before = sorted(self.world.pool.fell)
        self.world.screen()
        if not all(self.twin.price.values()):
            assert sorted(self.world.pool.fell) == before
            assert self.world.pool.view(self.world.now).unhealthy == ()
            return
        short = [who for who in PEOPLE if self.twin.is_short(who)]
        assert sorted(self.world.pool.fell) == short
        view = self.world.pool.view(self.world.now)
        barren = self.world.pool.state.barren
        assert [each.account for each in view.unhealthy] == [who for who in short if who not in barren]
        assert all(self.twin.shares[who, asset] < 10**6 for who in barren for asset in ASSET_IDS)

    @invariant()
    def what_a_desk_is_offered_the_contract_does(self) -> None:
        if not hasattr(self, "world"):
            return
        view = self.world.pool.view(self.world.now)
        for account in view.unhealthy:
            keeper = next(who for who in PEOPLE if who != account.account)
            funds = {asset: self.twin.coins[keeper, asset] for asset in ASSET_IDS}
            for offer in view.seizures(account, funds):
                twin = copy.deepcopy(self.twin)
                before = twin.coins[keeper, offer.gets]
                said = twin.attempt("liquidate_and_redeem", keeper, *offer.call)
                if said == "UNHEALTHY" or (said == "NOTHING_POSTED"):
                    continue  # The keeper stands in debt itself.
                paid = offer.paid if offer.pays == offer.gets else 0
                assert (said, twin.coins[keeper, offer.gets] - before) == ("done", offer.got - paid)


Walk.TestCase.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
TestWalk = Walk.TestCase


@pytest.mark.parametrize(("seed", "steps"), [(1, 500), pytest.param(2, 1_000, marks=pytest.mark.laws)])
def test_a_long_walk_with_loaded_dice_agrees_with_the_twin(seed, steps):
    """Hundreds of steps: many borrow to the limit, fall, are liquidated; some are refused for every reason there is."""
    dice, walk = random.Random(seed), Walk()

    for step in range(steps):
        if step % 125 == 0:
            walk.begin()
            settle_in(walk)
        stroll(walk, dice)
        walk.both_kept_the_same()
        walk.the_books_balance()
        walk.the_screening_knows_who_is_short()
        walk.what_a_desk_is_offered_the_contract_does()

    heard = {said: walk.heard.count(said) for said in sorted(set(walk.heard))}
    assert heard["done"] > 35 * steps // 100
    assert walk.seized >= steps // 100
    assert set(heard) >= {"HEALTHY", "INSUFFICIENT_COLLATERAL", "INSUFFICIENT_LIQUIDITY", "UNHEALTHY", "ZERO_AMOUNT"}, heard


def settle_in(walk: Walk) -> None:
    """Let everybody supply something that counts, so that there is something to lend."""
    for who, asset in zip(PEOPLE, ASSET_IDS, strict=True):
        walk.supply(who, asset, 1_800)
        walk.enter(who, asset)


def stroll(walk: Walk, dice: random.Random) -> None:
    """Take one step."""
    who, other, asset, held = dice.choice(PEOPLE), dice.choice(PEOPLE), dice.choice(ASSET_IDS), dice.choice(ASSET_IDS)
    share = dice.randrange(2_400)
    steps: list[tuple[int, Callable[[], None]]] = [
        (6, lambda: walk.supply(who, asset, share)),
        (3, lambda: walk.withdraw(who, asset, share)),
        (8, lambda: walk.borrow(who, asset, share)),
        (2, lambda: walk.repay(who, who, asset, share)),
        (1, lambda: walk.repay(who, other, asset, share)),
        (4, lambda: walk.enter(who, asset)),
        (1, lambda: walk.leave(who, asset)),
        (1, lambda: walk.liquidate(who, other, asset, held, share, dice.random() < 0.5)),
        (12, lambda: walk.hunt(who, share, dice.random() < 0.5)),
        (3, lambda: walk.wait(dice.choice([1, 13, 3_600, 86_400 * 30]))),
        (4, lambda: walk.reprice(asset, dice.choice([50, 70, 90, 100, 130, 160]))),
        (2, lambda: walk.reprice(asset, 100)),
        (1, lambda: walk.reprice(asset, 0 if dice.random() < 0.2 else 100)),
        (1, lambda: walk.touch_all(who)),
        (1, lambda: walk.donate(who, asset, share)),
    ]
    one_of(dice, steps)

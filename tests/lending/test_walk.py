"""Walks: random calls on the real pool and on its naive twin; after each step both must have said and kept the same."""

import random
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sim.commands import BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.aave.opening import open_supply
from sim.lending.aave.rules import is_liquidatable
from sim.lending.aave.versions import VERSIONS
from sim.units import UINT256_MAX
from sim.vocabulary import Refusal
from tests.lending.world import ALICE, BOB, DOLLAR, KEEPER, LENDER, OPENED, USDC, WBTC, WETH, World, build
from tests.support.naive_pool import NaivePool, NaiveReserve

PEOPLE = (ALICE, BOB, KEEPER)
ASSETS = (WETH, WBTC, USDC)
WHO = st.sampled_from(PEOPLE)
ASSET = st.sampled_from(ASSETS)
# In thousandths of a whole asset's thousand dollars, so that amounts of all assets weigh alike; the odd rest makes rounding matter.
SHARE = st.integers(min_value=0, max_value=3_000)
ODD = st.integers(min_value=0, max_value=9)
TERMS: dict[str, Any] = {
    "WETH": {"protocol_fee": 1_000, "supply_cap": 200 * 10**18},
    "WBTC": {"protocol_fee": 2_000, "borrow_cap": 4 * 10**7},
    "USDC": {"protocol_fee": 1_000},
}


class Walk(RuleBasedStateMachine):
    """One pool, three people, and a lender who never moves."""

    world: World
    twin: NaivePool

    @initialize(version=st.sampled_from(["v3_0", "v3_7"]))
    def open(self, version: str) -> None:
        self.begin(version)

    def begin(self, version: str) -> None:
        """Open a pool and its twin with the same lenders and the same wallets."""
        self.world = build(VERSIONS[version], assets=ASSETS, **TERMS)
        reserves = {}
        for each in self.world.pool.state.terms.reserves:
            caps = each.supply_cap, each.borrow_cap
            reserves[each.asset.id] = NaiveReserve(
                each.asset.unit, each.max_ltv, each.threshold, each.bonus, each.protocol_fee, each.reserve_factor, *caps, OPENED
            )
        self.twin = NaivePool(version, reserves, OPENED, dict(self.world.prices.prices))
        for asset in ASSETS:
            lent = self.units(asset, 20_000)
            open_supply(self.world.pool, LENDER, asset.id, lent)
            self.twin.supplied[LENDER, asset.id] = lent
            reserves[asset.id].cash = lent
            self.twin.rates(asset.id)
            for who in PEOPLE:
                self.world.give(who, asset, self.units(asset, 40_000))
                self.twin.wallets[who, asset.id] = self.units(asset, 40_000)

    def units(self, asset: Any, share: int, odd: int = 0) -> int:
        """Return so many tenths of a dollar's thousand in units of an asset at its first price."""
        price = {WETH.id: 2_000, WBTC.id: 40_000, USDC.id: 1}[asset.id]
        return int(asset.unit) * share * 10 // price + odd

    def both(self, who: int, call: Any, name: str, *arguments: int) -> str:
        outcome = self.world.execute(who, call)
        ours = outcome.name if isinstance(outcome, Refusal) else "done"

        assert self.twin.attempt(name, who, *arguments) == ours
        return ours

    @rule(who=WHO, asset=ASSET, share=SHARE, odd=ODD)
    def supply(self, who: int, asset: Any, share: int, odd: int) -> None:
        amount = self.units(asset, share, odd)
        self.both(who, SupplyCall(asset.id, amount), "supply", asset.id, amount)

    @rule(who=WHO, asset=ASSET, share=SHARE, odd=ODD, is_all=st.booleans())
    def withdraw(self, who: int, asset: Any, share: int, odd: int, is_all: bool) -> None:
        amount = UINT256_MAX if is_all else self.units(asset, share, odd)
        self.both(who, WithdrawCall(asset.id, amount), "withdraw", asset.id, amount)

    @rule(who=WHO, asset=ASSET, share=SHARE, odd=ODD)
    def borrow(self, who: int, asset: Any, share: int, odd: int) -> None:
        amount = self.units(asset, share, odd)
        self.both(who, BorrowCall(asset.id, amount), "borrow", asset.id, amount)

    @rule(who=WHO, loan=st.sampled_from([(WETH, USDC), (WBTC, USDC), (USDC, WETH)]), share=st.integers(100, 2_500), use=st.integers(60, 74))
    def leverage(self, who: int, loan: Any, share: int, use: int) -> None:
        """Without this a walk has few who can fall."""
        self.lever(who, loan, share, use)

    def lever(self, who: int, loan: Any, share: int, use: int) -> None:
        """Supply one asset and borrow near the limit of what it allows."""
        collateral, debt = loan
        amount, owed = self.units(collateral, share, 1), self.units(debt, share * use // 100, 3)
        self.both(who, SupplyCall(collateral.id, amount), "supply", collateral.id, amount)
        self.both(who, BorrowCall(debt.id, owed), "borrow", debt.id, owed)

    @rule(who=WHO, owner=WHO, asset=ASSET, share=SHARE, odd=ODD, is_all=st.booleans())
    def repay(self, who: int, owner: int, asset: Any, share: int, odd: int, is_all: bool) -> None:
        amount = UINT256_MAX if is_all else self.units(asset, share, odd)
        self.both(who, RepayCall(asset.id, amount, owner), "repay", asset.id, amount, owner)

    @rule(owner=WHO, debt=ASSET, collateral=ASSET, share=SHARE, odd=ODD, is_all=st.booleans())
    def liquidate(self, owner: int, debt: Any, collateral: Any, share: int, odd: int, is_all: bool) -> None:
        amount = UINT256_MAX if is_all else self.units(debt, share, odd)
        call = LiquidateCall(owner, debt.id, collateral.id, amount)
        self.both(KEEPER, call, "liquidate", owner, debt.id, collateral.id, amount)

    def debtors(self) -> list[int]:
        return [who for who in PEOPLE if self.world.pool.state.positions.peek(who).debts]

    @precondition(lambda self: bool(self.debtors()))
    @rule(pick=st.integers(0, 8), fall=st.integers(400, 999), covers=st.lists(st.integers(1, 120), min_size=1, max_size=3))
    def fall_and_be_liquidated(self, pick: int, fall: int, covers: list[int]) -> None:
        self.fall(pick, fall, covers)

    def fall(self, pick: int, fall: int, covers: list[int]) -> list[str]:
        """Let somebody's collateral fall, then liquidate parts of a debt: a percentage of it, above 100 as much as may be."""
        outcomes = []
        owner = self.debtors()[pick % len(self.debtors())]
        who = ALICE if owner == KEEPER and pick % 4 else KEEPER
        account = self.world.pool.state.positions.peek(owner)
        for collateral in list(account.collaterals)[pick % 3 :][:1]:
            self.set_price(collateral, self.world.prices.prices[collateral] * fall // 1_000 + 1)
            debt = list(account.debts)[pick % len(account.debts)]
            for cover in covers:
                amount = UINT256_MAX if cover > 100 else account.debts.get(debt, 1) * cover // 100
                call = LiquidateCall(owner, debt, collateral, amount)
                outcomes.append(self.both(who, call, "liquidate", owner, debt, collateral, amount))
        return outcomes

    def set_price(self, asset: int, price: int) -> None:
        self.world.prices.prices[asset] = self.twin.prices[asset] = price

    @rule(asset=ASSET, per_mille=st.integers(min_value=550, max_value=1_400))
    def post(self, asset: Any, per_mille: int) -> None:
        price = {WETH.id: 2_000, WBTC.id: 40_000, USDC.id: 1}[asset.id] * DOLLAR * per_mille // 1_000
        self.set_price(asset.id, price)

    @rule(seconds=st.sampled_from([1, 12, 3_600, 86_400 * 90]))
    def wait(self, seconds: int) -> None:
        self.pass_time(seconds)

    def pass_time(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        state = self.world.pool.state
        for asset in ASSETS:
            reserve, naive = state.reserves[asset.id], self.twin.reserves[asset.id]
            assert (naive.supply_index, naive.debt_index) == (reserve.supply_index, reserve.debt_index)
            assert (naive.supply_rate, naive.debt_rate) == (reserve.supply_rate, reserve.debt_rate)
            assert (naive.cash, naive.treasury, naive.deficit) == (state.liquidity(asset.id), reserve.treasury_shares, reserve.deficit)
            for who in PEOPLE:
                account = state.positions.peek(who)
                held = account.collaterals.get(asset.id, 0) + account.idle.get(asset.id, 0)
                assert self.twin.supplied.get((who, asset.id), 0) == held
                assert self.twin.owed.get((who, asset.id), 0) == account.debts.get(asset.id, 0)
                assert self.twin.wallets[who, asset.id] == self.world.held(who, asset)

    @invariant()
    def the_screening_knows_who_is_unhealthy(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.screen()

        assert sorted(self.world.pool.fell) == [who for who in PEOPLE if is_liquidatable(self.twin.health(who))]

    @invariant()
    def nothing_is_broken(self) -> None:
        if hasattr(self, "world"):
            self.world.pool._check()
            self.world.ledger.check()


Walk.TestCase.settings = settings(max_examples=25, stateful_step_count=40)
TestWalk = Walk.TestCase


@pytest.mark.parametrize("version", ["v3_0", "v3_7"])
def test_a_long_walk_with_loaded_dice_agrees_with_the_twin(version):
    """Many fall and are liquidated, in part, in full, into dust and into deficits."""
    dice, outcomes, deficits = random.Random(5), [], 0

    for _ in range(45):
        walk = Walk()
        walk.begin(version)
        for _ in range(20):
            outcomes += stroll(walk, dice)
            walk.both_kept_the_same()
            walk.the_screening_knows_who_is_unhealthy()
            walk.nothing_is_broken()
        deficits += sum(reserve.deficit > 0 for reserve in walk.twin.reserves.values())

    assert outcomes.count("done") >= 50
    assert "HEALTHY" in outcomes
    has_new_rules = version == "v3_7"
    assert ("MUST_NOT_LEAVE_DUST" in outcomes) == ("SELF_LIQUIDATION" in outcomes) == has_new_rules
    assert (deficits > 0) == has_new_rules


def stroll(walk: Walk, dice: random.Random) -> list[str]:
    """Take one step; return how its liquidations came out."""
    who, step = dice.choice(PEOPLE), dice.random()
    if step < 0.4:
        loan = dice.choice([(WETH, USDC), (WBTC, USDC), (USDC, WETH)])
        walk.lever(who, loan, dice.randrange(20, 900), dice.randrange(60, 74))
    elif step < 0.45:
        walk.pass_time(dice.choice([12, 3_600, 86_400 * 30]))
    elif walk.debtors():
        return walk.fall(dice.randrange(9), dice.choice([930, 900, 850, 700, 300]), [dice.randrange(1, 140), dice.randrange(1, 140)])
    if step > 0.42:
        for asset, price in ((WETH, 2_000), (WBTC, 40_000)):
            walk.set_price(asset.id, price * DOLLAR)
    return []

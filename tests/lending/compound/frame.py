"""What walks of both Compounds share: three people and their purses, time, prices, gifts; a call put to a pool and to its naive twin."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sim.assets import Asset
from sim.vocabulary import Refusal
from tests.lending.compound.world import ALICE, ASSETS, BOB, DOLLAR, KEEPER, POOL, USDC, WBTC, WETH, World

PEOPLE = (ALICE, BOB, KEEPER)
ASSET_IDS = tuple(asset.id for asset in ASSETS)
WHO, ASSET = st.sampled_from(PEOPLE), st.sampled_from(ASSET_IDS)
SHARE = st.integers(min_value=0, max_value=2_400)
USUAL = {WETH.id: 2_000 * DOLLAR, WBTC.id: 40_000 * DOLLAR, USDC.id: DOLLAR}


class PoolWalk(RuleBasedStateMachine):
    """One pool, three people, and a twin that is asked the same."""

    world: World
    twin: Any

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def enrich(self, purses: dict[Asset, int]) -> None:
        """Give everybody the same, here and there; prices are the usual ones."""
        self.twin.price = dict(USUAL)
        for who in PEOPLE:
            for asset, units in purses.items():
                self.world.give(who, asset, units)
                self.twin.coins[who, asset.id] = units

    def both(self, who: int, call: Any, act: str, *given: Any) -> None:
        expected, got = self.twin.attempt(act, *given), self.world.execute(who, call)
        self.heard.append(expected)
        self.noted(act, expected)
        assert expected == (got.name if isinstance(got, Refusal) else "done"), call

    def noted(self, act: str, said: str) -> None:
        """Count what a walk must have done often enough."""

    @rule(seconds=st.sampled_from([1, 13, 3_600, 86_400 * 30, 86_400 * 365]))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds

    @rule(asset=ASSET, percent=st.sampled_from([0, 40, 60, 80, 95, 100, 105, 130, 200]))
    def reprice(self, asset: int, percent: int) -> None:
        """Set a price; none, at nothing."""
        self.world.prices.prices[asset] = self.twin.price[asset] = USUAL[asset] * percent // 100

    @rule(who=WHO, asset=ASSET, share=SHARE)
    def donate(self, who: int, asset: int, share: int) -> None:
        """Units sent without a call belong to nobody in particular."""
        amount = self.twin.coins[who, asset] * min(share, 2_000) // 20_000
        ledger, chain = self.world.ledger, self.world.pool.state.purse.chain
        ledger.move(asset, ledger.open(who, chain), ledger.open(POOL, chain), amount)
        self.twin.pay(who, asset, amount)

    @invariant()
    def the_books_balance(self) -> None:
        if not hasattr(self, "world"):
            return
        for part in self.world.pool.balance_sheet().parts:
            assert part.assets + part.bad_debt == part.liabilities + part.equity
        self.world._check()


def one_of(dice: random.Random, steps: Sequence[tuple[int, Callable[[], None]]]) -> None:
    """Take one of some steps, each with its weight."""
    dice.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()

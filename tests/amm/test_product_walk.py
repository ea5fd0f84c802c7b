"""Walks: random calls on a constant product and on its naive twin; after each both must have said and kept the same."""

import random
from math import isqrt

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.amm.calls import AddLiquidityCall, RemoveLiquidityCall, SkimCall, SwapCall, SwapForCall, SyncCall
from sim.commands import TransferCall
from sim.units import NOBODY
from sim.vocabulary import Refusal
from tests.amm.product_twin import AMM as TWIN_AMM
from tests.amm.product_twin import DEAD, ProductTwin
from tests.amm.world import ALICE, AMM, BOB, CAROL, ETH, OPENED, PROTOCOL, RICHES, SHARE, TOKEN, USDC, World, pair

WHO = (ALICE, BOB, CAROL)
PARTIES = {**{who: who for who in (*WHO, PROTOCOL)}, AMM: TWIN_AMM, NOBODY: DEAD}
ASSETS = (ETH, USDC)
SIZES = st.integers(-1, 3_000) | st.integers(0, 10**24)


class Walk(RuleBasedStateMachine):
    """Three people, one pair, with or without a protocol's fee."""

    world: World
    twin: ProductTwin
    outcomes: list[tuple[str, str]]
    depth: int

    @initialize(fee=st.booleans())
    def begin(self, fee: bool) -> None:
        self.world = pair(PROTOCOL if fee else NOBODY)
        self.twin = ProductTwin(now=OPENED, last=OPENED, fee_to=PROTOCOL if fee else None)
        for who in (*WHO, PROTOCOL):
            for each in (0, 1):
                self.twin.purses[who, each] = RICHES
        self.outcomes, self.depth = [], 0

    @rule(who=st.sampled_from(WHO), first=SIZES, second=SIZES)
    def add(self, who: int, first: int, second: int) -> None:
        amounts = max(0, first), max(0, second)
        self.both(who, AddLiquidityCall(amounts), "add", who, *amounts)

    @rule(who=st.sampled_from(WHO), thousandths=st.integers(0, 1_000))
    def remove(self, who: int, thousandths: int) -> None:
        shares = self.world.of(who, SHARE) * thousandths // 1_000
        self.both(who, RemoveLiquidityCall(shares), "remove", who, shares)

    @rule(who=st.sampled_from(WHO), came=st.integers(0, 1), amount=SIZES)
    def swap(self, who: int, came: int, amount: int) -> None:
        self.both(who, SwapCall(ASSETS[came].id, amount, 0), "swap", who, came, amount)

    @rule(who=st.sampled_from(WHO), came=st.integers(0, 1), thousandths=st.integers(0, 1_001), odd=st.integers(0, 3))
    def swap_for(self, who: int, came: int, thousandths: int, odd: int) -> None:
        out = self.world.amm.reserves[1 - came] * thousandths // 1_000 + odd
        call = SwapForCall(ASSETS[1 - came].id, out, 2**255)
        self.both(who, call, "swap_for", who, came, out)

    @rule(who=st.sampled_from(WHO), which=st.integers(0, 1), amount=st.integers(1, 10**9))
    def donate(self, who: int, which: int, amount: int) -> None:
        self.world.execute(who, TransferCall(ASSETS[which].id, AMM, amount), TOKEN)
        self.twin.send(which, who, TWIN_AMM, amount)

    @rule(who=st.sampled_from(WHO), is_skim=st.booleans())
    def settle(self, who: int, is_skim: bool) -> None:
        if is_skim:
            self.both(who, SkimCall(), "skim", who)
        else:
            self.both(who, SyncCall(), "sync")

    @rule(seconds=st.sampled_from([1, 12, 3_600]))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds

    def both(self, who: int, call: object, name: str, *arguments: object) -> None:
        before = self.world.state()
        seen = self.world.amm.view(self.world.now)
        outcome = self.world.execute(who, call)
        ours = outcome.name if isinstance(outcome, Refusal) else "done"
        if isinstance(outcome, Refusal):
            assert self.world.state() == before

        assert self.twin.attempt(name, *arguments) == ours
        self.outcomes.append((name, ours))
        if name == "swap" and ours == "done" and isinstance(call, SwapCall) and seen.reserves == self.balances(before):
            told = seen.swap_of(call.asset_in, call.amount_in)
            assert told is not None
            assert self.world.said[-1][3][4:] == tuple(told)

    def balances(self, before: object) -> tuple[int, int]:
        """Return what the amm's purse held before a call, to leave out swaps with units nobody had put in properly."""
        balances = before[0]  # type: ignore[index] # The balances come first.
        chain = next(iter(owner for owner in self.world.ledger.owners if owner[0] == AMM))
        return balances.get((ETH.id, *chain), 0), balances.get((USDC.id, *chain), 0)

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        amm, twin = self.world.amm, self.twin
        assert (*amm.reserves, *amm.cumulative, amm.product_then) == (twin.r0, twin.r1, twin.cum0, twin.cum1, twin.k_last)
        for party, name in PARTIES.items():
            held = [self.world.of(party, asset) for asset in (ETH, USDC, SHARE)]
            assert held == [twin.has(name, 0), twin.has(name, 1), twin.has(name, "share")]

    @invariant()
    def nothing_is_broken(self) -> None:
        if hasattr(self, "world"):
            self.world.check()
            self.a_share_never_loses()

    def a_share_never_loses(self) -> None:
        """The root of the product per share does not fall, but when the protocol is issued its part."""
        issued = self.world.amm.till.issued(SHARE.id)
        root = isqrt(self.world.amm.reserves[0] * self.world.amm.reserves[1] * 10**36) // issued if issued else 0
        if self.world.amm.fee_to == NOBODY:
            assert root >= self.depth
            self.depth = root


Walk.TestCase.settings = settings(max_examples=25, stateful_step_count=40)
TestWalk = Walk.TestCase


@pytest.mark.parametrize("fee", [False, True])
def test_a_long_walk_with_loaded_dice_agrees_with_the_twin(fee):
    dice, walk = random.Random(11), Walk()
    walk.begin(fee)
    walk.add(ALICE, 10**21, 10**12)

    for _ in range(2_000):
        who, came = dice.choice(WHO), dice.randrange(2)
        size = dice.choice([dice.randrange(3_000), 10 ** dice.randrange(4, 22), dice.randrange(1, walk.world.amm.reserves[came] + 2)])
        step = dice.choices(["swap", "swap_for", "add", "remove", "donate", "settle", "wait"], [8, 6, 4, 4, 1, 1, 2])[0]
        if step == "swap":
            walk.swap(who, came, size)
        elif step == "swap_for":
            walk.swap_for(who, came, dice.choice([0, 1_001, dice.randrange(300), dice.randrange(1_002)]), dice.randrange(3))
        elif step == "add":
            walk.add(who, size, dice.choice([size, 10 ** dice.randrange(22)]))
        elif step == "remove":
            walk.remove(who, dice.choice([0, 1, 500, 1_000]))
        elif step == "donate":
            walk.donate(who, came, dice.randrange(1, 10**9))
        elif step == "settle":
            walk.settle(who, dice.random() < 0.5)
        else:
            walk.wait(dice.choice([1, 12, 3_600]))
        walk.both_kept_the_same()
        walk.nothing_is_broken()

    done = [name for name, outcome in walk.outcomes if outcome == "done"]
    assert min(done.count(name) for name in ("swap", "swap_for", "add", "remove")) >= 100
    said = {outcome for _, outcome in walk.outcomes}
    assert {"ZERO_AMOUNT", "INSUFFICIENT_LIQUIDITY", "TOO_LITTLE_LIQUIDITY"} <= said

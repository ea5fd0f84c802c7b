"""Walks: random calls on concentrated liquidity and on its naive twin; after each both must have said and kept the same."""

import random

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.amm.calls import (
    AddLiquidityCall,
    AddRangeCall,
    CollectFeesCall,
    CollectProtocolFeesCall,
    RemoveLiquidityCall,
    SwapCall,
    SwapForCall,
    WidenObservationsCall,
)
from sim.errors import Revert
from sim.vocabulary import Refusal
from tests.amm.product_twin import AMM as TWIN_AMM
from tests.amm.ranges_twin import RangesTwin, root
from tests.amm.world import ALICE, AMM, BOB, CAROL, DAI, ETH, OPENED, PROTOCOL, RICHES, World, ranges

WHO = (ALICE, BOB, CAROL)
ASSETS = (ETH, DAI)
TERMS = [(3_000, 60, 0), (500, 10, 4), (10_000, 200, 7)]
ENDS = st.integers(-30, 30)
SIZES = st.integers(-1, 5_000) | st.integers(1, 10**19)


class Walk(RuleBasedStateMachine):
    """Three people, one amm around a price of one."""

    world: World
    twin: RangesTwin
    outcomes: list[tuple[str, str]]

    @initialize(terms=st.sampled_from(TERMS))
    def begin(self, terms: tuple[int, int, int]) -> None:
        fee, spacing, part = terms
        self.world = ranges(fee=fee, spacing=spacing, part=part)
        self.twin = RangesTwin(now=OPENED, fee=fee, spacing=spacing, part=part)
        for who in (*WHO, PROTOCOL):
            for each in (0, 1):
                self.twin.purses[who, each] = RICHES
        self.outcomes = []
        self.world.execute(ALICE, WidenObservationsCall(40))
        # Something is always there, so that prices stay where the twin can follow.
        self.add_range(PROTOCOL, -200, 200, 10**6)

    @rule(who=st.sampled_from(WHO), low=ENDS, high=ENDS, liquidity=SIZES)
    def add_range(self, who: int, low: int, high: int, liquidity: int) -> None:
        ends = low * self.twin.spacing, high * self.twin.spacing
        self.both(who, AddRangeCall(*ends, liquidity), "add_range", who, *ends, liquidity)

    @rule(who=st.sampled_from(WHO), low=ENDS, high=ENDS, first=SIZES, second=SIZES)
    def add(self, who: int, low: int, high: int, first: int, second: int) -> None:
        ends, most = (low * self.twin.spacing, high * self.twin.spacing), (max(0, first), max(0, second))
        self.both(who, AddLiquidityCall(most, lower=ends[0], upper=ends[1]), "add", who, *ends, *most)

    @rule(pick=st.integers(0, 50), thousandths=st.sampled_from([0, 1, 500, 1_000, 1_001]))
    def remove(self, pick: int, thousandths: int) -> None:
        who, *ends = self.pick(pick)
        liquidity = -(-self.twin.ranges[who, ends[0], ends[1]].liquidity * thousandths // 1_000)
        call = RemoveLiquidityCall(liquidity, lower=ends[0], upper=ends[1])
        self.both(who, call, "remove", who, *ends, liquidity)

    @rule(pick=st.integers(0, 50))
    def collect(self, pick: int) -> None:
        who, *ends = self.pick(pick)
        self.both(who, CollectFeesCall(ends[0], ends[1]), "collect", who, *ends)

    @rule()
    def collect_protocol(self) -> None:
        self.both(PROTOCOL, CollectProtocolFeesCall(), "collect_protocol", PROTOCOL)

    @rule(who=st.sampled_from(WHO), came=st.integers(0, 1), amount=SIZES, is_for=st.booleans(), limit=st.integers(-30, 30) | st.none())
    def swap(self, who: int, came: int, amount: int, is_for: bool, limit: int | None) -> None:
        """Swap, always with some price limit: the named one, or the farthest that the twin can follow."""
        far = -200 if came == 0 else 200
        bound = root((far if limit is None else limit) * self.twin.spacing)
        if is_for:
            call: SwapCall | SwapForCall = SwapForCall(ASSETS[1 - came].id, amount, 2**255, price_limit=bound)
        else:
            call = SwapCall(ASSETS[came].id, amount, 0, price_limit=bound)
        self.both(who, call, "swap", who, came, amount, bound, is_for)

    @rule(seconds=st.sampled_from([1, 12, 60]))
    def wait(self, seconds: int) -> None:
        self.twin.seal()
        self.world.now += seconds
        self.twin.now += seconds

    @rule(ago=st.integers(1, 400))
    def look_back(self, ago: int) -> None:
        self.twin.seal()
        amm, now = self.world.amm, self.world.now
        if now - ago < amm.book.observations.oldest_at:
            with pytest.raises(Revert):
                amm.mean_tick(now, ago)
        else:
            assert amm.mean_tick(now, ago) == self.twin.mean(OPENED, now - ago, now)

    def pick(self, pick: int) -> tuple[int, int, int]:
        keys = [key for key in self.twin.ranges if key[0] != PROTOCOL]
        if not keys:
            self.add_range(BOB, -1, 1, 5)
            keys = [(BOB, -self.twin.spacing, self.twin.spacing)]
        who, low, high = keys[pick % len(keys)]
        assert isinstance(who, int)
        return who, low, high

    def both(self, who: int, call: object, name: str, *arguments: object) -> None:
        before, seen = self.world.state(), self.world.amm.view(self.world.now)
        outcome = self.world.execute(who, call)
        ours = outcome.name if isinstance(outcome, Refusal) else "done"
        if isinstance(outcome, Refusal):
            assert self.world.state() == before

        assert self.twin.attempt(name, *arguments) == ours
        self.outcomes.append((name, ours))
        if ours == "done" and isinstance(call, SwapCall):
            assert self.world.said[-1][3][4:] == tuple(seen.swap_of(call.asset_in, call.amount_in, 0, call.price_limit))
        if ours == "done" and isinstance(call, SwapForCall):
            assert self.world.said[-1][3][4:] == tuple(seen.swap_for(call.asset_out, call.amount_out, 0, call.price_limit))

    @invariant()
    def both_kept_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        amm, twin = self.world.amm, self.twin
        assert (amm.book.sqrt_price, amm.book.tick, amm.book.liquidity) == (twin.price, twin.tick, twin.depth(twin.tick))
        assert list(amm.protocol_fees) == twin.protocol_owed
        for party in (*WHO, PROTOCOL, AMM):
            name = TWIN_AMM if party == AMM else party
            assert [self.world.of(party, asset) for asset in ASSETS] == [twin.has(name, 0), twin.has(name, 1)]
        ours = {key: each.liquidity for key, each in amm.book.positions.items() if each.liquidity}
        assert ours == {key: each.liquidity for key, each in twin.ranges.items() if each.liquidity}

    @invariant()
    def nothing_is_broken(self) -> None:
        if hasattr(self, "world"):
            self.world.check()


Walk.TestCase.settings = settings(max_examples=20, stateful_step_count=30)
TestWalk = Walk.TestCase


@pytest.mark.parametrize("terms", TERMS)
def test_a_long_walk_with_loaded_dice_agrees_with_the_twin(terms):
    dice, walk = random.Random(5), Walk()
    walk.begin(terms)

    for _ in range(700):
        stroll(walk, dice)
        walk.both_kept_the_same()
        walk.nothing_is_broken()

    done = [name for name, outcome in walk.outcomes if outcome == "done"]
    assert min(done.count(name) for name in ("swap", "add", "add_range", "remove", "collect")) >= 30
    assert {"BAD_RANGE", "PRICE_LIMIT", "INSUFFICIENT_LIQUIDITY", "TOO_LITTLE_LIQUIDITY"} <= {outcome for _, outcome in walk.outcomes}


def stroll(walk: Walk, dice: random.Random) -> None:
    """Take one step."""
    who, size = dice.choice(WHO), dice.choice([dice.randrange(5_000), 10 ** dice.randrange(4, 19), dice.randrange(10**17)])
    low = dice.randint(-30, 29)
    high = dice.randint(low, 30)
    step = dice.choices(["swap", "add", "add_range", "remove", "collect", "protocol", "wait", "look"], [10, 3, 3, 3, 2, 1, 3, 2])[0]
    if step == "swap":
        walk.swap(who, dice.randrange(2), size, dice.random() < 0.5, dice.choice([None, None, dice.randint(-30, 30)]))
    elif step == "add":
        walk.add(who, low, high, size, 10 ** dice.randrange(19))
    elif step == "add_range":
        walk.add_range(who, low, high, size)
    elif step == "remove":
        walk.remove(dice.randrange(50), dice.choice([0, 1, 500, 1_000, 1_000, 1_001]))
    elif step == "collect":
        walk.collect(dice.randrange(50))
    elif step == "protocol":
        walk.collect_protocol()
    elif step == "wait":
        walk.wait(dice.choice([1, 12, 60]))
    else:
        walk.look_back(dice.randrange(1, 400))

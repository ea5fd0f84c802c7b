"""Walks: random calls on an issuer and on its naive twin; after each both must have said and kept the same."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sim.claims.calls import (
    ClaimRedemptionCall,
    MintStableCall,
    RedeemStableCall,
    ReportStakeCall,
    RequestRedemptionCall,
    StakeCall,
)
from sim.claims.stable.hours import Hours
from sim.records import IssuerStated
from sim.units import WAD
from sim.vocabulary import Refusal
from tests.claims.twins import StableTwin, StakeTwin
from tests.claims.world import (
    ALICE,
    BOB,
    CAROL,
    ETH,
    FEES,
    ONE,
    ORACLE,
    START,
    STETH,
    USD,
    USDC,
    VALIDATORS,
    World,
    mint,
    stake,
)

WHO = (ALICE, BOB)
SIZES = st.integers(-1, 300) | st.integers(0, 25 * ONE) | st.integers(29 * ONE, 40 * ONE)


class Walk(RuleBasedStateMachine):
    """An issuer beside its twin."""

    world: World
    twin: Any
    outcomes: list[str]

    def both(self, who: int, call: object, name: str, *arguments: int) -> None:
        before = self.world.state()
        said = self.twin.attempt(name, *arguments)
        done = self.world.execute(who, call)
        outcome = done.name if isinstance(done, Refusal) else "done"
        if isinstance(done, Refusal):
            assert self.world.state() == before
        assert outcome == said
        self.outcomes.append(f"{name} {said}")

    @rule(turn=st.integers(0, 9), is_own=st.sampled_from([True, True, True, False]))
    def claim(self, turn: int, is_own: bool) -> None:
        requests = self.world.issuer.requests
        number = turn % (len(requests) + 1)
        owner = requests[number].owner if number else ALICE
        who = owner if is_own else ALICE + BOB - owner
        self.both(who, ClaimRedemptionCall(number), "claim", who, number)

    def wait(self, seconds: int) -> None:
        self.world.now += seconds
        self.twin.now += seconds


class StakeWalk(Walk):
    """Two people, a queue, reports, losses."""

    @initialize(
        rate=st.sampled_from([WAD, WAD * 12 // 10]),
        yearly=st.sampled_from([0, 4_000]),
        exits=st.sampled_from([0, 20 * ONE]),
        margin=st.sampled_from([0, 3_600]),
    )
    def begin(self, rate: int, yearly: int, exits: int, margin: int) -> None:
        terms = {"yearly": yearly, "fee": 1_000, "exits": exits, "reserve": ONE, "margin": margin, "most_request": 30 * ONE}
        self.world = stake(rate=rate, buffered=15 * ONE, exit_delay=86_401, **terms)
        issuer = self.world.issuer
        self.twin = StakeTwin(
            START, yearly=yearly, fee=1_000, exits=exits, delay=86_401, reserve=ONE, margin=margin, most=30 * ONE, last_report=START
        )
        for who in (*WHO, CAROL):
            self.twin.money[who], self.twin.claims[who] = 1_000 * ONE, 100 * ONE
        self.twin.buffered, self.twin.validators, self.twin.known = issuer.buffered, issuer.known, issuer.known
        self.twin.supply, self.twin.next_report, self.outcomes = 300 * ONE, issuer.next_report, []

    @rule(who=st.sampled_from(WHO), amount=SIZES)
    def stake(self, who: int, amount: int) -> None:
        self.both(who, StakeCall(amount), "stake", who, amount)

    @rule(who=st.sampled_from(WHO), shares=SIZES)
    def request(self, who: int, shares: int) -> None:
        self.both(who, RequestRedemptionCall(shares), "request", who, shares)

    @rule(hours=st.sampled_from([0, 23, 24, 49]))
    def report(self, hours: int) -> None:
        self.wait(hours * 3_600)
        self.both(ORACLE, ReportStakeCall(), "report")

    @rule(share=st.sampled_from([1, 100, 3_000]))
    def slash(self, share: int) -> None:
        self.world.issuer.slash(share)
        self.twin.slash(share)

    @invariant()
    def agree(self) -> None:
        issuer, twin = self.world.issuer, self.twin
        self.world.check()
        assert [self.world.of(who, ETH) for who in WHO] == [twin.money[who] for who in WHO]
        assert [self.world.of(who, STETH) for who in (*WHO, FEES)] == [*(twin.claims[who] for who in WHO), twin.fees]
        assert (issuer.buffered, issuer.known, issuer.shares) == (twin.buffered, twin.known, twin.supply)
        assert self.world.of(VALIDATORS, ETH) == twin.validators
        assert (issuer.next_report, list(issuer.on_way)) == (twin.next_report, twin.coming)


class StableWalk(Walk):
    """Two people, office hours, promises, money that is out of reach."""

    @initialize(fee=st.sampled_from([0, 10**6]), delay=st.sampled_from([0, 7_200]), backed=st.sampled_from([100, 4]))
    def begin(self, fee: int, delay: int, backed: int) -> None:
        hours = Hours(9 * 3_600, 17 * 3_600, works_weekends=False)
        self.world = mint(10**6, 10**10, 3 * 10**4 * backed, hours, mint_fee=fee, redeem_fee=2 * fee, delay=delay, least=5 * 10**6)
        self.twin = StableTwin(START, mint_fee=fee, redeem_fee=2 * fee, delay=delay, least=5 * 10**6, reserves=self.world.issuer.reserves)
        for who in (*WHO, CAROL):
            self.twin.money[who], self.twin.claims[who] = 10**6, 10**10
        self.outcomes = []
        self.wait(86_400 - START % 86_400 + 9 * 3_600)  # To the morning after, a Wednesday's.

    @rule(who=st.sampled_from(WHO), cents=st.integers(0, 500) | st.integers(0, 2 * 10**6))
    def mint(self, who: int, cents: int) -> None:
        self.both(who, MintStableCall(cents), "mint", who, cents)

    @rule(who=st.sampled_from(WHO), coins=st.integers(0, 6 * 10**6) | st.integers(10**7, 10**9) | st.integers(10**10, 2 * 10**10))
    def redeem(self, who: int, coins: int) -> None:
        self.both(who, RedeemStableCall(coins), "redeem", who, coins)

    @rule(hours=st.sampled_from([1, 1, 1, 1, 24, 22, 72]))
    def pass_time(self, hours: int) -> None:
        self.wait(hours * 3_600)

    @rule(share=st.sampled_from([0, 0, 800, 9_900]))
    def freeze_or_thaw(self, share: int) -> None:
        issuer = self.world.issuer
        if self.twin.frozen:
            issuer.thaw(self.twin.frozen)
            self.twin.reserves, self.twin.frozen = self.twin.reserves + self.twin.frozen, 0
        else:
            self.twin.frozen = self.twin.reserves * share // 10_000
            self.twin.reserves -= self.twin.frozen
            assert issuer.freeze(share) == self.twin.frozen

    @rule(is_paused=st.sampled_from([False, False, False, True]))
    def pause(self, is_paused: bool) -> None:
        self.world.issuer.is_paused = self.twin.paused = is_paused

    @invariant()
    def agree(self) -> None:
        issuer, twin = self.world.issuer, self.twin
        self.world.check()
        assert [self.world.of(who, USD) for who in WHO] == [twin.money[who] for who in WHO]
        assert [self.world.of(who, USDC) for who in WHO] == [twin.claims[who] for who in WHO]
        coins = sum(twin.claims.values())
        assert issuer.stated() == (IssuerStated.kind, twin.reserves, twin.frozen, coins, int(twin.paused))
        assert issuer.promised == sum(each["due"] for each in twin.promises if not each["done"])


WANTED: dict[type[Walk], set[str]] = {
    StakeWalk: {"done", "ZERO_AMOUNT", "TOO_SMALL", "TOO_LARGE", "UNKNOWN_REQUEST", "NOT_FINAL", "TOO_EARLY"},
    StableWalk: {"done", "TOO_SMALL", "ISSUER_CLOSED", "RESERVES_SHORT", "UNKNOWN_REQUEST", "NOT_FINAL", "INSUFFICIENT_BALANCE"},
}
"""What each walk must come to."""


@pytest.mark.parametrize("walk", WANTED)
def test_an_issuer_and_its_naive_twin_agree(walk):
    reached: set[str] = set()

    def teardown(self: Walk) -> None:
        reached.update(outcome.split()[1] for outcome in self.outcomes)

    counted: Any = type(walk.__name__, (walk,), {"teardown": teardown})
    run_state_machine_as_test(counted, settings=settings(max_examples=60, stateful_step_count=25, derandomize=True, deadline=None))

    assert WANTED[walk] - reached == set()

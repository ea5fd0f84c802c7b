"""Seized units swapped on an amm: the price that a lender reads there, at once or as a mean, falls on their liquidation's account."""

from fractions import Fraction

import attrs

from sim.cascade import cascade
from sim.cascade.checks import check
from sim.cascade.origin import LIQUIDATION, SWAP
from sim.facts import FeedFacts, PoolFacts
from sim.records.amm import LiquidityRemoved, Swapped
from sim.records.chain import BlockSealed
from sim.records.oracle import PriceObserved, PricePosted
from sim.units import WAD
from tests.support.tapes import CHAIN, ETH, FACTS, KEEPER, LOT, NOISE, POOL, USDC, HandTape

AMM, MOMENT = 18, 19
DOLLAR = 10**8
TERMS = {"quote": USDC, "base_first": 1, "log_ticks": 0}


def facts(kind: str, window: int = 0):
    """What a reader knows of a lender on an amm's price."""
    feed = FeedFacts(MOMENT, "moment", ETH, {AMM: 10_000}, kind, {**TERMS, "window": window} if window else TERMS)
    return attrs.evolve(FACTS, feeds=(feed,), pools=(PoolFacts(POOL, "lender", {ETH: MOMENT}, {USDC: DOLLAR}),))


@attrs.define
class OnChain:
    """Blocks every 12 seconds, with swaps in them and posts after them."""

    tape: HandTape = attrs.field(factory=HandTape)
    posted: int = 0
    last: int = 0
    rounds: int = 0

    def block(self) -> None:
        self.tape.say(CHAIN, 0, BlockSealed(1, FACTS.epoch + self.tape.kernel.now // 10**9, 0, 0, 0, 0, 0, 0))
        self.tape.wait(12)

    def swap(self, party: int, lots: int, price: int) -> int:
        """Swap ETH for USDC; the amm trades at so many dollars afterwards."""
        self.last = self.tape.say(AMM, party, Swapped(party, ETH, USDC, lots * LOT, 1, 0, price * WAD))
        return self.last

    def post(self, price: Fraction | int) -> int:
        whole = int(price * DOLLAR)
        self.rounds += 1
        self.tape.say(MOMENT, 0, PriceObserved(self.rounds, MOMENT, whole, AMM, self.last, 0, 10_000))
        before, self.posted = self.posted, whole
        return self.tape.say(MOMENT, 0, PricePosted(self.rounds, whole, before, 1, 0, 0))


def test_a_keeper_that_swaps_what_it_seized_is_the_parent_of_who_falls_by_it():
    """The keeper has 10 lots of a liquidation and swaps 15: two thirds of the fall of 30 dollars are the liquidation's."""
    chain = OnChain()
    first = chain.tape.liquidate(chain.tape.fall(chain.post(2_000)), 10)
    chain.block()
    chain.swap(KEEPER, 15, 1_970)
    fell = chain.tape.fall(chain.post(1_970))
    chain.block()
    chain.swap(NOISE, 5, 1_960)
    last = chain.tape.fall(chain.post(1_960))
    known = facts("spot")
    found = cascade(chain.tape.read(), known)

    assert check(found, chain.tape.read()) == []
    assert dict(found.falls[fell].parents) == {(LIQUIDATION, first): Fraction(2, 3), (SWAP, AMM): Fraction(1, 3)}
    assert dict(found.falls[last].parents) == {(SWAP, AMM): Fraction(1)}
    assert found.unsold == {}


def test_what_a_swap_does_to_a_mean_goes_on_after_it():
    """A mean from checkpoint to checkpoint, 24 s each. Noise takes 2,000 to 1,976 at 12 s: half of it is in the first mean, 1,988, and the
    other half in the second, beside half of what the keeper's swap at 36 s does: 1,976 - 12 = 1,964. So twelve dollars are each one's.
    """
    chain = OnChain()
    post = chain.post(2_000)
    liquidated = chain.tape.liquidate(chain.tape.fall(post), 10)
    chain.block()
    chain.swap(NOISE, 5, 1_976)
    chain.block()
    chain.post(1_988)
    chain.block()
    chain.swap(KEEPER, 10, 1_952)
    chain.block()
    fell = chain.tape.fall(chain.post(1_964))
    found = cascade(chain.tape.read(), facts("twap", window=24))

    half = Fraction(1, 2)
    assert dict(found.falls[fell].parents) == {(SWAP, AMM): half, (LIQUIDATION, liquidated): half}


def test_liquidity_that_goes_answers_for_a_change_that_no_swap_explains():
    chain = OnChain()
    chain.post(2_000)
    chain.block()
    chain.last = chain.tape.say(AMM, NOISE, LiquidityRemoved(NOISE, 0, 0, 5, 1, 1, 0, 0))
    fell = chain.tape.fall(chain.post(1_999))
    found = cascade(chain.tape.read(), facts("spot"))

    assert [origin[1] for origin, _ in found.falls[fell].parents] == [AMM]
    assert found.falls[fell].forced == 0

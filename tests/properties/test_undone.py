"""Every call that does something, once by once, reverted afterwards at two depths: nothing of it remains, in worlds of every kind."""

from typing import Any

from sim.amm.calls import SwapCall
from sim.claims.calls import ClaimRedemptionCall, MintStableCall, RedeemStableCall, ReportStakeCall, RequestRedemptionCall, StakeCall
from sim.commands import BorrowCall, PokeCall, SupplyCall
from sim.composites import AtomicCall, Step
from sim.oracle.pull_feed import UpdatePriceCall
from sim.vocabulary import Refusal
from tests.properties.test_composites import NEVER, after_a_fall, meant_well
from tests.support.composer import Composer, composer_in

ETHER, DOLLAR = 10**18, 10**6


def does(c: Composer, *steps: Step) -> bool:
    """Say whether calls would be carried out, by having them reverted afterwards."""
    return c.run(*steps, (0, NEVER))[1] == Refusal.TOO_LITTLE_GAIN


def at(c: Composer, name: str) -> Any:
    """Return the contract of a name."""
    return c.world.chain.contracts[c.place(name)]


def leaves_nothing(c: Composer, *steps: Step) -> None:
    before = c.hash()
    assert does(c, *steps), steps
    assert c.hash() == before, steps
    forgiven = c.run((0, AtomicCall((*steps, (0, NEVER)), may_fail=True)))
    assert forgiven[1] == Refusal.NONE
    assert c.hash() == before, steps


def test_no_call_of_any_lender_amm_or_auction_leaves_anything_when_it_is_reverted():
    c = after_a_fall().copy()
    done = [step for step in meant_well(c) if does(c, step)]
    for step in done:
        leaves_nothing(c, step)

    assert len(done) >= 40


def test_no_call_of_an_issuer_of_claims_leaves_anything_when_it_is_reverted():
    c = composer_in("claims.toml", 36)
    e, d = c.asset("ETH"), c.asset("USD")
    stake, mint = c.place("stake"), c.place("mint")
    assert c.run((stake, StakeCall(ETHER)), (stake, RequestRedemptionCall(ETHER // 2)), (mint, RedeemStableCall(1_000 * DOLLAR)))[1] == 0
    of_stake, of_mint = at(c, "stake").last_request, at(c, "mint").last_request
    steps: list[Step] = [
        (stake, StakeCall(ETHER)),
        (stake, RequestRedemptionCall(ETHER // 4)),
        (mint, MintStableCall(1_000 * DOLLAR)),
        (mint, RedeemStableCall(1_000 * DOLLAR)),
        (c.place("steth_eth"), SwapCall(e, ETHER, 0)),
        (c.place("usd_usdc"), SwapCall(d, DOLLAR, 0)),
    ]
    for step in steps:
        leaves_nothing(c, step)
    c.at(70)
    leaves_nothing(c, (mint, ClaimRedemptionCall(of_mint)))
    me, c.me = c.me, at(c, "stake").terms.oracle
    leaves_nothing(c, (stake, ReportStakeCall()))
    assert c.run((stake, ReportStakeCall()))[1] == Refusal.NONE
    c.me = me
    leaves_nothing(c, (stake, ClaimRedemptionCall(of_stake)))


def test_no_feed_keeps_anything_of_a_tx_that_is_reverted():
    c = composer_in("feeds.toml", 32)
    e, u = c.asset("ETH"), c.asset("USDC")
    pair, moment = c.place("pair"), c.place("on_moment")
    newest = max(at(c, "pulled").archive)
    c.at(80)
    reads: list[Any] = [(moment, SupplyCall(e, ETHER)), (moment, BorrowCall(u, DOLLAR))]
    for step in (
        (c.place("mean_sum"), PokeCall()),
        (c.place("late"), PokeCall()),
        (c.place("pulled"), UpdatePriceCall(newest)),
    ):
        leaves_nothing(c, step)
    leaves_nothing(c, (pair, SwapCall(u, 10_000 * DOLLAR, 0)), *reads)

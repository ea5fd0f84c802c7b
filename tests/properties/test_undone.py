"""Every call that does something, once by once, reverted afterwards at two depths: nothing of it remains, in worlds of every kind."""

from typing import Any

from sim.amm.calls import AddLiquidityCall, AddRangeCall, CollectFeesCall, RemoveLiquidityCall, SwapCall, WidenObservationsCall
from sim.claims.calls import ClaimRedemptionCall, MintStableCall, RedeemStableCall, ReportStakeCall, RequestRedemptionCall, StakeCall
from sim.commands import BorrowCall, PokeCall, RepayCall, SupplyCall
from sim.composites import AtomicCall, FlashLoanCall, Step
from sim.lending.compound.calls import LeaveMarketCall
from sim.lending.euler.calls import TrackLiquidityCall
from sim.lending.liquity.calls import AdjustTroveCall, LiquidateTrovesCall, OpenTroveCall, RedeemCall
from sim.lending.llamma.calls import CreateLoanCall
from sim.oracle.pull_feed import UpdatePriceCall
from sim.units import UINT256_MAX
from sim.vocabulary import Refusal
from tests.properties.test_composites import LOANS, NEVER, after_a_fall, meant_well
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
    assert does(c, *steps), (steps, c.run(*steps))
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


def sequences(c: Composer) -> list[tuple[Step, ...]]:
    """Return what one can do only after something else, or with money lent for the length of it."""
    place, e, u, m, d = c.place, c.asset("ETH"), c.asset("USDC"), c.asset("LUSD"), c.asset("DAI")
    tick = at(c, "ranges").book.tick
    low, high = tick // 60 * 60 - 600, tick // 60 * 60 + 600
    ranges, troves, bands, old, first = (place(name) for name in ("ranges", "troves", "bands", "old", "first"))
    provide = (ranges, AddLiquidityCall((ETHER, 2_000 * DOLLAR), lower=low, upper=high))
    liquidity = 10**12
    opened = (troves, OpenTroveCall(50 * ETHER, 3_000 * ETHER))
    loan = (bands, CreateLoanCall(10 * ETHER, 5_000 * DOLLAR, 10))
    lent = [
        ((place(lender), FlashLoanCall(c.asset(symbol), 10 * (DOLLAR if symbol == "USDC" else ETHER), ())),) for lender, symbol in LOANS
    ]
    return [
        (provide, (ranges, SwapCall(e, ETHER, 0)), (ranges, CollectFeesCall(low, high))),
        (provide, (ranges, RemoveLiquidityCall(liquidity, lower=low, upper=high))),
        ((ranges, AddRangeCall(low, high, liquidity)), (ranges, RemoveLiquidityCall(liquidity, lower=low, upper=high))),
        ((ranges, WidenObservationsCall(100)), (ranges, SwapCall(e, ETHER, 0))),
        (opened, (troves, AdjustTroveCall(supply=ETHER, borrow=100 * ETHER)), (troves, AdjustTroveCall(withdraw=ETHER, repay=100 * ETHER))),
        ((troves, SupplyCall(m, 50_000 * ETHER)), (troves, LiquidateTrovesCall(3)), (troves, SupplyCall(m, ETHER))),
        ((troves, LiquidateTrovesCall(30)), (troves, SupplyCall(m, 50_000 * ETHER))),
        ((troves, LiquidateTrovesCall(99)), (troves, RedeemCall(30_000 * ETHER))),
        (loan, (bands, BorrowCall(u, 100 * DOLLAR)), (bands, RepayCall(u, 500 * DOLLAR))),
        (loan, (bands, RepayCall(u, UINT256_MAX))),
        ((old, LeaveMarketCall(u)),),
        ((first, TrackLiquidityCall()), (first, SupplyCall(e, ETHER))),
        ((place("maker/flash"), FlashLoanCall(d, ETHER, ())),),
        *lent,
    ]


def test_nor_does_any_sequence_of_them_or_loan():
    c = after_a_fall().copy()
    for steps in sequences(c):
        leaves_nothing(c, *steps)


def test_no_call_of_an_issuer_of_claims_leaves_anything_when_it_is_reverted():
    c = composer_in("claims.toml", 36, "ETH", "USD", "USDC")
    e, d = c.asset("ETH"), c.asset("USD")
    stake, mint = c.place("stake"), c.place("mint")
    assert (
        c.run((stake, StakeCall(200 * ETHER)), (stake, RequestRedemptionCall(ETHER // 2)), (mint, RedeemStableCall(1_000 * DOLLAR)))[1] == 0
    )
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
    me, reporter = c.me, at(c, "stake").terms.oracle
    for instant in (70, 104):
        c.at(instant).me = reporter
        leaves_nothing(c, (stake, ReportStakeCall()))
        assert c.run((stake, ReportStakeCall()))[1] == Refusal.NONE
        c.me = me
        assert c.run(*[(stake, RequestRedemptionCall(19 * ETHER))] * 4)[1] == Refusal.NONE
    leaves_nothing(c, (stake, ClaimRedemptionCall(of_stake)))
    assert at(c, "stake").on_way
    c.at(138).me = reporter
    leaves_nothing(c, (stake, ReportStakeCall()))


def test_no_feed_keeps_anything_of_a_tx_that_is_reverted():
    c = composer_in("feeds.toml", 32, "ETH", "USDC")
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

"""Composites of up to five random calls across all contracts, with a revert at every point: no trace, no leak, books that balance.

Calls are made up from what each contract says it answers; a good part of them are meant well, so that some succeed.
"""

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.amm.calls import AddLiquidityCall, PairSwapCall, SwapCall
from sim.commands import (
    AccrueCall,
    BarkCall,
    BorrowCall,
    ExitCall,
    JoinCall,
    LiquidateCall,
    RefreshPriceCall,
    RepayCall,
    SupplyCall,
    TakeCall,
    TransferCall,
    WithdrawCall,
)
from sim.composites import COMPOSITES, AtomicCall, FlashLoanCall, RequireGainCall, Step, TipBuilderCall, brought, gained, held, owed
from sim.lending.comet.calls import AbsorbCall, BuyCollateralCall
from sim.lending.compound.calls import EnterMarketCall
from sim.lending.euler.calls import TakeOverCall
from sim.lending.liquity.calls import LiquidateListCall
from sim.lending.llamma.calls import LiquidateBandsCall
from sim.lending.morpho.calls import SeizeCall
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.support.composer import Composer, composer
from tests.support.kept import kept

NEVER = RequireGainCall(1, 10**60)
"""A step that reverts, whatever came before."""
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A world a try makes shrinking take longer than reading."""
ETHER, DOLLAR = 10**18, 10**6
DEBTORS = {
    "pool": "pool_anna",
    "old": "compound_anna",
    "new": "comet_anna",
    "blue": "morpho_anna",
    "kit": "euler_anna",
    "first": "euler_berta",
    "troves": "trove_anna",
    "bands": "bands_anna",
    "eth_a": "vault_anna",
}
ASSETS = ("ETH", "USDC", "DAI", "LUSD")
LOANS = (("pool", "USDC"), ("pool", "ETH"), ("bank", "ETH"), ("bank", "USDC"), ("ranges", "USDC"), ("maker/flash", "DAI"), ("blue", "USDC"))


@kept
def after_a_fall() -> Composer:
    """Return a world in which ether has fallen by a third, everybody above is unhealthy, and one has a position with every lender."""
    c = composer()
    e, u, d = (c.asset(symbol) for symbol in ("ETH", "USDC", "DAI"))
    for lender in ("pool", "old", "new", "blue", "kit", "first"):
        supplied = c.run((c.place(lender), SupplyCall(e, 100 * ETHER)))
        assert supplied[1] == Refusal.NONE
        c.run((c.place(lender), BorrowCall(u, 20_000 * DOLLAR)))
    assert c.run((c.place("eth_a"), SupplyCall(e, 100 * ETHER)), (c.place("eth_a"), BorrowCall(d, 20_000 * ETHER)))[1] == Refusal.NONE
    feed = c.world.feeds[c.place("eth_usd")]
    feed.price = feed.price * 2 // 3
    assert c.at(8).run((c.place("eth_a"), RefreshPriceCall()))[1] == Refusal.NONE
    assert c.run((c.place("maker/dog"), BarkCall(c.place("eth_a"), c.place("vault_anna"))))[1] == Refusal.NONE
    return c.at(12)


def meant_well(c: Composer) -> list[Step]:
    """Return calls most of which would do something."""
    e, u, d = (c.asset(symbol) for symbol in ("ETH", "USDC", "DAI"))
    place, account = c.place, {lender: c.place(name) for lender, name in DEBTORS.items()}
    steps: list[Step] = [
        (place("pool"), LiquidateCall(account["pool"], u, e, 5_000 * DOLLAR)),
        (place("pool"), LiquidateCall(account["pool"], u, e, brought(u))),
        (place("old"), LiquidateCall(account["old"], u, e, 3_000 * DOLLAR)),
        (place("new"), AbsorbCall((account["new"],))),
        (place("new"), BuyCollateralCall(e, 1_000 * DOLLAR)),
        (place("blue"), SeizeCall(account["blue"], ETHER, 0)),
        (place("kit"), TakeOverCall(account["kit"], u, e, 1_000 * DOLLAR)),
        (place("first"), TakeOverCall(account["first"], u, e, 1_000 * DOLLAR)),
        (place("troves"), LiquidateListCall((account["troves"],))),
        (place("bands"), LiquidateBandsCall(account["bands"])),
        (place("eth_a/auctions"), TakeCall(1, ETHER, 10**40)),
        (place("eth_a/auctions"), _flash_take(c)),
        (place("eth_a/auctions"), _take_that_pays_for_itself(c)),
        _absorbed_and_bought(c),
        (place("maker"), JoinCall(d, 10_000 * ETHER)),
        (place("maker"), ExitCall(d, ETHER)),
        (place("pair"), SwapCall(e, ETHER, 0)),
        (place("pair"), SwapCall(e, held(e, 500), 0)),
        (place("ranges"), SwapCall(u, gained(u), 0)),
        (place("ranges"), SwapCall(u, 1_000 * DOLLAR, 0)),
        (place("stable"), SwapCall(u, 1_000 * DOLLAR, 0)),
        (place("bands/amm"), SwapCall(u, 1_000 * DOLLAR, 0)),
        (place("pair"), AddLiquidityCall((ETHER, 2_000 * DOLLAR))),
        (place("pair"), _flash_swap(c, e)),
        (place("pair"), _flash_swap(c, u)),
        (place("token"), TransferCall(e, account["pool"], held(e, 100))),
        (place("pair"), SwapCall(e, 2 * ETHER, owed(u))),
        (0, RequireGainCall(e, -(10**30))),
        (0, TipBuilderCall(ETHER)),
    ]
    for lender in ("pool", "old", "new", "blue", "kit", "first", "eth_a"):
        debt = d if lender == "eth_a" else u
        steps += [(place(lender), SupplyCall(e, ETHER)), (place(lender), WithdrawCall(e, ETHER)), (place(lender), AccrueCall())]
        steps += [(place(lender), BorrowCall(debt, 1_000 * DOLLAR)), (place(lender), RepayCall(debt, UINT256_MAX))]
    return steps


def _flash_swap(c: Composer, back: int) -> PairSwapCall:
    """Return a flash swap of ether that is paid for in an asset."""
    return PairSwapCall((ETHER, 0), calls=((c.place("token"), TransferCall(back, c.place("pair"), owed(back))),))


def _flash_take(c: Composer) -> TakeCall:
    """Return a take of an auction by which the collateral is sold for the money it costs, in one breath."""
    e, d, engine = c.asset("ETH"), c.asset("DAI"), c.place("maker")
    pay = ((engine, ExitCall(e, brought(e))), (engine, JoinCall(d, owed(d))))
    return TakeCall(1, ETHER, 10**40, callee=c.me, data=pay)


def _take_that_pays_for_itself(c: Composer) -> TakeCall:
    """Return a take by which what is bought is swapped for what it costs, over two amms."""
    e, u, d, engine = c.asset("ETH"), c.asset("USDC"), c.asset("DAI"), c.place("maker")
    swapped = ((c.place("pair"), SwapCall(e, brought(e), 0)), (c.place("stable"), SwapCall(u, gained(u), owed(d), asset_out=d)))
    return TakeCall(1, ETHER, 10**40, callee=c.me, data=((engine, ExitCall(e, brought(e))), *swapped, (engine, JoinCall(d, owed(d)))))


def _absorbed_and_bought(c: Composer) -> Step:
    """Return an absorption with a purchase that borrowed money pays for."""
    e, u, comet = c.asset("ETH"), c.asset("USDC"), c.place("new")
    within = ((comet, BuyCollateralCall(e, 1_000 * DOLLAR)), (c.place("pair"), SwapCall(e, gained(e), owed(u))))
    return 0, AtomicCall(((comet, AbsorbCall((c.place(DEBTORS["new"]),))), (c.place("bank"), FlashLoanCall(u, 1_000 * DOLLAR, within))))


def made_up(c: Composer) -> st.SearchStrategy[Step]:
    """Return any call that any contract answers, with anything in its fields."""
    assets = st.sampled_from([c.asset(symbol) for symbol in ASSETS])
    parties = st.sampled_from([0, c.me, c.place("pool"), *(c.place(name) for name in DEBTORS.values())])
    plain = st.sampled_from([0, 1, 4, 1_000, 10**6, 10**9, 10**18, 10**21, WAD, UINT256_MAX])
    stand_ins = assets.flatmap(lambda asset: st.sampled_from([held(asset), gained(asset), brought(asset), owed(asset)]))
    kinds = [(place, kind) for place, each in c.world.chain.contracts.items() for kind in each.calls if kind not in COMPOSITES]

    def value(name: str) -> st.SearchStrategy[Any]:
        if "asset" in name or name == "to":
            return parties if name == "to" else assets
        if name in ("account", "receiver", "on_behalf", "reward_to", "pool", "callee"):
            return parties
        if name == "accounts":
            return st.tuples(parties)
        if name in ("amounts", "amounts_out", "least_amounts"):
            return st.tuples(plain, plain)
        return st.just(()) if name in ("calls", "data", "answers", "told_at") else plain | stand_ins

    def call(kind: tuple[int, type[Any]]) -> st.SearchStrategy[Step]:
        place, made = kind
        return st.tuples(st.just(place), st.tuples(*(value(name) for name in made._fields)).map(lambda fields: made(*fields)))

    return st.sampled_from(kinds).flatmap(call)


def steps(c: Composer) -> st.SearchStrategy[tuple[Step, ...]]:
    """Return up to five steps, some of them loans or attempts around others."""
    one = st.sampled_from(meant_well(c)) | made_up(c)

    def around(inner: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
        some = st.lists(inner, min_size=1, max_size=2).map(tuple)
        loans = [(c.place(lender), c.asset(symbol), 1_000 * (DOLLAR if symbol == "USDC" else ETHER)) for lender, symbol in LOANS]
        lent = st.tuples(st.sampled_from(loans), some).map(lambda pair: (pair[0][0], FlashLoanCall(pair[0][1], pair[0][2], pair[1])))
        return lent | some.map(lambda calls: (0, AtomicCall(calls, may_fail=True)))

    return st.lists(one | around(one | around(one)), min_size=1, max_size=5).map(tuple)


def with_a_revert(call: Any, at: list[int]) -> Any:
    """Return calls with a step that reverts put in at a place, counted through all that is within; ``at`` counts down."""
    made: list[Step] = []
    for place, each in call:
        if at[0] == 0:
            made.append((0, NEVER))
        at[0] -= 1
        if isinstance(each, AtomicCall):
            each = each._replace(calls=with_a_revert(each.calls, at), may_fail=False)
        elif isinstance(each, FlashLoanCall | PairSwapCall):
            each = each._replace(calls=with_a_revert(each.calls, at))
        elif isinstance(each, TakeCall) and each.callee:
            each = each._replace(data=with_a_revert(each.data, at))
        made.append((place, each))
    if at[0] == 0:
        made.append((0, NEVER))
    at[0] -= 1
    return tuple(made)


def points(call: Any) -> int:
    """Return at how many places a revert can be put in."""
    inner = (each.calls for _, each in call if isinstance(each, AtomicCall | FlashLoanCall | PairSwapCall))
    within_takes = (each.data for _, each in call if isinstance(each, TakeCall) and each.callee)
    return len(call) + 1 + sum(points(calls) for calls in (*inner, *within_takes))


@settings(max_examples=10, deadline=None, phases=UNSHRUNK, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_no_composite_leaves_a_trace_when_it_reverts_or_a_hole_when_it_does_not(data):
    c = after_a_fall().copy()
    before = c.hash()
    for composite in data.draw(st.lists(steps(c), min_size=1, max_size=3)):
        for point in range(points(composite)):
            assert c.run(*with_a_revert(composite, [point]))[1] != Refusal.NONE
            assert c.hash() == before
        _, refusal = c.run(*composite)
        assert refusal == Refusal.NONE or c.hash() == before
        before = c.hash()
        c.world.check()
        assert c.world.wiring.is_reconciled()


def test_what_is_meant_well_does_something():
    c = after_a_fall()
    done = [type(call).__name__ for place, call in meant_well(c) if c.copy().run((place, call))[1] == Refusal.NONE]

    assert len(done) >= 40
    assert {"LiquidateCall", "AbsorbCall", "SeizeCall", "TakeOverCall", "LiquidateListCall", "TakeCall", "PairSwapCall"} <= set(done)


def test_the_hash_notices_whatever_a_composite_does():
    c = after_a_fall()
    for place, call in meant_well(c):
        copy = c.copy()
        before, refusal = copy.hash(), copy.run((place, call))[1]
        does_nothing = isinstance(call, RequireGainCall | AccrueCall)

        assert does_nothing or (copy.hash() != before) == (refusal == Refusal.NONE)


def test_a_keeper_without_any_money_takes_an_auction_and_pays_with_what_it_sells():
    c = after_a_fall().copy()
    e, u, d, engine = c.asset("ETH"), c.asset("USDC"), c.asset("DAI"), c.place("maker")
    to_others = [(c.place("token"), TransferCall(asset, c.place("main"), held(asset))) for asset in (e, u, d)]
    assert c.run(*to_others)[1] == Refusal.NONE
    sell = (
        (engine, ExitCall(e, brought(e))),
        (c.place("pair"), SwapCall(e, gained(e), 0)),
        (c.place("stable"), SwapCall(u, gained(u), owed(d))),
        (engine, JoinCall(d, owed(d))),
    )
    gas, refusal = c.run((c.place("eth_a/auctions"), TakeCall(1, ETHER, 10**40, callee=c.me, data=sell)), (0, RequireGainCall(d, ETHER)))

    assert refusal == Refusal.NONE
    assert (c.held("ETH"), c.held("USDC")) == (0, 0)
    assert 300 * ETHER < c.held("DAI") < 700 * ETHER
    assert gas > 500_000
    c.world.check()


def test_a_clipper_refuses_to_be_called_in_the_middle_of_a_take():
    c = after_a_fall().copy()
    house = c.place("eth_a/auctions")

    assert c.run((house, TakeCall(1, ETHER, 10**40, callee=c.me, data=((house, TakeCall(1, 1, 10**40)),))))[1] == Refusal.REENTERED


def test_comet_compound_and_euler_hand_control_to_nobody_and_answer_within_anothers_loan():
    c = composer()
    e, u = c.asset("ETH"), c.asset("USDC")
    assert c.run((c.place("old"), EnterMarketCall(e)))[1] == Refusal.NONE
    for lender in ("new", "old", "kit"):
        within = ((c.place(lender), SupplyCall(e, brought(e))), (c.place(lender), BorrowCall(u, 1_000 * DOLLAR)))
        back = ((c.place(lender), RepayCall(u, UINT256_MAX)), (c.place(lender), WithdrawCall(e, 99 * ETHER // 100)))

        assert c.copy().run((c.place("bank"), FlashLoanCall(e, ETHER, (*within, *back))))[1] == Refusal.NONE, lender

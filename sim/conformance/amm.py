"""Automated market makers, held to outside cases through the contracts that scenarios run.

Every case builds an amm in the state it describes and sends it calls as a chain would; a refused one is rolled back and must have left
everything as it was. Senders are rich, for the cases say nothing about purses. Steps and roots, which no call shows alone, are asked of
the functions that the contract itself calls.
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from sim.amm.amm import Amm
from sim.amm.calls import AddRangeCall, PairSwapCall, SwapCall, SwapForCall, SyncCall
from sim.amm.concentrated.contract import ConcentratedAmm
from sim.amm.concentrated.log_ticks import Q96, sqrt_price_at
from sim.amm.concentrated.sqrt_prices import after_input, after_output
from sim.amm.concentrated.steps import step
from sim.amm.constant_product import rules
from sim.amm.constant_product.contract import ConstantProductAmm
from sim.amm.stableswap.contract import StableSwapAmm
from sim.amm.stableswap.pricing import MOST_ASSETS, StableTerms, quoted
from sim.amm.stableswap.rules import invariant
from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext
from sim.chain.till import Till
from sim.conformance.cases import NotCovered, Reverted
from sim.errors import Revert
from sim.ledger import Ledger
from sim.records.amm import Swapped
from sim.units import Seconds, Units

Inputs = Mapping[str, Any]
Got = dict[str, Any]
CHAIN, AMM, SENDER, PROTOCOL = range(1, 5)
FIRST_ASSET, SHARE = 1, 9
RICHES: Units = 2**250
OPENED: Seconds = 1_600_000_000


@attrs.define
class Stage:
    """A ledger with an amm's assets, and a sender who has enough of each."""

    ledger: Ledger
    till: Till
    assets: tuple[Asset, ...]
    said: list[tuple[int, ...]] = attrs.field(factory=list)
    """What the last call that succeeded said."""

    @classmethod
    def of(cls, *decimals: int) -> "Stage":
        """Return a stage for assets of so many decimals."""
        ledger = Ledger()
        assets = tuple(Asset(FIRST_ASSET + place, f"T{place}", each) for place, each in enumerate(decimals))
        for asset in (*assets, Asset(SHARE, "SHARE", 18)):
            ledger.add_asset(asset)
        stage = cls(ledger, Till(ledger, CHAIN, AMM), assets)
        for asset in assets:
            ledger.mint(asset.id, ledger.open(SENDER, CHAIN), RICHES)
        return stage

    @property
    def pair(self) -> tuple[Asset, Asset]:
        """The assets, where there are two."""
        first, second = self.assets
        return first, second

    def attempt(self, amm: Amm, call: Any, now: Seconds = OPENED) -> None:
        """Carry one call out as a tx. Raises ``Revert`` after rolling back."""
        buffer, mark = Buffer(1), self.ledger.journal.begin()
        try:
            amm.answer(call, CallContext(BlockHead(1, now, 0, 0), 1, SENDER, SENDER, AMM, {}, self.ledger.journal, buffer))
            self.said = [row for _, _, _, row in buffer.rows]
        except Revert:
            self.ledger.journal.rollback(mark)
            raise
        finally:
            self.ledger.journal.commit()

    def balances(self) -> dict[int, list[Units]]:
        """Return every balance, to compare."""
        return {asset: list(purses) for asset, purses in self.ledger.balances.items()}


# The constant product.


def pair_with(inputs: Inputs, first: str, second: str) -> tuple[Stage, ConstantProductAmm]:
    """Return a pair that holds the reserves a case names."""
    stage = Stage.of(18, 18)
    amm = ConstantProductAmm(stage.till, stage.pair, SHARE)
    set_reserves(stage, amm, (int(inputs[first]), int(inputs[second])), OPENED)
    return stage, amm


def set_reserves(stage: Stage, amm: ConstantProductAmm, reserves: tuple[Units, Units], at: Seconds) -> None:
    """Send a pair what it lacks and have it synced."""
    for asset, reserve in zip(stage.assets, reserves, strict=True):
        stage.till.take(asset.id, SENDER, reserve - stage.till.held(asset.id))
    stage.attempt(amm, SyncCall(), at)


def amount_out_case(inputs: Inputs) -> Got:
    """Return what an exact amount brings, and whether a unit more would be refused.

    Where the pair refuses for a reason of its own (nothing would come out, or a reserve would leave 112 bits) its formula answers.
    """
    stage, amm = pair_with(inputs, "reserve_in", "reserve_out")
    first, second = stage.assets
    paid, reserve = int(inputs["amount_in"]), int(inputs["reserve_out"])
    try:
        stage.attempt(amm, SwapCall(first.id, paid, 0))
        out = reserve - stage.till.held(second.id)
    except Revert:
        out = rules.amount_out(paid, int(inputs["reserve_in"]), reserve)
    return {"amount_out": out, "one_more_wei_reverts_K": not is_paid_for(inputs, (paid, 0), (0, out + 1), "reserve_in", "reserve_out")}


def is_paid_for(inputs: Inputs, paid: tuple[Units, Units], outs: tuple[Units, Units], first: str, second: str) -> bool:
    """Say whether the pair's own door lets so much out for so much in; a refusal must leave everything as it was."""
    stage, amm = pair_with(inputs, first, second)
    for asset, amount in zip(stage.assets, paid, strict=True):
        stage.till.take(asset.id, SENDER, amount)
    before = stage.balances(), amm.reserves, amm.cumulative
    try:
        stage.attempt(amm, PairSwapCall(outs))
    except Revert:
        assert (stage.balances(), amm.reserves, amm.cumulative) == before
        return False
    return True


def amount_in_case(inputs: Inputs) -> Got:
    """Return what an exact amount costs; where a reserve would leave 112 bits its formula answers."""
    stage, amm = pair_with(inputs, "reserve_in", "reserve_out")
    first, second = stage.assets
    out, reserve = int(inputs["amount_out"]), int(inputs["reserve_in"])
    try:
        stage.attempt(amm, SwapForCall(second.id, out, RICHES))
        return {"amount_in": stage.till.held(first.id) - reserve}
    except Revert:
        return {"amount_in": rules.amount_in(out, reserve, int(inputs["reserve_out"]))}


def product_case(inputs: Inputs) -> Got:
    """Return whether what came in pays for what goes out."""
    paid = int(inputs["amount0_in"]), int(inputs["amount1_in"])
    outs = int(inputs["amount0_out"]), int(inputs["amount1_out"])
    return {"ok": is_paid_for(inputs, paid, outs, "reserve0", "reserve1")}


def cumulative_case(inputs: Inputs) -> Got:
    """Return the cumulative prices after a sequence of events, and as they stood after the second last."""
    stage = Stage.of(18, 18)
    amm = ConstantProductAmm(stage.till, stage.pair, SHARE)
    told: list[tuple[int, int]] = []
    for event in inputs["events"]:
        at = OPENED + int(event["t"])
        if "reserve0" in event:
            set_reserves(stage, amm, (int(event["reserve0"]), int(event["reserve1"])), at)
        elif "swap_to" in event:
            swap_to(stage, amm, (int(event["swap_to"][0]), int(event["swap_to"][1])), at)
        else:
            stage.attempt(amm, SyncCall(), at)
        told.append(amm.cumulative)
    got = {"price0_cum": amm.cumulative[0], "price1_cum": amm.cumulative[1]}
    return got | {f"price0_cum_at_{event['t']}": sums[0] for event, sums in zip(inputs["events"], told, strict=True)}


def swap_to(stage: Stage, amm: ConstantProductAmm, reserves: tuple[Units, Units], at: Seconds) -> None:
    """Swap a pair to other reserves by its own door."""
    outs = [max(0, before - after) for before, after in zip(amm.reserves, reserves, strict=True)]
    for asset, before, after in zip(stage.assets, amm.reserves, reserves, strict=True):
        stage.till.take(asset.id, SENDER, max(0, after - before))
    stage.attempt(amm, PairSwapCall((outs[0], outs[1])), at)


def protocol_shares_case(inputs: Inputs) -> Got:
    """Return the shares that the protocol gets at the next change of liquidity: here one that adds nothing, and is asked directly."""
    stage, amm = pair_with(inputs, "reserve0", "reserve1")
    amm.fee_to, amm.product_then = PROTOCOL, int(inputs["k_last"])
    stage.till.issue(SHARE, SENDER, int(inputs["total_supply"]))
    for asset in stage.assets:
        stage.till.take(asset.id, SENDER, amm.reserves[0])
    amm.mint(SENDER, OPENED)
    return {"liquidity": stage.till.of(SHARE, PROTOCOL)}


# Concentrated liquidity.


def concentrated_at(stage: Stage, sqrt_price: int, fee: int = 3_000, spacing: int = 60) -> ConcentratedAmm:
    """Return an amm without liquidity at a price."""
    return ConcentratedAmm.opened(stage.till, stage.pair, fee, spacing, sqrt_price, OPENED)


def sqrt_price_case(inputs: Inputs) -> Got:
    """Return a tick's root."""
    return {"sqrt_ratio": sqrt_price_at(int(inputs["tick"]))}


def tick_case(inputs: Inputs) -> Got:
    """Return the tick at which an amm opens."""
    return {"tick": concentrated_at(Stage.of(18, 18), int(inputs["sqrt_ratio"])).book.tick}


def step_case(inputs: Inputs) -> Got:
    """Return one step of a swap."""
    names = ("sqrt_cur", "sqrt_target", "liquidity", "amount_remaining", "fee_pips")
    made = step(*(int(inputs[name]) for name in names))
    return {"sqrt_next": made.sqrt_price, "amount_in": made.amount_in, "amount_out": made.amount_out, "fee_amount": made.fee}


def input_case(inputs: Inputs) -> Got:
    """Return the root that an amount in leads to."""
    return {"sqrt_q": after_input(*_root_and_amount(inputs), is_first=inputs["zero_for_one"])}


def output_case(inputs: Inputs) -> Got:
    """Return the root that an amount out leads to."""
    return {"sqrt_q": after_output(*_root_and_amount(inputs), is_first=not inputs["zero_for_one"])}


def _root_and_amount(inputs: Inputs) -> tuple[int, int, int]:
    return int(inputs["sqrt_p"]), int(inputs["liquidity"]), int(inputs["amount"])


def pool_swap_case(inputs: Inputs) -> Got | Reverted:
    """Return what one swap does to an amm that holds the ranges a case lists."""
    stage, amm = concentrated_of(inputs["pool"])
    call = swap_of(stage, inputs)
    before = stage.balances(), amm.scene, amm.book.growth
    ticks, held = dict(amm.book.ticks), [stage.till.held(asset.id) for asset in stage.assets]
    tick_before, growth = amm.book.tick, amm.book.growth
    try:
        stage.attempt(amm, call)
    except Revert as revert:
        is_as_it_was = (stage.balances(), amm.scene, amm.book.growth) == before and amm.book.ticks == ticks
        return Reverted(revert.reason.name, is_as_it_was)
    amm._check()
    book, moved = amm.book, [stage.till.held(asset.id) - was for asset, was in zip(stage.assets, held, strict=True)]
    return {
        "amount0_delta": moved[0],
        "amount1_delta": moved[1],
        "tick_before": tick_before,
        "tick_after": book.tick,
        "fee_growth_global0_x128_delta": book.growth[0] - growth[0],
        "fee_growth_global1_x128_delta": book.growth[1] - growth[1],
        "sqrt_price_after": book.sqrt_price,
        "liquidity_after": book.liquidity,
        "pool_price_after_5sig": book.sqrt_price**2 / Q96**2,
    }


def concentrated_of(told: Mapping[str, Any]) -> tuple[Stage, ConcentratedAmm]:
    """Return an amm with the ranges a case lists, put in by calls."""
    stage = Stage.of(18, 18)
    amm = concentrated_at(stage, int(told["start_sqrt_price"]), int(told["fee_pips"]), int(told["tick_spacing"]))
    for each in told["positions"]:
        stage.attempt(amm, AddRangeCall(int(each["tick_lower"]), int(each["tick_upper"]), int(each["liquidity"])))
    return stage, amm


def swap_of(stage: Stage, inputs: Inputs) -> SwapCall | SwapForCall:
    """Return the call that a case makes; an amount below zero is one to come out."""
    amount, limit = int(inputs["amount_specified"]), int(inputs["sqrt_price_limit"])
    came, went = stage.assets if inputs["zero_for_one"] else reversed(stage.assets)
    if amount > 0:
        return SwapCall(came.id, amount, 0, price_limit=limit)
    return SwapForCall(went.id, -amount, RICHES, price_limit=limit)


# Stableswap.


def stableswap_of(balances: list[str], decimals: list[int], amplification: str, fee: str = "0") -> tuple[Stage, StableSwapAmm]:
    """Return a stableswap that holds the balances a case names."""
    stage = Stage.of(*decimals)
    reserves = tuple(int(balance) for balance in balances)
    amm = StableSwapAmm(stage.till, StableTerms(stage.assets, int(amplification), int(fee)), SHARE, reserves)
    for asset, reserve in zip(stage.assets, reserves, strict=True):
        stage.till.take(asset.id, SENDER, reserve)
    return stage, amm


def invariant_case(inputs: Inputs) -> Got:
    """Return a stableswap's invariant, and whether its solver got there; of more assets than ours has, the solver's own answer."""
    count = len(inputs["xp"])
    if 2 <= count <= MOST_ASSETS:
        solved = stableswap_of(inputs["xp"], [18] * count, inputs["A"])[1].invariant
    else:
        solved = invariant([int(balance) for balance in inputs["xp"]], int(inputs["A"]) * count)
    return {"D": solved.value, "converged_within_255": solved.has_converged}


def exchange_case(inputs: Inputs) -> Got:
    """Return what an exchange brings, the fee on it, and what the contract's own quote would have said."""
    decimals = [36 - len(rate) + 1 for rate in inputs["rates"]]
    stage, amm = stableswap_of(inputs["balances"], decimals, inputs["A"], inputs["fee"])
    came, went, paid = int(inputs["i"]), int(inputs["j"]), int(inputs["dx"])
    view = quoted(amm.terms, amm.reserves, came, went, paid)
    stage.attempt(amm, SwapCall(stage.assets[came].id, paid, 0, asset_out=stage.assets[went].id))
    (row,) = stage.said
    told = Swapped(*row[1:])
    return {"dy": told.amount_out, "fee": told.fee, "get_dy_view": view}


CASES: dict[str, Callable[[Inputs], Got | Reverted]] = {
    "get_amount_out": amount_out_case,
    "get_amount_in": amount_in_case,
    "k_check": product_case,
    "cumulative": cumulative_case,
    "mint_fee": protocol_shares_case,
    "getSqrtRatioAtTick": sqrt_price_case,
    "getTickAtSqrtRatio": tick_case,
    "computeSwapStep": step_case,
    "getNextSqrtPriceFromInput": input_case,
    "getNextSqrtPriceFromOutput": output_case,
    "pool_swap": pool_swap_case,
    "get_D": invariant_case,
    "exchange": exchange_case,
}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got | Reverted:
    """Return what our amms say to one case, keyed as it is expected; a revert of a formula is let through."""
    function = CASES.get(case["inputs"]["fn"])
    if function is None:
        raise NotCovered(case["inputs"]["fn"])
    return function(case["inputs"])

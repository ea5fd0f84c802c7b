"""Compound v2 held to outside cases: each is a liquidation that the pool itself carries out.

Cases give mantissa prices; ours are assets of 28 decimals, whose mantissa price is the posted one digit for digit.
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from sim.assets import Asset
from sim.commands import BorrowCall, LiquidateCall, SupplyCall
from sim.conformance.cases import NotCovered
from sim.conformance.compound_stage import CHAIN, KEEPER, LENDER, NOW, OWNER, POOL, SetPrices, Stage, ledger_of, said
from sim.errors import Revert
from sim.lending.compound import rules
from sim.lending.compound.calls import EnterMarketCall
from sim.lending.compound.opening import open_account, open_supply
from sim.lending.compound.pool import CompoundPool
from sim.lending.compound.rules import JumpRate, Sums
from sim.lending.compound.terms import SEIZE_SHARE, CompoundTerms, MarketTerms
from sim.records.comet import SharesSeized
from sim.units import WAD, Units, Wad

Inputs = Mapping[str, Any]
Got = dict[str, Any]

LENT, LOCKED = Asset(1, "LENT", 28), Asset(2, "LOCKED", 28)
PLENTY: Units = 10**40
STILL = JumpRate(WAD)
"""No interest: no case has any."""


def build(rate: Wad, factor: Wad = 0, close: Wad = 9 * WAD // 10, incentive: Wad = WAD, seize_share: Wad = SEIZE_SHARE) -> Stage:
    """Return a pool with plenty to lend, whose collateral market opens at an exchange rate."""
    ledger, prices = ledger_of(LENT, LOCKED), SetPrices({LENT.id: WAD, LOCKED.id: WAD})
    markets = (MarketTerms(LENT, rate=STILL), MarketTerms(LOCKED, factor, rate=STILL, initial_exchange_rate=rate))
    pool = CompoundPool.of(POOL, CHAIN, CompoundTerms(markets, close, incentive, seize_share), prices, ledger, NOW)
    stage = Stage(pool, ledger, prices)
    open_supply(pool, LENDER, LENT.id, PLENTY)
    stage.give(KEEPER, LENT, PLENTY)
    return stage


def put_account(stage: Stage, rate: Wad, debt: Units) -> None:
    """Give the owner more shares than any case seizes, and a debt."""
    open_account(stage.pool, OWNER, {LOCKED.id: PLENTY // WAD * rate}, {LENT.id: debt})


def seize_case(inputs: Inputs) -> Got:
    """Return the shares that a repayment seizes, from an account that owes more than it may repay."""
    rate, repaid = int(inputs["exchange_rate"]), int(inputs["repay"])
    stage = build(rate, incentive=int(inputs["liquidation_incentive"]))
    put_account(stage, rate, 2 * repaid + 2)
    stage.prices.prices = {LENT.id: int(inputs["price_borrowed"]), LOCKED.id: int(inputs["price_collateral"])}
    return {"error": "NO_ERROR", "seize_tokens": _liquidate(stage, repaid)}


def split_case(inputs: Inputs) -> Got:
    """Return who gets seized shares: prices are such that a unit repaid seizes a share."""
    rate, seized = int(inputs["exchange_rate"]), int(inputs["seize_tokens"])
    stage = build(rate, seize_share=int(inputs["protocol_seize_share"]))
    put_account(stage, rate, 2 * seized + 2)
    stage.prices.prices = {LENT.id: rate, LOCKED.id: WAD}
    market = stage.pool.state.markets[LOCKED.id]
    shares, reserves = market.shares, market.reserves
    rows = stage.execute(KEEPER, LiquidateCall(OWNER, LENT.id, LOCKED.id, seized))
    (told,) = said(rows, SharesSeized)
    assert told.shares + told.burnt == seized
    return {
        "protocol_tokens": told.burnt,
        "liquidator_tokens": stage.pool.state.shares_of(KEEPER, LOCKED.id),
        "reserves_added_underlying": market.reserves - reserves,
        "total_supply_decrease": shares - market.shares,
    }


def close_case(inputs: Inputs) -> Got:
    """Return the most that may be repaid, and whether a repayment passes."""
    factor, debt = int(inputs["close_factor"]), int(inputs["borrow_balance"])
    stage = build(WAD, close=factor)
    put_account(stage, WAD, debt)
    most = {"max_close": rules.most_repaid(stage.pool.state.terms.close_factor, debt)}
    try:
        _liquidate(stage, int(inputs["repay"]))
    except Revert as revert:
        return {**most, "error": revert.reason.name}
    return {**most, "error": "NO_ERROR"}


def sequence_case(inputs: Inputs) -> Got:
    """Return what each step of a story did to one account that supplied, entered and borrowed."""
    rate, price = int(inputs["exchange_rate"]), int(inputs["price_borrow"])
    stage = build(rate, int(inputs["collateral_factor"]), int(inputs["close_factor"]))
    stage.prices.prices = {LENT.id: price, LOCKED.id: WAD}
    stage.give(OWNER, LOCKED, int(inputs["mint_underlying"]))
    for call in (
        SupplyCall(LOCKED.id, int(inputs["mint_underlying"])),
        EnterMarketCall(LOCKED.id),
        BorrowCall(LENT.id, int(inputs["borrow"])),
    ):
        stage.execute(OWNER, call)
    return {"steps": [_step(stage, step) for step in inputs["steps"]]}


def _step(stage: Stage, step: Inputs) -> Got:
    before, seized, error = _liquidity(stage), 0, "NO_ERROR"
    state = stage.pool.state
    match step["op"]:
        case "set_incentive":
            state.terms = attrs.evolve(state.terms, incentive=int(step["incentive"]))
        case "set_price":
            stage.prices.prices[LOCKED.id] = int(step["price"])
        case "liquidate":
            try:
                seized = _liquidate(stage, int(step["repay"]))
            except Revert as revert:
                error = revert.reason.name
        case other:
            raise NotCovered(other)
    shares, rate = state.shares_of(OWNER, LOCKED.id), state.snapshot(LOCKED.id).exchange_rate
    return {
        "error": error,
        "seize_tokens": seized,
        "borrow": state.debt(OWNER, state.positions.peek(OWNER), LENT.id, state.markets[LENT.id].debt_index),
        "collateral_ctokens": shares,
        "collateral_underlying": rules.units_for(shares, rate),
        "account_liquidity": _liquidity(stage),
        "liquidity_change": _liquidity(stage) - before,
    }


def _liquidate(stage: Stage, repaid: Units) -> int:
    """Liquidate the owner; return all shares seized."""
    (told,) = said(stage.execute(KEEPER, LiquidateCall(OWNER, LENT.id, LOCKED.id, repaid)), SharesSeized)
    seized: int = told.shares + told.burnt
    return seized


def _liquidity(stage: Stage) -> Wad:
    sums: Sums = stage.pool.state.sums(OWNER, stage.pool.state.stored())
    return sums.collateral - sums.debt


CASES: dict[str, Callable[[Inputs], Got]] = {
    "liquidateCalculateSeizeTokens": seize_case,
    "seize_split": split_case,
    "close_factor": close_case,
    "liquidation_sequence": sequence_case,
}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got:
    """Return what the pool does with one case, keyed as it is expected; a revert that left no trace is let through."""
    inputs = case["inputs"]
    if inputs["fn"] not in CASES:
        raise NotCovered(inputs["fn"])
    return CASES[inputs["fn"]](inputs)

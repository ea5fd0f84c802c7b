"""Comet held to outside cases: the pool itself judges accounts, absorbs them, quotes and sells."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.assets import Asset
from sim.conformance.cases import NotCovered
from sim.conformance.compound_stage import CHAIN, KEEPER, LENDER, NOW, OWNER, POOL, SetPrices, Stage, ledger_of, said
from sim.errors import Revert
from sim.lending.comet.absorb import quote_collateral
from sim.lending.comet.calls import AbsorbCall, BuyCollateralCall
from sim.lending.comet.opening import open_reserves, open_supply
from sim.lending.comet.pool import CometPool
from sim.lending.comet.rules import INDEX, Indices
from sim.lending.comet.terms import CollateralTerms, CometTerms
from sim.records.comet import Absorbed, CollateralAbsorbed
from sim.units import WAD, Units
from sim.vocabulary import Refusal

Inputs = Mapping[str, Any]
Got = dict[str, Any]
BASE = 1
PLENTY: Units = 10**30


def build(inputs: Inputs, assets: Sequence[Inputs] = (), store_front: int = WAD // 2, target: Units = 0) -> Stage:
    """Return a pool with the assets of a case at their prices, and with no money in it."""
    base = Asset(BASE, "BASE", _digits(inputs.get("base_scale", 10**6)))
    known = [Asset(BASE + place, f"LOCKED{place}", _digits(each["scale"])) for place, each in enumerate(assets, start=1)]
    collaterals = tuple(CollateralTerms(asset, 0, int(each["lcf"]), int(each["lf"])) for asset, each in zip(known, assets, strict=True))
    prices = SetPrices({asset.id: int(each["price"]) for asset, each in zip(known, assets, strict=True)})
    prices.prices[BASE] = int(inputs.get("base_price", 10**8))
    ledger = ledger_of(base, *known)
    terms = CometTerms(base, collaterals, store_front_factor=store_front, target_reserves=target)
    return Stage(CometPool.of(POOL, CHAIN, terms, prices, ledger, NOW), ledger, prices)


def put_account(stage: Stage, inputs: Inputs) -> None:
    """Give the owner the principal and the collateral of a case, at its indices."""
    state, principal = stage.pool.state, int(inputs["principal"])
    open_supply(stage.pool, LENDER, PLENTY)
    state.book(state.supplied * INDEX)
    state.indices = Indices(int(inputs["supply_index"]), int(inputs["borrow_index"]))
    state.book(-state.supplied * state.indices.supply)
    for asset, each in zip(state.terms.by_asset, inputs["assets"], strict=True):
        state.purse.bring(asset, int(each["balance"]))
        state.add_collateral(OWNER, asset, int(each["balance"]))
    account = state.positions.touch(OWNER)
    state.positions.put(account.debts if principal < 0 else account.idle, BASE, abs(principal))
    state.owed += max(0, -principal)
    state.supplied += max(0, principal)
    state.book(max(0, -principal) * state.indices.debt - max(0, principal) * state.indices.supply)
    stage.pool._check()


def liquidatable_case(inputs: Inputs) -> Got:
    """Return whether the pool would absorb an account: by its own test, by its screen, and by doing so."""
    stage = build(inputs, inputs["assets"])
    put_account(stage, inputs)
    state = stage.pool.state
    is_short = state.is_short(OWNER, is_borrowing=False)
    stage.pool.screen(NOW)
    if all(state.posted_prices().values()):
        assert is_short == (OWNER in stage.pool.fell)
    try:
        stage.execute(KEEPER, AbsorbCall((OWNER,)))
    except Revert:
        assert not is_short
    return {"liquidatable": is_short}


def absorb_case(inputs: Inputs) -> Got:
    """Return what absorbing an account did."""
    stage = build(inputs, inputs["assets"])
    put_account(stage, inputs)
    state = stage.pool.state
    before = state.balance(OWNER)
    rows = stage.execute(KEEPER, AbsorbCall((OWNER,)))
    stage.pool._check()
    (told,), seized = said(rows, Absorbed), said(rows, CollateralAbsorbed)
    assert told.debt == -before
    paid = told.paid_out * told.price // state.terms.base.unit
    return {
        "old_balance": before,
        "new_balance": told.credited,
        "new_principal": state.principal(OWNER),
        "base_paid_out": told.paid_out,
        "usd_paid_out": paid,
        "collateral": [{"seized": each.seized, "usd_value": each.value} for each in seized],
        "reserves_change": -told.paid_out,
    }


def quote_case(inputs: Inputs) -> Got:
    """Return what base buys at the storefront: as quoted, as planned by a desk, and as sold."""
    asset = {"scale": inputs["asset_scale"], "price": inputs["asset_price"], "lcf": WAD, "lf": inputs["liquidation_factor"]}
    stage = build(inputs, [asset], int(inputs["store_front_price_factor"]), PLENTY)
    paid, locked = int(inputs["base_amount"]), BASE + 1
    state = stage.pool.state
    quoted = quote_collateral(state, locked, paid)
    if not paid:
        return {"collateral": quoted}
    state.purse.bring(locked, quoted)
    state.own[locked] = quoted
    stage.give(KEEPER, state.terms.base, paid)
    stage.execute(KEEPER, BuyCollateralCall(locked, paid, quoted))
    assert stage.ledger.balance(locked, stage.ledger.open(KEEPER, CHAIN)) == quoted
    stage.pool._check()
    return {"collateral": quoted}


def gate_case(inputs: Inputs) -> Got:
    """Return whether the storefront is open: as a desk sees it, and as a buyer finds it."""
    reserves = int(inputs["reserves"])
    asset = {"scale": 10**18, "price": 10**8, "lcf": WAD, "lf": WAD}
    stage = build({}, [asset], target=int(inputs["target_reserves"]))
    open_reserves(stage.pool, max(0, reserves))
    if reserves < 0:
        # Somebody supplied, and so much of it is gone.
        open_supply(stage.pool, LENDER, -reserves)
        stage.pool.state.purse.spend(BASE, -reserves)
        stage.pool.state.book(reserves * INDEX)
    state = stage.pool.state
    assert state.reserves(NOW) == reserves
    state.purse.bring(BASE + 1, WAD)
    state.own[BASE + 1] = WAD
    stage.give(KEEPER, state.terms.base, 1)
    is_for_sale = stage.pool.view(NOW).is_for_sale
    try:
        stage.execute(KEEPER, BuyCollateralCall(BASE + 1, 1))
    except Revert as revert:
        assert (revert.reason, is_for_sale) == (Refusal.NOT_FOR_SALE, False)
        return {"for_sale": False}
    assert is_for_sale
    return {"for_sale": True}


def _digits(scale: Any) -> int:
    return len(str(scale)) - 1


CASES: dict[str, Callable[[Inputs], Got]] = {
    "isLiquidatable": liquidatable_case,
    "absorb": absorb_case,
    "quoteCollateral": quote_case,
    "buyCollateral_gate": gate_case,
}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got:
    """Return what the pool does with one case, keyed as it is expected; a revert that left no trace is let through."""
    inputs = case["inputs"]
    if inputs["fn"] not in CASES:
        raise NotCovered(inputs["fn"])
    return CASES[inputs["fn"]](inputs)

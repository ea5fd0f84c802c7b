"""Euler held to outside cases, through the pool that scenarios run.

Where a case's values can be made of one collateral and one debt, that account is opened, and a rich liquidator takes its debt over; what
moved is what is told. Cases whose values come of more than they say are put to the step that the call takes (``opportunity``).
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext
from sim.conformance.cases import NotCovered, Reverted
from sim.errors import Revert
from sim.fixed import div_up
from sim.ledger import Ledger
from sim.lending.euler import v1, v2
from sim.lending.euler.book import Reading
from sim.lending.euler.calls import TakeOverCall
from sim.lending.euler.liquidate import opportunity_of
from sim.lending.euler.opening import open_account, open_supply
from sim.lending.euler.pool import EulerPool
from sim.lending.euler.rules import PRICE_SCALE
from sim.lending.euler.terms import AssetTerms, EulerTerms, Ltv
from sim.records.lending import BadDebt
from sim.units import BPS_ONE, UINT256_MAX, AssetId, Bps, Place, Price, Seconds, Seq

Inputs = Mapping[str, Any]
Got = dict[str, Any]

DEBT, GEM, RICHES = 1, 2, 3
POOL: Place = 10
CHAIN: Place = 11
OWNER, SENDER, LENDER = 20, 21, 22
OPENED: Seconds = 1_704_067_200
FINE = 40
"""Decimals with which any value of a case is some price times its units."""


@attrs.frozen
class SetPrices:
    """Prices as a case has them."""

    prices: Mapping[AssetId, Price]

    def price(self, asset: AssetId) -> Price:
        """Return the case's price."""
        return self.prices[asset]

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        """Return the case's price, as posted at the opening."""
        return self.prices[asset], OPENED, 0


@attrs.define
class Stage:
    """A pool in which one account owes one asset against one other, and a rich sender."""

    pool: EulerPool
    ledger: Ledger

    def take_over(self, amount: int) -> list[tuple[int, ...]]:
        """Take the account's debt over in a tx; return the rows it said. Raises ``Revert`` after rolling back."""
        journal, buffer = self.ledger.journal, Buffer(1)
        context = CallContext(BlockHead(1, OPENED, 0, 0), 1, SENDER, SENDER, POOL, {}, journal, buffer)
        mark = journal.begin()
        try:
            self.pool.answer(TakeOverCall(OWNER, DEBT, GEM, amount), context)
        except Revert:
            journal.rollback(mark)
            raise
        finally:
            journal.commit()
        return [row for _, _, _, row in buffer.rows]

    def opportunity(self) -> Any:
        """Return what the sender may do at most."""
        return opportunity_of(self.pool.state, SENDER, TakeOverCall(OWNER, DEBT, GEM, UINT256_MAX), OPENED)


def build(terms: EulerTerms, prices: Mapping[AssetId, Price], owed: int, balance: int) -> Stage:
    """Return a stage: the account's debt comes out of a lender's supply."""
    ledger = Ledger()
    for each in terms.assets:
        ledger.add_asset(each.asset)
    pool = EulerPool.of(POOL, CHAIN, terms, SetPrices(prices), ledger, OPENED)
    open_supply(pool, LENDER, DEBT, owed)
    open_account(pool, OWNER, {GEM: balance}, {DEBT: owed})
    open_supply(pool, SENDER, RICHES, 10**32)
    return Stage(pool, ledger)


def v1_case(inputs: Inputs) -> Got | Reverted:
    """Return what v1 lets be liquidated."""
    given = {name: int(value) for name, value in inputs.items() if name != "fn"}
    stage = _v1_stage(given)
    if stage is None:
        case = v1.Case(
            given["col_val"],
            given["liab_val"],
            given["price_u"],
            given["price_c"],
            given["owed"],
            given["col_bal"],
            given["cf"],
            given["bf"],
            given["avg_liq"],
        )
        return _v1_told(v1.opportunity(case))
    told = _v1_told(stage.opportunity())
    if not told["repay"]:
        return told
    stage.take_over(UINT256_MAX)
    state = stage.pool.state
    moved = {
        "repay_pre_fees": given["owed"] - state.owed(OWNER, DEBT) // v1.DEBT_PRECISION,
        "repay": state.owed(SENDER, DEBT) // v1.DEBT_PRECISION,
        "yield_": state.shares(SENDER, GEM),
    }
    return told | moved


def _v1_stage(given: Mapping[str, int]) -> Stage | None:
    """Return the stage that has a case's values, None where one collateral and one debt do not make them."""
    factors, prices = (given["cf"], given["bf"]), (given["price_u"], given["price_c"])
    if any(factor % v1.PER_BPS for factor in factors) or any(price % PRICE_SCALE for price in prices) or not given["owed"]:
        return None
    assets = (
        AssetTerms(Asset(DEBT, "DEBT", 18), borrow_factor=given["bf"] // v1.PER_BPS),
        AssetTerms(Asset(GEM, "GEM", 18), collateral_factor=given["cf"] // v1.PER_BPS),
        AssetTerms(Asset(RICHES, "RICHES", 18), collateral_factor=BPS_ONE),
    )
    posted = {DEBT: given["price_u"] // PRICE_SCALE, GEM: given["price_c"] // PRICE_SCALE, RICHES: 10**8}
    stage = build(EulerTerms(v1.RULES, assets), posted, given["owed"], given["col_bal"])
    weighed = stage.pool.state.weigh(OWNER, OPENED, is_liquidation=True)
    if (weighed.collateral, weighed.liability) != (given["col_val"], given["liab_val"]):
        return None
    stage.pool.state.averages[SENDER] = (given["avg_liq"], OPENED)
    return stage


def _v1_told(found: v1.OpportunityV1) -> Got:
    return {
        "health_score": found.health,
        "base_discount": found.base_discount,
        "discount": found.discount,
        "conversion_rate": found.conversion,
        "repay_pre_fees": found.moved,
        "repay": found.repay,
        "yield_": found.yielded,
    }


def v2_case(inputs: Inputs) -> Got | Reverted:
    """Return what v2 lets be liquidated, and what it writes off."""
    given = {name: int(value) for name, value in inputs.items() if name != "fn"}
    stage, desired = _v2_stage(given), given.get("desired")
    if stage is None or desired == 0:
        case = v2.Case(*(given[name] for name in ("liab", "liab_val", "col_adj", "col_bal", "col_val", "max_disc_bps")))
        found = v2.opportunity(case)
        share = found.part(desired, *_none(given))
        written_off = found.socialised(share, share.shares < given["col_bal"], socialises=True)
        return _v2_told(found) | {"repay": share.moved, "yield_": share.shares, "debt_socialized": written_off}
    told = _v2_told(stage.opportunity())
    if told["discount_factor"] is None:
        return told
    rows = stage.take_over(UINT256_MAX if desired is None else desired)
    state = stage.pool.state
    return told | {
        "repay": div_up(state.owed(SENDER, DEBT), v2.DEBT_PRECISION),
        "yield_": state.shares(SENDER, GEM),
        "debt_socialized": sum(row[3] for row in rows if row[0] == BadDebt.kind),
    }


def _none(given: Mapping[str, int]) -> tuple[Any, Any]:
    """Return the books of a vault that is what its account has: v2 does not look at them to size a share."""
    return Reading(given["col_bal"], given["col_bal"], 0, 0, 10**27), v2.RULES.precision(Asset(GEM, "GEM", 18))


def _v2_told(found: v2.OpportunityV2) -> Got:
    return {"max_repay": found.repay, "max_yield": found.shares, "discount_factor": found.factor}


def _v2_stage(given: Mapping[str, int]) -> Stage | None:
    """Return the stage that has a case's values, None where no loan-to-value in bps makes the adjusted one of the plain one."""
    ltv = _ltv(given["col_val"], given["col_adj"])
    if ltv is None or not given["liab"] or not given["col_bal"] or given["max_disc_bps"] >= BPS_ONE:
        return None
    assets = (
        AssetTerms(Asset(DEBT, "DEBT", FINE), most_discount=given["max_disc_bps"]),
        AssetTerms(Asset(GEM, "GEM", FINE)),
        AssetTerms(Asset(RICHES, "RICHES", 18)),
    )
    ltvs = (Ltv(DEBT, GEM, ltv, ltv), Ltv(DEBT, RICHES, BPS_ONE, BPS_ONE))
    prices = {DEBT: _price(given["liab_val"], given["liab"]), GEM: _price(given["col_val"], given["col_bal"]), RICHES: 10**8}
    return build(EulerTerms(v2.RULES, assets, ltvs), prices, given["liab"], given["col_bal"])


def _ltv(value: int, adjusted: int) -> Bps | None:
    """Return the loan-to-value that makes one of the other."""
    if not value:
        return BPS_ONE
    ltv = div_up(adjusted * BPS_ONE, value)
    return ltv if ltv <= BPS_ONE and value * ltv // BPS_ONE == adjusted else None


def _price(value: int, units: int) -> Price:
    """Return the posted price at which units of so many decimals have a value, once it is rounded down; never 0."""
    return max(1, div_up(value * 10**FINE, units * PRICE_SCALE))


CASES: dict[str, Callable[[Inputs], Got | Reverted]] = {"compute_liq_opp": v1_case, "calculate_liquidation": v2_case}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got | Reverted:
    """Return what our pool says to one case, keyed as it is expected."""
    function = CASES.get(case["inputs"]["fn"])
    if function is None:
        raise NotCovered(case["inputs"]["fn"])
    return function(case["inputs"])

"""Morpho Blue held to outside cases, through the market that scenarios run.

Every case builds the state it describes and sends calls as a chain would: a refused one is rolled back. Liquidators are rich, for the
cases say nothing of purses. Interest is taken from a market whose debt is one wad at a fixed rate, so that it is the growth itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext
from sim.commands import AccrueCall, SupplyCall
from sim.conformance.cases import NotCovered, Reverted
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.morpho import rules
from sim.lending.morpho.calls import SeizeCall
from sim.lending.morpho.market import MorphoMarket
from sim.lending.morpho.rates import FixedRate
from sim.lending.morpho.rules import Totals
from sim.lending.morpho.terms import MarketTerms
from sim.records.lending import BadDebt
from sim.units import WAD, AssetId, Party, Place, Price, Seconds

Inputs = Mapping[str, Any]
Got = dict[str, Any]

GEM, LOAN = Asset(1, "GEM", 18), Asset(2, "LOAN", 18)
MARKET: Place = 10
CHAIN: Place = 11
OWNER, SENDER = 20, 21
OPENED: Seconds = 1_704_067_200
RICHES = 10**40


@attrs.frozen
class SetOracle:
    """An oracle that says what a case says, nothing included."""

    value: int

    def price(self) -> int:
        """Return the case's price."""
        return self.value

    def posted(self, asset: AssetId) -> Price:
        """Return nothing: cases know no other prices."""
        return 0


@attrs.define
class Stage:
    """A market and its ledger."""

    market: MorphoMarket
    ledger: Ledger

    def attempt(self, call: Any, sender: Party, now: Seconds = OPENED) -> list[tuple[int, ...]]:
        """Carry one call out as a tx; return the rows it said. Raises ``Revert`` after rolling back."""
        journal, buffer = self.ledger.journal, Buffer(1)
        context = CallContext(BlockHead(1, now, 0, 0), 1, sender, sender, MARKET, {}, journal, buffer)
        mark = journal.begin()
        try:
            self.market.answer(call, context)
        except Revert:
            journal.rollback(mark)
            raise
        finally:
            journal.commit()
        return [row for _, _, _, row in buffer.rows]

    def state(self) -> Any:
        """Return all that a call could have changed, to compare."""
        balances = {asset: list(purses) for asset, purses in self.ledger.balances.items()}
        return balances, self.market.totals, self.market.debtor(OWNER, 0), self.market.collateral, dict(self.market.held)


def build(lltv: int, price: int = 0, totals: Totals | None = None, rate: int = 0) -> Stage:
    """Return a market with these totals, their units in its purse, and a rich sender."""
    ledger = Ledger()
    for asset in (GEM, LOAN):
        ledger.add_asset(asset)
    market = MorphoMarket.of(MARKET, CHAIN, MarketTerms(GEM, LOAN, lltv, FixedRate(rate)), SetOracle(price), ledger, OPENED)
    market.totals = totals or Totals()
    ledger.mint(LOAN.id, ledger.open(SENDER, CHAIN), RICHES)
    free = max(0, market.liquidity())
    ledger.mint(LOAN.id, market.purse, free)
    market.held[LOAN.id] = free
    return Stage(market, ledger)


def incentive_case(inputs: Inputs) -> Got:
    """Return the incentive of a market."""
    return {"lif": build(int(inputs["lltv"])).market.terms.incentive}


def liquidate_case(inputs: Inputs) -> Got | Reverted:
    """Return what a liquidation does."""
    given = {name: int(value) for name, value in inputs.items() if name != "fn"}
    totals = Totals(given["tsa"], given["tsa"] * rules.VIRTUAL_SHARES, given["tba"], given["tbs"])
    stage = build(given["lltv"], given["price"], totals)
    market, ledger = stage.market, stage.ledger
    market.add_debt(OWNER, given["borrow_shares"])
    market.add_collateral(OWNER, given["collateral"])
    ledger.mint(GEM.id, market.purse, given["collateral"])
    market.held[GEM.id] = given["collateral"]

    before = stage.state()
    try:
        rows = stage.attempt(SeizeCall(OWNER, given["seized"], given["repaid_shares"]), SENDER)
    except Revert as revert:
        return Reverted(revert.reason.name, stage.state() == before)
    after, left = market.totals, market.debtor(OWNER, 0)
    bad_debt = sum(row[3] for row in rows if row[0] == BadDebt.kind)
    repaid_assets = RICHES - ledger.balance(LOAN.id, ledger.open(SENDER, CHAIN))
    # Shares that were written off are those that neither the owner nor the payment accounts for.
    repaid_shares = rules.taken_for(totals, before[2]._replace(price=given["price"]), given["seized"], given["repaid_shares"]).shares
    return {
        "lif": market.terms.incentive,
        "seized": ledger.balance(GEM.id, ledger.open(SENDER, CHAIN)),
        "repaid_shares": repaid_shares,
        "repaid_assets": repaid_assets,
        "borrow_shares_after": left.shares,
        "collateral_after": left.collateral,
        "total_borrow_assets": after.borrow_assets,
        "total_borrow_shares": after.borrow_shares,
        "total_supply_assets": after.supply_assets,
        "bad_debt_assets": bad_debt,
        "bad_debt_shares": given["borrow_shares"] - left.shares - repaid_shares,
    }


def interest_case(inputs: Inputs) -> Got:
    """Return what a wad of debt grows by; what no market could hold is taken from the sum itself."""
    growth = rules.compounded(int(inputs["x"]), int(inputs["n"]))
    if growth + WAD > rules.MOST:
        return {"result": growth}
    stage = build(0, totals=Totals(WAD, WAD * rules.VIRTUAL_SHARES, WAD, WAD * rules.VIRTUAL_SHARES), rate=int(inputs["x"]))
    stage.attempt(AccrueCall(), SENDER, OPENED + int(inputs["n"]))
    return {"result": stage.market.totals.borrow_assets - WAD}


def shares_case(inputs: Inputs) -> Got:
    """Return what assets and shares are worth in each other; a supply says what it gives."""
    assets = int(inputs["assets"])
    totals = Totals(int(inputs["total_assets"]), int(inputs["total_shares"]))
    stage = build(0, totals=totals)
    if assets:
        stage.attempt(SupplyCall(LOAN.id, assets), SENDER)
    return {
        "to_shares_down": stage.market.positions.peek(SENDER).idle.get(LOAN.id, 0),
        "to_shares_up": rules.to_shares_up(assets, *totals[:2]),
        "to_assets_down_of_same_number": totals.worth(assets),
        "to_assets_up_of_same_number": rules.to_assets_up(assets, *totals[:2]),
    }


CASES: dict[str, Callable[[Inputs], Got | Reverted]] = {
    "lif": incentive_case,
    "liquidate": liquidate_case,
    "wTaylorCompounded": interest_case,
    "shares": shares_case,
}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got | Reverted:
    """Return what our market says to one case, keyed as it is expected."""
    function = CASES.get(case["inputs"]["fn"])
    if function is None:
        raise NotCovered(case["inputs"]["fn"])
    return function(case["inputs"])

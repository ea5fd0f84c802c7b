"""What a borrower does to its account, as the calls that its lender answers, whatever the family.

Supply, withdraw, borrow and repay are common calls; a loan in bands and a trove are opened and closed by calls of their own, Compound v2
counts what it was told to. An amount beyond what there is stands for all of it: of a debt, of a collateral, of the purse. What a lender
refuses it refuses by itself. Left out: whether an act is wise.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

import attrs

from sim.commands import BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.fixed import share_up
from sim.lending.compound.calls import EnterMarketCall
from sim.lending.compound.views import CompoundView
from sim.lending.liquity.calls import ClaimSurplusCall, CloseTroveCall, OpenTroveCall
from sim.lending.liquity.views import LiquityView
from sim.lending.llamma.calls import CreateLoanCall
from sim.lending.llamma.views import LlammaView
from sim.lending.morpho.views import MarketView
from sim.scenario.values import Amount
from sim.units import UINT256_MAX, AssetId, Gas, Nanos, Units
from strategies.borrowers.rescue import ROOM_BPS

PLAIN_GAS: Gas = 600_000
"""Gas limit of a call, a third above the dearest."""
BANDS_GAS: Gas = 3_500_000
"""Of a call that moves up to fifty bands."""
Deed: TypeAlias = Literal["open", "supply", "borrow", "repay", "withdraw", "close", "claim"]


@attrs.frozen
class Act:
    """One act of a plan."""

    at: Nanos = attrs.field(validator=attrs.validators.ge(0))
    """When."""
    do: Deed
    """What: open (supply and borrow), supply, borrow, repay, withdraw, close (repay and withdraw all), claim (what a closed trove left)."""
    amount: Amount | None = None
    """How much; more than there is means all. To open with: the collateral."""
    debt: Amount | None = None
    """To open with: how much to borrow."""
    bands: int = attrs.field(default=10, validator=attrs.validators.ge(1))
    """To open with, where collateral goes into bands: how many."""
    pool: int = attrs.field(default=0, validator=attrs.validators.ge(0))
    """In which of its pools, counted from 0."""


class Step(NamedTuple):
    """One call of an act, and what it takes from the purse."""

    call: Any
    asset: AssetId = 0
    pays: Units = 0
    gas: Gas = PLAIN_GAS


class Means(NamedTuple):
    """An account as its owner sees it: the lender, the position, and what is free on the chain."""

    view: Any
    position: Any
    free: dict[AssetId, Units]


def steps_of(act: Act, amount: tuple[AssetId, Units], debt: tuple[AssetId, Units], means: Means) -> list[Step]:
    """Return the calls of an act in sequence; none where there is nothing to do. Amounts are in units; asset 0 stands for none named."""
    match act.do:
        case "open":
            return list(_open(act, amount, debt, means))
        case "supply":
            return list(_supply(*amount, means))
        case "borrow":
            return [Step(BorrowCall(*amount), gas=_gas(means))]
        case "repay":
            return list(_repay(*amount, means))
        case "withdraw":
            return [_withdraw(*amount, means)]
        case "close":
            return list(_close(means))
        case "claim":
            return [Step(ClaimSurplusCall())] if isinstance(means.view, LiquityView) else []


def _open(act: Act, amount: tuple[AssetId, Units], debt: tuple[AssetId, Units], means: Means) -> Iterator[Step]:
    asset, units = amount[0], min(amount[1], means.free.get(amount[0], 0))
    if isinstance(means.view, LiquityView):
        yield Step(OpenTroveCall(units, debt[1]), asset, units)
    elif isinstance(means.view, LlammaView):
        yield Step(CreateLoanCall(units, debt[1], act.bands), asset, units, BANDS_GAS)
    else:
        yield from _supply(*amount, means)
        yield Step(BorrowCall(*debt), gas=_gas(means))


def _supply(asset: AssetId, units: Units, means: Means) -> Iterator[Step]:
    units = min(units, means.free.get(asset, 0))
    if units:
        yield Step(SupplyCall(asset, units), asset, units, _gas(means))
        if isinstance(means.view, CompoundView) and not _counts(asset, means):
            yield Step(EnterMarketCall(asset))


def _repay(asset: AssetId, units: Units, means: Means) -> Iterator[Step]:
    """Yield the repayment of as much as is named, owed and in the purse. All is a little more than the debt seen, for interest."""
    owed, free = _debt(asset, means), means.free.get(asset, 0)
    if units < owed or free < owed:
        paid = min(units, owed, free)
        if paid:
            yield Step(RepayCall(asset, paid), asset, paid, _gas(means))
    elif owed:
        whole = min(owed + share_up(owed, ROOM_BPS), free)
        # Morpho Blue refuses more than is owed, and knows the largest number; so does Liquity, whose trove keeps the least debt.
        is_named = isinstance(means.view, MarketView | LiquityView)
        yield Step(RepayCall(asset, UINT256_MAX if is_named else whole), asset, whole, _gas(means))


def _withdraw(asset: AssetId, units: Units, means: Means) -> Step:
    held = next((each.units for each in means.position.collaterals if each.asset == asset), None)
    return Step(WithdrawCall(asset, units if held is None else min(units, held)), gas=_gas(means))


def _close(means: Means) -> Iterator[Step]:
    """Yield what pays all debts back and takes all collateral out; what accrues meanwhile stays."""
    if isinstance(means.view, LiquityView):
        for owed in means.position.debts:
            yield Step(CloseTroveCall(), owed.asset, owed.units)
        return
    for owed in means.position.debts:
        yield from _repay(owed.asset, UINT256_MAX, means)
    if not isinstance(means.view, LlammaView):  # A loan in bands that is paid back gives its bands back by itself.
        for held in means.position.collaterals:
            yield _withdraw(held.asset, UINT256_MAX, means)


def _debt(asset: AssetId, means: Means) -> Units:
    return next((each.units for each in means.position.debts if each.asset == asset), 0)


def _counts(asset: AssetId, means: Means) -> bool:
    return any(each.asset == asset and each.counts for each in means.position.holdings)


def _gas(means: Means) -> Gas:
    return BANDS_GAS if isinstance(means.view, LlammaView) else PLAIN_GAS

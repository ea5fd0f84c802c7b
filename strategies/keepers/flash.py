"""Liquidations with borrowed money, planned: a flash loan, the liquidation, a swap of what it gives, and the loan given back, in one tx.

A plan is worked out on views of the last block seen: what the lender lends and asks, what the pool's own sums offer (``seizures``), what
an amm would pay for the collateral. Plans that go into one tx swap one after the other, so each is weighed with those before it in
its way. Gains are counted in the asset that was owed, and weighed against gas in the gas asset, at what an amm or the first venue
pays for it. Left out: collateral that is absorbed and bought (Comet), paid by a stability pool (Liquity) or sold at auction (vaults);
swaps over several amms; selling on a venue, which no tx reaches.

The pattern is as old as flash loans: [Qin, Zhou, Livshits & Gervais 2021, Attacking the DeFi Ecosystem with Flash Loans]; in 2020 already a
good part of liquidations was paid so [Qin, Zhou, Gamito, Jovanovic & Gervais 2021, An Empirical Study of DeFi Liquidations].
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.agents.flash import FlashOffer
from sim.amm.calls import SwapCall
from sim.commands import LiquidateCall
from sim.composites import AtomicCall, FlashLoanCall, RequireGainCall, Step, brought, gained
from sim.fixed import mul_div_down, mul_div_up
from sim.lending.aave.views import PoolView, largest_liquidation
from sim.lending.lender import Seizure
from sim.units import BPS_ONE, AssetId, Bps, Gas, Party, Place, Units
from strategies.keepers.profit import MARGIN_BPS, Stall

LIQUIDATION_GAS: Gas = 350_000
"""What a liquidation in a pool of the Aave family takes, typically."""
AROUND_GAS: Gas = 260_000
"""What a flash loan and a swap take, typically."""
SPARE_GAS_BPS: Bps = 15_000
"""Gas limit over what is typical."""
PARTS = (1, 2, 4, 8)
"""Where an amm does not pay for all of a liquidation, it may for a half, a quarter, an eighth."""


class Plan(NamedTuple):
    """One liquidation that pays for itself."""

    pool: Place
    account: Party
    steps: tuple[Step, ...]
    asset: AssetId
    """Which was owed, and in which the gain stays."""
    gain: Units
    """What is left of the swap after the loan and its fee; gas not paid."""
    swap: tuple[Place, AssetId, Units]
    """The amm, what is swapped there, and how much."""
    gas: Gas


@attrs.define
class Means:
    """Who lends and who swaps, as one's desk shows it in one decision, and what one's own plans have swapped already."""

    amms: dict[Place, Any]
    lenders: dict[AssetId, tuple[FlashOffer, ...]]
    gas_asset: AssetId
    stall: Stall | None
    """The first venue: it prices gas where no amm does."""
    sold: dict[tuple[Place, AssetId], Units] = attrs.field(factory=dict)

    @classmethod
    def seen(cls, desk: Desk) -> "Means":
        """Return them as of the last block seen."""
        connections = desk.connections
        amms = {amm: view for amm in connections.amms if (view := desk.amm(amm)) is not None}
        lenders = {asset: desk.flash_loans(asset) for asset in connections.assets}
        stall = Stall.seen(desk, connections.venues[0], 0, 0) if connections.venues else None
        return cls(amms, lenders, connections.gas_asset, stall)

    def best(self, pool: Place, view: Any, account: Any) -> Plan | None:
        """Return the plan of an account's liquidation that gains most; None where none gains. Cost: a settlement and swap for each size."""
        return max(self._plans(pool, view, account), key=_gain, default=None)

    def take(self, plan: Plan) -> None:
        """Count a plan's swap as made: what comes after it gets what it leaves."""
        amm, asset, units = plan.swap
        self.sold[amm, asset] = self.sold.get((amm, asset), 0) + units

    def exchange(self, asset: AssetId, units: Units) -> tuple[Place, Units]:
        """Return the amm that pays most gas money for units of an asset, and how much; 0 and 0 where none does."""
        found = [(amm, view.swap_of(asset, units, self.gas_asset)) for amm, view in self.amms.items() if units > 0]
        paid = [(amm, int(swap.amount_out)) for amm, swap in found if swap is not None]
        return max(paid, key=_paid, default=(0, 0))

    def in_gas(self, asset: AssetId, units: Units) -> Units:
        """Return what units of an asset would fetch in gas money, in an amm or on the first venue; 0 where none trades the two."""
        if asset == self.gas_asset:
            return units
        _, fetched = self.exchange(asset, units)
        if fetched or self.stall is None:
            return fetched
        instrument = self.stall.instrument
        return self.stall.in_gas(units) if (self.gas_asset, asset) == (instrument.base.id, instrument.quote.id) else 0

    def _plans(self, pool: Place, view: Any, account: Any) -> Iterator[Plan]:
        purse = {debt.asset: self._most(debt.asset) for debt in account.debts}
        for whole in seizures(view, account, purse):
            for part in PARTS:
                sizes = [whole] if part == 1 else _parts(view, account, whole, purse, whole.paid // part)
                found = [plan for size in sizes for plan in self._of(pool, account.account, size)]
                yield from found
                if found:
                    break  # Smaller ones gain less as a rule, and leave something to do for the next tx.

    def _of(self, pool: Place, account: Party, size: Seizure) -> Iterator[Plan]:
        """Yield the plans of one liquidating call: at each amm that takes the collateral, by the cheapest lender that is not that amm."""
        loan = size.paid + mul_div_up(size.paid, MARGIN_BPS, BPS_ONE)
        for amm in self.amms:
            fetched = self.fetched(amm, size.gets, size.got, size.pays)
            lender = next((each for each in self.lenders.get(size.pays, ()) if each.place != amm and each.most >= loan), None)
            gain = fetched - size.paid - lender.cost(loan) if lender and fetched else 0
            if lender is not None and gain > 0:
                within = ((pool, size.call), (amm, SwapCall(size.gets, gained(size.gets), 0, asset_out=size.pays)))
                steps: tuple[Step, ...] = ((lender.place, FlashLoanCall(size.pays, loan, within)),)
                yield Plan(pool, account, steps, size.pays, gain, (amm, size.gets, size.got), size.gas + AROUND_GAS)

    def fetched(self, amm: Place, asset: AssetId, units: Units, wanted: AssetId) -> Units:
        """Return what an amm would pay for units after all that was counted as swapped; 0 where it would refuse."""
        before = self.sold.get((amm, asset), 0)
        first = self.amms[amm].swap_of(asset, before, wanted) if before else None
        both = self.amms[amm].swap_of(asset, before + units, wanted)
        return 0 if both is None else both.amount_out - (first.amount_out if first else 0)

    def _most(self, asset: AssetId) -> Units:
        """Return the largest debt that a loan pays, with its margin."""
        most = max((each.most for each in self.lenders.get(asset, ())), default=0)
        return mul_div_down(most, BPS_ONE, BPS_ONE + MARGIN_BPS)


def seizures(view: Any, account: Any, purse: Mapping[AssetId, Units]) -> Iterator[Seizure]:
    """Yield the calls that liquidate an account, as large as a purse pays for, of those that pay for what they get."""
    if not isinstance(view, PoolView):
        found = view.seizures(account, purse) if hasattr(view, "seizures") else ()
        yield from (each for each in found if each.paid and each.got and each.gets != each.pays)
        return
    for debt in account.debts:
        for held in account.collaterals:
            quote = largest_liquidation(view, account, debt.asset, held.asset, purse.get(debt.asset, 0))
            if held.asset != debt.asset and quote is not None and quote.repaid and quote.seized:
                call = LiquidateCall(account.account, debt.asset, held.asset, brought(debt.asset))  # It takes what it may.
                yield Seizure(call, debt.asset, quote.repaid, held.asset, quote.seized, LIQUIDATION_GAS)


def composite(plans: Iterable[Plan], means: Means, worth: Units, least: Units) -> AtomicCall:
    """Return the call that carries plans of one asset out, and turns what is left into gas money where an amm does that.

    Of several, each is undone alone where it fails. All of it reverts where less is gained than a least amount of gas money; ``worth`` is
    what the whole gain is in that.
    """
    several = tuple(plans)
    asset, gain = several[0].asset, sum(plan.gain for plan in several)
    within: tuple[Step, ...] = tuple((0, AtomicCall(plan.steps, may_fail=True)) for plan in several)
    steps = several[0].steps if len(several) == 1 else within
    amm, _ = means.exchange(asset, gain)
    if asset == means.gas_asset or amm:
        swap: tuple[Step, ...] = ((amm, SwapCall(asset, gained(asset), 0, asset_out=means.gas_asset)),) if asset != means.gas_asset else ()
        return AtomicCall((*steps, *swap, (0, RequireGainCall(means.gas_asset, least))))
    return AtomicCall((*steps, (0, RequireGainCall(asset, mul_div_up(gain, least, worth) if worth else gain))))


def _parts(view: Any, account: Any, whole: Seizure, purse: Mapping[AssetId, Units], most: Units) -> list[Seizure]:
    smaller = seizures(view, account, {**purse, whole.pays: most})
    return [each for each in smaller if (each.pays, each.gets) == (whole.pays, whole.gets)]


def _paid(found: tuple[Place, Units]) -> Units:
    return found[1]


def _gain(plan: Plan) -> Units:
    return plan.gain

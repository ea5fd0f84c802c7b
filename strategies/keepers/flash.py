"""Liquidations with borrowed money, planned: a flash loan, the liquidation, a swap of what it gives, and the loan given back, in one tx.

A plan is worked out on views of the last block seen: what the lender lends and asks, what the pool's own sums offer (``approaches``), what
amms would pay for the collateral (``routes``). Plans that go into one tx stand in each other's way, so each is weighed with those before
it: in the amms, and in a Comet's stock. What needs no money (Liquity's) is not lent any. Gains are counted in the asset that was owed, or
in gas money where none was, and weighed against gas in the gas asset, at what an amm or the first venue pays for it. Left out: swaps
over a third asset; selling on a venue, which no tx reaches.

The pattern is as old as flash loans: [Qin, Zhou, Livshits & Gervais 2021, Attacking the DeFi Ecosystem with Flash Loans]; in 2020 already a
good part of liquidations was paid so [Qin, Zhou, Gamito, Jovanovic & Gervais 2021, An Empirical Study of DeFi Liquidations].
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.agents.flash import FlashOffer
from sim.amm.calls import SwapCall
from sim.composites import AtomicCall, FlashLoanCall, RequireGainCall, Step, gained
from sim.fixed import mul_div_down, mul_div_up
from sim.lending.lender import Seizure
from sim.units import BPS_ONE, AssetId, Bps, Gas, Party, Place, Units, WeiPerGas
from strategies.keepers.approaches import Approach, approach_to
from strategies.keepers.profit import MARGIN_BPS, Stall
from strategies.keepers.routes import Leg, Routes, fetched_by, swaps

AROUND_GAS: Gas = 260_000
"""What a flash loan and a swap take, typically."""
SWAP_GAS: Gas = 150_000
"""What each further swap takes, typically, or one without a loan."""
SPARE_GAS_BPS: Bps = 15_000
"""Gas limit over what is typical."""
PARTS = (1, 2, 4, 8)
"""Where amms do not pay for all of a liquidation, they may for a half, a quarter, an eighth."""


class Plan(NamedTuple):
    """One liquidation that pays for itself."""

    pool: Place
    account: Party
    steps: tuple[Step, ...]
    asset: AssetId
    """In which the gain stays."""
    gain: Units
    """What is left of the swap after the loan and its fee; gas not paid."""
    sells: AssetId
    """What is swapped,"""
    legs: tuple[Leg, ...]
    """and where."""
    gas: Gas
    leaves: Any = None
    """The pool as it is afterwards, where that matters for what comes next."""


@attrs.define
class Means:
    """Who lends and who swaps, as one's desk shows it in one decision, and what one's own plans have swapped already."""

    routes: Routes
    lenders: dict[AssetId, tuple[FlashOffer, ...]]
    gas_asset: AssetId
    stall: Stall | None
    """The first venue: it prices gas where no amm does."""
    pieces: int = 1
    """Into which a swap may be divided."""
    gas_price: WeiPerGas = 0
    """By which a further swap is weighed."""
    pools: dict[Place, Any] = attrs.field(factory=dict)
    """As one's own plans leave them."""

    @classmethod
    def seen(cls, desk: Desk, pieces: int = 1, gas_price: WeiPerGas = 0) -> "Means":
        """Return them as of the last block seen."""
        connections = desk.connections
        lenders = {asset: desk.flash_loans(asset) for asset in connections.assets}
        stall = Stall.seen(desk, connections.venues[0], 0, 0) if connections.venues else None
        return cls(Routes.seen(desk), lenders, connections.gas_asset, stall, pieces, gas_price)

    def best(self, pool: Place, view: Any, account: Any) -> Plan | None:
        """Return the plan of an account's liquidation that gains most; None where none gains. Cost: a settlement and swap for each size."""
        found = approach_to(pool, self.pools.get(pool, view), account)
        return max(self._plans(pool, found, account.account), key=self._worth, default=None)

    def take(self, plan: Plan) -> None:
        """Count a plan as carried out: what comes after it gets what it leaves."""
        self.routes.take(plan.sells, plan.legs)
        if plan.leaves is not None:
            self.pools[plan.pool] = plan.leaves

    def in_gas(self, asset: AssetId, units: Units) -> Units:
        """Return what units of an asset would fetch in gas money, in an amm or on the first venue; 0 where none trades the two."""
        if asset == self.gas_asset:
            return units
        _, fetched = self.exchange(asset, units)
        if fetched or self.stall is None:
            return fetched
        instrument = self.stall.instrument
        return self.stall.in_gas(units) if (self.gas_asset, asset) == (instrument.base.id, instrument.quote.id) else 0

    def exchange(self, asset: AssetId, units: Units) -> tuple[Place, Units]:
        """Return the amm that pays most gas money for units of an asset, and how much; 0 and 0 where none does."""
        found = [(amm, view.swap_of(asset, units, self.gas_asset)) for amm, view in self.routes.amms.items() if units > 0]
        paid = [(amm, int(swap.amount_out)) for amm, swap in found if swap is not None]
        return max(paid, key=_paid, default=(0, 0))

    def ways(self, asset: AssetId, units: Units, wanted: AssetId) -> list[tuple[Leg, ...]]:
        """Return ways to swap units: through each amm, and divided among them where that is worth the gas of the further swaps."""
        found = self.routes.whole(asset, units, wanted)
        if self.pieces == 1 or len(found) < 2:
            return found
        divided, most = self.routes.divided(asset, units, wanted, self.pieces), max(fetched_by(way) for way in found)
        more = self.in_gas(wanted, max(0, fetched_by(divided) - most))
        return [divided, *found] if more > (len(divided) - 1) * SWAP_GAS * self.gas_price else found

    def _plans(self, pool: Place, found: Approach, account: Party) -> Iterator[Plan]:
        purse = {asset: self._most(asset) for asset in found.owed}
        for whole in found.seizures(purse):
            for part in PARTS if whole.paid else (1,):
                sizes = [whole] if part == 1 else _same(found.seizures({**purse, whole.pays: whole.paid // part}), whole)
                plans = [plan for size in sizes for plan in self._of(pool, account, found, size)]
                yield from plans
                if plans:
                    break  # Smaller ones gain less as a rule, and leave something to do for the next tx.

    def _of(self, pool: Place, account: Party, found: Approach, size: Seizure) -> Iterator[Plan]:
        """Yield the plans of one liquidating call."""
        plans = self._with_loan(pool, found, size) if size.paid else self._without(pool, found, size)
        used = found.gas + size.gas
        leaves = found.leaves(size)
        for steps, asset, gain, legs, around in plans:
            yield Plan(pool, account, (*found.before, *steps), asset, gain, size.gets, legs, used + around, leaves)

    def _with_loan(
        self, pool: Place, found: Approach, size: Seizure
    ) -> Iterator[tuple[tuple[Step, ...], AssetId, Units, tuple[Leg, ...], Gas]]:
        """Yield it at each amm that takes the collateral, by the cheapest lender that is not that amm."""
        loan = size.paid + mul_div_up(size.paid, MARGIN_BPS, BPS_ONE)
        for legs in self.ways(size.gets, size.got, size.pays):
            amms = [leg.amm for leg in legs]
            lender = next((each for each in self.lenders.get(size.pays, ()) if each.place not in amms and each.most >= loan), None)
            gain = fetched_by(legs) - size.paid - lender.cost(loan) if lender else 0
            if lender is not None and gain > 0:
                within = ((pool, size.call), *swaps(size.gets, legs, size.pays))
                yield (
                    ((lender.place, FlashLoanCall(size.pays, loan, within)),),
                    size.pays,
                    gain,
                    legs,
                    AROUND_GAS + SWAP_GAS * (len(legs) - 1),
                )

    def _without(
        self, pool: Place, found: Approach, size: Seizure
    ) -> Iterator[tuple[tuple[Step, ...], AssetId, Units, tuple[Leg, ...], Gas]]:
        """Yield it where nothing is paid: all that is got becomes gas money, or stays where no amm gives any for what comes besides."""
        gas, besides = self.gas_asset, self.exchange(size.besides, size.besides_got) if size.besides not in (0, self.gas_asset) else (0, 0)
        more: tuple[Step, ...] = ((besides[0], SwapCall(size.besides, gained(size.besides), 0, asset_out=gas)),) if besides[0] else ()
        for legs in self.ways(size.gets, size.got, gas) if size.gets != gas else [()]:
            gain = (fetched_by(legs) if legs else size.got) + besides[1]
            count = len(legs) + len(more)
            yield ((pool, size.call), *swaps(size.gets, legs, gas), *more), gas, gain, legs, SWAP_GAS * count

    def _worth(self, plan: Plan) -> tuple[Units, Units]:
        return self.in_gas(plan.asset, plan.gain), plan.gain

    def _most(self, asset: AssetId) -> Units:
        """Return the largest debt that a loan pays, with its margin."""
        most = max((each.most for each in self.lenders.get(asset, ())), default=0)
        return mul_div_down(most, BPS_ONE, BPS_ONE + MARGIN_BPS)


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


def _same(sizes: Iterable[Seizure], whole: Seizure) -> list[Seizure]:
    return [each for each in sizes if (each.pays, each.gets) == (whole.pays, whole.gets)]


def _paid(found: tuple[Place, Units]) -> Units:
    return found[1]

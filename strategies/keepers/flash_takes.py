"""A take from a Dutch auction without money, planned: collateral out, into amms, and what it fetched pays, all within the take.

The house sends collateral before it is paid, and calls back in between (clip.sol's callee): there it is taken out of the engine, swapped
for the money, and as much of that as is owed is brought in. Planned for the price at the next block, which is a matter of arithmetic; the
take names the price that the swap pays as its highest, for a block may come early. The whole of a sale is tried first, then a half, a
quarter, an eighth, as far as the house sells parts. Left out: swaps over a third asset, internal money that one has already.

Source: the callees that Maker's keepers took to from 2021 on (exchange-callees, ``clipperCall``).
"""

from collections.abc import Iterator
from typing import NamedTuple

from sim.agents.connections import Premises
from sim.auction import gas
from sim.auction.clipper_rules import NO_TAKES, Purchase
from sim.auction.dutch_views import DutchSaleView, DutchView
from sim.commands import ExitCall, JoinCall, TakeCall
from sim.composites import brought, owed
from sim.errors import Revert
from sim.fixed import div_up
from sim.lending.vault import gas as vault_gas
from sim.units import RAD, RAY, WAD, AssetId, Gas, Party, Ray, Seconds, Units, Wad
from sim.vocabulary import Refusal
from strategies.keepers.flash import PARTS, SWAP_GAS, Means, Plan
from strategies.keepers.routes import fetched_by, swaps

TAKE_GAS: Gas = gas.TAKE_LAST + vault_gas.EXIT + vault_gas.JOIN + SWAP_GAS
"""What such a take uses, typically."""


class Lot(NamedTuple):
    """One sale of a house, and who would take it."""

    account: int
    """The sale's number: what stands in an account's place."""
    sale: DutchSaleView
    premises: Premises
    at: Seconds
    """When it would be taken."""
    taker: Party


def best_take(means: Means, view: DutchView, lot: Lot) -> Plan | Refusal:
    """Return the plan of a take that gains most, or why there is none: STOPPED, NEEDS_REDO, TOO_DEAR, NO_DEPTH."""
    if view.stopped >= NO_TAKES:
        return Refusal.STOPPED
    if view.needs_redo(lot.sale, lot.at):
        return Refusal.NEEDS_REDO
    if view.price_at(lot.sale, lot.at) >= _dearest(means, lot.premises):
        return Refusal.TOO_DEAR
    for part in PARTS:
        found = max(_plans(means, view, lot, part), key=_gain, default=None)
        if found is not None:
            return found
    return Refusal.NO_DEPTH


def _plans(means: Means, view: DutchView, lot: Lot, part: int) -> Iterator[Plan]:
    """Yield the plans for a part of a sale, by ways to swap."""
    purchase, premises = _purchase(view, lot, part), lot.premises
    if purchase is None:
        return
    collateral, money = premises.collateral, premises.money
    pay = div_up(purchase.paid, RAY)
    for legs in means.ways(collateral, purchase.bought, money):
        gain = fetched_by(legs) - pay
        if gain > 0:
            most: Ray = fetched_by(legs) * RAY // purchase.bought
            out, back = ExitCall(collateral, brought(collateral)), JoinCall(money, owed(money))
            within = ((premises.engine, out), *swaps(collateral, legs, money, owed(money)), (premises.engine, back))
            take = TakeCall(lot.account, _asked(lot.sale, purchase), most, callee=lot.taker, data=within)
            used = TAKE_GAS + SWAP_GAS * (len(legs) - 1)
            yield Plan(premises.house, lot.account, ((premises.house, take),), money, gain, collateral, legs, used)


def _purchase(view: DutchView, lot: Lot, part: int) -> Purchase | None:
    """Return what asking for a part would buy; None where the house would refuse, or sell nothing."""
    try:
        found = view.quote_take(lot.sale, lot.sale.offered // part, lot.at)
    except Revert:
        return None  # The house would refuse it too.
    return found if found.bought else None


def _asked(sale: DutchSaleView, purchase: Purchase) -> Units:
    """Return what to ask for: all, where all is bought or all that is owed is paid; a cheaper block then leaves no dust."""
    return sale.offered if purchase.paid == sale.owed or purchase.bought == sale.offered else purchase.bought


def _dearest(means: Means, premises: Premises) -> Ray:
    """Return what the best amm would pay for very little, as an auction price; 0 where none trades the two."""
    found: list[Wad] = [view.price(premises.collateral, premises.money) for view in means.routes.amms.values() if _trades(view, premises)]
    if not found:
        return 0
    unit: Units = next(each.unit for view in means.routes.amms.values() for each in view.assets if each.id == premises.collateral)
    return max(found) * RAD // (WAD * unit)


def _trades(view: object, premises: Premises) -> bool:
    traded: list[AssetId] = [each.id for each in getattr(view, "assets", ())]
    return premises.collateral in traded and premises.money in traded


def _gain(plan: Plan) -> Units:
    return plan.gain

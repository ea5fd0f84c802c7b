"""Where a keeper with inventory sells what it got: on its venue's book, in amms, or a part in each, as pays most.

Amms are weighed by their own sums on the last block seen, the venue by its late published book; fees and slippage are in both, and so is
the gas of the way: a transfer to the venue, a swap at each amm. What is divided goes piece by piece to whoever pays most for it then. So
that a liquidation is weighed with what selling will bring, amms are shown among the bids of a ``Stall``: each as levels whose lots fetch
what a swap between two sizes would, rounded down. Left out: swaps over a third asset, selling ahead in amms, money at a venue.
"""

from typing import Any, Literal, NamedTuple, TypeAlias

import attrs

from sim.agents.desk import Desk
from sim.amm.calls import SwapCall
from sim.composites import AtomicCall, Step
from sim.fixed import mul_div_down
from sim.units import BPS_ONE, AssetId, Bps, Gas, Lots, Place, Ticks, Units, WeiPerGas
from strategies.keepers.flash import PARTS, SWAP_GAS
from strategies.keepers.nonces import TRANSFER_GAS
from strategies.keepers.profit import MILLION, Stall, after
from strategies.keepers.routes import Leg, Routes, fetched_by

SellsAt: TypeAlias = Literal["venue", "amm", "best"]
"""On the venue, in the amms that one is connected to, or wherever more is paid."""
SELLS_AT: tuple[SellsAt, ...] = ("venue", "amm", "best")
PIECES = 8
"""Into which what is sold may be divided."""
RUNGS = 12
"""Levels that an amm is shown as: each twice as large as the one before, to a quarter of what it has."""


class Split(NamedTuple):
    """How units are sold."""

    to_venue: Units
    legs: tuple[Leg, ...]


def stall_of(desk: Desk, venue: Place, haircut_bps: Bps, ahead: Lots, sells_at: SellsAt) -> Stall:
    """Return what one would sell to, whoever has so many lots to sell before: the venue's book, amms as levels, or both."""
    if sells_at == "venue":
        return Stall.seen(desk, venue, haircut_bps, ahead)
    seen = Stall.seen(desk, venue, haircut_bps, 0)
    levels = [level for view in Routes.seen(desk).amms.values() for level in levels_of(view, seen)]
    bids = [*levels, *(seen.depth.bids if sells_at == "best" else ())]
    bids.sort(key=_dearest_first)
    return attrs.evolve(seen, depth=seen.depth._replace(bids=after(tuple(bids), ahead)))


def levels_of(view: Any, stall: Stall) -> list[tuple[Ticks, Lots]]:
    """Return an amm as bids of a stall's instrument, best first; none where it does not trade the two. Cost: a swap for each level.

    Prices have the venue's taker fee added, which a stall takes off again. Between two sizes an amm pays more than the level says.
    """
    instrument = stall.instrument
    held: Units = next((units for each, units in zip(view.assets, view.reserves, strict=True) if each.id == instrument.base.id), 0)
    most, levels, lots, paid = instrument.lots_down(held // 4), list[tuple[Ticks, Lots]](), 0, 0
    for rung in reversed(range(RUNGS)):
        upto = most >> rung
        swap = view.swap_of(instrument.base.id, upto * instrument.lot, instrument.quote.id) if upto > lots else None
        if swap is None:
            continue
        price = mul_div_down(swap.amount_out - paid, MILLION, (upto - lots) * instrument.step * (MILLION - stall.taker_fee_ppm))
        if not price:
            break
        levels.append((price, upto - lots))
        lots, paid = upto, swap.amount_out
    return levels


def split_of(desk: Desk, stall: Stall, units: Units, sells_at: SellsAt, gas_price: WeiPerGas, worst_bps: Bps) -> Split | None:
    """Return how units are sold for most, gas taken off; None where amms pay too far below the late mid, and the venue is not asked.

    ``stall`` is the venue alone. Less is sold where amms do not take all: a half, a quarter, an eighth.
    """
    base, quote, routes = stall.instrument.base.id, stall.instrument.quote.id, Routes.seen(desk)
    for part in PARTS:
        asked = units // part
        found = [Split(0, legs) for legs in _ways(routes, base, asked, quote) if _is_fair(legs, stall, worst_bps)]
        if sells_at == "best":
            found += [Split(units, ()), *_mixed(routes, stall, units, worst_bps)]
        if found:
            return max(found, key=lambda each: _net(each, stall, gas_price))
    return None


def swaps_of(legs: tuple[Leg, ...], asset: AssetId, wanted: AssetId, stall: Stall, worst_bps: Bps) -> AtomicCall:
    """Return the call that swaps so many units at each amm, or nothing at all where one pays less than the worst price."""
    steps: list[Step] = []
    for leg in legs:
        least = _least(leg.units, stall, worst_bps) if stall.mid else mul_div_down(leg.fetched, BPS_ONE - worst_bps, BPS_ONE)
        steps.append((leg.amm, SwapCall(asset, leg.units, least if worst_bps else 0, asset_out=wanted)))
    return AtomicCall(tuple(steps))


def way_gas(sells_at: SellsAt) -> Gas:
    """Return what a keeper reckons selling takes besides: a swap where it may swap; what goes to a venue is reckoned with as ever."""
    return 0 if sells_at == "venue" else SWAP_GAS


def gas_of(legs: tuple[Leg, ...]) -> Gas:
    """Return what the tx of such swaps takes, typically."""
    return SWAP_GAS * len(legs)


def _ways(routes: Routes, base: AssetId, units: Units, quote: AssetId) -> list[tuple[Leg, ...]]:
    found = routes.whole(base, units, quote)
    return [*found, divided] if len(found) > 1 and (divided := routes.divided(base, units, quote, PIECES)) else found


def _mixed(routes: Routes, stall: Stall, units: Units, worst_bps: Bps) -> list[Split]:
    """Return divisions in which amms get so many eighths and the venue the rest."""
    base, quote = stall.instrument.base.id, stall.instrument.quote.id
    parts = [units * eighths // PIECES for eighths in range(1, PIECES)]
    found = [(units - part, legs) for part in parts for legs in _ways(routes, base, part, quote)]
    return [Split(rest, legs) for rest, legs in found if _is_fair(legs, stall, worst_bps)]


def _net(split: Split, stall: Stall, gas_price: WeiPerGas) -> int:
    """Return what a division fetches in quote units, gas taken off."""
    ticks_lots, _ = stall.depth.sale(stall.instrument.lots_down(split.to_venue))
    used = gas_of(split.legs) + (TRANSFER_GAS if split.to_venue else 0)
    return fetched_by(split.legs) + stall.proceeds(ticks_lots) - stall.gas_worth(used * gas_price)


def _is_fair(legs: tuple[Leg, ...], stall: Stall, worst_bps: Bps) -> bool:
    """No amm pays less than the worst price; any does where there is none, or no mid was heard."""
    return all(leg.fetched >= _least(leg.units, stall, worst_bps) for leg in legs) if worst_bps and stall.mid else bool(legs)


def _least(units: Units, stall: Stall, worst_bps: Bps) -> Units:
    return mul_div_down(stall.worth(units), BPS_ONE - worst_bps, BPS_ONE)


def _dearest_first(level: tuple[Ticks, Lots]) -> Ticks:
    return -level[0]

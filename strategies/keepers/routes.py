"""Which amm pays most for what a keeper has to swap, and how that is divided among several: by the amms' own sums on late views.

What is counted as swapped already stands in the way of what comes after it. Divided is piece by piece, each to the amm that pays most for
it after the pieces before: so marginal prices end about equal, as they do in the best division. Left out: routes over a third asset, gas
(whoever asks weighs it), swaps of others that are under way.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.amm.calls import SwapCall
from sim.composites import Step, gained
from sim.fixed import mul_div_down
from sim.units import BPS_ONE, AssetId, Place, Units


class Leg(NamedTuple):
    """A part of a swap that goes to one amm."""

    amm: Place
    units: Units
    fetched: Units


@attrs.define
class Routes:
    """Amms as one's desk shows them in one decision, and what one has counted as swapped there."""

    amms: dict[Place, Any]
    sold: dict[tuple[Place, AssetId], Units] = attrs.field(factory=dict)

    @classmethod
    def seen(cls, desk: Desk) -> "Routes":
        """Return those that one is connected to, as of the last block seen."""
        return cls({amm: view for amm in desk.connections.amms if (view := desk.amm(amm)) is not None})

    def fetched(self, amm: Place, asset: AssetId, units: Units, wanted: AssetId) -> Units:
        """Return what an amm would pay for units after all that was counted as swapped; 0 where it would refuse."""
        before = self.sold.get((amm, asset), 0)
        first = self.amms[amm].swap_of(asset, before, wanted) if before else None
        both = self.amms[amm].swap_of(asset, before + units, wanted)
        return 0 if both is None else both.amount_out - (first.amount_out if first else 0)

    def whole(self, asset: AssetId, units: Units, wanted: AssetId) -> list[tuple[Leg, ...]]:
        """Return the ways that go through one amm each, of those that pay anything."""
        legs = [Leg(amm, units, self.fetched(amm, asset, units, wanted)) for amm in self.amms if units > 0]
        return [(leg,) for leg in legs if leg.fetched > 0]

    def best(self, asset: AssetId, units: Units, wanted: AssetId) -> tuple[Leg, ...]:
        """Return the one amm that pays most, as a way; none where none pays anything."""
        return max(self.whole(asset, units, wanted), key=fetched_by, default=())

    def divided(self, asset: AssetId, units: Units, wanted: AssetId, pieces: int) -> tuple[Leg, ...]:
        """Return a way for so many pieces, each given to whichever amm pays most for it. Cost: pieces times amms."""
        given, paid = dict.fromkeys(self.amms, 0), dict.fromkeys(self.amms, 0)
        for number in range(pieces):
            piece = units * (number + 1) // pieces - units * number // pieces
            more = {amm: self.fetched(amm, asset, given[amm] + piece, wanted) for amm in self.amms if piece}
            most = max(more, key=lambda amm: more[amm] - paid[amm], default=0)
            if not most or more[most] <= paid[most]:
                return ()
            given[most], paid[most] = given[most] + piece, more[most]
        return tuple(Leg(amm, given[amm], paid[amm]) for amm in self.amms if given[amm])

    def take(self, asset: AssetId, legs: Iterable[Leg]) -> None:
        """Count a way as gone: what comes after it gets what it leaves."""
        for leg in legs:
            self.sold[leg.amm, asset] = self.sold.get((leg.amm, asset), 0) + leg.units


def fetched_by(legs: Iterable[Leg]) -> Units:
    """Return what a way pays."""
    return sum(leg.fetched for leg in legs)


def swaps(asset: AssetId, legs: tuple[Leg, ...], wanted: AssetId, least_out: Units = 0) -> tuple[Step, ...]:
    """Return the steps of a composite that swap all that it has gained of an asset in such parts; the least is asked of a single one."""
    left, steps = sum(leg.units for leg in legs), list[Step]()
    for number, leg in enumerate(legs):
        part = BPS_ONE if number == len(legs) - 1 else mul_div_down(leg.units, BPS_ONE, left)
        least = least_out if len(legs) == 1 else 0
        steps.append((leg.amm, SwapCall(asset, gained(asset, part), least, asset_out=wanted)))
        left -= leg.units
    return tuple(steps)

"""Who would lend an asset for the length of a tx, as far as an agent knows: sizes from views of the last block seen."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.agents.connections import FlashTerms
from sim.fixed import mul_div_up
from sim.units import AssetId, Place, Ppm, Units

FEE_ONE: Ppm = 10**6


class FlashOffer(NamedTuple):
    """A lender that would answer a ``FlashLoanCall``."""

    place: Place
    fee: Ppm
    most: Units

    def cost(self, amount: Units) -> Units:
        """Return the fee for an amount, rounded up: what is asked for may be a unit less."""
        return mul_div_up(amount, self.fee, FEE_ONE)


def flash_offers(terms: Mapping[Place, FlashTerms], asset: AssetId, views: Mapping[Place, Any]) -> tuple[FlashOffer, ...]:
    """Return who lends an asset, cheapest first, of equals the one with most; ``views`` are those of pools and amms one looks at."""
    offers = [FlashOffer(place, each.fee, _most(each, asset, views.get(place))) for place, each in terms.items()]
    return tuple(sorted((each for each in offers if each.most), key=_cheapest_first))


def _most(terms: FlashTerms, asset: AssetId, view: Any) -> Units:
    """Return what a lender has of an asset; 0 for none, or where one does not look."""
    if terms.most or view is None:
        return terms.most.get(asset, 0)
    assets = getattr(view, "assets", None)
    if assets is None:
        reserve = view.reserves.get(asset)
        return reserve.liquidity if reserve else 0
    held: Units = next((units for each, units in zip(assets, view.reserves, strict=True) if each.id == asset), 0)
    return held


def _cheapest_first(offer: FlashOffer) -> tuple[Ppm, Units, Place]:
    return offer.fee, -offer.most, offer.place

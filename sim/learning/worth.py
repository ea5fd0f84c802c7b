"""What an agent is worth as its own desk shows it: the change of it is what a learner is rewarded with.

In units of the quote of its first venue, at that venue's late mid: what it has there, on the chain and on further venues with the same
quote, whose bases their own mids value. Exact integers, each sum rounded down. Left out: assets without such a venue, what travels
between chain and venue (it is seen again when it has arrived), money within vault engines, positions.
"""

import attrs

from sim.agents.desk import Desk
from sim.errors import InputError
from sim.fixed import mul_div_down
from sim.units import AssetId, HalfTicks, Place, Units


@attrs.define
class Worth:
    """The last mids an agent saw: a book that is empty for a moment does not make it poor."""

    _mids: dict[Place, HalfTicks] = attrs.field(factory=dict)

    def units(self, desk: Desk) -> Units:
        """Return what an agent is worth now, in units of its quote."""
        terms = desk.connections.terms
        quote = terms[first_venue(desk)].instrument.quote
        venues = [venue for venue in desk.connections.venues if terms[venue].instrument.quote.id == quote.id]
        total = _held(desk, quote.id)
        valued = {quote.id: True}
        for venue in venues:
            base = terms[venue].instrument.base
            if base.id not in valued:
                valued[base.id] = True
                total += mul_div_down(_held(desk, base.id), self._mid(desk, venue) * terms[venue].instrument.tick, 2 * base.unit)
        return total

    def _mid(self, desk: Desk, venue: Place) -> HalfTicks:
        mid = desk.quote(venue).mid
        if mid:
            self._mids[venue] = mid
        return self._mids.get(venue, 0)


def first_venue(desk: Desk) -> Place:
    """Return the venue whose quote an agent counts in. InputError where it has none."""
    if not desk.connections.venues:
        raise InputError(f"{desk.name} has no venue, so nothing says what it is worth; give it one, or a task with a worth of its own")
    return desk.connections.venues[0]


def _held(desk: Desk, asset: AssetId) -> Units:
    """Return what all accounts of an agent have of an asset, on venues and chain, free or held."""
    places = (desk.connections.chain_place, *desk.connections.venues)
    return sum(desk.balance(place, asset, account).total for place in places for account in range(desk.accounts))

"""What one liquidating call is worth to its keeper, whatever the family: by a late view of one venue, gas not yet paid.

What is got is weighed as what the published book would pay for it, what is paid as it stands; both in the venue's quote units. Assets
that the venue does not trade have no price here, so that such calls are left alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sim.lending.comet.views import CometView
from sim.lending.lender import Seizure
from sim.units import AssetId, Gas, Units
from strategies.keepers.profit import Stall

PARTS = (2, 4, 8)
"""Where the book does not pay for all of a liquidation, it may for a half, a quarter, an eighth."""
ENDLESS: Units = 2**96


class Prey(NamedTuple):
    """A call, or an absorption with the purchase that it makes possible, and what it gains."""

    calls: tuple[Seizure, ...]
    """In the sequence in which they must be sent."""
    gain: int
    """Quote units that the sale would fetch, less what is paid."""

    @property
    def gas(self) -> Gas:
        """What it takes."""
        return sum(each.gas for each in self.calls)


def best_prey(view: Any, account: Any, funds: Mapping[AssetId, Units], stall: Stall) -> Prey | None:
    """Return the liquidation of an account that gains most with these funds; None where there is none, or none has a price here."""
    if isinstance(view, CometView):
        return _absorption(view, account, funds, stall)
    return max(_sized(view, account, funds, stall), key=_gain, default=None)


def best_purchase(view: Any, funds: Mapping[AssetId, Units], stall: Stall) -> Prey | None:
    """Return the purchase of absorbed collateral that gains most; None where nothing is sold."""
    found = [prey for each in view.purchases(funds) if (prey := prey_of(each, stall)) is not None]
    return max(found, key=_gain, default=None)


def prey_of(seizure: Seizure, stall: Stall) -> Prey | None:
    """Return a call with what it gains; None where the venue does not trade what it is about."""
    got, paid = _proceeds(seizure, stall), _cost(seizure, stall)
    return None if got is None or paid is None else Prey((seizure,), got - paid)


def wanted(account: Any) -> dict[AssetId, Units]:
    """Return more of each asset that an account owes than any call could take."""
    return {debt.asset: ENDLESS for debt in account.debts}


def _sized(view: Any, account: Any, funds: Mapping[AssetId, Units], stall: Stall) -> Iterator[Prey]:
    """Yield the largest calls, and parts of those for which the book pays too little."""
    for seizure in view.seizures(account, funds):
        prey = prey_of(seizure, stall)
        if prey is None:
            continue
        yield prey
        if prey.gain > 0 or not seizure.paid:
            continue
        for part in PARTS:
            smaller = view.seizures(account, {**funds, seizure.pays: seizure.paid // part})
            same = [each for each in smaller if (each.pays, each.gets) == (seizure.pays, seizure.gets)]
            yield from (found for each in same if (found := prey_of(each, stall)) is not None)


def _absorption(view: CometView, account: Any, funds: Mapping[AssetId, Units], stall: Stall) -> Prey | None:
    """Return an absorption with the best purchase after it: alone it costs gas and brings nothing."""
    after = best_purchase(view.after_absorbing(account), funds, stall)
    absorption = view.seizures(account, funds)
    return None if after is None else Prey((*absorption, *after.calls), after.gain)


def _proceeds(seizure: Seizure, stall: Stall) -> int | None:
    """Return what all that is got is worth; what comes besides counts as nothing where the venue does not trade it."""
    got = _worth(seizure.gets, seizure.got, stall)
    return None if got is None else got + (_worth(seizure.besides, seizure.besides_got, stall) or 0)


def _worth(asset: AssetId, units: Units, stall: Stall) -> int | None:
    instrument = stall.instrument
    if asset == instrument.base.id:
        ticks_lots, _ = stall.depth.sale(instrument.lots_down(units))
        return stall.proceeds(ticks_lots)
    return units if asset in (0, instrument.quote.id) else None


def _cost(seizure: Seizure, stall: Stall) -> int | None:
    instrument = stall.instrument
    if seizure.pays == instrument.base.id:
        return stall.worth(seizure.paid)
    return seizure.paid if seizure.pays in (0, instrument.quote.id) else None


def _gain(prey: Prey) -> int:
    return prey.gain

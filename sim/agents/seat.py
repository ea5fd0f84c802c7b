"""Where a strategy is to sit, as far as that is known before a run: what it cannot do there it can say in time.

A strategy that needs more than its parameters tell may have a method ``misfits(seat)``: it yields a sentence for whatever does not
fit, and the run is refused with all of them. Left out: what only the run can show, such as a price that leaves its funds behind.
"""

from typing import Any

import attrs

from sim.assets import Instrument
from sim.units import Price, Units


@attrs.frozen
class Seat:
    """An agent's place in its scenario."""

    accounts: int
    market: Instrument | None
    """What its first venue trades; None where it has none."""
    opening: Price
    """The outside price at instant zero."""
    base: Units
    """What each account has of the market's base there at the start."""
    quote: Units


def misfits(strategy: Any, seat: Seat) -> tuple[str, ...]:
    """Return why a strategy cannot sit there, each as a sentence about its parameters; nothing where it does not say."""
    asked = getattr(strategy, "misfits", None)
    return () if asked is None else tuple(asked(seat))

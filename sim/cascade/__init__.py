"""Causes told apart: where sold units came from, whose move of a price it was, which liquidation descends from which.

Reads the tape and ``Facts`` alone. ``cascade(source, facts)`` is the whole of it; the parts are usable one by one.
"""

from sim.cascade.descent import Cascade, Descent, Fall, MoveShares, Sale
from sim.cascade.fold import CascadeFold, cascade, instrument_of
from sim.cascade.origin import SHARE, Origin, OriginKind
from sim.cascade.stretch import Source, Stretch, stretches

__all__ = [
    "SHARE",
    "Cascade",
    "CascadeFold",
    "Descent",
    "Fall",
    "MoveShares",
    "Origin",
    "OriginKind",
    "Sale",
    "Source",
    "Stretch",
    "cascade",
    "instrument_of",
    "stretches",
]

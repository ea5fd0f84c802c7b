"""The figures of the report, in the order in which they tell a run; each is a module (see ``sim.view.figure``)."""

from __future__ import annotations

from sim.view.figure import Drawable
from sim.view.figures import (
    attribution,
    bad_debt,
    borrowers,
    clocks,
    contagion,
    depth,
    fitted,
    gap,
    gas,
    health,
    keepers,
    ladder,
    price,
    quality,
    solvency,
    stress,
    tree,
)

FIGURES: tuple[Drawable, ...] = (
    price,
    depth,
    quality,
    gap,
    gas,
    health,
    borrowers,
    tree,
    attribution,
    clocks,
    keepers,
    solvency,
    bad_debt,
    stress,
    ladder,
    contagion,
    fitted,
)

__all__ = ["FIGURES"]

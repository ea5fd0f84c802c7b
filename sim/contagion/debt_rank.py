"""DebtRank: what share of a network's worth is hit when some of its nodes are in distress, each passing its own on once.

Source: Battiston, Puliga, Kaushik, Tasca and Caldarelli (2012), Scientific Reports 2, 541. Distress h runs from 0 to 1. A node that is
newly in distress passes it on in the next round, times ``impact``, and is inactive from then on: distress may still reach it, but goes
no further, so no circle is walked twice.

Promised: the rounds end, after at most one more than there are nodes. Left out: failures below full distress, recovery, prices.
"""

from __future__ import annotations

from enum import IntEnum

import attrs
import numpy as np
import numpy.typing as npt

from sim.errors import InputError

Floats = npt.NDArray[np.float64]


class State(IntEnum):
    """What a node does."""

    UNDISTRESSED = 0
    DISTRESSED = 1
    """It passes its distress on in this round."""
    INACTIVE = 2
    """It has passed it on."""


@attrs.frozen(eq=False)
class Distress:
    """How it ended."""

    distress: Floats
    """(n): h, from 0 to 1."""
    since: npt.NDArray[np.int64]
    """(n): the round in which a node was first in distress; 0 for those hit from outside, -1 for those never."""
    rounds: int
    """Rounds until nobody passed anything on."""
    debt_rank: float
    """Share of all value in distress, less what was hit from outside."""


def impacts(exposures: Floats, equities: Floats) -> Floats:
    """Return (n, n) how hard row's failure hits column: column's claims on row over column's equity, at most 1.

    ``exposures[i, j]`` is what j loses when i pays nothing. Who has no equity and any exposure is hit in full.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(exposures > 0, exposures / equities[None, :], 0.0)
    return np.minimum(np.where(np.isnan(found), 1.0, found), 1.0)


def debt_rank(impact: Floats, shock: Floats, value: Floats | None = None) -> Distress:
    """Return what becomes of distress ``shock`` (n, from 0 to 1), with ``impact`` (n, n) of row on column.

    ``value`` (n) weighs the nodes, and is scaled to one; without it they weigh the same. Cost: n^2 a round, at most n + 1 rounds.
    """
    size = len(shock)
    if impact.shape != (size, size):
        raise InputError(f"impacts have shape {impact.shape} beside {size} nodes; give one row and one column a node")
    if ((shock < 0) | (shock > 1)).any() or ((impact < 0) | (impact > 1)).any():
        raise InputError("a distress or an impact is outside 0 to 1; give shares")
    weights = _scaled(np.ones(size) if value is None else value)
    distress = shock.astype(np.float64)
    states = np.where(distress > 0, State.DISTRESSED, State.UNDISTRESSED)
    since = np.where(distress > 0, 0, -1)
    rounds = 0
    while (states == State.DISTRESSED).any():
        rounds += 1
        passing = states == State.DISTRESSED
        distress = np.minimum(1.0, distress + impact.T @ np.where(passing, distress, 0.0))
        fresh = (distress > 0) & (states == State.UNDISTRESSED)
        states = np.where(passing, State.INACTIVE, np.where(fresh, State.DISTRESSED, states))
        since = np.where(fresh, rounds, since)
    return Distress(distress, since, rounds, float((weights * distress).sum() - (weights * shock).sum()))


def debt_ranks(impact: Floats, value: Floats | None = None) -> Floats:
    """Return (n) the DebtRank of each node: of its failure alone. Cost: n times that of one."""
    size = len(impact)
    return np.array([debt_rank(impact, np.eye(size)[node], value).debt_rank for node in range(size)])


def _scaled(value: Floats) -> Floats:
    total = float(value.sum())
    return value / total if total else value.astype(np.float64)

"""What holders have in common, before anything happens: the same assets, and how thin the markets for them are.

Three matrices of holder by holder, from value held (n, k). They say who is near whom; how much distress passes they do not say.
Promised: symmetric, and nothing in common is zero. Left out: who must sell, and when (``sim.contagion.fire_sales``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def shared_value(held: Floats) -> Floats:
    """Return (n, n) the value that two holders hold of the same, in money: for each asset the lesser of the two."""
    found: Floats = np.minimum(held[:, None, :], held[None, :, :]).sum(axis=2)
    return found


def cosine(held: Floats) -> Floats:
    """Return (n, n) how alike two portfolios are whatever their size: 1 for the same mix, 0 for nothing in common or nothing held."""
    lengths = np.sqrt((held * held).sum(axis=1))
    scale = lengths[:, None] * lengths[None, :]
    found: Floats = np.divide(held @ held.T, scale, out=np.zeros((len(held), len(held))), where=scale > 0)
    return found


def liquidity_weighted(held: Floats, impact: Floats) -> Floats:
    """Return (n, n) what column loses when row sells everything: value of both in each asset, times its price impact, in money.

    ``impact`` (k) is the share of the price lost per unit of money sold. Source: the liquidity-weighted overlap of Cont and Schaanning
    (2019), Journal of Banking and Finance 104, 85-102. Linear, so a sale of a share costs that share of it.
    """
    return (held * impact[None, :]) @ held.T

"""Forced sales that fall on one another: what a fall makes holders sell, and what that costs everybody who holds the same.

Source: Greenwood, Landier and Thesmar (2015), Journal of Financial Economics 115, 471-485. Holder n has assets ``assets[n]``, the shares
``weights[n, k]`` of which are in asset k; when these lose the share r it sells ``leverage[n] x assets[n] x r``, of each asset in
proportion to its weight; money v sold of asset k lowers its price by the share ``impact[k] x v``. All of it is linear: with L, M, B
and A for impact, weights, leverage and assets, falls f become L M' B A M f.

A bank sells so to keep its leverage. A lending protocol sells because debt becomes liquidatable: its ``leverage`` is the value sold per
unit of value lost (``sim.contagion.predicted``). Signs here: falls, losses and sales are above zero.

Promised: one round is the paper's formula to rounding; sums over holders are the whole. Left out: what recovers, positions that are
not near their limits any more, books that are not linear. ``most_sold`` alone bends the line: nobody sells more than it has.
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from sim.errors import InputError

Floats = npt.NDArray[np.float64]


@attrs.frozen(eq=False)
class Holders:
    """n holders of k assets. Money in one unit."""

    assets: Floats
    """(n): value held, in money."""
    weights: Floats
    """(n, k): shares of it by asset; each row sums to one, or to zero for who holds nothing."""
    leverage: Floats
    """(n): value sold per unit of value lost. For a bank debt over equity."""
    equity: Floats
    """(n): what losses are measured against, in money."""
    impact: Floats
    """(k): share of the price lost per unit of money sold. Or (k, k): of row's price per unit of money sold of column."""

    def __attrs_post_init__(self) -> None:
        """Refuse with InputError shapes that do not fit."""
        holders, kinds = len(self.assets), len(self.impact)
        if self.impact.shape not in ((kinds,), (kinds, kinds)):
            raise InputError(f"impacts have shape {self.impact.shape}; give one an asset, or one row and one column an asset")
        if self.weights.shape != (holders, kinds) or len(self.leverage) != holders or len(self.equity) != holders:
            raise InputError(f"weights have shape {self.weights.shape} beside {holders} holders and {kinds} assets; give one row a holder")

    def lost(self, falls: Floats) -> Floats:
        """Return (n) the value each loses by falls (k, shares), before anybody sells."""
        return self.assets * (self.weights @ falls)

    def sold(self, falls: Floats) -> Floats:
        """Return (n, k) the value each sells of each asset."""
        return (self.leverage * self.lost(falls))[:, None] * self.weights

    def falls(self, sold: Floats) -> Floats:
        """Return (k) the share by which each price falls when so much (k, money) is sold."""
        return self._impacts() @ sold

    def transmission(self) -> Floats:
        """Return (k, k) the matrix that turns one round's falls into the next's."""
        return self._impacts() @ (self.weights.T @ ((self.leverage * self.assets)[:, None] * self.weights))

    def gain(self) -> float:
        """Return the greatest factor by which a round can multiply the falls before it: from 1 on they feed themselves."""
        found = np.linalg.eigvals(self.transmission())
        return float(np.abs(found).max(initial=0.0))

    def falls_costing(self, held: Floats) -> Floats:
        """Return (k) what a unit of money sold of each asset costs whoever holds so much (k, money)."""
        return self._impacts().T @ held

    def _impacts(self) -> Floats:
        return np.diag(self.impact) if self.impact.ndim == 1 else self.impact


@attrs.frozen(eq=False)
class Vulnerability:
    """One round after a shock, in shares of equity."""

    falls: Floats
    """(k): share by which forced sales lower each price, beyond the shock."""
    aggregate: float
    """What forced sales cost all holders, over the equity of all."""
    systemicness: Floats
    """(n): how much of it each holder's own sales cause; sums to ``aggregate``."""
    direct: Floats
    """(n): what the shock itself costs each, over its equity."""
    indirect: Floats
    """(n): what everybody's sales cost each, over its equity."""


@attrs.frozen(eq=False)
class Round:
    """One round of several."""

    falls: Floats
    """(k): shares by which prices fell in this round; of round 0 the shock."""
    sold: Floats
    """(n, k): what was sold because of it."""
    lost: Floats
    """(n): value lost in this round."""


def vulnerability(holders: Holders, shock: Floats) -> Vulnerability:
    """Return what one round of forced sales does after falls ``shock`` (k, shares). Who has no equity has an infinite vulnerability."""
    sold = holders.sold(shock)
    falls = holders.falls(sold.sum(axis=0))
    whole = np.float64(holders.equity.sum())
    held = holders.assets @ holders.weights
    with np.errstate(divide="ignore", invalid="ignore"):
        return Vulnerability(
            falls=falls,
            aggregate=float(_over(holders.lost(falls).sum(), whole)),
            systemicness=_over(sold @ holders.falls_costing(held), whole),
            direct=_over(holders.lost(shock), holders.equity),
            indirect=_over(holders.lost(falls), holders.equity),
        )


def rounds(holders: Holders, shock: Floats, count: int, most_sold: Floats | None = None) -> list[Round]:
    """Return the shock and the rounds after it. ``most_sold`` (n): the value each can sell in all; without it as much as the line says.

    Balance sheets stay as they were: the falls of round r are those of round r - 1 through the same matrix.
    """
    left = np.full(len(holders.assets), np.inf) if most_sold is None else most_sold.astype(np.float64)
    told: list[Round] = []
    falls = shock.astype(np.float64)
    for _ in range(count + 1):
        wanted = holders.leverage * holders.lost(falls)
        total = np.minimum(wanted, left)
        left = left - total
        sold = total[:, None] * holders.weights
        told.append(Round(falls, sold, holders.lost(falls)))
        falls = holders.falls(sold.sum(axis=0))
    return told


def _over(lost: Floats, equity: Floats | float) -> Floats:
    """Return losses over equity: nothing where nothing is lost."""
    return np.where(lost == 0, 0.0, lost / equity)

"""Many borrowers out of a few numbers: heavy-tailed debts, a distribution of health, mixes of collateral and debt.

Every account takes the same five draws whatever comes of them, so that a changed parameter changes no other account's dice. Floats
decide sizes only, by scalar ``math`` and one named rounding: debts down, collateral up. So whoever is drawn healthy is healthy in
the contract's exact sums too; a health model that could start below ``least_health`` is refused.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.fixed import ceil_to_int, floor_to_int
from sim.lending.aave.terms import PoolTerms
from sim.lending.positions import Column
from sim.streams import Stream
from sim.units import BPS_ONE, INT64_MAX, AssetId, Price

MOST_DIGITS = 9
"""Digits after the point that a column keeps: with 18 decimals, steps of 10^9."""


class Draws(NamedTuple):
    """One account's dice."""

    mix: float
    size: float
    """Standard normal."""
    tail: float
    """Exponential, mean one."""
    health: float
    """Uniform."""
    spread: float
    """Standard normal."""


def draws_of(stream: Stream) -> Draws:
    """Return the next account's dice."""
    return Draws(stream.uniform(), stream.normal(), stream.exponential(), stream.uniform(), stream.normal())


class SizeModel(Protocol):
    """The seam: from dice to a debt."""

    def size(self, draws: Draws) -> float:
        """Return a debt in whole units of the pool's base currency."""
        ...


class HealthModel(Protocol):
    """The seam: from dice to a health factor."""

    @property
    def least(self) -> float:
        """The lowest health that can come out."""
        ...

    def health(self, draws: Draws) -> float:
        """Return a health factor."""
        ...


@attrs.frozen
class LognormalSizes:
    """Debts whose logarithm is normal."""

    median: float
    sigma: float
    most: float = math.inf

    def size(self, draws: Draws) -> float:
        """Return a debt."""
        return min(self.median * math.exp(self.sigma * draws.size), self.most)


@attrs.frozen
class ParetoSizes:
    """Debts with a power tail: P(size > x) = (least / x)^tail."""

    least: float
    tail: float
    most: float = math.inf

    def size(self, draws: Draws) -> float:
        """Return a debt."""
        return min(self.least * math.exp(draws.tail / self.tail), self.most)


@attrs.frozen
class HealthQuantiles:
    """Health along straight lines between stated quantiles: ((0, 1.02), (0.1, 1.1), ..., (1, 8))."""

    points: tuple[tuple[float, float], ...]

    def __attrs_post_init__(self) -> None:
        """Refuse points that do not rise from 0 to 1."""
        shares, healths = [share for share, _ in self.points], [health for _, health in self.points]
        if len(self.points) < 2 or shares[0] != 0 or shares[-1] != 1 or shares != sorted(set(shares)) or healths != sorted(healths):
            raise InputError(f"health quantiles are {self.points}; give rising health at rising shares from 0 to 1")

    @property
    def least(self) -> float:
        """The first point's health."""
        return self.points[0][1]

    def health(self, draws: Draws) -> float:
        """Return the health at a uniform draw."""
        for (left, low), (right, high) in zip(self.points, self.points[1:], strict=False):
            if draws.health <= right:
                return low + (high - low) * (draws.health - left) / (right - left)
        return self.points[-1][1]


@attrs.frozen
class LognormalHealth:
    """A floor plus a lognormal buffer."""

    least: float
    median_above: float
    sigma: float

    def health(self, draws: Draws) -> float:
        """Return a health factor above the floor."""
        return self.least + self.median_above * math.exp(self.sigma * draws.spread)


@attrs.frozen
class Mix:
    """What one kind of borrower has and owes: shares of value per asset, adding up to one on each side."""

    weight: float
    collaterals: tuple[tuple[AssetId, float], ...]
    debts: tuple[tuple[AssetId, float], ...]
    e_mode: int = 0


@attrs.frozen
class PopulationSpec:
    """How many borrowers of which kinds."""

    count: int
    sizes: SizeModel
    health: HealthModel
    mixes: tuple[Mix, ...]


@attrs.frozen(eq=False)
class Drawn:
    """A population by column, ready for ``opening.open_population``."""

    count: int
    columns: tuple[Column, ...]
    e_modes: NDArray[np.int8] | None


def least_health(terms: PoolTerms) -> float:
    """Return the lowest health a population may be drawn with: what the contract's roundings can take off, and a little more."""
    return 1.0 + 1.5 / terms.lowest_threshold


def draw_population(spec: PopulationSpec, terms: PoolTerms, prices: Mapping[AssetId, Price], stream: Stream) -> Drawn:
    """Return borrowers drawn from a stream, all healthy at these prices. Raises InputError for a spec that cannot be."""
    _refuse_mistakes(spec, terms)
    amounts: dict[tuple[AssetId, bool], list[int]] = {}
    for mix in spec.mixes:
        for side, is_debt in ((mix.collaterals, False), (mix.debts, True)):
            for asset, _ in side:
                amounts.setdefault((asset, is_debt), [0] * spec.count)
    e_modes = [0] * spec.count
    for number in range(spec.count):
        draws = draws_of(stream)
        mix = _mix(spec.mixes, draws.mix)
        e_modes[number] = mix.e_mode
        for key, amount in _amounts(mix, spec, draws, terms, prices):
            if amount > INT64_MAX:
                symbol = terms.by_asset[key[0]].asset.symbol
                raise InputError(
                    f"account {number} was drawn with {amount * _quantum(terms, key[0])} units of {symbol}; bound sizes by `most`"
                )
            amounts[key][number] = amount
    columns = [
        Column(asset, is_debt, np.array(each, np.int64), _quantum(terms, asset)) for (asset, is_debt), each in sorted(amounts.items())
    ]
    return Drawn(spec.count, tuple(columns), np.array(e_modes, np.int8) if any(e_modes) else None)


def _amounts(
    mix: Mix, spec: PopulationSpec, draws: Draws, terms: PoolTerms, prices: Mapping[AssetId, Price]
) -> list[tuple[tuple[AssetId, bool], int]]:
    """Return one account's amounts in steps of each asset's quantum."""
    debt, health = spec.sizes.size(draws), spec.health.health(draws)
    threshold = math.fsum(share * terms.limits(asset, mix.e_mode).threshold / BPS_ONE for asset, share in mix.collaterals)
    worth = debt * health / threshold
    found = [((asset, True), floor_to_int(debt * share * _per_value(terms, prices, asset))) for asset, share in mix.debts]
    found += [((asset, False), ceil_to_int(worth * share * _per_value(terms, prices, asset))) for asset, share in mix.collaterals]
    return found


def _per_value(terms: PoolTerms, prices: Mapping[AssetId, Price], asset: AssetId) -> float:
    """Return how many steps of an asset one whole of the base currency buys."""
    return terms.units[asset] / _quantum(terms, asset) * 10**8 / prices[asset]


def _quantum(terms: PoolTerms, asset: AssetId) -> int:
    return int(10 ** max(0, terms.by_asset[asset].asset.decimals - MOST_DIGITS))


def _mix(mixes: Sequence[Mix], draw: float) -> Mix:
    """Return the mix that a uniform draw falls on."""
    left = draw * math.fsum(mix.weight for mix in mixes)
    for mix in mixes:
        left -= mix.weight
        if left < 0:
            return mix
    return mixes[-1]


def _refuse_mistakes(spec: PopulationSpec, terms: PoolTerms) -> None:
    mistakes = []
    if spec.count <= 0:
        mistakes.append(f"count is {spec.count}; give at least 1 account")
    if spec.health.least < least_health(terms):
        mistakes.append(f"health starts at {spec.health.least}; start at {least_health(terms):.6f} or above: accounts open healthy")
    for number, mix in enumerate(spec.mixes):
        for name, side in (("collaterals", mix.collaterals), ("debts", mix.debts)):
            total = math.fsum(share for _, share in side)
            if abs(total - 1) > 1e-9 or any(share <= 0 for _, share in side):
                mistakes.append(f"mixes.{number}.{name} add up to {total}; give shares above 0 that add up to 1")
        mistakes += [
            f"mixes.{number}.collaterals has {terms.by_asset[asset].asset.symbol}, whose threshold is 0; take another asset"
            for asset, _ in mix.collaterals
            if not terms.limits(asset, mix.e_mode).threshold
        ]
    if not spec.mixes or math.fsum(mix.weight for mix in spec.mixes) <= 0:
        mistakes.append("mixes is empty or weighs nothing; give at least one with a weight above 0")
    if mistakes:
        raise InputError("\n".join(mistakes))

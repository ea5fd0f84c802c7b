"""The market of Avellaneda and Stoikov (2008): a mid without a drift, and takers who come the more rarely the further off one quotes.

Quotes are those of ``strategies.traders.avellaneda_stoikov``, which is what ``MarketMaker`` aims with. In each step of time, first
somebody may come to either quote, then the mid moves by a step up or down. Profit is cash and inventory at the last mid. Three makers:
one who minds its inventory, with the time that is left; a symmetric one, whose spread is the mean of that one's; and the house's, for
whom the time left is always the same, since its market does not close. All meet the same moves and the same dice.
"""

import math
from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import NDArray

from strategies.traders.avellaneda_stoikov import optimal_spread, reservation_price

Floats = NDArray[np.float64]
Distances = Callable[[float, NDArray[np.int64]], tuple[Floats, Floats]]
"""From time left and inventories: how far below and above the mid to bid and ask."""


@attrs.frozen
class Table:
    """What a maker earned over many paths, and what it was left with."""

    spread: float
    """Mean of ask less bid."""
    profit: float
    profit_deviation: float
    inventory: float
    inventory_deviation: float
    paths: int

    @property
    def error(self) -> float:
        """Standard error of the profit."""
        return self.profit_deviation / math.sqrt(self.paths)


@attrs.frozen
class Market:
    """Parameters as published."""

    mid: float = 100.0
    length: float = 1.0
    volatility: float = 2.0
    step: float = 0.005
    decay: float = 1.5
    """k: arrivals fall by e for each 1/k of distance."""
    arrivals: float = 140.0
    """A: per unit of time, at the mid."""
    risk_aversion: float = 0.1
    """Gamma."""

    def minding(self, time_left: float, inventory: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Quote around the reservation price."""
        half = optimal_spread(self.risk_aversion, self.volatility, time_left, self.decay) / 2
        least, most = int(inventory.min()), int(inventory.max())
        skews = [reservation_price(0.0, held, self.risk_aversion, self.volatility, time_left) for held in range(least, most + 1)]
        skew = np.array(skews)[inventory - least]
        return half - skew, half + skew

    def symmetric(self, time_left: float, inventory: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Quote around the mid, with the mean of the other's spreads."""
        half = np.full(len(inventory), optimal_spread(self.risk_aversion, self.volatility, self.length / 2, self.decay) / 2)
        return half, half

    def rolling(self, time_left: float, inventory: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Quote as the house's maker does: the time left is always all of it."""
        return self.minding(self.length, inventory)

    def run(self, quote: Distances, paths: int, seed: int) -> Table:
        """Return what a maker earns."""
        dice = np.random.default_rng(seed)
        mid, cash, inventory = np.full(paths, self.mid), np.zeros(paths), np.zeros(paths, np.int64)
        spreads, steps = 0.0, round(self.length / self.step)
        for number in range(steps):
            below, above = quote(self.length - number * self.step, inventory)
            hits, lifts = (dice.random(paths) < self.arrivals * self.step * np.exp(-self.decay * each) for each in (below, above))
            cash += lifts * (mid + above) - hits * (mid - below)
            inventory = inventory + hits - lifts
            spreads += float(np.mean(below + above)) / steps
            mid += self.volatility * self.step**0.5 * dice.choice([-1.0, 1.0], paths)
        profit = cash + inventory * mid
        held = inventory.astype(float)
        return Table(spreads, float(profit.mean()), float(profit.std()), float(held.mean()), float(held.std()), paths)

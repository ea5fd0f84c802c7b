"""How far a metaorder moves the pocket market, and how much of that is left later.

Run it by hand, it takes some minutes: ``python -m tests.worlds.impact``. Each size is compared with the same seed without the order,
so that what both have in common drops out. The outside price stands still; three makers, eight value traders and a crowd have their
default parameters, the size of a middling exchange of 2020 for ETH/USDC (about 15 M USDC an hour).

Measured over four hours and three seeds: 25, 83, 146 and 228 bps for 0.3, 1, 3 and 10 % of a day's volume, slope 0.62; of the peak
38 to 46 % was left at three times the duration.
"""

import math
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import attrs
import numpy as np

from sim.units import HOUR, MINUTE, SECOND, Nanos
from sim.vocabulary import Side
from strategies.traders.crowd import Crowd
from strategies.traders.market_maker import MarketMaker
from strategies.traders.value_trader import ValueTrader
from strategies.traders.whale import Whale
from tests.worlds.pocket_market import PocketMarket

WARM_UP: Nanos = 30 * MINUTE
STEP: Nanos = 30 * SECOND
DAY_VOLUME = 24 * 15_000_000
"""USDC."""
SHARES_OF_A_DAY = (0.003, 0.01, 0.03, 0.1)


@attrs.frozen
class Impact:
    """One size's impact, averaged over seeds."""

    usd: float
    peak_bps: float
    """Over the last tenth of the order's duration."""
    error_bps: float
    """Standard error over seeds."""
    left: dict[float, float]
    """Share of the peak that is left, by multiples of the duration since the order began."""


def exchange_of_2020(seed: int) -> PocketMarket:
    """Return the market without the order."""
    world = PocketMarket(seed, keeps_rows=False)
    world.exchange.depth_interval = 0
    for number in range(3):
        world.add(f"maker/{number}", MarketMaker(), eth=100_000, usdc=20_000_000)
    for number in range(8):
        world.add(f"value/{number}", ValueTrader(), eth=500_000, usdc=100_000_000)
    world.add("crowd", Crowd(), eth=100_000, usdc=20_000_000, accounts=100)
    return world


def log_mids(job: tuple[int, float, Nanos]) -> list[float]:
    """Return the logarithm of the mid at every step of one run: (seed, USDC to sell or 0, duration)."""
    seed, usd, duration = job
    world = exchange_of_2020(seed)
    if usd:
        world.add("whale", Whale(Side.SELL, round(usd / 195 * 1_000), WARM_UP, duration), eth=1_000_000)
    mids, last = [], 195.0
    for instant in range(STEP, WARM_UP + 4 * duration + 1, STEP):
        last = world.run(instant).mid() or last
        mids.append(math.log(last))
    return mids


def impacts(sizes: Sequence[float], duration: Nanos, seeds: Sequence[int], jobs: int = 2) -> list[Impact]:
    """Return the impact of selling each size evenly over a duration."""
    runs = [(seed, usd, duration) for usd in (0.0, *sizes) for seed in seeds]
    with ProcessPoolExecutor(jobs) as pool:
        found = dict(zip(runs, pool.map(log_mids, runs), strict=True))
    return [_impact(usd, duration, [_fall(found, seed, usd, duration) for seed in seeds]) for usd in sizes]


def slope(found: Sequence[Impact]) -> float:
    """Return the slope of log impact over log size."""
    return float(np.polyfit(np.log([each.usd for each in found]), np.log([max(each.peak_bps, 0.1) for each in found]), 1)[0])


def _fall(found: dict[Any, list[float]], seed: int, usd: float, duration: Nanos) -> Any:
    """Return how many bps lower the mid was than without the order, at every step."""
    return 1e4 * (np.array(found[seed, 0.0, duration]) - np.array(found[seed, usd, duration]))


def _impact(usd: float, duration: Nanos, falls: Sequence[Any]) -> Impact:
    def at(fall: Any, multiple: float) -> float:
        end = (WARM_UP + round(multiple * duration)) // STEP
        return float(fall[end - max(1, duration // STEP // 10) : end].mean())

    peaks = [at(fall, 1.0) for fall in falls]
    mean = sum(peaks) / len(peaks)
    left = {multiple: sum(at(fall, multiple) for fall in falls) / len(falls) / mean for multiple in (1.5, 2.0, 3.0, 4.0)}
    return Impact(usd, mean, float(np.std(peaks) / math.sqrt(len(peaks))), left)


def main() -> None:
    """Print a table for metaorders of 0.3 to 10 % of a day's volume, spread over so many hours (four unless told)."""
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    found = impacts([share * DAY_VOLUME for share in SHARES_OF_A_DAY], round(hours * HOUR), range(1, 4))
    for each in found:
        left = ", ".join(f"{100 * share:.0f} % at {multiple} T" for multiple, share in each.left.items())
        print(f"{each.usd / 1e6:6.2f} M USDC: {each.peak_bps:6.1f} +- {each.error_bps:.1f} bps, left {left}")
    print(f"slope {slope(found):.2f}")


if __name__ == "__main__":
    main()

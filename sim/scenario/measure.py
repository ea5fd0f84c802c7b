"""Measuring what a scenario was fitted to. The observables and their meaning stand in ``sim.scenario.observables``.

One build and, where the market is asked for, one run of the twin before the news, for each seed; of gas a simulation of blocks on
background demand alone. Floats: nothing here reaches a run.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import attrs
import numpy as np

from sim.chain.calibration import measure
from sim.chain.demand import Demand
from sim.chain.fee_market import fee_market
from sim.facts import VenueFacts
from sim.lending.summary import position_ladder, vault_ladder
from sim.scenario.build import build
from sim.scenario.gain import main_collateral
from sim.scenario.observables import DEPTH, GAS, MARKET, OBSERVABLES, Measure, target_of
from sim.scenario.run import Result, run
from sim.scenario.spec import Calibration, Scenario, Waypoint
from sim.scenario.values import Instant, Rate
from sim.scenario.world import World
from sim.streams import Stream
from sim.units import BPS_ONE, HOUR, MINUTE, SECOND, Nanos, Price

QUIET: Nanos = 30 * MINUTE
"""Most of a market before the news that is looked at."""
WARM_UP: Nanos = MINUTE
"""Makers are setting up."""
START: Nanos = 5 * MINUTE
PER_ONE = {"%": 100, "bps": BPS_ONE}


@attrs.frozen
class Reached:
    """A calibration held against its measurement."""

    asked: Calibration
    target: float
    unit: str
    values: tuple[float, ...]
    """By seed."""

    @property
    def mean(self) -> float:
        """The mean over seeds."""
        return sum(self.values) / len(self.values)

    @property
    def is_inside(self) -> bool:
        """The mean lies within the band around the target."""
        return abs(self.mean - self.target) <= self.asked.band / BPS_ONE * abs(self.target)


def measured(scenario: Scenario, seeds: Sequence[int]) -> list[Reached]:
    """Return every calibration of a scenario as measured over seeds, in sequence. Cost: two builds and a run of half an hour a seed."""
    looks = [_Look(scenario, seed) for seed in seeds] if scenario.calibration else []
    found = []
    for asked in scenario.calibration:
        target, unit = target_of(asked)
        found.append(Reached(asked, target, unit, tuple(look.value(asked.observable, unit) for look in looks)))
    return found


def before_the_news(scenario: Scenario, opening: Price) -> Scenario:
    """Return the twin in which the outside price stays what it is at the opening, and nothing strikes."""
    price, duration = scenario.world.price, min(QUIET, scenario.run.duration)
    first = Rate(Decimal(opening).scaleb(-8), price.quote, price.base)
    still = attrs.evolve(
        price,
        csv=None,
        time_column="",
        price_column="",
        bars=None,
        random=None,
        waypoints=(Waypoint(at=Instant(0), price=first), Waypoint(at=Instant(duration), price=first)),
        until=Instant(duration) if price.role == "driver" else None,
    )
    return attrs.evolve(
        scenario, run=attrs.evolve(scenario.run, duration=duration), world=attrs.evolve(scenario.world, price=still, shocks=())
    )


class _Look:
    """One seed's measurements; what is costly is made when it is first asked for, and once."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self.world = build(scenario, seed)
        self._quiet: Result | None = None
        self._gas: dict[str, float] = {}

    def value(self, observable: str, unit: str) -> float:
        """Return an observable in a unit."""
        if observable in GAS:
            self._gas = self._gas or gas_reached(self.scenario, self.world, self.seed)
            return self._gas[observable] * PER_ONE[unit]
        if observable in DEPTH or observable in MARKET:
            self._quiet = self._quiet or run(before_the_news(self.scenario, self.world.outside.opening), self.seed)
            return _of_market(self._quiet, observable, unit)
        return _of_debts(self.world, observable)


def gas_reached(scenario: Scenario, world: World, seed: int) -> dict[str, float]:
    """Return, by observable, what blocks include over what was asked, in the bin that is farthest off."""
    chain = world.chain
    points = [point for point in chain.demand.points if point.at < scenario.run.duration]
    demand = Demand(tuple(points), fee_market(chain.spec.fee_market), Stream(seed, "calibration/demand"), chain.spec.demand)
    if not points:
        return dict.fromkeys(GAS, 0.0)
    bins = measure(demand, chain.spec.clock(), Stream(seed, "calibration/blocks"), chain.spec.gas_limit, scenario.run.duration)
    misses = zip(*(each.misses for each in bins), strict=True)
    return {name: 1.0 + max(each, key=abs) / BPS_ONE for name, each in zip(GAS, misses, strict=True)}


def _of_debts(world: World, observable: str) -> float:
    if observable == "opening debt":
        return sum(float(debt) for debt in world.facts.opening_debt.values())
    if observable == "gain at the start":
        return world.facts.gain.get("all", 0.0)
    percent = int(observable.split()[3])
    debt = 0
    for pool in world.pools.values():
        state = pool.state
        debt += position_ladder(state.terms, state.positions, state.posted_prices(), main_collateral(pool), (percent,))[0].debt
    debt += sum(vault_ladder(vaults, (percent,))[0].debt for vaults in world.vault_pools.values())
    return debt / 10**8


def _of_market(result: Result, observable: str, unit: str) -> float:
    venue = result.facts.venues[0]
    if observable in DEPTH:
        value, measure_of = _depth(result, venue, observable), OBSERVABLES[observable].measure
    else:
        value, measure_of = _MARKET[observable](result, venue), OBSERVABLES[observable].measure
    if measure_of is Measure.SHARE:
        return value * PER_ONE[unit]
    symbols = {each.id: each.symbol for each in result.facts.assets}
    return value * _usual_price(result, venue) if unit == symbols[venue.quote] else value


def _depth(result: Result, venue: VenueFacts, observable: str) -> float:
    """Return whole base that rests within so many percent, median over the first minutes."""
    percent = observable.split()[-5]
    columns = _at(result, "DepthSampled", venue, START)
    sides = [columns[f"{side}_{percent}"] for side in (("bid",) if observable.startswith("bid") else ("bid", "ask"))]
    return _whole(result, venue, float(np.median(sum(sides)))) if len(sides[0]) else 0.0


def _volume(result: Result, venue: VenueFacts) -> float:
    """Return whole base traded an hour."""
    lots = _at(result, "Traded", venue)["lots"]
    return _whole(result, venue, float(lots.sum())) * HOUR / (result.scenario.run.duration - WARM_UP)


def _volatility(result: Result, venue: VenueFacts) -> float:
    """Return the deviation of the mid's log return from minute to minute."""
    mids, _ = _quotes(result, venue, MINUTE)
    return float(np.std(np.diff(np.log(mids)))) if len(mids) > 1 else 0.0


def _spread(result: Result, venue: VenueFacts) -> float:
    mids, spreads = _quotes(result, venue, SECOND)
    return float(np.median(spreads / mids)) if len(mids) else 0.0


_MARKET: dict[str, Callable[[Result, VenueFacts], float]] = {
    "one-minute volatility before the news": _volatility,
    "spread before the news": _spread,
    "venue volume per hour before the news": _volume,
}


def _quotes(result: Result, venue: VenueFacts, every: Nanos) -> tuple[Any, Any]:
    """Return mid and spread (ticks) at regular instants after the warm-up, where both sides are quoted."""
    columns = result.records("QuoteChanged")
    both = (columns["place"] == venue.place) & (columns["bid"] > 0) & (columns["ask"] > 0)
    instants, bids, asks = (columns[name][both] for name in ("at_ns", "bid", "ask"))
    looks = np.arange(WARM_UP, result.scenario.run.duration + 1, every)
    places = np.searchsorted(instants, looks, side="right") - 1
    places = places[places >= 0]
    return (bids[places] + asks[places]) / 2, (asks[places] - bids[places]).astype(float)


def _at(result: Result, record: str, venue: VenueFacts, until: Nanos | None = None) -> dict[str, Any]:
    """Return a venue's entries after the warm-up."""
    columns = result.records(record)
    wanted = (columns["place"] == venue.place) & (columns["at_ns"] > WARM_UP)
    if until is not None:
        wanted &= columns["at_ns"] <= until
    return {name: values[wanted] for name, values in columns.items()}


def _usual_price(result: Result, venue: VenueFacts) -> float:
    """Return whole quote for one whole base: the median mid."""
    mids, _ = _quotes(result, venue, SECOND)
    decimals = {each.id: each.decimals for each in result.facts.assets}
    return float(np.median(mids)) * venue.tick / 10 ** decimals[venue.quote] if len(mids) else 0.0


def _whole(result: Result, venue: VenueFacts, lots: float) -> float:
    decimals = {each.id: each.decimals for each in result.facts.assets}
    return lots * float(venue.lot) / float(10 ** decimals[venue.base])

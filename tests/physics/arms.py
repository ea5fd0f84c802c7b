"""The arms of the comparisons: each is a set of keys, run over the same seeds, so that runs pair up.

Rows come from the runner of many runs and are kept in a folder, so that an arm is run once however many claims look at it. On
several workers of a test run the folder is common to them.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from sim.experiment.jobs import Job, RunStatus
from sim.experiment.runner import run_jobs
from sim.experiment.statistics import Interval, paired_difference
from sim.scenario.load import changed, load
from sim.scenario.run import run
from sim.scenario.spec import Scenario
from sim.units import GWEI, WeiPerGas
from tests.physics.measures import figures_of
from tests.worlds.pocket import POCKET, Keys, depth_times

SEEDS = range(1, 21)
SURGE_PRICE: WeiPerGas = 400 * GWEI
"""At the 60th percentile."""
SCENARIOS: Mapping[str, str | Path] = {"pocket": POCKET}
"""By name, if it is not a shipped one."""


def _surge(scenario: Scenario) -> Keys:
    """Return gas at 400 gwei while the price falls: 0.14 ETH for a liquidation."""
    begin, duration = scenario.run.duration // 20, scenario.run.duration // 2
    percent = 100 * SURGE_PRICE // scenario.chain.gas.points[0].p60
    return {"world.shocks": [{"kind": "gas_surge", "at": f"{begin} ns", "duration": f"{duration} ns", "price": f"{percent} %"}]}


def _steep(scenario: Scenario) -> Keys:
    """Return a steeper fall on narrow terms, with a book and purses that bear it: whoever is underwater was liquidated too late."""
    path = [{"at": f"{10 * step} s", "price": f"{2000 - 20 * step} USDC/ETH"} for step in range(13)]
    return {
        **depth_times(scenario, 10.0),
        "world.price.waypoints": path,
        "pools.pool.reserves.ETH.threshold": "95 %",
        "pools.pool.reserves.ETH.ltv": "94 %",
        "pools.pool.population.accounts": 25,
        "agents.keeper.chain_funds": ["5_000_000 USDC", "20 ETH"],
        "agents.maker.parameters.volatility_widen_bps": "3 %",
        "agents.maker.parameters.volatility_pull_bps": "6 %",
    }


def _slow(deviation: str) -> Keys:
    """Return reporters who look every 45 seconds, and mind only a larger change."""
    return {"feeds.ETH-USD.poll_interval": "45 s", "feeds.ETH-USD.deviation": deviation}


def _keepers(count: int) -> Keys:
    """Return so many keepers with small purses."""
    return {"agents.keeper.count": count, "agents.keeper.chain_funds": ["50_000 USDC", "5 ETH"]}


ARMS: Mapping[str, Callable[[Scenario], Keys]] = {
    "base": lambda _: {},
    "outside": lambda _: {"switches.forced_sales": "outside_at_mid"},
    "slow": lambda _: _slow("1 %"),
    "steep": _steep,
    "steep-slow": lambda scenario: {**_steep(scenario), **_slow("3 %")},
    "one-keeper": lambda _: _keepers(1),
    "six-keepers": lambda _: _keepers(6),
    "surge": _surge,
    "depth-100": lambda scenario: depth_times(scenario, 100.0),
    "depth-4": lambda scenario: depth_times(scenario, 4.0),
    "depth-2": lambda scenario: depth_times(scenario, 2.0),
    "depth-tenth": lambda scenario: depth_times(scenario, 0.1),
}
"""What each changes."""


FEWER = ("depth-100", "depth-4", "depth-2")
"""Arms that serve a curve and no interval: half the seeds will do."""


@cache
def scenario_of(name: str) -> Scenario:
    """Return the scenario that the arms change."""
    return load(SCENARIOS.get(name, name))


@cache
def changed_by(name: str, arm: str) -> Scenario:
    """Return a scenario as an arm has it."""
    told = scenario_of(name)
    return changed(told, ARMS[arm](told))


def figures(scenario: str, arm: str, seed: int) -> dict[str, Any]:
    """Return one run's figures: the job that the runner makes."""
    return figures_of(run(changed_by(scenario, arm), seed))


@attrs.define
class Study:
    """One scenario's arms, run when they are asked for and kept in a folder."""

    scenario: str
    folder: Path
    workers: int = 1
    """With several, the first question runs all arms at once: workers are dear to start."""
    seeds: Sequence[int] = SEEDS
    together: Sequence[str] = tuple(ARMS)
    """The arms that are run at once."""
    _arms: dict[str, list[dict[str, Any]]] = attrs.field(factory=dict)

    def arm(self, name: str) -> list[dict[str, Any]]:
        """Return an arm's figures, seed by seed; a run that did not end well is told."""
        if name not in self._arms:
            self.make(self.together if self.workers > 1 else (name,))
        return self._arms[name]

    def make(self, names: Iterable[str]) -> None:
        """Run arms, except for what the folder has."""
        jobs = {name: [self._job(name, seed) for seed in self._seeds_of(name)] for name in names}
        rows = {row.id: row for row in run_jobs(itertools.chain(*jobs.values()), self.folder, workers=self.workers)}
        failed = [f"{row.id}: {row.message} {row.where}" for row in rows.values() if row.status != RunStatus.COMPLETE]
        assert not failed, failed
        self._arms |= {name: [rows[job.id].result for job in asked] for name, asked in jobs.items()}

    def _seeds_of(self, name: str) -> Sequence[int]:
        return self.seeds[: len(self.seeds) // 2] if name in FEWER else self.seeds

    def _job(self, name: str, seed: int) -> Job:
        arguments = {"scenario": self.scenario, "arm": name, "seed": seed}
        return Job(f"{self.scenario}-{name}-{seed:03d}", "tests.physics.arms:figures", arguments)

    def column(self, arm: str, key: str) -> list[Any]:
        """Return one figure over an arm's seeds."""
        return [row[key] for row in self.arm(arm)]

    def difference(self, key: str, base: str, treated: str) -> Interval:
        """Return treated minus base over the seeds both have, with its 95 % bootstrap interval; a pair without a figure is left out."""
        columns = zip(self.column(base, key), self.column(treated, key), strict=False)
        pairs = [(before, after) for before, after in columns if before is not None and after is not None]
        return paired_difference([before for before, _ in pairs], [after for _, after in pairs])

    def descending_share(self, arm: str) -> float:
        """Return the share of an arm's liquidations, all seeds together, that descend from others."""
        descending: int = sum(self.column(arm, "descending"))
        liquidations: int = sum(self.column(arm, "liquidations"))
        return descending / liquidations

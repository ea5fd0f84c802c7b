"""Soft landing: bands sell on the way down and buy back on the way up; the pool beside them liquidates for good."""

import numpy as np
import pytest

from sim import load, run
from sim.scenario.run import Result
from sim.scenario.world import World
from sim.units import MINUTE, SECOND
from tests.scenarios.runs import Changes, seeds
from tests.support.kept import kept

SEEDS = seeds(4, 9)
ETH = 10**18
IDLE: Changes = (("agents.arbitrageur.chain_funds", ("1 ETH",)),)
"""Nobody with money to trade the bands."""
WAY_DOWN, WAY_UP = (2 * MINUTE, 22 * MINUTE), (22 * MINUTE, 45 * MINUTE)
END_PRICE = 1_980


@kept
def told(seed: int, changes: Changes = ()) -> tuple[Result, dict[str, list[float]]]:
    """Return a run, and what each lender's borrowers had at its start and at its end: collateral less debt, at the last price."""
    worth: dict[str, list[float]] = {"bands": [], "line": []}
    worlds: list[World] = []

    def at_start(world: World) -> None:
        worlds.append(world)
        _weigh(world, 0, worth)

    result = run(load("soft_landing"), seed, dict(changes), on_world=at_start)
    _weigh(worlds[0], result.scenario.run.duration, worth)
    return result, worth


def _weigh(world: World, instant: int, worth: dict[str, list[float]]) -> None:
    """Add what borrowers have now, in whole crvUSD at the last price."""
    timestamp = load("soft_landing").run.start + instant // SECOND
    bands = next(each for place, each in world.lenders.items() if world.names.name(place) == "bands")
    sums = [(bands.amm.sums(party), bands.debt(party, timestamp)) for party in bands.loans]  # type: ignore[attr-defined] # A LlammaMarket.
    worth["bands"].append(sum(coins * END_PRICE + money - debt for (money, coins), debt in sums) / ETH)
    pool = next(each for place, each in world.pools.items() if world.names.name(place) == "line")
    shown = [pool.position(party, timestamp) for party in pool.state.positions.parties()]
    coins = sum(each.units for view in shown for each in view.collaterals)
    owed = sum(each.units for view in shown for each in view.debts)
    worth["line"].append((coins * END_PRICE - owed) / ETH)


def lost(seed: int, changes: Changes = ()) -> dict[str, float]:
    """Return what borrowers of each lender lost against having held on, in whole crvUSD."""
    return {name: first - last for name, (first, last) in told(seed, changes)[1].items()}


def hard(result: Result, name: str) -> int:
    """Return how many liquidations a lender saw."""
    place = next(pool.place for pool in result.facts.pools if pool.name == name)
    return int(np.count_nonzero(result.records("Liquidated")["place"] == place))


def converted(result: Result, span: tuple[int, int]) -> int:
    """Return how many bands the amm's active one moved over within a span of time, net."""
    moved = result.records("ActiveBandMoved")
    inside = (moved["at_ns"] >= span[0]) & (moved["at_ns"] < span[1])
    return int((moved["after"] - moved["before"])[inside].sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_bands_are_sold_on_the_way_down_and_bought_back_on_the_way_up(seed):
    result, _ = told(seed)

    assert converted(result, WAY_DOWN) > 10
    assert converted(result, WAY_UP) < -10


@pytest.mark.parametrize("seed", SEEDS)
def test_fewer_lose_all_of_it_at_once_and_borrowers_lose_less(seed):
    result, _ = told(seed)

    assert hard(result, "bands") < hard(result, "line") / 2
    assert 0 < lost(seed)["bands"] < 0.5 * lost(seed)["line"]


def test_bands_that_nobody_trades_do_not_land_softly():
    soft, idle = told(4)[0], told(4, IDLE)[0]

    assert len(idle.records("Swapped")["seq"]) == 0
    assert hard(idle, "bands") > 3 * hard(soft, "bands")
    assert lost(4, IDLE)["bands"] > 2 * lost(4)["bands"]


def test_nobody_is_left_underwater():
    assert told(4)[0].summary["bad_debt"].startswith("0 ")

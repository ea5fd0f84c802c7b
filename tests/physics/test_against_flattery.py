"""What a model that flatters would get wrong: no transition, no spread, one winner, no end to block space, one mid for all."""

import itertools
from collections import Counter

import numpy as np
import pytest

from sim.experiment.statistics import proportion_interval
from sim.records import Liquidated
from sim.scenario.run import Result, run
from tests.physics.arms import scenario_of
from tests.physics.claims import CURVE
from tests.worlds.pocket import pocket


def test_a_hundred_times_the_depth_leaves_no_cascade_and_a_tenth_is_mostly_cascade(study):
    assert study.descending_share("depth-100") < 0.01
    assert study.descending_share("depth-tenth") > 0.5


def test_between_them_descent_grows_gradually(study):
    shares = [study.descending_share(arm) for arm in CURVE]

    assert shares == sorted(shares)
    assert max(after - before for before, after in itertools.pairwise(shares)) < 0.5


def test_cascades_differ_in_size_from_seed_to_seed(study):
    sizes = np.array(study.column("base", "liquidations"))

    assert len(set(sizes.tolist())) > len(sizes) / 4
    assert sizes.std() / sizes.mean() > 0.2


def test_no_keeper_wins_more_than_four_fifths_of_the_races_among_its_clones(study):
    won = _won(study.column("base", "wins"))

    assert max(won.values()) < 0.8 * sum(won.values())
    assert len(won) == 3


def _won(rows: list[dict[str, int]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in rows[0]}


def test_depth_falls_by_itself_in_the_crash(study):
    assert scenario_of("pocket").world.shocks == ()
    left = study.column("base", "bid_depth_left")
    assert max(left) < 0.5
    assert np.mean(left) < 0.25


def test_reporters_do_not_see_one_mid(study):
    assert min(study.column("base", "answers_differ")) > 0.5


@pytest.mark.parametrize("gas_limit", [1_500_000, 3_000_000])
def test_a_block_never_holds_more_liquidations_than_its_gas(gas_limit):
    result = run(pocket({"chain.gas_limit": f"{gas_limit} gas"}), 4)

    sealed, included, liquidated = (result.records(name) for name in ("BlockSealed", "TxIncluded", "Liquidated"))
    gas_of_ours = np.bincount(included["block"], weights=included["gas_used"])
    least = int(included["gas_used"][np.isin(included["seq"], liquidated["cause"])].min())
    in_a_block = Counter(liquidated["at_ns"].tolist())
    assert sealed["gas_used"].max() <= gas_limit
    assert gas_of_ours.max() <= gas_limit
    assert 1 < max(in_a_block.values()) <= gas_limit // least


@pytest.mark.parametrize("seeds", [pytest.param(range(1, 3), id="few"), pytest.param(range(1, 7), id="all", marks=pytest.mark.laws)])
@pytest.mark.parametrize("tip_policy", ["market", "fixed", "share", "escalating"])
def test_two_clones_win_as_often_as_a_fair_coin(tip_policy, seeds):
    told = pocket({**DUEL, "agents.keeper.parameters.tip_policy": tip_policy})
    won: Counter[str] = Counter()
    for seed in seeds:
        won.update(_blocks_won(run(told, seed)))

    # Equal bids of one block are drawn by lot once per sender, and the winner's line goes first: a race is a block.
    fair = proportion_interval(won["keeper/0"], won.total(), confidence=0.999)
    assert won.total() > 4 * len(seeds)
    assert fair.low < 0.5 < fair.high
    assert max(won.values()) < 0.8 * won.total()


DUEL = {
    "agents.keeper.count": 2,
    "agents.keeper.chain_funds": ["2_000_000 USDC", "20 ETH"],
    "agents.keeper.parameters.fixed_price": "60 gwei",
    "run.duration": "140 s",
}
"""Two keepers with funds for everything."""


def _blocks_won(result: Result) -> list[str]:
    """Return for each block with liquidations whose was first."""
    names = {agent.party: agent.name for agent in result.facts.agents}
    first: dict[int, str] = {}
    for entry in result.tape.entries(records=(Liquidated,)):
        first.setdefault(entry.at, names[entry.party])
    return list(first.values())

"""Marginal R from probe sales, in a world whose answer is arithmetic, and what cannot be probed."""

import pytest

from sim.errors import InputError
from sim.experiment.probe import TABLE, made_probe, planned_probe
from sim.scenario.load import load
from tests.worlds.pocket import pocket

ACCOUNTS = [
    {"name": f"a{place}", "collateral": ["100 ETH"], "debt": [f"{80 * (100 - 0.05 * place - 0.025):.3f} USDC"]} for place in range(120)
]
"""One that falls for every 0.05 USDC of the price below 100, the first at 99.975."""
RULER = {
    "run.duration": "5 min",
    "world.shocks": [],
    "pools.pool.accounts": ACCOUNTS,
    "pools.pool.reserves.USDC.liquidity": "5_000_000 USDC",
    "feeds.ETH-USDC.deviation": "0.01 %",
    "agents.ladder.parameters": {"best_bid": 999, "best_ask": 1001, "step": 1, "lots": 100, "levels": 200},
    "agents.ladder.venue_funds": ["5_000_000 USDC", "50_000 ETH"],
    "agents.keeper.chain_funds": ["2_000_000 USDC", "10 ETH"],
    "agents.keeper.parameters": {"worst_bps": "0 %", "attention": 60, "most_pending": 40},
}


@pytest.fixture(scope="module")
def probed():
    """Return what 2,000 ETH set off in a book that takes 2,000 ETH per USDC of the mid."""
    return made_probe(planned_probe(load("three_positions", RULER), "2_000 ETH", "30 s", [1]))


def test_marginal_r_is_the_gain_of_a_linear_book(probed):
    """The mid falls by 1 USDC: the probe eats 20 levels of 100 ETH, 0.1 USDC apart, and the mid is half way to the ask that stays.

    20 accounts fall for each USDC, and each liquidation seizes half of 80 USDC of debt per ETH, times 1.05: 42 ETH per 100 at a price of
    100. So a fall of 1 % sells 840 ETH, and the book takes 2,000: the gain is 0.42.
    """
    first = probed["courses"]["first_generation"]["extra"]

    assert first["liquidations"]["mean"] == 20
    assert probed["marginal_r"]["mean"] == pytest.approx(0.42, rel=0.01)


def test_with_every_generation_it_is_the_geometric_sum(probed):
    r = probed["marginal_r"]["mean"]

    assert probed["multiplier"]["mean"] == pytest.approx(r / (1 - r), rel=0.05)


def test_extra_debt_is_told_per_unit_of_the_probe(probed):
    first = probed["courses"]["first_generation"]

    assert first["debt_per_unit"]["mean"] == pytest.approx(first["extra"]["debt"]["mean"] / 2_000)


def test_a_probe_is_kept_and_is_four_runs_a_seed(tmp_path):
    plan = planned_probe(pocket({"run.duration": "20 s"}), "1 ETH", "10 s", [1, 2])

    made_probe(plan, tmp_path)

    assert len(list(plan.jobs())) == 8 == len(list((tmp_path / "runs").iterdir()))
    assert (tmp_path / TABLE).is_file()


@pytest.mark.parametrize(
    ("size", "at", "venue", "expected"),
    [
        ("10 USDC", "30 s", "", '--probe is "10 USDC"; give an amount of ETH, at least the 0.001 ETH that venue trades'),
        ("10", "30 s", "", "--probe is"),
        ("10 ETH", "soon", "", "--at is"),
        ("10 ETH", "1 h", "", '--at is "1 h", which is not within the run'),
        ("10 ETH", "30 s", "venu", '"venu" is no venue of pocket; did you mean "venue"?'),
    ],
)
def test_what_cannot_be_probed_is_told(size, at, venue, expected):
    with pytest.raises(InputError) as refused:
        planned_probe(pocket(), size, at, [1], venue)

    assert str(refused.value).startswith(expected)

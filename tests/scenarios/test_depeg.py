"""A claim loses its peg where the queue is long; a lender that reads the market makes it worse than one that reads the rate."""

import numpy as np

from sim import load, run
from tests.scenarios.demos import ends_as_shown
from tests.scenarios.runs import ran

SHORT = (
    ("staking.stake.exits", "20_000 ETH"),
    ("staking.stake.exit_delay", "0 s"),
    ("staking.stake.buffer", "10_000 ETH"),
    ("run.duration", "70 min"),
)
LONG = (("run.duration", "70 min"),)
BY_MARKET = (("pools.pool.reserves.stETH.feed", "market"), ("run.duration", "70 min"))
SEED = 5


def lowest(result) -> float:
    """Return the lowest price of a share at the amm, in ether."""
    swaps = result.records("Swapped")
    came, price = swaps["asset_in"], swaps["price"].astype(float) / 1e18
    ether = came.min()  # The assets are numbered in the sequence in which the scenario lists them.
    return float(np.min(np.where(came == ether, 1 / price, price)))


def test_the_peg_holds_while_the_queue_is_short_and_is_lost_when_it_is_long():
    assert lowest(ran("depeg", SEED, SHORT)) > 0.96
    assert lowest(ran("depeg", SEED, LONG)) < 0.9


def test_the_queue_grows_to_a_day_of_what_validators_give_back():
    queued = ran("depeg", SEED, LONG).records("RedemptionQueued")["due"]

    assert sum(int(amount) for amount in queued) > 24 * 800 * 10**18


def test_what_shares_are_worth_to_their_contract_never_falls():
    rates = ran("depeg", SEED, LONG).records("StakeReported")["rate"]

    assert min(rates) >= 10**18


def test_a_lender_that_reads_the_rate_liquidates_nobody_and_one_that_reads_the_market_does():
    assert ran("depeg", SEED, LONG).summary["liquidations"] == 0
    assert len(set(ran("depeg", SEED, BY_MARKET).records("HealthFell")["party"].tolist())) > 18 // 2


def test_liquidations_at_the_market_take_the_exchange_down():
    by_rate, by_market = ran("depeg", SEED, LONG).summary, ran("depeg", SEED, BY_MARKET).summary

    assert by_market["drawdown_bps"] > 2 * by_rate["drawdown_bps"]


def test_its_books_balance_at_every_block():
    result = run(load("depeg"), SEED, set={**dict(BY_MARKET), "run.duration": "35 min"}, check=True, tape="none")

    assert result.reconciled_blocks == result.summary["blocks"] > 100


def test_its_demo_ends_as_it_says():
    assert ends_as_shown("depeg")

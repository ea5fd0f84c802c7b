"""A run on a pool leaves liquidations without collateral to pay out; without the run, or for shares, positions are liquidated in time."""

import numpy as np

from sim import load, run
from sim.vocabulary import Refusal
from tests.scenarios.demos import ends_as_shown
from tests.scenarios.runs import liquidated_between, ran

SEED = 3
FEARLESS = (("agents.supplier.parameters.low", "200 %"), ("agents.supplier.parameters.high", "200 %"))
FOR_SHARES = (("agents.patient.chain_funds", ("20_000_000 USDC", "10 ETH")),)
NEWS, REPAID = 8 * 60, 20 * 60


def bad_debt(summary) -> float:
    return float(summary["bad_debt"].split()[0])


def reasons(result) -> set[int]:
    return set(result.records("TxReverted")["reason"].tolist())


def test_suppliers_run_before_the_news_and_not_all_of_them_get_out():
    left = ran("lender_run", SEED).records("Withdrawn")["at_ns"]

    assert 4 <= int(np.count_nonzero(left < NEWS * 10**9)) < 24
    assert Refusal.INSUFFICIENT_LIQUIDITY in reasons(ran("lender_run", SEED))


def test_while_nothing_is_free_nobody_is_liquidated():
    run, fearless = ran("lender_run", SEED), ran("lender_run", SEED, FEARLESS)

    assert liquidated_between(run, NEWS, REPAID) == 0
    assert liquidated_between(fearless, NEWS, REPAID) > 50


def test_the_run_costs_the_pool_far_more_than_the_fall_alone():
    run, fearless = ran("lender_run", SEED).summary, ran("lender_run", SEED, FEARLESS).summary

    assert bad_debt(run) > 100_000 + 2 * bad_debt(fearless)
    assert (fearless["unhealthy_at_end"], run["unhealthy_at_end"] > 24) == (0, True)


def test_a_liquidator_that_takes_shares_needs_no_liquidity():
    result = ran("lender_run", SEED, FOR_SHARES)

    assert liquidated_between(result, NEWS, REPAID) > 20
    assert len(result.records("SharesSeized")["seq"]) > 20
    assert bad_debt(ran("lender_run", SEED).summary) > 2 * bad_debt(result.summary)


def test_its_books_balance_at_every_block():
    result = run(load("lender_run"), SEED, set={"run.duration": "6 min"}, check=True, tape="none")

    assert result.reconciled_blocks == result.summary["blocks"] > 20


def test_its_demo_ends_as_it_says():
    assert ends_as_shown("lender_run")

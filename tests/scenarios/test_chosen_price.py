"""A pull feed: whoever liquidates chooses the price within its age, and the age decides how much is taken; doubt liquidates nobody."""

import numpy as np
import pytest

from sim import load, run
from sim.cascade import cascade
from sim.scenario.run import Result
from sim.units import SECOND
from tests.scenarios.runs import Changes, ran, seeds

SEEDS = seeds(4, 1, 2, 3, 5, 6, 7, 8, 9, 10)
PULLED, PUSHED, DOUBTED = "chosen_price", "chosen_price_pushed", "chosen_price_doubted"
YOUNG: Changes = (("derived_feeds.checked.max_age", "15 s"),)
MINUTE = 60
DOUBT = (140, 244)
"""Seconds in which one publisher errs, and what was brought before is too old."""
START = 1_748_736_000
"""1 June 2025, in Unix time."""


def taken_beyond(result: Result) -> float:
    """Return what liquidations took beyond the debt, as a share of it, at the market."""
    (told,) = result.metrics.of("borrowers").figures["losses"]
    return float(told["loss_of_debt"])


def ages(result: Result) -> list[int]:
    """Return how old the prices were that were brought, in seconds."""
    rows = result.records("SignatureTaken")
    return [START + at // SECOND - published for at, published in zip(rows["at_ns"].tolist(), rows["published_at"].tolist(), strict=True)]


def first_times(result: Result) -> dict[int, float]:
    """Return when each account was first liquidated, in seconds."""
    rows = result.records("Liquidated")
    return {who: at / SECOND for at, who in sorted(zip(rows["at_ns"].tolist(), rows["account"].tolist(), strict=True), reverse=True)}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_older_a_price_may_be_the_more_is_liquidated_and_the_more_is_taken(seed):
    results = [ran(PULLED, seed), ran(PULLED, seed, YOUNG), ran(PUSHED, seed)]
    accounts = [len(first_times(result)) for result in results]

    assert accounts == sorted(accounts, reverse=True)
    assert accounts[0] > accounts[2]
    assert taken_beyond(results[0]) > taken_beyond(results[2]) + 0.002


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_brings_the_price_is_earlier_than_whoever_waits_for_a_post(seed):
    pulled, pushed = first_times(ran(PULLED, seed)), first_times(ran(PUSHED, seed))

    assert np.mean([pushed[each] - pulled[each] for each in pulled.keys() & pushed.keys()]) > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_no_price_is_older_than_it_may_be(seed):
    assert max(ages(ran(PULLED, seed))) <= MINUTE
    assert max(ages(ran(PULLED, seed, YOUNG))) <= 15


def test_a_price_older_than_a_block_is_chosen_where_it_may_be():
    assert taken_beyond(ran(PULLED, 4)) > taken_beyond(ran(PULLED, 4, YOUNG)) + 0.002
    assert max(ages(ran(PULLED, 4))) > 20


@pytest.mark.parametrize("seed", SEEDS)
def test_while_a_publisher_errs_nobody_is_liquidated_though_the_price_is_right(seed):
    doubted, believed = ran(DOUBTED, seed), ran(PULLED, seed)
    rows, others = doubted.records("PriceSigned"), believed.records("PriceSigned")
    within = (rows["at_ns"] > DOUBT[0] * SECOND) & (rows["at_ns"] < 240 * SECOND)
    prices, confidences, right = (each[within].astype(float) for each in (rows["price"], rows["confidence"], others["price"]))

    assert np.max(np.abs(prices / right - 1)) < 0.003
    assert np.min(confidences / prices) > 0.01
    assert [at for at in first_times(believed).values() if DOUBT[0] < at < DOUBT[1]]
    assert not [at for at in first_times(doubted).values() if DOUBT[0] < at < DOUBT[1]]


def test_its_books_balance_at_every_block():
    result = run(load(PULLED), 4, set={"run.duration": "150 s"}, check=True, tape="none")

    assert result.reconciled_blocks == result.summary["blocks"] > 10


def test_what_is_liquidated_at_a_price_brought_in_the_same_tx_was_made_by_that_price():
    result = ran(PULLED, 4)
    liquidations = cascade(result.tape, result.facts).liquidations.values()
    unsaid = [each for each in liquidations if not each.fall.seq]

    assert len(unsaid) > 20
    assert all(each.fall.post and each.fall.parents for each in unsaid)

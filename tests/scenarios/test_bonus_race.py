"""Who gets the bonus: the open race burns a part, sealed bids give it to the builder, an auction of updates to a beneficiary."""

from decimal import Decimal

import pytest

from sim import load, run
from sim.scenario.run import Result
from tests.scenarios.runs import ran, seeds

SEEDS = seeds(4, 1, 2, 3, 5, 6, 7, 8, 9, 10)
OPEN, SEALED, OFFERED = "bonus_race", "bonus_race_sealed", "bonus_race_offered"


def received(result: Result) -> dict[str, float]:
    """Return who ended up with what share of the bonus."""
    (told,) = result.metrics.of("keepers").figures["received"]
    return dict(told["of_bonus"])


def bonus(result: Result) -> Decimal:
    (told,) = result.metrics.of("keepers").figures["bonus"]
    return Decimal(told["bonus"].split()[0])


def in_the_block_of_the_post(result: Result) -> float:
    """Return the share of the debt called that was liquidated in the block that called it."""
    return float(result.metrics.of("clocks").figures["answered_within_blocks"][0]["by_debt"])


def lost(result: Result) -> float:
    """Return what of the bonus went for searchers' txs that failed."""
    (told,) = result.metrics.of("keepers").figures["bonus"]
    return -float(told["of_bonus"]["reverted_gas"])


@pytest.mark.parametrize("seed", SEEDS)
def test_in_the_open_losers_pay_and_accounts_wait_for_the_next_block(seed):
    result = ran(OPEN, seed)

    assert lost(result) > 0.25
    assert in_the_block_of_the_post(result) == 0
    assert received(result)["builders"] > 0.6 > 0.3 > received(result)["keepers"] > 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_sealed_bids_cost_losers_nothing_are_a_block_earlier_and_leave_it_to_the_builder(seed):
    result = ran(SEALED, seed)

    assert lost(result) == 0
    assert in_the_block_of_the_post(result) > 0.8
    assert received(result)["builders"] > 0.85 > 0.1 > received(result)["keepers"]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_bid_for_the_place_behind_an_update_is_the_beneficiarys_at_the_builders_cost(seed):
    sealed, offered = ran(SEALED, seed), ran(OFFERED, seed)

    assert received(sealed)["beneficiaries"] == 0
    assert received(offered)["beneficiaries"] > 0.5
    assert received(offered)["builders"] < received(sealed)["builders"] - 0.45
    assert received(offered)["keepers"] < 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_the_same_fall_and_the_same_bonus_that_goes_another_way(seed):
    results = [ran(name, seed) for name in (OPEN, SEALED, OFFERED)]

    assert len({result.summary["drawdown_bps"] for result in results}) == 1
    assert results[0].summary["accounts_called"] == results[1].summary["accounts_called"] > 50
    assert max(map(bonus, results)) * 10 < min(map(bonus, results)) * 11


def test_the_beneficiarys_part_is_65_percent_of_every_winning_bid():
    rows = ran(OFFERED, 4).records("UpdateAuctioned")

    assert len(rows["seq"]) >= 5
    assert [int(part) for part in rows["recaptured"]] == [int(bid) * 65 // 100 for bid in rows["bid"]]


def test_its_books_balance_at_every_block():
    result = run(load(OFFERED), 4, check=True, tape="none")

    assert result.reconciled_blocks == result.summary["blocks"] > 25

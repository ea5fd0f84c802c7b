"""A squeeze on whoever has borrowed a thin asset: it cascades upwards where keepers buy back, and is not begun where its sums say loss."""

from decimal import Decimal
from typing import Any

import pytest

from sim import load, run
from sim.scenario.run import Result
from tests.scenarios.runs import Changes, ran, seeds

SEEDS = seeds(2, *range(3, 11), 1)
BOUGHT = 12 * 10**8
"""About what the squeezer carries the price to."""
WITHOUT_IT: Changes = (("agents.squeezer.parameters.min_profit", "1_000_000 USDC"), ("run.duration", "3 min"))
NO_BUYING_BACK: Changes = (("agents.keeper.strategy", "liquidator"),)
LITTLE_LENT: Changes = (("pools.lender.accounts", ()), ("pools.lender.population.accounts", 10), ("run.duration", "2 min"))


def earned(result: Result) -> Decimal:
    return money(result.summary["attacker_profit"])


def money(text: str) -> Decimal:
    return Decimal(text.split()[0])


def highest_post(result: Result) -> int:
    return max(int(each) for each in result.records("PricePosted")["price"])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_keepers_buy_back_carries_the_price_beyond_what_the_squeezer_paid_and_makes_others_fall(seed):
    squeezed, stocked = ran("squeeze", seed), ran("squeeze", seed, NO_BUYING_BACK)

    assert squeezed.summary["generations"] >= 2
    assert stocked.summary["generations"] == 1
    assert squeezed.summary["accounts_called"] > stocked.summary["accounts_called"] > 0
    assert highest_post(squeezed) > BOUGHT * 104 // 100
    assert highest_post(stocked) < BOUGHT * 101 // 100


@pytest.mark.parametrize("seed", SEEDS)
def test_the_squeezer_leaves_with_a_tenth_more_than_it_put_in_and_without_the_asset(seed):
    result = ran("squeeze", seed)
    told = result.summary["attackers"]["squeezer"]

    assert earned(result) > money(told["own_money_max"]) / 10
    assert told["trading"] == told["profit"]
    assert earned(result) > earned(ran("squeeze", seed, NO_BUYING_BACK)) > 0


def test_nobody_falls_without_it():
    summary = run(load("squeeze"), 2, set=dict(WITHOUT_IT), tape="none").summary

    assert (summary["liquidations"], summary["margin_calls"], summary["attacker_profit"]) == (0, 0, "0 USDC")


@pytest.mark.parametrize(("name", "changes"), [("squeeze_deep", (("run.duration", "2 min"),)), ("squeeze", LITTLE_LENT)])
@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_deep_book_or_with_little_lent_it_stays_at_home(name, changes, seed):
    result = ran(name, seed, changes)

    assert bought(result) == 0
    assert result.summary["liquidations"] == 0


def test_its_books_balance_at_every_block():
    result = run(load("squeeze"), 2, set={"run.duration": "2 min"}, check=True, tape="none")

    assert result.summary["liquidations"] > 0
    assert result.reconciled_blocks == result.summary["blocks"] > 5


def bought(result: Result) -> Any:
    return money(result.summary["attackers"]["squeezer"]["own_money_max"])

"""A pump with two accounts: it takes what a lender has where a thin book is believed, and is not begun against a mean or a cap."""

from decimal import Decimal

import pytest

from sim import load, run
from sim.scenario.run import Result
from tests.scenarios.runs import Changes, ran, seeds

SEEDS = seeds(1, *range(2, 11))
SHORT: Changes = (("run.duration", "2 min"), ("agents.attacker.parameters.waits", "0 s"))
"""A pump at once, and no more."""
FEED = "pools.lender.reserves.FARM.feed"
AT_HOME: dict[str, tuple[str, Changes]] = {
    "a mean of ten minutes": ("two_account_pump_mean", SHORT),
    "a cap on the collateral": ("two_account_pump", (*SHORT, ("pools.lender.reserves.FARM.supply_cap", "500 FARM"))),
    "a cap on the loan": ("two_account_pump", (*SHORT, ("pools.lender.reserves.USDC.borrow_cap", "50_000 USDC"))),
    "a book too deep for its purse": ("two_account_pump", (*SHORT, ("agents.maker.count", 12))),
}
PUT_IN = 20_000


def earned(result: Result) -> Decimal:
    return money(result.summary["attacker_profit"])


def money(text: str) -> Decimal:
    return Decimal(text.split()[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_it_borrows_all_that_the_lender_has_for_a_fraction_and_the_lender_is_left_with_the_rest(seed):
    result = ran("two_account_pump", seed)
    told = result.summary["attackers"]["attacker"]

    assert earned(result) > 1_300_000
    assert money(told["own_money_max"]) < 120_000
    assert money(told["borrowed"]) == 1_584_000
    assert money(told["left_in_lenders"]) == 0
    assert result.summary["drawdown_bps"] > 8_500


def test_by_the_end_nearly_all_of_the_debt_is_bad():
    assert money(ran("two_account_pump", 1).summary["bad_debt"]) > 1_300_000


@pytest.mark.parametrize("ltv", [10, 40])
def test_where_the_lender_has_more_it_borrows_what_the_pumped_price_is_worth_to_it(ltv):
    changes: Changes = (*SHORT, ("pools.lender.reserves.FARM.ltv", f"{ltv} %"))
    result = ran("two_account_pump", 1, changes)
    rows, (loan,) = result.records("PricePosted"), result.tape.entries(records=["Borrowed"])
    feed = next(each.place for each in result.facts.feeds if each.name == "reported")
    posts = zip(rows["place"].tolist(), rows["seq"].tolist(), rows["price"].tolist(), strict=True)
    price = [price for place, seq, price in posts if place == feed and seq < loan.seq][-1]
    worth = PUT_IN * price * ltv // 100 // 100

    assert 120 * 10**8 < price < 140 * 10**8
    assert worth * 97 // 100 < loan.record.amount <= worth


def test_a_cap_on_the_loan_is_what_it_borrows_and_it_puts_no_more_in_than_that_takes():
    summary = ran("two_account_pump", 1, (*SHORT, ("pools.lender.reserves.USDC.borrow_cap", "150_000 USDC"))).summary
    (put_in,) = ran("two_account_pump", 1, (*SHORT, ("pools.lender.reserves.USDC.borrow_cap", "150_000 USDC"))).records("Supplied")[
        "amount"
    ]

    assert money(summary["attackers"]["attacker"]["borrowed"]) == 148_500
    assert 1_500 * 10**18 < int(put_in) < 2_500 * 10**18


def test_a_median_of_which_two_are_moved_is_no_help():
    told = ran("two_account_pump", 1, (*SHORT, (FEED, "median"))).summary["attackers"]["attacker"]

    assert money(told["borrowed"]) > 1_000_000


@pytest.mark.parametrize("why", AT_HOME)
@pytest.mark.parametrize("seed", SEEDS)
def test_it_stays_at_home(why, seed):
    name, changes = AT_HOME[why]
    summary = ran(name, seed, changes).summary

    assert summary["attackers"]["attacker"]["own_money_max"] == summary["attackers"]["attacker"]["borrowed"] == "0 USDC"
    assert summary["bad_debt"] == "0 USDC"


@pytest.mark.laws
@pytest.mark.parametrize("seed", range(1, 11))
def test_the_longer_the_mean_the_less_it_brings(seed):
    by_window = [
        earned(ran("two_account_pump_mean", seed, (("derived_feeds.mean.window", window),))) for window in ("2 min", "5 min", "10 min")
    ]

    assert by_window[0] > by_window[1] + 200_000
    assert by_window[0] > by_window[2] == 0


def test_its_books_balance_at_every_block():
    result = run(load("two_account_pump"), 1, set=dict(SHORT), check=True, tape="none")

    assert money(result.summary["attackers"]["attacker"]["borrowed"]) > 1_000_000
    assert result.reconciled_blocks == result.summary["blocks"] > 5

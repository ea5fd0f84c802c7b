"""The toxic spiral: above a loan-to-value of 1/(1+bonus) liquidations make bad debt where there was none."""

from collections import defaultdict
from decimal import Decimal

import pytest

from sim.metrics.analyse import analyse
from sim.units import WAD
from tests.scenarios.runs import Changes, ran, seeds

SEEDS = seeds(4, 9)
LOWER: Changes = (("compound.pool.bonus", "5 %"),)
FACTOR = 8_500
ONE_AND_BONUS = 11_500


def money(text):
    return Decimal(text.split()[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bonus_makes_bad_debt_in_a_fall_that_has_none_in_it(seed):
    toxic, mild = ran("toxic_spiral", seed).summary, ran("toxic_spiral", seed, LOWER).summary

    assert money(toxic["bad_debt"]) > 1_000
    assert money(mild["bad_debt"]) == 0
    assert mild["unhealthy_at_end"] == 0
    assert toxic["liquidations"] > 2 * mild["liquidations"]
    assert money(toxic["keeper_profit"]) > 2 * money(mild["keeper_profit"])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_spiral_is_found_to_be_the_cause_and_suppliers_bear_it(seed):
    result = ran("toxic_spiral", seed)

    found = analyse(result.tape, result.facts, str, ["losses"]).figures["losses"]

    assert found["by_cause"]["toxic_spiral"] == pytest.approx(float(money(result.summary["bad_debt"])), abs=0.01)
    assert found["borne_by"]["suppliers"] == pytest.approx(found["bad_debt"], abs=0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_account_owed_more_than_it_had_when_its_margin_was_called(seed):
    called = ran("toxic_spiral", seed).records("HealthFell")

    assert (called["debt"] < called["collateral"]).all()


@pytest.mark.parametrize("changes", [(), LOWER])
def test_a_liquidation_lowers_health_exactly_above_the_line(changes):
    one_and_bonus = 10_500 if changes else ONE_AND_BONUS
    falls = rises = 0
    for before, after in consecutive(ran("toxic_spiral", 4, changes)):
        # Loan-to-value is factor over health; the line is at 1 over one and bonus.
        is_over_the_line = FACTOR * one_and_bonus * WAD > before * 10_000 * 10_000
        assert (after < before) == is_over_the_line
        falls, rises = falls + (after < before), rises + (after > before)

    assert rises > 0
    assert falls > 100 or changes
    assert not (falls and changes)


def consecutive(result):
    """Yield health before two liquidations of one account that follow each other at one price."""
    last: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    rows = result.records("Liquidated")
    for account, price, health in zip(rows["account"].tolist(), rows["collateral_price"].tolist(), rows["health"], strict=True):
        if last[account][0] == price:
            yield last[account][1], int(health)
        last[account] = (price, int(health))


@pytest.mark.parametrize("changes", [(), LOWER])
def test_it_is_not_the_book(changes):
    assert ran("toxic_spiral", 4, changes).summary["drawdown_bps"] < 1_200
    assert ran("toxic_spiral", 4, changes).summary["generations"] == 1

"""One fall, eight lenders: who is called is the same everywhere, what is taken, given away and left unpaid is not."""

from typing import NamedTuple

import pytest

from sim import load, run
from sim.scenario.run import Result
from tests.scenarios.runs import seeds
from tests.support.kept import kept

NAME, SEEDS = "one_fall_eight_lenders", seeds(2, 5)
OF_80 = ("aave", "compound", "comet", "morpho", "euler_v1", "euler_v2")
"""Lenders with a threshold of 80 %: their borrowers have the same collateral too."""
CALLED_ALIKE = (*OF_80, "liquity")
LENDERS = (*CALLED_ALIKE, "crvusd")


@kept
def whole(seed: int) -> Result:
    return run(load(NAME), seed, check=True)


class Row(NamedTuple):
    """What became of a lender's borrowers; money in wholes, collateral in whole ETH."""

    liquidated: int
    """Accounts."""
    relieved: float
    """Debt they no longer owe."""
    taken: float
    """Collateral they no longer have for it."""
    cost: float
    """What that was worth at posted prices beyond the debt, over the debt."""
    written_off: float


def row_of(result: Result, name: str) -> Row:
    """Return a lender's row."""
    return {"comet": absorbed, "liquity": troves, "crvusd": bands}.get(name, liquidated)(result, name)


def liquidated(result: Result, name: str) -> Row:
    rows = own(result, "Liquidated", name)
    debt_unit = unit_of(result, rows["debt_asset"][0])
    taken = [int(seized) + int(fee) for seized, fee in zip(rows["seized"], rows["protocol_fee"], strict=True)]
    worth = sum(units * int(price) for units, price in zip(taken, rows["collateral_price"], strict=True)) / 10**26
    repaid = sum(int(units) for units in rows["repaid"]) / debt_unit
    return Row(len(set(rows["account"].tolist())), repaid, sum(taken) / 10**18, worth / repaid - 1, written_off(result, name, debt_unit))


def absorbed(result: Result, name: str) -> Row:
    rows, parts = own(result, "Absorbed", name), own(result, "CollateralAbsorbed", name)
    taken = sum(int(units) for units in parts["seized"])
    worth = sum(int(units) * int(price) for units, price in zip(parts["seized"], parts["price"], strict=True)) / 10**26
    off = sum(int(units) for units in rows["shortfall"])
    relieved = sum(int(units) for units in rows["paid_out"]) - off
    return Row(len(rows["seq"]), relieved / 10**6, taken / 10**18, worth * 10**6 / relieved - 1, written_off(result, name, 10**6))


def troves(result: Result, name: str) -> Row:
    rows, calls = own(result, "TroveLiquidated", name), own(result, "Liquidated", name)
    debt = sum(int(paid) + int(moved) for paid, moved in zip(rows["offset"], rows["redistributed"], strict=True)) / 10**18
    taken = [sum(int(units) for units in each) for each in zip(rows["to_pool"], rows["to_troves"], calls["seized"], strict=True)]
    worth = sum(units * int(price) for units, price in zip(taken, calls["collateral_price"], strict=True)) / 10**26
    return Row(len(taken), debt, sum(taken) / 10**18, worth / debt - 1, written_off(result, name, 10**18))


def bands(result: Result, name: str) -> Row:
    """Leave out what the amm sold before: bands gave money for a part of the debt, and the keeper paid for the rest."""
    rows, calls = own(result, "BandsLiquidated", name), own(result, "Liquidated", name)
    paid = sum(int(units) for units in rows["from_sender"]) / 10**18
    relieved = sum(int(units) for units in calls["repaid"]) / 10**18
    taken = sum(int(units) for units in calls["seized"])
    worth = sum(int(units) * int(price) for units, price in zip(calls["seized"], calls["collateral_price"], strict=True)) / 10**26
    worth += sum(int(units) for units in rows["surplus"]) / 10**18
    return Row(len(set(rows["account"].tolist())), relieved, taken / 10**18, worth / paid - 1, written_off(result, name, 10**18))


def written_off(result: Result, name: str, unit: int) -> float:
    return sum(int(units) for units in own(result, "BadDebt", name)["amount"]) / unit


def own(result, record, name):
    """Return a lender's rows of a kind."""
    rows = result.records(record)
    is_own = rows["place"] == place_of(result, name)
    return {column: values[is_own] for column, values in rows.items()}


def place_of(result: Result, name: str) -> int:
    return next(pool.place for pool in result.facts.pools if pool.name == name)


def unit_of(result: Result, asset: int) -> int:
    return int(next(10**each.decimals for each in result.facts.assets if each.id == asset))


def called(result: Result, name: str) -> dict[int, int]:
    """Return the accounts of a lender that were called, counted from the first of them, each with the post that first did it."""
    rows = own(result, "HealthFell", name)
    found: dict[int, int] = {}
    for account, post in zip(rows["party"].tolist(), rows["post"].tolist(), strict=True):
        found.setdefault(account, post)
    first = min(found)
    return {account - first: post for account, post in found.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_seven_lenders_call_the_same_accounts_at_the_same_posts(seed):
    expected = called(whole(seed), "aave")

    assert len(expected) > 50
    for name in CALLED_ALIKE:
        assert whole(seed).facts.opening_debt[name] == whole(seed).facts.opening_debt["aave"] or name == "liquity"
        assert called(whole(seed), name) == expected
    assert len(called(whole(seed), "crvusd")) < len(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_lender_liquidates_and_its_books_balance(seed):
    assert whole(seed).reconciled_blocks == whole(seed).summary["blocks"] > 100
    assert all(row_of(whole(seed), name).liquidated > 20 for name in LENDERS)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "cost"), [("aave", 0.05), ("compound", 0.08), ("comet", 1 / 0.93 - 1), ("morpho", 1 / 0.94 - 1)])
def test_four_lenders_cost_the_same_share_every_time(seed, name, cost):
    assert row_of(whole(seed), name).cost == pytest.approx(cost, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["euler_v1", "euler_v2"])
def test_euler_is_dearer_the_further_an_account_has_fallen(seed, name):
    rows = own(whole(seed), "DebtTakenOver", name)
    by_health = sorted(zip((int(each) for each in rows["health"]), (int(each) for each in rows["discount"]), strict=True))
    discounts = [discount for _, discount in by_health]

    assert discounts == sorted(discounts, reverse=True)
    assert discounts[0] > 5 * discounts[-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_who_takes_a_part_at_a_time_takes_less(seed):
    taken = {name: row_of(whole(seed), name).taken for name in LENDERS}

    assert max(taken["aave"], taken["compound"], taken["euler_v1"]) < taken["morpho"] < taken["comet"]


@pytest.mark.parametrize("seed", SEEDS)
def test_three_lenders_write_off_what_nothing_stands_behind_and_euler_most(seed):
    off = {name: row_of(whole(seed), name).written_off for name in LENDERS}

    assert 0 < off["morpho"] < off["euler_v2"]
    assert 0 < off["comet"] < off["euler_v2"]
    assert [off[name] for name in ("euler_v1", "liquity", "crvusd")] == [0, 0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_bands_sell_softly_so_that_less_is_left_to_be_seized(seed):
    crvusd, morpho = (row_of(whole(seed), name) for name in ("crvusd", "morpho"))
    hard = own(whole(seed), "BandsLiquidated", "crvusd")

    assert crvusd.liquidated < 0.7 * morpho.liquidated
    assert sum(int(units) for units in hard["from_bands"]) > 0
    assert len(whole(seed).records("Swapped")["seq"]) > 20

"""A pump with two accounts: it pays where a thin book is believed, and is not begun where it would not."""

from pathlib import Path
from typing import Any

import pytest

from sim.scenario.load import load
from sim.scenario.run import Result, run
from tests.support.kept import kept

WORLD = Path(__file__).parents[2] / "worlds" / "pumped.toml"
AT_HOME: dict[str, tuple[str, Any]] = {
    "poor": ("agents.attacker.venue_funds", ["1_000 USDC", "20_000 FARM"]),
    "asks for more": ("agents.attacker.parameters.min_profit", "5_000_000 USDC"),
}


@kept
def pumped(*keys: tuple[str, Any]) -> Result:
    return run(load(WORLD, dict(keys)), check=True)


def of(result: Result, record: str) -> list[Any]:
    (agent,) = [each for each in result.facts.agents if each.name == "attacker"]
    return [each.record for each in result.tape.entries(records=[record]) if agent.party <= each.party < agent.party + 2]


def test_it_borrows_more_than_all_it_had_in_the_book_and_the_collateral_was_worth():
    (borrowed,) = of(pumped(), "Borrowed")
    (supplied,) = of(pumped(), "Supplied")

    assert borrowed.amount > 5 * supplied.amount * 10 * 10**6 // 10**18 * 65 // 100
    assert borrowed.amount > 1_000_000 * 10**6


def test_the_feed_was_right_all_the_time_it_told_what_the_book_traded_at():
    posts = pumped().records("PricePosted")

    assert max(posts["price"].tolist()) > 5 * 10 * 10**8


def test_one_account_buys_what_is_offered_and_the_other_lends_its_name_to_the_debt():
    (agent,) = [each for each in pumped().facts.agents if each.name == "attacker"]
    buyers = {each.party for each in pumped().tape.entries(records=["OrderAccepted"]) if each.record.limit > 50_000}
    (debtor,) = {each.party for each in pumped().tape.entries(records=["Borrowed"]) if each.party in (agent.party, agent.party + 1)}

    assert {agent.party, agent.party + 1} <= buyers
    assert debtor == agent.party


@pytest.mark.parametrize("why", ["poor", "asks for more"])
def test_where_its_sums_say_loss_it_does_nothing(why):
    result = run(load(WORLD, dict([AT_HOME[why]])))

    assert not of(result, "OrderAccepted")
    assert not of(result, "Borrowed")

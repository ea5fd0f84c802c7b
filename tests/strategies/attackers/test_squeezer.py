"""A squeeze of who owes a thin asset: it pays where the book is thin and the debt large, and is not begun where it would not."""

from pathlib import Path
from typing import Any

import pytest

from sim.scenario.load import load
from sim.scenario.run import Result, run
from sim.vocabulary import Motive, Side
from tests.support.kept import kept

WORLD = Path(__file__).parents[2] / "worlds" / "squeezed.toml"
AT_HOME: dict[str, dict[str, Any]] = {
    "the book is deep": {
        "agents.attacker.venue_funds": ["50_000_000 USDC"],
        "agents.maker.venue_funds": ["10_000_000 USDC", "1_000_000 FARM"],
        "agents.maker.parameters": {"usd_at_1": "400_000 USDC", "usd_at_2": "900_000 USDC", "usd_at_5": "2_500_000 USDC"},
    },
    "it cannot pay": {"agents.attacker.venue_funds": ["10_000 USDC"]},
    "nobody is near": {"pools.lender.accounts.short.collateral": ["400_000 USDC"]},
}


@kept
def squeezed() -> Result:
    return run(load(WORLD, {}), check=True)


def party(result: Result, name: str) -> int:
    return next(each.party for each in result.facts.agents if each.name == name)


def trades(result: Result) -> list[tuple[int, int, int, int]]:
    """Return (buyer, seller, price, lots) of each trade."""
    found = []
    for each in result.tape.entries(records=["Traded"]):
        pair = (each.party, each.record.maker) if each.record.aggressor is Side.BUY else (each.record.maker, each.party)
        found.append((*pair, each.record.price, each.record.lots))
    return found


def test_the_short_is_liquidated_only_because_the_book_was_bought_up():
    alone = run(load(WORLD, {"agents.attacker.parameters.min_profit": "5_000_000 USDC"}))

    assert [len(list(each.tape.entries(records=["Liquidated"]))) for each in (squeezed(), alone)] == [1, 0]


def test_the_keeper_buys_from_it_dearer_than_it_bought():
    attacker, keeper = party(squeezed(), "attacker"), party(squeezed(), "keeper")
    bought = [price for buyer, _, price, _ in trades(squeezed()) if buyer == attacker]
    sold = [price for buyer, seller, price, _ in trades(squeezed()) if (buyer, seller) == (keeper, attacker)]

    assert sold
    assert min(sold) > max(bought)


def test_it_leaves_with_more_than_it_came_with_and_without_the_asset():
    attacker = party(squeezed(), "attacker")
    out = sum(price * lots for buyer, _, price, lots in trades(squeezed()) if buyer == attacker)
    back = sum(price * lots for _, seller, price, lots in trades(squeezed()) if seller == attacker)
    held = [lots if buyer == attacker else -lots for buyer, seller, _, lots in trades(squeezed()) if attacker in (buyer, seller)]

    assert back * 9995 > out * 10_005  # The venue keeps 5 bps of each.
    assert sum(held) == 0


def test_what_the_collateral_does_not_reach_stays_a_bad_debt():
    (liquidated,) = squeezed().tape.entries(records=["Liquidated"])
    (left,) = squeezed().tape.entries(records=["BadDebt"])

    assert left.record.amount + liquidated.record.repaid >= 20_000 * 10**18
    assert left.record.amount > 5_000 * 10**18


def test_a_hedged_keeper_buys_what_it_repays_before_its_tx_is_included():
    keeper = party(squeezed(), "keeper")
    (liquidated,) = squeezed().tape.entries(records=["Liquidated"])
    (order,) = [each for each in squeezed().tape.entries(records=["OrderAccepted"]) if each.party == keeper]

    assert (order.record.side, order.record.motive) == (Side.BUY, Motive.HEDGE)
    assert order.at < liquidated.at
    assert order.record.lots >= liquidated.record.repaid // 10**17


@pytest.mark.parametrize("why", list(AT_HOME))
def test_where_its_sums_say_loss_it_does_nothing(why):
    result = run(load(WORLD, {**AT_HOME[why], "run.duration": "40 s"}))

    assert party(result, "attacker") not in [each.party for each in result.tape.entries(records=["OrderAccepted"])]
    assert not list(result.tape.entries(records=["Liquidated"]))

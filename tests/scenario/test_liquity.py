"""Liquity systems, built into the pocket world."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sim.assets import Asset
from sim.errors import InputError, ScenarioError
from sim.lending.liquity.system import Liquity
from sim.records import Minted, PopulationOpened
from sim.scenario.build import build
from sim.scenario.build_liquity import add_liquity
from sim.scenario.spec.lending import FixedSize, UniformHealth
from sim.scenario.spec.liquity import DepositSpec, LiquitySpec, TrovePopulationSpec, TroveSpec
from sim.scenario.values import Amount
from sim.units import DAY, WAD
from tests.support.scenarios import pocket


def eth(number: int) -> Amount:
    return Amount(Decimal(number), "ETH")


def lusd(number: int) -> Amount:
    return Amount(Decimal(number), "LUSD")


@pytest.fixture
def parts(tmp_path: Path) -> Any:
    """Return what a pocket world was put together from, with the system's money added."""
    parts = build(pocket(tmp_path)).wiring.parts
    add_money(parts)
    return parts


def add_money(parts: Any) -> None:
    money = Asset(parts.names.intern("LUSD"), "LUSD", 18)
    parts.ledger.add_asset(money)
    parts.assets["LUSD"] = money


CROWD = TrovePopulationSpec(accounts=40, size=FixedSize(debt=lusd(5_000)), health=UniformHealth(low=1.5, high=2.5))


def liquity(**changes: Any) -> LiquitySpec:
    usual: dict[str, Any] = {
        "name": "liq",
        "collateral": "ETH",
        "money": "LUSD",
        "feed": "eth_usdc",
        "base_rate": 100,
        "no_redemption": 14 * DAY,
        "deposits": (DepositSpec(name="saver", amount=lusd(30_000)),),
        "population": CROWD,
        "accounts": (TroveSpec(name="liq_alice", collateral=eth(100), debt=lusd(4_000)),),
    }
    return LiquitySpec(**{**usual, **changes})


def test_a_system_opens_with_troves_deposits_and_a_crowd_all_backed(parts):
    add_liquity(parts, liquity())

    system = parts.lenders[parts.id("liq")]
    assert isinstance(system, Liquity)
    assert (len(system.book.troves), system.book.debt) == (41, 204_000 * WAD)
    assert system.stability.compounded(parts.id("saver")) == 30_000 * WAD
    assert (system.base_rate, system.terms.no_redemption_until) == (WAD // 100, parts.scenario.run.start + 14 * 86_400)
    assert system.feeds == {parts.assets["ETH"].id: parts.id("eth_usdc")}
    assert system.terms.staking == parts.id("liq/staking")
    assert system.screen(parts.scenario.run.start) == []
    assert parts.populations["liq"]
    system._check()


def test_the_tape_says_what_came_in_and_which_crowd(parts):
    said: list[Any] = []
    for record in (Minted, PopulationOpened):
        parts.tape.listen(record.kind, lambda seq, at, cause, place, party, row: said.append(row))

    add_liquity(parts, liquity())

    assert [row[0] for row in said] == [PopulationOpened.kind, Minted.kind, Minted.kind]
    assert said[2] == (Minted.kind, parts.assets["LUSD"].id, (30_000 + 41 * 200) * WAD)


def test_a_start_in_recovery_mode_is_noted(parts):
    add_liquity(parts, liquity(population=None, accounts=(TroveSpec(name="thin", collateral=eth(1), debt=lusd(1_500)),)))

    assert any("liq: starts in recovery mode" in note for note in parts.notes)


def test_liquidations_can_be_switched_off(parts):
    add_liquity(parts, liquity())

    assert parts.lenders[parts.id("liq")].allows_liquidations == parts.scenario.switches.liquidations


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"accounts": (TroveSpec(name="a", collateral=lusd(1), debt=lusd(2_000)),)}, "an amount of ETH is meant"),
        ({"deposits": (DepositSpec(name="a", amount=eth(1)),)}, "an amount of LUSD is meant"),
    ],
)
def test_amounts_of_another_asset_are_refused_in_words(parts, changes, words):
    with pytest.raises(ScenarioError, match=words):
        add_liquity(parts, liquity(**changes))


def test_money_of_six_decimals_is_refused_in_words(parts):
    with pytest.raises(InputError, match="USDC has 6 decimals"):
        add_liquity(parts, liquity(money="USDC", deposits=(), population=None, accounts=()))

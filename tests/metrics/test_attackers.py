"""What attackers earned is what their accounts have more than at the opening: by the ledger, and by hand."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sim import build, load
from sim.metrics.attackers import PARTS, AttackersMetric, Takings
from sim.metrics.table import LiveSummary
from sim.scenario.world import World
from sim.units import SECOND, AssetId, Units
from tests.support.kept import kept

WORLDS = Path(__file__).parents[1] / "worlds"
ATTACKS = ("pumped", "squeezed", "robbed")
END = 75 * SECOND


@kept
def attacked(name: str) -> tuple[World, AttackersMetric, dict[str, Any], dict[AssetId, Units]]:
    """Return a pocket world after 75 seconds, its metric and figures, and what the attackers' purses have more than at the opening."""
    world = build(load(WORLDS / f"{name}.toml"))
    live = LiveSummary(world.facts)
    world.tape.sink = live
    before = purses(world)
    world.kernel.run_until(END)
    world.tape.flush()
    metric = next(each for each in live.metrics if isinstance(each, AttackersMetric))
    return world, metric, live.figures(), {asset: units - before[asset] for asset, units in purses(world).items()}


def purses(world: World) -> dict[AssetId, Units]:
    """Return what the attacker's accounts have anywhere, by asset."""
    (agent,) = [each for each in world.facts.agents if each.role == "attacker"]
    mine = [purse for purse, (owner, _) in enumerate(world.ledger.owners) if agent.party <= owner < agent.party + agent.accounts]
    return {asset: sum(balances[purse] for purse in mine) for asset, balances in world.ledger.balances.items()}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_came_less_what_went_is_what_the_purses_have_more(name):
    _, metric, _, more = attacked(name)
    (takings,) = metric.takings.values()

    assert {asset: units for asset, units in takings.held().items() if units} == {asset: units for asset, units in more.items() if units}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_parts_sum_to_the_profit_and_to_purses_at_the_last_mid_with_what_is_left_in_lenders(name):
    world, _, figures, more = attacked(name)
    (told,) = figures["attackers"].values()
    in_units = {key: int(Fraction(told[key].split()[0]) * 10**6) for key in (*PARTS, "profit")}
    (exchange,) = world.exchanges.values()
    quote, base, last = exchange.instrument.quote.id, exchange.instrument.base, exchange.quotes.view(END)
    assert last is not None
    marked = Fraction(more[base.id] * exchange.instrument.price_8(last.mid), 10**8 * base.unit)

    assert sum(in_units[part] for part in PARTS) == in_units["profit"]
    assert abs(in_units["profit"] - in_units["left_in_lenders"] - more[quote] - marked * 10**6) < 10**6
    assert figures["attacker_profit"] == told["profit"]


def test_a_debt_that_outgrew_its_collateral_is_nothing_left_and_not_less():
    told = attacked("robbed")[2]["attackers"]["attacker"]

    assert told["left_in_lenders"] == "0 USDC"
    assert told["own_money_max"] == "0 USDC"
    assert told["borrowed"].startswith("1")
    assert told["unpriced"].endswith("ETH")


def test_own_money_is_looked_at_between_instants():
    takings = Takings(quote=1)
    for at, units in ((5, -300), (5, 290), (6, -40), (7, 100), (8, -60)):
        takings.move("trading", 1, units, at)
    takings.move("trading", 2, -1_000, 9)

    assert takings.own_money() == 50
    assert takings.held() == {1: -10, 2: -1_000}


def test_a_world_without_attackers_has_none_of_these_figures():
    world = build(load(WORLDS / "pocket.toml"))

    assert not {"attackers", "attacker_profit"} & set(LiveSummary(world.facts).figures())

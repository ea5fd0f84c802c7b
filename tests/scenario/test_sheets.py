"""Sheets among the facts: what every lender has and owes when a run begins is what its accounts have and owe, one by one."""

import json

import pytest

from sim.facts import Facts
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.opened_lenders import parties_of
from tests.support.twins import WORLDS


@pytest.fixture(scope="module", params=["families", "vaults", "everything"])
def world(request):
    return build(load(WORLDS / f"{request.param}.toml"))


def positions(world, sheet):
    """Yield every account of a lender as it says itself."""
    lender = world.pools.get(sheet.place) or world.vault_pools.get(sheet.place) or world.lenders[sheet.place]
    parties = {"pools": lambda: lender.state.positions.parties(), "vaults": lambda: lender.positions.parties()}
    for party in parties.get(sheet.family, lambda: parties_of(lender))():
        yield lender.position(party, world.facts.epoch)


def total(accounts, side, asset):
    return sum(each.units for account in accounts for each in getattr(account, side) if each.asset == asset)


def test_totals_are_those_of_all_accounts(world):
    for sheet in world.facts.sheets:
        accounts = list(positions(world, sheet))
        for terms in sheet.terms:
            assert (terms.collateral, terms.debt) == (total(accounts, "collaterals", terms.asset), total(accounts, "debts", terms.asset))


def test_every_account_is_told_once(world):
    for sheet in world.facts.sheets:
        told = [each.party for each in sheet.accounts]
        for each in sheet.populations:
            who = world.populations[each.who]["party"] if each.who else range(each.first, each.first + each.count)
            told += [int(party) for party in who]

        assert len(told) == len(set(told))
        assert {each.account for each in positions(world, sheet) if each.debts or each.collaterals} <= set(told)


def test_sheets_go_through_json_unchanged(world):
    assert Facts.from_json(json.loads(json.dumps(world.facts.as_json()))) == world.facts


def test_a_pool_with_a_population_and_a_file_of_positions_keeps_both_lists():
    world = build(load(WORLDS / "everything.toml"))

    (sheet,) = world.facts.sheets

    assert [(each.file, each.count) for each in sheet.populations] == [("lender", 50), ("lender/positions", 1)]
    assert len(world.populations["lender"]["ETH_collateral_1000000000"]) == 50


def test_keepers_purses_are_what_the_scenario_gives_them():
    world = build(load(WORLDS / "vaults.toml"))

    keepers = {agent.party: agent for agent in world.facts.agents if agent.role == "keeper"}
    held = sum(each.units for each in world.facts.purses)

    assert {each.party for each in world.facts.purses} <= set(keepers)
    assert held == sum(
        sum(balances[purse] for purse, (party, _) in enumerate(world.ledger.owners) if party in keepers)
        for balances in world.ledger.balances.values()
    )

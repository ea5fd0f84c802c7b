"""Balance sheets before a shock: what our columns say of an account is what its lender says."""

import numpy as np
import pytest

from sim.contagion.accounts import accounts_of
from sim.facts import AssetFacts, Facts, OpenedFacts, SheetFacts, TermsFacts
from sim.lending.summary import position_ladder, vault_ladder
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.opened_lenders import parties_of
from sim.units import WAD
from tests.support.twins import WORLDS

COARSE = {"vaults": 2e-4, "liquity": 2e-4, "llamma": 0.03}
"""Vaults and Liquity: the threshold of the sheet is in whole bps. Llamma: its health counts bands, a threshold cannot."""


@pytest.fixture(scope="module", params=["families", "vaults", "everything"])
def world(request):
    return build(load(WORLDS / f"{request.param}.toml"))


def columns_of(world, sheet):
    return accounts_of(world.facts, sheet, world.populations.__getitem__)


def test_every_account_is_as_healthy_as_its_lender_says(world):
    for sheet in world.facts.sheets:
        lender = world.pools.get(sheet.place) or world.vault_pools.get(sheet.place) or world.lenders[sheet.place]
        listed = {
            "pools": lambda lender=lender: lender.state.positions.parties(),
            "vaults": lambda lender=lender: lender.positions.parties(),
        }
        parties = listed.get(sheet.family, lambda lender=lender: parties_of(lender))()
        positions = [lender.position(party, world.facts.epoch) for party in parties]
        said = sorted(each.health / WAD for each in positions if each.debts)
        found = columns_of(world, sheet)
        ours = sorted(((found.held * found.thresholds).sum(axis=1) / found.owed.sum(axis=1)).tolist())

        assert said == pytest.approx(ours, rel=COARSE.get(sheet.family, 1e-9), abs=1e-9)


def test_what_a_fall_calls_is_the_position_ladder():
    pool_world, vault_world = build(load(WORLDS / "everything.toml")), build(load(WORLDS / "vaults.toml"))
    (pool,), (sheet,) = pool_world.pools.values(), pool_world.facts.sheets
    state = pool.state
    (asset,) = (asset for asset in state.prices.feeds if sheet.terms[0].asset == asset)
    rungs = position_ladder(state.terms, state.positions, state.posted_prices(), asset)
    (vaults,), (urns,) = vault_world.vault_pools.values(), vault_world.facts.sheets

    for rung in rungs:
        falls = np.array([rung.fall_percent / 100 if terms.asset == asset else 0.0 for terms in sheet.terms])
        assert columns_of(pool_world, sheet).called(falls) == pytest.approx(rung.debt / 10**8, rel=1e-9)
    for rung in vault_ladder(vaults):
        falls = np.array([rung.fall_percent / 100 if terms.asset == vaults.collateral else 0.0 for terms in urns.terms])
        assert columns_of(vault_world, urns).called(falls) == pytest.approx(rung.debt / 10**8, rel=1e-6)


ETH, USDC = 1, 2


def no_list(name: str) -> dict[str, list[int]]:
    raise KeyError(name)


def two_accounts() -> SheetFacts:
    """One has 10 ETH at 100 and owes 750, the other 10 and owes 600; the threshold is 80 %, half is sold with a bonus of 10 %."""
    terms = (TermsFacts(ETH, 100 * 10**8, 8_000, 7_500, 1_000, 0), TermsFacts(USDC, 10**8, 0, 0, 0, 0))
    opened = tuple(OpenedFacts(party, {ETH: 10 * 10**18}, {USDC: owed * 10**6}) for party, owed in ((11, 750), (12, 600)))
    return SheetFacts(5, "pool", "pools", "v3_0", 5_000, terms, accounts=(*opened, OpenedFacts(13, {ETH: 10**18}, {})))


def test_two_accounts_worked_out_by_hand():
    facts = Facts(0, assets=(AssetFacts(ETH, "ETH", 18), AssetFacts(USDC, "USDC", 6)))
    found = accounts_of(facts, two_accounts(), no_list)
    tenth = np.array([0.1, 0.0])

    # A supplier who owes nothing is nobody here. 800 of 750 is left at 6.25 % and 800 of 600 at 25 %: 0.625 and 2.5 tenths.
    assert (len(found.held), found.debt, found.equity) == (2, 1350, 650)
    assert sorted(found.triggers(tenth)) == pytest.approx([0.625, 2.5])
    assert (found.called(tenth), found.called(tenth / 2), found.called(tenth * 3)) == (750, 0, 1350)
    assert [found.first_called(tenth), found.first_called(-tenth)] == pytest.approx([0.625, np.inf])
    assert found.sold_per_debt == pytest.approx(0.55)
    # At 60 each has 600 left, less a bonus of a tenth on what is paid: 545.45 of 750 and of 600.
    paying = found.paying(tenth * 4)
    assert [paying.owed, paying.paid, paying.owed_by_pledgers] == pytest.approx([1350, 2 * 600 / 1.1, 0])

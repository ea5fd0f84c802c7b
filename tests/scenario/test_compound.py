"""Pools of both Compounds, built into the pocket world."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError, ScenarioError
from sim.lending.comet.pool import CometPool
from sim.lending.compound.pool import CompoundPool
from sim.records import PopulationOpened
from sim.scenario.build import build
from sim.scenario.build_comet import add_comet
from sim.scenario.build_compound import add_compound
from sim.scenario.spec.comet import CometCollateralSpec, CometSpec
from sim.scenario.spec.compound import CompoundSpec, LenderAccountSpec, MarketSpec
from sim.scenario.spec.lending import FixedSize, MixSpec, PopulationSpec, UniformHealth
from sim.scenario.values import Amount, Rate
from sim.units import WAD
from tests.support.scenarios import pocket

DOLLAR = Rate(Decimal(1), "USD", "USDC")


def eth(number: int) -> Amount:
    return Amount(Decimal(number), "ETH")


def usdc(number: int) -> Amount:
    return Amount(Decimal(number), "USDC")


@pytest.fixture
def parts(tmp_path: Path) -> Any:
    """Return what a pocket world was put together from."""
    return build(pocket(tmp_path)).wiring.parts


ALICE = LenderAccountSpec(name="compound_alice", collateral=(eth(10),), debt=(usdc(1_000),))
CROWD = PopulationSpec(
    accounts=50,
    size=FixedSize(debt=usdc(1_000)),
    health=UniformHealth(low=1.1, high=1.5),
    mixes=(MixSpec(collateral={"ETH": 10_000}, debt={"USDC": 10_000}),),
)


def compound(**changes: Any) -> CompoundSpec:
    markets = (
        MarketSpec(asset="ETH", feed="eth_usdc", factor=8_250),
        MarketSpec(asset="USDC", price=DOLLAR, factor=8_550, liquidity=usdc(1_000_000)),
    )
    return CompoundSpec(**{"name": "old", "markets": markets, "accounts": (ALICE,), "population": CROWD, **changes})


def comet(**changes: Any) -> CometSpec:
    usual = {
        "name": "new",
        "base": "USDC",
        "price": DOLLAR,
        "collaterals": (CometCollateralSpec(asset="ETH", feed="eth_usdc", ltv=8_250, threshold=8_950),),
        "liquidity": usdc(1_000_000),
        "reserves": usdc(1_000),
        "target_reserves": usdc(5_000),
        "accounts": (ALICE,),
        "population": CROWD,
    }
    return CometSpec(**{**usual, **changes})


def test_a_pool_of_compound_opens_with_lenders_accounts_and_a_crowd(parts):
    add_compound(parts, compound())

    pool = parts.lenders[parts.id("old")]
    assert isinstance(pool, CompoundPool)
    assert len(pool.state.positions) == 52
    assert pool.feeds == {parts.assets["ETH"].id: parts.id("eth_usdc")}
    assert pool.state.markets[parts.assets["USDC"].id].borrows == 51_000 * 10**6
    assert all(pool.standing(party, parts.scenario.run.start).health > WAD for party in pool.state.positions.parties())
    pool._check()
    parts.ledger.check()


def test_a_comet_opens_with_lenders_reserves_accounts_and_a_crowd(parts):
    add_comet(parts, comet())

    pool, start = parts.lenders[parts.id("new")], parts.scenario.run.start
    assert isinstance(pool, CometPool)
    assert len(pool.state.positions) == 52
    assert (pool.state.reserves(start), pool.view(start).is_for_sale) == (1_000 * 10**6, True)
    assert pool.state.owed == 51_000 * 10**6
    assert all(pool.standing(party, start).health > WAD for party in pool.state.positions.parties())
    assert pool.balance_sheet().is_reconciled
    pool._check()


def test_the_same_dice_draw_the_same_crowd_wherever_it_is(parts):
    said: list[Any] = []
    parts.tape.listen(PopulationOpened.kind, lambda seq, at, cause, place, party, row: said.append(row))

    add_compound(parts, compound(population=CROWD, name="first"))
    add_compound(parts, compound(population=CROWD, name="second", accounts=()))

    assert len(said) == 2
    assert set(parts.populations) >= {"first", "second"}


@pytest.mark.parametrize(
    ("add", "spec", "says"),
    [
        (add_compound, compound(markets=(MarketSpec(asset="ETH"),)), "neither feed nor price"),
        (add_comet, comet(reserves=eth(1)), "give an amount of USDC"),
        (add_comet, comet(accounts=(LenderAccountSpec(name="bob", debt=(eth(1),)),)), "owes another asset"),
        (add_comet, comet(liquidity=None, reserves=None), "open more supply first"),
    ],
)
def test_what_cannot_be_built_is_refused_with_what_would_do(parts, add, spec, says):
    with pytest.raises((ScenarioError, InputError), match=says):
        add(parts, spec)

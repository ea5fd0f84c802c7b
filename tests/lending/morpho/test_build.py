"""Markets of Morpho Blue in a scenario's world: what their keys mean, what cannot be meant, and a life on a chain with blocks and gas."""

from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.lending.morpho.market import MorphoMarket
from sim.lending.morpho.rates import AdaptiveCurve, FixedRate
from sim.records import HealthFell, Liquidated, PopulationOpened, PricePosted
from sim.scenario.build_morpho import add_morpho
from sim.scenario.convert import structure, unstructure
from sim.scenario.spec.morpho import MorphoSpec
from sim.storage.memory import MemoryTape
from sim.units import WAD
from tests.lending.joined import FEED, empty_world, join, keeper_of, liquidate_all

MARKET: dict[str, Any] = {
    "name": "isolated",
    "collateral": "ETH",
    "loan": "USDC",
    "collateral_feed": FEED,
    "loan_price": "1 USD/USDC",
    "lltv": "86 %",
    "fee": "10 %",
    "liquidity": "1_000_000 USDC",
    "accounts": [{"name": "carol", "collateral": "10 ETH", "debt": "1_500 USDC"}],
    "population": {
        "accounts": 40,
        "size": {"kind": "fixed", "debt": "1_000 USDC"},
        "health": {"kind": "uniform", "low": 1.001, "high": 1.5},
    },
}


def spec_of(**changes: Any) -> MorphoSpec:
    found: MorphoSpec = structure(MorphoSpec, {**MARKET, **changes}, "morpho")
    return found


def parts_with(*specs: MorphoSpec) -> tuple[Any, MemoryTape]:
    _, parts, tape = empty_world()
    for spec in specs:
        add_morpho(parts, spec)
    return parts, tape


def test_a_section_reads_back_as_it_was_written():
    spec = spec_of(rate={"kind": "fixed", "yearly": "5 %"})

    assert structure(MorphoSpec, unstructure(spec), "morpho") == spec


def test_a_market_opens_with_suppliers_accounts_and_a_crowd():
    parts, tape = parts_with(spec_of())

    parts.tape.flush()
    market = parts.lenders[parts.id("isolated")]
    assert isinstance(market, MorphoMarket)
    assert (market.terms.threshold, market.terms.fee, market.terms.fee_recipient) == (8_600, WAD // 10, parts.id("isolated/fees"))
    assert market.terms.rate == AdaptiveCurve()
    assert len(market.positions) == 42
    assert market.totals.borrow_assets == 41_500 * 10**6
    assert market.feeds == {parts.assets["ETH"].id: parts.id(FEED)}
    opened: list[Any] = [entry.record for entry in tape.entries(records=[PopulationOpened]) if entry.place == market.place]
    assert [each.accounts for each in opened] == [40]
    assert all(market.standing(party, parts.scenario.run.start).health >= WAD for party in market.positions.parties())
    market._check()
    parts.ledger.check()


def test_a_rate_may_be_fixed():
    parts, _ = parts_with(spec_of(rate={"kind": "fixed", "yearly": "5 %"}, fee="0 %"))

    market = parts.lenders[parts.id("isolated")]
    assert market.terms.rate == FixedRate(5 * WAD // 100 // 31_536_000)
    assert market.terms.fee_recipient == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"collateral_feed": None}, "neither feed nor price"), ({"liquidity": "1 ETH"}, "give an amount of USDC")],
)
def test_what_cannot_be_built_is_refused_with_what_would_do(changes, says):
    with pytest.raises(ScenarioError, match=says):
        parts_with(spec_of(**changes))


def test_in_a_world_accounts_fall_are_called_and_liquidated():
    """News takes the price down by five percent; the wiring screens at each post and block, a keeper sends what the view offers."""
    world, parts, tape = empty_world()
    add_morpho(parts, spec_of())
    join(world)
    market = parts.lenders[parts.id("isolated")]
    keeper = keeper_of(world, 10**12)

    sent = liquidate_all(world, market.place, keeper, 200, 10**12)

    fell: list[Any] = [entry for entry in tape.entries(records=[HealthFell]) if entry.place == market.place]
    done: list[Any] = [entry for entry in tape.entries(records=[Liquidated]) if entry.place == market.place]
    posts = {entry.seq for entry in tape.entries(records=[PricePosted])}
    assert sent >= len(done) > 0
    assert {entry.record.fell for entry in done} <= {entry.seq for entry in fell}
    assert any(entry.record.post in posts for entry in fell)
    assert {entry.party for entry in done} == {keeper}
    assert market.accrued_at > parts.scenario.run.start
    assert market.balance_sheet().is_reconciled

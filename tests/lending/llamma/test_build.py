"""crvUSD markets in a scenario's world: what their keys mean, what cannot be meant, and a life on a chain with blocks and gas."""

from typing import Any

import pytest

from sim.amm.calls import SwapCall
from sim.commands import SendTx
from sim.errors import InputError, ScenarioError
from sim.lending.llamma.market import LlammaMarket
from sim.lending.llamma.terms import FixedRate, PegRate
from sim.records import HealthFell, Liquidated, PopulationOpened, Swapped
from sim.scenario.build_llamma import add_llamma
from sim.scenario.convert import structure, unstructure
from sim.scenario.spec.llamma import LlammaSpec
from sim.storage.memory import MemoryTape
from sim.units import GWEI, SECOND, WAD, YEAR_SECONDS
from tests.lending.joined import FEED, empty_world, join, keeper_of, liquidate_all

SECTION: dict[str, Any] = {
    "name": "soft",
    "collateral": "ETH",
    "money": "USDC",
    "collateral_feed": FEED,
    "money_price": "1 USD/USDC",
    "average": "60 s",
    "liquidity": "10_000_000 USDC",
    "rate": {"kind": "peg", "at_one": "6 %"},
    "accounts": [{"name": "carol", "collateral": "10 ETH", "debt": "500 USDC", "bands": 12}],
    "population": {
        "accounts": 30,
        "size": {"kind": "fixed", "debt": "1_000 USDC"},
        "health": {"kind": "uniform", "low": 1.0, "high": 1.5},
    },
}


def spec_of(**changes: Any) -> LlammaSpec:
    found: LlammaSpec = structure(LlammaSpec, {**SECTION, **changes}, "llamma")
    return found


def parts_with(spec: LlammaSpec) -> tuple[Any, MemoryTape]:
    _, parts, tape = empty_world()
    add_llamma(parts, spec)
    return parts, tape


def test_a_section_reads_back_as_it_was_written():
    spec = spec_of()

    assert structure(LlammaSpec, unstructure(spec), "llamma") == spec


def test_a_market_opens_with_money_typed_loans_and_a_crowd():
    parts, tape = parts_with(spec_of())

    parts.tape.flush()
    market, amm = parts.lenders[parts.id("soft")], parts.amms[parts.id("soft/amm")]
    start = parts.scenario.run.start
    assert isinstance(market, LlammaMarket)
    assert market.amm is amm
    assert len(market.loans) == 31
    assert len(amm.bands.stakes[parts.id("carol")].shares) == 12
    assert market.feeds == {parts.assets["ETH"].id: parts.id(FEED)}
    opened: list[Any] = [entry.record for entry in tape.entries(records=[PopulationOpened]) if entry.place == market.place]
    assert [each.accounts for each in opened] == [30]
    assert all(market.health(party, start, full=False) > WAD for party in market.loans)
    market._check()
    parts.ledger.check()


def test_terms_are_what_the_keys_say():
    parts, _ = parts_with(spec_of(amplification=50, fee="1 %", loan_discount="12 %", liquidation_discount="7 %"))

    market = parts.lenders[parts.id("soft")]
    terms = market.terms
    assert (terms.a, terms.fee, terms.loan_discount, terms.liquidation_discount) == (50, WAD // 100, 12 * WAD // 100, 7 * WAD // 100)
    assert terms.rate == PegRate(6 * WAD // 100 // YEAR_SECONDS, 2 * WAD // 100)
    assert terms.base_price == market.amm.oracle.posted()
    assert market.amm.oracle.span == 60
    assert market.amm.rate == terms.rate.at_one


def test_a_flat_rate_may_be_asked_for():
    parts, _ = parts_with(spec_of(rate={"kind": "flat", "yearly": "5 %"}))

    assert parts.lenders[parts.id("soft")].terms.rate == FixedRate(5 * WAD // 100 // YEAR_SECONDS)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"collateral_feed": None}, "neither feed nor price"),
        ({"liquidity": "100 ETH"}, "give an amount of USDC"),
        ({"liquidity": "100 USDC"}, "open more money first"),
        ({"loan_discount": "5 %"}, "liquidation < loan"),
        ({"amplification": 1_000}, "the fee is"),
        ({"average": "1500 ms"}, "whole number of seconds"),
        ({"accounts": [{"name": "dora", "collateral": "1 ETH", "debt": "1_000_000 USDC"}]}, "more collateral or less debt"),
    ],
)
def test_what_cannot_be_is_told_with_a_remedy(changes, told):
    with pytest.raises((ScenarioError, InputError), match=told):
        parts_with(spec_of(**changes))


def test_loans_are_sold_and_liquidated_on_a_chain():
    world, parts, tape = empty_world()
    add_llamma(parts, spec_of())
    join(world)
    place, amm = parts.id("soft"), parts.amms[parts.id("soft/amm")]
    trader = keeper_of(world, 10**12)
    world.ledger.mint(parts.assets["ETH"].id, world.ledger.open(trader, world.chain.place), 10**21)
    market = parts.lenders[place]
    feed = market.amm.oracle.prices.feeds[parts.assets["ETH"].id]
    feed.price = feed.price * 70 // 100

    world.kernel.run_until(30 * SECOND)
    view = amm.view(parts.scenario.run.start + 30)
    asset, amount = view.swap_to(view.oracle_price)
    world.chain.arrive((trader, 0, SendTx(amm.place, SwapCall(asset, amount // 4, 0), 5_000 * GWEI, 5 * GWEI, 3_000_000)))
    sent = liquidate_all(world, place, trader, 200, 10**12)

    kinds = {type(entry.record) for entry in tape.entries(records=[Swapped, HealthFell, Liquidated]) if entry.place in (place, amm.place)}
    assert sent > 0
    assert {HealthFell, Liquidated} <= kinds
    market._check()
    world.ledger.check()

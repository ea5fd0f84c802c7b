"""Euler pools in a scenario's world: what their keys mean, what cannot be meant, and a life on a chain with blocks and gas."""

from typing import Any

import pytest

from sim.errors import InputError, ScenarioError
from sim.lending.euler.pool import EulerPool
from sim.records import HealthFell, Liquidated, PopulationOpened
from sim.records.euler import DebtTakenOver
from sim.scenario.build_euler import add_euler
from sim.scenario.convert import structure, unstructure
from sim.scenario.spec.euler import EulerSpec
from sim.storage.memory import MemoryTape
from sim.units import WAD
from tests.lending.joined import FEED, empty_world, join, keeper_of, liquidate_all

CROWD: dict[str, Any] = {
    "accounts": 40,
    "size": {"kind": "fixed", "debt": "1_000 USDC"},
    "health": {"kind": "uniform", "low": 1.001, "high": 1.5},
    "loans": [{"collateral": "ETH", "debt": "USDC", "weight": 3}, {"collateral": "USDC", "debt": "ETH"}],
}
ACCOUNTS = [{"name": "carol", "collateral": ["10 ETH"], "debt": ["500 USDC"]}]
V1: dict[str, Any] = {
    "name": "old",
    "version": "v1",
    "assets": [
        {"asset": "ETH", "feed": FEED, "collateral_factor": "88 %", "borrow_factor": "91 %", "liquidity": "1_000 ETH"},
        {"asset": "USDC", "price": "1 USD/USDC", "collateral_factor": "90 %", "borrow_factor": "94 %", "liquidity": "1_000_000 USDC"},
    ],
    "accounts": ACCOUNTS,
    "population": CROWD,
}
V2: dict[str, Any] = {
    "name": "kit",
    "assets": [
        {"asset": "ETH", "feed": FEED, "liquidity": "1_000 ETH", "cool_off": "1 s"},
        {"asset": "USDC", "price": "1 USD/USDC", "liquidity": "1_000_000 USDC", "borrow_cap": "900_000 USDC"},
    ],
    "pairs": [
        {"debt": "USDC", "collateral": "ETH", "ltv": "83 %", "threshold": "85 %"},
        {"debt": "ETH", "collateral": "USDC", "ltv": "80 %", "threshold": "82 %"},
    ],
    "accounts": ACCOUNTS,
    "population": CROWD,
}
TOLD = pytest.mark.parametrize("told", [V1, V2], ids=["v1", "v2"])


def spec_of(told: dict[str, Any], **changes: Any) -> EulerSpec:
    found: EulerSpec = structure(EulerSpec, {**told, **changes}, "euler")
    return found


def parts_with(*specs: EulerSpec) -> tuple[Any, MemoryTape]:
    _, parts, tape = empty_world()
    for spec in specs:
        add_euler(parts, spec)
    return parts, tape


@TOLD
def test_a_section_reads_back_as_it_was_written(told):
    spec = spec_of(told)

    assert structure(EulerSpec, unstructure(spec), "euler") == spec


@TOLD
def test_a_pool_opens_with_suppliers_accounts_and_a_crowd(told):
    parts, tape = parts_with(spec_of(told))

    parts.tape.flush()
    pool = parts.lenders[parts.id(told["name"])]
    assert isinstance(pool, EulerPool)
    assert pool.state.rules.name == told.get("version", "v2")
    assert len(pool.state.positions) == 42
    assert pool.feeds == {parts.assets["ETH"].id: parts.id(FEED)}
    opened: list[Any] = [entry.record for entry in tape.entries(records=[PopulationOpened]) if entry.place == pool.place]
    assert [each.accounts for each in opened] == [40]
    assert all(pool.standing(party, parts.scenario.run.start).health >= WAD for party in pool.state.positions.parties())
    pool._check()
    parts.ledger.check()


def test_terms_are_what_the_keys_say():
    parts, _ = parts_with(spec_of(V1), spec_of(V2, accounts=[]))

    ether, dollar = parts.assets["ETH"].id, parts.assets["USDC"].id
    old, kit = (parts.lenders[parts.id(name)].state.terms for name in ("old", "kit"))
    assert (old.by_asset[ether].collateral_factor, old.by_asset[dollar].borrow_factor) == (8_800, 9_400)
    assert (kit.by_asset[ether].cool_off, kit.by_asset[dollar].borrow_cap) == (1, 900_000 * 10**6)
    pair = kit.pair(dollar, ether)
    assert pair is not None and (pair.borrow, pair.liquidation) == (8_300, 8_500)


@pytest.mark.parametrize(
    ("told", "changes", "says"),
    [
        (V2, {"assets": [{"asset": "ETH"}]}, "neither feed nor price"),
        (V2, {"pairs": []}, "carries no debt"),
        (V1, {"pairs": V2["pairs"]}, "v1 has factors per asset"),
        (V2, {"accounts": [{"name": "carol", "collateral": ["10 ETH"], "debt": ["1 USDC", "1 ETH"]}]}, "owes one asset only"),
    ],
)
def test_what_cannot_be_built_is_refused_with_what_would_do(told, changes, says):
    with pytest.raises((ScenarioError, InputError), match=says):
        parts_with(spec_of(told, **changes))


@TOLD
def test_in_a_world_accounts_fall_are_called_and_liquidated(told):
    """News takes the price down by five percent; the wiring screens at each post and block, a keeper sends what the view offers."""
    world, parts, tape = empty_world()
    add_euler(parts, spec_of(told))
    join(world)
    pool = parts.lenders[parts.id(told["name"])]
    keeper = keeper_of(world, 10**12)

    sent = liquidate_all(world, pool.place, keeper, 200, 10**12)

    fell: list[Any] = [entry for entry in tape.entries(records=[HealthFell]) if entry.place == pool.place]
    done: list[Any] = [entry for entry in tape.entries(records=[Liquidated]) if entry.place == pool.place]
    moved: list[Any] = list(tape.entries(records=[DebtTakenOver]))
    assert sent >= len(done) == len(moved) > 0
    assert {entry.record.fell for entry in done} <= {entry.seq for entry in fell}
    assert [entry.record.account for entry in done] == [entry.record.account for entry in moved]
    assert world.ledger.balance(parts.assets["ETH"].id, world.ledger.open(keeper, world.chain.place)) > 0
    assert pool.balance_sheet().is_reconciled

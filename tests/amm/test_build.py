"""Amms in a scenario's world: what their keys mean, what cannot be meant, and a life on a chain with blocks and gas."""

import copy
from math import isqrt
from typing import Any

import pytest

from sim.amm.calls import AddLiquidityCall, SwapCall
from sim.amm.concentrated.contract import ConcentratedAmm
from sim.amm.concentrated.log_ticks import MOST_TICK, sqrt_price_at, tick_at
from sim.amm.constant_product.contract import ConstantProductAmm
from sim.amm.stableswap.contract import StableSwapAmm
from sim.commands import SendTx
from sim.errors import ScenarioError
from sim.records import LiquidityAdded, Minted, Swapped, TxReverted
from sim.scenario.build import build
from sim.scenario.build_amm import add_amm
from sim.scenario.convert import structure, unstructure
from sim.scenario.load import changed, load
from sim.scenario.spec.amm import AmmSpec
from sim.storage.memory import MemoryTape
from sim.units import GWEI, NOBODY, SECOND
from tests.worlds.pocket import POCKET

ETHER, DOLLAR = 10**18, 10**6
PRODUCT = {"kind": "constant_product", "name": "pair", "assets": ["ETH", "USDC"], "liquidity": [{"amounts": ["100 ETH", "200_000 USDC"]}]}
RANGES = {
    "kind": "concentrated",
    "name": "ranges",
    "assets": ["ETH", "USDC"],
    "price": "2_000 USDC/ETH",
    "fee": "0.05 %",
    "spacing": 10,
    "observations": 20,
    "protocol": "dao",
    "protocol_part": 4,
    "liquidity": [
        {"amounts": ["100 ETH", "200_000 USDC"]},
        {"owner": "alice", "amounts": ["100 ETH", "200_000 USDC"], "low": "1_900 USDC/ETH", "high": "2_100 USDC/ETH"},
    ],
}
STABLE = {
    "kind": "stableswap",
    "name": "stable",
    "assets": ["USDC", "DAI"],
    "amplification": 500,
    "fee": "0.04 %",
    "protocol": "dao",
    "liquidity": [{"owner": "alice", "amounts": ["1_000_000 USDC", "1_000_000 DAI"]}],
}


def spec_of(told: dict[str, Any]) -> AmmSpec:
    found: AmmSpec = structure(AmmSpec, told, "amms")  # type: ignore[arg-type] # A union is no class.
    return found


def world_with(*told: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Return a pocket world with amms, its parts, and its tape."""
    tape = MemoryTape()
    scenario = changed(load(POCKET), {"assets.DAI": {"decimals": 18}, "run.duration": "30 s"})
    world = build(scenario, sink=tape)
    parts = world.wiring.parts
    for each in told:
        add_amm(parts, spec_of(each))
    return world, parts, tape


def amm_of(*told: dict[str, Any]) -> Any:
    _, parts, _ = world_with(*told)
    return parts.amms[parts.id(told[-1]["name"])]


@pytest.mark.parametrize("told", [PRODUCT, RANGES, STABLE])
def test_a_section_reads_back_as_it_was_written(told):
    spec = spec_of(told)

    assert spec_of({"kind": told["kind"], **unstructure(spec)}) == spec


def test_a_constant_product_opens_at_the_price_of_what_is_in_it():
    amm = amm_of(PRODUCT)

    assert isinstance(amm, ConstantProductAmm)
    assert amm.reserves == (100 * ETHER, 200_000 * DOLLAR)
    assert amm.view(0).price(amm.assets[0].id) == 2_000 * 10**18
    assert amm.fee_to == NOBODY
    amm._check()


def test_whoever_comes_second_is_taken_in_proportion():
    more = {"owner": "alice", "amounts": ["10 ETH", "50_000 USDC"]}
    amm = amm_of({**PRODUCT, "protocol": "dao", "liquidity": [*PRODUCT["liquidity"], more]})

    assert amm.reserves == (110 * ETHER, 220_000 * DOLLAR)
    assert amm.fee_to != NOBODY


def test_concentrated_liquidity_opens_at_its_price_in_ranges_taken_outwards():
    amm = amm_of(RANGES)

    assert isinstance(amm, ConcentratedAmm)
    assert (amm.fee, amm.book.spacing, amm.protocol_parts, amm.book.observations.paid_for) == (500, 10, (4, 4), 20)
    assert abs(amm.view(0).price(amm.assets[0].id) - 2_000 * 10**18) < 10**6
    (full, narrow) = sorted(amm.book.positions, key=lambda key: key[1])
    assert full[1:] == (-MOST_TICK // 10 * 10 + 10, MOST_TICK // 10 * 10)
    price_per_unit = sqrt_price_at(narrow[1]) ** 2 * 10**12 / 2**192, sqrt_price_at(narrow[2]) ** 2 * 10**12 / 2**192
    assert 1_898 < price_per_unit[0] <= 1_900 and 2_100 <= price_per_unit[1] < 2_103
    amm._check()


def test_prices_may_be_told_the_other_way_round():
    turned = {**RANGES, "assets": ["USDC", "ETH"]}

    amm, straight = amm_of(turned), amm_of(RANGES)

    assert abs(amm.view(0).price(amm.assets[1].id) - 2_000 * 10**18) < 10**10
    narrow, as_told = max(amm.book.positions, key=lambda key: key[1]), max(straight.book.positions, key=lambda key: key[1])
    assert narrow[1:] == (-as_told[2], -as_told[1])
    assert tick_at(amm.book.sqrt_price) == amm.book.tick


def test_a_stableswap_opens_with_its_terms():
    amm = amm_of(STABLE)

    assert isinstance(amm, StableSwapAmm)
    assert (amm.terms.amplification, amm.terms.fee, amm.terms.protocol_part) == (500, 4_000_000, 5 * 10**9)
    assert amm.reserves == (10**12, 10**24)
    amm._check()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({**PRODUCT, "assets": ["ETH"]}, "amms.pair.assets is ETH; give two different ones"),
        ({**PRODUCT, "assets": ["ETH", "ETH"]}, "give two different ones"),
        ({**PRODUCT, "liquidity": [{"amounts": ["1 DAI"]}]}, "give at most one amount of each of ETH, USDC"),
        ({**PRODUCT, "liquidity": [{"amounts": ["1 ETH", "2 ETH"]}]}, "give at most one amount of each of ETH, USDC"),
        ({**RANGES, "price": "2_000 DAI/ETH"}, 'amms.ranges.price is "2000 DAI/ETH"; give it in USDC/ETH'),
        ({**RANGES, "price": f"1{'0' * 53} USDC/ETH"}, "nearer to one"),
        ({**RANGES, "liquidity": [{"amounts": ["1 ETH"], "low": "3_000 USDC/ETH", "high": "2_000 USDC/ETH"}]}, "give high above low"),
        ({**STABLE, "assets": ["USDC"]}, "amms.stable.assets names 1; give two to 4"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(told, words):
    with pytest.raises(ScenarioError) as refused:
        amm_of(told)

    assert words in str(refused.value)


@pytest.mark.parametrize("key", ["fee", "spacing", "observations"])
def test_numbers_out_of_range_are_refused_when_they_are_read(key):
    bad = {"fee": "100 %", "spacing": 0, "observations": 70_000}[key]

    with pytest.raises(ScenarioError):
        spec_of({**RANGES, key: bad})


def test_what_is_there_at_the_start_is_told_and_nothing_is_left_over():
    world, parts, tape = world_with(PRODUCT, RANGES, STABLE)

    world.tape.flush()
    shares = parts.id("pair/shares")
    told = [entry.record.amount for entry in tape.entries(records=[Minted]) if entry.record.asset == shares]
    assert sorted(told) == [1_000, isqrt(100 * ETHER * 200_000 * DOLLAR) - 1_000]
    world.ledger.check()
    for amm in parts.amms.values():
        amm._check()


def test_a_swap_goes_through_mempool_block_and_contract_onto_the_tape():
    world, parts, tape = world_with(PRODUCT, RANGES)
    trader, ether, dollars = parts.names.intern("trader"), parts.id("ETH"), parts.id("USDC")
    purse = world.ledger.open(trader, world.chain.place)
    world.ledger.mint(ether, purse, 1_000 * ETHER)
    for call, place in (
        (SwapCall(ether, ETHER, 1_900 * DOLLAR), "ranges"),
        (SwapCall(ether, ETHER, 2_000 * DOLLAR), "pair"),
        (AddLiquidityCall((ETHER, 10**9)), "pair"),
        (SwapCall(ether, ETHER, 0), "pair"),
    ):
        world.chain.arrive((trader, 0, SendTx(parts.id(place), call, 500 * GWEI, 5 * GWEI, 500_000)))

    fork = copy.deepcopy(world)
    world.kernel.run_until(20 * SECOND)
    fork.kernel.run_until(20 * SECOND)

    world.tape.flush()
    swapped = [(parts.names.name(entry.place), entry.record.amount_out) for entry in tape.entries(records=[Swapped])]
    added = [entry.record.amount_1 for entry in tape.entries(records=[LiquidityAdded])]
    refused = [entry.record.reason.name for entry in tape.entries(records=[TxReverted])]
    got, in_the_fork = world.ledger.balance(dollars, purse), fork.ledger.balance(dollars, purse)
    assert [place for place, _ in swapped] == ["ranges", "pair"]
    assert (added, refused) == ([1_000 * DOLLAR], ["SLIPPAGE"])
    assert got == in_the_fork == sum(out for _, out in swapped) - 1_000 * DOLLAR
    world.ledger.check()
    for amm in parts.amms.values():
        amm._check()

"""A looper in a small world: how it builds up, and how it comes down again."""

from typing import Any

import pytest

from sim.records import (
    Borrowed,
    Liquidated,
    OrderAccepted,
    Repaid,
    Supplied,
    Traded,
    TransferCredited,
    TxIncluded,
    TxPending,
    TxReverted,
    Withdrawn,
)
from sim.units import SECOND, WAD
from sim.vocabulary import Motive
from tests.strategies.keepers.pocket_vaults import POOL, PocketVaults, book, vault
from tests.worlds.pocket_chain import ETHER, PocketChain, keeper, wall


def looper(ether: float = 10, **parameters: Any) -> dict[str, Any]:
    return {
        "name": "loop",
        "strategy": "looper",
        "venues": ["main"],
        "pools": ["lender"],
        "chain_funds": [f"{ether} ETH"],
        "parameters": {"look_interval": "5 s", "share_bps": "100 %", **parameters},
    }


def health(world: PocketChain) -> float:
    pool = next(iter(world.world.pools.values()))
    return float(pool.standing(world.party("loop"), world.world.chain.timestamp).health / WAD)


@pytest.fixture(scope="module")
def looped() -> PocketChain:
    """A looper that has done its three loops at a price of 200."""
    return PocketChain.of([wall(), looper(gas_reserve="1 ETH")], []).blocks(80)


def test_it_supplies_what_it_has_but_its_gas_money(looped):
    assert looped.records(Supplied, "loop")[0].amount == 9 * ETHER


def test_each_loop_borrows_a_share_of_what_the_pool_lends(looped):
    loans = [each.amount for each in looped.records(Borrowed, "loop")]

    # 9 ETH x 200 x 0.75 = 1350. They buy 6.676 ETH for 202 at worst and a fee; three quarters of 1335.2 are lent on those, less gas.
    assert loans[0] == 1_350_000_000
    assert 1_001_000_000 < loans[1] < 1_001_400_000


def test_what_is_bought_goes_back_into_the_pool(looped):
    bought = sum(each.lots for each in looped.records(Traded, "loop"))

    supplied = sum(each.amount for each in looped.records(Supplied, "loop"))
    gas = sum(each.gas_used * each.gas_price for each in looped.records(TxIncluded, "loop"))
    assert looped.at_venue("loop", "ETH") == 0
    assert supplied + looped.on_chain("loop", "ETH") + gas == 10 * ETHER + bought * 10**15


def test_after_its_loops_it_rests(looped):
    assert len(looped.records(Borrowed, "loop")) == 3
    assert looped.records(TxPending, "loop")[-1].call == 4  # A supply was the last of its txs.
    assert 1.25 < health(looped) < 1.27


def test_one_step_is_taken_at_a_time(looped):
    steps = [entry.at for kind in (TxPending, OrderAccepted) for entry in looped.entries(kind, "loop")]

    assert min(after - before for before, after in zip(sorted(steps)[:-1], sorted(steps)[1:], strict=True)) >= 5 * SECOND


def test_when_its_health_falls_it_sells_and_repays(looped):
    """At 165 its health is 1.04: it calls collateral back as far as it may, sells it and repays."""
    world = looped.fork().post(165)
    before = health(world.blocks(2))

    world.blocks(60)

    assert before < 1.05 < health(world)
    sale = world.entries(OrderAccepted, "loop")[-1].record
    assert (sale.motive, world.records(Withdrawn, "loop") != [], world.records(Repaid, "loop") != []) == (Motive.DELEVERAGE, True, True)


def test_it_unwinds_up_to_its_target_and_borrows_no_more(looped):
    world = looped.fork().post(165).blocks(600)

    assert 1.29 < health(world) < 1.35
    assert len(world.records(Borrowed, "loop")) == 3
    rest = len(world.records(TxPending, "loop"))
    assert len(world.blocks(20).records(TxPending, "loop")) == rest


def test_told_never_to_turn_round_it_sits_and_is_liquidated():
    world = PocketChain.of([wall(), keeper(), looper(unwind_health="0 %")], []).blocks(80).post(150).blocks(10)

    assert world.records(Repaid, "loop") == []
    assert world.party("loop") in [each.account for each in world.records(Liquidated)]


def test_what_travels_is_waited_for(looped):
    credited = [entry.at for entry in looped.entries(TransferCredited, "loop")]
    orders = [entry.at for entry in looped.entries(OrderAccepted, "loop")]

    assert len(credited) == 6 and len(orders) == 3
    assert all(order > arrival for arrival, order in zip(credited[::2], orders, strict=True))


def test_with_gas_money_alone_it_does_nothing():
    world = PocketChain.of([wall(), looper(ether=0.05)], []).blocks(40)

    assert world.records(TxPending, "loop") == []


def test_a_fork_goes_on_as_the_original_would(looped):
    world, twin = looped.fork().post(165), looped.fork().post(165)

    assert world.blocks(12).heard.rows == twin.blocks(12).heard.rows


def test_it_leaves_no_dust_in_a_vault():
    """With 2,950 against 3,000 it would leave 50, where a hundred is the least: it repays 2,900 and looks for more."""
    mind = looper(1, loops=0, unwind_health="140 %", target_health="200 %", least="50 DAI")
    alice = {**mind, "name": "alice", "pools": [POOL], "chain_funds": ["2_950 DAI", "1 ETH"]}
    world = PocketVaults.of([book(), alice], [vault("alice", 30, 3_000)], pool={"min_debt": "100 DAI"}).blocks(5)

    assert [each.amount for each in world.records(Repaid, "alice")] == [2_900 * WAD]
    assert world.records(TxReverted, "alice") == []

"""A defender whose position is a vault: the same deeds, and never dust."""

from typing import Any

import pytest

from sim.lending.aave.views import DebtView
from sim.records import Repaid, Supplied, TxPending, TxReverted
from sim.units import WAD
from strategies.borrowers.rescue import units_to_repay
from tests.strategies.keepers.pocket_vaults import POOL, PocketVaults, book, vault

ALICE = vault("alice", 30, 3_000)
"""At 200 and 150 %: thirty ether carry 4,000, so health is 1.33; at 160 it is 1.07."""


def defender(dai: int = 0, ether: float = 1, **parameters: Any) -> dict[str, Any]:
    return {
        "name": "alice",
        "strategy": "defender",
        "venues": ["main"],
        "pools": [POOL],
        "chain_funds": [f"{dai} DAI", f"{ether} ETH"],
        "parameters": {"reaction_time": "30 s", "look_interval": "10 s", **parameters},
    }


def run(mind: dict[str, Any], price: float, blocks: int = 10, **keys: Any) -> PocketVaults:
    world = PocketVaults.of([book(), mind], [ALICE], **keys)
    world.blocks(1)
    world.post(price)
    world.blocks(blocks)
    return world


def health(world: PocketVaults) -> float:
    [pool] = world.world.vault_pools.values()
    return float(pool.standing(world.party("alice"), 0).health / WAD)


def test_it_repays_up_to_its_target():
    world = run(defender(dai=5_000), 160)

    # 30 x 160 / 1.5 / 1.25 = 2560: 440 must go.
    assert [each.amount // 10**12 for each in world.records(Repaid, "alice")] == [440_000_000]
    assert 1.249_999 < health(world) < 1.250_001


def test_without_money_it_locks_more_collateral():
    world = run(defender(ether=20), 160)

    # 3000 x 1.25 = 3750 is to be carried and 3200 is: 550 x 1.5 / 160 = 5.156 ETH, a hair more for a threshold in whole bps.
    assert [each.amount // 10**15 for each in world.records(Supplied, "alice")] == [5_156]
    assert 1.249_999 < health(world) < 1.251


def test_where_dust_would_be_left_it_repays_all_if_it_can():
    world = run(defender(dai=5_000), 160, pool={"min_debt": "2_700 DAI"})

    assert [each.amount for each in world.records(Repaid, "alice")] == [3_000 * WAD]
    assert world.records(TxReverted, "alice") == []


def test_where_dust_would_be_left_and_it_cannot_pay_all_it_leaves_the_least_and_locks_more():
    world = run(defender(dai=1_000, ether=20), 160, pool={"min_debt": "2_700 DAI"})

    assert [each.amount for each in world.records(Repaid, "alice")] == [300 * WAD]
    assert len(world.records(Supplied, "alice")) == 1
    assert 1.249_999 < health(world) < 1.251


def test_it_wakes_when_the_pool_reads_the_price_however_seldom_it_looks():
    world = run(defender(dai=5_000, look_interval="30 min"), 160)

    assert len(world.records(Repaid, "alice")) == 1


def test_above_its_trigger_it_does_nothing():
    assert run(defender(dai=5_000), 180).records(TxPending, "alice") == []


@pytest.mark.parametrize(
    ("wanted", "purse", "repaid"),
    [(50, 500, 50), (500, 50, 50), (81, 500, 100), (81, 99, 80), (80, 99, 80), (500, 500, 100), (100, 99, 80)],
)
def test_a_repayment_never_leaves_dust(wanted, purse, repaid):
    """A debt of a hundred, of which twenty must stay unless all goes; room for interest rounds up to a unit."""
    found = units_to_repay(DebtView(1, 100, 100, least=20), wanted, purse)

    assert min(found, 100) == repaid


def test_a_debt_that_is_dust_already_is_repaid_wholly_or_not_at_all():
    debt = DebtView(1, 10, 10, least=20)

    assert (units_to_repay(debt, 5, 9), units_to_repay(debt, 5, 11)) == (0, 11)

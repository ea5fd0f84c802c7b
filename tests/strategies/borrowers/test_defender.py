"""A defender in a small world: what it does to keep its health, when, and when it is too late."""

from typing import Any

from sim.records import HealthFell, Liquidated, Repaid, Supplied, Traded, TransferCredited, TxPending, WithdrawalStarted
from sim.units import SECOND, WAD
from sim.vocabulary import Motive
from tests.worlds.pocket_chain import ETHER, PocketChain, account, keeper, wall

ALICE = account("alice", 10, 1_400)
"""Health 1.14 at 200, 1.03 at 180, below one under 175."""


def defender(usdc: int = 0, ether: float = 1, on_venue: int = 0, **parameters: Any) -> dict[str, Any]:
    return {
        "name": "alice",
        "strategy": "defender",
        "venues": ["main"],
        "pools": ["lender"],
        "chain_funds": [f"{usdc} USDC", f"{ether} ETH"],
        "venue_funds": [f"{on_venue} USDC"],
        "parameters": {"reaction_time": "30 s", "look_interval": "10 s", **parameters},
    }


def health(world: PocketChain) -> float:
    pool = next(iter(world.world.pools.values()))
    return float(pool.standing(world.party("alice"), world.world.chain.timestamp).health / WAD)


def test_it_repays_up_to_its_target():
    world = PocketChain.of([wall(), defender(usdc=1_000)], [ALICE]).blocks(1).post(180).blocks(8)

    # 10 x 180 x 0.8 / 1.25 = 1152: 248 must go, and a unit more since doubt never makes a position look healthier.
    assert [each.amount for each in world.records(Repaid, "alice")] == [248_000_001]
    assert 1.25 <= health(world) < 1.250_001


def test_it_waits_for_its_reaction_time():
    quick = PocketChain.of([wall(), defender(usdc=1_000)], [ALICE]).blocks(1).post(180).blocks(20)
    slow = PocketChain.of([wall(), defender(usdc=1_000, reaction_time="2 min")], [ALICE]).blocks(1).post(180).blocks(20)

    waits = [world.entries(TxPending, "alice")[0].at - 24 * SECOND for world in (quick, slow)]
    assert [wait // SECOND for wait in waits] == [30, 120]


def test_without_stable_funds_it_adds_collateral():
    world = PocketChain.of([wall(), defender(ether=5)], [ALICE]).blocks(1).post(180).blocks(8)

    # 1400 x 1.25 = 1750 of weighted collateral are wanted and 1440 there: 310 / 0.8 / 180 = 2.153 ETH.
    assert [each.amount // 10**15 for each in world.records(Supplied, "alice")] == [2_152]
    assert 1.25 <= health(world) < 1.250_001


def test_with_some_stable_funds_it_repays_and_then_adds():
    world = PocketChain.of([wall(), defender(usdc=100, ether=5)], [ALICE]).blocks(1).post(180).blocks(8)

    assert [each.amount for each in world.records(Repaid, "alice")] == [100_000_000]
    assert len(world.records(Supplied, "alice")) == 1
    assert 1.25 <= health(world) < 1.250_001


def test_it_keeps_its_gas_money():
    world = PocketChain.of([wall(), defender(ether=1, gas_reserve="0.9 ETH")], [ALICE]).blocks(1).post(180).blocks(8)

    assert [each.amount for each in world.records(Supplied, "alice")] == [ETHER // 10]
    assert world.on_chain("alice", "ETH") > 89 * ETHER // 100


def test_what_it_lacks_it_calls_back_from_its_venue():
    world = PocketChain.of([wall(), defender(ether=0.1, on_venue=1_000)], [ALICE]).blocks(1).post(180).blocks(30)

    assert [each.amount for each in world.records(WithdrawalStarted, "alice")] == [248_000_001]
    assert [each.amount for each in world.records(Repaid, "alice")] == [248_000_001]
    assert world.entries(TransferCredited, "alice")[0].at < world.entries(Repaid, "alice")[0].at


def test_out_of_funds_it_can_only_watch():
    world = PocketChain.of([wall(), keeper(), defender(ether=0.1)], [ALICE]).blocks(1).post(180).blocks(8).post(170).blocks(8)

    assert world.records(TxPending, "alice") == []
    assert len(world.records(Liquidated)) == 1


def test_too_slow_a_defender_is_liquidated_and_a_quick_one_is_not():
    def run(reaction_time: str) -> PocketChain:
        mind = defender(usdc=1_000, reaction_time=reaction_time)
        return PocketChain.of([wall(), keeper(), mind], [ALICE]).blocks(1).post(180).blocks(6).post(170).blocks(6)

    quick, slow = run("20 s"), run("10 min")

    assert (len(quick.records(HealthFell)), len(quick.records(Liquidated))) == (0, 0)
    assert (len(slow.records(HealthFell)), len(slow.records(Liquidated))) == (1, 1)


def test_a_high_target_leaves_next_to_no_debt():
    world = PocketChain.of([wall(), defender(usdc=2_000, target_health="100_000 %")], [ALICE]).blocks(1).post(180).blocks(12)

    # A health of 1000 is 1.44 USDC of debt.
    assert [each.amount for each in world.records(Repaid, "alice")] == [1_398_560_001]


def test_its_deeds_are_a_defence_and_touch_no_book():
    world = PocketChain.of([wall(), defender(usdc=1_000)], [ALICE]).blocks(1).post(180)
    world.blocks(3)
    waiting = world.world.chain.mempool.lines[world.party("alice")].head
    world.blocks(8)

    assert waiting is not None and waiting.motive == Motive.DEFENCE
    assert world.records(Traded) == []


def test_above_its_trigger_it_does_nothing():
    world = PocketChain.of([wall(), defender(usdc=1_000, trigger_health="102 %")], [ALICE]).blocks(1).post(180).blocks(12)

    assert world.records(TxPending, "alice") == []


def test_a_stuck_rescue_is_sped_up_if_it_is_of_that_kind():
    def run(patience_blocks: int) -> PocketChain:
        mind = defender(usdc=1_000, multiple_bps="60 %", patience_blocks=patience_blocks)
        return PocketChain.of([wall(), mind], [ALICE], gas=50).blocks(1).post(180).blocks(30)

    patient, impatient = run(0), run(1)

    assert (len(patient.records(Repaid, "alice")), len(impatient.records(Repaid, "alice"))) == (0, 1)


def test_one_rescue_at_a_time():
    """While its tx waits it does not send another, however often it looks."""
    mind = defender(usdc=1_000, multiple_bps="60 %", patience_blocks=0, reaction_time="1 s")
    world = PocketChain.of([wall(), mind], [ALICE], gas=50).blocks(1).post(180).blocks(30)

    assert len(world.records(TxPending, "alice")) == 1


def test_a_fork_goes_on_as_the_original_would():
    world = PocketChain.of([wall(), keeper(), defender(usdc=1_000)], [ALICE]).blocks(1).post(180).blocks(2)
    twin = world.fork()

    assert world.blocks(12).heard.rows == twin.blocks(12).heard.rows
    assert len(twin.records(Repaid)) == 1

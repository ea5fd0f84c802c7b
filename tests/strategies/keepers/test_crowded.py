"""Many keepers of every policy, many accounts, a falling price, late and unequal news: what each believes is so in the end."""

from typing import Any

import pytest

from sim.records import Liquidated, TxDropped, TxReverted
from sim.vocabulary import Refusal
from strategies.keepers.liquidator import Liquidator
from tests.worlds.pocket_chain import PocketChain, account, keeper, wall

NAMES = ("fixed", "market", "share", "escalating", "poor", "slicer", "holder")
LATE = {"kind": "lognormal", "median": "400 ms", "sigma": 1.0, "most": "8 s"}


def keepers() -> list[dict[str, Any]]:
    made = [
        keeper("fixed", tip_policy="fixed", fixed_price="25 gwei"),
        keeper("market"),
        keeper("share", tip_policy="share", share_bps="30 %"),
        keeper("escalating", tip_policy="escalating", multiple_bps="70 %", patience_blocks=1),
        keeper("poor", usdc=800, ether=1, refill_batch="200 USDC"),
        keeper("slicer", disposal="sliced", slices=5, slice_interval="3 s", worst_bps="1 %"),
        keeper("holder", disposal="held", most_pending=2),
    ]
    return [{**each, "latency": LATE} for each in made]


def crowded(seed: int, chain: dict[str, Any] | None = None) -> PocketChain:
    """Return a world after a fall from 200 to 150 in twenty minutes, and ten quiet minutes."""
    book = wall(bids=[(199, 20), (195, 60), (188, 200), (170, 1_000)], asks=[(201, 1_000)])
    accounts = [account(f"account{index}", 5 + index % 7, (5 + index % 7) * (120 + index)) for index in range(35)]
    surge = {"kind": "gas_surge", "at": "5 min", "duration": "4 min", "price": "300 %"}
    world = PocketChain.of([book, *keepers()], accounts, seed=seed, gas=20, chain=chain or {}, shocks=[surge]).blocks(1)
    for step in range(20):
        world.post(197 - 2.5 * step).blocks(5)
    return world.blocks(50)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("chain", [{}, {"era": "ethereum-2021-05"}, {"era": "ethereum-2022-11", "gas_limit": "10 M gas"}])
def test_in_the_end_beliefs_are_facts(seed, chain):
    world = crowded(seed, chain)
    assert len(world.records(Liquidated)) > 20

    for name in NAMES:
        mind: Liquidator = world.mind(name)
        line, purse, party = mind._line, mind._purse, world.party(name)
        waiting = world.world.chain.pending(party)
        assert sorted(line.waiting) == [each.nonce for each in waiting], name
        assert [sent.tx for _, sent in sorted(line.waiting.items())] == [each.tx for each in waiting], name
        assert line.settling == [], name
        assert purse.travelling == 0 or line.waiting, name
        assert purse.arrived + sum(purse._on_way.values()) * 10**15 == world.at_venue(name, "ETH"), name
        assert purse.seized <= world.on_chain(name, "ETH"), name


@pytest.mark.parametrize("chain", [{}, {"era": "ethereum-2021-05"}])
def test_nobody_trips_over_a_nonce_or_an_empty_purse(chain):
    world = crowded(3, chain)

    # Races are lost, by a revert or, with bundles, by being left out, and what was signed behind with them; and a better bid may come
    # after the block.
    lost = {Refusal.HEALTHY, Refusal.NOTHING_OWED, Refusal.NOT_COLLATERAL}
    for name in NAMES:
        assert {each.reason for each in world.records(TxReverted, name)} <= lost, name
        assert {each.reason for each in world.records(TxDropped, name)} <= {*lost, Refusal.NONCE_TOO_LOW, Refusal.EXPIRED}, name


def test_the_crowd_forks():
    world = crowded(1)
    world.post(120)
    twin = world.fork()

    assert world.blocks(6).heard.rows == twin.blocks(6).heard.rows

"""Who starts auctions: for a reward, for its own bids, for a wage; and what it costs to come late."""

import itertools
from typing import Any

import pytest

from sim.records import AuctionStarted, Declined, RewardPaid, TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import RAD
from sim.vocabulary import Refusal
from tests.strategies.keepers.pocket_vaults import PocketVaults, book, keeper, vault

SMALL, MIDDLE, LARGE = vault("small", 1, 120), vault("middle", 5, 620), vault("large", 40, 5_000)
"""Unhealthy below 180, 186 and 187.50."""


def barker(name: str = "barker", **parameters: Any) -> dict[str, Any]:
    return keeper("barker", name, **{"motive": "duty", **parameters})


def started(world: PocketVaults) -> list[str]:
    """Return whose vaults went into auctions, in sequence."""
    return [world.name(each.account) for each in world.records(AuctionStarted)]


def reasons(world: PocketVaults, name: str = "barker") -> list[tuple[str, Refusal]]:
    return [(world.name(said.account), said.reason) for said in world.records(Declined, name)]


def test_the_largest_debts_go_first():
    world = PocketVaults.of([book(), barker()], [SMALL, LARGE, MIDDLE]).blocks(1).post(150).blocks(3)

    assert started(world) == ["large", "middle", "small"]
    assert world.records(TxReverted) == []


def test_its_attention_is_a_limit():
    world = PocketVaults.of([book(), barker(attention=1)], [SMALL, LARGE, MIDDLE]).blocks(1).post(150).blocks(8)

    times = [entry.at for entry in world.entries(AuctionStarted)]
    assert started(world) == ["large", "middle", "small"]
    assert all(before < after for before, after in itertools.pairwise(times))


def test_a_large_vault_is_bitten_until_it_is_gone():
    world = PocketVaults.of([book(), barker()], [vault("whale", 130, 16_000)]).blocks(1).post(150).blocks(10)

    assert [each.offered for each in world.records(AuctionStarted)] == [50 * 10**18, 50 * 10**18, 30 * 10**18]


def test_for_a_reward_nobody_bites():
    """A bite pays nothing, so all it would bring is what the gas costs."""
    world = PocketVaults.of([book(), barker(motive="reward")], [LARGE], gas=20).blocks(1).post(150).blocks(5)

    assert (started(world), reasons(world)) == ([], [("large", Refusal.NO_PROFIT)])
    assert -3 * 10**6 < world.records(Declined)[0].expected < -1 * 10**6


@pytest.mark.parametrize(("gain", "whose"), [("5 %", ["large", "middle"]), ("1 %", ["large"]), ("0 %", [])])
def test_for_its_own_bids_it_bites_what_is_large_enough_against_gas(gain, whose):
    """At some 120 gwei a bite is 0.054 ETH, about 11 DAI, and a lost race may come on top: 5 % of 620 is more, of 120 not."""
    world = PocketVaults.of([book(), barker(motive="own_bids", gain_bps=gain)], [SMALL, LARGE, MIDDLE], gas=100).blocks(1).post(150)

    assert started(world.blocks(5)) == whose


def test_for_a_wage_it_bites_all_of_it():
    assert len(started(PocketVaults.of([book(), barker()], [SMALL, LARGE, MIDDLE], gas=100).blocks(1).post(150).blocks(5))) == 3


@pytest.mark.parametrize(("reward", "whose"), [("100 DAI", ["large"]), ("1 DAI", [])])
def test_a_bark_is_worth_its_reward(reward, whose):
    """At some 120 gwei a bark is 0.072 ETH, about 14 DAI; a share of a tenth of a percent comes to 5 besides."""
    dutch = {"dutch": {"reward_flat": reward}}
    agents = [book(), barker(motive="reward")]
    world = PocketVaults.of(agents, [LARGE], gas=100, liquidations="dog", pool=dutch).blocks(1).post(150).blocks(5)

    assert started(world) == whose
    assert len(world.records(RewardPaid, "barker")) == len(whose)
    assert reasons(world) == [] if whose else [("large", Refusal.NO_PROFIT)]


def test_a_house_that_is_stopped_is_let_be():
    world = PocketVaults.of([book(), barker()], [LARGE], liquidations="dog", pool={"dutch": {"stopped": 1}}).blocks(1).post(150).blocks(5)

    assert world.records(TxPending, "barker") == []


def test_without_a_venue_gas_counts_at_the_pools_price():
    with_venue = PocketVaults.of([book([(149, 10)], [(151, 10)]), barker(motive="reward")], [LARGE], gas=20).blocks(1).post(150).blocks(5)
    without = PocketVaults.of([book(), barker(motive="reward", venues=[])], [LARGE], gas=20).blocks(1).post(150).blocks(5)

    assert with_venue.records(Declined)[0].expected == without.records(Declined)[0].expected < 0


def test_who_comes_late_pays_gas_and_learns_from_it():
    early, late = barker("early", multiple_bps="150 %"), barker("late", multiple_bps="110 %")
    world = PocketVaults.of([book(), early, late], [LARGE], gas=20)
    prior = world.mind("late")._races.chance_bps
    world.blocks(1).post(150).blocks(4)

    assert {world.name(entry.party) for entry in world.entries(AuctionStarted)} == {"early"}
    assert [(each.reason, each.gas_used) for each in world.records(TxReverted, "late")] == [(Refusal.HEALTHY, 50_000)]
    assert world.mind("late")._races.chance_bps > prior > world.mind("early")._races.chance_bps


def test_a_system_that_is_full_is_let_be_for_a_while():
    """There is room for the first bark, and nobody buys: the second reverts, and is tried again only every few blocks."""
    agents = [book(), barker(retry_blocks=5)]
    full = {"capacity": "5_650 DAI"}
    world = PocketVaults.of(agents, [LARGE, MIDDLE], liquidations="dog", system=full).blocks(1).post(150).blocks(14)

    assert started(world) == ["large"]
    assert [each.reason for each in world.records(TxReverted)] == [Refusal.LIMIT_HIT]


ALMOST_FULL: dict[str, Any] = {"liquidations": "dog", "system": {"capacity": "5_700 DAI"}, "pool": {"min_debt": "100 DAI"}}
"""Once 5,650 are owed for the large vault, there is room for 50 more: too little of another's, unless what stays would be dust too."""


def test_it_does_not_bark_where_the_dog_would_refuse():
    """Of the middle vault 44 would be taken and 576 left; the small one goes whole, beyond the room."""
    world = PocketVaults.of([book(), barker(attention=1)], [SMALL, LARGE, MIDDLE], **ALMOST_FULL).blocks(1).post(150).blocks(10)

    assert (started(world), world.records(TxReverted)) == (["large", "small"], [])
    assert reasons(world)[0] == ("middle", Refusal.MUST_NOT_LEAVE_DUST)


def test_a_vault_that_is_refused_does_not_hold_up_its_pool():
    second = vault("second", 5, 623)
    world = PocketVaults.of([book(), barker(retry_blocks=50)], [SMALL, LARGE, second], **ALMOST_FULL).blocks(1)
    world.post(186.5).blocks(3).post(150).blocks(4)

    assert [each.reason for each in world.records(TxReverted)] == [Refusal.MUST_NOT_LEAVE_DUST]
    assert started(world) == ["large", "small"]


def test_an_empty_vault_does_not_hold_up_its_pool():
    """Of three wei a fifth is none."""
    pool = {"lot": "1_000 DAI", "min_debt": "100 DAI"}
    empty = vault("empty", "0.000000000000000003", 5_000)
    world = PocketVaults.of([book(), barker(retry_blocks=50)], [empty, MIDDLE], liquidations="cat_1_2", pool=pool)
    world.blocks(5).post(150).blocks(4)

    assert {each.reason for each in world.records(TxReverted)} == {Refusal.NULL_AUCTION}
    assert started(world) == ["middle"]


def test_the_reward_counts_on_the_debt_and_the_penalty():
    """A tenth of a percent of 5,650, not of 5,000, beside the flat sum."""
    dutch = {"dutch": {"reward_flat": "100 DAI"}}
    agents = [book(), barker(motive="reward", min_profit="105.3 DAI")]
    world = PocketVaults.of(agents, [LARGE], liquidations="dog", pool=dutch).blocks(1).post(150).blocks(5)

    assert started(world) == ["large"]
    assert sum(paid.amount for paid in world.records(RewardPaid, "barker")) == 105_650 * RAD // 1_000


def test_without_gas_money_it_says_so():
    world = PocketVaults.of([book(), barker(ether=0)], [LARGE], gas=20).blocks(1).post(150).blocks(4)

    assert reasons(world) == [("large", Refusal.NO_FUNDS)]


SURGE = [{"at": "0 s", "p60": "20 gwei"}, {"at": "20 s", "p60": "20 gwei"}, {"at": "23 s", "p60": "200 gwei"}]


def surged(**parameters: Any) -> PocketVaults:
    chain = {"demand": {"patience": "10 min"}}
    world = PocketVaults.of([book(), barker(**parameters)], [LARGE, SMALL], gas=SURGE, chain=chain)
    return world.blocks(1).post(184).blocks(8).post(150).blocks(12)


def test_a_stuck_bite_holds_up_all_behind_it():
    world = surged(estimate_age="1 h", replaces=False)

    assert (started(world), len(world.records(TxPending, "barker"))) == ([], 1)
    assert reasons(world) == [("large", Refusal.ALREADY_PENDING), ("small", Refusal.STUCK_NONCE)]


def test_a_prompt_node_or_a_raised_bid_gets_in():
    assert started(surged(replaces=False)) == ["large", "small"]
    assert started(surged(estimate_age="1 h", replaces=True, patience_blocks=1, multiple_bps="400 %")) == ["large", "small"]


def test_a_stuck_bite_of_a_vault_that_is_gone_gives_way_to_nothing():
    late = barker("late", estimate_age="1 h", patience_blocks=1)
    world = PocketVaults.of([book(), barker("quick"), late], [LARGE], gas=SURGE, chain={"demand": {"patience": "10 min"}})
    world.blocks(1).post(184).blocks(35)

    assert {world.name(entry.party) for entry in world.entries(AuctionStarted)} == {"quick"}
    assert (world.records(TxReverted, "late"), len(world.records(TxIncluded, "late"))) == ([], 1)
    assert world.records(TxDropped) == []


def test_a_fork_goes_on_alike():
    vaults = [vault(f"v{index}", 10 + index, 1_200 + 140 * index) for index in range(20)]
    world = (
        PocketVaults.of([book(), barker("one", attention=3), barker("two", latency="90 ms")], vaults, gas=20).blocks(1).post(160).blocks(2)
    )
    twin = world.fork()

    is_alike = world.blocks(10).heard.rows == twin.blocks(10).heard.rows
    assert is_alike


def test_where_everybody_knows_that_nobody_is_liquidated_it_sends_nothing():
    world = PocketVaults.of([book(), barker()], [SMALL, LARGE], switches={"liquidations": False}).blocks(1).post(150).blocks(5)

    assert world.records(TxPending, "barker") == []

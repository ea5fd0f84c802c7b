"""Who bids next to nothing: outbid whenever anybody else gets in, and the winner when nobody does."""

import itertools
from typing import Any

from sim.records import AuctionClosed, AuctionStarted, BidMade, Declined, Exited, Joined, Traded, TxPending, TxReverted
from sim.units import RAD
from sim.vocabulary import Refusal
from tests.strategies.keepers.pocket_vaults import DAI, PocketVaults, biter, book, keeper, vault
from tests.worlds.pocket_chain import ETHER

DEEP = book([(120, 1_000)], [(121, 1_000)])
SINKING = vault("v1", 50, 6_500)


def opportunist(**parameters: Any) -> dict[str, Any]:
    return keeper("opportunist", dai=parameters.pop("dai", 100), **parameters)


def bids(world: PocketVaults) -> list[tuple[str, int]]:
    return [(world.name(entry.party), entry.record.bid) for entry in world.entries(BidMade)]


def test_it_opens_with_the_least_there_is_and_wins_where_nobody_else_bids():
    world = PocketVaults.of([DEEP, biter(), opportunist()], [SINKING]).blocks(1).post(120).blocks(20)

    assert bids(world) == [("opportunist", 1)]
    assert [(each.sold, each.raised) for each in world.records(AuctionClosed)] == [(50 * ETHER, 1)]
    assert world.within("opportunist", "ETH") == 50 * ETHER
    assert world.within("opportunist") == RAD - 1


def test_it_is_outbid_by_anybody_and_leaves_it_at_that():
    slow = keeper("auction_bidder", "bidder", latency="8 s")
    world = PocketVaults.of([DEEP, biter(), opportunist(), slow], [SINKING]).blocks(1).post(120).blocks(20)

    assert [name for name, _ in bids(world)] == ["opportunist", "bidder"]
    assert world.within("opportunist") == RAD
    assert len(world.records(TxPending, "opportunist")) == 2


def test_a_lot_with_a_bid_it_does_not_touch():
    """It sees the sale a block after the bidder is in."""
    late = opportunist(latency="9 s")
    world = PocketVaults.of([DEEP, biter(), late, keeper("auction_bidder", "bidder")], [SINKING]).blocks(1).post(120).blocks(20)

    assert [name for name, _ in bids(world)] == ["bidder"]
    assert world.records(TxReverted, "opportunist") == [] or len(world.records(TxPending, "opportunist")) == 2


def test_it_opens_every_lot():
    vaults = [vault(f"v{index}", 100, 13_000) for index in range(4)]
    world = PocketVaults.of([DEEP, biter(), opportunist()], vaults).blocks(1).post(120).blocks(8)

    assert len(world.records(AuctionStarted)) == 8
    assert sorted(each.sale for each in world.records(BidMade)) == list(range(1, 9))


def test_its_attention_is_a_limit():
    vaults = [vault(f"v{index}", 50, 6_500) for index in range(4)]
    world = PocketVaults.of([DEEP, biter(), opportunist(attention=1)], vaults).blocks(1).post(120).blocks(8)

    times = [entry.at for entry in world.entries(BidMade)]
    assert len(times) == len(dict.fromkeys(times)) == 4


def test_it_brings_a_stake_in_and_no_more():
    world = PocketVaults.of([DEEP, biter(), opportunist(stake="3 DAI")], [SINKING]).blocks(10)

    assert [each.amount for each in world.records(Joined)] == [3 * DAI]
    assert world.on_chain("opportunist", "DAI") == 97 * DAI


def test_without_any_money_it_cannot_bid_even_that():
    world = PocketVaults.of([DEEP, biter(), opportunist(dai=0)], [SINKING]).blocks(1).post(120).blocks(6)

    assert bids(world) == []
    assert [each.reason for each in world.records(Declined, "opportunist")] == [Refusal.NO_FUNDS]


def test_what_is_stuck_it_raises():
    """It begins at half of the going price, and adds an eighth every two blocks."""
    world = PocketVaults.of([DEEP, biter(), opportunist(multiple_bps="50 %")], [SINKING], gas=20).blocks(1).post(120).blocks(40)

    sent = [each.max_fee for each in world.records(TxPending, "opportunist") if each.nonce == 1]
    assert len(sent) > 2 and all(later * 8 > earlier * 9 for earlier, later in itertools.pairwise(sent))
    assert bids(world) == [("opportunist", 1)]


def test_what_it_wins_it_sells_if_it_recycles():
    world = PocketVaults.of([DEEP, biter(), opportunist(recycles=True)], [SINKING]).blocks(1).post(120).blocks(50)

    assert [each.amount for each in world.records(Exited)] == [50 * ETHER]
    assert [each.lots for each in world.records(Traded, "opportunist")] == [50_000]
    assert world.on_chain("opportunist", "DAI") == (99 + 5_994) * DAI


def test_a_zero_bid_wins_where_a_stuck_line_keeps_a_bidder_out_and_not_otherwise():
    """Nobody asks for a bid of nothing: the same world with a bidder that replaces, or whose node is prompt, has none."""
    surge = [{"at": "0 s", "p60": "20 gwei"}, {"at": "28 s", "p60": "20 gwei"}, {"at": "34 s", "p60": "200 gwei"}]

    def raised(**parameters: Any) -> list[bool]:
        bidder = keeper("auction_bidder", "bidder", patience_blocks=1, **parameters)
        agents = [DEEP, biter(multiple_bps="1_500 %", ether=500), opportunist(latency="2 s"), bidder]
        english = {"english": {"bid_lifetime": "5 min"}}
        world = PocketVaults.of(agents, [SINKING], gas=surge, chain={"demand": {"patience": "10 min"}}, pool=english)
        world.blocks(1).post(120).blocks(90)
        return [each.raised > RAD for each in world.records(AuctionClosed)]

    assert raised(replaces=False, estimate_age="1 h") == [False]
    assert raised(replaces=True, estimate_age="1 h") == [True]
    assert raised(replaces=False, estimate_age="0 s") == [True]


def test_a_zero_bid_wins_where_a_bidders_money_stands_elsewhere():
    two = [vault("v1", 25, 3_300), vault("v2", 25, 3_250)]

    def raised(dai: int) -> list[bool]:
        world = PocketVaults.of([DEEP, biter(), opportunist(), keeper("auction_bidder", "bidder", dai=dai)], two)
        world.blocks(1).post(120).blocks(20)
        return [each.raised > RAD for each in world.records(AuctionClosed)]

    assert sorted(raised(3_000)) == [False, True]
    assert raised(6_000) == [True, True]

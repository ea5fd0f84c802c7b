"""A bidder in a small world of English auctions: what it bids, what it leaves alone and why, and what keeps it out."""

import itertools
from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.records import (
    AuctionClosed,
    AuctionStarted,
    BidMade,
    Declined,
    Exited,
    Joined,
    Traded,
    TransferCredited,
    TxDropped,
    TxPending,
    TxReverted,
    UnitsSent,
    WithdrawalStarted,
)
from sim.units import RAD
from sim.vocabulary import Refusal
from strategies.keepers.auction_bidder import AuctionBidder
from tests.strategies.keepers.pocket_vaults import DAI, PocketVaults, biter, book, dai, keeper, vault
from tests.worlds.pocket_chain import ETHER

DEEP = book([(120, 1_000)], [(121, 1_000)])
"""A book far below what vaults owe per ETH."""
SINKING = vault("v1", 50, 6_500)
"""Unhealthy below 195; 7,345 are owed for it with the penalty, and at 120 less a tenth of a percent it fetches 5,994."""


def bidder(name: str = "bidder", **parameters: Any) -> dict[str, Any]:
    return keeper("auction_bidder", name, **parameters)


def bids(world: PocketVaults, name: str = "") -> list[tuple[str, int, float]]:
    """Return who bid in which sale how many DAI."""
    return [(world.name(entry.party), entry.record.sale, dai(entry.record.bid)) for entry in world.entries(BidMade, name)]


def reasons(world: PocketVaults, name: str = "bidder") -> list[Refusal]:
    return [said.reason for said in world.records(Declined, name)]


def test_it_bids_its_own_price_at_once():
    world = PocketVaults.of([DEEP, biter(), bidder(margin_bps="5 %")], [SINKING]).blocks(1).post(120).blocks(5)

    assert bids(world) == [("bidder", 1, 5_694.3)]


def test_where_the_lot_is_worth_more_it_bids_what_is_owed():
    world = PocketVaults.of([book(), biter(), bidder()], [SINKING]).blocks(1).post(120).blocks(5)

    assert bids(world) == [("bidder", 1, 7_345.0)]


def test_a_rival_with_a_smaller_margin_takes_less_of_what_is_covered():
    world = PocketVaults.of([book(), biter(), bidder("first"), bidder("second", margin_bps="1 %")], [SINKING]).blocks(1).post(120).blocks(6)

    made = world.records(BidMade)
    # 7,345 and a margin of 1 % at 199 less a tenth of a percent are 37.320 ETH; the other would ask for 38.891.
    assert [each.lot for each in made] == [50 * ETHER, 37_320 * 10**15]
    assert world.name(world.entries(BidMade)[-1].party) == "second"


def test_the_whole_way_round():
    world = PocketVaults.of([DEEP, biter(), bidder()], [SINKING]).blocks(1).post(120).blocks(60)

    # It brought in all it had, bid, won, took the lot out, sent it, sold it at 120, called the money back and brought it in.
    assert [each.amount for each in world.records(Joined, "bidder")] == [50_000 * DAI, 5_994 * DAI]
    closed = world.records(AuctionClosed)[0]
    assert (closed.sold, dai(closed.raised)) == (50 * ETHER, 5_694.3)
    assert [each.amount for each in world.records(Exited, "bidder")] == [50 * ETHER]
    assert [(each.price, each.lots) for each in world.records(Traded, "bidder")] == [(12_000, 50_000)]
    assert [each.amount for each in world.records(WithdrawalStarted, "bidder")] == [5_994 * DAI]
    assert world.within("bidder") == 50_000 * RAD - closed.raised + 5_994 * RAD
    assert (world.on_chain("bidder", "DAI"), world.at_venue("bidder", "DAI"), world.within("bidder", "ETH")) == (0, 0, 0)


def test_every_step_of_the_way_round_comes_after_the_one_before():
    world = PocketVaults.of([DEEP, biter(), bidder()], [SINKING]).blocks(1).post(120).blocks(60)

    kinds = [BidMade, AuctionClosed, Exited, UnitsSent, TransferCredited, Traded, WithdrawalStarted]
    steps = [world.entries(kind, "bidder")[0].seq for kind in kinds] + [world.entries(Joined, "bidder")[-1].seq]
    assert steps == sorted(steps)


def test_what_stands_is_gone_until_somebody_outbids_it():
    """With money for one lot it bids in one of two sales; outbid there, it has the money again and bids in the other."""
    world = PocketVaults.of([DEEP, biter(), bidder(dai=6_000), bidder("rich", margin_bps="1 %", latency="8 s")], [vault("v1", 100, 13_000)])
    world.blocks(1).post(120).blocks(3)
    locked = world.within("bidder")
    world.blocks(4)

    assert locked == 6_000 * RAD - world.records(BidMade, "bidder")[0].bid
    assert Refusal.NO_FUNDS in reasons(world)
    assert {sale for name, sale, _ in bids(world) if name == "bidder"} == {1}
    assert world.within("bidder") == 6_000 * RAD


def test_money_that_comes_back_bids_again():
    two = [vault("v1", 50, 6_500), vault("v2", 50, 6_400)]
    rich = bidder("rich", margin_bps="1 %", dai=6_500, latency="8 s")
    world = PocketVaults.of([DEEP, biter(), bidder(dai=6_000), rich], two).blocks(1).post(120).blocks(8)

    assert [(name, sale) for name, sale, _ in bids(world)][:3] == [("bidder", 1), ("rich", 1), ("bidder", 2)]


def test_it_does_not_bid_against_itself():
    world = PocketVaults.of([DEEP, biter(), bidder()], [SINKING]).blocks(1).post(120).blocks(8)

    assert len(world.records(TxPending, "bidder")) == 2
    assert len(bids(world)) == 1


RISING = book([(120, 1_000)], [(121, 1_000)], later="90 s", later_bids=[(140, 1_000)], later_asks=[(141, 1_000)])


@pytest.mark.parametrize(("rebid", "count"), [("10 %", 2), ("20 %", 1), ("0 %", 1)])
def test_it_betters_its_own_bid_when_the_lot_is_worth_so_much_more(rebid, count):
    """The book rises from 120 to 140, by 16.7 %."""
    world = PocketVaults.of([RISING, biter(), bidder(rebid_bps=rebid)], [SINKING]).blocks(1).post(120).blocks(9)

    assert [round(bid, 1) for _, _, bid in bids(world)] == [5_694.3, 6_643.4][:count]


def test_a_speck_that_comes_first_does_not_keep_it_from_looking_again():
    """At 120 the lot would bring it 300 DAI, at 140 it brings 350; the speck brings nothing at any price."""
    speck = vault("speck", 0.0005, 0.066)
    world = PocketVaults.of([RISING, biter(), bidder(min_profit="320 DAI")], [speck, SINKING], pool={"min_debt": "0 DAI"})
    world.blocks(1).post(197).blocks(2).post(120).blocks(3)
    before = bids(world)
    world.blocks(7)

    assert [world.name(each.account) for each in world.records(AuctionStarted)] == ["speck", "v1"]
    assert (before, [(sale, round(bid, 1)) for _, sale, bid in bids(world)]) == ([], [(2, 6_643.4)])


@pytest.mark.parametrize(("version", "count"), [("cat_1_0", 1), ("cat_1_1", 2)])
def test_an_own_better_bid_needs_double_funds_under_the_oldest_rules(version, count):
    """With 10,000 DAI, of which 5,694 stand: under 1.0 as much must be there again, later the difference is enough."""
    agents = [RISING, biter(), bidder(dai=10_000)]
    world = PocketVaults.of(agents, [SINKING], liquidations=version).blocks(1).post(120).blocks(9)

    assert len(bids(world)) == count
    assert (reasons(world) == [Refusal.NO_FUNDS]) == (count == 1)
    assert world.records(TxReverted, "bidder") == []


def test_a_lot_that_would_not_pay_its_gas_is_left():
    dear = bidder(gas_expected="100 M gas", ether=100)
    world = PocketVaults.of([DEEP, biter(), dear], [SINKING], gas=100).blocks(1).post(120).blocks(6)

    # The margin of 300 DAI against 100 million gas at some 120 gwei, which are 12 ETH or 1,450 DAI.
    assert reasons(world) == [Refusal.NO_PROFIT]
    assert -1_400 * 10**6 < world.records(Declined, "bidder")[0].expected < -900 * 10**6
    assert bids(world) == []


def test_in_an_empty_book_it_does_not_bid():
    world = PocketVaults.of([book([], []), biter(), bidder()], [SINKING]).blocks(1).post(120).blocks(6)

    assert (reasons(world), bids(world)) == ([Refusal.NO_DEPTH], [])


def test_when_somebody_bids_for_ether_again_so_does_it():
    returns = book([], [], later="120 s", later_bids=[(120, 1_000)], later_asks=[(121, 1_000)])
    world = PocketVaults.of([returns, biter(), bidder()], [SINKING]).blocks(1).post(120).blocks(13)

    assert bids(world) == [("bidder", 1, 5_694.3)]


def test_what_it_has_yet_to_sell_counts_against_the_next_lot():
    """Bids for 60 ETH at 120 and the rest at 100: the second lot of 50 is worth 10 at 120 and 40 at 100."""
    steps = book([(120, 60), (100, 1_000)], [(121, 1_000)])
    world = PocketVaults.of([steps, biter(), bidder()], [vault("v1", 100, 13_000)]).blocks(1).post(120).blocks(8)
    trusting = PocketVaults.of([steps, biter(), bidder(ahead_bps="0 %")], [vault("v1", 100, 13_000)]).blocks(1).post(120).blocks(8)

    assert bids(world) == [("bidder", 1, 5_694.3), ("bidder", 2, 4_934.8 + 0.26)]
    assert bids(trusting) == [("bidder", 1, 5_694.3), ("bidder", 2, 5_694.3)]


def test_it_weighs_no_more_sales_at_a_block_than_it_can():
    """Ten sales start at once; it bids in two of them at each block."""
    vaults = [vault(f"v{index}", 10, 1_300) for index in range(10)]
    world = PocketVaults.of([DEEP, biter(), bidder(attention=2)], vaults).blocks(1).post(120).blocks(8)

    counts = [len(list(group)) for _, group in itertools.groupby(entry.at for entry in world.entries(BidMade))]
    assert counts == [2, 2, 2, 2, 2]
    assert [sale for _, sale, _ in bids(world)] == list(range(1, 11))


def test_it_settles_what_it_won_as_soon_as_it_may():
    world = PocketVaults.of([DEEP, biter(), bidder(recycles=False)], [SINKING]).blocks(1).post(120).blocks(20)

    bid, closed = world.entries(BidMade)[0], world.entries(AuctionClosed)[0]
    # At 120 s nobody can act; the keeper sees the next block, at 132 s, and is in the one after.
    assert closed.at - bid.at == (120 + 12 + 12) * 10**9
    assert world.name(closed.party) == "bidder"


def test_without_recycling_the_lot_stays_in_the_engine():
    world = PocketVaults.of([DEEP, biter(), bidder(recycles=False)], [SINKING]).blocks(1).post(120).blocks(40)

    assert world.within("bidder", "ETH") == 50 * ETHER
    assert (world.records(Exited), world.records(Traded), len(world.records(Joined, "bidder"))) == ([], [], 1)


def test_money_on_the_chain_that_is_reserved_stays_there():
    world = PocketVaults.of([DEEP, bidder(reserve="1_000 DAI")], [SINKING]).blocks(3)

    assert (world.on_chain("bidder", "DAI"), world.within("bidder")) == (1_000 * DAI, 49_000 * RAD)


def test_gas_money_is_kept_out_of_what_it_won():
    poor = bidder(ether=1, gas_reserve="3 ETH")
    world = PocketVaults.of([DEEP, biter(), poor], [SINKING]).blocks(1).post(120).blocks(40)

    assert 47 * ETHER < world.records(UnitsSent, "bidder")[0].amount <= 48 * ETHER
    assert world.on_chain("bidder", "ETH") <= 3 * ETHER


def test_gas_for_settling_what_it_bids_for_counts_as_spent():
    """At some 122 gwei a bid asks for 0.024 ETH and a settlement for 0.018: it has enough for one lot, and settles it."""
    twins = [vault("v1", 50, 6_500), vault("v2", 50, 6_500)]
    agents = [DEEP, biter(ether=100), bidder(ether=0.07, recycles=False)]
    world = PocketVaults.of(agents, twins, gas=100).blocks(1).post(120).blocks(25)

    assert [sale for _, sale, _ in bids(world)] == [1]
    assert reasons(world) == [Refusal.NO_FUNDS]
    assert [each.sale for each in world.records(AuctionClosed)] == [1]


def test_slices_sell_one_at_a_time():
    sliced = bidder(disposal="sliced", slices=4, slice_interval="20 s")
    world = PocketVaults.of([DEEP, biter(), sliced], [SINKING]).blocks(1).post(120).blocks(40)

    assert [each.lots for each in world.records(Traded, "bidder")] == [12_500] * 4


# What keeps it out.

SURGE = [{"at": "0 s", "p60": "20 gwei"}, {"at": "28 s", "p60": "20 gwei"}, {"at": "34 s", "p60": "200 gwei"}]
"""Gas is ten times as dear from the third block on."""
TWO = [vault("v1", 50, 6_500), vault("v2", 10, 1_200)]
"""The second is unhealthy below 180."""


def surged(**parameters: Any) -> PocketVaults:
    """Return a world in which gas becomes dear when the first sale begins; the second begins ten blocks later."""
    agents = [DEEP, biter(multiple_bps="1_500 %", ether=500), bidder(**parameters)]
    world = PocketVaults.of(agents, TWO, gas=SURGE, chain={"demand": {"patience": "10 min"}}).blocks(1).post(190).blocks(12)
    return world.post(120).blocks(15)


def test_a_prompt_node_gets_in():
    assert len(bids(surged(replaces=False))) == 2


def test_with_an_old_estimate_the_bid_is_stuck_and_so_is_all_behind_it():
    world = surged(estimate_age="30 min", replaces=False)

    assert len(world.records(AuctionStarted)) == 2
    assert (bids(world), len(world.records(TxPending, "bidder"))) == ([], 2)
    assert reasons(world) == [Refusal.STUCK_NONCE]


def test_an_old_estimate_that_is_replaced_gets_in_later():
    """From 24 gwei by eighths to 200: 19 steps, one a block."""
    world = surged(estimate_age="30 min", replaces=True, patience_blocks=1).blocks(10)

    assert {sale for _, sale, _ in bids(world)} == {1, 2}
    first = [each.max_fee for each in world.records(TxPending, "bidder") if each.nonce == 1]
    assert all(later * 8 > earlier * 9 for earlier, later in itertools.pairwise(first))
    assert 15 < len(first) < 24
    assert world.records(TxDropped, "bidder") == []


def test_a_ceiling_keeps_out_whom_replacing_would_let_in():
    assert bids(surged(estimate_age="30 min", replaces=True, max_gas_price="30 gwei")) == []


@pytest.mark.parametrize(("accounts", "sent"), [(1, [(0, 1)]), (2, [(0, 1), (1, 2)])])
def test_a_second_account_does_not_wait_behind_the_first(accounts, sent):
    """The bid in the first sale is stuck in the first line; that in the second, ten blocks later, has one of its own, if there is one."""
    world = surged(estimate_age="30 min", replaces=False, accounts=accounts)
    waiting = world.mind("bidder")._bank.accounts

    assert [(each.index, sent.call.sale) for each in waiting for sent in each.line.waiting.values()] == sent


def test_two_sales_at_one_block_go_two_ways():
    twins = [vault("v1", 50, 6_500), vault("v2", 50, 6_500)]
    world = PocketVaults.of([DEEP, biter(), bidder(accounts=2)], twins).blocks(1).post(120).blocks(6)

    assert [entry.party - world.me("bidder") for entry in world.entries(BidMade)] == [0, 1]
    assert world.within("bidder", account=1) == 50_000 * RAD - world.records(BidMade)[1].bid


def test_each_account_sells_and_brings_home_its_own():
    twins = [vault("v1", 50, 6_500), vault("v2", 50, 6_500)]
    world = PocketVaults.of([DEEP, biter(), bidder(accounts=2)], twins).blocks(1).post(120).blocks(60)

    for account in (0, 1):
        assert world.within("bidder", account=account) > 50_000 * RAD
        assert world.within("bidder", "ETH", account) == 0
    assert [each.lots for each in world.records(Traded)] == [50_000, 50_000]


def test_a_stuck_bid_for_a_lot_that_somebody_took_gives_way_to_nothing():
    late = bidder(estimate_age="30 min", patience_blocks=1, margin_bps="10 %")
    agents = [DEEP, biter(multiple_bps="1_500 %", ether=500), late, bidder("quick", multiple_bps="300 %", margin_bps="1 %")]
    world = PocketVaults.of(agents, [SINKING], gas=SURGE, chain={"demand": {"patience": "10 min"}}).blocks(1).post(190).blocks(35)

    assert {name for name, _, _ in bids(world)} == {"quick"}
    assert [each.amount for each in world.records(UnitsSent, "bidder")] == [1]
    assert world.mind("bidder")._bank.accounts[0].line.waiting == {}


def test_a_lost_bid_costs_gas_and_is_weighed_again():
    """Two bid the same at once: one reverts; with the smaller margin it comes back and takes less."""
    agents = [DEEP, biter(), bidder("early", multiple_bps="200 %"), bidder("late", margin_bps="1 %")]
    world = PocketVaults.of(agents, [SINKING], gas=20).blocks(1).post(120).blocks(8)

    names = [name for name, _, _ in bids(world)]
    assert names == ["early", "late"] or world.records(TxReverted, "late")
    assert names[-1] == "late"


def test_a_fork_goes_on_alike():
    vaults = [vault(f"v{index}", 10 + index, 1_200 + 140 * index) for index in range(12)]
    agents = [DEEP, biter(), bidder(accounts=2, attention=3), bidder("other", margin_bps="2 %", dai=4_000), keeper("opportunist")]
    world = PocketVaults.of(agents, vaults, gas=20).blocks(1).post(125).blocks(6)
    twin = world.fork()

    is_alike = world.blocks(30).heard.rows == twin.blocks(30).heard.rows
    assert is_alike


@pytest.mark.parametrize("seed", [1, 2])
def test_in_the_end_beliefs_are_facts(seed):
    """Many keepers, dear gas, late news: nobody trips over a nonce or an empty purse, and what each believes is so."""
    late = {"kind": "lognormal", "median": "400 ms", "sigma": 1.0, "most": "8 s"}
    minds = [
        bidder("plain"),
        bidder("twin", accounts=3, dai=6_000, margin_bps="2 %"),
        bidder("stubborn", replaces=False, estimate_age="3 min"),
        bidder("poor", dai=2_000, margin_bps="1 %", disposal="sliced"),
        keeper("opportunist"),
    ]
    vaults = [vault(f"v{index}", 10 + index % 7, (10 + index % 7) * (100 + index)) for index in range(30)]
    surge = {"kind": "gas_surge", "at": "5 min", "duration": "4 min", "price": "300 %"}
    agents = [book([(120, 200), (110, 500)], [(121, 900)]), biter(ether=100), *({**each, "latency": late} for each in minds)]
    world = PocketVaults.of(agents, vaults, seed, gas=20, lot="5 ETH", shocks=[surge]).blocks(1)
    for step in range(20):
        world.post(190 - 4 * step).blocks(5)
    world.blocks(60)

    assert len(world.records(AuctionClosed)) > 30
    for name in ("plain", "twin", "stubborn", "poor", "opportunist"):
        mind: AuctionBidder = world.mind(name)
        assert {each.reason for each in world.records(TxDropped, name)} <= {Refusal.NONCE_TOO_LOW}, name
        lost = {Refusal.BID_TOO_LOW, Refusal.WRONG_PHASE, Refusal.OTHER_LOT, Refusal.AUCTION_OVER, Refusal.UNKNOWN_SALE}
        assert {each.reason for each in world.records(TxReverted, name)} <= lost, name
        for account in mind._bank.accounts:
            waiting = world.world.chain.pending(world.me(name) + account.index)
            assert sorted(account.line.waiting) == [each.nonce for each in waiting], name
            assert account.line.settling == [], name


@pytest.mark.parametrize(("strategy", "role"), [("auction_bidder", "keeper"), ("defender", "borrower")])
def test_who_has_more_accounts_than_it_sees_is_refused(strategy, role):
    with pytest.raises(ScenarioError) as refused:
        PocketVaults.of([book(), keeper(strategy, "many", accounts=9)], [SINKING])

    expected = f"agents.many.accounts is 9, and a {role} sees the balances of 8 at most and would do nothing; give at most 8, "
    assert str(refused.value) == expected + "or several such agents by count"


def test_as_many_accounts_as_it_sees_all_bid():
    world = PocketVaults.of([DEEP, biter(), bidder(accounts=8, dai=6_000)], [vault("v1", 400, 52_000)]).blocks(1).post(120).blocks(20)

    assert {entry.party - world.me("bidder") for entry in world.entries(BidMade, "")} == set(range(8))

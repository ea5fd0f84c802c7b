"""A taker in a small world of Dutch auctions: when it buys, how much, what it leaves alone and why, and how its money comes round."""

from typing import Any

import pytest

from sim.commands import CALLS, ExitCall, JoinCall, TakeCall, TransferCall
from sim.records import (
    AuctionClosed,
    AuctionStarted,
    AuctionTaken,
    BlockSealed,
    Declined,
    Exited,
    Joined,
    Traded,
    TxIncluded,
    TxPending,
    TxReverted,
    WithdrawalStarted,
)
from sim.units import RAD, RAY
from sim.vocabulary import Refusal
from strategies.keepers.auction_taker import AuctionTaker
from tests.strategies.keepers.pocket_vaults import DAI, PocketVaults, biter, book, dai, keeper, vault
from tests.worlds.pocket_chain import ETHER

SINKING = vault("alice", 10, 1_300)
"""Unhealthy below 195; 1,469 are owed for it with the penalty."""


def dutch(span: str = "1_000 s", **keys: Any) -> dict[str, Any]:
    """Return a world's keys: prices fall from 120 % of the feed's to nothing within a span."""
    return {"liquidations": "dog", "pool": {"dutch": {"curve": {"kind": "linear", "span": span}, **keys}}}


def taker(name: str = "taker", **parameters: Any) -> dict[str, Any]:
    return keeper("auction_taker", name, **parameters)


def sunk(*agents: dict[str, Any], vaults: list[dict[str, Any]] | None = None, **keys: Any) -> PocketVaults:
    """Return a world in which auctions of ETH have begun at 216 in the block of second 36."""
    world = PocketVaults.of([biter(), *agents], vaults or [SINKING], **{**dutch(), **keys}).blocks(1).post(180).blocks(2)
    assert world.records(AuctionStarted)
    return world


def prices(world: PocketVaults, name: str = "") -> list[float]:
    return [round(each.price / RAY, 3) for each in world.records(AuctionTaken, name)]


def reasons(world: PocketVaults, name: str = "taker") -> list[Refusal]:
    return [said.reason for said in world.records(Declined, name)]


def test_it_waits_for_its_price_and_is_in_the_first_block_that_has_it():
    world = sunk(book(), taker()).blocks(12)

    # 199 less a tenth of a percent and a margin of 2 % are 194.825. The price falls by 0.216 a second: 195.264 after 96, 192.672 after 108.
    begun, taken = world.entries(AuctionStarted)[0], world.entries(AuctionTaken)[0]
    assert prices(world) == [192.672]
    assert taken.at - begun.at == 108 * 10**9
    assert reasons(world) == [Refusal.TOO_DEAR]


def test_with_a_larger_margin_it_waits_longer():
    world = sunk(book(), taker(margin_bps="10 %")).blocks(20)

    # 199 less a tenth of a percent and 10 % are 178.92: after 180 seconds it is 177.12.
    assert prices(world) == [177.12]


def test_it_asks_for_a_profit_on_top_if_told_to():
    world = sunk(book(), taker(min_profit="30 DAI")).blocks(20)

    # Of some 7.7 ETH each must bring 30 / 7.7 more.
    assert prices(world) == [190.08]


def test_it_pays_less_where_gas_is_dear():
    cheap, dear = sunk(book(), taker()).blocks(14), sunk(book(), taker(), gas=200).blocks(14)

    # 400,000 gas at 120 % of 200 gwei, and a fifth of a lost race's 60,000, are 19.7 DAI: each of some 7.6 ETH must be 2.6 cheaper.
    assert prices(cheap) == [192.672]
    assert 189.5 < prices(dear)[0] < 194.825 - 2.6


def test_money_comes_round_with_a_profit():
    world = sunk(book(), taker()).blocks(25)

    bought = 1_469 * RAD // (192_672 * RAY // 1_000)
    proceeds = 1_515_658_824 * 10**12  # 7,624 lots at 199 less a tenth of a percent.
    closed = world.records(AuctionClosed)[0]
    assert (closed.sold, closed.returned, closed.raised) == (bought, 10 * ETHER - bought, 1_469 * RAD)
    assert [each.amount for each in world.records(Exited, "taker")] == [bought]
    assert [(each.price, each.lots) for each in world.records(Traded, "taker")] == [(19_900, bought // 10**15)]
    assert [each.amount for each in world.records(WithdrawalStarted, "taker")] == [proceeds]
    assert [each.amount for each in world.records(Joined, "taker")] == [50_000 * DAI, proceeds]
    assert world.within("taker") == 50_000 * RAD - 1_469 * RAD + proceeds * RAY


def test_every_step_is_a_tx_of_its_own():
    world = sunk(book(), taker()).blocks(25)

    expected = [JoinCall, TakeCall, ExitCall, TransferCall, JoinCall]
    assert [CALLS[each.call - 1] for each in world.records(TxPending, "taker")] == expected


def test_without_recycling_what_it_bought_stays_in_the_engine():
    world = sunk(book(), taker(recycles=False)).blocks(25)

    assert world.within("taker", "ETH") == world.records(AuctionTaken)[0].bought
    assert world.records(Exited) == []


def test_it_keeps_no_more_in_the_engine_than_its_stock():
    world = sunk(book(), taker(stock="2_000 DAI")).blocks(25)

    assert [each.amount for each in world.records(Joined, "taker")] == [2_000 * DAI, 1_469 * DAI]
    assert world.within("taker") == 2_000 * RAD


def test_a_stock_larger_than_its_purse_is_all_it_has():
    world = sunk(book(), taker(stock="60_000 DAI"))

    assert [each.amount for each in world.records(Joined, "taker")] == [50_000 * DAI]


def test_a_sum_below_a_batch_is_not_worth_a_tx():
    few, enough = sunk(book(), taker(dai=99)), sunk(book(), taker(dai=100))

    assert (len(few.records(Joined)), len(enough.records(Joined))) == (0, 1)


def test_one_purse_is_not_promised_twice():
    twice = [SINKING, vault("bert", 10, 1_300)]
    world = sunk(book(), taker(dai=2_000), vaults=twice).blocks(12)

    assert [dai(each.paid) for each in world.records(AuctionTaken)] == [1_469.0, 531.0]
    assert world.records(TxReverted) == []


def test_a_small_purse_buys_the_part_it_can_pay():
    world = sunk(book(), taker(dai=500)).blocks(10)

    assert [dai(each.paid) for each in world.records(AuctionTaken)] == [500.0]
    assert world.within("taker") < 10**30  # Less than a price.


def test_without_money_it_says_so_when_it_would_buy():
    world = sunk(book(), taker(dai=0)).blocks(12)

    assert reasons(world) == [Refusal.TOO_DEAR, Refusal.NO_FUNDS]


def test_an_empty_book_is_no_place_to_sell():
    world = sunk(book(bids=[]), taker()).blocks(12)

    assert reasons(world) == [Refusal.NO_DEPTH]


def test_where_the_book_takes_little_it_buys_little_and_the_rest_when_it_is_cheaper():
    world = sunk(book([(199, 2), (150, 1_000)]), taker()).blocks(35)

    assert (world.records(AuctionTaken)[0].bought, prices(world)[0]) == (2 * ETHER, 192.672)
    # The next lots fetch 150 less a tenth of a percent and the margin: 146.853.
    assert 144 < prices(world)[1] <= 146.853


def test_what_it_has_still_to_sell_counts_against_the_next():
    """With room for one sale at 199, the second waits until it is worth the next level."""
    twice = [SINKING, vault("bert", 10, 1_300)]
    world = sunk(book([(199, 8), (170, 1_000)]), taker(), vaults=twice, custody={"confirmations": 2, "delay": "30 min"}).blocks(25)

    first, second = world.records(AuctionTaken)[0], world.records(AuctionTaken)[-1]
    assert (first.price // RAY, first.paid) == (192, 1_469 * RAD)
    assert second.price <= 170 * RAY


def test_of_two_the_one_that_bids_more_for_gas_buys_and_the_other_pays_for_nothing():
    early, late = taker("early", multiple_bps="150 %"), taker("late", multiple_bps="110 %")
    world = sunk(book(), early, late, gas=20).blocks(12)

    assert [world.name(entry.party) for entry in world.entries(AuctionTaken)] == ["early"]
    assert [each.reason for each in world.records(TxReverted, "late")] == [Refusal.UNKNOWN_SALE]
    assert (world.mind("late")._races.attempts, world.mind("late")._races.lost) == (1, 1)
    assert world.within("late") == 50_000 * RAD


def test_a_sale_that_ran_out_is_left_until_somebody_restarts_it():
    lazy = taker(margin_bps="50 %")
    world = sunk(book(), lazy, **dutch(expiry="2 min")).blocks(15)

    assert reasons(world) == [Refusal.TOO_DEAR, Refusal.NEEDS_REDO]
    assert world.records(AuctionTaken) == []


def test_it_does_not_pay_more_than_it_wanted_when_a_block_comes_early():
    """It reckons with the price of a block later than the next one is; what it named holds."""
    world = sunk(book(), taker(block_interval="60 s")).blocks(10)

    assert max(prices(world), default=0) <= 194.825
    assert {each.reason for each in world.records(TxReverted, "taker")} <= {Refusal.PRICE_TOO_HIGH}


SURGE = [{"at": "0 s", "p60": "1 gwei"}, {"at": "133 s", "p60": "1 gwei"}, {"at": "134 s", "p60": "60 gwei"}]
"""Of gas: it begins just after the taker has sent its take."""


def test_a_stuck_take_is_raised():
    world = sunk(book(), taker(multiple_bps="110 %"), gas=SURGE).blocks(25)

    # The very same take: no other call has its nonce.
    takes = [each for each in world.records(TxPending, "taker") if CALLS[each.call - 1] is TakeCall]
    assert [each.nonce for each in takes] == [1, 1]
    assert len(prices(world)) == 1


def test_a_stuck_take_that_somebody_else_made_gives_way_to_nothing():
    world = sunk(book(), taker("rich", margin_bps="1.5 %", multiple_bps="10_000 %"), taker("poor", multiple_bps="110 %"), gas=SURGE).blocks(
        25
    )

    assert [world.name(entry.party) for entry in world.entries(AuctionTaken)] == ["rich"]
    assert [CALLS[each.call - 1] for each in world.records(TxPending, "poor")] == [JoinCall, TakeCall, TransferCall]
    assert world.records(TxReverted) == []


def test_behind_a_stuck_tx_everything_waits_unless_it_replaces():
    """Bert falls below 172.50, after Alice."""
    vaults = [SINKING, vault("bert", 10, 1_150)]
    world = sunk(book(), taker(replaces=False), vaults=vaults, gas=SURGE).blocks(8).post(170).blocks(17)

    assert [CALLS[each.call - 1] for each in world.records(TxPending, "taker")] == [JoinCall, TakeCall]
    bert = world.party("bert")
    assert [each.reason for each in world.records(Declined, "taker") if each.account == bert] == [Refusal.TOO_DEAR, Refusal.STUCK_NONCE]


def test_while_a_take_is_under_way_it_sends_no_other_for_that_sale():
    world = sunk(book(), taker(replaces=False, patience_blocks=99), gas=SURGE).blocks(25)

    assert [CALLS[each.call - 1] for each in world.records(TxPending, "taker")] == [JoinCall, TakeCall]
    assert reasons(world) == [Refusal.TOO_DEAR, Refusal.ALREADY_PENDING]


def test_a_second_account_buys_what_the_first_cannot_pay():
    twice = [SINKING, vault("bert", 10, 1_300)]
    world = sunk(book(), taker(dai=1_600, accounts=2), vaults=twice).blocks(14)

    first = world.me("taker")
    assert sorted(entry.party - first for entry in world.entries(AuctionTaken)) == [0, 1]


def test_a_fork_goes_on_alike():
    world = sunk(book(), taker()).blocks(5)
    twin = world.fork()

    assert world.blocks(15).world.tape.digest() == twin.blocks(15).world.tape.digest()
    assert world.records(AuctionTaken) != []


def test_the_view_of_a_house_without_changes_is_not_made_anew():
    world = sunk(book(), taker(margin_bps="50 %"))
    agent = next(each for each in world.world.runner.agents if each.desk.name == "taker")
    house = world.place("eth_a/auctions")
    world.blocks(1)
    first = agent.desk.auctions(house)

    world.blocks(3)

    assert agent.desk.auctions(house).sales is first.sales
    assert agent.desk.auctions(house).timestamp == first.timestamp + 36


@pytest.mark.parametrize("field", ["attention", "patience_blocks", "most_pending", "gas_limit", "gas_expected", "block_interval", "slices"])
def test_what_must_be_more_than_nothing_is_refused_otherwise(field):
    nothing: dict[str, Any] = {field: 0}

    with pytest.raises(ValueError, match=field):
        AuctionTaker(**nothing)


def test_a_margin_of_all_is_refused():
    with pytest.raises(ValueError, match="margin_bps"):
        AuctionTaker(margin_bps=10_000)


def blocks_with(world: PocketVaults, record: Any) -> int:
    return len({entry.at for entry in world.entries(record)} & {entry.at for entry in world.entries(BlockSealed)})


def test_all_it_does_on_the_chain_is_in_blocks():
    world = sunk(book(), taker()).blocks(25)

    assert blocks_with(world, TxIncluded) == len({entry.at for entry in world.entries(TxIncluded)})

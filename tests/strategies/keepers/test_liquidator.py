"""A liquidator in a small world: what it earns, what it leaves alone and why, and what starves it."""

import itertools
from typing import Any

import pytest

from sim.agents.desk import Desk
from sim.records import (
    Declined,
    HealthFell,
    Liquidated,
    OrderAccepted,
    Traded,
    TransferCredited,
    TxDropped,
    TxIncluded,
    TxPending,
    TxReverted,
    UnitsSent,
    WithdrawalStarted,
)
from sim.vocabulary import Motive, Refusal, Side
from strategies.keepers.liquidator import MOST_NOTED, Liquidator
from tests.worlds.pocket_chain import BLOCK, ETHER, PocketChain, account, keeper, wall

ALICE, BOB = account("alice", 10, 1_500), account("bob", 10, 1_400)
"""Unhealthy below 187.50 and below 175."""


def reasons(world: PocketChain, name: str = "keeper") -> list[Refusal]:
    return [said.reason for said in world.records(Declined, name)]


def test_the_purse_comes_back_with_a_profit_after_the_whole_round_trip():
    world = PocketChain.of([wall(), keeper(refill_batch="100 USDC")], [ALICE])

    world.blocks(1).post(180).blocks(20)

    # Half of the debt: 750 USDC / 180 x 1.05 = 4.375 ETH; 4.374 of them sell at 199, less a tenth of a percent.
    assert [(each.repaid, each.seized) for each in world.records(Liquidated)] == [(750_000_000, 4_374_999_999_999_999_999)]
    assert [(each.price, each.lots, each.taker_fee) for each in world.records(Traded, "keeper")] == [(19_900, 4_374, 870_426)]
    assert [each.amount for each in world.records(WithdrawalStarted, "keeper")] == [869_555_574]
    assert world.on_chain("keeper", "USDC") == 50_000_000_000 - 750_000_000 + 869_555_574
    assert (world.at_venue("keeper", "USDC"), world.at_venue("keeper", "ETH")) == (0, 999_999_999_999_999)


def test_every_step_of_the_round_trip_is_caused_by_the_one_before():
    world = PocketChain.of([wall(), keeper(refill_batch="100 USDC")], [ALICE]).blocks(1).post(180).blocks(20)
    causes = {entry.seq: entry.cause for kind in (TxPending, TxIncluded, UnitsSent) for entry in world.entries(kind)}

    sale = next(entry for entry in world.entries(OrderAccepted, "keeper"))
    credited = world.entries(TransferCredited, "keeper")
    sent = world.entries(UnitsSent, "keeper")

    assert credited[0].seq == sale.cause
    assert sent[0].seq == credited[0].cause
    assert (sale.record.motive, sale.record.side) == (Motive.LIQUIDATION_SALE, Side.SELL)
    assert causes[causes[sent[0].seq]] > world.entries(Liquidated)[0].seq
    assert world.entries(WithdrawalStarted)[0].seq < credited[1].seq


def test_with_the_posted_price_frozen_ten_percent_high_it_does_nothing_and_says_why():
    frozen = {"frozen_price_offset": "10 %"}
    world = PocketChain.of([wall(), keeper()], [account("alice", 10, 1_800)], switches=frozen).blocks(20)

    # At 220 half the debt buys 900 / 220 x 1.05 = 4.295 ETH, which fetch some 850 USDC.
    assert reasons(world) == [Refusal.NO_PROFIT]
    assert -60_000_000 < world.records(Declined)[0].expected < -40_000_000
    assert world.records(TxPending, "keeper") == []


def test_with_the_posted_price_where_the_market_is_the_same_keeper_acts():
    world = PocketChain.of([wall(), keeper()], [account("alice", 10, 1_700)]).blocks(20)

    assert reasons(world) == []
    assert len(world.records(Liquidated, "keeper")) == 1


def test_it_asks_for_the_least_profit_it_was_told_to():
    acts = PocketChain.of([wall(), keeper(min_profit="110 USDC")], [ALICE]).blocks(1).post(180).blocks(3)
    waits = PocketChain.of([wall(), keeper(min_profit="120 USDC")], [ALICE]).blocks(1).post(180).blocks(3)

    assert (len(acts.records(Liquidated)), reasons(acts)) == (1, [])
    assert (len(waits.records(Liquidated)), reasons(waits)) == (0, [Refusal.NO_PROFIT])


def test_without_funds_it_says_so():
    world = PocketChain.of([wall(), keeper(usdc=0)], [ALICE]).blocks(1).post(180).blocks(5)

    assert reasons(world) == [Refusal.NO_FUNDS]
    assert world.records(TxPending, "keeper") == []


def test_without_gas_money_it_says_so():
    world = PocketChain.of([wall(), keeper(ether=0)], [ALICE]).blocks(1).post(180).blocks(5)

    assert reasons(world) == [Refusal.NO_FUNDS]


def test_a_small_purse_repays_what_it_has():
    world = PocketChain.of([wall(), keeper(usdc=300)], [ALICE]).blocks(1).post(180).blocks(2)

    assert [each.repaid for each in world.records(Liquidated)] == [300_000_000]
    assert world.on_chain("keeper", "USDC") == 0


def test_one_purse_is_not_promised_twice():
    world = PocketChain.of([wall(), keeper(usdc=1_000)], [ALICE, account("bert", 10, 1_500)]).blocks(1).post(180).blocks(2)

    assert [each.repaid for each in world.records(Liquidated)] == [750_000_000, 242_500_000]
    assert world.records(TxReverted) == []


def test_an_empty_book_is_no_place_to_sell():
    world = PocketChain.of([wall(bids=[]), keeper()], [ALICE]).blocks(1).post(180).blocks(5)

    assert reasons(world) == [Refusal.NO_DEPTH]


def test_where_the_book_takes_little_it_liquidates_little():
    thin = wall(bids=[(199, 2), (100, 100)])
    world = PocketChain.of([thin, keeper()], [ALICE]).blocks(1).post(180).blocks(2)

    # 4.374 ETH would fetch 635 USDC for 750; the two of them that the book takes at 199 cost 750 x 2 / 4.374.
    assert world.records(Liquidated)[0].repaid == 342_935_528


def test_what_it_has_still_to_sell_counts_against_the_next():
    """With room in the book for one sale, the second account waits although it is as good as the first."""
    book = wall(bids=[(199, 4.374), (120, 1_000)])
    world = PocketChain.of([book, keeper()], [ALICE, account("bert", 10, 1_500)]).blocks(1).post(180).blocks(2)

    assert [world.world.names.name(each.account) for each in world.records(Liquidated)] == ["alice"]
    assert Refusal.NO_PROFIT in reasons(world)


def test_a_late_keeper_pays_gas_and_gets_nothing():
    early, late = keeper("early", multiple_bps="150 %"), keeper("late", multiple_bps="110 %")
    world = PocketChain.of([wall(), early, late], [ALICE], gas=20).blocks(1).post(180).blocks(2)
    before = world.mind("late")._races

    assert [world.world.names.name(entry.party) for entry in world.entries(Liquidated)] == ["early"]
    lost = world.records(TxReverted, "late")
    assert [(each.reason, each.gas_used) for each in lost] == [(Refusal.HEALTHY, 120_000)]
    assert 5 * ETHER - 120_000 * lost[0].gas_price == world.on_chain("late", "ETH")
    assert world.on_chain("late", "USDC") == 50_000_000_000
    assert (before.attempts, before.lost) == (1, 1)


def test_the_chance_of_losing_follows_the_record():
    early, late = keeper("early", multiple_bps="150 %"), keeper("late", multiple_bps="110 %")
    world = PocketChain.of([wall(), early, late], [ALICE], gas=20)
    prior = world.mind("late")._races.chance_bps

    world.blocks(1).post(180).blocks(3)

    assert (prior, world.mind("late")._races.chance_bps, world.mind("early")._races.chance_bps) == (2_000, 2_728, 1_819)


def test_losing_often_enough_it_stays_away():
    """The prospect of lost races alone makes an opportunity not worth it."""
    timid = keeper(loss_prior_bps="100 %", revert_gas="30 M gas")
    world = PocketChain.of([wall(), timid], [ALICE], gas=20).blocks(1).post(180).blocks(5)

    assert reasons(world) == [Refusal.NO_PROFIT]


def test_a_stuck_tx_holds_up_all_behind_it_under_a_fixed_price():
    world = PocketChain.of([wall(), keeper(tip_policy="fixed", fixed_price="20 gwei")], [ALICE, BOB], gas=50)

    world.blocks(1).post(180).blocks(8).post(165).blocks(10)

    assert len(world.records(TxPending, "keeper")) == 1
    assert reasons(world) == [Refusal.ALREADY_PENDING, Refusal.STUCK_NONCE]
    assert world.records(Liquidated) == []


def test_of_a_crowd_that_it_cannot_serve_it_tells_over_several_blocks():
    others = [account(f"other{index}", 10, 1_400) for index in range(2 * MOST_NOTED)]
    world = PocketChain.of([wall(), keeper(tip_policy="fixed", fixed_price="20 gwei")], [ALICE, *others], gas=50)
    world.blocks(1).post(180).blocks(8).post(165)

    told = [len(world.blocks(1).records(Declined, "keeper")) for _ in range(6)]

    assert max(later - earlier for earlier, later in itertools.pairwise(told)) == MOST_NOTED
    assert len({said.account for said in world.records(Declined, "keeper")}) == 1 + len(others)


def test_within_its_patience_a_fixed_price_queues_behind_what_is_stuck():
    world = PocketChain.of([wall(), keeper(tip_policy="fixed", fixed_price="20 gwei")], [ALICE, BOB], gas=50)

    world.blocks(1).post(180).blocks(1).post(165).blocks(10)

    assert [each.nonce for each in world.records(TxPending, "keeper")] == [0, 1]
    assert world.records(TxIncluded, "keeper") == []


def test_an_escalating_bid_gets_through():
    world = PocketChain.of([wall(), keeper(tip_policy="escalating", multiple_bps="50 %", patience_blocks=1)], [ALICE, BOB], gas=50)

    world.blocks(1).post(180).blocks(8).post(165).blocks(20)

    first = [each.max_fee for each in world.records(TxPending, "keeper") if each.nonce == 0]
    assert all(later * 8 > earlier * 9 for earlier, later in itertools.pairwise(first))
    assert len(first) > 3
    assert {"alice", "bob"} == {world.world.names.name(each.account) for each in world.records(Liquidated)}


def test_what_is_not_worth_its_price_any_more_gives_way_to_nothing():
    """A rival takes the account; the stuck tx is replaced by one without effect, and the line moves on."""
    slow = keeper("slow", tip_policy="escalating", multiple_bps="60 %", patience_blocks=1)
    world = PocketChain.of([wall(), keeper("quick"), slow], [ALICE], gas=50).blocks(1).post(180).blocks(20)

    assert [world.world.names.name(entry.party) for entry in world.entries(Liquidated)] == ["quick"]
    assert world.records(TxReverted) == []
    assert [each.amount for each in world.records(UnitsSent, "slow")] == [1]
    assert len(world.mind("slow")._line.waiting) == 0


def test_a_share_of_the_profit_outbids_a_multiple_of_the_price():
    generous = keeper("generous", tip_policy="share", share_bps="50 %")
    world = PocketChain.of([wall(), keeper("thrifty"), generous], [ALICE], gas=20).blocks(1).post(180).blocks(2)

    bids = {name: world.records(TxPending, name)[0].max_fee for name in ("thrifty", "generous")}
    assert [world.world.names.name(entry.party) for entry in world.entries(Liquidated)] == ["generous"]
    # A gain of some 115 USDC is 0.58 ETH; half of it over 350,000 gas is some 820 gwei.
    assert 800 * 10**9 < bids["generous"] < 830 * 10**9 and bids["thrifty"] < 30 * 10**9


def test_slices_sell_one_at_a_time():
    world = PocketChain.of([wall(), keeper(disposal="sliced", slices=4, slice_interval="20 s")], [ALICE]).blocks(1).post(180).blocks(14)

    sales = world.entries(OrderAccepted, "keeper")
    assert [sale.record.lots for sale in sales] == [1_094, 1_094, 1_094, 1_092]
    assert [after.at - before.at for before, after in itertools.pairwise(sales)] == [20_000_000_000] * 3


def test_what_did_not_sell_is_tried_again():
    """Of a deep book 2 ETH are left when the sale comes, at a price it accepts; a minute later somebody bids again."""
    leaves = {**wall(bids=[(199, 50)], asks=[], later="60 s", later_bids=[(150, 50)], later_asks=[]), "name": "leaves"}
    returns = {**wall(bids=[], asks=[], later="120 s", later_bids=[(199, 100)], later_asks=[]), "name": "returns"}
    minds = [wall(bids=[(199, 2)]), leaves, returns, keeper(slice_interval="15 s")]
    world = PocketChain.of(minds, [account("alice", 6, 900)]).blocks(1).post(180).blocks(14)

    assert [each.lots for each in world.records(Traded, "keeper")] == [2_000, 625]
    assert {each.price for each in world.records(Traded, "keeper")} == {19_900}


def test_at_any_price_it_sells_at_once():
    crash = wall(later="60 s", later_bids=[(90, 1_000)], later_asks=[(201, 100)])
    world = PocketChain.of([crash, keeper(worst_bps="0 %")], [ALICE]).blocks(1).post(180).blocks(14)

    assert [(each.price, each.lots) for each in world.records(Traded, "keeper")] == [(9_000, 4_374)]


def test_what_is_held_stays_on_the_chain():
    world = PocketChain.of([wall(), keeper(disposal="held")], [ALICE]).blocks(1).post(180).blocks(14)

    gas = sum(each.gas_used * each.gas_price for each in world.records(TxIncluded, "keeper"))
    assert 5 * ETHER + 4_374_999_999_999_999_999 - gas == world.on_chain("keeper", "ETH")
    assert world.records(UnitsSent, "keeper") == []


def test_gas_money_is_kept_out_of_what_it_seizes():
    world = PocketChain.of([wall(), keeper(ether=1, gas_reserve="3 ETH")], [ALICE]).blocks(1).post(180).blocks(14)

    # It has one ether and seizes 4.375: what is over three goes to the venue; of gas it has used a thousandth.
    sent = world.records(UnitsSent, "keeper")[0].amount
    assert 2_374_000_000_000_000_000 < sent < 2_375_000_000_000_000_000
    assert 2_999_000_000_000_000_000 < world.on_chain("keeper", "ETH") <= 3 * ETHER


def test_suspended_custody_starves_the_purse():
    def run(is_suspended: bool) -> PocketChain:
        purse = keeper(usdc=750, refill_batch="100 USDC")
        world = PocketChain.of([wall(), purse], [ALICE, BOB]).blocks(1).post(180).blocks(2)
        world.world.custodies[world.place("main")].suspend(is_suspended)
        return world.blocks(12).post(165).blocks(4)

    fed, starved = run(is_suspended=False), run(is_suspended=True)

    assert {"alice", "bob"} == {fed.world.names.name(each.account) for each in fed.records(Liquidated)}
    assert {"alice"} == {starved.world.names.name(each.account) for each in starved.records(Liquidated)}
    assert Refusal.NO_FUNDS in reasons(starved) and starved.records(Traded, "keeper") == []


def test_a_gas_surge_starves_the_purse_of_a_keeper_that_never_raises():
    """The deposit of what was seized is left out, so nothing is sold and nothing comes back: no rule says so."""
    surge = {"kind": "gas_surge", "at": "37 s", "duration": "1 h", "price": "400 %", "gas": "200 %"}
    stubborn = keeper(usdc=750, tip_policy="fixed", fixed_price="30 gwei", refill_batch="100 USDC")
    world = PocketChain.of([wall(), stubborn], [ALICE, BOB], gas=20, shocks=[surge]).blocks(1).post(180).blocks(14).post(165).blocks(4)

    assert {"alice"} == {world.world.names.name(each.account) for each in world.records(Liquidated)}
    assert world.records(UnitsSent, "keeper") == []


def test_a_bundle_that_loses_costs_nothing_and_its_nonce_serves_again():
    early, late = keeper("early", multiple_bps="150 %"), keeper("late", multiple_bps="110 %")
    world = PocketChain.of([wall(), early, late], [ALICE, BOB], gas=20, chain={"era": "ethereum-2021-05"})

    world.blocks(1).post(180).blocks(3)
    lost, spent = world.records(TxDropped, "late"), world.on_chain("late", "ETH")
    late_mind = world.mind("late")

    assert [(each.nonce, each.reason) for each in lost] == [(0, Refusal.HEALTHY)]
    assert (spent, late_mind._line.waiting, late_mind._races.lost) == (5 * ETHER, {}, 1)


def test_a_fork_goes_on_as_the_original_would():
    world = PocketChain.of([wall(), keeper(disposal="sliced"), keeper("other")], [ALICE, BOB], gas=20).blocks(1).post(180).blocks(4)
    twin = world.fork()

    world.post(165).blocks(12)
    twin.post(165).blocks(12)

    assert world.heard.rows == twin.heard.rows
    assert len(world.records(Liquidated)) > 2


def test_two_keepers_alike_are_treated_alike():
    """Same news at the same instant, same commands; who wins is drawn by lot, block by block."""
    winners = []
    for seed in range(12):
        world = PocketChain.of([wall(), keeper("twin", count=2)], [ALICE], seed=seed).blocks(1).post(180).blocks(2)
        first, second = (world.entries(TxPending, f"twin/{number}")[0] for number in range(2))
        assert first.at == second.at
        assert (first.record.max_fee, first.record.nonce) == (second.record.max_fee, second.record.nonce)
        winners.append(world.world.names.name(world.entries(Liquidated)[0].party))

    assert 2 < winners.count("twin/0") < 10


def test_nothing_is_done_before_the_block_is_heard_of():
    world = PocketChain.of([wall(), keeper(latency="3 s")], [ALICE]).blocks(1).post(180).blocks(2)

    fell, sent = world.entries(HealthFell)[0], world.entries(TxPending, "keeper")[0]
    assert fell.at == 2 * BLOCK
    assert sent.at - fell.at == 6_000_000_000


@pytest.mark.parametrize("key", ["tip_policy", "disposal"])
def test_an_unknown_word_is_refused(key):
    words: dict[str, Any] = {key: "whatever"}

    with pytest.raises(ValueError, match=key):
        Liquidator(**words)


@pytest.mark.parametrize(("forced_sales", "quote_at_venue"), [("outside_at_mid", 869_555_574), ("parked", 0)])
def test_a_twin_whose_forced_sales_touch_no_book(forced_sales, quote_at_venue):
    """The outside pays what the book would have; parked units are offered again and again, and never sold."""
    world = PocketChain.of([wall(), keeper()], [ALICE], switches={"forced_sales": forced_sales}).blocks(1).post(180).blocks(14)

    assert world.records(Traded) == []
    assert world.at_venue("keeper", "USDC") == quote_at_venue
    assert (world.mind("keeper")._purse.ahead(_desk(world), world.place("main")) == 0) == bool(quote_at_venue)


def _desk(world: PocketChain) -> Desk:
    return next(agent.desk for agent in world.world.runner.agents if agent.desk.name == "keeper")

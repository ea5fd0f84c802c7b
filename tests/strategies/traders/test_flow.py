"""The flow: a crowd, a momentum trader, a whale."""

from collections import Counter

import pytest

from sim.commands import PlaceOrder
from sim.records import OrderAccepted, OrderCancelled, OrderRefused, Traded
from sim.units import MINUTE, SECOND
from sim.vocabulary import Refusal, Side
from strategies.traders.crowd import Crowd
from strategies.traders.momentum import MomentumTrader
from strategies.traders.whale import Whale
from tests.strategies.traders.stubs import Scripted, resting_book
from tests.worlds.pocket_market import ETH, VENUE, PocketMarket


def still_market(*agents, lots=50_000_000, bid=19_490, ask=19_510):
    """Return a market with an endless book and agents as (name, strategy, funds)."""
    world = PocketMarket()
    world.add("book", resting_book(bid, ask, lots), eth=100_000, usdc=20_000_000)
    for name, strategy, funds in agents:
        world.add(name, strategy, **funds)
    return world


# The crowd.


def crowd_world(crowd, eth=1_000, usdc=1_000_000, members=20):
    return still_market(("crowd", crowd, {"eth": eth, "usdc": usdc, "accounts": members}))


def crowd_rows(world, kind):
    first = world.parties["crowd"]
    return [(at, by, row) for _, at, _, _, by, row in world.heard.rows if row[0] == kind.kind and by >= first]


def test_a_crowd_arrives_at_its_rate_and_trades_its_share():
    world = crowd_world(Crowd(members=20, arrivals_per_minute=600, market_bps=3_000, most_slippage_bps=0)).run(10 * MINUTE)

    accepted = [row for _, _, row in crowd_rows(world, OrderAccepted)]
    assert pytest.approx(len(accepted), rel=0.05) == 6_000
    assert pytest.approx(sum(row[3] == 0 for row in accepted) / len(accepted), abs=0.03) == 0.3
    assert pytest.approx(sum(row[2] for row in accepted) / len(accepted), abs=0.03) == 0.5


def test_every_member_has_its_turn_with_its_own_account():
    world = crowd_world(Crowd(members=20, arrivals_per_minute=600)).run(2 * MINUTE)

    turns = Counter(by - world.parties["crowd"] for _, by, _ in crowd_rows(world, OrderAccepted))
    assert list(range(20)) == sorted(turns)


def test_sizes_have_the_median_asked_for():
    world = crowd_world(Crowd(members=20, arrivals_per_minute=600, size=1_950 * 10**6)).run(10 * MINUTE)

    sizes = sorted(row[4] for _, _, row in crowd_rows(world, OrderAccepted))
    assert pytest.approx(sizes[len(sizes) // 2], rel=0.1) == 10_000


def test_limit_orders_are_taken_back_after_their_lifetime():
    crowd = Crowd(members=20, arrivals_per_minute=600, market_bps=0, lifetime=10 * SECOND)
    world = crowd_world(crowd).run(5 * MINUTE)

    placed = {row[1]: at for at, _, row in crowd_rows(world, OrderAccepted)}
    taken_back = [at - placed[row[1]] for at, _, row in crowd_rows(world, OrderCancelled)]
    assert len(taken_back) > 2_500
    assert min(taken_back) >= 10 * SECOND
    assert max(taken_back) < 12 * SECOND
    assert len(world.exchange.book.orders) < 200


def test_a_crowd_without_funds_arrives_at_the_same_instants_with_the_same_orders():
    rich = crowd_world(Crowd(members=20, market_bps=10_000)).run(5 * MINUTE)
    poor = crowd_world(Crowd(members=20, market_bps=10_000), eth=0, usdc=0).run(5 * MINUTE)

    went = [(at, by) for at, by, _ in crowd_rows(rich, OrderAccepted)]
    refused = [(at, by, row[2]) for at, by, row in crowd_rows(poor, OrderRefused)]
    assert len(went) > 400
    assert [(at, by, Refusal.INSUFFICIENT_FUNDS) for at, by in went] == refused


def test_a_crowd_in_an_empty_market_keeps_its_draws_for_later():
    late = [(MINUTE, PlaceOrder(VENUE, 0, 10**6, 19_490)), (MINUTE, PlaceOrder(VENUE, 1, 10**6, 19_510))]
    world = PocketMarket()
    world.add("book", Scripted(late), eth=100_000, usdc=20_000_000)
    world.add("crowd", Crowd(members=20, market_bps=10_000), eth=1_000, usdc=1_000_000, accounts=20)
    early = crowd_world(Crowd(members=20, market_bps=10_000)).run(5 * MINUTE)
    world.run(5 * MINUTE)

    after = [(at, by, row[2:]) for at, by, row in crowd_rows(early, OrderAccepted) if at > MINUTE + SECOND]
    assert after == [(at, by, row[2:]) for at, by, row in crowd_rows(world, OrderAccepted) if at > MINUTE + SECOND]


def test_a_market_order_of_the_crowd_does_not_walk_an_empty_book():
    crowd = Crowd(members=20, arrivals_per_minute=600, market_bps=10_000)
    thin = [(1, PlaceOrder(VENUE, 0, 1, 19_490)), (1, PlaceOrder(VENUE, 1, 1, 19_510)), (1, PlaceOrder(VENUE, 0, 10**6, 15_000))]
    world = PocketMarket()
    world.add("book", Scripted(thin), eth=100_000, usdc=20_000_000)
    world.add("crowd", crowd, eth=1_000, usdc=1_000_000, accounts=20)
    world.run(SECOND)

    assert {trade.price for trade in world.records(Traded)} <= {19_490, 19_510}


# The momentum trader.

JUMP = [
    (1, PlaceOrder(VENUE, 0, 10**7, 19_490)),
    (1, PlaceOrder(VENUE, 1, 10**7, 19_510)),
    (2 * MINUTE, PlaceOrder(VENUE, 0, 10**7 + 10**6, 19_710)),
    (2 * MINUTE, PlaceOrder(VENUE, 1, 10**7, 19_730)),
]


def momentum_market(trader, script=JUMP, eth=10_000):
    world = PocketMarket()
    world.add("book", Scripted(script), eth=100_000, usdc=20_000_000)
    world.add("trader", trader, eth=eth, usdc=1_000_000)
    return world


def test_it_buys_what_rose_up_to_its_limit_and_gives_it_back():
    trader = MomentumTrader(lookback=MINUTE, size=10_000 * 10**6, limit=15_000 * 10**6, cooldown=10 * SECOND, hold=3 * MINUTE)
    world = momentum_market(trader)

    world.run(4 * MINUTE)
    held = trader.inventory
    world.run(8 * MINUTE)

    assert pytest.approx(held * 197.2 * 10**3, rel=0.01) == 15_000 * 10**6
    assert trader.inventory == 0
    assert 10_000 * ETH.unit == world.units("trader", ETH)


def test_a_small_move_leaves_it_cold():
    world = momentum_market(MomentumTrader(lookback=MINUTE, threshold_bps=200)).run(6 * MINUTE)

    assert world.told("trader") == []


def test_it_needs_base_to_sell_what_falls():
    fall = [*JUMP[:2], (2 * MINUTE, PlaceOrder(VENUE, 1, 2 * 10**7, 19_300)), (2 * MINUTE, PlaceOrder(VENUE, 0, 10**7, 19_280))]
    trader = MomentumTrader(lookback=MINUTE)
    world = momentum_market(trader, fall, eth=0).run(3 * MINUTE)

    assert trader.inventory == 0
    assert {Refusal.INSUFFICIENT_FUNDS} == {row.reason for row in world.records(OrderRefused, "trader")}


# The whale.


def test_a_whale_spreads_its_total_evenly_over_its_duration():
    whale = Whale(Side.SELL, total=60_000, begin=MINUTE, duration=10 * MINUTE)
    world = still_market(("whale", whale, {"eth": 100}))

    done = []
    for instant in (1, 6, 11, 20):
        world.run(instant * MINUTE)
        done.append(whale.filled)
    assert pytest.approx(done, abs=2_000) == [0, 30_000, 60_000, 60_000]
    assert sum(row.lots for row in world.records(Traded, "whale")) == 60_000


def test_a_whale_takes_its_share_of_what_others_trade():
    whale = Whale(Side.BUY, total=10**9, participation_bps=1_000)
    others = [(second * SECOND, PlaceOrder(VENUE, second % 2, 1_000)) for second in range(1, 601)]
    world = still_market(("whale", whale, {"usdc": 20_000_000}), ("others", Scripted(others), {"eth": 1_000, "usdc": 1_000_000}))
    world.run(11 * MINUTE)

    assert whale.filled == 60_000


def test_a_whale_stops_at_its_total_when_it_follows_the_volume():
    whale = Whale(Side.BUY, total=5_000, participation_bps=1_000)
    others = [(second * SECOND, PlaceOrder(VENUE, second % 2, 1_000)) for second in range(1, 301)]
    world = still_market(("whale", whale, {"usdc": 20_000_000}), ("others", Scripted(others), {"eth": 1_000, "usdc": 1_000_000}))
    world.run(11 * MINUTE)

    assert whale.filled == 5_000


def test_what_the_book_did_not_take_is_tried_again():
    refill = PlaceOrder(VENUE, Side.BUY, 10**6, 19_400)
    world = PocketMarket()
    whale = Whale(Side.SELL, total=60_000, duration=MINUTE)
    thin = [(1, PlaceOrder(VENUE, Side.BUY, 15_000, 19_490)), (5 * MINUTE, refill)]
    world.add("book", Scripted(thin), usdc=20_000_000)
    world.add("whale", whale, eth=100)

    world.run(4 * MINUTE)
    early = whale.filled
    world.run(6 * MINUTE)

    assert [early, whale.filled] == [15_000, 60_000]


def test_a_whale_without_funds_is_refused_and_keeps_trying():
    whale = Whale(Side.SELL, total=60_000, duration=MINUTE)
    world = still_market(("whale", whale, {"eth": 0})).run(3 * MINUTE)

    assert whale.filled == 0
    assert len(world.records(OrderRefused, "whale")) > 10

"""The latent layer: demand that grows with distance, capital that comes back slowly."""

import pytest

from sim.commands import PlaceOrder
from sim.records import OrderAccepted, Traded
from sim.units import MINUTE, SECOND
from sim.vocabulary import Side
from strategies.traders.value_trader import ValueTrader
from tests.strategies.traders.stubs import Scripted, resting_book
from tests.worlds.pocket_market import ETH, USDC, VENUE, PocketMarket

EXACT = {"noise_bps": 0, "wander_bps": 0, "recycle_sigma_bps": 0, "threshold_bps": 0, "belief_time": 0}


def market(trader, bid, ask, lots=10_000_000, eth=10_000, usdc=2_000_000):
    """Return a market whose book stands still, with the outside price at 200."""
    world = PocketMarket(outside=((0, 200 * 10**8),))
    world.add("book", resting_book(bid, ask, lots), eth=100_000, usdc=20_000_000)
    world.add("trader", trader, eth=eth, usdc=usdc)
    return world


def bought(world):
    return sum(row.price * row.lots * 10 for row in world.records(Traded, "trader") if row.aggressor == Side.BUY) / 10**6


def test_it_wants_its_demand_per_percent_and_no_more():
    trader = ValueTrader(demand_per_percent=100_000 * 10**6, **EXACT)
    world = market(trader, 19_799, 19_801).run(20 * MINUTE)

    assert pytest.approx(bought(world), rel=0.02) == 100_000


def test_demand_grows_with_the_power_of_the_distance():
    trader = ValueTrader(demand_per_percent=100_000 * 10**6, steepness_bps=20_000, **EXACT)
    world = market(trader, 19_599, 19_601).run(25 * MINUTE)

    assert pytest.approx(bought(world), rel=0.02) == 400_000


def test_it_sells_above_its_value_alike():
    trader = ValueTrader(demand_per_percent=100_000 * 10**6, **EXACT)
    world = market(trader, 20_199, 20_201).run(20 * MINUTE)

    assert pytest.approx(sum(row.price * row.lots * 10 for row in world.records(Traded, "trader")) / 10**6, rel=0.02) == 100_000
    assert sorted({row.side for row in world.records(OrderAccepted, "trader")}) == [Side.SELL]


def test_capital_is_the_most_it_has_out():
    trader = ValueTrader(demand_per_percent=100_000 * 10**6, capital=50_000 * 10**6, **EXACT)
    world = market(trader, 19_799, 19_801).run(20 * MINUTE)

    assert pytest.approx(bought(world), rel=0.02) == 50_000


def test_spent_capital_comes_back_after_the_recycle_time_and_not_before():
    trader = ValueTrader(demand_per_percent=100_000 * 10**6, recycle_time=30 * MINUTE, patience=10 * SECOND, **EXACT)
    world = market(trader, 19_799, 19_801)

    early, late = bought(world.run(29 * MINUTE)), bought(world.run(32 * MINUTE))

    assert pytest.approx([early, late], rel=0.02) == [100_000, 200_000]


def test_patience_spreads_a_wish():
    trader = ValueTrader(demand_per_percent=100_000 * 10**6, patience=10 * MINUTE, **EXACT)
    world = market(trader, 19_799, 19_801).run(2 * MINUTE)

    assert 10_000 < bought(world) < 25_000


def test_within_the_threshold_it_does_nothing():
    world = market(ValueTrader(**{**EXACT, "threshold_bps": 100}), 19_801, 19_803).run(5 * MINUTE)

    assert world.told("trader") == []


def test_at_its_value_it_does_nothing():
    world = market(ValueTrader(**EXACT), 19_990, 20_010).run(5 * MINUTE)

    assert world.told("trader") == []


def test_it_never_pays_more_than_the_wish_is_worth():
    # The mid is 1 % low, but the ask stands above the value: there is nothing to gain there.
    world = market(ValueTrader(**EXACT), 19_500, 20_100).run(5 * MINUTE)

    assert bought(world) == 0.0
    assert all(row.limit <= 20_000 for row in world.records(OrderAccepted, "trader"))


def test_without_base_it_does_not_sell():
    world = market(ValueTrader(**EXACT), 20_199, 20_201, eth=0).run(5 * MINUTE)

    assert world.told("trader") == []


def test_its_funds_bound_what_it_buys():
    world = market(ValueTrader(**EXACT), 19_599, 19_601, usdc=1_000).run(5 * MINUTE)

    assert 0 < bought(world) <= 1_000
    assert world.units("trader", USDC) >= 0


def test_it_bids_into_a_book_without_bids():
    world = PocketMarket(outside=((0, 200 * 10**8),))
    world.add("book", Scripted([(1, PlaceOrder(VENUE, Side.SELL, 1_000, 20_100))]), eth=100_000)
    world.add("trader", ValueTrader(bare_bps=200, **EXACT), eth=10, usdc=1_000_000)
    world.run(MINUTE)

    assert world.exchange.book.best_bid == 19_600


def test_each_has_a_value_and_a_rhythm_of_its_own():
    world = PocketMarket()
    traders = [ValueTrader() for _ in range(4)]
    for number, trader in enumerate(traders):
        world.add(f"trader/{number}", trader, eth=1, usdc=1)
    world.run(SECOND)

    assert len({(trader._offset, trader._recycle) for trader in traders}) == 4


def test_a_market_that_stays_away_is_believed_in_the_end():
    trader = ValueTrader(**{**EXACT, "belief_time": 10 * MINUTE}, demand_per_percent=1_000 * 10**6, recycle_time=MINUTE)
    world = market(trader, 19_799, 19_801)

    early = bought(world.run(10 * MINUTE))
    hour = bought(world.run(60 * MINUTE))
    later = bought(world.run(70 * MINUTE)) - hour

    assert early > 500
    assert later == 0


def test_before_the_outside_price_is_heard_it_does_nothing():
    world = PocketMarket(outside=())
    world.add("book", resting_book(19_799, 19_801), eth=100_000, usdc=20_000_000)
    world.add("trader", ValueTrader(**EXACT), eth=100, usdc=100_000)
    world.run(MINUTE)

    assert world.told("trader") == []
    assert 100 * ETH.unit == world.units("trader", ETH)

"""Who holds a venue at the outside price, and with what."""

from typing import Any

import pytest

from sim.commands import PlaceOrder
from sim.records import OrderAccepted
from sim.units import MILLISECOND, MINUTE, SECOND
from sim.vocabulary import Motive, Side
from strategies.traders.crowd import Crowd
from strategies.traders.market_maker import MarketMaker
from strategies.traders.outside_arbitrageur import OutsideArbitrageur
from strategies.traders.whale import Whale
from tests.strategies.traders.stubs import Scripted, resting_book
from tests.worlds.pocket_market import VENUE, PocketMarket

ENDLESS: dict[str, Any] = {"eth": 10_000_000, "usdc": 2_000_000_000}


def still_market(arbitrageur, bid, ask, lots=1_000_000, **funds):
    world = PocketMarket(outside=((0, 200 * 10**8),))
    world.add("book", resting_book(bid, ask, lots), eth=100_000, usdc=20_000_000)
    world.add("arbitrageur", arbitrageur, **(funds or ENDLESS))
    return world


def test_inside_the_band_it_does_nothing():
    world = still_market(OutsideArbitrageur(within_bps=10), 19_980, 20_018).run(MINUTE)

    assert world.told("arbitrageur") == []


def test_at_the_very_edge_it_does_nothing_and_beyond_it_does():
    edge = still_market(OutsideArbitrageur(within_bps=10), 19_970, 19_990).run(MINUTE)
    beyond = still_market(OutsideArbitrageur(within_bps=10), 19_970, 19_989).run(MINUTE)

    assert edge.told("arbitrageur") == []
    assert beyond.records(OrderAccepted, "arbitrageur")[0].motive == Motive.ARBITRAGE


def test_it_takes_what_is_cheap_and_the_mid_stays_inside_though_nobody_follows():
    world = still_market(OutsideArbitrageur(within_bps=10), 19_900, 19_920)
    world.add("dear", Scripted([(1, PlaceOrder(VENUE, Side.SELL, 1_000_000, 20_010))]), eth=10_000)

    gaps = {abs(world.run(second * SECOND).mid() - 200.0) for second in range(3, 30)}
    assert world.exchange.book.best_bid == 19_990
    assert max(gaps) <= 0.2


def test_what_rests_is_taken_back_when_the_outside_price_has_passed_it():
    world = PocketMarket(outside=((0, 200 * 10**8), (10 * SECOND, 199 * 10**8)))
    world.add("book", Scripted([(1, PlaceOrder(VENUE, 0, 10**6, 19_890)), (1, PlaceOrder(VENUE, 1, 10**6, 20_010))]), **ENDLESS)
    world.add("arbitrageur", OutsideArbitrageur(within_bps=10), **ENDLESS)

    assert world.run(8 * SECOND).exchange.book.best_bid == 19_990
    assert world.run(20 * SECOND).exchange.book.best_bid == 19_890


def test_its_capital_is_a_limit():
    arbitrageur = OutsideArbitrageur(within_bps=10, capital=20_000 * 10**6)
    still_market(arbitrageur, 19_900, 19_920).run(MINUTE)

    assert arbitrageur.inventory == 100_000


def test_a_weak_one_takes_a_little_at_a_time():
    arbitrageur = OutsideArbitrageur(within_bps=10, most_per_look=2_000 * 10**6, rest=0)
    still_market(arbitrageur, 19_900, 19_920).run(5 * SECOND)

    assert 40_000 <= arbitrageur.inventory <= 60_000


def test_a_pinned_venue_stays_within_its_band_of_a_falling_path_under_sales():
    path = tuple((step * 30 * SECOND, (19_500 - 60 * step) * 10**6) for step in range(20))
    world = PocketMarket(outside=path, keeps_rows=False)
    for number in range(2):
        world.add(f"maker/{number}", MarketMaker(), eth=50_000, usdc=10_000_000)
    world.add("crowd", Crowd(members=20), eth=10_000, usdc=2_000_000, accounts=20)
    world.add("whale", Whale(Side.SELL, total=15_000_000, begin=MINUTE, duration=5 * MINUTE), eth=100_000)
    world.add("arbitrageur", OutsideArbitrageur(within_bps=20, look_interval=200 * MILLISECOND), **ENDLESS)
    world.run(20 * SECOND)

    gaps = []
    for second in range(21, 600):
        world.run(second * SECOND)
        _, outside = [point for point in path if point[0] <= second * SECOND][-1]
        if second % 30 > 2:  # The first instants after a move belong to latency.
            gaps.append(abs(world.mid() - outside / 10**8) / 195 * 10_000)

    assert sum(gap <= 20 for gap in gaps) / len(gaps) > 0.97
    assert pytest.approx(max(gaps), abs=20) == 20

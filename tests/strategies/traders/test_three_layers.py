"""The layers together: repeatable, forkable, indifferent to bystanders, and light."""

import copy

import pytest

from sim.records import OrderAccepted, OrderCancelled, OrderRefused, Traded
from sim.units import MINUTE, SECOND
from sim.vocabulary import Side
from strategies.traders.crowd import Crowd
from strategies.traders.market_maker import MarketMaker
from strategies.traders.momentum import MomentumTrader
from strategies.traders.outside_arbitrageur import OutsideArbitrageur
from strategies.traders.value_trader import ValueTrader
from strategies.traders.whale import Whale
from tests.strategies.traders.stubs import Watcher
from tests.worlds.pocket_market import PocketMarket

PATH = tuple((step * 20 * SECOND, (19_500 - 15 * step) * 10**6) for step in range(30))


def three_layers(seed=1, idle=False, whale=0):
    """Return a market with all kinds of traders, whose outside price falls by a percent in four minutes."""
    world = PocketMarket(seed, outside=PATH)
    for number in range(2):
        world.add(f"maker/{number}", MarketMaker(), eth=50_000, usdc=10_000_000)
    for number in range(3):
        world.add(f"value/{number}", ValueTrader(), eth=50_000, usdc=10_000_000)
    world.add("crowd", Crowd(members=20), eth=10_000, usdc=2_000_000, accounts=20)
    world.add("momentum", MomentumTrader(lookback=MINUTE, threshold_bps=20), eth=1_000, usdc=1_000_000)
    world.add("arbitrageur", OutsideArbitrageur(within_bps=30, capital=500_000 * 10**6), eth=10_000, usdc=2_000_000)
    if whale:
        world.add("whale", Whale(Side.SELL, total=whale, begin=MINUTE, duration=2 * MINUTE), eth=100_000)
    if idle:
        world.add("watcher", Watcher())
    return world


def test_one_seed_gives_one_tape_and_another_seed_another():
    assert three_layers(1).run(4 * MINUTE).tape.digest() == three_layers(1).run(4 * MINUTE).tape.digest()
    assert three_layers(1).run(MINUTE).tape.digest() != three_layers(2).run(MINUTE).tape.digest()


def test_an_idle_agent_changes_nobodys_commands():
    alone, watched = three_layers().run(4 * MINUTE), three_layers(idle=True).run(4 * MINUTE)

    assert alone.heard.rows == watched.heard.rows


def test_a_fork_goes_on_as_the_original_does():
    world = three_layers(whale=2_000_000).run(2 * MINUTE)
    fork = copy.deepcopy(world)

    world.run(4 * MINUTE)
    assert fork.tape.entries < world.tape.entries
    fork.run(4 * MINUTE)

    assert world.tape.digest() == fork.tape.digest()


def test_a_fork_before_the_first_wake_goes_on_too():
    world = three_layers()
    world.run(0)

    assert three_layers().run(MINUTE).tape.digest() == copy.deepcopy(world).run(MINUTE).tape.digest()


def test_everybody_trades_and_the_money_adds_up():
    world = three_layers(whale=2_000_000).run(6 * MINUTE)

    owners = {party: name for name, party in world.parties.items()}
    traders = {owners.get(row[4], "crowd").split("/")[0] for *_, row in world.heard.rows if row[0] == Traded.kind}
    traders |= {owners.get(by, "crowd").split("/")[0] for *_, by, row in world.heard.rows if row[0] == Traded.kind}
    assert {"maker", "value", "crowd", "momentum", "arbitrageur", "whale"} == traders
    world.ledger.check()


def test_a_large_sale_moves_the_price_and_part_of_it_comes_back():
    calm = PocketMarket(3)
    sold = PocketMarket(3)
    for world in (calm, sold):
        for number in range(3):
            world.add(f"maker/{number}", MarketMaker(), eth=50_000, usdc=10_000_000)
        for number in range(6):
            world.add(f"value/{number}", ValueTrader(recycle_time=5 * MINUTE), eth=50_000, usdc=10_000_000)
        world.add("crowd", Crowd(members=20), eth=10_000, usdc=2_000_000, accounts=20)
    sold.add("whale", Whale(Side.SELL, total=8_000_000, begin=MINUTE, duration=4 * MINUTE), eth=100_000)

    peak = calm.run(5 * MINUTE).mid() - sold.run(5 * MINUTE).mid()
    later = calm.run(20 * MINUTE).mid() - sold.run(20 * MINUTE).mid()

    assert peak > 0.5
    assert later < peak / 2


def test_it_is_light_enough_for_a_day_of_crash():
    world = three_layers().run(10 * MINUTE)

    messages = len(world.records(OrderAccepted)) + len(world.records(OrderCancelled)) + len(world.records(OrderRefused))
    assert messages * 12 < 150_000  # Two hours.


@pytest.mark.parametrize("seed", range(3))
def test_the_book_keeps_two_sides_in_calm_markets(seed):
    world = three_layers(seed).run(5 * SECOND)

    for second in range(5, 120, 5):
        assert world.run(second * SECOND).mid() > 0

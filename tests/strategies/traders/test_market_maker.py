"""The visible layer: what a maker rests, how it minds inventory, how it leaves."""

import pytest

from sim.commands import PlaceOrder
from sim.errors import InputError
from sim.records import OrderAccepted, OrderRefused, Traded
from sim.units import MILLISECOND, MINUTE, SECOND
from sim.vocabulary import Motive, Side
from strategies.traders.market_maker import MarketMaker
from strategies.traders.rungs import Rung
from tests.strategies.traders.stubs import Scripted
from tests.worlds.pocket_market import ETH, VENUE, PocketMarket

RICH = {"eth": 50_000, "usdc": 10_000_000}


def market(maker, *script, outside=((0, 195 * 10**8),), **funds):
    world = PocketMarket(outside=outside)
    world.add("maker", maker, **(funds or RICH))
    if script:
        world.add("other", Scripted(script), eth=100_000, usdc=20_000_000)
    return world


def test_it_opens_around_the_outside_price_with_its_spread():
    world = market(MarketMaker(spread_bps=10)).run(3 * SECOND)

    assert pytest.approx(world.mid(), abs=0.01) == 195.0
    bid, _, ask, _ = world.exchange.book.quote()
    assert 10 <= (ask - bid) / 1.95 <= 17


def test_it_rests_the_depth_it_was_asked_for():
    world = market(MarketMaker()).run(3 * SECOND)

    depth = [world.depth_usd(side, bps) for side in (0, 1) for bps in (100, 200, 500)]
    assert pytest.approx(depth, rel=0.03) == [250_000, 700_000, 1_800_000] * 2


def test_a_measured_ladder_takes_the_place_of_the_keys():
    maker = MarketMaker(ladder=(Rung(10.0, 1_950 * 10**6, 3_900 * 10**6), Rung(20.0, 1_950 * 10**6, 0)))
    world = market(maker).run(3 * SECOND)

    assert pytest.approx([lots for _, lots in world.exchange.book.depth(Side.BUY, 9)], rel=0.01) == [10_000, 10_000]
    assert pytest.approx([lots for _, lots in world.exchange.book.depth(Side.SELL, 9)], rel=0.01) == [20_000]


def test_measured_depth_is_read_from_a_file(tmp_path):
    path = tmp_path / "depth.csv"
    path.write_text("distance_bps,bid_usd,ask_usd\n100,100000,50000\n")
    world = market(MarketMaker(depth_csv=str(path))).run(3 * SECOND)

    assert [world.depth_usd(side, 110) for side in (0, 1)] == pytest.approx([100_000, 50_000], rel=0.02)


def test_a_file_of_depth_that_is_not_there_is_told_before_the_run(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        MarketMaker(depth_csv=str(tmp_path / "none.csv"))


def test_all_it_does_is_market_making_and_never_meets_itself():
    path = tuple((minute * MINUTE, (195 + (-1) ** minute * 3) * 10**8) for minute in range(8))
    world = market(MarketMaker(anchor_bps=10_000, volatility_pull_bps=9_999), outside=path).run(9 * MINUTE)

    assert {Motive.MARKET_MAKING, 0} == {row.motive for row in world.records(OrderAccepted)}
    assert world.records(Traded) == []
    assert world.mid() < 194


def test_what_was_eaten_comes_back_after_the_refill_time_and_not_before():
    sale = PlaceOrder(VENUE, Side.SELL, 400_000)
    world = market(MarketMaker(learning_bps=0, refill_time=20 * SECOND, risk_aversion_ppm=1), (5 * SECOND, sale))

    before = world.run(4 * SECOND).depth_usd(Side.BUY, 100)
    eaten = world.run(20 * SECOND).depth_usd(Side.BUY, 100)
    after = world.run(30 * SECOND).depth_usd(Side.BUY, 100)

    assert eaten < before - 70_000
    assert before == pytest.approx(after, rel=0.02)


def test_a_trade_is_news_and_moves_its_price_by_the_share_it_learns():
    sale = PlaceOrder(VENUE, Side.SELL, 128_000)  # About 25 000 USDC: a tenth of the depth within 1 %.
    deaf = market(MarketMaker(learning_bps=0), (5 * SECOND, sale)).run(40 * SECOND)
    keen = market(MarketMaker(learning_bps=10_000), (5 * SECOND, sale)).run(40 * SECOND)

    assert pytest.approx(deaf.mid(), abs=0.02) == 195.0
    assert pytest.approx(keen.mid(), abs=0.02) == 195.0 * (1 - 0.001)


def test_a_long_maker_skews_its_quotes_down():
    sale = PlaceOrder(VENUE, Side.SELL, 1_280_000)
    world = market(MarketMaker(learning_bps=0, risk_aversion_ppm=200_000), (5 * SECOND, sale)).run(50 * SECOND)

    assert world.mid() < 194.8


def test_at_its_inventory_limit_it_quotes_one_side_only():
    maker = MarketMaker(inventory_limit=100_000 * 10**6, learning_bps=0)
    world = market(maker, (5 * SECOND, PlaceOrder(VENUE, Side.SELL, 2_000_000))).run(40 * SECOND)

    assert pytest.approx(maker.inventory * 195 * 10**3, rel=0.03) == 100_000 * 10**6
    assert world.exchange.book.bid_lots() < 20
    assert world.depth_usd(Side.BUY, 500) < 10
    assert world.exchange.book.depth(Side.SELL, 9) != []


def test_depth_falls_by_itself_in_a_crash_and_comes_back_when_it_is_calm():
    falls = [(20 * SECOND * step, 195 * 10**8 * (200 - 4 * step) // 200) for step in range(16)]
    maker = MarketMaker(anchor_bps=10_000)
    world = market(maker, outside=falls)

    calm = world.run(15 * SECOND).depth_usd(Side.BUY, 100)
    wide = world.run(42 * SECOND).depth_usd(Side.BUY, 100)
    gone = world.run(5 * MINUTE)

    assert 0 < wide < 0.6 * calm
    assert maker.is_pulled
    assert gone.exchange.book.depth(Side.BUY, 9) == []

    world.run(25 * MINUTE)

    assert calm == pytest.approx(world.depth_usd(Side.BUY, 100), rel=0.1)


def test_it_makes_the_moves_of_the_outside_price_from_where_it_stands():
    jump = ((0, 195 * 10**8), (20 * SECOND, 196_950_000_00))
    sale = PlaceOrder(VENUE, Side.SELL, 640_000)  # Half a clip: it learns a fall of half a percent.
    world = market(MarketMaker(learning_bps=10_000), (5 * SECOND, sale), outside=jump)

    before, after = world.run(19 * SECOND).mid(), world.run(50 * SECOND).mid()

    assert before < 194.5
    assert before * 1.01 == pytest.approx(after, abs=0.1)


def test_with_half_its_presence_it_rests_half():
    maker = MarketMaker()
    world = market(maker)
    whole = world.run(3 * SECOND).depth_usd(Side.BUY, 500)
    maker.presence_bps = 5_000

    half = world.run(6 * SECOND).depth_usd(Side.BUY, 500)

    assert whole / 2 == pytest.approx(half, rel=0.01)


def test_it_follows_a_market_that_leaves_it_outside():
    better = [(5 * SECOND, PlaceOrder(VENUE, Side.BUY, 10_000_000, 19_600))]
    world = market(MarketMaker(learning_bps=0), *better).run(30 * SECOND)

    assert world.mid() > 195.9


def test_without_any_price_it_does_nothing():
    world = market(MarketMaker(), outside=()).run(10 * SECOND)

    assert world.tape.entries == 0


def test_short_of_funds_it_asks_again_only_after_the_refill_time():
    world = market(MarketMaker(refill_time=20 * SECOND), eth=0, usdc=3_000_000).run(15 * SECOND)

    assert len(world.records(OrderRefused)) == 8
    assert world.exchange.book.depth(Side.SELL, 9) == []

    world.run(59 * SECOND)

    assert len(world.records(OrderRefused)) == 8 * 3


def test_its_books_agree_with_the_ledger():
    script = [(step * 700 * MILLISECOND, PlaceOrder(VENUE, step % 2, 20_000 * (1 + step % 5))) for step in range(1, 60)]
    maker = MarketMaker()
    world = market(maker, *script).run(90 * SECOND)

    assert maker.inventory * 10**15 == world.units("maker", ETH) - RICH["eth"] * ETH.unit
    world.ledger.check()


def test_picking_off_a_stale_order_teaches_it_nothing():
    jump = ((0, 195 * 10**8), (20 * SECOND, 196_950_000_00))
    stale = PlaceOrder(VENUE, Side.SELL, 50_000, 19_530)
    world = market(MarketMaker(learning_bps=10_000), (5 * SECOND, stale), outside=jump).run(50 * SECOND)

    assert {trade.price for trade in world.records(Traded)} == {19_530}
    assert world.mid() == pytest.approx(196.95, abs=0.1)

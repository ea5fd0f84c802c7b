"""Makers earn what the published table says, within Monte Carlo error, and the house's own quotes where the formulae say."""

import math

import numpy as np
import pytest

from sim.commands import PlaceOrder
from sim.units import MINUTE, SECOND
from sim.vocabulary import Side
from strategies.traders.market_maker import MarketMaker
from strategies.traders.rungs import Rung
from tests.analytic.makers import Market
from tests.strategies.traders.stubs import Scripted
from tests.worlds.pocket_market import VENUE, PocketMarket

MARKET = Market()
PATHS = 1_000
ERRORS = 3 * math.sqrt(2)
"""Standard errors: both the table and we have drawn a thousand paths."""


def test_a_maker_who_minds_its_inventory_earns_65_with_a_deviation_of_6():
    found = MARKET.run(MARKET.minding, PATHS, seed=1)

    assert pytest.approx(65, abs=ERRORS * found.error) == found.profit
    assert pytest.approx(6, abs=1) == found.profit_deviation
    assert pytest.approx(1.49, abs=0.005) == found.spread


def test_a_symmetric_maker_earns_67_with_a_deviation_of_13():
    found = MARKET.run(MARKET.symmetric, PATHS, seed=1)

    assert pytest.approx(67, abs=ERRORS * found.error) == found.profit
    assert pytest.approx(13, abs=1) == found.profit_deviation
    assert pytest.approx(1.49, abs=0.005) == found.spread


def test_a_maker_for_whom_time_never_runs_out_holds_less_and_earns_less():
    minding, rolling = (MARKET.run(quote, PATHS, seed=1) for quote in (MARKET.minding, MARKET.rolling))

    assert rolling.inventory_deviation < minding.inventory_deviation / 2
    assert rolling.profit < minding.profit - 3 * (rolling.error + minding.error)


def test_the_houses_maker_quotes_where_the_formulae_say():
    # At a price of 100 a unit of it is 100 bps: volatility 2 is 200 bps per root minute, gamma 0.1 a thousandth per bps and clip; a spread
    # of 129 bps without volatility stands for k = 1.5.
    clip = 10_000 * 10**6
    maker = MarketMaker(
        spread_bps=129,
        ladder=(Rung(64.5, clip, clip),),
        calm_volatility_bps=200,
        volatility_widen_bps=200,
        risk_aversion_ppm=1_000,
        horizon=MINUTE,
        learning_bps=0,
        follow_bps=0,
        stays=True,
    )
    world = PocketMarket(outside=((0, 100 * 10**8),))
    world.add("maker", maker, eth=1_000, usdc=1_000_000)
    world.add("taker", Scripted([(5 * SECOND, PlaceOrder(VENUE, Side.SELL, 100_000))]), eth=1_000)
    flat, long = ((below[0], above[0]) for below, above in (MARKET.rolling(0.0, np.array([held])) for held in (0, 1)))

    bid, _, ask, _ = world.run(4 * SECOND).exchange.book.quote()
    assert [100 - flat[0], 100 + flat[1]] == pytest.approx([bid / 100, ask / 100], abs=0.011)
    _, _, ask, _ = world.run(8 * SECOND).exchange.book.quote()
    assert pytest.approx(100 + long[1], abs=0.02) == ask / 100

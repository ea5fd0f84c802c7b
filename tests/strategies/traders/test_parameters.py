"""Every trader can be written in a scenario, and says in which asset its amounts are."""

import attrs
import pytest

from sim.errors import ScenarioError
from sim.scenario.parameters import structure_parameters
from sim.vocabulary import Side
from strategies.traders.crowd import Crowd
from strategies.traders.market_maker import MarketMaker
from strategies.traders.momentum import MomentumTrader
from strategies.traders.outside_arbitrageur import OutsideArbitrageur
from strategies.traders.rungs import Rung
from strategies.traders.value_trader import ValueTrader
from strategies.traders.whale import Whale

TRADERS = [Crowd, MarketMaker, MomentumTrader, OutsideArbitrageur, ValueTrader, Whale]
ASSETS = {"base": "ETH", "quote": "USDC"}
DECIMALS = {"ETH": 18, "USDC": 6}


def made(strategy, table):
    return structure_parameters(strategy, table, "agents.it.parameters", DECIMALS, ASSETS)


def test_a_maker_is_written_with_units():
    maker = made(MarketMaker, {"spread_bps": "10 bps", "usd_at_1": "500_000 USDC", "refill_time": "1 min", "levels": 5})

    assert (maker.spread_bps, maker.usd_at_1, maker.refill_time, maker.levels) == (10, 500_000 * 10**6, 60 * 10**9, 5)
    assert maker.absorbs_per_percent == 500_000 * 10**6


def test_a_ladder_is_written_as_tables():
    maker = made(MarketMaker, {"ladder": [{"distance_bps": 10.0, "bid": "1_000 USDC", "ask": "0 USDC"}]})

    assert maker.ladder == (Rung(10.0, 1_000 * 10**6, 0),)


def test_a_whale_is_written_with_its_side():
    assert made(Whale, {"side": "sell", "total": 1_000, "duration": "10 min"}).side == Side.SELL


def test_an_amount_of_the_wrong_asset_is_refused():
    with pytest.raises(ScenarioError, match="give it in USDC"):
        made(ValueTrader, {"capital": "5 ETH"})


@pytest.mark.parametrize(("table", "key"), [({"members": 0}, "members"), ({"members": 4_097}, "members")])
def test_a_crowd_has_as_many_members_as_it_can_draw_fairly(table, key):
    with pytest.raises(ScenarioError, match=key):
        made(Crowd, table)


@pytest.mark.parametrize("strategy", TRADERS)
def test_every_amount_says_that_it_is_quote(strategy):
    amounts = [
        field for field in attrs.fields(strategy) if field.init and "'Units'" in repr(field.type) and "tuple" not in repr(field.type)
    ]

    assert [field.name for field in amounts if field.metadata.get("asset") != "quote"] == []

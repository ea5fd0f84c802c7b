"""A strategy's parameters: by their units, as strictly as the rest."""

from typing import Literal

import attrs
import pytest

from sim.agents.registry import find_strategy, registered
from sim.errors import ScenarioError, StrategyError
from sim.scenario.convert import unstructure
from sim.scenario.minds import mind_of
from sim.scenario.parameters import structure_parameters
from sim.scenario.words import keys_of
from sim.units import SECOND, Bps, Nanos, Units
from strategies.keepers.auction_bidder import AuctionBidder
from strategies.keepers.auction_taker import AuctionTaker
from strategies.keepers.barker import Barker
from strategies.keepers.liquidator import Liquidator
from strategies.oracles.reporter import Reporter
from strategies.traders.crowd import Crowd
from strategies.traders.market_maker import MarketMaker
from strategies.traders.momentum import MomentumTrader
from strategies.traders.outside_arbitrageur import OutsideArbitrageur
from strategies.traders.still_ladder import StillLadder
from strategies.traders.value_trader import ValueTrader
from strategies.traders.whale import Whale
from tests.support.scenarios import Idle, pocket

DECIMALS = {"ETH": 18, "USDC": 6}


@attrs.frozen
class Fixed:
    """Always the same."""

    tip: Units


@attrs.frozen
class ShareOfProfit:
    """A share of it."""

    share: Bps


@attrs.define
class Chooser:
    """Takes a union, a word and an optional value."""

    policy: Fixed | ShareOfProfit
    mode: Literal["fast", "slow"] = "fast"
    pause: Nanos | None = None
    _inner: int = 0


@attrs.define
class Bounded:
    """Has bounds of every kind."""

    part: Bps = attrs.field(default=0, validator=attrs.validators.lt(10_000))
    wait: Nanos = attrs.field(default=0, validator=attrs.validators.le(90 * SECOND))
    word: str = attrs.field(default="down", validator=attrs.validators.in_(("down", "across")))


def test_parameters_are_read_by_the_units_of_their_fields():
    made = structure_parameters(Idle, {"haircut": "1.5 %", "poll": "250 ms", "clip": "2_000 USDC", "eagerness": 1}, "p", DECIMALS)

    assert Idle(haircut=150, poll=250_000_000, clip=2_000_000_000, eagerness=1.0) == made


def test_a_union_is_chosen_by_kind_and_what_is_left_out_stays_open():
    made = structure_parameters(Chooser, {"policy": {"kind": "share_of_profit", "share": "80 %"}}, "p")

    assert Chooser(ShareOfProfit(8_000)) == made


def test_all_mistakes_are_told_at_once_with_their_paths():
    with pytest.raises(ScenarioError) as refused:
        structure_parameters(Idle, {"haircut": 5, "pol": "1 s", "eagerness": float("nan")}, "agents.keeper.parameters", DECIMALS)

    assert list(refused.value.mistakes) == [
        'agents.keeper.parameters.haircut is 5; give a number with its unit, as text: "5 %"',
        "agents.keeper.parameters.eagerness is nan; give a finite number",
        'agents.keeper.parameters.pol is not known here; did you mean "poll"?',
    ]


def test_a_validator_of_the_strategy_is_told_with_the_path():
    with pytest.raises(ScenarioError, match=r"^p\.haircut is -100; give at least 0$"):
        structure_parameters(Idle, {"haircut": "-1 %"}, "p")


@pytest.mark.parametrize(
    ("strategy", "key", "value", "told"),
    [
        (AuctionBidder, "margin_bps", "100 %", "is 100 %; give at least 0 % and less than 100 %"),
        (AuctionBidder, "worst_bps", "101 %", "is 101 %; give at least 0 % and less than 100 %"),
        (AuctionBidder, "multiple_bps", "0 %", "is 0; give more than 0"),
        (AuctionTaker, "worst_bps", "-1 bps", "is -1 bps; give at least 0 % and less than 100 %"),
        (AuctionTaker, "multiple_bps", "0 %", "is 0; give more than 0"),
        (Liquidator, "worst_bps", "100 %", "is 100 %; give at least 0 % and less than 100 %"),
        (Barker, "multiple_bps", "-5 %", "is -500; give more than 0"),
        (Bounded, "part", "100 %", "is 100 %; give less than 100 %"),
        (Bounded, "wait", "2 min", "is 2 min; give at most 90 s"),
        (Bounded, "word", "up", "must be in ('down', 'across') (got 'up')"),
    ],
)
def test_bounds_are_told_as_a_sentence_in_the_units_of_the_field(strategy, key, value, told):
    with pytest.raises(ScenarioError) as refused:
        structure_parameters(strategy, {key: value}, "p", DECIMALS)

    assert list(refused.value.mistakes) == [f"p.{key} {told}"]


def test_a_private_field_is_no_parameter():
    with pytest.raises(ScenarioError, match=r"^p\._seen is not known here"):
        structure_parameters(Idle, {"_seen": 3}, "p")


def test_an_amount_of_another_asset_is_refused():
    with pytest.raises(ScenarioError, match=r'^p\.clip is "2 ETH"; give it in USDC$'):
        structure_parameters(Idle, {"clip": "2 ETH"}, "p", DECIMALS, {"quote": "USDC"})
    with pytest.raises(ScenarioError, match=r'^p\.clip is "2 BTC"; BTC is not an asset here, there is "ETH", "USDC"$'):
        structure_parameters(Idle, {"clip": "2 BTC"}, "p", DECIMALS)


@pytest.mark.parametrize("key", ["best_bid", "best_ask", "step", "lots", "levels"])
@pytest.mark.parametrize("number", [0, -5])
def test_what_must_be_more_than_nothing_is_refused_otherwise(key, number):
    table = {"best_bid": 100, "best_ask": 101, "step": 1, "lots": 10, key: number}

    with pytest.raises(ScenarioError, match=rf"^p\.{key} is {number}; give more than 0$"):
        structure_parameters(StillLadder, table, "p")


@pytest.mark.parametrize(
    ("strategy", "table", "key"),
    [
        (Whale, {"side": "sell", "total": 0}, "total"),
        (Whale, {"side": "sell", "total": 1, "duration": "0 s"}, "duration"),
        (ValueTrader, {"look_interval": "0 s"}, "look_interval"),
        (MarketMaker, {"look_interval": "0 s"}, "look_interval"),
        (MomentumTrader, {"lookback": "0 s"}, "lookback"),
        (OutsideArbitrageur, {"look_interval": "0 s"}, "look_interval"),
        (Reporter, {"poll_interval": "0 s"}, "poll_interval"),
        (Crowd, {"lifetime": "0 s"}, "lifetime"),
    ],
)
def test_a_strategy_that_would_do_nothing_or_never_stop_is_refused(strategy, table, key):
    with pytest.raises(ScenarioError, match=rf"^p\.{key} is 0; give more than 0$"):
        structure_parameters(strategy, table, "p", DECIMALS)


def test_a_class_without_fields_of_attrs_is_refused():
    class Plain:
        pass

    with pytest.raises(StrategyError, match=r"Plain is not an attrs class; with attrs\.define its fields become its parameters"):
        structure_parameters(Plain, {}, "p")


def test_a_parameter_no_text_can_say_is_refused():
    @attrs.define
    class Odd:
        callback: type[Exception] | list[object]

    with pytest.raises(StrategyError, match="Odd has a parameter whose type cannot be written in a scenario"):
        structure_parameters(Odd, {"callback": 1}, "p")


def test_parameters_round_trip():
    made = Chooser(ShareOfProfit(8_000), "slow", 5_000_000)

    assert made == structure_parameters(Chooser, unstructure(made), "p")


def test_an_agent_of_a_scenario_gets_a_mind_with_its_parameters(tmp_path):
    scenario = pocket(tmp_path, {'{haircut = "1 %"}': '{haircut = "3 %", clip = "5 USDC"}'})

    assert Idle(haircut=300, clip=5_000_000) == mind_of(scenario.agents[0], scenario)


@pytest.mark.parametrize(("symbol", "decimals"), [("USDC", 6), ("DAI", 18), ("EURS", 2)])
def test_a_default_in_wholes_is_as_many_wholes_of_an_asset_of_any_decimals(symbol, decimals):
    made = structure_parameters(MarketMaker, {}, "here", {symbol: decimals}, {"quote": symbol})
    given = structure_parameters(MarketMaker, {"inventory_limit": f"7 {symbol}"}, "here", {symbol: decimals}, {"quote": symbol})

    assert made.inventory_limit == 3_000_000 * 10**decimals
    assert (given.inventory_limit, given.usd_at_1) == (7 * 10**decimals, 250_000 * 10**decimals)


def test_what_is_worked_out_of_a_default_follows_it():
    made = structure_parameters(Liquidator, {}, "here", {"DAI": 18}, {"quote": "DAI"})

    assert made._purse.refill_batch == made.refill_batch == 1_000 * 10**18


def test_every_default_amount_says_for_how_many_decimals_it_is_written():
    minds = [find_strategy(name) for name, where in registered().items() if where.startswith("strategies.")]
    amounts = [(mind.__name__, each) for mind in minds for each in keys_of(mind) if each.metadata.get("asset") and each.default]
    silent = [f"{mind}.{each.name}" for mind, each in amounts if each.default is not attrs.NOTHING and "decimals" not in each.metadata]

    assert silent == ["Opportunist.stake", "Redeemer.most", "StabilityDepositor.most"]  # Of a system's own money, which has 18 everywhere.

"""What a strategy cannot do where it sits is said before the run, with what would do."""

import attrs
import pytest

from sim.agents.seat import Seat, misfits
from sim.assets import Asset, Instrument
from sim.errors import ScenarioError
from sim.scenario.build import build
from sim.scenario.load import load
from strategies.traders.crowd import Crowd
from strategies.traders.pin import Pin
from tests.worlds.pocket import POCKET

ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
MARKET = Instrument(ETH, USDC, tick=10**4, lot=10**15)
SEAT = Seat(accounts=10, market=MARKET, opening=2_000 * 10**8, base=5 * ETH.unit, quote=9_990 * USDC.unit)
PIN = Pin(band=10, size=5_000)
"""Five ether at each edge: its bid stands at 1,998 and takes 9,990 dollars."""


@pytest.mark.parametrize(("members", "complaints"), [(None, 0), (10, 0), (11, 1)])
def test_a_crowd_has_an_account_for_each_member(members, complaints):
    assert len(misfits(Crowd(members=members), SEAT)) == complaints


@pytest.mark.parametrize(
    ("less", "edge"), [({}, None), ({"quote": 9_990 * USDC.unit - 1}, "bid of 9_990 USDC"), ({"base": 5 * ETH.unit - 1}, "ask of 5 ETH")]
)
def test_a_pin_has_funds_for_both_of_its_edges(less, edge):
    found = misfits(PIN, attrs.evolve(SEAT, **less))

    assert [edge in each for each in found] == ([True] if edge else [])


def test_who_says_nothing_fits_anywhere():
    assert misfits(object(), SEAT) == ()


def test_a_scenario_is_refused_with_all_that_does_not_fit():
    with pytest.raises(ScenarioError, match=r"agents.crowd.parameters.members is 40, .* accounts = 7, one for each"):
        build(load(POCKET, {"agents.crowd.accounts": 7}))


@pytest.mark.parametrize("accounts", [1, 3])
def test_a_crowd_is_as_many_as_it_has_accounts(accounts):
    world = build(load(POCKET, {"agents.crowd.accounts": accounts, "agents.crowd.parameters.members": None}))
    world.kernel.run_until(world.duration // 20)

    assert not world.runner.failures
